/** Physical tables. Their names and their columns' names are generated, so that no text of a user is ever an identifier. */
import { type Sql, empty, ident, join, sql } from '../../lib/sql'
import { COLUMN_TYPES, type Column, type Table } from './types'

/** Statements that make a table, in order. Required values and defaults are kept by data/records, types by STRICT. */
export function createTable(table: Pick<Table, 'physicalName' | 'columns'>): Sql[] {
  const keys = table.columns.filter((column) => column.primaryKey)
  const definitions = table.columns.map((column) => columnDefinition(column))
  const primaryKey = keys.length > 0 && !keys.some((column) => column.autoIncrement)
    ? [sql`PRIMARY KEY (${join(keys.map((column) => ident(column.physicalName)), ', ')})`]
    : []
  return [
    sql`CREATE TABLE ${ident(table.physicalName)} (${join([...definitions, ...primaryKey], ', ')}) STRICT`,
    ...table.columns.filter((column) => column.unique).map((column) => createUniqueIndex(table, column)),
  ]
}

function columnDefinition(column: Column): Sql {
  const type = SQL_TYPES[COLUMN_TYPES[column.type].sql]
  // Ids are never handed out twice, not even after the newest row was deleted.
  const key = column.autoIncrement ? sql` PRIMARY KEY AUTOINCREMENT` : column.primaryKey ? sql` NOT NULL` : empty
  return sql`${ident(column.physicalName)} ${type}${key}`
}

const SQL_TYPES = { INTEGER: sql`INTEGER`, REAL: sql`REAL`, TEXT: sql`TEXT` } as const

export function createUniqueIndex(table: Pick<Table, 'physicalName'>, column: Column): Sql {
  return sql`CREATE UNIQUE INDEX ${uniqueIndexName(table, column)} ON ${ident(table.physicalName)} (${ident(column.physicalName)})`
}

function uniqueIndexName(table: Pick<Table, 'physicalName'>, column: Column): Sql {
  return ident(`${table.physicalName}_${column.physicalName}_unique`)
}

/** Safe to run again. */
export function dropTable(physicalName: string): Sql {
  return sql`DROP TABLE IF EXISTS ${ident(physicalName)}`
}
