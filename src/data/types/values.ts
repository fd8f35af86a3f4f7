/**
 * Values between JSON and SQL, by column type. What does not fit is refused; nothing is rounded or cut without a word. (What
 * JSON.parse itself would change, http/json-body.ts refuses.)
 */
import { ApiError } from '../../errors'
import { newId } from '../../lib/ids'
import { exactNumber } from '../../lib/number'
import { D1_LIMITS } from '../../lib/sql'
import { quoteValue, sizeText } from '../../lib/text'
import { DAY_MS, timestamp } from '../../lib/time'
import { type Column, type ValueKind, keyMaker, kindOf, ratingMax } from './column'
import { parseIsoDate, readTime, storedDate } from './iso-date'
import { validatorOf } from './validators'

/** What D1 binds and gives back. A boolean is 0 or 1, JSON is its text. */
export type Stored = string | number | null

/** A JSON value in its stored form. Throws INVALID_VALUE_FOR_FIELD or REQUIRED_FIELD_MISSING, naming the field. */
export function toStored(column: Column, value: unknown): Stored {
  if (value === null || value === undefined || (value === '' && isClearedByEmptyText(column))) {
    if (column.required) throw missing(column)
    return null
  }
  const result = CONVERSIONS[kindOf(column)](value, column)
  if (typeof result === 'object') throw invalid(column, value, result)
  if (typeof result === 'number') return result
  if (result.length * 4 > D1_LIMITS.rowBytes && byteLength(result) > D1_LIMITS.rowBytes) {
    throw invalid(column, value, { expected: `at most ${sizeText(D1_LIMITS.rowBytes)}` })
  }
  const validator = validatorOf(column)
  if (validator?.passes(result) === false) throw invalid(column, value, validator)
  return result
}

/** What a form or a spreadsheet sends of an empty field. A text may be empty, and so may JSON and a choice of several options. */
function isClearedByEmptyText(column: Column): boolean {
  const kind = kindOf(column)
  if (kind === 'text') return validatorOf(column) !== undefined
  return kind !== 'json' && kind !== 'multiselect'
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
  if (/^current_timestamp(?:\(\))?$/i.test(column.defaultValue)) return kind === 'date' ? storedDate('date', now) : timestamp(now)
  return toStored(column, kind === 'json' ? parseJson(column.defaultValue) : column.defaultValue)
}

export function missing(column: Column): ApiError {
  return new ApiError('REQUIRED_FIELD_MISSING', `The field "${column.title}" is required.`, { details: { field: column.title } })
}

/** What a column takes, when the value is no such thing. */
interface Refusal {
  expected: string
  /** The part of the value that is wrong, where it is not all of it. */
  wrong?: unknown
  /** What clients of the contract know the rule by. */
  name?: string
}

function invalid(column: Column, value: unknown, { expected, wrong = value, name }: Refusal): ApiError {
  const known = name === undefined ? '' : ` (Validation failed : ${name})`
  return new ApiError(
    'INVALID_VALUE_FOR_FIELD',
    `The field "${column.title}" (${column.type}) takes ${expected}, not ${quoteValue(wrong)}${known}.`,
    { details: { field: column.title } },
  )
}

type Conversion = (value: unknown, column: Column) => string | number | Refusal

const WHOLE = { expected: 'a whole number such as 42' }
const SAFE = Number.MAX_SAFE_INTEGER.toLocaleString('en-US')
const WHOLE_AND_EXACT = { expected: `a whole number between -${SAFE} and ${SAFE}` }
const NUMBER = { expected: 'a number such as 12.5' }
const EXACT = { expected: 'a number that can be kept exactly, which those of up to 15 digits can' }
const BOOLEAN = { expected: 'true or false' }
const TEXT = { expected: 'a text' }
const NO_NUL = { expected: 'a text without the character NUL' }
const DATE = { expected: 'a date such as 2026-01-31' }
const DATETIME = { expected: 'a date and time such as 2026-01-31T09:30:00Z' }
/** Options that a refusal names. */
const NAMED_OPTIONS = 20
const TIME = { expected: 'a time such as 09:30 or 09:30:00.250' }

const CONVERSIONS: Record<ValueKind, Conversion> = {
  text: (value) => {
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    if (typeof value !== 'string') return TEXT
    return value.includes('\0') ? NO_NUL : value
  },
  integer: (value, column) => {
    const number = typeof value === 'string' && /^[+-]?\d+$/.test(value.trim()) ? Number(value) : value
    const { least, most } = boundsOf(column)
    if (typeof number !== 'number' || !Number.isInteger(number) || number < least || number > most)
      return wholeNumber(column, number)
    return number === 0 ? 0 : number
  },
  number: (value) => {
    const number = typeof value === 'string' ? exactNumber(value.trim()) : value
    if (typeof number !== 'number') return typeof value === 'string' && isDecimal(value.trim()) ? EXACT : NUMBER
    return Number.isInteger(number) && !Number.isSafeInteger(number) ? EXACT : number
  },
  boolean: (value) => {
    if (value === true || value === 1 || value === 'true' || value === '1') return 1
    return value === false || value === 0 || value === 'false' || value === '0' ? 0 : BOOLEAN
  },
  date: (value) => {
    const parsed = typeof value === 'string' ? parseIsoDate(value.trim()) : null
    if (parsed === null) return DATE
    // A moment is no day, unless it is a midnight: that is how many programs write a day.
    if (!parsed.dateOnly && parsed.ms % DAY_MS !== 0) return { expected: `${DATE.expected}, without a time of day` }
    return storedDate('date', parsed.ms) ?? DATE
  },
  datetime: (value) => {
    const parsed = typeof value === 'string' ? parseIsoDate(value.trim()) : null
    return (parsed === null ? null : storedDate('datetime', parsed.ms)) ?? DATETIME
  },
  time: (value) => (typeof value === 'string' ? readTime(value.trim()) : null) ?? TIME,
  select: (value, column) => optionTitle(column, value) ?? { expected: oneOf(column) },
  multiselect: (value, column) => {
    const titles: unknown[] | null = Array.isArray(value)
      ? value
      : typeof value === 'string'
        ? value.split(',').filter((title) => title !== '')
        : null
    if (titles === null) return { expected: oneOf(column) }
    const known = titles.map((title) => optionTitle(column, title))
    const wrong = known.indexOf(undefined)
    if (wrong >= 0) return { expected: chosenOf(column, titles), wrong: titles[wrong] }
    return [...new Set(known)].join(',')
  },
  json: (value) => JSON.stringify(value),
}

/** Digits that no exact number stands for, or an exponent beyond all numbers. */
function isDecimal(text: string): boolean {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)
}

/** Whole numbers that a column holds: at most those that JSON says exactly. */
function boundsOf(column: Column): { least: number; most: number } {
  if (column.type === 'Year') return { least: 0, most: 9999 }
  if (column.type === 'Rating') return { least: 0, most: ratingMax(column) }
  return { least: Number.MIN_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER }
}

function wholeNumber(column: Column, number: unknown): Refusal {
  const { least, most } = boundsOf(column)
  if (most < Number.MAX_SAFE_INTEGER) return { expected: `a whole number from ${least} to ${most}` }
  return Number.isInteger(number) ? WHOLE_AND_EXACT : WHOLE
}

/** The option of that title. Both are one text in whichever form of Unicode. */
function optionTitle(column: Column, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const composed = value.normalize()
  return column.options.find(({ title }) => title === value || title === composed)?.title
}

function oneOf({ options }: Column): string {
  if (options.length === 0) return 'no value, for it has no options'
  const titles = options.slice(0, NAMED_OPTIONS).map(({ title }) => quoteValue(title))
  const more = options.length > titles.length ? ` and ${options.length - titles.length} more` : ''
  return `one of its options: ${titles.join(', ')}${more}`
}

/** What would be right instead of several titles of which one is wrong. */
function chosenOf(column: Column, titles: readonly unknown[]): string {
  const trimmed = titles.map((title) => optionTitle(column, typeof title === 'string' ? title.trim() : title))
  if (trimmed.includes(undefined)) return oneOf(column)
  return `its options without blanks around them, as in ${quoteValue(trimmed.join(','))}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const encoder = new TextEncoder()

/** Bytes of a value as D1 stores it, about. */
export function byteLength(value: Stored): number {
  return typeof value === 'string' ? encoder.encode(value).length : 8
}
