/** The application: middleware in order, then everything that exists. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { except } from 'hono/combine'
import { checkProjectParameters } from './control/access/guard'
import { orgApiTokenRoutes, projectApiTokenRoutes } from './control/api-tokens/routes'
import { auditRoutes } from './control/audit/routes'
import { auditSource } from './control/audit/source'
import { countRefusedToken } from './control/audit/store'
import { type PublicRoutes, authenticate } from './control/auth/authenticate'
import { authRoutes } from './control/auth/routes'
import { instanceRoutes } from './control/instance/routes'
import { memberRoutes } from './control/projects/member-routes'
import { projectRoutes } from './control/projects/routes'
import { superAdmin } from './control/instance/admin'
import { orgUserRoutes } from './control/organisation/routes'
import { columnRoutes } from './api/v1/column-routes'
import { tableRoutes } from './api/v1/table-routes'
import { importRoutes, isUpload } from './api/v1/import-routes'
import { rowRoutes } from './api/v1/row-routes'
import { formGuard, isApiPath } from './dashboard/form-guard'
import { isFileForm } from './dashboard/import'
import { isPageRequest, pageForError } from './dashboard/page'
import { PUBLIC_PAGES, SESSION_PAGES, dashboardRoutes } from './dashboard/routes'
import { ApiError } from './errors'
import type { AppEnv } from './http/app-env'
import { errorResponse, isOutdated, notFound } from './http/errors'
import { bodySize } from './http/body'
import {
  apiHeaders,
  browserHeaders,
  changingPatience,
  crossOrigin,
  d1Cost,
  readingPatience,
  requestIdentity,
  settings,
  urlLimits,
} from './http/guards'
import { jsonBodies } from './http/json-body'
import { matchedRoute } from './http/matched-route'
import { methodOverride, overrideParameters } from './http/method-override'
import { plainHttp } from './http/plain-http'
import { retryStaleSchema } from './http/retry-stale-schema'
import { createRouter } from './http/router'
import { docsRoutes } from './api/v1/docs-routes'

/** The only routes that answer without a credential; test/worker/routes.test.ts walks all others and wants 401. */
export const PUBLIC_ROUTES: PublicRoutes = {
  'POST /api/v1/auth/user/signup': 'none',
  'POST /api/v1/auth/user/signin': 'none',
  'GET /api/v1/auth/user/me': 'optional',
  'POST /api/v1/auth/user/signout': 'none',
  'POST /api/v1/auth/token/refresh': 'none',
  'POST /api/v1/auth/password/forgot': 'none',
  'POST /api/v1/auth/token/validate/:token': 'none',
  'POST /api/v1/auth/password/reset/:token': 'none',
  'POST /api/v1/auth/email/validate/:token': 'none',
  'GET /api/v1/health': 'none',
  'GET /api/v1/ready': 'none',
  'GET /api/v1/version': 'none',
  'GET /api/v1/db/meta/nocodb/info': 'none',
  'GET /openapi.json': 'none',
  'GET /docs': 'none',
  'GET /api/v1/db/meta/projects/:projectId/swagger': 'none',
  ...PUBLIC_PAGES,
}

/** These answer whatever state the databases are in. */
const DATABASE_FREE = ['/api/v1/health', '/api/v1/version', '/openapi.json', '/docs']

/** Bytes of a body from who has shown no credential. */
const MAX_PUBLIC_BODY = 64 * 1024
/** Bytes of a form of the dashboard without a file. */
const MAX_FORM = 1024 * 1024

function bodyLimit(c: Context<AppEnv>): number {
  const { bodySize: most } = c.get('config')
  const route = matchedRoute(c)
  if (PUBLIC_ROUTES[`${route?.method} ${route?.path}`] !== undefined) return Math.min(most, MAX_PUBLIC_BODY)
  return isApiPath(c) || isFileForm(c) ? most : Math.min(most, MAX_FORM)
}

/** What no route is for goes no further: nothing of it is read. */
const routed: MiddlewareHandler<AppEnv> = (c, next) => (matchedRoute(c) === null ? Promise.resolve(c.notFound()) : next())

/** After the answer: the guard, which refuses, stands below the audit log and knows nothing of it. */
async function noteRefusedToken(c: Context<AppEnv>): Promise<void> {
  await countRefusedToken(c.env.DB, await auditSource(c))
}

export function createApp(): OpenAPIHono<AppEnv> {
  const app = createRouter()
  const retry = retryStaleSchema(app)
  app.onError(async (error, c) => {
    if (error instanceof ApiError && error.code === 'API_TOKEN_NOT_ALLOWED') c.executionCtx.waitUntil(noteRefusedToken(c))
    const answer = isOutdated(error) && isApiPath(c) ? await retry(c) : null
    return answer ?? errorResponse(error, c, isPageRequest(c) ? pageForError : undefined)
  })
  app.notFound(notFound(app))

  // Pages are for this site alone, and their forms are no JSON.
  const isPage = (c: Context<AppEnv>) => !isApiPath(c)
  app.use(requestIdentity, d1Cost, readingPatience, browserHeaders, apiHeaders, except(isPage, crossOrigin))
  app.use(settings, plainHttp, urlLimits, except(isPage, methodOverride(app)))
  app.use(
    routed,
    except(DATABASE_FREE, superAdmin),
    authenticate(PUBLIC_ROUTES, SESSION_PAGES),
    changingPatience,
    overrideParameters,
  )
  // From here on bodies are read: there is a route, and a credential where it wants one. Files have limits of their own.
  app.use(except(isUpload, bodySize(bodyLimit), except(isPage, jsonBodies)), formGuard)

  app.route('/', instanceRoutes)
  app.route('/', docsRoutes(app))
  app.route('/', dashboardRoutes)
  app.route('/api/v1/auth', authRoutes)
  app.route('/api/v1', orgUserRoutes)
  app.route('/api/v1', orgApiTokenRoutes)
  app.route('/api/v1', auditRoutes)
  app.route('/api/v1/db/meta/projects', projectRoutes)
  app.route('/api/v1/db/meta/projects', memberRoutes)
  app.route('/api/v1/db/meta/projects', projectApiTokenRoutes)
  app.route('/api/v1/db/meta/projects', importRoutes)
  app.route('/api/v1/db/meta', tableRoutes)
  app.route('/api/v1/db/meta', columnRoutes)
  app.route('/api/v1/db/data', rowRoutes)
  checkProjectParameters(app.routes)
  return app
}
