/** Many rows in one request: all of them or none. */
import { ApiError, MAX_ISSUES } from '../../errors'
import { MAX_ITEM_BYTES, isLongerAsJson } from '../../lib/json'
import { sizeText } from '../../lib/text'
import { type Sql, column, ident, sql } from '../../lib/sql'
import type { TableAccess } from '../access/table-access'
import { primaryKey } from '../catalog/catalog'
import type { Table } from '../types/column'
import {
  type RowChange,
  deleteAll,
  deleteRows,
  findPositions,
  insertRows,
  requireRows,
  selectMissing,
  updateRows,
} from './bulk-statements'
import type { Predicate } from '../query/predicate'
import { type Claim, duplicateRows } from './duplicates'
import type { Write } from './idempotency'
import { readAll } from './row-errors'
import type { Row } from './records'
import { type StoredRow, readChange, readKey, readNewRow } from './row'
import { selectRows } from './selection'
import { countRemoved, lastCounted, updateWhere } from './statements'
import type { Stored } from '../types/kind'

/** Rows of one request. */
export const MAX_BULK_ROWS = 100_000

/** What a row has in the columns of its table's primary key, in their order. */
export type Key = readonly Stored[]

/** The key in a row as D1 gave it. */
export function keyIn(table: Table, row: Readonly<Record<string, unknown>>): Key {
  return primaryKey(table).map(({ physicalName }) => row[physicalName] as Stored)
}

/** Rows of a bulk request travel as JSON, which may be longer than what is stored. Throws INVALID_VALUE_FOR_FIELD. */
export function asParameter(row: StoredRow): StoredRow {
  if (isLongerAsJson([...row.values()], MAX_ITEM_BYTES)) {
    throw new ApiError(
      'INVALID_VALUE_FOR_FIELD',
      `As JSON a row of many may have ${sizeText(MAX_ITEM_BYTES)}, and this one is larger; send it alone.`,
    )
  }
  return row
}

/** The keys of the new rows, in the order of the request. Throws as readNewRow does, with the index of each bad row. */
export function insertMany(access: TableAccess, bodies: readonly Row[], now: number): Write<Key[]> {
  const { table } = access
  const stored = readAll(bodies, (body) => asParameter(readNewRow(access, body, now)))
  return {
    statements: insertRows(access, stored, { returned: primaryKey(table) }),
    read: (results) => results.flatMap(({ results: inserted }) => inserted).map((row) => keyIn(table, row)),
    duplicates: (data, violation) => duplicateRows(data, table, violation, { claims: stored.map(newRow) }),
    answer: () => insertedKeys(table, stored),
    restore: (answer) => answer as Key[],
  }
}

function newRow(values: StoredRow): Claim {
  return { values, own: [] }
}

/** The keys as JSON of the database's own making: the newest rows of the table are those of this batch. */
function insertedKeys(table: Table, stored: readonly StoredRow[]): Sql {
  const auto = primaryKey(table).find(({ autoIncrement }) => autoIncrement)
  const given = stored.map((row) => primaryKey(table).map((column) => row.get(column) ?? null))
  if (auto === undefined || given.every(([id]) => id !== null)) return sql`${JSON.stringify(given)}`
  if (given.some(([id]) => id !== null)) {
    throw new ApiError('INVALID_PARAMETER', 'With an Idempotency-Key, either every row brings its id or none does.')
  }
  const newest = sql`SELECT ${column(auto.physicalName)} AS id FROM ${ident(table.physicalName)} t
    WHERE t.rowid > last_insert_rowid() - ${stored.length} AND t.rowid <= last_insert_rowid() ORDER BY t.rowid`
  return sql`(SELECT json_group_array(json_array(id)) FROM (${newest}))`
}

/** The keys of the changed rows. Throws ROW_NOT_FOUND when one is not there, and as readChange does. */
export function updateMany(access: TableAccess, bodies: readonly Row[], now: number): Write<Key[]> {
  const { table } = access
  const changes = readAll(bodies, (body): RowChange => {
    const key = readKey(access, body)
    return { key, change: asParameter(readChange(access, body, key, now)) }
  })
  const keys = changes.map(({ key }) => key)
  refuseRepeatedKeys(keys)
  const [changed, unchanged] = [
    changes.filter(({ change }) => change.size > 0),
    changes.filter(({ change }) => change.size === 0),
  ]
  const statements = [
    ...updateRows(access, changed),
    ...requireRows(
      access,
      unchanged.map(({ key }) => key),
    ),
  ]
  const claims = changes.map(({ key, change }): Claim => ({ values: change, own: key }))
  return {
    ...echoing(access, keys, statements),
    duplicates: (data, violation) => duplicateRows(data, table, violation, { claims, by: primaryKey(table) }),
  }
}

/** The keys of the deleted rows. Throws ROW_NOT_FOUND when one is not there. */
export function deleteMany(access: TableAccess, bodies: readonly Row[]): Write<Key[]> {
  const keys = readAll(bodies, (body) => readKey(access, body))
  refuseRepeatedKeys(keys)
  return echoing(access, keys, deleteRows(access, keys))
}

function echoing(access: TableAccess, keys: Key[], statements: readonly Sql[]): Write<Key[]> {
  return {
    statements,
    read: () => keys,
    refused: (data) => missingRows(data, access, keys),
    answer: () => sql`'[]'`,
    restore: () => keys,
  }
}

/** Throws INVALID_VALUE_FOR_FIELD. */
export function refuseRepeatedKeys(keys: readonly Key[]): void {
  const seen = new Map<string, number>()
  for (const [index, key] of keys.entries()) {
    const text = JSON.stringify(key)
    const earlier = seen.get(text)
    if (earlier !== undefined) {
      throw new ApiError('INVALID_VALUE_FOR_FIELD', `Rows ${earlier} and ${index} have the same key. Nothing was changed.`, {
        details: { index },
      })
    }
    seen.set(text, index)
  }
}

/** Names the rows that are not there. */
async function missingRows(data: D1Database, access: TableAccess, keys: readonly Key[]): Promise<ApiError> {
  const positions = await findPositions(data, selectMissing(access, keys))
  const errors = positions.slice(0, MAX_ISSUES).map((index) => ({ path: String(index), message: 'Row not found' }))
  return new ApiError('ROW_NOT_FOUND', `Row ${positions[0] ?? ''}: Row not found. Nothing was changed.`, {
    details: { index: positions[0], errors },
  })
}

/** How many rows were changed: every row that matches. Throws when the body names the key, and as readChange does. */
export function updateMatching(access: TableAccess, filter: Predicate | null, body: Row, now: number): Write<number> {
  const change = readChange(access, body, [], now)
  if (change.size === 0) return { statements: [sql`SELECT 0`], read: () => 0, answer: () => sql`'0'`, restore: Number }
  return {
    statements: [updateWhere(access.table, selectRows(access, filter), change)],
    read: ([result]) => result?.meta.changes ?? 0,
    answer: () => sql`changes()`,
    restore: Number,
  }
}

/** How many rows were deleted: every row that matches. */
export function deleteMatching(access: TableAccess, filter: Predicate | null): Write<number> {
  return {
    statements: [deleteAll(access.table, selectRows(access, filter)), countRemoved(access.table)],
    read: ([result]) => result?.meta.changes ?? 0,
    answer: () => lastCounted(access.table),
    restore: Number,
  }
}
