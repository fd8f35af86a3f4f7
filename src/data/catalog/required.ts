/** A column becomes required only where every row has a value of it: rows keep to the rules of their columns. */
import { ApiError } from '../../errors'
import { requireThat, rows } from '../../lib/d1'
import { type Sql, column as columnOf, ident, sql } from '../../lib/sql'
import { missing } from '../types/values'
import { NAMED_ROWS, rowName } from './convert'
import type { Column, Table } from '../types/column'

/**
 * Throws INVALID_VALUE_FOR_FIELD that names the first rows without a value. To be asked right before the catalog says that the
 * column is required: a request under way with the catalog of before may still leave one out, as it may write a value that a
 * new type would refuse.
 */
export async function requireValues(data: D1Database, table: Table, column: Column): Promise<void> {
  const names = await rows<{ name: string }>(
    data,
    sql`SELECT ${rowName(table)} AS name FROM ${ident(table.physicalName)} t
      WHERE ${columnOf(column.physicalName)} IS NULL ORDER BY t.rowid LIMIT ${NAMED_ROWS}`,
  )
  if (names.length === 0) return
  const named = names.map(({ name }) => name).join(', ')
  const { message } = missing(column)
  throw new ApiError(
    'INVALID_VALUE_FOR_FIELD',
    `The field "${column.title}" cannot be required: these rows have no value: ${named}.`,
    { details: { field: column.title, errors: names.map(({ name }) => ({ path: name, message })) } },
  )
}

/** In the batch that adds a required column without a default: undoes it where there are rows. */
export function requireNoRows(table: Table): Sql {
  return requireThat(sql`NOT EXISTS (SELECT 1 FROM ${ident(table.physicalName)})`)
}

/** What the undone batch means. */
export function noValues(column: Column, cause: unknown): ApiError {
  return new ApiError(
    'INVALID_COLUMN',
    `The field "${column.title}" cannot be required: the table has rows, and they would have no value for it. ` +
      'Give it a default value, or add it without `rqd`, fill it, and make it required then.',
    { cause, details: { field: column.title } },
  )
}
