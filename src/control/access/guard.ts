/** What a route declares about who may call it. The router's test finds every route that declares nothing. */
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Actor, AppEnv, ProjectContext } from '../../env'
import { ApiError } from '../../errors'
import { type Permission, isAllowed, reachOfApiTokens } from './roles'

/** Security schemes of the OpenAPI documents: any one of them will do. */
export const SECURITY_SCHEMES = {
  xcAuth: { type: 'apiKey', in: 'header', name: 'xc-auth', description: 'Auth Token: a JWT, from sign-in' },
  xcToken: { type: 'apiKey', in: 'header', name: 'xc-token', description: 'API Token: 40 characters' },
  bearer: { type: 'http', scheme: 'bearer', description: 'API Token' },
} as const

const ANY_CREDENTIAL: Record<string, string[]>[] = [{ xcAuth: [] }, { xcToken: [] }, { bearer: [] }]
const AUTH_TOKEN_ONLY: Record<string, string[]>[] = [{ xcAuth: [] }]

/**
 * Spread into createRoute(): the caller's role must carry `permission`. In a project's routes the role in that project
 * decides, elsewhere the organisation roles. Whether an API Token will do is said by the permission, whoever owns the token;
 * where it may act upon itself alone, the handler knows which one it acts upon. Throws FORBIDDEN or API_TOKEN_NOT_ALLOWED.
 */
export function needs(permission: Permission) {
  const takesApiTokens = reachOfApiTokens(permission) !== 'nothing'
  const guard = createMiddleware<AppEnv>(async (c, next) => {
    const actor = c.get('actor')
    const project = c.get('project')
    if (actor === null) throw new ApiError('AUTHENTICATION_REQUIRED')
    if (!takesApiTokens && actor.via === 'api_token') throw new ApiError('API_TOKEN_NOT_ALLOWED')
    const roles = project === null ? actor.roles : [project.role]
    if (!isAllowed(roles, permission)) throw new ApiError('FORBIDDEN', `${permission} - ${roles.join(',')} : Not allowed`)
    await next()
  })
  return {
    // The permission goes with the guard, so that the router's test can tell who a mounted route lets in.
    middleware: Object.assign(guard, { permission }),
    security: takesApiTokens ? ANY_CREDENTIAL : AUTH_TOKEN_ONLY,
    'x-permission': permission,
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
