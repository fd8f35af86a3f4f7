/** Example values and parameters that work as they stand: what the document shows can be pasted, sent, and is answered 200. */
import { primaryKey } from '../data/catalog/catalog'
import type { Column, Table } from '../data/types/column'
import { isMisread, isReadOnly, isRequiredOnInsert, upsertFields } from './column'
import type { Which } from '../data/types/kind'
import { rulesOf } from '../data/types/kinds'

/** Members that make linters take an example for a schema of its own. */
const SCHEMA_WORDS: ReadonlySet<string> = new Set(['example', 'default'])

/** A value of the column, in requests as in answers; undefined when there can be none. */
export function exampleValue(column: Column, which: Which = 0): unknown {
  return rulesOf(column).example(column, which)
}

/** The body of an insert, with every field that a client may set; undefined when a required one has no example. */
export function newRowExample(table: Table): Record<string, unknown> | undefined {
  return cannotBeShown(table) ? undefined : toBody(writableColumns(table))
}

/** The body of a bulk insert: a second row, with its key, what is required and a little more. */
export function newRowsExample(table: Table): Record<string, unknown>[] | undefined {
  return cannotBeShown(table) ? undefined : [toBody(shownColumns(table), 1)]
}

function shownColumns(table: Table): Column[] {
  const [first, second] = interestingColumns(table)
  return writableColumns(table).filter(
    (column) => column === first || column === second || column.primaryKey || column.unique || isRequiredOnInsert(column),
  )
}

/** The body of an upsert on the field that onExample() names, and so with no other key. */
export function upsertExample(table: Table): Record<string, unknown>[] | undefined {
  const [on] = upsertFields(table)
  if (on === undefined || cannotBeShown(table) || !canBeNamed(on)) return undefined
  const others = shownColumns(table).filter((column) => column !== on && !column.primaryKey)
  return [toBody([on, ...others], 1)]
}

/** The body of a bulk update: the row of newRowExample() in an empty table. */
export function changesExample(table: Table): Record<string, unknown>[] | undefined {
  const key = keyExample(table, 0)
  return key && [{ ...key, ...changeExample(table) }]
}

/** The body of a bulk delete: the row of newRowsExample() after the other. */
export function keysExample(table: Table): Record<string, unknown>[] | undefined {
  const key = keyExample(table, 1)
  return key && [key]
}

/** The body of changes together: the row of changesExample(), and a new one where it may be like another. */
export function togetherExample(table: Table): Record<string, unknown> | undefined {
  const update = changesExample(table)?.map((row) => ({ row }))
  const isOnly = shownColumns(table).some(({ primaryKey, unique }) => primaryKey || unique)
  const insert = isOnly ? undefined : newRowsExample(table)
  return update && { ...(insert && { insert }), update }
}

function keyExample(table: Table, which: Which): Record<string, unknown> | undefined {
  const keys = primaryKey(table)
  return keys.every(canBeNamed) ? toBody(keys, which) : undefined
}

function cannotBeShown(table: Table): boolean {
  return table.columns.some((column) => isRequiredOnInsert(column) && !canBeNamed(column))
}

/** The body of a change, which any row and all of them can take: the first fields that need not be unique. */
export function changeExample(table: Table): Record<string, unknown> {
  return toBody(
    writableColumns(table)
      .filter((column) => !column.primaryKey && !column.unique)
      .slice(0, 2),
  )
}

function writableColumns(table: Table): Column[] {
  return table.columns.filter((column) => !isReadOnly(column) && canBeNamed(column))
}

/** Whether a body that is an example can hold the field. */
function canBeNamed(column: Column): boolean {
  return !isMisread(column.title) && !SCHEMA_WORDS.has(column.title) && exampleValue(column) !== undefined
}

function toBody(columns: readonly Column[], which: Which = 0): Record<string, unknown> {
  return Object.fromEntries(columns.map((column) => [column.title, exampleValue(column, which)]))
}

/** The `rowId` of the row that newRowExample() makes in an empty table; undefined when a path cannot name it. */
export function rowIdExample(table: Table): string | number | undefined {
  const parts = primaryKey(table).map((column) => exampleValue(column))
  if (parts.length === 1 && typeof parts[0] === 'number') return parts[0]
  return parts.every((part) => part !== undefined && typeof part !== 'object') ? parts.map(String).join('___') : undefined
}

/** One named example of a parameter. The first of each list is empty, so that a page which fills it in asks for everything. */
export interface NamedExample {
  summary: string
  value: string
}

export function fieldsExamples(table: Table): Record<string, NamedExample> {
  const [first, second] = interestingColumns(table).map(nameOf)
  return {
    all: { summary: 'All fields', value: '' },
    ...(first !== undefined && { one: { summary: 'One field', value: first } }),
    ...(second !== undefined && { two: { summary: 'Two fields', value: `${first},${second}` } }),
  }
}

export function sortExamples(table: Table): Record<string, NamedExample> {
  const [first, second] = interestingColumns(table).map(nameOf)
  return {
    default: { summary: 'By primary key', value: '' },
    ...(first !== undefined && { descending: { summary: 'Descending', value: `-${first}` } }),
    ...(second !== undefined && { two: { summary: 'By two fields', value: `${first},-${second}` } }),
  }
}

/** Filters that the row of newRowExample() passes. */
export function whereExamples(table: Table): Record<string, NamedExample> {
  const [first, second] = interestingColumns(table).map(condition)
  return {
    all: { summary: 'Every row', value: '' },
    ...(first !== undefined && { one: { summary: 'One condition', value: first } }),
    ...(second !== undefined && { both: { summary: 'Both conditions', value: `${first}~and${second}` } }),
    ...(second !== undefined && { either: { summary: 'At least one of two conditions', value: `${first}~or${second}` } }),
  }
}

/** The same where all rows are at stake: a condition comes first, so that nobody empties a table by not looking. */
export function whereToWriteExamples(table: Table): Record<string, NamedExample> {
  const { all, ...conditions } = whereExamples(table)
  return { ...conditions, ...(all !== undefined && { all }) }
}

export function filterJsonExamples(table: Table): Record<string, NamedExample> {
  const [column] = interestingColumns(table)
  return {
    all: { summary: 'Every row', value: '' },
    ...(column !== undefined && { one: { summary: 'One condition', value: JSON.stringify([filterItem(column)]) } }),
  }
}

export function sortJsonExamples(table: Table): Record<string, NamedExample> {
  const [column] = interestingColumns(table)
  return {
    default: { summary: 'By primary key', value: '' },
    ...(column !== undefined && {
      descending: { summary: 'Descending', value: JSON.stringify([{ fk_column_id: column.id, direction: 'desc' }]) },
    }),
  }
}

/** What people group by: a field with few values, where there is one. */
export function groupExample(columns: readonly Column[]): Column | undefined {
  return columns.find(({ type }) => type === 'SingleSelect' || type === 'Checkbox') ?? byInterest(columns)[0]
}

/** What people filter and sort by. */
function interestingColumns(table: Table): Column[] {
  return byInterest(table.columns).slice(0, 2)
}

/** People's own fields before those that the server fills in. */
function byInterest(columns: readonly Column[]): Column[] {
  const rank = (column: Column): number => (column.primaryKey ? 1 : column.auto === null ? 0 : 2)
  return columns.toSorted((one, other) => rank(one) - rank(other))
}

/** A title, or the column's id where part of the title means something else in `where`, `sort`, `fields` or a URL. */
function nameOf({ id, title }: Column): string {
  return /^[^-(),~*&#+%][^(),~*&#+%]*$/.test(title) ? title : id
}

function condition(column: Column): string {
  const [operator, value] = question(column)
  return `(${nameOf(column)},${operator},${value})`
}

/** The same condition as JSON has it. */
function filterItem(column: Column): Record<string, unknown> {
  const [operator, value] = question(column)
  const condition = { fk_column_id: column.id, comparison_op: operator }
  if (rulesOf(column).filter.by !== 'moment') return { ...condition, value }
  const [comparison_sub_op, date] = value.split(',')
  return { ...condition, comparison_sub_op, value: date }
}

function question(column: Column): readonly [operator: string, value: string] {
  return rulesOf(column).exampleFilter(column, exampleValue(column))
}
