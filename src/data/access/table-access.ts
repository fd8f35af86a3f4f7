/**
 * What one actor may see and change of a table: the door that every statement about rows goes through. A hidden row is as one
 * that is not there, a hidden column as one that the table does not have.
 */
import type { Predicate } from '../query/predicate'
import type { Column, Table } from '../types/column'

export interface TableAccess {
  table: Table
  /** Answered, filtered by, sorted by, grouped by, exported. The key is always among them: it names the row in paths. */
  readable: readonly Column[]
  /** Values that a body may set. */
  writable: readonly Column[]
  /** The rows there are for the actor; null: every row. */
  rows: Predicate | null
}

/** What a grant says of a table: columns by id. */
export interface TableGrant {
  readable: 'all' | ReadonlySet<string>
  writable: 'all' | ReadonlySet<string>
  rows: Predicate | null
}

/** A role in a project is for whole tables. */
export const WHOLE_TABLE: TableGrant = { readable: 'all', writable: 'all', rows: null }

export function accessTo(table: Table, { readable, writable, rows }: TableGrant = WHOLE_TABLE): TableAccess {
  return {
    table,
    readable: readable === 'all' ? table.columns : table.columns.filter(({ id, primaryKey }) => primaryKey || readable.has(id)),
    writable: writable === 'all' ? table.columns : table.columns.filter(({ id }) => writable.has(id)),
    rows,
  }
}

/** The table as the actor sees it: names in a request are looked for here. */
export function visibleTable({ table, readable }: TableAccess): Table {
  return readable === table.columns ? table : { ...table, columns: readable }
}
