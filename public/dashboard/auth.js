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
    // The next page says why: signed out elsewhere, or the session ran out.
    if (response.status === 401) location.reload()
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

/** @typedef {{ ok: true, body: unknown } | { ok: false, message: string, field: string | null, status: number }} Answer */

/**
 * A request to the API as the one who is signed in. A Blob is sent as it is, anything else as JSON.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<Answer>}
 */
export async function callApi(method, path, body) {
  try {
    const token = await pageToken()
    const response = await fetch(path, {
      method,
      headers: { 'xc-auth': token, 'content-type': body instanceof Blob ? 'application/octet-stream' : 'application/json' },
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
    })
    const answer = /** @type {unknown} */ (await response.json())
    if (response.ok) return { ok: true, body: answer }
    if (response.status === 401 || response.status === 404) location.reload()
    const { message, field } = /** @type {{ message?: string, field?: string }} */ (answer)
    return { ok: false, message: message ?? 'The server refused this.', field: field ?? null, status: response.status }
  } catch (error) {
    const message = error instanceof TypeError ? 'The server did not answer. Check the connection and try again.' : String(error)
    return { ok: false, message, field: null, status: 0 }
  }
}
