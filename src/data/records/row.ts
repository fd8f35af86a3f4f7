/** A row between the JSON object of a request and the columns of a table. */
import { ApiError } from '../../errors'
import { D1_LIMITS } from '../../lib/sql'
import { isSameText, quoteValue, sizeText } from '../../lib/text'
import { timestamp } from '../../lib/time'
import type { TableAccess } from '../access/table-access'
import { primaryKey } from '../catalog/catalog'
import { hasSortKey, sortKey, sortKeyColumn } from '../types/collation'
import { type Column, MAX_CHOSEN_ID, type Table, keyMaker } from '../types/column'
import { byteLength, defaultFor, missing, toJson, toStored } from '../types/values'
import { rulesOf } from '../types/kinds'
import type { Stored } from '../types/kind'

/** Stored values by column. */
export type StoredRow = Map<Column, Stored>

/** Joins the parts of a composite key in a path: docs/contract/api-v1.md 4.5. */
export const KEY_SEPARATOR = '___'

/**
 * The values of a new row: what the body says, defaults for the rest, the server's own for CreatedAt and UpdatedAt.
 * Throws FIELD_NOT_FOUND, INVALID_VALUE_FOR_FIELD or REQUIRED_FIELD_MISSING.
 */
export function readNewRow(access: TableAccess, body: Readonly<Record<string, unknown>>, now: number): StoredRow {
  const { table } = access
  const given = readFields(access, body)
  refuseUnwritable(access, given.keys())
  const row: StoredRow = new Map()
  for (const column of table.columns) {
    const value = column.auto === null ? given.get(column) : undefined
    if (column.autoIncrement) {
      if (value !== undefined) row.set(column, readChosenId(column, value))
    } else row.set(column, value === undefined ? defaultFor(column, now) : toStored(column, value))
  }
  refuseUnreachableKey(table, row)
  refuseAmbiguousKey(table, row)
  return complete(row)
}

/** Whether a new row must bring a value: it has none that the server could fill in, as defaultFor() says. */
export function isRequiredInNewRow(column: Column): boolean {
  const isFilled = column.auto !== null || column.autoIncrement || column.defaultValue !== null || keyMaker(column) !== null
  return column.required && !isFilled && rulesOf(column).initial(column) === null
}

/**
 * A row that was deleted, as readNewRow() reads it, but with the times of its creation and change: what was taken back has never
 * happened. Throws as readNewRow() does.
 */
export function readRestoredRow(access: TableAccess, body: Readonly<Record<string, unknown>>, now: number): StoredRow {
  const row = readNewRow(access, body, now)
  for (const [column, value] of readFields(access, body)) if (column.auto !== null) row.set(column, toStored(column, value))
  return row
}

function readChosenId(column: Column, value: unknown): Stored {
  const id = toStored(column, value)
  if (typeof id === 'number' && id > MAX_CHOSEN_ID) {
    const most = MAX_CHOSEN_ID.toLocaleString('en-US')
    throw new ApiError('INVALID_VALUE_FOR_FIELD', `The field "${column.title}" takes ids up to ${most}, not ${id}.`, {
      details: { field: column.title },
    })
  }
  return id
}

/**
 * An empty segment is none, programs resolve `.` and `..` (RFC 3986, 5.2.4) before they send a path, escaped or not, and the
 * names are those of routes in the same place: docs/contract/api-v1.md 4.1.
 */
export const NO_KEYS = ['', '.', '..', 'count', 'export', 'find-one', 'group', 'groupby', 'views'] as const

/** Characters of a key in a path, percent-encoded: Cloudflare stops a URL at 16 KB, and other programs sooner. */
const MAX_KEY_LENGTH = 8192

function refuseUnreachableKey(table: Table, row: StoredRow): void {
  const keys = primaryKey(table)
  const [key] = keys
  // Without one the database makes up a number.
  if (key === undefined || keys.some(({ autoIncrement }) => autoIncrement)) return
  const problem = unreachable(keys.map((column) => String(row.get(column))).join(KEY_SEPARATOR))
  if (problem === null) return
  throw new ApiError('INVALID_VALUE_FOR_FIELD', `The field "${key.title}" is the row's key, which stands in paths: ${problem}`, {
    details: { field: key.title },
  })
}

function unreachable(key: string): string | null {
  if (NO_KEYS.some((name) => name === key))
    return `it cannot be ${NO_KEYS.map((name) => (name === '' ? 'empty' : quoteValue(name))).join(', ')}.`
  if (key.length * 9 <= MAX_KEY_LENGTH || encodeURIComponent(key).length <= MAX_KEY_LENGTH) return null
  return `encoded it can have ${MAX_KEY_LENGTH.toLocaleString('en-US')} characters, and ${quoteValue(key)} has more.`
}

/** `a_` and `b` in a path would be read as `a` and `_b`, another row's key. */
function refuseAmbiguousKey(table: Table, row: StoredRow): void {
  const keys = primaryKey(table)
  if (keys.length < 2) return
  const parts = keys.map((column) => String(row.get(column)))
  const read = parts.join(KEY_SEPARATOR).split(KEY_SEPARATOR)
  const wrong = keys.find((_, index) => parts[index] !== read[index])
  if (wrong === undefined && read.length === parts.length) return
  throw new ApiError(
    'INVALID_VALUE_FOR_FIELD',
    `A key of several parts cannot hold "${KEY_SEPARATOR}", nor a "_" before the next part.`,
    {
      details: { field: (wrong ?? keys.at(-1))?.title },
    },
  )
}

/**
 * The values of a change: only what the body names, and UpdatedAt. CreatedAt and UpdatedAt in the body are left alone, so
 * that a row can be sent back as it was read; the key in the body must be the row's own. Empty when nothing is changed.
 */
export function readChange(
  access: TableAccess,
  body: Readonly<Record<string, unknown>>,
  key: readonly Stored[],
  now: number,
): StoredRow {
  const row: StoredRow = new Map()
  const { table } = access
  const keys = primaryKey(table)
  for (const [column, value] of readFields(access, body)) {
    if (column.auto !== null) continue
    const stored = toStored(column, value)
    if (!column.primaryKey) row.set(column, stored)
    else if (stored !== key[keys.indexOf(column)]) {
      throw new ApiError('INVALID_VALUE_FOR_FIELD', `The field "${column.title}" is the row's key and cannot be changed.`, {
        details: { field: column.title },
      })
    }
  }
  if (row.size > 0) {
    for (const column of table.columns) if (column.auto === 'updated_at') row.set(column, timestamp(now))
  }
  refuseUnwritable(access, row.keys())
  return complete(row)
}

/** What an upsert does to a row that is there: the value of `on` that it is found by, and a change as of readChange. */
export function readUpsert(
  access: TableAccess,
  on: Column,
  body: Readonly<Record<string, unknown>>,
  now: number,
): { key: [Stored]; change: StoredRow } {
  const value = readFields(access, body).get(on)
  if (value === undefined || value === null) throw missing(on)
  const found = toStored(on, value)
  const key = primaryKey(access.table).map((column) => (column === on ? found : null))
  const change = readChange(access, body, key, now)
  change.delete(on)
  change.delete(sortKeyColumn(on))
  return { key: [found], change }
}

/** The key that a body names among other fields, in key order. Throws REQUIRED_FIELD_MISSING, and as toStored does. */
export function readKey(access: TableAccess, body: Readonly<Record<string, unknown>>): Stored[] {
  const fields = readFields(access, body)
  return primaryKey(access.table).map((column) => {
    const value = fields.get(column)
    if (value === undefined || value === null) throw missing(column)
    return toStored(column, value)
  })
}

/** Keys are titles, or column names, in whichever form of Unicode. Throws FIELD_NOT_FOUND; INVALID_VALUE_FOR_FIELD when a field is given twice. */
function readFields({ table, readable, writable }: TableAccess, body: Readonly<Record<string, unknown>>): Map<Column, unknown> {
  const fields = new Map<Column, unknown>()
  const known =
    readable === table.columns
      ? table.columns
      : table.columns.filter((column) => readable.includes(column) || writable.includes(column))
  for (const [name, value] of Object.entries(body)) {
    const column =
      known.find((candidate) => candidate.title === name) ??
      known.find((candidate) => candidate.columnName === name) ??
      known.find((candidate) => isSameText(candidate.title, name) || isSameText(candidate.columnName, name))
    if (column === undefined) {
      throw new ApiError('FIELD_NOT_FOUND', `The table "${table.title}" has no field "${name}".`, { details: { field: name } })
    }
    if (fields.has(column)) {
      throw new ApiError('INVALID_VALUE_FOR_FIELD', `The field "${column.title}" is given twice.`, {
        details: { field: column.title },
      })
    }
    fields.set(column, value)
  }
  return fields
}

/** What the server fills in by itself is left alone, whoever names it. Throws FORBIDDEN. */
function refuseUnwritable({ table, writable }: TableAccess, columns: Iterable<Column>): void {
  if (writable === table.columns) return
  for (const column of columns) {
    if (column.auto !== null || writable.includes(column)) continue
    throw new ApiError('FORBIDDEN', `The field "${column.title}" is not yours to set.`, { details: { field: column.title } })
  }
}

/** The row with the sort keys of its texts. Throws INVALID_VALUE_FOR_FIELD where that is more than D1 takes. */
function complete(row: StoredRow): StoredRow {
  for (const [column, value] of row) if (hasSortKey(column)) row.set(sortKeyColumn(column), sortKey(value))
  return withinRowLimit(row)
}

function withinRowLimit(row: StoredRow): StoredRow {
  const sizes = Array.from(row, ([column, value]) => ({ column, bytes: byteLength(value) }))
  if (sizes.reduce((sum, { bytes }) => sum + bytes, 0) <= D1_LIMITS.rowBytes) return row
  const largest = sizes.reduce((one, other) => (other.bytes > one.bytes ? other : one)).column.title
  throw new ApiError(
    'INVALID_VALUE_FOR_FIELD',
    `A row can hold at most ${sizeText(D1_LIMITS.rowBytes)} together, and this one is larger: shorten its longest value, "${largest}".`,
    { details: { field: largest } },
  )
}

/** The key a path names, in key order; null when it cannot be the key of any row. */
export function readRowId(table: Table, rowId: string): Stored[] | null {
  const keys = primaryKey(table)
  const parts = keys.length === 1 ? [rowId] : rowId.split(KEY_SEPARATOR)
  if (keys.length === 0 || parts.length !== keys.length) return null
  try {
    return keys.map((column, index) => toStored(column, parts[index]))
  } catch (error) {
    if (error instanceof ApiError) return null
    throw error
  }
}

/** The answer for a row as D1 gave it: titles and JSON values. Safe for any title, `__proto__` too. */
export function toRecord(fields: readonly Column[], row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(fields.map((column) => [column.title, toJson(column, row[column.physicalName])]))
}
