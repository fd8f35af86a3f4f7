/**
 * Values between JSON and SQL, by column type. What does not fit is refused; nothing is rounded or cut without a word. (What
 * JSON.parse itself would change, http/json-body.ts refuses.)
 */
import { ApiError } from '../../errors'
import { newId } from '../../lib/ids'
import { D1_LIMITS } from '../../lib/sql'
import { quoteValue, sizeText } from '../../lib/text'
import { timestamp } from '../../lib/time'
import { type Column, keyMaker } from './column'
import { NO_VALUE, type Refusal, type Stored, type TextFormat, type TextReading } from './kind'
import { rulesOf } from './kinds'
import { validatorOf } from './validators'

/** A JSON value in its stored form. Throws INVALID_VALUE_FOR_FIELD or REQUIRED_FIELD_MISSING, naming the field. */
export function toStored(column: Column, value: unknown): Stored {
  const rules = rulesOf(column)
  if (value === null || value === undefined || (value === '' && !rules.holdsEmptyText(column))) {
    if (column.required) throw missing(column)
    return null
  }
  const result = rules.fromJson(value, column)
  if (typeof result === 'object') throw invalid(column, value, result)
  if (typeof result === 'number') return result
  if (result.length * 4 > D1_LIMITS.rowBytes && byteLength(result) > D1_LIMITS.rowBytes) {
    throw invalid(column, value, { expected: `at most ${sizeText(D1_LIMITS.rowBytes)}` })
  }
  const validator = validatorOf(column)
  if (validator?.passes(result) === false) throw invalid(column, value, validator)
  return result
}

/** A cell of a file as the value that the JSON of a row has; toStored() has the last word. `column`: as it will be, with its options. */
export function readCell(column: Column, cell: string | null, format: TextFormat): TextReading {
  return cell === null ? NO_VALUE : rulesOf(column).fromText(cell, column, format)
}

/** A stored value as JSON. */
export function toJson(column: Column, value: unknown): unknown {
  return value === null || value === undefined ? null : rulesOf(column).toJson(value)
}

/** New keys, by what `meta.ag` asks for. */
const KEY_MAKERS: Record<NonNullable<ReturnType<typeof keyMaker>>, () => string> = {
  nc: () => newId('row'),
  uuid: () => crypto.randomUUID(),
}

/** What a column gets in a new row that does not name it. `now` in ms. */
export function defaultFor(column: Column, now: number): Stored {
  if (column.auto !== null) return timestamp(now)
  const maker = column.primaryKey ? keyMaker(column) : null
  if (maker !== null) return KEY_MAKERS[maker]()
  const { initial, defaults } = rulesOf(column)
  if (column.defaultValue === null) return initial(column) ?? toStored(column, null)
  if (isPresentMoment(column.defaultValue)) return (defaults.fromNow ?? timestamp)(now)
  return toStored(column, defaults.fromText(column.defaultValue))
}

/** Whether a default value is the moment at which a row is made. */
function isPresentMoment(text: string): boolean {
  return /^current_timestamp(?:\(\))?$/i.test(text)
}

export function missing(column: Column): ApiError {
  return new ApiError('REQUIRED_FIELD_MISSING', `The field "${column.title}" is required.`, { details: { field: column.title } })
}

function invalid(column: Column, value: unknown, { expected, wrong = value, name }: Refusal): ApiError {
  const known = name === undefined ? '' : ` (Validation failed : ${name})`
  return new ApiError(
    'INVALID_VALUE_FOR_FIELD',
    `The field "${column.title}" (${column.type}) takes ${expected}, not ${quoteValue(wrong)}${known}.`,
    { details: { field: column.title } },
  )
}

const encoder = new TextEncoder()

/** Bytes of a value as D1 stores it, about. */
export function byteLength(value: Stored): number {
  return typeof value === 'string' ? encoder.encode(value).length : 8
}
