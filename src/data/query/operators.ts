/** The comparison operators of `where`: one line each says what the operator means and what it is for. */
import type { ColumnType } from '../types/column-types'
import type { OperatorGroup } from '../types/kind'
import { rulesOf } from '../types/kinds'

/** What an operator means, before any negation; meanings.ts has one rule for each. */
export type Meaning =
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
  means: Meaning
  /** A negated operator selects every row that its opposite does not, rows with NULL included. */
  negated?: true
  /** `list`: values separated by commas, as list.ts reads them. */
  value: 'none' | 'one' | 'list'
  /** Each kind of values has all operators of a group, or none. */
  group: OperatorGroup
}

export const OPERATORS = {
  eq: { means: '=', value: 'one', group: 'equality' },
  neq: { means: '=', negated: true, value: 'one', group: 'equality' },
  not: { means: '=', negated: true, value: 'one', group: 'equality' },
  gt: { means: '>', value: 'one', group: 'order' },
  lt: { means: '<', value: 'one', group: 'order' },
  ge: { means: '>=', value: 'one', group: 'order' },
  gte: { means: '>=', value: 'one', group: 'order' },
  le: { means: '<=', value: 'one', group: 'order' },
  lte: { means: '<=', value: 'one', group: 'order' },
  like: { means: 'like', value: 'one', group: 'like' },
  nlike: { means: 'like', negated: true, value: 'one', group: 'like' },
  in: { means: 'in', value: 'list', group: 'equality' },
  btw: { means: 'between', value: 'list', group: 'order' },
  nbtw: { means: 'between', negated: true, value: 'list', group: 'order' },
  is: { means: 'is', value: 'one', group: 'equality' },
  isnot: { means: 'is not', value: 'one', group: 'equality' },
  null: { means: 'null', value: 'none', group: 'equality' },
  notnull: { means: 'null', negated: true, value: 'none', group: 'equality' },
  empty: { means: 'empty', value: 'none', group: 'equality' },
  // Not the negation of `empty`: NULL is neither.
  notempty: { means: 'not empty', value: 'none', group: 'equality' },
  blank: { means: 'blank', value: 'none', group: 'equality' },
  notblank: { means: 'blank', negated: true, value: 'none', group: 'equality' },
  checked: { means: 'checked', value: 'none', group: 'checked' },
  notchecked: { means: 'checked', negated: true, value: 'none', group: 'checked' },
  allof: { means: 'all of', value: 'list', group: 'items' },
  nallof: { means: 'all of', negated: true, value: 'list', group: 'items' },
  anyof: { means: 'any of', value: 'list', group: 'items' },
  nanyof: { means: 'any of', negated: true, value: 'list', group: 'items' },
  isWithin: { means: 'within', value: 'one', group: 'window' },
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

/** Whether the operator is for values of that column. */
export function isFor({ group }: Operator, column: { type: ColumnType }): boolean {
  return rulesOf(column).operators.includes(group)
}

/** What to tell someone who wrote an operator that does not exist. */
export function suggestOperator(name: string): string {
  const lower = name.toLowerCase()
  const meant = NAMES.find((known) => known.toLowerCase() === lower) ?? MEANT.get(lower)
  return meant === undefined ? `expected one of ${NAMES.join(', ')}.` : `did you mean ${meant}?`
}
