/** What a column may be, new or changed. */
import { ApiError } from '../../errors'
import { D1_LIMITS } from '../../lib/sql'
import { isSameText, quoteValue } from '../../lib/text'
import { type Column, isRatingMax, keyMaker } from '../types/column'
import { COLUMN_TYPES, type ColumnType, isColumnType, kindOf } from '../types/column-types'
import { rulesOf } from '../types/kinds'
import { defaultFor } from '../types/values'

/** Characters of a table's columns as JSON. They travel to D1 in one parameter, where a character takes at most four bytes. */
export const MAX_DESCRIPTION = D1_LIMITS.rowBytes / 4

/** The type of that name. Throws INVALID_COLUMN that names the right ones; `title`: of the column that would have it. */
export function requireType(name: string, title: string): ColumnType {
  if (isColumnType(name)) return name
  const types = Object.keys(COLUMN_TYPES)
  const meant = types.find((type) => type.toLowerCase() === name.toLowerCase())
  const right = meant === undefined ? `The types are ${types.join(', ')}.` : `Did you mean ${meant}?`
  throw invalid(title, `There is no column type ${quoteValue(name)}, as "${title}" would have. ${right}`)
}

/** Throws INVALID_COLUMN for a key whose values no path could name, or that the server could not make up. */
export function checkKey({
  title,
  type,
  primaryKey,
  auto,
  meta,
}: Pick<Column, 'title' | 'type' | 'primaryKey' | 'auto' | 'meta'>): void {
  if (!primaryKey) return
  if (keyMaker({ meta }) !== null && kindOf({ type }) !== 'text') {
    throw invalid(title, `Keys that the server makes up (\`meta.ag\`) are texts: "${title}" cannot be of type ${type}.`)
  }
  // A path could not name the JSON of a row, nor a client the moment at which the server wrote it.
  if (kindOf({ type }) === 'json' || auto !== null) {
    throw invalid(
      title,
      `The field "${title}" cannot be a primary key: a path cannot name its values. Choose a text, a number or a date that clients give.`,
    )
  }
}

/** Throws INVALID_COLUMN for a rating that would have no stars, or half of one. */
export function checkStars({ type, meta, title }: Column): void {
  const max = meta?.['max']
  if (type !== 'Rating' || max === undefined || max === null || isRatingMax(max)) return
  throw invalid(title, `The rating "${title}" can have 1 to 999 stars: \`meta.max\` is ${quoteValue(max)}.`)
}

/** Throws INVALID_COLUMN or INVALID_VALUE_FOR_FIELD for a default value that no row could have. */
export function checkDefault(column: Column, now: number): void {
  const { defaults, options } = rulesOf(column)
  const { title, defaultValue: given } = column
  if (given === null || column.auto !== null) return
  if (/^current_timestamp/i.test(given) && defaults.fromNow === null) {
    throw invalid(title, `Default value '${given}' is for dates and texts only; "${title}" is a ${column.type}.`)
  }
  const chosen = options === 'one' ? [given] : options === 'several' ? given.split(',') : []
  const unknown = chosen.find((name) => !column.options.some((option) => isSameText(option.title, name)))
  if (unknown !== undefined) {
    throw invalid(title, `Default value '${unknown}' is not a select option. Give "${title}" that option, or another default.`)
  }
  try {
    defaultFor(column, now)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw new ApiError(error.code, `The default value does not fit. ${error.message}`, { cause: error, details: error.details })
  }
}

/** Throws INVALID_TABLE when the catalog could not keep this in the parameters of one statement. */
export function refuseTooLarge(columns: readonly Column[], meta: Record<string, unknown> | null | undefined): void {
  for (const part of [columns, meta]) {
    if (JSON.stringify(part ?? null).length > MAX_DESCRIPTION) {
      throw new ApiError(
        'INVALID_TABLE',
        `A table's columns may have ${MAX_DESCRIPTION} characters: shorten options, defaults or meta.`,
      )
    }
  }
}

export function invalid(title: string, message: string, cause?: unknown): ApiError {
  return new ApiError('INVALID_COLUMN', message, { cause, details: { field: title } })
}
