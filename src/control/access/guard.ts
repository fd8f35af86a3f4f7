/** What a route declares about who may call it. The router's test finds every route that declares nothing. */
import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Actor, ProjectContext } from '../../actor'
import type { AppEnv } from '../../http/app-env'
import { ApiError } from '../../errors'
import { MISSING, type Place, type ProjectParameter } from './place'
import { type OrgPermission, type Permission, type ProjectPermission, type Role, isAllowed, reachOfApiTokens } from './roles'

/** Security schemes of the OpenAPI documents: any one of them will do. */
export const SECURITY_SCHEMES = {
  xcAuth: { type: 'apiKey', in: 'header', name: 'xc-auth', description: 'Auth Token: a JWT, from sign-in' },
  xcToken: { type: 'apiKey', in: 'header', name: 'xc-token', description: 'API Token: 40 characters' },
  bearer: { type: 'http', scheme: 'bearer', description: 'API Token' },
} as const

const ANY_CREDENTIAL: Record<string, string[]>[] = [{ xcAuth: [] }, { xcToken: [] }, { bearer: [] }]
const AUTH_TOKEN_ONLY: Record<string, string[]>[] = [{ xcAuth: [] }]

/** A guard carries what it asks for, so that the gate finds the project, and tests can tell who a mounted route lets in. */
interface Guard extends MiddlewareHandler<AppEnv> {
  permission: Permission
  /** Null outside of projects. */
  project: ProjectParameter | null
}

/** A permission that only project roles carry takes a place, one that only organisation roles carry takes none. */
type PlaceFor<P extends Permission> =
  | ([P] extends [OrgPermission] ? never : [place: Place])
  | ([P] extends [ProjectPermission] ? never : [])

/**
 * Spread into createRoute(): the caller's role must carry `permission`: the role in the project that the path names, where
 * the route is in one, else the organisation roles. Whether an API Token will do is said by the permission, whoever owns the token;
 * where it may act upon itself alone, the handler knows which one it acts upon. Throws FORBIDDEN or API_TOKEN_NOT_ALLOWED.
 */
export function needs<P extends Permission>(permission: P, ...[place]: PlaceFor<P>) {
  const takesApiTokens = reachOfApiTokens(permission) !== 'nothing'
  const project = place?.project ?? null
  const guard = createMiddleware<AppEnv>(async (c, next) => {
    const actor = requireActor(c)
    if (!takesApiTokens && actor.via === 'api_token') throw new ApiError('API_TOKEN_NOT_ALLOWED')
    const roles: readonly Role[] = project === null ? actor.roles : [projectOf(c, project).role]
    if (!isAllowed(roles, permission)) throw new ApiError('FORBIDDEN', `${permission} - ${roles.join(',')} : Not allowed`)
    await next()
  })
  return {
    middleware: Object.assign(guard, { permission, project }) satisfies Guard,
    security: takesApiTokens ? ANY_CREDENTIAL : AUTH_TOKEN_ONLY,
    'x-permission': permission,
  }
}

function projectOf(c: Context<AppEnv>, { by }: ProjectParameter): ProjectContext {
  const project = c.get('project')
  if (project === null) throw new ApiError(MISSING[by])
  return project
}

export function isGuard(handler: object): handler is Guard {
  return 'permission' in handler && 'project' in handler
}

/** Throws where a guard looks for its project in a parameter that the path of its route has not: before anyone can call it. */
export function checkProjectParameters(routes: readonly { method: string; path: string; handler: object }[]): void {
  for (const { method, path, handler } of routes) {
    if (!isGuard(handler) || handler.project === null) continue
    const { name } = handler.project
    if (!path.split('/').includes(`:${name}`))
      throw new Error(`${method} ${path} has no parameter :${name} that names its project`)
  }
}

/** The actor of a guarded route. */
export function requireActor(c: Context<AppEnv>): Actor {
  const actor = c.get('actor')
  if (actor === null) throw new ApiError('AUTHENTICATION_REQUIRED')
  return actor
}

/** The project of a guarded route whose path names one. */
export function requireProject(c: Context<AppEnv>): ProjectContext {
  const project = c.get('project')
  if (project === null) throw new ApiError('PROJECT_NOT_FOUND')
  return project
}
