/** Upsert, an addition to the contract: rows are matched by a unique field; those that are there change, the others are new. */
import { ApiError } from '../../errors'
import { jsonChunks } from '../../lib/json'
import { type Sql, column as columnOf, ident, join, jsonKey, literal, sql } from '../../lib/sql'
import { primaryKey } from '../catalog/catalog'
import { VERSION_COLUMN } from '../catalog/ddl'
import type { Column, Table } from '../catalog/types'
import { findColumn } from '../query/names'
import { type Key, keyOf, readAll, refuseRepeatedKeys } from './bulk'
import type { Write } from './idempotency'
import type { Row } from './records'
import { type StoredRow, readNewRow, readUpsert } from './row'
import { countAdded } from './statements'
import type { Stored } from './values'

/** The field that `on` names. Throws INVALID_PARAMETER unless it is unique, or the whole primary key. */
export function upsertColumn(table: Table, on: string | undefined): Column {
  const column = on === undefined ? undefined : findColumn(table, on)
  const [key, ...more] = primaryKey(table)
  if (column !== undefined && (column.unique || (column === key && more.length === 0))) return column
  const unique = table.columns
    .filter((candidate) => candidate.unique || (candidate === key && more.length === 0))
    .map(({ title }) => `"${title}"`)
  throw new ApiError('INVALID_PARAMETER', `on: expected a unique field of the table: ${unique.join(', ')}.`, {
    details: { errors: [{ path: 'on', message: 'not a unique field' }] },
  })
}

/**
 * The keys of all rows, in the order of the request. A row that is there keeps what the body does not name; a new one gets
 * defaults. All rows or none.
 */
export function upsertMany(table: Table, on: Column, bodies: readonly Row[], now: number): Write<Key[]> {
  const plans = readAll(bodies, (body) => ({ change: readUpsert(table, on, body, now), created: readNewRow(table, body, now) }))
  refuseRepeatedKeys(plans.map(({ change }) => [change.get(on) ?? null]))
  const wanted = plans.map(({ change }) => change.get(on) ?? null)
  return {
    statements: [
      ...changeThere(
        table,
        on,
        plans.map(({ change }) => change),
      ),
      ...insertOthers(
        table,
        on,
        plans.map(({ created }) => created),
      ),
      ...selectKeys(table, on, wanted),
    ],
    read: (results) => results.flatMap(({ results: found }) => found).map((row) => keyOf(table, keyValues(table, row))),
    answer: () => keysAsJson(table, on, wanted),
    restore: (answer) => (answer as Stored[][]).map((key) => keyOf(table, key)),
  }
}

function keyValues(table: Table, row: Readonly<Record<string, unknown>>): Stored[] {
  return primaryKey(table).map(({ physicalName }) => row[physicalName] as Stored)
}

function changeThere(table: Table, on: Column, changes: readonly StoredRow[]): Sql[] {
  const target = ident(table.physicalName)
  const touched = [...new Set(changes.flatMap((change) => [...change.keys()]))].filter((column) => column !== on)
  if (touched.length === 0) return []
  const settings = touched.map(({ physicalName }) => {
    const [name, member] = [ident(physicalName), jsonKey(physicalName)]
    return sql`${name} = CASE WHEN j.value -> ${member} IS NULL THEN ${target}.${name} ELSE j.value ->> ${member} END`
  })
  const version = ident(VERSION_COLUMN)
  const items = changes.map((change) => Object.fromEntries([...change].map(([{ physicalName }, value]) => [physicalName, value])))
  return jsonChunks(items).map(
    ({ json }) => sql`UPDATE ${target} SET ${join([...settings, sql`${version} = ${target}.${version} + 1`], ', ')}
      FROM json_each(${json}) j WHERE ${target}.${ident(on.physicalName)} = j.value ->> ${jsonKey(on.physicalName)}`,
  )
}

function insertOthers(table: Table, on: Column, created: readonly StoredRow[]): Sql[] {
  const target = ident(table.physicalName)
  const columns = table.columns.filter((column) => created.some((row) => row.has(column)))
  const names = join(
    columns.map(({ physicalName }) => ident(physicalName)),
    ', ',
  )
  const values = join(
    columns.map((_, index) => sql`j.value ->> ${literal(index)}`),
    ', ',
  )
  const known = sql`SELECT 1 FROM ${target} t WHERE ${columnOf(on.physicalName)} = j.value ->> ${literal(columns.indexOf(on))}`
  const rows = created.map((row) => columns.map((column) => row.get(column) ?? null))
  return jsonChunks(rows).flatMap(({ json }) => [
    sql`INSERT INTO ${target} (${names}) SELECT ${values} FROM json_each(${json}) j WHERE NOT EXISTS (${known})`,
    countAdded(table),
  ])
}

function selectKeys(table: Table, on: Column, wanted: readonly Stored[]): Sql[] {
  const keys = join(
    primaryKey(table).map(({ physicalName }) => columnOf(physicalName)),
    ', ',
  )
  return jsonChunks(wanted).map(
    ({ json }) =>
      sql`SELECT ${keys} FROM json_each(${json}) j JOIN ${ident(table.physicalName)} t ON ${columnOf(on.physicalName)} = j.value ORDER BY j.key`,
  )
}

function keysAsJson(table: Table, on: Column, wanted: readonly Stored[]): Sql {
  const keys = join(
    primaryKey(table).map(({ physicalName }) => columnOf(physicalName)),
    ', ',
  )
  const [chunk, ...more] = jsonChunks(wanted)
  if (chunk === undefined || more.length > 0) {
    throw new ApiError('INVALID_PARAMETER', 'With an Idempotency-Key, the values of the unique field must fit in 2 MB together.')
  }
  return sql`(SELECT json_group_array(json(key)) FROM (SELECT json_array(${keys}) AS key FROM json_each(${chunk.json}) j
    JOIN ${ident(table.physicalName)} t ON ${columnOf(on.physicalName)} = j.value ORDER BY j.key))`
}
