/** `limit` and `offset`, and parameters that are switches, as `shuffle` is (docs/contract/api-v1.md 4.2). */
import { invalidParameter } from './invalid-query'

/** The server's page sizes: NocoDB's DB_QUERY_LIMIT_DEFAULT, _MAX and _MIN. */
export interface Limits {
  default: number
  max: number
  min: number
}

export const DEFAULT_LIMITS: Limits = { default: 25, max: 1000, min: 1 }

/** Rows of a page: within the limits whatever integer is asked for, so 0 and negative numbers give the least. */
export function parseLimit(text: string | undefined, limits: Limits): number {
  return Math.max(Math.min(parseInteger('limit', text) ?? limits.default, limits.max), limits.min)
}

/** Rows to skip. Negative numbers are 0. */
export function parseOffset(text: string | undefined): number {
  return Math.max(parseInteger('offset', text) ?? 0, 0)
}

/** A switch; `usual` is what it is when nothing was said. */
export function parseFlag(parameter: string, text: string | undefined, usual: boolean): boolean {
  switch (text) {
    case '1':
    case 'true':
      return true
    case '0':
    case 'false':
      return false
    case undefined:
    case '':
      return usual
    default:
      throw invalidParameter(parameter, 'expected 1 or 0.')
  }
}

/** Whole numbers beyond those that JSON holds exactly mean "as far as it goes": no table has a row there. */
const FARTHEST = Number.MAX_SAFE_INTEGER

/** null when nothing was said. */
function parseInteger(parameter: string, text = ''): number | null {
  const digits = text.trim()
  if (digits === '') return null
  if (!/^[+-]?\d+$/.test(digits)) throw invalidParameter(parameter, 'expected a whole number.')
  return Math.min(Math.max(Number(digits), -FARTHEST), FARTHEST)
}
