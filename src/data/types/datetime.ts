/** Moments, in UTC: `2026-01-31 09:30:00+00:00`. */
import { timestamp } from '../../lib/time'
import type { TypesOf } from './column-types'
import { momentText, storedText } from './moment-text'
import { parseIsoDate, storedDate } from './iso-date'
import { HOLDS_NO_TEXT, type Kind, examplesOf, guardedText, isSameKind, sameJson, sameValue, trimmed } from './kind'

const STORED = '^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?\\+00:00$'
const ISO_8601 = '^\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+-]\\d\\d:?\\d\\d)?)?$'

export const datetime: Kind = {
  sql: 'TEXT',
  fromJson: (value) => {
    const parsed = typeof value === 'string' ? parseIsoDate(value.trim()) : null
    const stored = parsed === null ? null : storedDate('datetime', parsed.ms)
    return stored ?? { expected: 'a date and time such as 2026-01-31T09:30:00Z' }
  },
  toJson: sameJson,
  holdsEmptyText: () => false,
  fromText: trimmed((text, _column, format) => {
    const ms = momentText(text, format)
    return typeof ms === 'number' ? storedText('datetime', ms, text) : ms
  }),
  toText: guardedText,
  asks: 'date_order',
  defaults: { fromText: (text) => text, fromNow: timestamp },
  initial: () => null,
  options: null,
  order: 'value',
  operators: ['equality', 'order', 'like', 'window'],
  filter: { by: 'moment', precision: 'datetime' },
  shown: ['plain'],
  nothing: HOLDS_NO_TEXT,
  holds: isSameKind,
  convert: sameValue,
  // Not the format `date-time`: RFC 3339 as JSON Schema reads it wants a T where answers have a space.
  schema: (_column, way) => ({ type: 'string', pattern: way === 'answer' ? STORED : ISO_8601 }),
  example: examplesOf<TypesOf<'datetime'>>({
    DateTime: ['2026-01-31 09:30:00+00:00', '2026-02-28 18:00:00+00:00'],
    CreateTime: ['2026-01-31 09:30:00+00:00', '2026-02-28 18:00:00+00:00'],
    LastModifiedTime: ['2026-01-31 09:30:00+00:00', '2026-02-28 18:00:00+00:00'],
  }),
  exampleFilter: () => ['ge', 'exactDate,2026-01-31'],
}
