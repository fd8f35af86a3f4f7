/**
 * Every error a client can see: its code, HTTP status and default sentence. A code that is not in this table does not exist.
 * Statuses follow docs/contract/api-v1.md 0.4: bad input is 400, never 422.
 */
export const ERRORS = {
  // Who is asking
  AUTHENTICATION_REQUIRED: { status: 401, message: 'Sign in, or send an Auth Token (xc-auth) or an API Token (xc-token).' },
  TOKEN_EXPIRED: { status: 401, message: 'This Auth Token has expired; sign in again.' },
  TOKEN_REVOKED: { status: 401, message: 'This Auth Token was revoked; sign in again.' },
  TOKEN_INVALID: { status: 401, message: 'This token is not valid.' },
  FORBIDDEN: { status: 403, message: 'You are not allowed to do this.' },
  API_TOKEN_NOT_ALLOWED: { status: 403, message: 'Not allowed with API token: this takes an Auth Token (xc-auth).' },
  CROSS_SITE_REQUEST: { status: 403, message: 'This request came from another site and was refused.' },
  HTTPS_REQUIRED: { status: 403, message: 'Use https: what came over plain http was not done, and others may have read it.' },
  TOO_MANY_REQUESTS: { status: 429, message: 'Too many attempts. Try again in a minute.' },

  // Accounts
  INVALID_CREDENTIALS: { status: 400, message: 'Invalid credentials' },
  INVALID_EMAIL: { status: 400, message: 'Invalid email' },
  INVALID_PASSWORD: { status: 400, message: 'The password does not meet the policy.' },
  USER_EXISTS: { status: 400, message: 'User already exist' },
  SIGNUP_NOT_ALLOWED: { status: 400, message: 'Not allowed to signup, contact super admin.' },
  INVALID_INVITE: { status: 400, message: 'Invalid invite url' },
  INVALID_RESET_TOKEN: { status: 400, message: 'Invalid reset url' },
  INVALID_VERIFICATION_TOKEN: { status: 400, message: 'Invalid verification url' },
  INVALID_REFRESH_TOKEN: { status: 400, message: 'Invalid refresh token' },

  // The request itself
  BAD_JSON: { status: 400, message: 'The request body is not valid JSON.' },
  INVALID_REQUEST_BODY: { status: 400, message: 'Invalid request body' },
  INVALID_PARAMETER: { status: 400, message: 'A parameter of the request is not valid.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'Send the body as application/json.' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request body is too large.' },
  NOT_FOUND: { status: 404, message: 'Not found' },
  METHOD_NOT_ALLOWED: { status: 405, message: 'This method is not allowed here.' },

  // Projects, members, tokens
  PROJECT_NOT_FOUND: { status: 404, message: 'Project not found' },
  BASE_NOT_FOUND: { status: 404, message: 'Base not found' },
  PROJECT_EXISTS: { status: 400, message: 'Project title already in use' },
  USER_NOT_FOUND: { status: 404, message: 'User not found' },
  INVALID_MEMBER: { status: 400, message: 'This member cannot be changed like that.' },
  TOKEN_NOT_FOUND: { status: 404, message: 'Token not found' },

  // Tables, columns, rows
  TABLE_NOT_FOUND: { status: 404, message: 'Table not found' },
  INVALID_TABLE: { status: 400, message: 'The table cannot be made like that.' },
  COLUMN_NOT_FOUND: { status: 404, message: 'Column not found' },
  INVALID_COLUMN: { status: 400, message: 'The column cannot be made like that.' },
  ROW_NOT_FOUND: { status: 404, message: 'Row not found' },
  FIELD_NOT_FOUND: { status: 400, message: 'This table has no such field.' },
  INVALID_FILTER: { status: 400, message: 'The filter cannot be read.' },
  INVALID_VALUE_FOR_FIELD: { status: 400, message: 'A value does not fit its field.' },
  REQUIRED_FIELD_MISSING: { status: 400, message: 'A required field is missing.' },
  DUPLICATE_VALUE: { status: 400, message: 'A value that must be unique exists already.' },

  IMPORT_NOT_FOUND: { status: 404, message: 'Import not found' },
  TOO_MANY_IMPORTS: {
    status: 429,
    message: 'This project has as many imports under way as it may have: finish or cancel one of them first.',
  },

  VIEW_NOT_FOUND: { status: 404, message: 'View not found' },
  ROW_CHANGED: { status: 412, message: 'The row was changed meanwhile: read it again and decide anew.' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, message: 'This Idempotency-Key was used for another request.' },
  INVALID_CURSOR: { status: 400, message: 'This cursor does not belong to this list.' },
  /** What the contract knows and this server does not do: the request is to be changed, and nothing is wrong here. */
  NOT_IMPLEMENTED: { status: 400, message: 'Not implemented' },

  // The server's own trouble
  SERVER_BUSY: { status: 503, message: 'Many people are signing in at this moment; try again in a few seconds.' },
  DATABASE_UNAVAILABLE: { status: 503, message: 'The database is not available right now; try again shortly.' },
  MISCONFIGURED: { status: 503, message: 'The server is not configured; its log says what is missing.' },
  INTERNAL_ERROR: { status: 500, message: 'Something went wrong on the server.' },
} as const satisfies Record<string, { status: number; message: string }>

export type ErrorCode = keyof typeof ERRORS

/** Of what is wrong in one request, how much is told. */
export const MAX_ISSUES = 100

/** One thing wrong in a request: where (a JSON path such as `columns.0.title`, or a parameter's name) and what. */
export interface Issue {
  path: string
  message: string
}

/** What an error says beside its sentence, for a program to find its place: members of its body. */
export interface ErrorDetails {
  /** Title of a column, as far as one is meant. */
  field?: string | undefined
  /** Which row of the request, from 0. */
  index?: number | undefined
  /** Where in the text of a parameter, in characters from 0. */
  position?: number | undefined
  /** Where in a parameter that is JSON. */
  path?: string | undefined
  errors?: readonly Issue[] | undefined
  /** What has to be said first, and with what it may be answered: how a column's texts are to be read. */
  question?: string | undefined
  choices?: readonly string[] | undefined
}

interface ApiErrorOptions {
  /** What went wrong underneath; goes to the log, never to the client. */
  cause?: unknown
  details?: ErrorDetails
  /** Extra response headers, e.g. `Allow` or `Retry-After`. */
  headers?: Record<string, string>
}

/** An error the client is told about. `message` defaults to the code's sentence. */
export class ApiError extends Error {
  readonly code: ErrorCode
  readonly status: (typeof ERRORS)[ErrorCode]['status']
  readonly details: ErrorDetails
  readonly headers: Record<string, string>

  constructor(code: ErrorCode, message: string = ERRORS[code].message, options: ApiErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'ApiError'
    this.code = code
    this.status = ERRORS[code].status
    this.details = options.details ?? {}
    this.headers = options.headers ?? {}
  }
}

/** Seconds after which a client may try again when the database was not available. */
const RETRY_AFTER_S = 2

/** Not now: the client may try again soon. */
export function unavailable(cause: unknown, message?: string): ApiError {
  return new ApiError('DATABASE_UNAVAILABLE', message, { cause, headers: { 'retry-after': String(RETRY_AFTER_S) } })
}

/** What was to be changed is no longer as the request knew it; a batch of conditions found out. The client may try again. */
export function changedMeanwhile(cause: unknown): ApiError {
  return unavailable(cause, 'The table was changed at this very moment; try again.')
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text)
}

/** Refuses input for everything that is wrong with it, in one sentence and one by one. */
export function invalidInput(errors: readonly Issue[], where: 'body' | 'parameter'): ApiError {
  const sentence = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
  return where === 'body'
    ? new ApiError('INVALID_REQUEST_BODY', `Invalid request body: ${sentence}`, { details: { errors } })
    : new ApiError('INVALID_PARAMETER', `Invalid request parameter: ${sentence}`, { details: { errors } })
}

/** What an error names one by one; nothing where it names none. */
export function issuesOf(error: ApiError | null): readonly Issue[] {
  return error?.details.errors ?? []
}
