/**
 * Inserts, changes and deletions of rows in one request: all of them or none. An addition to the contract, for what people do
 * to a block of rows at once: pasting over some and below them, and taking it back.
 */
import { ApiError, type Issue, MAX_ISSUES, issuesOf } from '../../errors'
import { requireThat } from '../../lib/d1'
import { jsonChunks } from '../../lib/json'
import { type Sql, all, column, ident, join, literal, sql } from '../../lib/sql'
import type { TableAccess } from '../access/table-access'
import { primaryKey } from '../catalog/catalog'
import { VERSION_COLUMN } from '../catalog/ddl'
import type { Table } from '../types/column'
import { asParameter, keyIn, refuseRepeatedKeys } from './bulk'
import { deleteRows, findPositions, insertRows, requireRows, selectMissing, selectOutdated, updateRows } from './bulk-statements'
import { type Claim, duplicateRows } from './duplicates'
import type { Write } from './idempotency'
import { readAll } from './row-errors'
import type { Row } from './records'
import { KEY_SEPARATOR, type StoredRow, readChange, readKey, readNewRow, readRestoredRow } from './row'
import { columnList } from './statements'
import type { Stored } from '../types/kind'

/** A row of the table, and the version that it must have; without one, any. */
export interface VersionedBody {
  row: Row
  version?: number | undefined
}

export interface RowChanges {
  insert: readonly Row[]
  /** Rows that were deleted, as they were: with their keys, and the times of their creation and change. */
  restore: readonly Row[]
  /** The key, and the fields to change. */
  update: readonly VersionedBody[]
  /** The key. */
  delete: readonly VersionedBody[]
}

/** How a path of the API names a new row, and its version. */
export interface NewRow {
  rowId: string
  version: number
}

export interface ChangesAnswer {
  inserted: NewRow[]
  restored: NewRow[]
}

type Part = keyof RowChanges

interface Target {
  key: Stored[]
  version: number | undefined
}

interface Plan {
  insert: StoredRow[]
  restore: StoredRow[]
  update: (Target & { change: StoredRow })[]
  delete: Target[]
}

/**
 * The new rows. Throws ROW_NOT_FOUND, ROW_CHANGED for a row of another version, and as the writes of single rows do, with the
 * place of each bad row in the request: `update.3.Qty`.
 */
export function changeRowsTogether(access: TableAccess, changes: RowChanges, now: number): Write<ChangesAnswer> {
  const { table } = access
  const plan = readPlan(access, changes, now)
  const targets = [...plan.update, ...plan.delete]
  refuseRepeatedKeys(targets.map(({ key }) => key))
  const writes = [
    ...requireVersions(access, targets),
    ...deleteRows(access, keysOf(plan.delete)),
    ...updateRows(
      access,
      plan.update.filter(({ change }) => change.size > 0),
    ),
    ...requireRows(access, keysOf(plan.update.filter(({ change }) => change.size === 0))),
    ...insertRows(access, plan.restore, {}),
    ...insertRows(access, plan.insert, {}),
  ]
  const found = selectNew(table, plan)
  return {
    statements: [...writes, ...found],
    read: (results) => {
      const rows = results.slice(writes.length, writes.length + found.length).flatMap(({ results: some }) => some)
      return toAnswer(
        plan,
        rows.map((row) => [...keyIn(table, row), Number(row[VERSION_COLUMN])]),
      )
    },
    refused: (data) => whyNot(data, access, plan),
    duplicates: async (data, violation) => {
      const error = await duplicateRows(data, table, violation, { claims: claimsOf(table, plan), by: primaryKey(table) })
      return error === null ? null : atTheirPlaces(plan, error)
    },
    answer: () => newRowsAsJson(table, found),
    restore: (answer) => toAnswer(plan, (answer as Stored[][][]).flat()),
  }
}

const keysOf = (targets: readonly Target[]): Stored[][] => targets.map(({ key }) => key)

/** Reads all parts before it refuses any, so that every bad row is named. */
function readPlan(access: TableAccess, changes: RowChanges, now: number): Plan {
  const refused: ApiError[] = []
  const read = <Item, Result>(part: Part, items: readonly Item[], readItem: (item: Item) => Result): Result[] => {
    try {
      return readAll(items, readItem)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      refused.push(refusalOf(error, (path) => `${part}.${path}`))
      return []
    }
  }
  const plan: Plan = {
    update: read('update', changes.update, ({ row, version }) => {
      const key = readKey(access, row)
      return { key, version, change: asParameter(readChange(access, row, key, now)) }
    }),
    delete: read('delete', changes.delete, ({ row, version }) => ({ key: readKey(access, row), version })),
    insert: read('insert', changes.insert, (row) => asParameter(readNewRow(access, row, now))),
    restore: read('restore', changes.restore, (row) => asParameter(readRestoredRow(access, row, now))),
  }
  const [first] = refused
  if (first === undefined) return plan
  throw new ApiError(first.code, first.message, {
    details: { ...first.details, errors: refused.flatMap(issuesOf).slice(0, MAX_ISSUES) },
  })
}

/** The same refusal with other paths. */
function refusalOf(error: ApiError, pathOf: (path: string) => string): ApiError {
  const errors: Issue[] = issuesOf(error).map(({ path, message }) => ({ path: pathOf(path), message }))
  return new ApiError(error.code, error.message, { cause: error, details: { ...error.details, errors } })
}

function requireVersions(access: TableAccess, targets: readonly Target[]): Sql[] {
  return selectOutdated(access, versioned(targets)).map(({ statement }) => requireThat(sql`NOT EXISTS (${statement})`))
}

/** The key and the version of those that must have one. */
function versioned(targets: readonly Target[]): Stored[][] {
  return targets.flatMap(({ key, version }) => (version === undefined ? [] : [[...key, version]]))
}

/** Names the rows that are not there, else those that have changed. */
async function whyNot(data: D1Database, access: TableAccess, plan: Plan): Promise<ApiError> {
  const targets = [...plan.update, ...plan.delete]
  const place = (index: number) => (index < plan.update.length ? `update.${index}` : `delete.${index - plan.update.length}`)
  const missing = await findPositions(data, selectMissing(access, keysOf(targets)))
  if (missing.length > 0) return namingRows('ROW_NOT_FOUND', 'Row not found', missing.map(place))
  const withVersion = targets.flatMap(({ version }, index) => (version === undefined ? [] : [index]))
  const outdated = await findPositions(data, selectOutdated(access, versioned(targets)))
  return namingRows(
    'ROW_CHANGED',
    'The row has changed since',
    outdated.map((position) => place(withVersion[position] ?? 0)),
  )
}

function namingRows(code: 'ROW_NOT_FOUND' | 'ROW_CHANGED', message: string, paths: readonly string[]): ApiError {
  const errors = paths.slice(0, MAX_ISSUES).map((path) => ({ path, message }))
  return new ApiError(code, `${paths[0] ?? ''}: ${message}. Nothing was changed.`, { details: { errors } })
}

/** In the order of atTheirPlaces(). No row has the key of a new row, which is empty here. */
function claimsOf(table: Table, plan: Plan): Claim[] {
  const none = primaryKey(table).map(() => '')
  return [
    ...plan.update.map(({ key, change }) => ({ values: change, own: key })),
    ...[...plan.insert, ...plan.restore].map((values) => ({ values, own: none })),
  ]
}

function atTheirPlaces(plan: Plan, error: ApiError): ApiError {
  const places = [
    ...plan.update.map((_, index) => `update.${index}`),
    ...plan.insert.map((_, index) => `insert.${index}`),
    ...plan.restore.map((_, index) => `restore.${index}`),
  ]
  return refusalOf(error, (path) => path.replace(/^\d+/, (index) => places[Number(index)] ?? index))
}

/** The keys and versions of the restored rows, then of the inserted ones, in the order of the request. */
function selectNew(table: Table, { insert, restore }: Plan): Sql[] {
  const keys = primaryKey(table)
  const auto = keys.find(({ autoIncrement }) => autoIncrement)
  const given = insert.map((row) => keys.map((part) => row.get(part) ?? null))
  const restored = selectByKeys(
    table,
    restore.map((row) => keys.map((part) => row.get(part) ?? null)),
  )
  if (insert.length === 0) return restored
  if (auto === undefined || given.every(([id]) => id !== null)) return [...restored, ...selectByKeys(table, given)]
  if (given.some(([id]) => id !== null)) {
    throw new ApiError('INVALID_PARAMETER', 'Either every row to insert brings its id or none does.')
  }
  // Ids that the database hands out go up one by one: the newest rows of the table are those of this batch.
  const newest = sql`SELECT ${column(auto.physicalName)}, t.${ident(VERSION_COLUMN)} FROM ${ident(table.physicalName)} t
    WHERE t.rowid > last_insert_rowid() - ${insert.length} AND t.rowid <= last_insert_rowid() ORDER BY t.rowid`
  return [...restored, newest]
}

function selectByKeys(table: Table, keys: readonly (readonly Stored[])[]): Sql[] {
  const parts = primaryKey(table)
  const same = all(parts.map((part, index) => sql`${column(part.physicalName)} = j.value ->> ${literal(index)}`))
  return jsonChunks(keys).map(
    ({ json }) => sql`SELECT ${columnList(parts)}, t.${ident(VERSION_COLUMN)}
      FROM json_each(${json}) j JOIN ${ident(table.physicalName)} t ON ${same} ORDER BY j.key`,
  )
}

/** An array for each of those selects, in an array. */
function newRowsAsJson(table: Table, found: readonly Sql[]): Sql {
  const names = [...primaryKey(table).map(({ physicalName }) => physicalName), VERSION_COLUMN].map(ident)
  const arrays = found.map((select) => sql`json((SELECT json_group_array(json_array(${join(names, ', ')})) FROM (${select})))`)
  return arrays.length === 0 ? sql`'[]'` : sql`json_array(${join(arrays, ', ')})`
}

/** From the key and version of each new row, the restored ones first. */
function toAnswer({ restore }: Plan, rows: readonly (readonly Stored[])[]): ChangesAnswer {
  const made = rows.map((row) => ({ rowId: row.slice(0, -1).join(KEY_SEPARATOR), version: Number(row.at(-1)) }))
  return { restored: made.slice(0, restore.length), inserted: made.slice(restore.length) }
}
