/** Example values and parameters that work as they stand: what the document shows can be pasted, sent, and is answered 200. */
import { primaryKey } from '../data/catalog/catalog'
import { COLUMN_TYPES, type Column, type ColumnType, type Table } from '../data/catalog/types'
import type { OperatorName } from '../data/query/operators'
import { isMisread, isReadOnly, isRequiredOnInsert } from './column'

/** Members that make linters take an example for a schema of its own. */
const SCHEMA_WORDS: ReadonlySet<string> = new Set(['example', 'default'])

const BY_TYPE = {
  ID: 1,
  SingleLineText: 'Blue pen',
  LongText: 'A pen.\nIt writes blue.',
  Attachment: [{ url: 'https://files.example.com/pen.png', title: 'pen.png', mimetype: 'image/png', size: 2048 }],
  Checkbox: true,
  Number: 12,
  Decimal: 12.5,
  Currency: 9.99,
  Percent: 50,
  Duration: 90,
  Rating: 4,
  Date: '2026-01-31',
  DateTime: '2026-01-31 09:30:00+00:00',
  CreateTime: '2026-01-31 09:30:00+00:00',
  LastModifiedTime: '2026-01-31 09:30:00+00:00',
  Time: '09:30:00',
  Year: 2026,
  Email: 'ada@example.com',
  URL: 'https://example.com/pens',
  PhoneNumber: '+44 20 7946 0958',
  JSON: { colour: 'blue', sizes: [1, 2] },
  GeoData: '52.52;13.405',
  AutoNumber: 1,
  Count: 3,
  ForeignKey: 'abc',
  Collaborator: 'ada@example.com',
  Geometry: 'POINT (13.405 52.52)',
  Button: 'Open',
  SpecificDBType: 'abc',
} as const satisfies Record<Exclude<ColumnType, 'SingleSelect' | 'MultiSelect'>, unknown>

/** A value of the column, in requests as in answers; undefined when there can be none. */
export function exampleValue(column: Column): unknown {
  const titles = column.options.map((option) => option.title)
  switch (column.type) {
    case 'SingleSelect':
      return titles[0]
    case 'MultiSelect':
      return titles.slice(0, 2).join(',')
    default:
      return BY_TYPE[column.type]
  }
}

/** The body of an insert, with every field that a client may set; undefined when a required one has no example. */
export function newRowExample(table: Table): Record<string, unknown> | undefined {
  const shown = writableColumns(table)
  if (table.columns.some((column) => !shown.includes(column) && isRequiredOnInsert(column))) return undefined
  return toBody(shown)
}

/** The body of a change: the first fields that are not part of the key. */
export function changeExample(table: Table): Record<string, unknown> {
  return toBody(
    writableColumns(table)
      .filter((column) => !column.primaryKey)
      .slice(0, 2),
  )
}

function writableColumns(table: Table): Column[] {
  const isLeftOut = (column: Column): boolean => isReadOnly(column) || isMisread(column) || SCHEMA_WORDS.has(column.title)
  return table.columns.filter((column) => !isLeftOut(column) && exampleValue(column) !== undefined)
}

function toBody(columns: readonly Column[]): Record<string, unknown> {
  return Object.fromEntries(columns.map((column) => [column.title, exampleValue(column)]))
}

/** The `rowId` of the row that newRowExample() makes in an empty table; undefined when a path cannot name it. */
export function rowIdExample(table: Table): string | number | undefined {
  const parts = primaryKey(table).map(exampleValue)
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

/** What people filter and sort by: their own fields before those that the server fills in. */
function interestingColumns(table: Table): Column[] {
  const rank = (column: Column): number => (column.primaryKey ? 1 : column.auto === null ? 0 : 2)
  return table.columns.toSorted((one, other) => rank(one) - rank(other)).slice(0, 2)
}

/** A title, or the column's id where part of the title means something else in `where`, `sort`, `fields` or a URL. */
function nameOf({ id, title }: Column): string {
  return /^[^-(),~*&#+%][^(),~*&#+%]*$/.test(title) ? title : id
}

function condition(column: Column): string {
  const [operator, value] = question(column)
  return `(${nameOf(column)},${operator},${value})`
}

function question(column: Column): [operator: OperatorName, value: string] {
  const { kind } = COLUMN_TYPES[column.type]
  const value = exampleValue(column)
  const option = column.options[0]?.title
  switch (kind) {
    case 'integer':
    case 'number':
      return ['ge', String(value)]
    case 'text':
      return ['like', /\w+/.exec(String(value))?.[0] ?? '']
    case 'boolean':
      return ['eq', 'true']
    case 'date':
    case 'datetime':
      return ['ge', 'exactDate,2026-01-31']
    case 'time':
      return ['ge', '09:30']
    case 'select':
      return isPlainValue(option) ? ['eq', option] : ['notnull', '']
    case 'multiselect':
      return isPlainValue(option) ? ['anyof', option] : ['notnull', '']
    case 'json':
      return ['notnull', '']
  }
}

/** Text that ends no condition early and loses nothing to trimming. */
function isPlainValue(value: unknown): value is string {
  return typeof value === 'string' && /^[^\s()](?:[^()]*[^\s()])?$/.test(value)
}
