/** The record service: what every API version calls. One batch a request; nothing half done. */
import { ApiError } from '../../errors'
import { UniqueViolation, batch, first, onlyRow, requireChanges, requireThat } from '../../lib/d1'
import { sql } from '../../lib/sql'
import type { TableAccess } from '../access/table-access'
import { VERSION_COLUMN } from '../catalog/ddl'
import type { Column, Table } from '../types/column'
import type { Predicate } from '../query/predicate'
import type { ListQuery } from '../query/query'
import { compileSort } from '../query/sort'
import { rowsAfter, readCursor, writeCursor } from './cursor'
import type { Write } from './idempotency'
import { readChange, readNewRow, readRowId, toRecord } from './row'
import { selectRows } from './selection'
import {
  both,
  countAdded,
  countRemoved,
  deleteRow,
  hasKey,
  insertRow,
  isBeyond,
  lastInserted,
  rowAsJson,
  rowExists,
  selectBounded,
  selectByKey,
  selectCount,
  selectPage,
  updateRow,
} from './statements'
import type { Stored } from '../types/kind'

/** A row as clients see it: values by field title. */
export type Row = Record<string, unknown>

/** A row and the number of its writes, for ETag. */
export interface VersionedRow {
  row: Row
  version: number
}

export interface RowPage {
  rows: Row[]
  /** Rows of the whole list. */
  total: number
  /** Rows that a page has; fewer than were asked for where this one was cut short for its size. */
  size: number
  /** Rows before the page; null after a cursor, where nobody knows. */
  offset: number | null
  hasMore: boolean
  /** The cursor of the next page. */
  next?: string
}

/** What a list asks for besides its ListQuery. */
interface ListOptions {
  /** `next` of an earlier page. */
  cursor?: string | undefined
}

/** A page and the number of rows that match, in one round trip (two after a cursor of long values). Throws INVALID_CURSOR. */
export async function listRows(
  data: D1Database,
  access: TableAccess,
  query: ListQuery,
  { cursor }: ListOptions = {},
): Promise<RowPage> {
  const { limit, offset } = query
  const where = selectRows(access, query.filter)
  const after = cursor === undefined ? null : rowsAfter(query.order, await readCursor(data, access, query.order, cursor))
  const orderBy = query.shuffle ? sql`random()` : compileSort(query.order)
  // The values of the sort are needed for the cursor, also where they are no fields of the answer.
  const columns = query.shuffle ? query.fields : [...new Set([...query.fields, ...query.order.map(({ column }) => column)])]
  // One row more tells whether others follow: after a cursor nobody knows how many came before.
  const [page, count] = await batch(data, [
    selectBounded(access.table, { columns, where: both(where, after), orderBy, limit: limit + 1, offset }),
    selectCount(access.table, where),
  ])
  const found = page.results
  const total = onlyRow(count).total
  const shown = found.slice(0, limit).filter((row) => !isBeyond(row, VERSION_COLUMN))
  const hasMore = found.length > shown.length
  // Cut short for its size: who goes on by `offset` counts in pages of what came.
  const size = hasMore ? shown.length : limit
  const last = hasMore && !query.shuffle ? shown.at(-1) : undefined
  return {
    rows: shown.map((row) => toRecord(query.fields, row)),
    total,
    size,
    offset: after === null ? offset : null,
    hasMore,
    ...(last === undefined ? {} : { next: writeCursor(access.table, query.order, last) }),
  }
}

/** A page of whole rows with their versions, perhaps a shorter one (withinBytes), and the number of rows that match, in one round trip. */
export async function listVersionedRows(
  data: D1Database,
  access: TableAccess,
  { filter, order, limit, offset }: ListQuery,
): Promise<{ rows: VersionedRow[]; total: number }> {
  const where = selectRows(access, filter)
  const [page, count] = await batch(data, [
    selectBounded(access.table, { columns: access.readable, where, orderBy: compileSort(order), limit, offset }),
    selectCount(access.table, where),
  ])
  return {
    rows: page.results.filter((row) => !isBeyond(row, VERSION_COLUMN)).map((row) => versioned(access.readable, row)),
    total: onlyRow(count).total,
  }
}

/** The first row that matches, or null. */
export async function findOne(data: D1Database, access: TableAccess, query: ListQuery): Promise<Row | null> {
  const { fields: columns, offset } = query
  const where = selectRows(access, query.filter)
  const orderBy = query.shuffle ? sql`random()` : compileSort(query.order)
  const row = await first<Row>(data, selectPage(access.table, { columns, where, orderBy, limit: 1, offset }))
  return row === null ? null : toRecord(columns, row)
}

export async function countRows(data: D1Database, access: TableAccess, filter: Predicate | null): Promise<number> {
  return (await first<{ total: number }>(data, selectCount(access.table, selectRows(access, filter))))?.total ?? 0
}

/** Throws ROW_NOT_FOUND. */
export async function readOne(
  data: D1Database,
  access: TableAccess,
  rowId: string,
  fields: readonly Column[],
): Promise<VersionedRow> {
  const row = await first<Row>(data, selectByKey(access, fields, requireKey(access.table, rowId)))
  if (row === null) throw new ApiError('ROW_NOT_FOUND')
  return versioned(fields, row)
}

export async function exists(data: D1Database, access: TableAccess, rowId: string): Promise<boolean> {
  const key = readRowId(access.table, rowId)
  return key !== null && (await first(data, selectByKey(access, [], key))) !== null
}

/** The new row, as it was stored. Throws as readNewRow does. */
export function insertOne(access: TableAccess, body: Row, now: number): Write<VersionedRow> {
  return {
    statements: [insertRow(access, readNewRow(access, body, now)), countAdded(access.table)],
    read: ([inserted]) => requireRow(access, inserted),
    answer: () => rowAsJson(access, lastInserted),
    restore: (stored) => restoreRow(access, stored),
  }
}

/**
 * The whole row after the change; `expected` are the versions it may have. Throws ROW_NOT_FOUND, ROW_CHANGED, and as
 * readChange does.
 */
export function updateOne(
  access: TableAccess,
  rowId: string,
  body: Row,
  expected: readonly number[] | null,
  now: number,
): Write<VersionedRow> {
  const key = requireKey(access.table, rowId)
  const change = readChange(access, body, key, now)
  const statements =
    change.size === 0
      ? [selectByKey(access, access.readable, key), requireThat(rowExists(access, key, expected))]
      : [updateRow(access, key, change, expected), requireChanges(1)]
  return {
    statements,
    read: ([updated]) => requireRow(access, updated),
    refused: (data) => whyNot(data, access, key),
    answer: () => rowAsJson(access, hasKey(access.table, key)),
    restore: (stored) => restoreRow(access, stored),
  }
}

/** How many rows went: 1. Throws ROW_NOT_FOUND, ROW_CHANGED. */
export function deleteOne(access: TableAccess, rowId: string, expected: readonly number[] | null): Write<number> {
  const key = requireKey(access.table, rowId)
  return {
    statements: [deleteRow(access, key, expected), requireChanges(1), countRemoved(access.table)],
    read: () => 1,
    refused: (data) => whyNot(data, access, key),
    answer: () => sql`'1'`,
    restore: Number,
  }
}

/** A row that was not written is not there, or has another version than was asked for. */
async function whyNot(data: D1Database, access: TableAccess, key: readonly Stored[]): Promise<ApiError> {
  return new ApiError((await first(data, selectByKey(access, [], key))) === null ? 'ROW_NOT_FOUND' : 'ROW_CHANGED')
}

function requireRow({ readable }: TableAccess, result: D1Result<Record<string, unknown>> | undefined): VersionedRow {
  const row = result?.results[0]
  if (row === undefined) throw new ApiError('ROW_NOT_FOUND')
  return versioned(readable, row)
}

function versioned(fields: readonly Column[], row: Readonly<Record<string, unknown>>): VersionedRow {
  return { row: toRecord(fields, row), version: Number(row[VERSION_COLUMN]) }
}

/** From the objects of rowAsJson(). */
function restoreRow({ readable }: TableAccess, stored: unknown): VersionedRow {
  const objects = Array.isArray(stored) ? (stored as Record<string, unknown>[]) : []
  return versioned(readable, Object.assign({}, ...objects) as Record<string, unknown>)
}

function requireKey(table: Table, rowId: string): Stored[] {
  const key = readRowId(table, rowId)
  if (key === null) throw new ApiError('ROW_NOT_FOUND')
  return key
}

/** What a unique index refused, with the field's title. */
export function duplicateValue(table: Table, error: unknown): unknown {
  return error instanceof UniqueViolation ? valueTaken(table, error) : error
}

export function valueTaken(table: Table, violation: UniqueViolation): ApiError {
  const titles = table.columns.filter(({ physicalName }) => violation.columns.includes(physicalName)).map(({ title }) => title)
  return new ApiError('DUPLICATE_VALUE', `Another row has this value of "${titles.join('", "')}" already.`, {
    cause: violation,
    details: { field: titles[0] },
  })
}
