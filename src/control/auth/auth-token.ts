/** Auth Tokens: JWTs signed with HS256 (docs/contract/api-v1.md 1.5, RFC 7519, RFC 8725). */
import { SignJWT, base64url, errors, jwtVerify } from 'jose'

const ISSUER = 'latchkey'
const AUDIENCE = 'latchkey-api'
const ALGORITHM = 'HS256'
/** Longest token that is looked at, characters: bounds the work an attacker can ask for. */
const MAX_LENGTH = 4096
/** The one header that we write, and so the one that is read: no `kid`, `crit`, `b64` or other spelling of it (RFC 8725, 3.1). */
const HEADER = { alg: ALGORITHM, typ: 'JWT' }
const ENCODED_HEADER = base64url.encode(JSON.stringify(HEADER))
/** Clocks may differ by this much, seconds (RFC 7519, 4.1.4). */
const CLOCK_SKEW_S = 30

/** Whom a token is for. `roles` is for old clients to read; the server asks D1. */
export interface AuthTokenSubject {
  id: string
  email: string
  firstname: string | null
  lastname: string | null
  roles: string
  tokenVersion: string
  sessionId: string
}

interface SigningOptions {
  secret: string
  /** Seconds the token lives. */
  lifetime: number
  /** ms */
  now?: number
}

/** A compact JWS of about 600 characters. */
export async function signAuthToken(subject: AuthTokenSubject, options: SigningOptions): Promise<string> {
  const issuedAt = Math.floor((options.now ?? Date.now()) / 1000)
  return new SignJWT({
    email: subject.email,
    firstname: subject.firstname,
    lastname: subject.lastname,
    id: subject.id,
    roles: subject.roles,
    token_version: subject.tokenVersion,
    sid: subject.sessionId,
  })
    .setProtectedHeader(HEADER)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(subject.id)
    .setJti(crypto.randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + options.lifetime)
    .sign(new TextEncoder().encode(options.secret))
}

interface VerifyingOptions {
  /** The current secret first; a previous one still verifies while it is configured. */
  secrets: readonly string[]
  /** Seconds since issue after which a token is too old whatever its `exp` says. */
  lifetime: number
  /** ms */
  now?: number
}

export type VerifiedAuthToken =
  | { ok: true; userId: string; tokenVersion: string; sessionId: string }
  | { ok: false; reason: 'expired' | 'invalid' }

/** Checks form, signature and claims; whether the user and the session still stand is D1's to say. */
export async function verifyAuthToken(token: string, options: VerifyingOptions): Promise<VerifiedAuthToken> {
  if (!isCanonical(token)) return { ok: false, reason: 'invalid' }
  for (const secret of options.secrets) {
    try {
      const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
        algorithms: [ALGORITHM],
        typ: 'JWT',
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['exp', 'iat', 'sub', 'jti', 'sid', 'token_version'],
        maxTokenAge: options.lifetime,
        clockTolerance: CLOCK_SKEW_S,
        currentDate: new Date(options.now ?? Date.now()),
      })
      const { sub, sid, token_version: tokenVersion, exp, iat } = payload
      // jose takes `1e400` for a time; integers only (RFC 7519 NumericDate as we write it).
      if (!Number.isSafeInteger(exp) || !Number.isSafeInteger(iat)) return { ok: false, reason: 'invalid' }
      if (typeof sub !== 'string' || typeof sid !== 'string' || typeof tokenVersion !== 'string')
        return { ok: false, reason: 'invalid' }
      return { ok: true, userId: sub, tokenVersion, sessionId: sid }
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) continue
      return { ok: false, reason: error instanceof errors.JWTExpired ? 'expired' : 'invalid' }
    }
  }
  return { ok: false, reason: 'invalid' }
}

/**
 * Our header, and three parts of base64url exactly as an encoder writes them (RFC 7515, 2). jose also takes padding, spaces and altered
 * unused bits, so that one token would have many spellings.
 */
function isCanonical(token: string): boolean {
  if (token.length > MAX_LENGTH) return false
  const parts = token.split('.')
  return parts.length === 3 && parts[0] === ENCODED_HEADER && parts.every(isCanonicalBase64url)
}

function isCanonicalBase64url(text: string): boolean {
  // One character more than whole groups of four is no encoding of anything; jose throws at it.
  return /^[\w-]+$/.test(text) && text.length % 4 !== 1 && base64url.encode(base64url.decode(text)) === text
}
