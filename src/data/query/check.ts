/**
 * A filter against a table: names become columns, texts become values of the column's type. What does not fit is refused,
 * with its place: FIELD_NOT_FOUND for names, INVALID_FILTER for operators and values.
 */
import { type Column, type Table } from '../types/column'
import type { Condition, FilterNode } from './ast'
import { fieldNotFound, invalidFilter, quote } from './invalid-query'
import { countItems } from './list'
import { findColumn, findColumnById } from './find-column'
import { type Meaning, type Operator, findOperator, isFor, suggestOperator } from './operators'
import { type Predicate, not } from './predicate'
import { MEANINGS, type KnownCondition, refuse } from './meanings'
import { rulesOf } from '../types/kinds'

/** What a date word may stand after. */
const DATED: ReadonlySet<Meaning> = new Set<Meaning>(['=', '>', '<', '>=', '<=', 'within'])

/** Turns what was written into what is to be tested. `now` (ms) is what `today` and the other date words count from. */
export function checkFilter(node: FilterNode, table: Table, now: number): Predicate {
  switch (node.type) {
    case 'condition':
      return checkCondition(node, table, now)
    case 'not':
      return not(checkFilter(node.child, table, now))
    case 'and':
    case 'or':
      return { type: node.type, children: node.children.map((child) => checkFilter(child, table, now)) }
  }
}

/** How many values the lists of a filter have, counted before any is read. */
export function countListed(node: FilterNode): number {
  switch (node.type) {
    case 'condition':
      return findOperator(node.operator)?.value === 'list' ? countValues(node.value) : 0
    case 'not':
      return countListed(node.child)
    case 'and':
    case 'or':
      return node.children.reduce((sum, child) => sum + countListed(child), 0)
  }
}

function countValues(value: Condition['value']): number {
  return typeof value === 'string' ? countItems(value) : (value?.length ?? 0)
}

function checkCondition(condition: Condition, table: Table, now: number): Predicate {
  const column = resolveColumn(condition, table)
  const operator = findOperator(condition.operator)
  if (operator === undefined) {
    const message = `${quote(condition.operator)} is not an operator; ${suggestOperator(condition.operator)}`
    throw invalidFilter(message, condition.at.operator, column.title)
  }
  if (!isFor(operator, column)) {
    throw invalidFilter(`${condition.operator} is not for ${column.type} fields.`, condition.at.operator, column.title)
  }
  const known = { condition, column, text: '', now }
  const predicate = MEANINGS[operator.means]({ ...known, text: readText(known, operator) })
  return operator.negated ? not(predicate) : predicate
}

function resolveColumn({ field, fieldBy, at }: Condition, table: Table): Column {
  const column = fieldBy === 'id' ? findColumnById(table, field) : findColumn(table, field)
  if (column === undefined) throw fieldNotFound(field, fieldBy === 'id' ? 'filterArrJson' : 'where', at.field)
  return column
}

/** The value as one text, '' when the operator takes none. A date word of `filterArrJson` comes first, as `where` writes it. */
function readText(known: KnownCondition, { means, value: takes }: Operator): string {
  if (takes === 'none') return ''
  const { value, subOperator, operator } = known.condition
  const { title, type } = known.column
  const texts = typeof value === 'string' ? [value] : (value ?? [])
  // SQLite's text functions stop at a NUL, each in its own way.
  if (texts.some((text) => text.includes('\0'))) throw refuse(known, 'a value may not contain the character NUL.')
  if (Array.isArray(value) && takes === 'one') throw refuse(known, `${operator} takes one value, not a list.`)
  if (subOperator !== null) {
    if (rulesOf(known.column).filter.by === 'moment' && DATED.has(means)) return [subOperator, ...texts].join(',')
    throw refuse(known, `${quote(subOperator)} is not for ${operator} on ${type} fields.`)
  }
  if (value === null) throw refuse(known, `${operator} needs a value, as in (${title},${operator},value).`)
  return texts.join(',')
}
