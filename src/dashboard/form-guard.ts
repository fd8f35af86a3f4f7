/**
 * What stands between a form and another site: a browser that says where a request comes from must name this site, and
 * whoever is signed in must send the token that only our own pages hold. Runs for every request that may change something
 * and is no API call, so that a new form is protected before anyone has thought of it.
 */
import { timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { isCrossSite } from '../control/auth/cookie'
import type { AppEnv } from '../http/app-env'
import { ApiError } from '../errors'
import { readBody } from '../http/body'
import { refuseManyFields } from '../http/form-fields'
import { hmacSha256 } from '../lib/crypto'

/** Name of the hidden field, and of the header that scripts send instead. */
export const CSRF_FIELD = 'csrf'
const CSRF_HEADER = 'x-csrf-token'

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

export const formGuard = createMiddleware<AppEnv>(async (c, next) => {
  if (SAFE_METHODS.includes(c.req.method) || isApiPath(c)) return next()
  if (isCrossSite(c)) throw new ApiError('CROSS_SITE_REQUEST')
  const form = await readForm(c)
  const { sessionId } = c.var
  if (sessionId !== null) {
    const shown = c.req.header(CSRF_HEADER) ?? form.get(CSRF_FIELD)
    if (!(await isCsrfToken(c, sessionId, shown))) {
      throw new ApiError('CROSS_SITE_REQUEST', 'This form is out of date. Go back, load the page again and send it once more.')
    }
  }
  return next()
})

/** Everything that is not for people in a browser; the document of the fixed routes too, which other sites' viewers load. */
export function isApiPath(c: Context<AppEnv>): boolean {
  return c.req.path.startsWith('/api/') || c.req.path === '/openapi.json'
}

/** The fields of a form, from either of the two encodings a form has. */
export async function readForm(c: Context<AppEnv>): Promise<FormData> {
  const bytes = await readBody(c, c.get('bodyLimit'))
  if (bytes.byteLength === 0) return new FormData()
  const type = c.req.header('content-type') ?? ''
  if (!/^(?:application\/x-www-form-urlencoded|multipart\/form-data)\s*(?:;|$)/i.test(type)) {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Send the form as a browser does.')
  }
  refuseManyFields(bytes, type)
  try {
    return await c.req.formData()
  } catch (error) {
    throw new ApiError('INVALID_REQUEST_BODY', 'The form cannot be read.', { cause: error })
  }
}

/** Tied to the session, so that it ends with it; made by the secret, so that nothing has to be stored. */
export function csrfToken(
  c: Context<AppEnv>,
  sessionId: string,
  secret: string = c.get('config').jwtSecrets[0],
): Promise<string> {
  return hmacSha256(secret, `form:${sessionId}`)
}

async function isCsrfToken(c: Context<AppEnv>, sessionId: string, shown: unknown): Promise<boolean> {
  if (typeof shown !== 'string') return false
  const given = Buffer.from(shown)
  for (const secret of c.get('config').jwtSecrets) {
    const wanted = Buffer.from(await csrfToken(c, sessionId, secret))
    if (wanted.length === given.length && timingSafeEqual(wanted, given)) return true
  }
  return false
}

/** The text of a field, without the spaces around it; '' when it is absent. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim() : ''
}

/** The text of a field as it was typed: passwords, and values of rows. */
export function rawTextOf(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}
