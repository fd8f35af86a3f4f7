/** Where programs reach this server. */
import type { Context } from 'hono'
import type { AppEnv } from '../env'

/** The configured origin, or the request's own; never one that a header names. */
export function originOf(c: Context<AppEnv>): string {
  return c.get('config').publicUrl ?? new URL(c.req.url).origin
}
