/** Where people and programs reach this server, and whether they do so over https. */
import type { Context } from 'hono'
import type { AppEnv } from './app-env'

/** The configured origin, or the request's own; never one that a header names. */
export function originOf(c: Context<AppEnv>): string {
  return c.get('config').publicUrl ?? new URL(c.req.url).origin
}

/** Whether an `Origin` header names this server: by the configured origin too, for a proxy may rewrite Host. */
export function isOwnOrigin(c: Context<AppEnv>, origin: string): boolean {
  return origin === new URL(c.req.url).origin || origin === c.get('config').publicUrl
}

/**
 * Whether the request came over https. A proxy that ends TLS in front of the server says so in a header, which Cloudflare's
 * edge writes itself; whoever else lies in it forgoes only their own protection.
 */
export function cameOverHttps(c: Context<AppEnv>): boolean {
  return new URL(c.req.url).protocol === 'https:' || c.req.header('x-forwarded-proto') === 'https'
}

/** Whether the browser that asked is at an https page of ours, also behind a proxy that tells of no TLS. */
export function isSecureSite(c: Context<AppEnv>): boolean {
  const { publicUrl } = c.get('config')
  return cameOverHttps(c) || (publicUrl?.startsWith('https:') === true && !isLoopback(new URL(c.req.url).hostname))
}

/** Names that no certificate authority vouches for: of the machine itself, of a network at home or in a company, of tests. */
const PRIVATE_NAME = /^[^.:]+$|(?:^|\.)(?:localhost|local|internal|home\.arpa|lan|test)$/

/** RFC 1918, 3927, 6598; RFC 4193 and 4291 for IPv6, which a URL has in brackets. */
const PRIVATE_ADDRESS =
  /^(?:10\.|127\.|0\.0\.0\.0$|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)|^\[(?:::1?\]|f[cd]|fe[89ab])/

/** Whether anybody between here and there may read along: a host that is in the public internet. */
export function isPublicHost(hostname: string): boolean {
  return !PRIVATE_NAME.test(hostname) && !PRIVATE_ADDRESS.test(hostname)
}

function isLoopback(hostname: string): boolean {
  return hostname === '[::1]' || /(?:^|\.)localhost$|^127\./.test(hostname)
}
