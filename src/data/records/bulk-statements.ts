/** The SQL of many rows at once: their values travel as JSON parameters, each under D1's size of a string. */
import { requireChanges, requireThat } from '../../lib/d1'
import { jsonChunks } from '../../lib/json'
import { type Sql, all, column, ident, join, jsonKey, literal, sql } from '../../lib/sql'
import { primaryKey } from '../catalog/catalog'
import { VERSION_COLUMN } from '../catalog/ddl'
import type { Column, Table } from '../catalog/types'
import type { StoredRow } from './row'
import { assignments, condition, countRemoved } from './statements'
import type { Stored } from './values'

const version = ident(VERSION_COLUMN)

/** Inserts rows of values in the order of `columns`. The values of `returned` come back, row by row, in the same order. */
export function insertRows(
  table: Table,
  columns: readonly Column[],
  rows: readonly (readonly Stored[])[],
  returned: readonly Column[],
): Sql[] {
  const names = join(
    columns.map(({ physicalName }) => ident(physicalName)),
    ', ',
  )
  const values = join(
    columns.map((_, index) => sql`j.value ->> ${literal(index)}`),
    ', ',
  )
  const back = join(
    returned.map(({ physicalName }) => ident(physicalName)),
    ', ',
  )
  return jsonChunks(rows).map(
    ({ json }) =>
      sql`INSERT INTO ${ident(table.physicalName)} (${names}) SELECT ${values} FROM json_each(${json}) j RETURNING ${back}`,
  )
}

/** A change of one row: its key, and the values it gets. */
export interface RowChange {
  key: readonly Stored[]
  change: StoredRow
}

/**
 * Changes rows, each its own columns: all of them or, where one is not there, none. The JSON of a row holds its key under
 * `k` and each new value under the physical name; a column that a row does not name keeps its value.
 */
export function updateRows(table: Table, changes: readonly RowChange[]): Sql[] {
  const target = ident(table.physicalName)
  const touched = [...new Set(changes.flatMap(({ change }) => [...change.keys()]))]
  const settings = touched.map(({ physicalName }) => {
    const member = jsonKey(physicalName)
    const name = ident(physicalName)
    const given = changes.every(({ change }) => [...change.keys()].some((column) => column.physicalName === physicalName))
    if (given) return sql`${name} = j.value ->> ${member}`
    return sql`${name} = CASE WHEN j.value -> ${member} IS NULL THEN ${target}.${name} ELSE j.value ->> ${member} END`
  })
  const items = changes.map(({ key, change }) => ({
    k: key,
    ...Object.fromEntries([...change].map(([{ physicalName }, value]) => [physicalName, value])),
  }))
  const matches = all(
    primaryKey(table).map((part, index) => sql`${target}.${ident(part.physicalName)} = j.value -> '$.k' ->> ${literal(index)}`),
  )
  return jsonChunks(items).flatMap(({ json, count }) => [
    sql`UPDATE ${target} SET ${join([...settings, sql`${version} = ${target}.${version} + 1`], ', ')}
        FROM json_each(${json}) j WHERE ${matches}`,
    requireChanges(count),
  ])
}

/** Deletes rows: all of them or, where one is not there, none. */
export function deleteRows(table: Table, keys: readonly (readonly Stored[])[]): Sql[] {
  const parts = primaryKey(table)
  const columns = join(
    parts.map(({ physicalName }) => column(physicalName)),
    ', ',
  )
  const members = join(
    parts.map((_, index) => sql`j.value ->> ${literal(index)}`),
    ', ',
  )
  return jsonChunks(keys).flatMap(({ json, count }) => [
    sql`DELETE FROM ${ident(table.physicalName)} AS t WHERE (${columns}) IN (SELECT ${members} FROM json_each(${json}) j)`,
    requireChanges(count),
    countRemoved(table),
  ])
}

/** Undoes the batch unless every one of these rows is there. */
export function requireRows(table: Table, keys: readonly (readonly Stored[])[]): Sql[] {
  return jsonChunks(keys).map(({ json }) => requireThat(sql`NOT EXISTS (${missing(table, json)})`))
}

/** Positions in `keys` for which there is no row, the first hundred of each statement, beside the position it begins with. */
export function selectMissing(table: Table, keys: readonly (readonly Stored[])[]): { from: number; statement: Sql }[] {
  let from = 0
  return jsonChunks(keys).map(({ json, count }) => {
    from += count
    return { from: from - count, statement: sql`${missing(table, json)} LIMIT 100` }
  })
}

function missing(table: Table, json: string): Sql {
  const matches = all(primaryKey(table).map((part, index) => sql`${column(part.physicalName)} = j.value ->> ${literal(index)}`))
  return sql`SELECT j.key AS position FROM json_each(${json}) j
    WHERE NOT EXISTS (SELECT 1 FROM ${ident(table.physicalName)} t WHERE ${matches})`
}

/** The same change to every row that matches. */
export function updateAll(table: Table, where: Sql | null, change: StoredRow): Sql {
  return sql`UPDATE ${ident(table.physicalName)} AS t SET ${assignments(change)}${condition(where)}`
}

export function deleteAll(table: Table, where: Sql | null): Sql {
  return sql`DELETE FROM ${ident(table.physicalName)} AS t${condition(where)}`
}
