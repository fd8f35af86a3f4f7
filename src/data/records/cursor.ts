/**
 * Cursors: `pageInfo.next` says where a page ended by the values the rows are sorted by, so that the next page is found by
 * key and costs the same on page 1 and page 40,000. An addition to the contract; `offset` stays.
 */
import { base64url } from 'jose'
import { ApiError } from '../../errors'
import { type Sql, all, any, column as columnOf, sql } from '../../lib/sql'
import type { Table } from '../catalog/types'
import type { SortTerm } from '../query/sort'
import type { Stored } from './values'

/** Characters; a cursor holds the sort values of one row. */
const MAX_LENGTH = 8192

/** `terms` is the total order: the sort of the request and the primary key behind it. */
export function writeCursor(table: Table, terms: readonly SortTerm[], row: Readonly<Record<string, unknown>>): string {
  const values = terms.map(({ column }) => row[column.physicalName] ?? null)
  return base64url.encode(JSON.stringify([signature(table, terms), ...values]))
}

/** The rows behind the cursor, as a condition. Throws INVALID_CURSOR when it was not made by a list of this sort. */
export function afterCursor(table: Table, terms: readonly SortTerm[], cursor: string): Sql {
  const values = readValues(cursor, signature(table, terms), terms.length)
  return any(
    terms.map((term, index) => {
      const same = terms
        .slice(0, index)
        .map(({ column }, position) => sql`${columnOf(column.physicalName)} IS ${values[position] ?? null}`)
      return all([...same, isBehind(term, values[index] ?? null)])
    }),
  )
}

/** NULLs come first ascending and last descending. */
function isBehind({ column, descending }: SortTerm, value: Stored): Sql {
  const cell = columnOf(column.physicalName)
  if (descending) return value === null ? sql`FALSE` : sql`(${cell} < ${value} OR ${cell} IS NULL)`
  return value === null ? sql`${cell} IS NOT NULL` : sql`${cell} > ${value}`
}

function signature(table: Table, terms: readonly SortTerm[]): string {
  return [table.id, ...terms.map(({ column, descending }) => `${descending ? '-' : ''}${column.physicalName}`)].join(' ')
}

function readValues(cursor: string, expected: string, count: number): Stored[] {
  const content = cursor.length > MAX_LENGTH ? null : decode(cursor)
  if (!Array.isArray(content) || content[0] !== expected || content.length !== count + 1) throw new ApiError('INVALID_CURSOR')
  const values: unknown[] = content.slice(1)
  if (!values.every(isStored)) throw new ApiError('INVALID_CURSOR')
  return values
}

function isStored(value: unknown): value is Stored {
  return value === null || typeof value === 'string' || typeof value === 'number'
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(base64url.decode(cursor)))
  } catch {
    return null
  }
}
