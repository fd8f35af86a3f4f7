/** What a signed-in browser does with its session: an Auth Token for a program or a script, and signing out. */
import { requireActor } from '../control/access/guard'
import { issueAuthToken } from '../control/auth/account'
import { forgetBrowser, readRefreshCookie, setRefreshCookie } from '../control/auth/cookie'
import { endSession, prolongSession } from '../control/auth/session'
import { endAllSessions } from '../control/users/store'
import { ApiError } from '../errors'
import { createRouter } from '../http/router'
import { go } from './page'

export const sessionRoutes = createRouter()

/** A fresh Auth Token of this session, for the scripts of our pages. The session then lasts as long as the token. */
sessionRoutes.post('/session/auth-token', async (c) => {
  const actor = requireActor(c)
  const { sessionId, config, startedAt: now } = c.var
  const refreshToken = readRefreshCookie(c)
  if (sessionId === null || refreshToken === null) throw new ApiError('AUTHENTICATION_REQUIRED')
  const expiresAt = await prolongSession(c.env.DB, sessionId, { jwtLifetime: config.jwtLifetime, now })
  if (expiresAt === null) throw new ApiError('AUTHENTICATION_REQUIRED')
  setRefreshCookie(c, { refreshToken, expiresAt })
  const { userId: id, email, firstname, lastname, tokenVersion } = actor
  const user = { id, email, firstname, lastname, roles: actor.roles.join(','), token_version: tokenVersion }
  const token = await issueAuthToken(c, user, sessionId)
  return c.json({ token, expires_at: new Date(now + config.jwtLifetime * 1000).toISOString() }, 200)
})

sessionRoutes.post('/session/sign-out', async (c) => {
  const sessionId = c.get('sessionId')
  if (sessionId !== null) await endSession(c.env.DB, sessionId)
  forgetBrowser(c)
  return go(c, '/', 'signed-out')
})

sessionRoutes.post('/session/sign-out-everywhere', async (c) => {
  await endAllSessions(c.env.DB, requireActor(c).userId)
  forgetBrowser(c)
  return go(c, '/', 'signed-out-everywhere')
})
