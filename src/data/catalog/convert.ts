/** The values of a column under another type: by the same rules as a write, so that what comes out could have been written. */
import { ApiError, type Issue } from '../../errors'
import { first, rows, run } from '../../lib/d1'
import { jsonChunks } from '../../lib/json'
import { type Sql, column as columnOf, empty, ident, join, sql } from '../../lib/sql'
import { toJson, toStored } from '../types/values'
import { hasSortKey, sortKey, sortKeyName } from '../types/collation'
import { VERSION_COLUMN } from './ddl'
import { type Reading, isRead, readText } from './text-conversion'
import { type Column, type Table } from '../types/column'
import { rulesOf } from '../types/kinds'
import type { Stored } from '../types/kind'

/** Rows read at a time: two queries each, and an invocation may make 1,000. */
const CHUNK_ROWS = 5000
/** Rows that a refusal names. */
export const NAMED_ROWS = 10

interface ValueRow {
  row: number
  value: Stored
  /** Of the row: its key. */
  name: string
}

/** Times that rows written during the conversion are converted again; a table busier than that keeps its type for now. */
const MAX_PASSES = 5

/** Fills `to` from `from` until no row was written meanwhile. Throws as fillOnce does, and DATABASE_UNAVAILABLE. */
export async function convertValues(data: D1Database, table: Table, from: Column, reading: Reading): Promise<void> {
  const { to } = reading
  for (let pass = 1; pass <= MAX_PASSES; pass++) {
    const before = await writes(data, table)
    if (pass > 1) await run(data, sql`UPDATE ${ident(table.physicalName)} SET ${assign(to, sql`NULL`, sql`NULL`)}`)
    await fillOnce(data, table, from, reading)
    if ((await writes(data, table)) === before) return
  }
  throw new ApiError(
    'DATABASE_UNAVAILABLE',
    'The table is written to so often that its values cannot be converted; try again later.',
  )
}

/** Changes with every write of a row. */
async function writes(data: D1Database, table: Table): Promise<string> {
  const counted = sql`SELECT COUNT(*) AS rows, SUM(${columnOf(VERSION_COLUMN)}) AS versions, MAX(t.rowid) AS last`
  return JSON.stringify(await first(data, sql`${counted} FROM ${ident(table.physicalName)} t`))
}

/**
 * Fills `to` from `from`, row by row. Throws INVALID_VALUE_FOR_FIELD that names the first rows whose value does not convert;
 * `to` is then of no use.
 */
async function fillOnce(data: D1Database, table: Table, from: Column, reading: Reading): Promise<void> {
  const { to } = reading
  for await (const chunk of chunksOf(data, table, from, to)) {
    const { values, issues } = convertChunk(chunk, from, reading)
    if (issues.length > 0) throw refusal(from, to, issues)
    for (const { json } of jsonChunks(values)) await run(data, storeValues(table, to, json))
  }
}

/** All values that have to become another one, row by row. */
async function* chunksOf(data: D1Database, table: Table, from: Column, to: Column): AsyncGenerator<ValueRow[]> {
  for (let last = Number.MIN_SAFE_INTEGER; ;) {
    const chunk = await rows<ValueRow>(data, selectValues(table, from, to, last))
    yield chunk
    if (chunk.length < CHUNK_ROWS) return
    last = chunk.at(-1)?.row ?? last
  }
}

/** The values alone. */
export async function* valuesOf(data: D1Database, table: Table, from: Column, to: Column): AsyncGenerator<Stored[]> {
  for await (const chunk of chunksOf(data, table, from, to)) yield chunk.map(({ value }) => value)
}

function selectValues(table: Table, from: Column, to: Column, after: number): Sql {
  const value = columnOf(from.physicalName)
  const wanted = becomesRequired(from, to) ? empty : sql` AND ${value} IS NOT NULL`
  return sql`SELECT t.rowid AS row, ${value} AS value, ${rowName(table)} AS name
    FROM ${ident(table.physicalName)} t WHERE t.rowid > ${after}${wanted} ORDER BY t.rowid LIMIT ${CHUNK_ROWS}`
}

/** The key as a path writes it. */
export function rowName(table: Table): Sql {
  const keys = table.columns.filter(({ primaryKey }) => primaryKey).map(({ physicalName }) => columnOf(physicalName))
  return sql`${join(keys, " || '___' || ")} || ''`
}

/** Then rows without a value are refused; those of a column that is required already are older than that rule, and stay. */
export function becomesRequired(from: Column, to: Column): boolean {
  return to.required && !from.required
}

function storeValues(table: Table, to: Column, json: string) {
  const target = ident(table.physicalName)
  return sql`UPDATE ${target} SET ${assign(to, sql`j.value ->> 1`, sql`j.value ->> 2`)}
    FROM json_each(${json}) j WHERE ${target}.rowid = j.value ->> 0`
}

/** `"c1" = …`, and the sort key where the column has one. */
export function assign(column: Column, value: Sql, key: Sql): Sql {
  const setting = sql`${ident(column.physicalName)} = ${value}`
  return hasSortKey(column) ? sql`${setting}, ${ident(sortKeyName(column.physicalName))} = ${key}` : setting
}

function convertChunk(chunk: readonly ValueRow[], from: Column, reading: Reading): { values: Stored[][]; issues: Issue[] } {
  const values: Stored[][] = []
  const issues: Issue[] = []
  for (const { row, value, name } of chunk) {
    try {
      const stored = converted(value, from, reading)
      values.push(hasSortKey(reading.to) ? [row, stored, sortKey(stored)] : [row, stored])
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (issues.length < NAMED_ROWS) issues.push({ path: name, message: error.message })
    }
  }
  return { values, issues }
}

function converted(value: Stored, from: Column, reading: Reading): Stored {
  const { to } = reading
  if (value === null || !isRead(from, to)) return toStored(to, value === null ? null : convertible(value, from, to))
  const text = String(value)
  // An option is found as it is written, whatever the readers would make of it; and no choice is the choice of none.
  const { options } = rulesOf(to)
  const isChoice = options === 'one' ? to.options.some(({ title }) => title === text) : options === 'several' && text === ''
  return isChoice ? text : readText(text, reading)
}

/** What a client would write to get the same meaning under the new type. */
function convertible(stored: string | number, from: Column, to: Column): unknown {
  const json = toJson(from, stored)
  const rules = rulesOf(to)
  if (json === '' && !rules.holdsEmptyText(to)) return null
  return rules.convert({ stored, json, column: from }, to)
}

function refusal(from: Column, to: Column, errors: Issue[]): ApiError {
  const named = errors.map(({ path }) => path).join(', ')
  return new ApiError(
    'INVALID_VALUE_FOR_FIELD',
    `The field "${from.title}" cannot become ${to.type}: the values of these rows do not convert: ${named}.`,
    { details: { field: from.title, errors } },
  )
}
