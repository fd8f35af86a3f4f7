/** Documented error responses: what can go wrong, from the one table of errors. */
import { ERRORS, type ErrorCode } from '../errors'
import { errorCodes } from '../http/router'

const BAD_CREDENTIAL = [
  'TOKEN_EXPIRED',
  'TOKEN_REVOKED',
  'TOKEN_INVALID',
  // The same bad credential again and again.
  'TOO_MANY_REQUESTS',
] as const satisfies ErrorCode[]
/** JSON that is none, or that holds what nothing here can store. */
const BAD_BODY = [
  'BAD_JSON',
  'INVALID_REQUEST_BODY',
  'UNSUPPORTED_MEDIA_TYPE',
  'PAYLOAD_TOO_LARGE',
] as const satisfies ErrorCode[]

interface Guarded {
  /** In small letters, as documents have it. */
  method: string
  /** The operation's own; without one that of the document counts, which is any credential. */
  security?: readonly object[] | undefined
}

/** What the middleware in front of every route may answer: any query, and any body of a write, is looked at, wanted or not. */
export function commonErrors({ method, security }: Guarded): ErrorCode[] {
  return [
    ...credentialErrors(security),
    ...(method === 'get' ? [] : ([...BAD_BODY, 'HTTPS_REQUIRED'] as const)),
    'INVALID_PARAMETER',
    'DATABASE_UNAVAILABLE',
    'MISCONFIGURED',
  ]
}

/** Each alternative is an object of schemes; an empty one is for guests. */
function credentialErrors(alternatives: readonly object[] = [{ xcAuth: [] }, { xcToken: [] }]): ErrorCode[] {
  if (alternatives.length === 0) return []
  const takesGuests = alternatives.some((alternative) => Object.keys(alternative).length === 0)
  const takesApiTokens = alternatives.some((alternative) => 'xcToken' in alternative)
  return [
    ...(takesGuests ? [] : (['AUTHENTICATION_REQUIRED'] as const)),
    ...BAD_CREDENTIAL,
    ...(takesApiTokens ? [] : (['API_TOKEN_NOT_ALLOWED'] as const)),
  ]
}

const HEADERS: Partial<Record<number, Record<string, object>>> = {
  401: { 'WWW-Authenticate': { description: 'What to authenticate with', schema: { type: 'string' } } },
  429: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } },
  503: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } },
}

export interface ErrorDocumentation {
  description: string
  'x-error-codes': readonly ErrorCode[]
  headers?: Record<string, object>
  content: Record<string, object>
}

/** One response a status, as errorResponses() of http/router has it, with an example of each code; `Error` is its ErrorBody. */
export function documentErrors(codes: readonly ErrorCode[]): Map<number, ErrorDocumentation> {
  const byStatus = Map.groupBy(new Set(codes), (code) => ERRORS[code].status)
  return new Map([...byStatus].map(([status, own]) => [status, documentStatus(status, own)]))
}

function documentStatus(status: number, codes: readonly ErrorCode[]): ErrorDocumentation {
  const headers = HEADERS[status]
  return {
    ...errorCodes(codes),
    ...(headers !== undefined && { headers }),
    content: {
      'application/json': {
        schema: { allOf: [{ $ref: '#/components/schemas/Error' }], properties: { error: { enum: codes } } },
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  }
}

/** What a code brings beside its sentence, where it does. */
const DETAILS: Partial<Record<ErrorCode, object>> = {
  INVALID_FILTER: { position: 6, field: 'Title' },
  FIELD_NOT_FOUND: { field: 'Titel' },
  INVALID_VALUE_FOR_FIELD: { field: 'Title' },
  REQUIRED_FIELD_MISSING: { field: 'Title' },
  DUPLICATE_VALUE: { field: 'Title' },
  INVALID_PARAMETER: { errors: [{ path: 'limit', message: 'expected a whole number.' }] },
  INVALID_REQUEST_BODY: { errors: [{ path: 'title', message: 'Invalid input: expected string' }] },
}

/** Components: an answer with each of the codes. */
export function errorExamples(codes: Iterable<ErrorCode>): Record<string, object> {
  return Object.fromEntries([...new Set(codes)].map((code) => [code, { summary: code, value: errorExample(code) }]))
}

function errorExample(code: ErrorCode): object {
  const { status, message } = ERRORS[code]
  return { error: code, message, msg: message, ...DETAILS[code], ...(status >= 500 && { request_id: '9c2f41d07ab35e68' }) }
}
