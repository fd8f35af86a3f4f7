/**
 * Dates and times as clients write them: ISO 8601, and the stored forms `2026-01-31`, `2026-01-31 09:30:00+00:00` and
 * `09:30:00`. Where there is a fraction of a second, the stored forms have three digits of it (`09:30:00.250`); texts of either
 * form sort as time does, since `+` comes before `.` and a beginning before what goes on.
 */
import { HOUR_MS, MINUTE_MS } from '../../lib/time'

/** A space may stand for the `+` of an offset: in a query string that nobody encoded, it is one. */
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+\- ])(\d\d):?(\d\d))?)?$/
const TIME = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?$/

/**
 * The instant, and whether only a day was written; null when it is no date. Digits after the third of a fraction are cut off,
 * not refused: Python, Go and PostgreSQL write microseconds for the present moment, and every client that sends such a stamp
 * would fail. Cut and not rounded, so that no instant moves into the next second.
 */
export function parseIsoDate(text: string): { ms: number; dateOnly: boolean } | null {
  const match = ISO.exec(text)
  if (match === null) return null
  const part = (index: number): number => Number(match[index] ?? 0)
  const seconds = utc(part(1), part(2), part(3), part(4), part(5), part(6))
  const offset = readOffset(match[8], part(9), part(10))
  if (seconds === null || offset === null) return null
  return { ms: seconds + Number(milliseconds(match[7])) - offset, dateOnly: match[4] === undefined }
}

/** A time of day in its stored form; null when it is none. */
export function readTime(text: string): string | null {
  const match = TIME.exec(text)
  if (match === null) return null
  const ms = milliseconds(match[4])
  return `${match[1]}:${match[2]}:${match[3] ?? '00'}${ms === '000' ? '' : `.${ms}`}`
}

/** Of the digits after the point: the three that are kept. */
function milliseconds(fraction = ''): string {
  return fraction.slice(0, 3).padEnd(3, '0')
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

/** The stored form; null beyond the years of four digits, which is also where texts stop sorting as time does. */
export function storedDate(kind: 'date' | 'datetime', ms: number): string | null {
  const at = new Date(ms)
  const year = at.getUTCFullYear()
  if (!(year >= 0 && year <= 9999)) return null
  const iso = at.toISOString()
  if (kind === 'date') return iso.slice(0, 10)
  return `${iso
    .slice(0, -1)
    .replace('T', ' ')
    .replace(/\.000$/, '')}+00:00`
}
