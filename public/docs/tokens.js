/** Tokens as the page knows them: which header carries each, which box of the Authorize dialog is for it, and what to say of it. */

/** Which request header carries each security scheme. */
const HEADERS = {
  xcAuth: { name: 'xc-auth', prefix: '' },
  xcToken: { name: 'xc-token', prefix: '' },
  bearer: { name: 'authorization', prefix: 'Bearer ' },
}

/** @typedef {keyof typeof HEADERS} Scheme */
/** @typedef {Partial<Record<Scheme, string>>} Authorization */

/** @param {Authorization} authorization */
export function headersOf(authorization) {
  return Object.fromEntries(
    entriesOf(authorization).map(([scheme, token]) => [HEADERS[scheme].name, HEADERS[scheme].prefix + token]),
  )
}

/**
 * The members of an unknown value that are tokens for a scheme we know.
 * @param {unknown} value
 * @returns {Authorization}
 */
export function asAuthorization(value) {
  const entries = Object.entries(typeof value === 'object' && value !== null ? value : {})
  return Object.fromEntries(entries.filter(([scheme, token]) => Object.hasOwn(HEADERS, scheme) && typeof token === 'string'))
}

/** @param {Authorization} authorization */
export function entriesOf(authorization) {
  return /** @type {[Scheme, string][]} */ (Object.entries(authorization))
}

/**
 * What was pasted, without what is pasted with it.
 * @param {string} text
 */
export function cleaned(text) {
  return text.trim().replace(/^Bearer\s+/i, '')
}

/**
 * The scheme that a token is for, whatever box it was put into: a JWT is an Auth Token, 40 characters are an API Token. What is
 * neither stays where it is, and the server says what it thinks of it.
 * @param {string} scheme
 * @param {string} token
 * @returns {string}
 */
export function schemeFor(scheme, token) {
  if (isJwt(token)) return 'xcAuth'
  return scheme === 'xcAuth' && /^[\w-]{40}$/.test(token) ? 'xcToken' : scheme
}

/** @param {string} token */
export function isJwt(token) {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)
}

/**
 * What a JWT says of itself, unchecked: it is shown to the one who has it.
 * @param {string | undefined} token
 * @returns {{ email: string | null, endsAt: number | null }} ms
 */
export function claimsOf(token) {
  try {
    const base64 = (token ?? '').split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? ''
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    const { email, exp } = /** @type {{ email?: unknown, exp?: unknown }} */ (JSON.parse(new TextDecoder().decode(bytes)))
    return { email: typeof email === 'string' ? email : null, endsAt: typeof exp === 'number' ? exp * 1000 : null }
  } catch {
    return { email: null, endsAt: null }
  }
}

/**
 * The tokens in use, in words: whose, until when; of an API Token its ends, as lists show it.
 * @param {Authorization} authorization
 * @param {number} now ms
 * @returns {{ text: string, isOver: boolean }}
 */
export function describe(authorization, now) {
  const { xcAuth, xcToken, bearer } = authorization
  const { email, endsAt } = claimsOf(xcAuth)
  const isOver = endsAt !== null && endsAt <= now
  const ends = endsAt === null ? '' : isOver ? ', expired' : `, expires in ${durationOf(endsAt - now)}`
  const parts = [
    ...(xcAuth === undefined ? [] : [`Auth Token${email === null ? '' : ` of ${email}`}${ends}`]),
    ...[...new Set([xcToken, bearer])].flatMap((token) =>
      token === undefined ? [] : [`API Token ${token.slice(0, 4)}…${token.slice(-4)}`],
    ),
  ]
  return { text: parts.join('; ') || 'No token in use', isOver: isOver && xcToken === undefined && bearer === undefined }
}

/** @param {number} ms */
function durationOf(ms) {
  const minutes = Math.ceil(ms / 60_000)
  if (minutes < 120) return minutes === 1 ? '1 minute' : `${minutes} minutes`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`
}
