/**
 * Queries that are too long for a URL, which Cloudflare stops at 16 KB: a GET of rows may come as a POST that says so, with
 * its query parameters as a form. It is asked again as the GET that it stands for, so that it is routed, authorised and
 * answered as that. Only a GET: a guard that looks at methods must never be shown a harmless one for a write.
 */
import type { Context, Hono, MiddlewareHandler } from 'hono'
import type { AppEnv } from './app-env'
import { ApiError } from '../errors'
import { readBody } from './body'
import { refuseManyFields } from './form-fields'

const OVERRIDE_HEADER = 'x-http-method-override'

const ROWS = '/api/v1/db/data/'

/**
 * Two filters of the largest size, each byte of them as `%28`, and room for the rest. Taking a form apart costs 30 ms a megabyte.
 */
const MAX_FORM_BYTES = 2 * 1024 * 1024

const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(?:;|$)/i

/** Requests whose form is yet to be read. By invocation: a request that is tried again is another Request. */
const pending = new WeakMap<Context['executionCtx'], Context<AppEnv>>()

/** Stands after CORS, so that refusals from here are as readable as all others. */
export function methodOverride(app: Hono<AppEnv>): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const asked = c.req.header(OVERRIDE_HEADER)
    // Elsewhere the header means nothing.
    if (asked === undefined || !c.req.path.startsWith(ROWS)) return next()
    if (asked.toUpperCase() !== 'GET' || c.req.method !== 'POST') {
      const message = `${OVERRIDE_HEADER}: only a POST may say it, and only GET.`
      throw new ApiError('INVALID_PARAMETER', message, { details: { errors: [{ path: OVERRIDE_HEADER, message }] } })
    }
    const headers = new Headers(c.req.raw.headers)
    for (const name of [OVERRIDE_HEADER, 'content-type', 'content-length', 'transfer-encoding']) headers.delete(name)
    // One name in the log for both: guards.ts reads it there.
    headers.set('cf-ray', c.get('requestId'))
    pending.set(c.executionCtx, c)
    return app.fetch(new Request(c.req.raw.url, { headers }), c.env, c.executionCtx)
  }
}

/** After the gate, for then somebody has shown a credential: the parameters of the form come after those of the URL. */
export const overrideParameters: MiddlewareHandler<AppEnv> = async (c, next) => {
  const posted = pending.get(c.executionCtx)
  if (posted !== undefined) {
    const url = new URL(c.req.raw.url)
    url.search = [url.search.slice(1), await readForm(posted)].filter((part) => part !== '').join('&')
    c.req.raw = new Request(url, { headers: c.req.raw.headers })
    pending.delete(c.executionCtx)
  }
  return next()
}

/** Read and written anew: what a form may hold as it is (`#`, letters beyond ASCII), a URL may not. */
async function readForm(c: Context<AppEnv>): Promise<string> {
  const bytes = await readBody(c, Math.min(MAX_FORM_BYTES, c.get('config').bodySize))
  if (bytes.byteLength === 0) return ''
  if (!FORM_TYPE.test(c.req.header('content-type') ?? '')) {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', `With ${OVERRIDE_HEADER} a body is application/x-www-form-urlencoded.`)
  }
  refuseManyFields(bytes, '')
  return new URLSearchParams(new TextDecoder().decode(bytes)).toString()
}
