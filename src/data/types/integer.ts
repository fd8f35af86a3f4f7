/** Whole numbers: ids, counts, years and the stars of a rating. */
import { type Column, ratingMax } from './column'
import { type TypesOf, kindOf } from './column-types'
import { HOLDS_NO_TEXT, type Kind, type Refusal, examplesOf, guardedText, isSameKind, problem, sameJson, trimmed } from './kind'
import { EXACT, numberText, readNumber } from './number'

const SAFE = Number.MAX_SAFE_INTEGER.toLocaleString('en-US')

export const integer: Kind = {
  sql: 'INTEGER',
  fromJson: (value, column) => {
    const number = typeof value === 'string' && /^[+-]?\d+$/.test(value.trim()) ? Number(value) : value
    const { least, most } = boundsOf(column)
    if (typeof number !== 'number' || !Number.isInteger(number) || number < least || number > most) return refusal(column, number)
    return number === 0 ? 0 : number
  },
  toJson: sameJson,
  holdsEmptyText: () => false,
  fromText: trimmed((text, _column, format) => {
    const value = numberText(text, [null], format)
    if (typeof value !== 'number') return value
    return Number.isInteger(value) ? { value } : problem(text, 'no whole number')
  }),
  toText: guardedText,
  asks: 'decimal_mark',
  defaults: { fromText: (text) => text, fromNow: null },
  initial: ({ type }) => (type === 'Rating' ? 0 : null),
  options: null,
  order: 'value',
  operators: ['equality', 'order', 'like'],
  filter: { by: 'value', expected: 'a number', read: readNumber },
  shown: ['digits'],
  nothing: HOLDS_NO_TEXT,
  holds: (from, to) => {
    const [before, after] = [boundsOf(from), boundsOf(to)]
    return isSameKind(from, to) && before.least >= after.least && before.most <= after.most
  },
  // Yes is 1.
  convert: ({ stored, json, column }) => (kindOf(column) === 'boolean' ? stored : json),
  schema: (column, way) => {
    // A row may be older than the number of stars that its rating has now.
    const { least, most } = column.type === 'Rating' && way === 'answer' ? WHOLE : boundsOf(column)
    return { type: 'integer', minimum: least, maximum: most }
  },
  example: (column, which) => (column.type === 'Rating' ? ratingMax(column) - 1 + which : BY_TYPE(column, which)),
  exampleFilter: (_column, example) => ['ge', String(example)],
}

const BY_TYPE = examplesOf<Exclude<TypesOf<'integer'>, 'Rating'>>({
  ID: [1, 2],
  Number: [12, 24],
  Year: [2026, 2027],
  AutoNumber: [1, 2],
  Count: [3, 4],
})

const WHOLE = { least: EXACT.minimum, most: EXACT.maximum }

/** Whole numbers that a column holds: at most those that JSON says exactly. */
export function boundsOf(column: Column): { least: number; most: number } {
  if (column.type === 'Year') return { least: 0, most: 9999 }
  if (column.type === 'Rating') return { least: 0, most: ratingMax(column) }
  return WHOLE
}

/** Whether a column holds fewer numbers than all. */
export function isBounded(column: Column): boolean {
  return boundsOf(column) !== WHOLE
}

function refusal(column: Column, number: unknown): Refusal {
  const { least, most } = boundsOf(column)
  if (isBounded(column)) return { expected: `a whole number from ${least} to ${most}` }
  return { expected: Number.isInteger(number) ? `a whole number between -${SAFE} and ${SAFE}` : 'a whole number such as 42' }
}
