/** From anything thrown to what the client sees. The wire shape of errors is decided here and nowhere else. */
import type { Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { AppEnv } from './app-env'
import { ApiError, isErrorCode, unavailable } from '../errors'
import { BatchUndone, SchemaChanged, StatementRefusal, TooLong, Unavailable, UniqueViolation } from '../lib/d1'

/** Names the scheme a 401 asks for (RFC 9110, 11.6.1; RFC 6750, 3). */
const CHALLENGE = 'Bearer realm="latchkey"'

/** Answers for an error: `{error, message, msg}` plus details; anything unknown is INTERNAL_ERROR and a line in the log. */
export function errorResponse(
  error: unknown,
  c: Context<AppEnv>,
  answer: ErrorAnswer = jsonAnswer,
): Response | Promise<Response> {
  const known = toApiError(error)
  if (known.status >= 500) {
    console.error(JSON.stringify({ request_id: c.get('requestId'), error: known.code, cause: describe(known.cause) }))
  }
  return answer(known, c)
}

/** How an error is told: JSON for programs, a page for people. */
type ErrorAnswer = (error: ApiError, c: Context<AppEnv>) => Response | Promise<Response>

function jsonAnswer(known: ApiError, c: Context<AppEnv>): Response {
  const body: Record<string, unknown> = { error: known.code, message: known.message, msg: known.message, ...known.details }
  if (known.status >= 500) body['request_id'] = c.get('requestId')
  const headers: Record<string, string> = { ...known.headers }
  if (known.status === 401) {
    headers['www-authenticate'] =
      known.code === 'AUTHENTICATION_REQUIRED'
        ? CHALLENGE
        : `${CHALLENGE}, error="invalid_token", error_description="${known.message}"`
  }
  return c.json(body, known.status, headers)
}

const TOO_LONG = 'The values of this request are longer than the database takes at once; send fewer or shorter ones.'

const WRITE_UNKNOWN =
  'The database did not answer in time, so it is not known whether this was done: look before you send it again.'

/** What the client is told of an error of ours, of the database's or of Hono's. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof Unavailable) return unavailable(error.cause, error.isOutcomeUnknown ? WRITE_UNKNOWN : undefined)
  if (error instanceof TooLong) return new ApiError('PAYLOAD_TOO_LARGE', TOO_LONG, { cause: error.cause })
  if (error instanceof StatementRefusal && isErrorCode(error.code)) {
    return new ApiError(error.code, error.message, { cause: error.cause })
  }
  if (error instanceof HTTPException) {
    if (error.status === 415) return new ApiError('UNSUPPORTED_MEDIA_TYPE')
    if (error.status === 413) return new ApiError('PAYLOAD_TOO_LARGE')
    if (error.status === 400) return new ApiError('BAD_JSON')
  }
  if (error instanceof UniqueViolation) return new ApiError('DUPLICATE_VALUE', undefined, { cause: error })
  // Asked twice, and still not as the code expects: tables that change without end, or a migration that is yet to come.
  if (error instanceof SchemaChanged) return unavailable(error)
  return new ApiError('INTERNAL_ERROR', undefined, { cause: error })
}

/** For the log: the message and where it was thrown; never the request, which may hold secrets. */
function describe(cause: unknown): string {
  if (cause instanceof Error) return cause.stack ?? cause.message
  if (typeof cause === 'string') return cause
  return cause === undefined ? '' : JSON.stringify(cause)
}

/** Whether the request would go otherwise with the catalog as it is now. */
export function isOutdated(error: unknown): boolean {
  const isChanged = error instanceof ApiError && error.code === 'DATABASE_UNAVAILABLE' && error.cause instanceof BatchUndone
  return error instanceof SchemaChanged || isChanged
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** No route: 405 with `Allow` when the path is known under another method, else 404. */
export function notFound(app: Hono<AppEnv>): (c: Context<AppEnv>) => Response {
  return (c) => {
    const allowed = METHODS.filter((method) => isRouted(app, method, c.req.path))
    if (allowed.length > 0 && !allowed.some((method) => method === c.req.method)) {
      throw new ApiError('METHOD_NOT_ALLOWED', `${c.req.method} is not allowed here; allowed: ${allowed.join(', ')}.`, {
        headers: { allow: allowed.join(', ') },
      })
    }
    throw new ApiError('NOT_FOUND', `Cannot ${c.req.method} ${c.req.path}`)
  }
}

function isRouted(app: Hono<AppEnv>, method: string, path: string): boolean {
  return app.router.match(method, path)[0].some(([[, route]]) => route.method !== 'ALL')
}
