/** What a signed-in browser does with its session: an Auth Token for a program or a script, and signing out. */
import { requireActor } from '../control/access/guard'
import { auditSource } from '../control/audit/source'
import { authTokenEnd, issueAuthToken, sessionOptions } from '../control/auth/account'
import { forgetBrowser, readRefreshCookie, setRefreshCookie } from '../control/auth/cookie'
import { prolongSession, signOut } from '../control/auth/session'
import { endAllSessions } from '../control/users/store'
import { workOf } from '../control/work'
import { ApiError } from '../errors'
import { createRouter } from '../http/router'
import { csrfToken } from './form-guard'
import { go } from './page'

export const sessionRoutes = createRouter()

/** Who is signed in, for the docs page, which is the same for everybody; the CSRF token lets it ask for an Auth Token. */
sessionRoutes.get('/session', async (c) => {
  const { actor, sessionId } = c.var
  return c.json({ email: actor?.email ?? null, csrf: sessionId === null ? '' : await csrfToken(c, sessionId) }, 200)
})

/**
 * A fresh Auth Token of this session, for the scripts of our pages. The session then lasts as long as the token, until its
 * absolute end; and once a day the browser gets another refresh token. Otherwise the cookie is left alone: an answer that comes late
 * must not put an older one back.
 */
sessionRoutes.post('/session/auth-token', async (c) => {
  const actor = requireActor(c)
  const { sessionId: id } = c.var
  const refreshToken = readRefreshCookie(c)
  if (id === null || refreshToken === null) throw new ApiError('AUTHENTICATION_REQUIRED')
  const work = await workOf(c)
  const prolonged = await prolongSession(work.db, { id, refreshToken }, sessionOptions(work))
  if (prolonged === null) throw new ApiError('AUTHENTICATION_REQUIRED')
  const { expiresAt, successor } = prolonged
  if (successor !== null) setRefreshCookie(c, { refreshToken: successor, expiresAt })
  const { userId, email, firstname, lastname, tokenVersion } = actor
  const user = { id: userId, email, firstname, lastname, roles: actor.roles.join(','), token_version: tokenVersion }
  const token = await issueAuthToken(work, user, { id, expiresAt })
  return c.json({ token, expires_at: new Date(authTokenEnd(work, { expiresAt })).toISOString() }, 200)
})

sessionRoutes.post('/session/sign-out', async (c) => {
  const sessionId = c.get('sessionId')
  if (sessionId !== null) await signOut(c.env.DB, sessionId, await auditSource(c))
  forgetBrowser(c)
  return go(c, '/', 'signed-out')
})

sessionRoutes.post('/session/sign-out-everywhere', async (c) => {
  await endAllSessions(c.env.DB, requireActor(c).userId, await auditSource(c))
  forgetBrowser(c)
  return go(c, '/', 'signed-out-everywhere')
})
