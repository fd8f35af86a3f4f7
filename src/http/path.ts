/**
 * The path a request is routed by. Older spellings of a route are translated here, before routing, so that one handler
 * serves them all; a trailing slash never matters (the NocoDB SDK sends `/projects/`), nor two where a base URL ends.
 */
const ALIASES: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // docs/contract/api-v1.md section 1: three prefixes for the auth routes.
  [/^\/api\/v1\/db\/auth\//, '/api/v1/auth/'],
  [/^\/auth\/(?=user\/|token\/|email\/validate\/|password\/)/, '/api/v1/auth/'],
  [/^\/(?:api\/v1\/auth\/)?user\/password\/change$/, '/api/v1/auth/password/change'],
]

/** The page behind the link of a reset mail, not the API route that its form calls: docs/contract/api-v1.md 1.1. */
const RESET_PAGE = /^\/auth\/password\/reset\//

/** What people paste as the base of all URLs, often with a slash at its end, and before paths with one at their start. */
const BASE = /^\/+(?:api\/+v1\/+)?/

/** The look behind keeps a long run of slashes elsewhere from being tried from each of them. */
const SLASHES_AT_THE_END = /(?<=[^/])\/+$/

/** Canonical path of a request: without a trailing slash, percent-encoding as it came. */
export function canonicalPath({ method, url }: { method: string; url: string }): string {
  // A Request has a URL in normal form: there is always a path, and no fragment.
  const [path = '/'] = url.slice(url.indexOf('/', url.indexOf('://') + 3)).split('?', 1)
  const trimmed = path.replace(BASE, (base) => base.replaceAll(/\/+/g, '/')).replace(SLASHES_AT_THE_END, '')
  if (method !== 'POST' && RESET_PAGE.test(trimmed)) return trimmed
  return ALIASES.reduce((current, [pattern, replacement]) => current.replace(pattern, replacement), trimmed)
}
