/** The gate in front of every route: no credential, no route, unless the route stands on the short public list. */
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../../env'
import { ApiError, type ErrorCode } from '../../errors'
import { addressKey, clientAddress } from '../../http/client-address'
import { matchedRoute } from '../../http/matched-route'
import { auditSource } from '../audit/source'
import { readRefreshCookie } from './cookie'
import { readCredentials } from './credentials'
import { isDue, noteUse } from './last-used'
import { type Identity, type ProjectRef, identify, identifyBySession } from './identify'

/**
 * 'none': credentials are not even looked at. 'optional': a guest may call it, but a bad credential is still refused.
 */
export type PublicAccess = 'none' | 'optional'

/** Keys are `METHOD /path/:with/:params` as the router has them. */
export type PublicRoutes = Readonly<Record<string, PublicAccess>>

/** Path parameters that name a project or something in it, and what is not found when the actor may not see it. */
const PROJECT_PARAMETERS = {
  projectId: { by: 'id', missing: 'PROJECT_NOT_FOUND' },
  projectName: { by: 'name', missing: 'PROJECT_NOT_FOUND' },
  tableId: { by: 'table', missing: 'TABLE_NOT_FOUND' },
  columnId: { by: 'column', missing: 'COLUMN_NOT_FOUND' },
} as const satisfies Record<string, { by: ProjectRef['by']; missing: ErrorCode }>

/**
 * Finds out who is asking, or answers 401; finds the project the path names, or answers 404 as if it did not exist. Below
 * `pages` (path prefixes) the session of the browser is what counts, everywhere else only the credential of a header.
 */
export function authenticate(publicRoutes: PublicRoutes, pages: readonly string[]) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const route = matchedRoute(c)
    if (route === null) return next()
    const access = publicRoutes[`${route.method} ${route.path}`]
    if (access === 'none') return next()
    const named = projectNamedBy(route.params)
    const isPage = pages.some((prefix) => route.path === prefix || route.path.startsWith(`${prefix}/`))
    const identity = await (isPage ? identifyBrowser : identifyClient)(c, named?.ref ?? null)
    if (identity === null && access === undefined) throw new ApiError('AUTHENTICATION_REQUIRED')
    if (identity !== null && named !== null && identity.project === null) throw new ApiError(named.missing)
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

function projectNamedBy(params: Record<string, string>): { ref: ProjectRef; missing: ErrorCode } | null {
  for (const [name, { by, missing }] of Object.entries(PROJECT_PARAMETERS)) {
    const key = params[name]
    if (key !== undefined) return { ref: { by, key }, missing }
  }
  return null
}
