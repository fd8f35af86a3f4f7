/** Upsert, an addition to the contract: rows are matched by a unique field; those that are there change, the others are new. */
import { ApiError } from '../../errors'
import { jsonChunks } from '../../lib/json'
import { type Sql, column as columnOf, ident, sql } from '../../lib/sql'
import type { TableAccess } from '../access/table-access'
import { primaryKey } from '../catalog/catalog'
import type { Column, Table } from '../types/column'
import { findColumn } from '../query/find-column'
import { type Key, asParameter, keyIn, refuseRepeatedKeys } from './bulk'
import { changeRows, insertRows } from './bulk-statements'
import { duplicateRows } from './duplicates'
import type { Write } from './idempotency'
import { readAll } from './row-errors'
import type { Row } from './records'
import { readNewRow, readUpsert } from './row'
import { columnList } from './statements'
import type { Stored } from '../types/kind'

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
 * defaults. Which of the two a row is, D1 finds out as it writes: so each must bring what a new one needs, every required field
 * without a default. All rows or none.
 */
export function upsertMany(access: TableAccess, on: Column, bodies: readonly Row[], now: number): Write<Key[]> {
  const { table } = access
  const plans = readAll(bodies, (body) => ({
    ...readUpsert(access, on, body, now),
    created: asParameter(readNewRow(access, body, now)),
  }))
  const wanted = plans.map(({ key }) => key)
  refuseRepeatedKeys(wanted)
  const changes = plans.filter(({ change }) => change.size > 0)
  // Whether its row is there or new, no other row has its value of `on`.
  const claims = plans.map(({ key, change }) => ({ values: change, own: key }))
  return {
    statements: [
      ...changeRows(access, [on], changes).map(({ statement }) => statement),
      ...insertRows(
        access,
        plans.map(({ created }) => created),
        { unlessThere: on },
      ),
      ...selectKeys(table, on, wanted.flat()),
    ],
    read: (results) => results.flatMap(({ results: found }) => found).map((row) => keyIn(table, row)),
    duplicates: (data, violation) => duplicateRows(data, table, violation, { claims, by: [on] }),
    answer: () => keysAsJson(table, on, wanted.flat()),
    restore: (answer) => answer as Key[],
  }
}

function selectKeys(table: Table, on: Column, wanted: readonly Stored[]): Sql[] {
  const keys = columnList(primaryKey(table))
  return jsonChunks(wanted).map(({ json }) => sql`SELECT ${keys} FROM ${findEach(table, on, json)} ORDER BY j.key`)
}

function keysAsJson(table: Table, on: Column, wanted: readonly Stored[]): Sql {
  const [chunk, ...more] = jsonChunks(wanted)
  if (chunk === undefined) return sql`'[]'`
  if (more.length > 0) {
    throw new ApiError('INVALID_PARAMETER', 'With an Idempotency-Key, the values of the unique field must fit in 2 MB together.')
  }
  const key = sql`json_array(${columnList(primaryKey(table))}) AS key`
  return sql`(SELECT json_group_array(json(key)) FROM (SELECT ${key} FROM ${findEach(table, on, chunk.json)} ORDER BY j.key))`
}

/** The rows that a JSON array names by their value of `on`, each beside its place `j.key`. */
function findEach(table: Table, on: Column, json: string): Sql {
  return sql`json_each(${json}) j JOIN ${ident(table.physicalName)} t ON ${columnOf(on.physicalName)} = j.value`
}
