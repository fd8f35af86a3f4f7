/** The route that will answer a request, known before any handler runs. */
import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { AppEnv } from './app-env'

export interface MatchedRoute {
  method: string
  /** As the router has it: `/api/v1/users/:userId`. */
  path: string
  params: Record<string, string>
  /** In order, its guard among them. */
  handlers: readonly object[]
}

/** The first matched one that is not a middleware for every method; null when there is none. */
export function matchedRoute(c: Context<AppEnv>): MatchedRoute | null {
  const routes = matchedRoutes(c)
  const index = routes.findIndex((route) => route.method !== 'ALL')
  const route = routes[index]
  if (route === undefined) return null
  const own = c.req.routeIndex
  c.req.routeIndex = index
  const params = c.req.param()
  c.req.routeIndex = own
  const { method, path } = route
  const handlers = routes.filter((each) => each.method === method && each.path === path).map(({ handler }) => handler)
  return { method, path, params, handlers }
}
