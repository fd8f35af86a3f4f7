/** The comparison operators of `where`: one line each says what the operator means and what it is for. */
import type { ValueKind } from '../types/column'

/** What an operator asks, before any negation; questions.ts has one rule for each. */
export type Asks =
  | '='
  | '>'
  | '<'
  | '>='
  | '<='
  | 'like'
  | 'in'
  | 'between'
  | 'is'
  | 'is not'
  | 'null'
  | 'empty'
  | 'not empty'
  | 'blank'
  | 'checked'
  | 'all of'
  | 'any of'
  | 'within'

export interface Operator {
  asks: Asks
  /** A negated operator selects every row that its opposite does not, rows with NULL included. */
  negated?: true
  /** `list`: values separated by commas, as list.ts reads them. */
  value: 'none' | 'one' | 'list'
  kinds: readonly ValueKind[]
}

const ORDERED = ['text', 'integer', 'number', 'date', 'datetime', 'time', 'select'] as const satisfies ValueKind[]
const WRITTEN = [
  'text',
  'integer',
  'number',
  'date',
  'datetime',
  'time',
  'select',
  'multiselect',
  'json',
] as const satisfies ValueKind[]
const EVERY = [...WRITTEN, 'boolean'] as const satisfies ValueKind[]
const OPTIONS = ['select', 'multiselect'] as const satisfies ValueKind[]
const DATES = ['date', 'datetime'] as const satisfies ValueKind[]

export const OPERATORS = {
  eq: { asks: '=', value: 'one', kinds: EVERY },
  neq: { asks: '=', negated: true, value: 'one', kinds: EVERY },
  not: { asks: '=', negated: true, value: 'one', kinds: EVERY },
  gt: { asks: '>', value: 'one', kinds: ORDERED },
  lt: { asks: '<', value: 'one', kinds: ORDERED },
  ge: { asks: '>=', value: 'one', kinds: ORDERED },
  gte: { asks: '>=', value: 'one', kinds: ORDERED },
  le: { asks: '<=', value: 'one', kinds: ORDERED },
  lte: { asks: '<=', value: 'one', kinds: ORDERED },
  like: { asks: 'like', value: 'one', kinds: WRITTEN },
  nlike: { asks: 'like', negated: true, value: 'one', kinds: WRITTEN },
  in: { asks: 'in', value: 'list', kinds: EVERY },
  btw: { asks: 'between', value: 'list', kinds: ORDERED },
  nbtw: { asks: 'between', negated: true, value: 'list', kinds: ORDERED },
  is: { asks: 'is', value: 'one', kinds: EVERY },
  isnot: { asks: 'is not', value: 'one', kinds: EVERY },
  null: { asks: 'null', value: 'none', kinds: EVERY },
  notnull: { asks: 'null', negated: true, value: 'none', kinds: EVERY },
  empty: { asks: 'empty', value: 'none', kinds: EVERY },
  // Not the negation of `empty`: NULL is neither.
  notempty: { asks: 'not empty', value: 'none', kinds: EVERY },
  blank: { asks: 'blank', value: 'none', kinds: EVERY },
  notblank: { asks: 'blank', negated: true, value: 'none', kinds: EVERY },
  checked: { asks: 'checked', value: 'none', kinds: ['boolean'] },
  notchecked: { asks: 'checked', negated: true, value: 'none', kinds: ['boolean'] },
  allof: { asks: 'all of', value: 'list', kinds: OPTIONS },
  nallof: { asks: 'all of', negated: true, value: 'list', kinds: OPTIONS },
  anyof: { asks: 'any of', value: 'list', kinds: OPTIONS },
  nanyof: { asks: 'any of', negated: true, value: 'list', kinds: OPTIONS },
  isWithin: { asks: 'within', value: 'one', kinds: DATES },
} as const satisfies Record<string, Operator>

export type OperatorName = keyof typeof OPERATORS

const NAMES = Object.keys(OPERATORS)

/** Spellings that people try. */
const MEANT: ReadonlyMap<string, OperatorName> = new Map<string, OperatorName>([
  ['=', 'eq'],
  ['==', 'eq'],
  ['equal', 'eq'],
  ['equals', 'eq'],
  ['!=', 'neq'],
  ['<>', 'neq'],
  ['ne', 'neq'],
  ['>', 'gt'],
  ['<', 'lt'],
  ['>=', 'gte'],
  ['<=', 'lte'],
  ['ilike', 'like'],
  ['contains', 'like'],
  ['notlike', 'nlike'],
  ['between', 'btw'],
  ['isnull', 'null'],
  ['isnotnull', 'notnull'],
])

/** The operator of that name, or undefined. Names are case-sensitive, as upstream. */
export function findOperator(name: string): Operator | undefined {
  return isOperatorName(name) ? OPERATORS[name] : undefined
}

function isOperatorName(name: string): name is OperatorName {
  return Object.hasOwn(OPERATORS, name)
}

/** What to tell someone who wrote an operator that does not exist. */
export function suggestOperator(name: string): string {
  const lower = name.toLowerCase()
  const meant = NAMES.find((known) => known.toLowerCase() === lower) ?? MEANT.get(lower)
  return meant === undefined ? `expected one of ${NAMES.join(', ')}.` : `did you mean ${meant}?`
}
