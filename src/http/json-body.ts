/** JSON bodies: what is refused before any route reads one. */
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './app-env'
import { ApiError } from '../errors'
import { checkJson } from './json-text'
import { readBody } from './body'

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i

/**
 * Bodies are JSON in UTF-8, nested at most MAX_DEPTH deep, without NUL (SQLite's text functions stop at it) and without what
 * JSON.parse or UTF-8 would change unasked: numbers that no double holds, halves of surrogate pairs. An empty body may carry
 * any content type, for the NocoDB SDK sends form-urlencoded with none (docs/contract/api-v1.md 8.1), but it is no JSON: a route
 * that wants a body refuses it.
 */
export const jsonBodies = createMiddleware<AppEnv>(async (c, next) => {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
  const bytes = await readBody(c, c.get('bodyLimit'))
  if (bytes.byteLength === 0) {
    // Of another type it would be taken for {}.
    const headers = new Headers(c.req.raw.headers)
    headers.set('content-type', 'application/json')
    c.req.raw = new Request(c.req.url, { method: c.req.method, headers })
    return next()
  }
  if (!JSON_TYPE.test(c.req.header('content-type') ?? '')) throw new ApiError('UNSUPPORTED_MEDIA_TYPE')
  checkJson(decodeUtf8(bytes))
  return next()
})

function decodeUtf8(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch (error) {
    throw new ApiError('BAD_JSON', 'The request body is not valid UTF-8.', { cause: error })
  }
}
