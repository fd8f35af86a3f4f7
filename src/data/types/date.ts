/** Days: `2026-01-31`. */
import { DAY_MS } from '../../lib/time'
import type { TypesOf } from './column-types'
import { momentText, storedText } from './moment-text'
import { parseIsoDate, storedDate } from './iso-date'
import { HOLDS_NO_TEXT, type Kind, examplesOf, guardedText, isSameKind, problem, sameJson, sameValue, trimmed } from './kind'

const DAY = { expected: 'a date such as 2026-01-31' }

export const date: Kind = {
  sql: 'TEXT',
  fromJson: (value) => {
    const parsed = typeof value === 'string' ? parseIsoDate(value.trim()) : null
    if (parsed === null) return DAY
    // A moment is no day, unless it is a midnight: that is how many programs write a day.
    if (!parsed.dateOnly && parsed.ms % DAY_MS !== 0) return { expected: `${DAY.expected}, without a time of day` }
    return storedDate('date', parsed.ms) ?? DAY
  },
  toJson: sameJson,
  holdsEmptyText: () => false,
  fromText: trimmed((text, _column, format) => {
    const ms = momentText(text, format)
    if (typeof ms !== 'number') return ms
    return ms % DAY_MS === 0 ? storedText('date', ms, text) : problem(text, 'a moment, not a day')
  }),
  toText: guardedText,
  asks: 'date_order',
  defaults: { fromText: (text) => text, fromNow: (now) => storedDate('date', now) },
  initial: () => null,
  options: null,
  order: 'value',
  operators: ['equality', 'order', 'like', 'window'],
  filter: { by: 'moment', precision: 'date' },
  shown: ['plain'],
  nothing: HOLDS_NO_TEXT,
  holds: isSameKind,
  convert: sameValue,
  schema: () => ({ type: 'string', format: 'date' }),
  example: examplesOf<TypesOf<'date'>>({ Date: ['2026-01-31', '2026-02-28'] }),
  exampleFilter: () => ['ge', 'exactDate,2026-01-31'],
}
