/** Dates and times as clients write them: ISO 8601, and the stored forms `2026-01-31` and `2026-01-31 09:30:00+00:00`. */
import { HOUR_MS, MINUTE_MS } from '../lib/time'

/** A blank may stand for the `+` of an offset: in a query string that nobody encoded, it is one. */
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:Z|([+\- ])(\d\d):?(\d\d))?)?$/

/** Milliseconds (whole seconds: fractions are cut off) and whether only a day was written; null when it is no date. */
export function parseIsoDate(text: string): { ms: number; dateOnly: boolean } | null {
  const match = ISO.exec(text)
  if (match === null) return null
  const part = (index: number): number => Number(match[index] ?? 0)
  const ms = utc(part(1), part(2), part(3), part(4), part(5), part(6))
  const offset = readOffset(match[7], part(8), part(9))
  return ms === null || offset === null ? null : { ms: ms - offset, dateOnly: match[4] === undefined }
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
  return kind === 'date' ? iso.slice(0, 10) : `${iso.slice(0, 19).replace('T', ' ')}+00:00`
}
