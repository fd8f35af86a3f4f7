/**
 * The path a request is routed by. Older spellings of a route are translated here, before routing, so that one handler
 * serves them all; a trailing slash never matters (the NocoDB SDK sends `/projects/`).
 */
const ALIASES: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // contract/api-v1.md section 1: three prefixes for the auth routes. The HTML page of a reset link keeps its own path.
  [/^\/api\/v1\/db\/auth\//, '/api/v1/auth/'],
  [/^\/auth\/(?=user\/|token\/|email\/|password\/(?:change|forgot)$)/, '/api/v1/auth/'],
  [/^\/(?:auth\/)?user\/password\/change$/, '/api/v1/auth/password/change'],
  [/^\/api\/v1\/auth\/user\/password\/change$/, '/api/v1/auth/password/change'],
]

/** Canonical path of a request URL: without a trailing slash, percent-encoding as it came. */
export function canonicalPath(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  const end = url.slice(start).search(/[?#]/)
  const path = start === -1 ? '/' : end === -1 ? url.slice(start) : url.slice(start, start + end)
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
  return ALIASES.reduce((current, [pattern, replacement]) => current.replace(pattern, replacement), trimmed)
}
