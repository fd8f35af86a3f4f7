/** The SQL of rows. Tables and columns come from the catalog, values are bound. */
import { type Sql, all, column, empty, ident, join, sql } from '../../lib/sql'
import { primaryKey } from '../catalog/catalog'
import type { Column, Table } from '../catalog/types'
import type { ListQuery } from '../query/query'
import type { StoredRow } from './row'
import type { Stored } from './values'

function columnList(columns: readonly Column[]): Sql {
  return join(columns.map(({ physicalName }) => column(physicalName)), ', ')
}

/** RETURNING knows the table by its own name only, never by an alias. */
function returning(table: Table): Sql {
  const target = ident(table.physicalName)
  return sql`RETURNING ${join(table.columns.map(({ physicalName }) => sql`${target}.${ident(physicalName)}`), ', ')}`
}

function condition(where: Sql | null): Sql {
  return where === null ? empty : sql` WHERE ${where}`
}

/** One page. */
export function selectPage(table: Table, query: ListQuery): Sql {
  const order = query.shuffle ? sql`random()` : query.orderBy
  return sql`SELECT ${columnList(query.fields)} FROM ${ident(table.physicalName)} t${condition(query.where)}
    ORDER BY ${order} LIMIT ${query.limit} OFFSET ${query.offset}`
}

/** One row with one member, `total`. */
export function selectCount(table: Table, where: Sql | null): Sql {
  return sql`SELECT COUNT(*) AS total FROM ${ident(table.physicalName)} t${condition(where)}`
}

export function selectByKey(table: Table, fields: readonly Column[], key: readonly Stored[]): Sql {
  return sql`SELECT ${columnList(fields)} FROM ${ident(table.physicalName)} t WHERE ${hasKey(table, key)}`
}

function hasKey(table: Table, key: readonly Stored[]): Sql {
  return all(primaryKey(table).map((part, index) => sql`${column(part.physicalName)} = ${key[index] ?? null}`))
}

/** Gives back the row as it was stored. */
export function insertRow(table: Table, row: StoredRow): Sql {
  const target = ident(table.physicalName)
  if (row.size === 0) return sql`INSERT INTO ${target} DEFAULT VALUES ${returning(table)}`
  const names = join([...row.keys()].map(({ physicalName }) => ident(physicalName)), ', ')
  return sql`INSERT INTO ${target} (${names}) VALUES (${join([...row.values()], ', ')}) ${returning(table)}`
}

/** Gives back the row as it is now; nothing when there is no such row. */
export function updateRow(table: Table, key: readonly Stored[], change: StoredRow): Sql {
  const assignments = join([...change].map(([{ physicalName }, value]) => sql`${ident(physicalName)} = ${value}`), ', ')
  return sql`UPDATE ${ident(table.physicalName)} AS t SET ${assignments} WHERE ${hasKey(table, key)} ${returning(table)}`
}

export function deleteRow(table: Table, key: readonly Stored[]): Sql {
  return sql`DELETE FROM ${ident(table.physicalName)} AS t WHERE ${hasKey(table, key)}`
}
