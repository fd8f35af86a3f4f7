/** The refresh cookie, and the rule for routes that act on it. */
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { AppEnv } from '../../http/app-env'
import { isOwnOrigin, isSecureSite } from '../../http/origin'
import { DAY_MS } from '../../lib/time'
import type { NewSession } from './session'

/** docs/contract/api-v1.md 1.6 */
const NAME = 'refresh_token'

/**
 * Over https a browser takes this name only from this very host, Secure and for the whole site (RFC 6265bis, 4.1.3.2), so that
 * no neighbour of the domain and nobody on the line can plant a session.
 */
const SECURE_NAME = `__Host-${NAME}`

/** The longest that a browser keeps a cookie (RFC 6265bis, 5.5); hono throws at more. A session may well live longer. */
const MAX_AGE_MS = 399 * DAY_MS

/**
 * The whole site, because the cookie is the session of the dashboard's pages too. No route of the API takes it for a
 * credential: those that act on it are below the auth prefix, and refuse other sites.
 */
function cookieOptions(c: Context<AppEnv>) {
  return { path: '/', httpOnly: true, sameSite: 'Lax', secure: isSecureSite(c) } as const
}

export function setRefreshCookie(c: Context<AppEnv>, session: Pick<NewSession, 'refreshToken' | 'expiresAt'>): void {
  const expires = new Date(Math.min(session.expiresAt, c.get('startedAt') + MAX_AGE_MS))
  setCookie(c, isSecureSite(c) ? SECURE_NAME : NAME, session.refreshToken, { ...cookieOptions(c), expires })
  if (isSecureSite(c)) deleteOldCookie(c)
}

export function clearRefreshCookie(c: Context<AppEnv>): void {
  deleteCookie(c, isSecureSite(c) ? SECURE_NAME : NAME, cookieOptions(c))
  if (isSecureSite(c)) deleteOldCookie(c)
}

/**
 * For a browser whose user leaves: forgets the cookie, and what pages of ours have kept or stored, such as a token that was typed
 * into the docs page. Not every cookie, for those of the whole domain would go with ours.
 */
export function forgetBrowser(c: Context<AppEnv>): void {
  clearRefreshCookie(c)
  c.header('clear-site-data', '"cache", "storage"')
}

/** The refresh token that the browser keeps. */
export function readRefreshCookie(c: Context<AppEnv>): string | null {
  // Sessions from before the new name are still read by the old one, which goes when the cookie is set next.
  return (isSecureSite(c) ? getCookie(c, SECURE_NAME) : undefined) ?? getCookie(c, NAME) ?? null
}

function deleteOldCookie(c: Context<AppEnv>): void {
  if (getCookie(c, NAME) !== undefined) deleteCookie(c, NAME, cookieOptions(c))
}

/**
 * Whether a browser says that another site sent this request. Routes that act on the cookie then leave it alone, whatever
 * the content type (hono's csrf() lets JSON through). A client that is no browser says nothing.
 */
export function isCrossSite(c: Context<AppEnv>): boolean {
  const origin = c.req.header('origin')
  const site = c.req.header('sec-fetch-site')
  const fromElsewhere = origin !== undefined && !isOwnOrigin(c, origin)
  return fromElsewhere || (site !== undefined && site !== 'same-origin' && site !== 'none')
}
