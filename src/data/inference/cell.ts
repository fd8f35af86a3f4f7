/** A cell of a file as the value that the JSON of a row has. The rules of every write are applied after it. */
import { checkJson } from '../../http/json-body'
import { quoteValue } from '../../lib/text'
import { type Column, type ValueKind, kindOf } from '../types/column'
import { unguarded } from '../types/formula-guard'
import { storedDate } from '../types/iso-date'
import { DAY_MS } from '../../lib/time'
import { parseDate, parseTime } from '../types/date-text'
import type { Format } from './dialect'
import { parseNumber } from '../types/number-text'
import { splitOptions } from './scan'
import { readBoolean } from '../types/words'

export type CellReading = { value: unknown } | { problem: string }

/** What of a format tells how a cell is read. */
export type CellFormat = Pick<Format, 'decimalMark' | 'dateOrder' | 'typed'>

/** `column` is as it will be, with its options. A cell without a value (or of spaces, in all but texts) is null. */
export function readCell(column: Column, cell: string | null, format: CellFormat): CellReading {
  const kind = kindOf(column)
  if (cell === null) return NOTHING
  if (kind === 'text') return cell === '' && !format.typed ? NOTHING : { value: unguarded(cell) }
  if (kind === 'select' || kind === 'multiselect')
    return cell === '' && !format.typed ? NOTHING : READERS[kind](unguarded(cell), column, format)
  const text = cell.trim()
  return text === '' ? NOTHING : READERS[kind](text, column, format)
}

const NOTHING: CellReading = { value: null }

type Reader = (text: string, column: Column, format: CellFormat) => CellReading

const READERS: Record<Exclude<ValueKind, 'text'>, Reader> = {
  integer: (text, _column, format) => {
    const value = readNumber(text, [null], format)
    if (typeof value !== 'number') return value
    return Number.isInteger(value) ? { value } : problem(text, 'no whole number')
  },
  number: (text, column, format) => {
    const value = readNumber(text, unitsOf(column), format)
    return typeof value === 'number' ? { value } : value
  },
  boolean: (text) => {
    const value = readBoolean(text)
    return value === null ? problem(text, 'neither yes nor no') : { value }
  },
  date: (text, _column, format) => readDate('date', text, format),
  datetime: (text, _column, format) => readDate('datetime', text, format),
  time: (text) => {
    const value = parseTime(text)
    return value === null ? problem(text, 'no time such as 09:30') : { value }
  },
  select: (text, column) => {
    if (text.trim() === '') return NOTHING
    const title = optionOf(column, text)
    return title === undefined ? problem(text, 'none of the options') : { value: title }
  },
  multiselect: (text, column, { typed }) => {
    const whole = typed ? undefined : optionOf(column, text)
    const titles = whole === undefined ? splitOptions(text, typed) : [whole]
    const wrong = titles.find((title) => optionOf(column, title) === undefined)
    if (wrong !== undefined) return problem(wrong, 'none of the options')
    return { value: titles.map((title) => optionOf(column, title)).join(',') }
  },
  json: (text) => {
    try {
      checkJson(text)
      return { value: JSON.parse(text) as unknown }
    } catch {
      return problem(text, 'no JSON, or has a number that cannot be kept exactly')
    }
  },
}

function problem(text: string, what: string): CellReading & { problem: string } {
  return { problem: `${quoteValue(text)} is ${what}.` }
}

/** What may stand beside a number of that column; null is nothing. */
function unitsOf({ type, meta }: Column): readonly (string | null)[] {
  if (type === 'Percent') return [null, '%']
  if (type !== 'Currency') return [null]
  const code = meta?.['currency_code']
  return typeof code === 'string' ? [null, code] : ['any', null]
}

function readNumber(text: string, units: readonly (string | null)[], { decimalMark }: CellFormat): number | { problem: string } {
  const number = parseNumber(text)
  if (number === null) return problem(text, 'no number')
  const { unit, mark } = number
  if (!units.includes(unit) && !(units.includes('any') && unit !== '%')) {
    return problem(text, unit === '%' ? 'a percentage' : 'an amount of another kind')
  }
  if (decimalMark === null && (mark === 'either.' || mark === 'either,')) {
    return problem(text, 'a thousand and more, or a number with three decimals: say which the decimal mark is')
  }
  if (decimalMark !== null && (mark === '.' || mark === ',') && mark !== decimalMark) {
    return problem(text, `not written with a decimal ${decimalMark === '.' ? 'point' : 'comma'}`)
  }
  return number.value(decimalMark) ?? problem(text, 'a number with more digits than can be kept exactly')
}

function readDate(kind: 'date' | 'datetime', text: string, { dateOrder }: CellFormat): CellReading {
  const date = parseDate(text)
  if (date === null) return problem(text, 'no date')
  if (dateOrder === null && date.order === 'either') {
    return problem(text, 'a date that can be read in two ways: say whether the day or the month comes first')
  }
  const ms = date.ms(dateOrder)
  if (ms === null) return problem(text, `no date with the ${dateOrder === 'dmy' ? 'day' : 'month'} first`)
  if (kind === 'date' && ms % DAY_MS !== 0) return problem(text, 'a moment, not a day')
  const value = storedDate(kind, ms)
  return value === null ? problem(text, 'no date of the years 0 to 9999') : { value }
}

function optionOf({ options }: Column, text: string): string | undefined {
  const find = (wanted: string) =>
    options.find(({ title }) => title === wanted || title.normalize() === wanted.normalize())?.title
  return find(text) ?? find(text.trim())
}
