/** Requests of the grid: none is waited for without end. */
import { callApi as call } from '../auth.js'

/** What takes longer has most likely been lost, and the person wants to know, ms. */
const TIME_LIMIT_MS = 10_000

/**
 * As callApi() of auth.js.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {import('../auth.js').CallOptions} [options]
 */
export function callApi(method, path, body, options = {}) {
  return call(method, path, body, { limitMs: TIME_LIMIT_MS, ...options })
}
