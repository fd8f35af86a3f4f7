/**
 * Dates in filters: `2026-01-31`, ISO 8601 date-times, and the words `today`, `daysAgo,7`, `exactDate,2026-01-31`, …
 * Days are days in UTC, as everything stored is. A day compared with a DateTime column is the whole day.
 */
import { DAY_MS } from '../../lib/time'
import { parseIsoDate, storedDate } from '../types/iso-date'

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
 * instant for date-times (the last 7 × 24 hours). Null when the value names none.
 */
export function readWindow(kind: DateKind, text: string, now: number): { from: string; to: string } | null {
  const end = readWindowEnd(text, now)
  const far = end === null ? null : storedDate(kind, end)
  const near = storedDate(kind, now)
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

/** Without an offset a time is UTC. It is the one instant that the JSON of a row shows in the same way, not its whole second. */
function readIso(kind: DateKind, text: string): Moment | null {
  const parsed = parseIsoDate(text)
  if (parsed === null) return null
  if (parsed.dateOnly) return day(kind, parsed.ms)
  const start = storedDate(kind, parsed.ms)
  return start === null ? null : { start, end: null }
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
  const start = storedDate(kind, midnight)
  if (start === null || kind === 'date') return start === null ? null : { start, end: null }
  // The last day that can be written has no day after it; this sorts after it.
  return { start, end: storedDate(kind, midnight + DAY_MS) ?? '9999-12-31 24' }
}
