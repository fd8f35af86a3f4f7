/** A table as the catalog would give it: one column of most types, in D1 as c1, c2, … Used by the unit and the worker tests. */
import type { Sql } from '../../../src/lib/sql'
import { compileFilter } from '../../../src/data/query/compiler'
import { type FilterTexts, parseFilter } from '../../../src/data/query/query'
import type { Column, Table } from '../../../src/data/types/column'
import type { ColumnType } from '../../../src/data/types/column-types'

/** 2026-03-31 12:00:00 UTC, a Tuesday, and a day that February and April do not have. */
export const NOW = Date.UTC(2026, 2, 31, 12)

export function makeColumn(index: number, title: string, type: ColumnType): Column {
  return {
    id: `cl_${index}`,
    title,
    columnName: title.toLowerCase().replaceAll(' ', '_'),
    physicalName: `c${index}`,
    type,
    primaryKey: type === 'ID',
    autoIncrement: type === 'ID',
    auto: null,
    required: false,
    unique: false,
    displayValue: false,
    defaultValue: null,
    options: [],
    order: index,
    meta: null,
    createdAt: 0,
    updatedAt: 0,
  }
}

export function makeTable(columns: readonly (readonly [title: string, type: ColumnType])[]): Table {
  return {
    id: 'md_1',
    projectId: 'p_1',
    title: 'Things',
    tableName: 'things',
    physicalName: 'ut_1',
    viewId: 'vw_1',
    order: 1,
    meta: null,
    createdAt: 0,
    updatedAt: 0,
    columns: columns.map(([title, type], index) => makeColumn(index + 1, title, type)),
  }
}

export const THINGS = makeTable([
  ['Id', 'ID'], // c1
  ['Title', 'SingleLineText'], // c2
  ['Qty', 'Number'], // c3
  ['Price (EUR)', 'Decimal'], // c4
  ['Done', 'Checkbox'], // c5
  ['Day', 'Date'], // c6
  ['At', 'DateTime'], // c7
  ['Time', 'Time'], // c8
  ['Status', 'SingleSelect'], // c9
  ['Tags', 'MultiSelect'], // c10
  ['Stars', 'Rating'], // c11
  ['Files', 'Attachment'], // c12
  ['Größe 📏', 'SingleLineText'], // c13
  ['Last, First', 'SingleLineText'], // c14
])

/** A filter as the SQL that selects its rows; null for none. */
export function filterSql(table: Table, texts: FilterTexts, now: number): Sql | null {
  const filter = parseFilter(table, texts, now)
  return filter === null ? null : compileFilter(filter)
}
