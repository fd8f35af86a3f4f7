/** The refresh cookie, and the rule for routes that act on it. */
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { AppEnv } from '../../env'
import { DAY_MS } from '../../lib/time'
import type { NewSession } from './session'

/** contract/api-v1.md 1.6 */
const NAME = 'refresh_token'

/** The longest that a browser keeps a cookie (RFC 6265bis, 5.5); hono throws at more. A session may well live longer. */
const MAX_AGE_MS = 399 * DAY_MS

/**
 * The whole site, because the cookie is the session of the dashboard's pages too. No route of the API takes it for a
 * credential: those that act on it are below the auth prefix, and refuse other sites.
 */
function cookieOptions(c: Context<AppEnv>) {
  return { path: '/', httpOnly: true, sameSite: 'Lax', secure: new URL(c.req.url).protocol === 'https:' } as const
}

export function setRefreshCookie(c: Context<AppEnv>, session: NewSession): void {
  const expires = new Date(Math.min(session.expiresAt, c.get('startedAt') + MAX_AGE_MS))
  setCookie(c, NAME, session.refreshToken, { ...cookieOptions(c), expires })
}

export function clearRefreshCookie(c: Context<AppEnv>): void {
  deleteCookie(c, NAME, cookieOptions(c))
}

/**
 * Whether a browser says that another site sent this request. Routes that act on the cookie then leave it alone, whatever
 * the content type (hono's csrf() lets JSON through). A client that is no browser says nothing.
 */
export function isCrossSite(c: Context<AppEnv>): boolean {
  const origin = c.req.header('origin')
  const site = c.req.header('sec-fetch-site')
  const fromElsewhere = origin !== undefined && origin !== new URL(c.req.url).origin
  return fromElsewhere || (site !== undefined && site !== 'same-origin' && site !== 'none')
}

export function readRefreshCookie(c: Context<AppEnv>): string | null {
  return getCookie(c, NAME) ?? null
}
