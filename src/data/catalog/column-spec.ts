/** Columns as somebody wants them, whatever API, form or file says so; what is left out is chosen here. */
import { ApiError } from '../../errors'
import { newId } from '../../lib/ids'
import type { AutoValue, Column } from '../types/column'
import type { ColumnType } from '../types/column-types'
import { rulesOf } from '../types/kinds'
import { checkKey, checkStars } from './column-rules'
import { columnNames, freeColumnName, refuseTakenNames } from './column-names'
import { displayColumnAt } from './display-column'
import { type OptionSpec, makeOptions } from './select-options'

export interface ColumnSpec {
  /** Of the two names the one that is left out is made of the other. */
  title?: string
  columnName?: string
  type: ColumnType
  primaryKey?: boolean
  /** The database hands out the value, where the column is the key and of whole numbers. */
  autoIncrement?: boolean
  auto?: AutoValue | null
  required?: boolean
  unique?: boolean
  displayValue?: boolean
  defaultValue?: string | null
  options?: readonly OptionSpec[]
  order?: number
  meta?: Record<string, unknown> | null
}

/** What the caller of makeColumns knows that the specs do not. */
interface Making {
  /** Number of the first physical column to give out. */
  nextColumn: number
  now: number
}

/**
 * The columns of a new table. Without a primary key among them the table gets `Id` in front, and `CreatedAt` and `UpdatedAt`
 * at the end unless they are there. Throws INVALID_COLUMN, naming the column.
 */
export function makeColumns(specs: readonly ColumnSpec[], { nextColumn, now }: Making): Column[] {
  const wanted = specs.some(({ primaryKey }) => primaryKey) ? specs : withStandardColumns(specs)
  const columns: Column[] = []
  for (const spec of wanted) columns.push(makeColumn(spec, columns, { nextColumn: nextColumn + columns.length, now }))
  for (const column of columns) checkStars(column)
  refuseAutomaticParts(columns)
  const marked = columns[wanted.findIndex(({ displayValue }) => displayValue)]
  // As they are read from the catalog.
  const ordered = columns.toSorted((one, other) => one.order - other.order)
  const display = marked ?? afterKey(ordered)
  return ordered.map((column) => ({ ...column, displayValue: column === display }))
}

/** One column to stand beside `others`. Throws INVALID_COLUMN. */
export function makeColumn(spec: ColumnSpec, others: readonly Column[], { nextColumn, now }: Making): Column {
  const names = columnNames(spec)
  const { title } = names
  const columnName = hasName(spec) ? names.columnName : freeColumnName(names.columnName, others)
  refuseTakenNames({ title, columnName }, others)
  const { type, primaryKey = false, auto = null, meta = null } = spec
  checkKey({ title, type, primaryKey, auto, meta })
  const autoIncrement = primaryKey && rulesOf({ type }).sql === 'INTEGER' && spec.autoIncrement === true
  return {
    id: newId('column'),
    title,
    columnName,
    physicalName: `c${nextColumn}`,
    type,
    primaryKey,
    autoIncrement,
    auto,
    required: !autoIncrement && (primaryKey || spec.required === true),
    unique: !primaryKey && spec.unique === true,
    displayValue: false,
    defaultValue: auto === null ? (spec.defaultValue ?? null) : null,
    options: makeOptions(spec.options ?? [], type, title),
    order: spec.order ?? others.length + 1,
    meta,
    createdAt: now,
    updatedAt: now,
  }
}

function hasName({ columnName }: ColumnSpec): boolean {
  return columnName !== undefined && columnName !== ''
}

function withStandardColumns(specs: readonly ColumnSpec[]): ColumnSpec[] {
  const names = new Set(
    specs.flatMap((spec) => {
      const { title, columnName } = columnNames(spec)
      return [title, columnName]
    }),
  )
  const standard = (title: string, columnName: string, auto: AutoValue): ColumnSpec[] =>
    names.has(title) || names.has(columnName) ? [] : [{ title, columnName, type: 'DateTime', auto }]
  if (names.has('Id') || names.has('id')) {
    throw new ApiError(
      'INVALID_COLUMN',
      'A table without a primary key gets a column Id; another column has that name: mark it `pk`.',
    )
  }
  return [
    ID_COLUMN,
    ...specs,
    ...standard('CreatedAt', 'created_at', 'created_at'),
    ...standard('UpdatedAt', 'updated_at', 'updated_at'),
  ]
}

/** The key of tables that bring none. */
export const ID_COLUMN: ColumnSpec = { title: 'Id', columnName: 'id', type: 'ID', primaryKey: true, autoIncrement: true }

function refuseAutomaticParts(columns: readonly Column[]): void {
  const ids = columns.filter(({ autoIncrement }) => autoIncrement)
  if (ids.length === 0 || columns.filter(({ primaryKey }) => primaryKey).length < 2) return
  const named = ids.map(({ title }) => `"${title}"`).join(', ')
  throw new ApiError(
    'INVALID_COLUMN',
    `A primary key of several columns cannot hold an automatic id: make ${named} a Number, or the one key column.`,
  )
}

/** The column after the last of the primary key, as displayColumnAt has it. */
function afterKey(columns: readonly Column[]): Column | undefined {
  return displayColumnAt(
    columns,
    columns.findLastIndex(({ primaryKey }) => primaryKey),
  )
}
