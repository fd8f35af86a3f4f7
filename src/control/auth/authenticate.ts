/** The gate in front of every route: no credential, no route, unless the route stands on the short public list. */
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../../http/app-env'
import { ApiError } from '../../errors'
import { addressKey, clientAddress } from '../../http/client-address'
import { type MatchedRoute, matchedRoute } from '../../http/matched-route'
import { isGuard } from '../access/guard'
import { MISSING, type ProjectRef } from '../access/place'
import { auditSource } from '../audit/source'
import { readRefreshCookie } from './cookie'
import { readCredentials } from './credentials'
import { isDue, noteUse } from './last-used'
import { type Identity, identify, identifyBySession } from './identify'

/**
 * 'none': credentials are not even looked at. 'optional': a guest may call it, but a bad credential is still refused.
 */
export type PublicAccess = 'none' | 'optional'

/** Keys are `METHOD /path/:with/:params` as the router has them. */
export type PublicRoutes = Readonly<Record<string, PublicAccess>>

/**
 * Finds out who is asking, or answers 401; finds the project the route is in, or answers 404 as if it did not exist. Below
 * `pages` (path prefixes) the session of the browser is what counts, everywhere else only the credential of a header.
 */
export function authenticate(publicRoutes: PublicRoutes, pages: readonly string[]) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const route = matchedRoute(c)
    if (route === null) return next()
    const access = publicRoutes[`${route.method} ${route.path}`]
    if (access === 'none') return next()
    const project = projectOf(route)
    const isPage = pages.some((prefix) => route.path === prefix || route.path.startsWith(`${prefix}/`))
    const identity = await (isPage ? identifyBrowser : identifyClient)(c, project)
    if (identity === null && access === undefined) throw new ApiError('AUTHENTICATION_REQUIRED')
    if (identity !== null && project !== null && identity.project === null) throw new ApiError(MISSING[project.by])
    if (identity !== null && isDue(identity.use, c.get('startedAt')))
      c.executionCtx.waitUntil(noteUse(c.env.DB, identity.use, c.get('startedAt')))
    c.set('actor', identity?.actor ?? null)
    c.set('project', identity?.project ?? null)
    return next()
  })
}

function identifyClient(c: Context<AppEnv>, project: ProjectRef | null): Promise<Identity | null> {
  const address = addressKey(clientAddress(c) ?? '')
  const asked = { project, config: c.get('config'), address, now: c.get('startedAt') }
  return identify(c.env.DB, readCredentials(c.req.raw.headers), asked)
}

async function identifyBrowser(c: Context<AppEnv>, project: ProjectRef | null): Promise<Identity | null> {
  const cookie = readRefreshCookie(c)
  const identity = cookie === null ? null : await identifyBySession(c.env.DB, cookie, project, await auditSource(c))
  c.set('sessionId', identity?.sessionId ?? null)
  return identity
}

/** The project that the path names where the guard of the route says so. */
function projectOf({ handlers, params }: MatchedRoute): ProjectRef | null {
  const parameter = handlers.find(isGuard)?.project ?? null
  const key = parameter === null ? undefined : params[parameter.name]
  return parameter === null || key === undefined ? null : { by: parameter.by, key }
}
