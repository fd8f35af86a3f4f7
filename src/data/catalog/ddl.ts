/** Physical tables. Their names and their columns' names are generated, so that no text of a user is ever an identifier. */
import { type Sql, bracketed, empty, ident, join, sql } from '../../lib/sql'
import { type Collation, collationsOf, hasSortKey, isText, sortKeyName, writtenColumns } from '../types/collation'
import { type Column, type Table } from '../types/column'
import { rulesOf } from '../types/kinds'

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
  const definitions = table.columns.flatMap((column) => columnDefinitions(column))
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

/** The column, and that of its sort keys. */
function columnDefinitions(column: Column): Sql[] {
  const type = SQL_TYPES[rulesOf(column).sql]
  // Ids are never handed out twice, not even after the newest row was deleted.
  const key = column.autoIncrement ? sql` PRIMARY KEY AUTOINCREMENT` : column.primaryKey ? sql` NOT NULL` : empty
  const definition = sql`${ident(column.physicalName)} ${type}${key}`
  return hasSortKey(column) ? [definition, sql`${ident(sortKeyName(column.physicalName))} TEXT`] : [definition]
}

/** A table without keys, counts or versions beside the first column, for rows on their way to another one. */
export function createStaging({ physicalName, columns: [first, ...others] }: Physical & Pick<Table, 'columns'>): Sql {
  const definitions = writtenColumns({ columns: others }).map(
    (column) => sql`${ident(column.physicalName)} ${SQL_TYPES[rulesOf(column).sql]}`,
  )
  const key = first === undefined ? [] : [sql`${ident(first.physicalName)} INTEGER PRIMARY KEY`]
  return sql`CREATE TABLE ${ident(physicalName)} (${join([...key, ...definitions], ', ')}) STRICT`
}

/** The column, that of its sort keys, and its indexes. */
export function addColumn(table: Physical, column: Column): { columns: Sql[]; indexes: Sql[] } {
  const target = ident(table.physicalName)
  return {
    columns: columnDefinitions(column).map((definition) => sql`ALTER TABLE ${target} ADD COLUMN ${definition}`),
    indexes: createIndexes(table, column),
  }
}

/** How many columns of D1's a table takes, beside that of the rows' versions. */
export function countPhysical(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + columnDefinitions(column).length, 0)
}

/** A unique index, where the column is unique, else a plain one, where its `meta.index` asks for it. */
function createIndexes(table: Physical, column: Column): Sql[] {
  const kind = indexKind(column)
  return kind === null ? [] : createIndex(kind, table.physicalName, column)
}

export type IndexKind = 'unique' | 'index'

export function indexKind(column: Column): IndexKind | null {
  if (column.unique) return 'unique'
  return isIndexed(column) ? 'index' : null
}

/** The index that finds values and, of texts, another one in the order in which they are sorted. Safe to run again. */
export function createIndex(kind: IndexKind, table: string, column: Column): Sql[] {
  const { physicalName } = column
  const unique = kind === 'unique' ? sql` UNIQUE` : empty
  const index = sql`CREATE${unique} INDEX IF NOT EXISTS ${indexName(kind, table, physicalName)} ON ${ident(table)} (${bracketed(physicalName)})`
  if (!isText(column)) return [index]
  const cells = collationsOf(column).map((collation) => INDEXED[collation](physicalName))
  return [
    index,
    sql`CREATE INDEX IF NOT EXISTS ${sortIndexName(kind, table, physicalName)} ON ${ident(table)} (${join(cells, ', ')})`,
  ]
}

const INDEXED = {
  value: bracketed,
  letters: (name) => sql`${bracketed(name)} COLLATE NOCASE`,
  key: (name) => bracketed(sortKeyName(name)),
} as const satisfies Record<Collation, (physicalName: string) => Sql>

/** An index is asked for with `"meta": {"index": true}`. The primary key has one already. */
function isIndexed(column: Column): boolean {
  return column.meta?.['index'] === true && !column.primaryKey
}

function indexName(kind: IndexKind, table: string, column: string): Sql {
  return ident(`${table}_${column}_${kind}`)
}

function sortIndexName(kind: IndexKind, table: string, column: string): Sql {
  return ident(`${table}_${column}_${kind}_sort`)
}

/** Safe to run again. */
export function dropIndex(kind: IndexKind, table: string, column: string): Sql[] {
  return [indexName, sortIndexName].map((name) => sql`DROP INDEX IF EXISTS ${name(kind, table, column)}`)
}

/** In this order: SQLite drops no column that an index stands on. `present`: those of the column and its sort keys. */
export function dropColumn(table: string, column: string, present: readonly string[]): Sql[] {
  const drops = present.map((name) => sql`ALTER TABLE ${ident(table)} DROP COLUMN ${ident(name)}`)
  return [...dropIndex('unique', table, column), ...dropIndex('index', table, column), ...drops]
}

/** Safe to run again. */
export function dropTable(table: string): Sql[] {
  return [
    sql`DROP TABLE IF EXISTS ${ident(table)}`,
    CREATE_ROW_COUNTS,
    sql`DELETE FROM ${ident(ROW_COUNTS)} WHERE table_name = ${table}`,
  ]
}
