/** How routes are made: one place decides how input that does not fit its schema is refused. */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { AppEnv } from './app-env'
import { ERRORS, type ErrorCode, MAX_ISSUES, invalidInput } from '../errors'
import { canonicalPath } from './path'

/** A router whose routes refuse bad input with one ApiError that names every member that is wrong. */
export function createRouter(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    getPath: canonicalPath,
    defaultHook: (result) => {
      if (result.success) return
      const issues = result.error.issues.slice(0, MAX_ISSUES)
      throw invalidInput(
        issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message })),
        result.target === 'json' || result.target === 'form' ? 'body' : 'parameter',
      )
    },
  })
}

/** The error body of every route: `message` and `msg` are the same text, for clients that know one or the other. */
export const ErrorBody = z
  .object({
    error: z.string().openapi({ description: 'A code that does not change' }),
    message: z.string().openapi({ description: 'What was wrong, in a sentence' }),
    msg: z.string().openapi({ description: 'The same text as `message`' }),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .openapi({ description: 'Each thing that was wrong, and where' }),
    field: z.string().optional().openapi({ description: 'The field that was wrong' }),
    index: z.number().int().optional().openapi({ description: 'Which row of the request was wrong, from 0: the first of them' }),
    position: z.number().int().optional().openapi({ description: 'Where in the text of the parameter, in characters from 0' }),
    path: z.string().optional().openapi({ description: 'Where in a parameter that is JSON' }),
    question: z
      .string()
      .optional()
      .openapi({ description: 'The member that must be sent first, for nobody can know its answer' }),
    choices: z.array(z.string()).optional().openapi({ description: 'What that member may be' }),
    request_id: z.string().optional().openapi({ description: 'Names this request in the log of the server' }),
  })
  .openapi('Error')

/** Documented error responses for a route, from the table of errors: one entry a status, which lists its codes as data. */
export function errorResponses(...codes: readonly ErrorCode[]) {
  const byStatus = Map.groupBy(new Set(codes), (code) => ERRORS[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, own]) => [
      status,
      { ...errorCodes(own), content: { 'application/json': { schema: ErrorBody } } },
    ]),
  )
}

/** The codes of a status: for people in the description, for programs beside it. */
export function errorCodes(codes: readonly ErrorCode[]) {
  return { description: codes.map((code) => `\`${code}\``).join(', '), 'x-error-codes': codes }
}

/** A required JSON body. `required` matters: without it a body of another content type would be skipped, valid as `{}`. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { body: { required: true, content: { 'application/json': { schema } } } } as const
}

/** A JSON answer. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } } as const
}

/** An answer that only says what happened. */
export const Message = z.object({ msg: z.string() }).openapi('Message')
