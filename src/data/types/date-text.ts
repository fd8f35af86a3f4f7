/** Dates and times as people write them: `31.01.2026`, `12/25/2025 3:15 PM`, `25 Dec 2025`, and ISO 8601. */
import { parseIsoDate, readTime } from './iso-date'
import { DAY_MS } from '../../lib/time'

export type DateOrder = 'dmy' | 'mdy'

export interface DateText {
  /** The instant by the order of the file; null when that day does not exist in it, or the order must be known. */
  ms: (order: DateOrder | null) => number | null
  /** Orders that it can have; `any` where both say the same. */
  order: DateOrder | 'either' | 'any'
  dateOnly: boolean
  /** The century is not written. */
  isShort: boolean
  /** Digits of a second after the third, which are not kept. */
  isFine: boolean
}

const CLOCK = String.raw`(?:,? +|T)(\d{1,2}:\d\d(?::\d\d(?:\.\d{1,9})?)?)( ?[AaPp]\.?[Mm]\.?)?`
const NUMERIC = new RegExp(String.raw`^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d\d)(?:${CLOCK})?$`)
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?:${CLOCK})?$`)
const DAY_NAMED = new RegExp(String.raw`^(?:[A-Za-z]{3,9},? )?(\d{1,2})[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4})(?:${CLOCK})?$`)
const MONTH_NAMED = new RegExp(String.raw`^(?:[A-Za-z]{3,9},? )?([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})(?:${CLOCK})?$`)
const FINE = /:\d\d\.\d{3}\d*[1-9]/

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]

/** Years of two digits from here on are those of the century before (POSIX strptime). */
export const CENTURY_TURN = 69

/** Null when the text, without spaces around it, is no date. */
export function parseDate(text: string): DateText | null {
  const unit = text.charCodeAt(0)
  const isDigit = unit >= 48 && unit <= 57
  if (text.length < 6 || text.length > 50) return null
  if (!isDigit) return named(text)
  const iso = parseIsoDate(text)
  if (iso !== null) {
    return { ms: () => iso.ms, order: 'any', dateOnly: iso.dateOnly, isShort: false, isFine: FINE.test(text) }
  }
  return numeric(text) ?? named(text)
}

function numeric(text: string): DateText | null {
  const [, year, , first, second, ...clock] = YEAR_FIRST.exec(text) ?? []
  if (year !== undefined) return sure({ year, month: Number(first), day: Number(second) }, clock)
  const [, one = '', mark, other = '', written = '', ...time] = NUMERIC.exec(text) ?? []
  if (mark === undefined) return null
  const full = written.length === 4 ? written : String(Number(written) + (Number(written) < CENTURY_TURN ? 2000 : 1900))
  const dmy = instant({ year: full, month: Number(other), day: Number(one) }, time)
  // With points the day is first wherever people write so.
  const mdy = mark === '.' ? null : instant({ year: full, month: Number(one), day: Number(other) }, time)
  if (dmy === null && mdy === null) return null
  const order = mark === '.' || dmy === mdy ? 'any' : dmy === null ? 'mdy' : mdy === null ? 'dmy' : 'either'
  return {
    ms: (wanted) => chosen({ dmy, mdy }, order, wanted),
    order,
    dateOnly: time[0] === undefined,
    isShort: written.length === 2,
    isFine: FINE.test(text),
  }
}

function chosen(
  { dmy, mdy }: Record<DateOrder, number | null>,
  order: DateText['order'],
  wanted: DateOrder | null,
): number | null {
  if (order === 'any') return dmy
  if (wanted !== null) return wanted === 'dmy' ? dmy : mdy
  return order === 'either' ? null : (dmy ?? mdy)
}

function named(text: string): DateText | null {
  const [, day, dayMonth, dayYear, ...dayClock] = DAY_NAMED.exec(text) ?? []
  if (dayYear !== undefined) return sure({ year: dayYear, month: monthOf(dayMonth), day: Number(day) }, dayClock)
  const [, month, date, year, ...clock] = MONTH_NAMED.exec(text) ?? []
  return year === undefined ? null : sure({ year, month: monthOf(month), day: Number(date) }, clock)
}

function monthOf(name = ''): number {
  const wanted = name.toLowerCase()
  return (
    MONTHS.findIndex(
      (month) => month === wanted || month.slice(0, 3) === wanted || (month === 'september' && wanted === 'sept'),
    ) + 1
  )
}

interface Day {
  year: string
  month: number
  day: number
}

type Clock = readonly (string | undefined)[]

function sure(day: Day, clock: Clock): DateText | null {
  const ms = instant(day, clock)
  if (ms === null) return null
  return { ms: () => ms, order: 'any', dateOnly: clock[0] === undefined, isShort: false, isFine: FINE.test(clock[0] ?? '') }
}

function instant({ year, month, day }: Day, [time, half]: Clock): number | null {
  const date = parseIsoDate(`${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`)
  const ms = time === undefined ? 0 : millisecondsOf(time + (half ?? ''))
  return date === null || ms === null ? null : date.ms + ms
}

function millisecondsOf(time: string): number | null {
  const stored = parseTime(time)
  const parsed = stored === null ? null : parseIsoDate(`1970-01-01T${stored}Z`)
  return parsed === null ? null : parsed.ms % DAY_MS
}

/** A time of day in its stored form: `9:05`, `09:05:30.5`, `3:15 PM`. */
export function parseTime(text: string): string | null {
  const [, hour = '', rest = '', half] = /^(\d{1,2})(:[\d:.]+?) ?(?:([ap])\.?m\.?)?$/i.exec(text) ?? []
  if (half === undefined) return readTime(`${hour.padStart(2, '0')}${rest}`)
  const number = Number(hour)
  if (number < 1 || number > 12) return null
  return readTime(`${String((number % 12) + (half.toLowerCase() === 'p' ? 12 : 0)).padStart(2, '0')}${rest}`)
}
