/** The record service: what every API version calls. One batch a request; nothing half done. */
import { ApiError } from '../../errors'
import { UniqueViolation, batch, first, run } from '../../lib/d1'
import { type PageInfo, pageInfo } from '../../lib/paging'
import type { Sql } from '../../lib/sql'
import type { Table } from '../catalog/types'
import type { ListQuery } from '../query/query'
import { readChange, readNewRow, readRowId, toRecord } from './row'
import { deleteRow, insertRow, selectByKey, selectCount, selectPage, updateRow } from './statements'
import type { Stored } from './values'

export type Row = Record<string, unknown>

export interface Page {
  list: Row[]
  pageInfo: PageInfo
}

/** A page and the number of rows that match, in one round trip; `seconds` is D1's own time. */
export async function listRows(data: D1Database, table: Table, query: ListQuery): Promise<Page & { seconds: number }> {
  const [page, count] = await batch(data, [selectPage(table, query), selectCount(table, query.where)])
  const list = (page?.results ?? []).map((row) => toRecord(query.fields, row))
  const total = Number(count?.results[0]?.['total'] ?? 0)
  const milliseconds = (page?.meta.duration ?? 0) + (count?.meta.duration ?? 0)
  return { list, pageInfo: pageInfo(total, query.limit, query.offset), seconds: milliseconds / 1000 }
}

/** The new row, as it was stored. Throws as readNewRow does, and DUPLICATE_VALUE. */
export async function insertOne(data: D1Database, table: Table, body: Row, now: number): Promise<Row> {
  const row = await write(data, table, insertRow(table, readNewRow(table, body, now)))
  if (row === null) throw new Error('the insert returned no row')
  return row
}

/** Throws ROW_NOT_FOUND. */
export async function readOne(data: D1Database, table: Table, rowId: string, fields: ListQuery['fields']): Promise<Row> {
  const row = await first<Row>(data, selectByKey(table, fields, requireKey(table, rowId)))
  if (row === null) throw new ApiError('ROW_NOT_FOUND')
  return toRecord(fields, row)
}

/** The whole row after the change. Throws ROW_NOT_FOUND, DUPLICATE_VALUE, and as readChange does. */
export async function updateOne(data: D1Database, table: Table, rowId: string, body: Row, now: number): Promise<Row> {
  const key = requireKey(table, rowId)
  const change = readChange(table, body, key, now)
  if (change.size === 0) return readOne(data, table, rowId, [...table.columns])
  const row = await write(data, table, updateRow(table, key, change))
  if (row === null) throw new ApiError('ROW_NOT_FOUND')
  return row
}

/** How many rows went: 1. Throws ROW_NOT_FOUND. */
export async function deleteOne(data: D1Database, table: Table, rowId: string): Promise<number> {
  const deleted = await run(data, deleteRow(table, requireKey(table, rowId)))
  if (deleted === 0) throw new ApiError('ROW_NOT_FOUND')
  return deleted
}

function requireKey(table: Table, rowId: string): Stored[] {
  const key = readRowId(table, rowId)
  if (key === null) throw new ApiError('ROW_NOT_FOUND')
  return key
}

async function write(data: D1Database, table: Table, statement: Sql): Promise<Row | null> {
  try {
    const row = await first<Row>(data, statement)
    return row === null ? null : toRecord(table.columns, row)
  } catch (error) {
    throw error instanceof UniqueViolation ? duplicateValue(table, error) : error
  }
}

function duplicateValue(table: Table, error: UniqueViolation): ApiError {
  const titles = table.columns.filter(({ physicalName }) => error.columns.includes(physicalName)).map(({ title }) => title)
  return new ApiError('DUPLICATE_VALUE', `Another row has this value of "${titles.join('", "')}" already.`, {
    cause: error,
    details: { field: titles[0] },
  })
}
