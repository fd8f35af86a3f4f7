/** The SQL of rows. Tables and columns come from the catalog, values are bound. */
import { D1_LIMITS, type Query, type Sql, all, column, empty, ident, join, jsonKey, literal, sql, sum } from '../../lib/sql'
import type { TableAccess } from '../access/table-access'
import { primaryKey } from '../catalog/catalog'
import { ROW_COUNTS, VERSION_COLUMN } from '../catalog/ddl'
import { type Column, type Table } from '../types/column'
import type { StoredRow } from './row'
import { reachable } from './selection'
import type { Stored } from '../types/kind'
import { rulesOf } from '../types/kinds'

const version = ident(VERSION_COLUMN)

/** `t."c1", t."c2"` */
export function columnList(columns: readonly Column[]): Sql {
  return join(
    columns.map(({ physicalName }) => column(physicalName)),
    ', ',
  )
}

/** `"c1", "c2"`, where no alias can stand before a name. */
export function nameList(columns: readonly Column[]): Sql {
  return join(
    columns.map(({ physicalName }) => ident(physicalName)),
    ', ',
  )
}

/** ` WHERE …`, or nothing. */
export function condition(where: Sql | null): Sql {
  return where === null ? empty : sql` WHERE ${where}`
}

/** What holds for both; `null` holds for every row. */
export function both(one: Sql | null, other: Sql | null): Sql | null {
  return one === null || other === null ? (one ?? other) : all([one, other])
}

/** RETURNING knows the table by its own name only, never by an alias. */
function returning({ table, readable }: TableAccess): Sql {
  const target = ident(table.physicalName)
  const columns = readable.map(({ physicalName }) => sql`${target}.${ident(physicalName)}`)
  return sql`RETURNING ${join([...columns, sql`${target}.${version}`], ', ')}`
}

interface PageOptions {
  columns: readonly Column[]
  where: Sql | null
  orderBy: Sql
  limit: number
  offset: number
}

/** One page. */
export function selectPage(table: Table, { columns, where, orderBy, limit, offset }: PageOptions): Sql {
  return sql`SELECT ${columnList(columns)} FROM ${ident(table.physicalName)} t${condition(where)}
    ORDER BY ${orderBy} LIMIT ${limit} OFFSET ${offset}`
}

/** One page of rows with their versions, as far as withinBytes() lets it go. */
export function selectBounded(table: Table, { columns, where, orderBy, limit, offset }: PageOptions): Sql {
  const page = sql`SELECT ${columnList(columns)}, t.${version} FROM ${ident(table.physicalName)} t${condition(where)}
    ORDER BY ${orderBy} LIMIT ${limit} OFFSET ${offset}`
  return withinBytes(page, columns, VERSION_COLUMN)
}

/** Bytes of values that an answer may have: they are held several times over, and an isolate has 128 MB. */
const MAX_PAGE_BYTES = 10_000_000

/**
 * The rows of a query up to the one with which the values of `columns` are more than MAX_PAGE_BYTES: of that row, and no other,
 * the column `number` is negative (isBeyond). It holds whole numbers from 0, and says so itself because a table has as many
 * columns as D1 takes.
 */
export function withinBytes(query: Sql, columns: readonly Column[], number: string): Sql {
  const texts = columns.filter((each) => rulesOf(each).sql === 'TEXT')
  if (texts.length === 0) return query
  const own = sum(texts.map(({ physicalName }) => sql`coalesce(octet_length(${column(physicalName)}), 0)`))
  const before = sql`coalesce(sum(${own}) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)`
  const most = literal(MAX_PAGE_BYTES)
  const marked = sql`CASE WHEN ${before} > ${most} THEN NULL WHEN ${before} + ${own} > ${most} THEN -1 - ${column(number)}
    ELSE ${column(number)} END AS ${ident(number)}`
  const kept = sql`SELECT ${columnList(columns)}, ${marked} FROM (${query}) t`
  return sql`SELECT * FROM (${kept}) t WHERE ${column(number)} IS NOT NULL`
}

/** Whether a row of withinBytes() is the one that is too much. */
export function isBeyond(row: Readonly<Record<string, unknown>>, number: string): boolean {
  return Number(row[number]) < 0
}

/**
 * One row with one member, `total`. Without a filter it is the count kept beside the table: one row read, whatever the
 * table's size. (Someone may have dropped that row by hand: then the rows are counted.)
 */
export function selectCount(table: Table, where: Sql | null): Query<{ total: number }> {
  // Not as a subquery: all that stands in it would count for the depth of the expression.
  if (where !== null) return sql`SELECT COUNT(*) AS total FROM ${ident(table.physicalName)} t${condition(where)}`
  const kept = sql`SELECT total FROM ${ident(ROW_COUNTS)} WHERE table_name = ${table.physicalName}`
  return sql`SELECT COALESCE((${kept}), (SELECT COUNT(*) FROM ${ident(table.physicalName)} t)) AS total`
}

/** Right after a statement that inserts: adds as many rows as that did to the count. */
export function countAdded(table: Table): Sql {
  return sql`UPDATE ${ident(ROW_COUNTS)} SET total = total + changes(), changed = changes() WHERE table_name = ${table.physicalName}`
}

/** Right after a statement that deletes. */
export function countRemoved(table: Table): Sql {
  return sql`UPDATE ${ident(ROW_COUNTS)} SET total = total - changes(), changed = changes() WHERE table_name = ${table.physicalName}`
}

/** How many rows the last of these two counted: for an answer inside the same batch. */
export function lastCounted(table: Table): Sql {
  return sql`(SELECT changed FROM ${ident(ROW_COUNTS)} WHERE table_name = ${table.physicalName})`
}

/** The row with its version. */
export function selectByKey(access: TableAccess, fields: readonly Column[], key: readonly Stored[]): Sql {
  const columns = [...fields.map(({ physicalName }) => column(physicalName)), sql`t.${version}`]
  return sql`SELECT ${join(columns, ', ')} FROM ${ident(access.table.physicalName)} t WHERE ${reachable(access, hasKey(access.table, key))}`
}

/** The row of a key, as a condition. */
export function hasKey(table: Table, key: readonly Stored[]): Sql {
  return all(primaryKey(table).map((part, index) => sql`${column(part.physicalName)} = ${key[index] ?? null}`))
}

/** As a condition: there is such a row, at one of those versions. */
export function rowExists(access: TableAccess, key: readonly Stored[], expected: readonly number[] | null): Sql {
  return sql`EXISTS (SELECT 1 FROM ${ident(access.table.physicalName)} t WHERE ${isRow(access, key, expected)})`
}

/** The row of a key at one of those versions, where the actor reaches it. */
function isRow(access: TableAccess, key: readonly Stored[], expected: readonly number[] | null): Sql {
  return reachable(access, sql`${hasKey(access.table, key)}${hasVersion(expected)}`)
}

/** One of the expected versions; `null`: whatever version the row has. */
function hasVersion(expected: readonly number[] | null): Sql {
  return expected === null ? empty : sql` AND t.${version} IN (SELECT value FROM json_each(${JSON.stringify(expected)}))`
}

/** Gives back the row as it was stored. */
export function insertRow(access: TableAccess, row: StoredRow): Sql {
  const target = ident(access.table.physicalName)
  if (row.size === 0) return sql`INSERT INTO ${target} DEFAULT VALUES ${returning(access)}`
  return sql`INSERT INTO ${target} (${nameList([...row.keys()])}) VALUES (${join([...row.values()], ', ')}) ${returning(access)}`
}

/** `"c1" = ?, …`, and one more for the row's version. */
function assignments(change: StoredRow): Sql {
  const values = [...change].map(([{ physicalName }, value]) => sql`${ident(physicalName)} = ${value}`)
  return join([...values, sql`${version} = ${version} + 1`], ', ')
}

/** Gives back the row as it is now; nothing when there is no such row, or not at that version. */
export function updateRow(
  access: TableAccess,
  key: readonly Stored[],
  change: StoredRow,
  expected: readonly number[] | null,
): Sql {
  return sql`${updateWhere(access.table, isRow(access, key, expected), change)} ${returning(access)}`
}

/** The same change to every row under a condition. Values that are too many for D1 beside those of the condition travel as JSON. */
export function updateWhere(table: Table, where: Sql | null, change: StoredRow): Sql {
  const target = sql`UPDATE ${ident(table.physicalName)} AS t SET`
  const direct = sql`${target} ${assignments(change)}${condition(where)}`
  if (direct.values.length <= D1_LIMITS.parameters) return direct
  const settings = [...change.keys()].map(
    ({ physicalName }) => sql`${ident(physicalName)} = (SELECT v ->> ${jsonKey(physicalName)} FROM given)`,
  )
  return sql`WITH given(v) AS (SELECT ${JSON.stringify(byPhysicalName(change))})
    ${target} ${join([...settings, sql`${version} = ${version} + 1`], ', ')}${condition(where)}`
}

/** Names of our own making: none of them can be `__proto__`. */
export function byPhysicalName(change: StoredRow): Record<string, Stored> {
  return Object.fromEntries([...change].map(([{ physicalName }, value]) => [physicalName, value]))
}

export function deleteRow(access: TableAccess, key: readonly Stored[], expected: readonly number[] | null): Sql {
  return sql`DELETE FROM ${ident(access.table.physicalName)} AS t WHERE ${isRow(access, key, expected)}`
}

/** Arguments of a SQL function in production: 32. A name and a value each. */
const PAIRS_PER_OBJECT = 15

/** A row as JSON text of the database's own making: an array of objects that together hold its values by physical name. */
export function rowAsJson({ table, readable }: TableAccess, where: Sql): Sql {
  const names = [...readable.map(({ physicalName }) => physicalName), VERSION_COLUMN]
  const objects: Sql[] = []
  for (let from = 0; from < names.length; from += PAIRS_PER_OBJECT) {
    const pairs = names.slice(from, from + PAIRS_PER_OBJECT).map((name) => sql`${jsonKey(name)}, ${column(name)}`)
    objects.push(sql`json_object(${join(pairs, ', ')})`)
  }
  return sql`(SELECT json_array(${join(objects, ', ')}) FROM ${ident(table.physicalName)} t WHERE ${where})`
}

/** The row that the last INSERT of this batch made. */
export const lastInserted: Sql = sql`t.rowid = last_insert_rowid()`
