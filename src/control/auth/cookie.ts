/** The refresh cookie, and the rule for routes that act on it. */
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { AppEnv } from '../../env'
import { ApiError } from '../../errors'
import type { Session } from './session'

/** contract/api-v1.md 1.6 */
const NAME = 'refresh_token'

/** Only routes under the auth prefix by which the client called need it; each prefix is served (http/path.ts). */
function cookieOptions(c: Context<AppEnv>) {
  const url = new URL(c.req.url)
  const prefix = /^(?:\/api\/v1(?:\/db)?)?\/auth(?=\/)/.exec(url.pathname)?.[0] ?? '/'
  return { path: prefix, httpOnly: true, sameSite: 'Lax', secure: url.protocol === 'https:' } as const
}

export function setRefreshCookie(c: Context<AppEnv>, session: Session): void {
  setCookie(c, NAME, session.refreshToken, { ...cookieOptions(c), expires: new Date(session.expiresAt) })
}

export function clearRefreshCookie(c: Context<AppEnv>): void {
  deleteCookie(c, NAME, cookieOptions(c))
}

/**
 * The refresh token of the request's cookie. Throws CROSS_SITE_REQUEST when a browser says that another site sent the
 * request, whatever its content type (hono's csrf() lets JSON through); a client that is no browser says nothing.
 */
export function readRefreshCookie(c: Context<AppEnv>): string | null {
  const origin = c.req.header('origin')
  const site = c.req.header('sec-fetch-site')
  const sameOrigin = origin === undefined || origin === new URL(c.req.url).origin
  if (!sameOrigin || (site !== undefined && site !== 'same-origin' && site !== 'none')) throw new ApiError('CROSS_SITE_REQUEST')
  return getCookie(c, NAME) ?? null
}
