/** Auth Tokens for this page. They live in its memory and nowhere else; the session behind them is an HttpOnly cookie. */

/** @typedef {{ token: string, expiresAt: Date }} AuthToken */

/** A token is renewed this long before it ends, ms. */
const SPARE_MS = 60_000

/** @type {Promise<AuthToken> | null} */
let current = null

/** @returns {Promise<AuthToken>} */
export async function freshAuthToken() {
  const csrf = document.querySelector('meta[name="csrf"]')?.getAttribute('content') ?? ''
  const response = await fetch('/session/auth-token', {
    method: 'POST',
    headers: { accept: 'application/json', 'x-csrf-token': csrf },
  })
  if (!response.ok) {
    if (response.status === 401) throw new Error('You are signed out. Sign in again in another tab, then try again here.')
    throw new Error('The server gave no Auth Token. Load the page again.')
  }
  const { token, expires_at: expiresAt } = /** @type {{ token: string, expires_at: string }} */ (await response.json())
  return { token, expiresAt: new Date(expiresAt) }
}

/** One for the page's own requests, kept until it ends. */
async function pageToken() {
  current ??= freshAuthToken()
  try {
    const held = await current
    if (held.expiresAt.getTime() - SPARE_MS > Date.now()) return held.token
  } catch (error) {
    current = null
    throw error
  }
  current = freshAuthToken()
  return (await current).token
}

/** @typedef {{ path: string, message: string }} Issue what is wrong at one place of a body, such as `update.3.Qty` */
/** @typedef {{ ok: false, status: number, message: string, field: string | null, errors: Issue[] }} Refusal status 0: no answer */
/** @typedef {{ ok: true, body: unknown, version: number | null } | Refusal} Answer `version`: of the row, as its ETag has it */
/**
 * @typedef {object} CallOptions
 * @property {number | null} [version] the one that the row must have
 * @property {string} [idempotencyKey]
 * @property {number} [limitMs] how long an answer is waited for; for ever, where it does not say
 */

/**
 * A request to the API as the one who is signed in. Never throws. A Blob is sent as it is, anything else as JSON.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {CallOptions} [options]
 * @returns {Promise<Answer>}
 */
export async function callApi(method, path, body, options = {}) {
  const { limitMs = 0 } = options
  const aborter = new AbortController()
  const timer = limitMs === 0 ? undefined : setTimeout(() => aborter.abort(), limitMs)
  try {
    const token = await before(pageToken(), aborter.signal)
    const response = await fetch(path, {
      method,
      headers: headersOf(token, body, options),
      signal: aborter.signal,
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
    })
    const answer = /** @type {unknown} */ (await response.json())
    return response.ok ? { ok: true, body: answer, version: versionOf(response) } : refusalOf(response.status, answer)
  } catch (error) {
    return refusalOf(0, { message: whyNoAnswer(error, aborter.signal.aborted, limitMs) })
  } finally {
    clearTimeout(timer)
  }
}

/**
 * @param {string} token
 * @param {unknown} body
 * @param {CallOptions} options
 */
function headersOf(token, body, { version, idempotencyKey }) {
  return {
    'xc-auth': token,
    'content-type': body instanceof Blob ? 'application/octet-stream' : 'application/json',
    ...(version === undefined || version === null ? {} : { 'if-match': `"v${version}"` }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  }
}

/** @param {Response} response */
function versionOf(response) {
  const [, version] = /"v(\d+)"/.exec(response.headers.get('etag') ?? '') ?? []
  return version === undefined ? null : Number(version)
}

/**
 * @param {number} status
 * @param {unknown} answer
 * @returns {Refusal}
 */
function refusalOf(status, answer) {
  const { message, field, errors } = /** @type {{ message?: string, field?: string, errors?: Issue[] }} */ (answer)
  return { ok: false, status, message: message ?? 'The server refused this.', field: field ?? null, errors: errors ?? [] }
}

/**
 * @param {unknown} error
 * @param {boolean} isLate
 * @param {number} limitMs
 */
function whyNoAnswer(error, isLate, limitMs) {
  if (isLate) return `The server did not answer within ${limitMs / 1000} seconds.`
  return error instanceof Error && !(error instanceof TypeError || error instanceof SyntaxError)
    ? error.message
    : 'The server did not answer. Check the connection.'
}

/**
 * What is awaited, or an error once the signal says so: a token may be a request too.
 * @template Value
 * @param {Promise<Value>} value
 * @param {AbortSignal} signal
 * @returns {Promise<Value>}
 */
function before(value, signal) {
  return Promise.race([value, new Promise((_, fail) => signal.addEventListener('abort', () => fail(new Error('too late'))))])
}
