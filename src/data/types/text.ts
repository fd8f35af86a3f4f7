/** Texts of any length; e-mail addresses, URLs and phone numbers among them, which are checked where a column asks for it. */
import { timestamp } from '../../lib/time'
import type { Column } from './column'
import { type TypesOf, kindOf } from './column-types'
import { unguarded } from './formula-guard'
import { HOLDS_TEXT, type Kind, NO_VALUE, type Way, examplesOf, guardedText, sameJson } from './kind'
import { PHONE_NUMBER, validatorOf } from './validators'

export const text: Kind = {
  sql: 'TEXT',
  fromJson: (value) => {
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    if (typeof value !== 'string') return { expected: 'a text' }
    return value.includes('\0') ? { expected: 'a text without the character NUL' } : value
  },
  toJson: sameJson,
  holdsEmptyText: (column) => validatorOf(column) === undefined,
  fromText: (cell, _column, { typed }) => (cell === '' && !typed ? NO_VALUE : { value: unguarded(cell) }),
  toText: guardedText,
  asks: null,
  defaults: { fromText: (given) => given, fromNow: timestamp },
  initial: () => null,
  options: null,
  order: 'text',
  operators: ['equality', 'order', 'like'],
  filter: { by: 'value', expected: 'a text', read: (given) => given },
  shown: ['plain'],
  nothing: HOLDS_TEXT,
  holds: (from) => kindOf(from) === 'text' || kindOf(from) === 'select',
  // JSON that is a string becomes that string, other JSON its text.
  convert: ({ stored, json, column }) => (kindOf(column) === 'json' && typeof json !== 'string' ? stored : json),
  schema: (column, way) => ({ type: 'string', ...formatOf(column, way) }),
  example: examplesOf<TypesOf<'text'>>({
    SingleLineText: ['Blue pen', 'Green pen'],
    LongText: ['A pen.\nIt writes blue.', 'A pen.\nIt writes green.'],
    Email: ['ada@example.com', 'grace@example.com'],
    URL: ['https://example.com/pens', 'https://example.com/inks'],
    PhoneNumber: ['+44 20 7946 0958', '+44 20 7946 0959'],
    GeoData: ['52.52;13.405', '48.85;2.35'],
    ForeignKey: ['abc', 'def'],
    Collaborator: ['ada@example.com', 'grace@example.com'],
    Geometry: ['POINT (13.405 52.52)', 'POINT (2.35 48.85)'],
    Button: ['Open', 'Close'],
    SpecificDBType: ['abc', 'def'],
  }),
  exampleFilter: (_column, example) => ['like', /\w+/.exec(String(example))?.[0] ?? ''],
}

/** Always what a request should send; promised of answers only where the server checks it, and holds to nothing looser. */
function formatOf(column: Column, way: Way): { format?: string; pattern?: string } {
  const isChecked = column.meta?.['validate'] === true
  switch (column.type) {
    case 'PhoneNumber':
      return isChecked ? { pattern: PHONE_NUMBER.source } : {}
    case 'Email':
      return way === 'request' || isChecked ? { format: 'idn-email' } : {}
    case 'URL':
      return way === 'request' ? { format: 'uri' } : {}
    default:
      return {}
  }
}
