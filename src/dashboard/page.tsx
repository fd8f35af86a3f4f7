/** How every page of the dashboard is answered: who is looking, the notice it opens with, its headers, and where errors go. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import { clearRefreshCookie, readRefreshCookie } from '../control/auth/cookie'
import type { AppEnv } from '../http/app-env'
import { ApiError } from '../errors'
import { toApiError } from '../http/errors'
import { csrfToken } from './form-guard'
import { ErrorPage } from './error-page'
import { NOTICES, type Notice } from './notices'
import { type PageInfo, PageInfoContext } from './page-info'

const PAGE_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Answers with a page. */
export async function show(
  c: Context<AppEnv>,
  page: Child,
  status: 200 | 400 | 403 | 404 | 412 | 413 | 429 | 500 | 503 = 200,
): Promise<Response> {
  const sessionId = c.get('sessionId')
  const notice = readNotice(c)
  const info: PageInfo = {
    actor: c.get('actor'),
    project: c.get('project'),
    csrf: sessionId === null ? '' : await csrfToken(c, sessionId),
    notice: notice === undefined ? null : NOTICES[notice],
    now: c.get('startedAt'),
  }
  c.header('content-security-policy', PAGE_CSP)
  const whole = <PageInfoContext.Provider value={info}>{page}</PageInfoContext.Provider>
  return c.html(html`<!doctype html>${whole}`, status)
}

/** The notice that the address asks for, where there is such a one. */
export function readNotice(c: Context<AppEnv>): Notice | undefined {
  const code = c.req.query('notice')
  return code !== undefined && Object.hasOwn(NOTICES, code) ? (code as Notice) : undefined
}

/** Sends the browser on, after something was done or could not be. */
export function go(c: Context<AppEnv>, path: string, notice?: Notice): Response {
  return c.redirect(notice === undefined ? path : `${path}${path.includes('?') ? '&' : '?'}notice=${notice}`, 303)
}

/** Whether a person's browser asks for a page: what is no API, and wants HTML. */
export function isPageRequest(c: Context<AppEnv>): boolean {
  return !c.req.path.startsWith('/api/') && (c.req.header('accept') ?? '').includes('text/html')
}

/**
 * What a page shows for an error. Who is no longer signed in, no longer a member or has another role now is told so on the
 * nearest page that they may see.
 */
export function pageForError(error: ApiError, c: Context<AppEnv>): Response | Promise<Response> {
  const { project } = c.var
  switch (error.code) {
    case 'AUTHENTICATION_REQUIRED': {
      const next = c.req.method === 'GET' ? `/?next=${encodeURIComponent(c.req.path)}` : '/'
      if (readRefreshCookie(c) === null) return go(c, next, 'sign-in-first')
      clearRefreshCookie(c)
      return go(c, next, 'session-ended')
    }
    case 'PROJECT_NOT_FOUND':
      return go(c, '/projects', 'no-project')
    case 'TABLE_NOT_FOUND':
    case 'COLUMN_NOT_FOUND':
      return project === null ? go(c, '/projects', 'no-project') : go(c, `/projects/${project.id}`, 'no-table')
    case 'FORBIDDEN':
      return project === null ? go(c, '/projects', 'not-allowed') : go(c, `/projects/${project.id}`, 'not-allowed-here')
    default:
      for (const [name, value] of Object.entries(error.headers)) c.header(name, value)
      return show(c, <ErrorPage error={error} />, pageStatus(error.status))
  }
}

function pageStatus(status: number): 400 | 403 | 404 | 413 | 429 | 500 | 503 {
  switch (status) {
    case 403:
    case 404:
    case 413:
    case 429:
    case 500:
    case 503:
      return status
    default:
      return 400
  }
}

/**
 * Does what a form asks for. Gives back why it was refused, for the form to say; what a form cannot mend (nobody signed in,
 * no right, the database away) is thrown on.
 */
export async function attempt<Result>(work: () => Promise<Result>): Promise<Result | ApiError> {
  try {
    return await work()
  } catch (error) {
    const known = toApiError(error)
    if ([400, 404, 409, 412, 413, 422, 429].includes(known.status)) return known
    throw error
  }
}

/** The same for work without a result: null when it is done. */
export async function refusalOf(work: () => Promise<unknown>): Promise<ApiError | null> {
  const result = await attempt(work)
  return result instanceof ApiError ? result : null
}
