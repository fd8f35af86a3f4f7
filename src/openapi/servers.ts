/** Where programs reach this server, as its documents say it. */
import type { Context } from 'hono'
import type { AppEnv } from '../http/app-env'
import { cameOverHttps } from '../http/origin'

/** The one that was asked comes first: many a client takes the first server as it stands. */
export type Origins = readonly [string, ...string[]]

/**
 * Where this request came in, which the asker can reach for certain, then the configured origin. A proxy that ends TLS in front
 * of the server names the scheme; whoever lies about it spoils no document but their own.
 */
export function originsOf(c: Context<AppEnv>): Origins {
  const asked = new URL(c.req.url)
  if (cameOverHttps(c)) asked.protocol = 'https:'
  const { publicUrl } = c.get('config')
  return publicUrl === null || publicUrl === asked.origin ? [asked.origin] : [asked.origin, publicUrl]
}

export function serversAt(origins: Origins): object[] {
  return origins.map((url) => ({ url }))
}

export function contactAt([url]: Origins): object {
  return { name: 'Latchkey', url }
}
