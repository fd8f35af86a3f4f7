/**
 * A request whose table changed under it: asked again from the start, so that it learns who is asking and what the table is
 * like by now. Nothing of the first try took effect, or lib/d1.ts would not have said so.
 */
import type { Context, Hono } from 'hono'
import type { AppEnv } from '../env'

/** The answer of the second try; null when this was the second one. */
export function onceAgain(app: Hono<AppEnv>): (c: Context<AppEnv>) => Promise<Response | null> {
  const secondTries = new WeakSet<Request>()
  return async (c) => {
    const { raw } = c.req
    if (secondTries.has(raw)) return null
    const body = raw.body === null ? null : await c.req.arrayBuffer()
    const headers = new Headers(raw.headers)
    // One name in the log for both tries: guards.ts reads it there.
    headers.set('cf-ray', c.get('requestId'))
    const second = new Request(raw.url, { method: raw.method, headers, body })
    secondTries.add(second)
    return app.fetch(second, c.env, c.executionCtx)
  }
}
