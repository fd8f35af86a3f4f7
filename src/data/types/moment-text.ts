/** Dates of a file: what date and datetime columns make of them. */
import { parseDate } from './date-text'
import { storedDate } from './iso-date'
import { type TextFormat, type TextReading, problem } from './kind'

/** In ms. */
export function momentText(text: string, { dateOrder }: TextFormat): number | { problem: string } {
  const date = parseDate(text)
  if (date === null) return problem(text, 'no date')
  if (dateOrder === null && date.order === 'either') {
    return problem(text, 'a date that can be read in two ways: say whether the day or the month comes first')
  }
  return date.ms(dateOrder) ?? problem(text, `no date with the ${dateOrder === 'dmy' ? 'day' : 'month'} first`)
}

export function storedText(kind: 'date' | 'datetime', ms: number, text: string): TextReading {
  const value = storedDate(kind, ms)
  return value === null ? problem(text, 'no date of the years 0 to 9999') : { value }
}
