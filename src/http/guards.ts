/** What every request passes before any feature sees it. */
import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { createMiddleware } from 'hono/factory'
import { secureHeaders } from 'hono/secure-headers'
import { type Bindings, type Config, readConfig, readCorsOrigins } from '../config'
import type { AppEnv } from './app-env'
import { ApiError } from '../errors'
import { withD1Cost } from '../lib/d1-cost'
import { CHANGING_MS, READING_MS, withPatience } from '../lib/patience'

const configs = new WeakMap<Bindings, Config>()

/** Settings, read once per isolate. A wrong setting answers 503 to everything: fail closed. */
export const settings = createMiddleware<AppEnv>(async (c, next) => {
  let config = configs.get(c.env)
  if (config === undefined) {
    config = readConfig(c.env)
    configs.set(c.env, config)
  }
  c.set('config', config)
  await next()
})

/** A name for the request in answers and in the log, and the moment it began. */
export const requestIdentity = createMiddleware<AppEnv>(async (c, next) => {
  c.set('requestId', c.req.header('cf-ray') ?? crypto.randomUUID())
  c.set('startedAt', Date.now())
  c.set('actor', null)
  c.set('project', null)
  c.set('sessionId', null)
  await next()
  c.res.headers.set('x-request-id', c.get('requestId'))
})

/**
 * Headers for an API: nothing may be framed, sniffed, cached or run. Pages set their own Content-Security-Policy, which
 * is left as it is.
 */
export const apiHeaders = createMiddleware<AppEnv>(async (c, next) => {
  await next()
  if (!c.res.headers.has('content-security-policy')) {
    c.res.headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'; sandbox")
  }
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
})

export const browserHeaders = secureHeaders({
  strictTransportSecurity: 'max-age=31536000',
  referrerPolicy: 'no-referrer',
  xFrameOptions: 'DENY',
  xContentTypeOptions: 'nosniff',
  crossOriginOpenerPolicy: 'same-origin',
  // The API is meant to be called from other origins; CORS decides which.
  crossOriginResourcePolicy: false,
  xXssProtection: false,
  // For Internet Explorer, Flash, and pages that link elsewhere: none of them is here.
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xDnsPrefetchControl: false,
})

/**
 * Browsers of the configured origins may call with token headers; never with cookies (no Allow-Credentials). What headers they
 * send is theirs to say, for libraries that trace or monitor a page add their own. Stands before everything that may refuse, so
 * that a page can read every refusal, also the one of wrong settings.
 */
export const crossOrigin: MiddlewareHandler<AppEnv> = (c, next) => {
  const handle = corsOf.get(c.env) ?? makeCors(readCorsOrigins(c.env))
  corsOf.set(c.env, handle)
  return handle(c, next)
}

const corsOf = new WeakMap<Bindings, MiddlewareHandler>()

function makeCors(origins: readonly string[]): MiddlewareHandler {
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    allowMethods: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'],
    exposeHeaders: [
      'xc-db-response',
      'server-timing',
      'x-d1-rows-read',
      'x-d1-rows-written',
      'etag',
      'idempotency-replayed',
      'nc-export-offset',
      'content-disposition',
      'x-request-id',
      'retry-after',
    ],
    maxAge: 86_400,
  })
}

/** URLs: NUL never reaches a name, broken percent-encoding neither a name nor a filter (hono leaves it as it is). */
export const urlLimits = createMiddleware<AppEnv>(async (c, next) => {
  if (decode('path', c.req.path).includes('\0')) throw new ApiError('INVALID_PARAMETER', 'The path holds a NUL character.')
  decode('query', c.req.url.split('?', 2)[1] ?? '')
  await next()
})

function decode(what: 'path' | 'query', text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new ApiError(
      'INVALID_PARAMETER',
      `The ${what} holds a percent sign that is not part of a valid encoding; write it as %25.`,
    )
  }
}

/**
 * Tells users what their request cost D1: `Server-Timing` has its time and round trips, `x-d1-rows-read` and `-written` what it
 * bills, `xc-db-response` the time in seconds (docs/contract/api-v1.md 4.1). Only those who have signed in: to others the figures
 * would tell, for one, whether an e-mail has an account.
 */
export const d1Cost = createMiddleware<AppEnv>(async (c, next) => {
  const { cost } = await withD1Cost(next)
  if (c.get('actor') === null || cost.calls === 0) return
  c.res.headers.set('server-timing', `d1;dur=${cost.milliseconds.toFixed(1)};desc="${cost.calls} calls"`)
  c.res.headers.set('x-d1-rows-read', String(cost.rowsRead))
  c.res.headers.set('x-d1-rows-written', String(cost.rowsWritten))
  c.res.headers.set('xc-db-response', (cost.milliseconds / 1000).toFixed(3))
})

const SAFE_METHODS = ['GET', 'HEAD']

/** Stands before the gate, so that nobody waits longer to learn that a database stalls. */
export const readingPatience: MiddlewareHandler<AppEnv> = (_c, next) => withPatience(READING_MS, next)

/** Stands after the gate. What changes something may read for long before it does: an import, another type for a column. */
export const changingPatience: MiddlewareHandler<AppEnv> = (c, next) =>
  SAFE_METHODS.includes(c.req.method) ? next() : withPatience(CHANGING_MS, next)
