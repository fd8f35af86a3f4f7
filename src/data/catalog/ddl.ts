/** Physical tables. Their names and their columns' names are generated, so that no text of a user is ever an identifier. */
import { type Sql, bracketed, empty, ident, join, sql } from '../../lib/sql'
import { COLUMN_TYPES, type Column, type Table } from './types'

/** A column beside the user's: counts the writes of a row, for ETag and If-Match. */
export const VERSION_COLUMN = 'v'

/**
 * A table beside the users': how many rows each has (`total`), kept by the batch of every write; how many the last insert or
 * delete was (`changed`); when the scheduled job last counted them (`checked_at`, ms).
 */
export const ROW_COUNTS = 'row_counts'

/** A data database has no migrations: what it needs is made when it is first needed. */
const CREATE_ROW_COUNTS = sql`CREATE TABLE IF NOT EXISTS ${ident(ROW_COUNTS)} (
  table_name TEXT PRIMARY KEY, total INTEGER NOT NULL, changed INTEGER NOT NULL DEFAULT 0, checked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID`

const SQL_TYPES = { INTEGER: sql`INTEGER`, REAL: sql`REAL`, TEXT: sql`TEXT` } as const

type Physical = Pick<Table, 'physicalName'>

/** By chance, so that a row which takes the key of a deleted one does not pass for it. Below 2^24: convert.ts sums them up. */
const FIRST_VERSION = sql`(abs(random() % 16777216) + 1)`

/** Statements that make a table, in order. Required values and defaults are kept by data/records, types by STRICT. */
export function createTable(table: Physical & Pick<Table, 'columns'>, now: number): Sql[] {
  const keys = table.columns.filter((column) => column.primaryKey)
  const definitions = table.columns.map((column) => columnDefinition(column))
  const primaryKey =
    keys.length > 0 && !keys.some((column) => column.autoIncrement)
      ? [
          sql`PRIMARY KEY (${join(
            keys.map((column) => ident(column.physicalName)),
            ', ',
          )})`,
        ]
      : []
  return [
    sql`CREATE TABLE ${ident(table.physicalName)} (${join(
      [...definitions, sql`${ident(VERSION_COLUMN)} INTEGER NOT NULL DEFAULT ${FIRST_VERSION}`, ...primaryKey],
      ', ',
    )}) STRICT`,
    ...table.columns.flatMap((column) => createIndexes(table, column)),
    CREATE_ROW_COUNTS,
    sql`INSERT INTO ${ident(ROW_COUNTS)} (table_name, total, checked_at) VALUES (${table.physicalName}, 0, ${now})`,
  ]
}

function columnDefinition(column: Column): Sql {
  const type = SQL_TYPES[COLUMN_TYPES[column.type].sql]
  // Ids are never handed out twice, not even after the newest row was deleted.
  const key = column.autoIncrement ? sql` PRIMARY KEY AUTOINCREMENT` : column.primaryKey ? sql` NOT NULL` : empty
  return sql`${ident(column.physicalName)} ${type}${key}`
}

/** A table without keys, counts or versions beside the first column, for rows on their way to another one. */
export function createStaging({ physicalName, columns: [first, ...others] }: Physical & Pick<Table, 'columns'>): Sql {
  const definitions = others.map(({ physicalName: name, type }) => sql`${ident(name)} ${SQL_TYPES[COLUMN_TYPES[type].sql]}`)
  const key = first === undefined ? [] : [sql`${ident(first.physicalName)} INTEGER PRIMARY KEY`]
  return sql`CREATE TABLE ${ident(physicalName)} (${join([...key, ...definitions], ', ')}) STRICT`
}

/** The column and its indexes. */
export function addColumn(table: Physical, column: Column): Sql[] {
  return [sql`ALTER TABLE ${ident(table.physicalName)} ADD COLUMN ${columnDefinition(column)}`, ...createIndexes(table, column)]
}

/** A unique index, where the column is unique, else a plain one, where its `meta.index` asks for it. */
export function createIndexes(table: Physical, column: Column): Sql[] {
  const kind = column.unique ? 'unique' : isIndexed(column) ? 'index' : null
  return kind === null ? [] : [createIndex(kind, table.physicalName, column.physicalName)]
}

/** Safe to run again. */
export function createIndex(kind: 'unique' | 'index', table: string, column: string): Sql {
  const unique = kind === 'unique' ? sql` UNIQUE` : empty
  return sql`CREATE${unique} INDEX IF NOT EXISTS ${indexName(kind, table, column)} ON ${ident(table)} (${bracketed(column)})`
}

/** An index is asked for with `"meta": {"index": true}`. The primary key has one already. */
export function isIndexed(column: Column): boolean {
  return column.meta?.['index'] === true && !column.primaryKey
}

function indexName(kind: 'unique' | 'index', table: string, column: string): Sql {
  return ident(`${table}_${column}_${kind}`)
}

/** Safe to run again. */
export function dropIndex(kind: 'unique' | 'index', table: string, column: string): Sql {
  return sql`DROP INDEX IF EXISTS ${indexName(kind, table, column)}`
}

/** In this order: SQLite drops no column that an index stands on. */
export function dropColumn(table: string, column: string): Sql[] {
  return [
    dropIndex('unique', table, column),
    dropIndex('index', table, column),
    sql`ALTER TABLE ${ident(table)} DROP COLUMN ${ident(column)}`,
  ]
}

/** Safe to run again. */
export function dropTable(table: string): Sql[] {
  return [
    sql`DROP TABLE IF EXISTS ${ident(table)}`,
    CREATE_ROW_COUNTS,
    sql`DELETE FROM ${ident(ROW_COUNTS)} WHERE table_name = ${table}`,
  ]
}
