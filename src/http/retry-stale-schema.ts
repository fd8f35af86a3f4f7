/**
 * A request whose table changed under it is tried again, once, from the start, so that it learns who is asking and what the
 * table is like by now. Nothing of the first try took effect, or lib/d1.ts would not have said so.
 */
import type { Context, Hono } from 'hono'
import type { AppEnv } from './app-env'

/** The answer of the second try; null when this was the second one. */
export function retryStaleSchema(app: Hono<AppEnv>): (c: Context<AppEnv>) => Promise<Response | null> {
  // By invocation: middleware may put another Request in the place of the one that came.
  const retried = new WeakSet<Context['executionCtx']>()
  return async (c) => {
    if (retried.has(c.executionCtx)) return null
    retried.add(c.executionCtx)
    const { raw } = c.req
    const body = raw.bodyUsed ? await c.req.arrayBuffer() : raw.body
    const headers = new Headers(raw.headers)
    // One name in the log for both tries: guards.ts reads it there.
    headers.set('cf-ray', c.get('requestId'))
    return app.fetch(new Request(raw.url, { method: raw.method, headers, body }), c.env, c.executionCtx)
  }
}
