/** Times of day: `09:30:00`. */
import type { TypesOf } from './column-types'
import { parseTime } from './date-text'
import { readTime } from './iso-date'
import { HOLDS_NO_TEXT, type Kind, examplesOf, guardedText, isSameKind, problem, sameJson, sameValue, trimmed } from './kind'

const STORED = '^([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{3})?$'
const HOUR_MINUTE = '^([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,9})?)?$'

export const time: Kind = {
  sql: 'TEXT',
  fromJson: (value) =>
    (typeof value === 'string' ? readTime(value.trim()) : null) ?? { expected: 'a time such as 09:30 or 09:30:00.250' },
  toJson: sameJson,
  holdsEmptyText: () => false,
  fromText: trimmed((text) => {
    const value = parseTime(text)
    return value === null ? problem(text, 'no time such as 09:30') : { value }
  }),
  toText: guardedText,
  asks: null,
  defaults: { fromText: (text) => text, fromNow: null },
  initial: () => null,
  options: null,
  order: 'value',
  operators: ['equality', 'order', 'like'],
  filter: { by: 'value', expected: 'a time such as 09:30 or 09:30:00', read: (text) => readTime(text.trim()) },
  shown: ['plain'],
  nothing: HOLDS_NO_TEXT,
  holds: isSameKind,
  convert: sameValue,
  schema: (_column, way) => ({ type: 'string', pattern: way === 'answer' ? STORED : HOUR_MINUTE }),
  example: examplesOf<TypesOf<'time'>>({ Time: ['09:30:00', '18:00:00'] }),
  exampleFilter: () => ['ge', '09:30'],
}
