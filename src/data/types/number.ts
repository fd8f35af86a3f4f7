/** Numbers with decimals, as doubles: amounts, percentages, durations in seconds. */
import { exactNumber } from '../../lib/number'
import type { Column } from './column'
import { type TypesOf, kindOf } from './column-types'
import {
  HOLDS_NO_TEXT,
  type Kind,
  type TextFormat,
  examplesOf,
  guardedText,
  isSameKind,
  problem,
  sameJson,
  trimmed,
} from './kind'
import { parseNumber } from './number-text'

/** Beyond, a double has gaps between the integers, and values would be rounded: the server refuses them. */
export const EXACT = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER } as const

const NOT_EXACT = { expected: 'a number that can be kept exactly, which those of up to 15 digits can' }

export const number: Kind = {
  sql: 'REAL',
  fromJson: (value) => {
    const given = typeof value === 'string' ? exactNumber(value.trim()) : value
    if (typeof given !== 'number')
      return typeof value === 'string' && isDecimal(value.trim()) ? NOT_EXACT : { expected: 'a number such as 12.5' }
    return Number.isInteger(given) && !Number.isSafeInteger(given) ? NOT_EXACT : given
  },
  toJson: sameJson,
  holdsEmptyText: () => false,
  fromText: trimmed((text, column, format) => {
    const value = numberText(text, unitsOf(column), format)
    return typeof value === 'number' ? { value } : value
  }),
  toText: guardedText,
  asks: 'decimal_mark',
  defaults: { fromText: (text) => text, fromNow: null },
  initial: () => null,
  options: null,
  order: 'value',
  operators: ['equality', 'order', 'like'],
  filter: { by: 'value', expected: 'a number', read: readNumber },
  shown: ['decimal'],
  nothing: HOLDS_NO_TEXT,
  // Yes is 1.
  holds: isSameKind,
  convert: ({ stored, json, column }) => (kindOf(column) === 'boolean' ? stored : json),
  schema: () => ({ type: 'number', format: 'double', ...EXACT }),
  example: examplesOf<TypesOf<'number'>>({
    Decimal: [12.5, 24.5],
    Currency: [9.99, 19.99],
    Percent: [50, 75],
    Duration: [90, 120],
  }),
  exampleFilter: (_column, example) => ['ge', String(example)],
}

/** Digits that no exact number stands for, or an exponent beyond all numbers. */
function isDecimal(text: string): boolean {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)
}

/**
 * In a filter. Fractions are fine, also against whole-number columns. An integer that a double cannot hold exactly is not a
 * number here.
 */
export function readNumber(given: string): number | null {
  const text = given.trim()
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text)) return null
  const value = Number(text)
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value) && !/e/i.test(text))) return null
  return value
}

/** What may stand beside a number of that column; null is nothing. */
function unitsOf({ type, meta }: Column): readonly (string | null)[] {
  if (type === 'Percent') return [null, '%']
  if (type !== 'Currency') return [null]
  const code = meta?.['currency_code']
  return typeof code === 'string' ? [null, code] : ['any', null]
}

/** In a file, with one of the units. */
export function numberText(
  text: string,
  units: readonly (string | null)[],
  { decimalMark }: TextFormat,
): number | { problem: string } {
  const written = parseNumber(text)
  if (written === null) return problem(text, 'no number')
  const { unit, mark } = written
  if (!units.includes(unit) && !(units.includes('any') && unit !== '%')) {
    return problem(text, unit === '%' ? 'a percentage' : 'an amount of another kind')
  }
  if (decimalMark === null && (mark === 'either.' || mark === 'either,')) {
    return problem(text, 'a thousand and more, or a number with three decimals: say which the decimal mark is')
  }
  if (decimalMark !== null && (mark === '.' || mark === ',') && mark !== decimalMark) {
    return problem(text, `not written with a decimal ${decimalMark === '.' ? 'point' : 'comma'}`)
  }
  return written.value(decimalMark) ?? problem(text, 'a number with more digits than can be kept exactly')
}
