/** Yes or no: 1 or 0 in D1. */
import type { TypesOf } from './column-types'
import { HOLDS_NO_TEXT, type Kind, examplesOf, guardedText, isSameKind, problem, sameValue, trimmed } from './kind'
import { readBoolean } from './words'

export const boolean: Kind = {
  sql: 'INTEGER',
  fromJson: (value) => {
    if (value === true || value === 1 || value === 'true' || value === '1') return 1
    return value === false || value === 0 || value === 'false' || value === '0' ? 0 : { expected: 'true or false' }
  },
  toJson: (stored) => stored !== 0,
  holdsEmptyText: () => false,
  fromText: trimmed((text) => {
    const value = readBoolean(text)
    return value === null ? problem(text, 'neither yes nor no') : { value }
  }),
  toText: guardedText,
  asks: null,
  defaults: { fromText: (text) => text, fromNow: null },
  initial: () => 0,
  options: null,
  order: 'value',
  operators: ['equality', 'checked'],
  filter: {
    by: 'value',
    expected: 'true or false',
    read: (given) => {
      const text = given.trim().toLowerCase()
      if (text === 'true' || text === '1') return 1
      return text === 'false' || text === '0' ? 0 : null
    },
  },
  shown: ['plain'],
  nothing: HOLDS_NO_TEXT,
  holds: isSameKind,
  convert: sameValue,
  schema: () => ({ type: 'boolean' }),
  example: examplesOf<TypesOf<'boolean'>>({ Checkbox: [true, false] }),
  exampleFilter: () => ['eq', 'true'],
}
