/** The session of the browser, if somebody is signed in: who, and an Auth Token of it. */

/** @typedef {{ email: string, csrf: string }} Session */

/** @returns {Promise<Session | null>} */
export async function currentSession() {
  try {
    const response = await fetch('/session', { headers: { accept: 'application/json' } })
    const { email, csrf } = /** @type {{ email: string | null, csrf: string }} */ (await response.json())
    return response.ok && email !== null ? { email, csrf } : null
  } catch {
    return null
  }
}

/** @returns {Promise<string | null>} null where nobody is signed in any more */
export async function sessionToken() {
  const session = await currentSession()
  if (session === null) return null
  const headers = { accept: 'application/json', 'x-csrf-token': session.csrf }
  const response = await fetch('/session/auth-token', { method: 'POST', headers })
  if (!response.ok) return null
  const { token } = /** @type {{ token: string }} */ (await response.json())
  return token
}
