/** Auth Tokens for this page. They live in its memory and nowhere else; the session behind them is an HttpOnly cookie. */

/** @typedef {{ token: string, expiresAt: Date }} AuthToken */

/** A token is renewed this long before it ends, ms. */
const SPARE_MS = 60_000

/** @type {Promise<AuthToken> | null} */
let current = null

/** Nobody is signed in any more, or somebody else is. */
class SignedOutError extends Error {}

/** @returns {Promise<AuthToken>} */
export async function freshAuthToken() {
  let response = await requestToken()
  if (response.status === 403) {
    await takeNewSession()
    response = await requestToken()
  }
  if (response.status === 401) throw new SignedOutError('You are signed out. Sign in again in another tab, then try again here.')
  if (!response.ok) throw new Error('The server gave no Auth Token. Load the page again.')
  const { token, expires_at: expiresAt } = /** @type {{ token: string, expires_at: string }} */ (await response.json())
  return { token, expiresAt: new Date(expiresAt) }
}

function requestToken() {
  const csrf = document.querySelector('meta[name="csrf"]')?.getAttribute('content') ?? ''
  return fetch('/session/auth-token', { method: 'POST', headers: { accept: 'application/json', 'x-csrf-token': csrf } })
}

/**
 * Signed in again in another tab, a person has another session: this page goes on with it, and keeps what was typed. But nothing
 * is saved in the name of somebody else.
 */
async function takeNewSession() {
  const response = await fetch('/account', { headers: { accept: 'text/html' } })
  const page = new DOMParser().parseFromString(await response.text(), 'text/html')
  const [known, now] = [document, page].map((one) => one.querySelector('meta[name="csrf"]'))
  if (known?.getAttribute('data-user') !== now?.getAttribute('data-user')) {
    throw new SignedOutError('Somebody else is signed in by now. Sign in as before in another tab, then try again here.')
  }
  const csrf = now?.getAttribute('content') ?? ''
  known?.setAttribute('content', csrf)
  for (const field of document.querySelectorAll('input[name="csrf"]')) field.setAttribute('value', csrf)
}

/**
 * Why a form sent now would not be taken, and what is in it lost; null where it may be sent.
 * @returns {Promise<string | null>}
 */
export async function whyNotSignedIn() {
  try {
    await freshAuthToken()
    return null
  } catch (error) {
    return sentenceOf(error)
  }
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
  const request = async () =>
    fetch(path, {
      method,
      headers: headersOf(await before(pageToken(), aborter.signal), body, options),
      signal: aborter.signal,
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
    })
  try {
    let response = await request()
    if (response.status === 401) {
      // The session of this token is over; there may be another one by now.
      current = null
      response = await request()
    }
    const answer = /** @type {unknown} */ (await response.json())
    return response.ok ? { ok: true, body: answer, version: versionOf(response) } : refusalOf(response.status, answer)
  } catch (error) {
    if (error instanceof SignedOutError) return refusalOf(401, { message: error.message })
    const message = aborter.signal.aborted ? `The server did not answer within ${limitMs / 1000} seconds.` : sentenceOf(error)
    return refusalOf(0, { message })
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

/** @param {unknown} error */
function sentenceOf(error) {
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
