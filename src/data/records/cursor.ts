/**
 * Cursors: `pageInfo.next` says where a page ended by the values the rows are sorted by, so that in the order of the key, and
 * ascending by an indexed column, the next page is found by index and costs the same on page 1 and page 40,000. (Descending by
 * another column it is not, for NULLs come last there.) An addition to the contract; `offset` stays.
 */
import { base64url } from 'jose'
import { ApiError } from '../../errors'
import { first } from '../../lib/d1'
import { D1_LIMITS, type Sql, all, join, sql } from '../../lib/sql'
import type { TableAccess } from '../access/table-access'
import { primaryKey } from '../catalog/catalog'
import { sortKey } from '../types/collation'
import type { Column, Table } from '../types/column'
import { type Binder, Pool, parameters } from '../query/binder'
import { MAX_PARAMETERS } from '../query/compiler'
import { type SortTerm, sortCell } from '../query/sort'
import { selectByKey } from './statements'
import type { Stored } from '../types/kind'

/** Characters up to which a cursor holds the values of the sort; a longer one holds the row's key, for URLs have an end. */
const MAX_LENGTH = 4096

/** What D1 takes in a statement beside the largest filter, and the limit and offset of a page. */
const OWN_PARAMETERS = D1_LIMITS.parameters - MAX_PARAMETERS - 2

/** Where a page ended: what its last row holds in the columns of the sort. */
export type Position = ReadonlyMap<Column, Stored>

/** `terms` is the total order: the sort of the request and the primary key after it. */
export function positionOf(terms: readonly SortTerm[], row: Readonly<Record<string, unknown>>): Position {
  return new Map(terms.map(({ column }) => [column, (row[column.physicalName] ?? null) as Stored]))
}

export function writeCursor(table: Table, terms: readonly SortTerm[], row: Readonly<Record<string, unknown>>): string {
  const cursor = encode([signature(table, terms), ...positionOf(terms, row).values()])
  if (cursor.length <= MAX_LENGTH) return cursor
  return encode([signature(table, terms), primaryKey(table).map(({ physicalName }) => row[physicalName])])
}

/** Throws INVALID_CURSOR when the cursor was not made by a list of this sort, or names a row that is gone. */
export async function readCursor(
  data: D1Database,
  access: TableAccess,
  terms: readonly SortTerm[],
  cursor: string,
): Promise<Position> {
  const [signed, ...values] = decode(cursor)
  if (signed !== signature(access.table, terms)) throw new ApiError('INVALID_CURSOR')
  const [key] = values
  if (Array.isArray(key)) return findPosition(data, access, terms, key)
  const columns = [...new Set(terms.map(({ column }) => column))]
  if (values.length !== columns.length || !values.every(isStored)) throw new ApiError('INVALID_CURSOR')
  return new Map(columns.map((column, index) => [column, values[index] ?? null]))
}

async function findPosition(
  data: D1Database,
  access: TableAccess,
  terms: readonly SortTerm[],
  key: unknown[],
): Promise<Position> {
  if (key.length !== primaryKey(access.table).length || !key.every(isStored)) throw new ApiError('INVALID_CURSOR')
  const columns = [...new Set(terms.map(({ column }) => column))]
  const row = await first<Record<string, unknown>>(data, selectByKey(access, columns, key))
  if (row === null) throw new ApiError('INVALID_CURSOR', 'The row at which this cursor stands was deleted; begin anew.')
  return positionOf(terms, row)
}

/** The rows after a position, as a condition. */
export function rowsAfter(terms: readonly SortTerm[], position: Position): Sql {
  const bound = firstBound(terms, position)
  const direct = compare(terms, position, parameters)
  if (bound.values.length + direct.values.length <= OWN_PARAMETERS) return all([bound, direct])
  const pool = new Pool()
  return all([bound, pool.wrap(compare(terms, position, pool))])
}

/** What follows for the first column alone: the range of an index, where it has one. */
function firstBound([first]: readonly SortTerm[], position: Position): Sql {
  const value = first === undefined ? null : comparedValue(first, position)
  if (first === undefined || value === null) return sql`TRUE`
  if (!first.descending) return sql`${sortCell(first)} >= ${value}`
  return first.column.primaryKey ? sql`${sortCell(first)} <= ${value}` : sql`TRUE`
}

/** Term by term, the first that differs decides. A CASE, because its depth does not grow with its length. */
function compare(terms: readonly SortTerm[], position: Position, binder: Binder): Sql {
  const steps = terms.map((term) => {
    const value = comparedValue(term, position)
    const cell = sortCell(term)
    const differs = value === null ? sql`${cell} IS NOT NULL` : sql`${cell} IS NOT ${binder.value(value)}`
    return sql`WHEN ${isAfter(term, value, binder)} THEN 1 WHEN ${differs} THEN 0`
  })
  return sql`CASE ${join(steps, ' ')} ELSE 0 END`
}

/** NULLs come first ascending and last descending. */
function isAfter(term: SortTerm, value: Stored, binder: Binder): Sql {
  const cell = sortCell(term)
  if (value === null) return term.descending ? sql`FALSE` : sql`${cell} IS NOT NULL`
  return term.descending ? sql`(${cell} < ${binder.value(value)} OR ${cell} IS NULL)` : sql`${cell} > ${binder.value(value)}`
}

function comparedValue({ column, by }: SortTerm, position: Position): Stored {
  const value = position.get(column) ?? null
  return by === 'key' ? sortKey(value) : value
}

function signature(table: Table, terms: readonly SortTerm[]): string {
  return [table.id, ...terms.map(({ column, descending, by }) => `${descending ? '-' : ''}${column.physicalName} ${by}`)].join(
    ' ',
  )
}

function isStored(value: unknown): value is Stored {
  return value === null || typeof value === 'string' || typeof value === 'number'
}

function encode(content: readonly unknown[]): string {
  return base64url.encode(JSON.stringify(content))
}

/** Empty when it is none. */
function decode(cursor: string): unknown[] {
  try {
    const content: unknown = JSON.parse(new TextDecoder().decode(base64url.decode(cursor)))
    return Array.isArray(content) ? content : []
  } catch {
    return []
  }
}
