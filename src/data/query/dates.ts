/**
 * Dates in filters: `2026-01-31`, ISO 8601 date-times, and the words `today`, `daysAgo,7`, `exactDate,2026-01-31`, …
 * Days are days in UTC, as everything stored is. A day compared with a DateTime column is the whole day.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS, timestamp } from '../../lib/time'

export type DateKind = 'date' | 'datetime'

/** A date value in its stored form. `end`: the first moment after it, when it lasts; null when the value is one moment. */
export interface Moment {
  start: string
  end: string | null
}

interface Shift {
  days?: number
  months?: number
}

/** Words that need no argument. */
const DAYS = {
  today: {},
  tomorrow: { days: 1 },
  yesterday: { days: -1 },
  oneWeekAgo: { days: -7 },
  oneWeekFromNow: { days: 7 },
  oneMonthAgo: { months: -1 },
  oneMonthFromNow: { months: 1 },
} as const satisfies Record<string, Shift>

/** Words that a number of days follows: its sign. */
const COUNTED_DAYS = { daysAgo: -1, daysFromNow: 1 } as const

const WINDOWS = {
  pastWeek: { days: -7 },
  pastMonth: { months: -1 },
  pastYear: { months: -12 },
  nextWeek: { days: 7 },
  nextMonth: { months: 1 },
  nextYear: { months: 12 },
} as const satisfies Record<string, Shift>

const COUNTED_WINDOWS = { pastNumberOfDays: -1, nextNumberOfDays: 1 } as const

export const EXPECTED_MOMENT =
  `a date such as 2026-01-31 or 2026-01-31T09:30:00Z, ${Object.keys(DAYS).join(', ')}, ` +
  `exactDate (with a date), ${Object.keys(COUNTED_DAYS).join(' or ')} (with a number)`

export const EXPECTED_WINDOW = `${Object.keys(WINDOWS).join(', ')}, ${Object.keys(COUNTED_WINDOWS).join(' or ')} (with a number)`

/** The date that a value names; null when it names none. */
export function readMoment(kind: DateKind, text: string, now: number): Moment | null {
  const [word, argument] = splitWord(text)
  if (word === 'exactDate') return readIso(kind, argument)
  if (isKeyOf(DAYS, word)) return argument === '' ? day(kind, shift(now, DAYS[word])) : null
  if (isKeyOf(COUNTED_DAYS, word)) {
    const days = readCount(argument)
    return days === null ? null : day(kind, shift(now, { days: days * COUNTED_DAYS[word] }))
  }
  return readIso(kind, text.trim())
}

/**
 * The window of `isWithin`, both ends included: whole days for dates (`pastWeek` is today and the seven days before), to the
 * second for date-times (the last 7 × 24 hours). Null when the value names none.
 */
export function readWindow(kind: DateKind, text: string, now: number): { from: string; to: string } | null {
  const end = readWindowEnd(text, now)
  const far = end === null ? null : store(kind, end)
  const near = store(kind, now)
  if (end === null || far === null || near === null) return null
  return end < now ? { from: far, to: near } : { from: near, to: far }
}

function readWindowEnd(text: string, now: number): number | null {
  const [word, argument] = splitWord(text)
  if (isKeyOf(WINDOWS, word)) return argument === '' ? shift(now, WINDOWS[word]) : null
  if (!isKeyOf(COUNTED_WINDOWS, word)) return null
  const days = readCount(argument)
  return days === null ? null : shift(now, { days: days * COUNTED_WINDOWS[word] })
}

function splitWord(text: string): [word: string, argument: string] {
  const comma = text.indexOf(',')
  return comma < 0 ? [text.trim(), ''] : [text.slice(0, comma).trim(), text.slice(comma + 1).trim()]
}

function isKeyOf<Table extends object>(table: Table, key: string): key is Extract<keyof Table, string> {
  return Object.hasOwn(table, key)
}

function readCount(text: string): number | null {
  return /^\d{1,7}$/.test(text) ? Number(text) : null
}

/** A blank may stand for the `+` of an offset: in a query string that nobody encoded, it is one. */
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:Z|([+\- ])(\d\d):?(\d\d))?)?$/

/** Without an offset a time is UTC. Fractions of a second are cut off, as they are when values are stored. */
function readIso(kind: DateKind, text: string): Moment | null {
  const match = ISO.exec(text)
  if (match === null) return null
  const part = (index: number): number => Number(match[index] ?? 0)
  const ms = utc(part(1), part(2), part(3), part(4), part(5), part(6))
  if (ms === null) return null
  if (match[4] === undefined) return day(kind, ms)
  const offset = readOffset(match[7], part(8), part(9))
  const start = offset === null ? null : store(kind, ms - offset)
  return start === null ? null : { start, end: null }
}

/** Milliseconds of a date that exists; null for 30 February and the like. Not Date.UTC, which moves the years 0 to 99. */
function utc(year: number, month: number, date: number, hour: number, minute: number, second: number): number | null {
  const at = new Date(0)
  at.setUTCFullYear(year, month - 1, date)
  if (at.getUTCMonth() !== month - 1 || at.getUTCDate() !== date || hour > 23 || minute > 59 || second > 59) return null
  return at.setUTCHours(hour, minute, second)
}

function readOffset(sign: string | undefined, hours: number, minutes: number): number | null {
  if (hours > 23 || minutes > 59) return null
  return (hours * HOUR_MS + minutes * MINUTE_MS) * (sign === '-' ? -1 : 1)
}

function shift(ms: number, { days = 0, months = 0 }: Shift): number {
  const at = new Date(ms)
  const date = at.getUTCDate()
  at.setUTCMonth(at.getUTCMonth() + months)
  // 31 March less a month would be 3 March: stay in the month meant, on its last day.
  if (at.getUTCDate() !== date) at.setUTCDate(0)
  return at.getTime() + days * DAY_MS
}

/** The day in which an instant lies. */
function day(kind: DateKind, ms: number): Moment | null {
  const midnight = Math.floor(ms / DAY_MS) * DAY_MS
  const start = store(kind, midnight)
  if (start === null || kind === 'date') return start === null ? null : { start, end: null }
  // The last day that can be written has no day after it; this sorts behind it.
  return { start, end: store(kind, midnight + DAY_MS) ?? '9999-12-31 24' }
}

/** The stored form; null beyond the years of four digits, which is also where texts stop sorting as time does. */
function store(kind: DateKind, ms: number): string | null {
  const at = new Date(ms)
  const year = at.getUTCFullYear()
  if (!(year >= 0 && year <= 9999)) return null
  return kind === 'date' ? at.toISOString().slice(0, 10) : timestamp(ms)
}
