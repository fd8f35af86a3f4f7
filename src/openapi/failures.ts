/** Documented error responses: what can go wrong, from the one table of errors. */
import { ERRORS, type ErrorCode } from '../errors'

const UNAUTHENTICATED = [
  'AUTHENTICATION_REQUIRED',
  'TOKEN_EXPIRED',
  'TOKEN_REVOKED',
  'TOKEN_INVALID',
  // The same bad credential again and again.
  'TOO_MANY_REQUESTS',
] as const satisfies ErrorCode[]
const BAD_BODY = ['BAD_JSON', 'UNSUPPORTED_MEDIA_TYPE', 'PAYLOAD_TOO_LARGE'] as const satisfies ErrorCode[]

/** What the middleware in front of every route may answer. */
export function commonErrors({ guarded, body }: { guarded: boolean; body: boolean }): ErrorCode[] {
  return [...(guarded ? UNAUTHENTICATED : []), ...(body ? BAD_BODY : []), 'DATABASE_UNAVAILABLE', 'MISCONFIGURED']
}

const HEADERS: Partial<Record<number, Record<string, object>>> = {
  401: { 'WWW-Authenticate': { description: 'What to authenticate with', schema: { type: 'string' } } },
  429: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } },
  503: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } },
}

export interface ErrorDocumentation {
  description: string
  headers?: Record<string, object>
  content: Record<string, object>
}

/** One response a status, which lists its codes as errorResponses() of http/router does, and `Error` is its ErrorBody. */
export function documentErrors(codes: readonly ErrorCode[]): Map<number, ErrorDocumentation> {
  const byStatus = new Map<number, ErrorDocumentation>()
  for (const code of new Set(codes)) {
    const { status } = ERRORS[code]
    const before = byStatus.get(status)
    const headers = HEADERS[status]
    byStatus.set(status, {
      description: `${before === undefined ? '' : `${before.description}, `}\`${code}\``,
      ...(headers !== undefined && { headers }),
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    })
  }
  return byStatus
}
