/** Many rows in one request: all of them or none. */
import { ApiError, type Issue } from '../../errors'
import { rows } from '../../lib/d1'
import { MAX_ITEM_BYTES, isLongerAsJson } from '../../lib/json'
import { type Sql, column, ident, sql } from '../../lib/sql'
import { primaryKey } from '../catalog/catalog'
import type { Table } from '../catalog/types'
import {
  type RowChange,
  deleteAll,
  deleteRows,
  insertRows,
  requireRows,
  selectMissing,
  updateAll,
  updateRows,
} from './bulk-statements'
import type { Write } from './idempotency'
import type { Row } from './records'
import { type StoredRow, readChange, readKey, readNewRow } from './row'
import { countRemoved, lastCounted } from './statements'
import type { Stored } from './values'

/** A row's key by column name, as clients of the contract get it from bulk calls: contract/api-v1.md 4.7. */
export type Key = Record<string, Stored>

/** Problems a refusal names. */
const NAMED_PROBLEMS = 100

/** Reads every row, and refuses all of them when one is wrong, naming the index and field of each of the first hundred. */
export function readAll<Result>(bodies: readonly Row[], read: (body: Row) => Result): Result[] {
  const results: Result[] = []
  const problems: { index: number; error: ApiError }[] = []
  for (const [index, body] of bodies.entries()) {
    try {
      results.push(read(body))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      problems.push({ index, error })
      if (problems.length === NAMED_PROBLEMS) break
    }
  }
  if (problems.length > 0) throw refusal(problems)
  return results
}

function refusal(problems: readonly { index: number; error: ApiError }[]): ApiError {
  const [first] = problems
  const errors: Issue[] = problems.map(({ index, error }) => ({
    path: typeof error.details['field'] === 'string' ? `${index}.${error.details['field']}` : String(index),
    message: error.message,
  }))
  return new ApiError(
    first?.error.code ?? 'INVALID_REQUEST_BODY',
    `Row ${first?.index}: ${first?.error.message} Nothing was changed.`,
    {
      details: { ...first?.error.details, index: first?.index, errors },
    },
  )
}

/** A key as clients get it. */
export function keyOf(table: Table, values: readonly Stored[]): Key {
  return Object.fromEntries(primaryKey(table).map(({ columnName }, index) => [columnName, values[index] ?? null]))
}

/** The key in a row as D1 gave it. */
export function keyIn(table: Table, row: Readonly<Record<string, unknown>>): Stored[] {
  return primaryKey(table).map(({ physicalName }) => row[physicalName] as Stored)
}

/** Rows of a bulk request travel as JSON, which may be longer than what is stored. Throws INVALID_VALUE_FOR_FIELD. */
export function asParameter(row: StoredRow): StoredRow {
  if (isLongerAsJson([...row.values()], MAX_ITEM_BYTES)) {
    throw new ApiError('INVALID_VALUE_FOR_FIELD', `As JSON a row of many may have ${MAX_ITEM_BYTES} bytes; send this one alone.`)
  }
  return row
}

/** The keys of the new rows, in the order of the request. Throws as readNewRow does, with the index of each bad row. */
export function insertMany(table: Table, bodies: readonly Row[], now: number): Write<Key[]> {
  const stored = readAll(bodies, (body) => asParameter(readNewRow(table, body, now)))
  return {
    statements: insertRows(table, stored, { returned: primaryKey(table) }),
    read: (results) => results.flatMap(({ results: inserted }) => inserted).map((row) => keyOf(table, keyIn(table, row))),
    answer: () => insertedKeys(table, stored),
    restore: (answer) => (answer as Stored[][]).map((key) => keyOf(table, key)),
  }
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
export function updateMany(table: Table, bodies: readonly Row[], now: number): Write<Key[]> {
  const changes = readAll(bodies, (body): RowChange => {
    const key = readKey(table, body)
    return { key, change: asParameter(readChange(table, body, key, now)) }
  })
  const keys = changes.map(({ key }) => key)
  refuseRepeatedKeys(keys)
  const [changed, unchanged] = [
    changes.filter(({ change }) => change.size > 0),
    changes.filter(({ change }) => change.size === 0),
  ]
  return echoing(table, keys, [
    ...updateRows(table, changed),
    ...requireRows(
      table,
      unchanged.map(({ key }) => key),
    ),
  ])
}

/** The keys of the deleted rows. Throws ROW_NOT_FOUND when one is not there. */
export function deleteMany(table: Table, bodies: readonly Row[]): Write<Key[]> {
  const keys = readAll(bodies, (body) => readKey(table, body))
  refuseRepeatedKeys(keys)
  return echoing(table, keys, deleteRows(table, keys))
}

function echoing(table: Table, keys: readonly (readonly Stored[])[], statements: readonly Sql[]): Write<Key[]> {
  const answer = keys.map((key) => keyOf(table, key))
  return {
    statements,
    read: () => answer,
    refused: (data) => missingRows(data, table, keys),
    answer: () => sql`'[]'`,
    restore: () => answer,
  }
}

/** Throws INVALID_VALUE_FOR_FIELD. */
export function refuseRepeatedKeys(keys: readonly (readonly Stored[])[]): void {
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
async function missingRows(data: D1Database, table: Table, keys: readonly (readonly Stored[])[]): Promise<ApiError> {
  const positions: number[] = []
  for (const { from, statement } of selectMissing(table, keys)) {
    positions.push(...(await rows<{ position: number }>(data, statement)).map(({ position }) => from + position))
  }
  const errors = positions.slice(0, NAMED_PROBLEMS).map((index) => ({ path: String(index), message: 'Row not found' }))
  return new ApiError('ROW_NOT_FOUND', `Row ${positions[0] ?? ''}: Row not found. Nothing was changed.`, {
    details: { index: positions[0], errors },
  })
}

/** How many rows were changed: every row that matches. Throws when the body names the key, and as readChange does. */
export function updateMatching(table: Table, where: Sql | null, body: Row, now: number): Write<number> {
  const change = readChange(table, body, [], now)
  if (change.size === 0) return { statements: [sql`SELECT 0`], read: () => 0, answer: () => sql`'0'`, restore: Number }
  return {
    statements: [updateAll(table, where, change)],
    read: ([result]) => result?.meta.changes ?? 0,
    answer: () => sql`changes()`,
    restore: Number,
  }
}

/** How many rows were deleted: every row that matches. */
export function deleteMatching(table: Table, where: Sql | null): Write<number> {
  return {
    statements: [deleteAll(table, where), countRemoved(table)],
    read: ([result]) => result?.meta.changes ?? 0,
    answer: () => lastCounted(table),
    restore: Number,
  }
}
