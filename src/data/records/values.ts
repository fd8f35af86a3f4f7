/**
 * Values between JSON and SQL, by column type. What does not fit is refused; nothing is rounded or cut without a word. (What
 * JSON.parse itself would change, http/json-body.ts refuses.)
 */
import { z } from '@hono/zod-openapi'
import { ApiError } from '../../errors'
import { newId } from '../../lib/ids'
import { exactNumber } from '../../lib/number'
import { D1_LIMITS } from '../../lib/sql'
import { timestamp } from '../../lib/time'
import { type Column, type ValueKind, keyMaker, kindOf } from '../catalog/types'
import { parseIsoDate, storedDate } from '../iso-date'
import { isWebAddress } from './web-address'

/** What D1 binds and gives back. A boolean is 0 or 1, JSON is its text. */
export type Stored = string | number | null

/** A JSON value in its stored form. Throws INVALID_VALUE_FOR_FIELD or REQUIRED_FIELD_MISSING, naming the field. */
export function toStored(column: Column, value: unknown): Stored {
  if (value === null || value === undefined) {
    if (column.required) throw missing(column)
    return null
  }
  const result = CONVERSIONS[kindOf(column)](value, column)
  if (typeof result === 'object') throw invalid(column, result.expected)
  if (typeof result === 'string' && result.length * 4 > D1_LIMITS.rowBytes && byteLength(result) > D1_LIMITS.rowBytes) {
    throw invalid(column, `a value of at most ${D1_LIMITS.rowBytes} bytes`)
  }
  if (typeof result === 'string' && !passesValidator(column, result))
    throw invalid(column, VALIDATORS[column.type]?.expected ?? '')
  return result
}

/** A stored value as JSON. */
export function toJson(column: Column, value: unknown): unknown {
  if (value === null || value === undefined) return null
  switch (kindOf(column)) {
    case 'boolean':
      return value !== 0
    case 'json':
      return typeof value === 'string' ? parseJson(value) : value
    default:
      return value
  }
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
  const kind = kindOf(column)
  if (column.defaultValue === null) {
    if (kind === 'boolean' || column.type === 'Rating') return 0
    return toStored(column, null)
  }
  if (/^current_timestamp(?:\(\))?$/i.test(column.defaultValue)) return storedDate(kind === 'date' ? 'date' : 'datetime', now)
  return toStored(column, kind === 'json' ? parseJson(column.defaultValue) : column.defaultValue)
}

export function missing(column: Column): ApiError {
  return new ApiError('REQUIRED_FIELD_MISSING', `The field "${column.title}" is required.`, { details: { field: column.title } })
}

function invalid(column: Column, expected: string): ApiError {
  return new ApiError('INVALID_VALUE_FOR_FIELD', `The field "${column.title}" (${column.type}) takes ${expected}.`, {
    details: { field: column.title },
  })
}

type Conversion = (value: unknown, column: Column) => string | number | { expected: string }

const INTEGER = { expected: `a whole number between -${Number.MAX_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER}` }
const NUMBER = { expected: 'a number that a double holds exactly as written' }
const BOOLEAN = { expected: 'true or false' }
const TEXT = { expected: 'a text without NUL' }
const DATE = { expected: 'a date such as 2026-01-31' }
const DATETIME = { expected: 'a date and time such as 2026-01-31T09:30:00Z' }
const TIME = { expected: 'a time such as 09:30:00' }

const CONVERSIONS: Record<ValueKind, Conversion> = {
  text: (value) => {
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    return typeof value === 'string' && !value.includes('\0') ? value : TEXT
  },
  integer: (value, column) => {
    const number = typeof value === 'string' && /^[+-]?\d{1,16}$/.test(value.trim()) ? Number(value) : value
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) return INTEGER
    if (column.type === 'Year' && (number < 0 || number > 9999)) return { expected: 'a year between 0 and 9999' }
    return number === 0 ? 0 : number
  },
  number: (value) => {
    const number = typeof value === 'string' ? exactNumber(value.trim()) : value
    if (typeof number !== 'number' || !Number.isFinite(number)) return NUMBER
    return Number.isInteger(number) && !Number.isSafeInteger(number) ? NUMBER : number
  },
  boolean: (value) => {
    if (value === true || value === 1 || value === 'true' || value === '1') return 1
    return value === false || value === 0 || value === 'false' || value === '0' ? 0 : BOOLEAN
  },
  date: (value) => {
    const parsed = typeof value === 'string' ? parseIsoDate(value.trim()) : null
    // A moment is no day, unless it is a midnight: that is how many programs write a day.
    if (parsed === null || (!parsed.dateOnly && parsed.ms % 86_400_000 !== 0)) return DATE
    return storedDate('date', parsed.ms) ?? DATE
  },
  datetime: (value) => {
    const parsed = typeof value === 'string' ? parseIsoDate(value.trim()) : null
    return (parsed === null ? null : storedDate('datetime', parsed.ms)) ?? DATETIME
  },
  time: (value) => {
    const match = typeof value === 'string' ? /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(value.trim()) : null
    return match === null ? TIME : `${match[1]}:${match[2]}:${match[3] ?? '00'}`
  },
  select: (value, column) => {
    const known = typeof value === 'string' && column.options.some((option) => option.title === value)
    return known ? value : oneOf(column)
  },
  multiselect: (value, column) => {
    const titles = Array.isArray(value)
      ? value
      : typeof value === 'string'
        ? value.split(',').filter((title) => title !== '')
        : null
    if (titles === null || !titles.every((title) => column.options.some((option) => option.title === title))) return oneOf(column)
    return [...new Set(titles)].join(',')
  },
  json: (value) => JSON.stringify(value),
}

function oneOf(column: Column): { expected: string } {
  const titles = column.options.slice(0, 20).map((option) => `"${option.title}"`)
  const more = column.options.length > titles.length ? ` and ${column.options.length - titles.length} more` : ''
  return { expected: titles.length === 0 ? 'no value: it has no options' : `one of its options: ${titles.join(', ')}${more}` }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/**
 * What passes for a phone number where that is checked: three digits, as emergency calls have, to fifteen, which E.164 allows,
 * and marks between them.
 */
export const PHONE_NUMBER = /^\+?(?:[\s().-]{0,4}\d){3,15}[\s().-]{0,4}$/

const EMAIL = z.email()

/** Validators of contract/api-v1.md 3.4: they count only where the column's `meta.validate` is on. */
const VALIDATORS: Partial<Record<Column['type'], { passes: (value: string) => boolean; expected: string }>> = {
  Email: {
    passes: (value) => EMAIL.safeParse(value).success,
    expected: 'an e-mail address (Validation failed : isEmail)',
  },
  URL: { passes: isWebAddress, expected: 'an http, https or ftp URL (Validation failed : isURL)' },
  PhoneNumber: {
    passes: (value) => PHONE_NUMBER.test(value),
    expected: 'a phone number (Validation failed : isMobilePhone)',
  },
}

function passesValidator(column: Column, value: string): boolean {
  if (column.meta?.['validate'] !== true) return true
  return VALIDATORS[column.type]?.passes(value) ?? true
}

const encoder = new TextEncoder()

/** Bytes of a value as D1 stores it, about. */
export function byteLength(value: Stored): number {
  return typeof value === 'string' ? encoder.encode(value).length : 8
}
