/** Rows of a file on their way to where they wait until all are there. */
import { ApiError, type Issue, MAX_ISSUES } from '../../errors'
import { UniqueViolation, batch, rows } from '../../lib/d1'
import { MAX_ITEM_BYTES, isLongerAsJson, jsonChunks } from '../../lib/json'
import { type Sql, column as columnOf, ident, sql } from '../../lib/sql'
import { primaryKey } from '../catalog/catalog'
import type { Column, Table } from '../types/column'
import { readCell } from '../types/values'
import { accessTo } from '../access/table-access'
import { insertRows } from '../records/bulk-statements'
import { type StoredRow, readNewRow } from '../records/row'
import { splitHeader } from './csv'
import { readOn } from './read-parts'
import { LINE, requireRowCount, stagingTable } from './staging'
import type { CellPlan, EmptiedCell, LoadPlan, LoadState, Loading } from './state'
import { advance } from './store'
import type { CsvRecord } from '../inference/dialect'

/** Emptied cells that are named. */
const MAX_EMPTIED = 100

/** Columns of the file that cannot have the type they were to have, and are to be texts then. */
export class TextInstead extends Error {
  constructor(readonly indexes: readonly number[]) {
    super('columns with a value that does not fit are to be texts')
    this.name = 'TextInstead'
  }
}

/** What became of the records of one step. */
interface Converted {
  rows: StoredRow[]
  /** Of the rows. */
  lines: number[]
  issues: Issue[]
  emptied: EmptiedCell[]
  /** Columns of the file. */
  texts: Set<number>
}

/**
 * The next rows and how far they came, in one batch; with the last of them, that they are as many as were read before. Throws
 * INVALID_VALUE_FOR_FIELD or DUPLICATE_VALUE, naming lines; TextInstead; BatchUndone when another request did this step.
 */
export async function loadStep(data: D1Database, one: Loading, now: number): Promise<Loading> {
  const { load } = one
  const { plan } = load
  const { records, state, isDone } = await readOn(data, one, plan.format, load.reader)
  const converted = convert(plan, load.reader === null ? splitHeader(records, plan.format).rows : records)
  if (converted.texts.size > 0) throw new TextInstead([...converted.texts])
  if (converted.issues.length > 0) throw refusedLines(converted.issues)
  const next: LoadState = {
    ...load,
    reader: state,
    rows: load.rows + converted.rows.length,
    emptied: [...load.emptied, ...converted.emptied].slice(0, MAX_EMPTIED),
    emptiedTotal: load.emptiedTotal + converted.emptied.length,
    isLoaded: isDone,
  }
  const statements = [
    ...advance(one, { load: next }, now),
    ...insertRows(accessTo(stagingTable(plan)), converted.rows, {}),
    ...(isDone ? [requireRowCount(plan, one.reading?.rows ?? 0)] : []),
  ]
  try {
    await batch(data, statements)
  } catch (error) {
    throw error instanceof UniqueViolation ? await repeatedIds(data, plan, converted, error) : error
  }
  return { ...one, load: next, step: one.step + 1 }
}

function refusedLines(issues: readonly Issue[]): ApiError {
  const [first] = issues
  return new ApiError('INVALID_VALUE_FOR_FIELD', `${first?.path}: ${first?.message} Nothing was imported.`, {
    details: { errors: issues.slice(0, MAX_ISSUES) },
  })
}

function convert(plan: LoadPlan, records: readonly CsvRecord[]): Converted {
  const converted: Converted = { rows: [], lines: [], issues: [], emptied: [], texts: new Set() }
  for (const record of records) {
    const row = convertRecord(plan, record, converted)
    if (row !== null) {
      converted.rows.push(row)
      converted.lines.push(record.line)
    }
    if (converted.issues.length >= MAX_ISSUES) break
  }
  return converted
}

/** Null when the record has no row: what is to be done about it stands in `converted` then. */
function convertRecord(plan: LoadPlan, { line, cells }: CsvRecord, converted: Converted): StoredRow | null {
  const body = new Map<string, unknown>()
  for (const cell of plan.cells) {
    const column = columnAt(plan, cell)
    const read = readCell(column, cells[cell.index] ?? null, plan.format)
    if ('value' in read) setValue(plan, body, column, read.value)
    else if (!leaveOut(plan, cell, { line, cells }, read.problem, converted)) return null
  }
  return storedRow(plan, { line, cells }, body, converted)
}

function columnAt({ table }: LoadPlan, { position }: CellPlan): Column {
  const column = table.columns[position]
  if (column === undefined) throw new Error('a plan names a column that its table does not have')
  return column
}

/**
 * A new table has what the file has. In a table that is there a field without a value gets its default, as in a form; but a
 * row that is matched and changed loses the value.
 */
function setValue(plan: LoadPlan, body: Map<string, unknown>, column: Column, value: unknown): void {
  if (value !== null || plan.kind === 'new' || (plan.on !== null && !column.required)) body.set(column.title, value)
}

/** By the rules of every write; what those refuse of a cell is treated as what the reader of cells refuses. */
function storedRow(plan: LoadPlan, record: CsvRecord, body: Map<string, unknown>, converted: Converted): StoredRow | null {
  const { table, startedAt, cells } = plan
  for (;;) {
    try {
      const row = readNewRow(accessTo(table), Object.fromEntries(body), startedAt)
      if (isLongerAsJson([...row.values()], MAX_ITEM_BYTES)) throw new ApiError('INVALID_VALUE_FOR_FIELD', 'The row is too long.')
      refuseUnmatched(plan, row)
      if (plan.kind === 'existing') row.set(LINE, record.line)
      return row
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const cell = cells.find((each) => isAbout(error, columnAt(plan, each), body))
      if (cell === undefined) {
        converted.issues.push({ path: lineName(record.line), message: error.message })
        return null
      }
      if (!leaveOut(plan, cell, record, error.message, converted)) return null
      const column = columnAt(plan, cell)
      body.delete(column.title)
      setValue(plan, body, column, null)
    }
  }
}

/** Whether a value of the file is what was refused. */
function isAbout({ details }: ApiError, { title }: Column, body: ReadonlyMap<string, unknown>): boolean {
  return details.field === title && (body.get(title) ?? null) !== null
}

/** Rows without a value of what they are matched by match nothing. */
function refuseUnmatched({ table, on }: LoadPlan, row: StoredRow): void {
  const column = on === null ? undefined : table.columns.find(({ physicalName }) => physicalName === on)
  if (column === undefined || (row.get(column) ?? null) !== null) return
  throw new ApiError('REQUIRED_FIELD_MISSING', `Rows are matched by "${column.title}", and this one has no value for it.`)
}

/** Whether the record goes on without the value of a bad cell. */
function leaveOut(plan: LoadPlan, cell: CellPlan, { line, cells }: CsvRecord, problem: string, converted: Converted): boolean {
  const { title } = columnAt(plan, cell)
  if (cell.onBad === 'empty') {
    converted.emptied.push({ line, column: title, value: cells[cell.index] ?? '' })
    return true
  }
  if (cell.onBad === 'text') converted.texts.add(cell.index)
  else converted.issues.push({ path: lineName(line), message: `${title}: ${problem}` })
  return false
}

export function lineName(line: number): string {
  return `Line ${line}`
}

/** Which lines bring an Id that an earlier line has. */
async function repeatedIds(
  data: D1Database,
  plan: LoadPlan,
  { rows: added, lines }: Converted,
  cause: UniqueViolation,
): Promise<ApiError> {
  const [key] = primaryKey(plan.table)
  const ids = added.map((row) => (key === undefined ? null : (row.get(key) ?? null)))
  const seen = new Set(key === undefined ? [] : await idsThere(data, plan.table, key, ids))
  const errors: Issue[] = []
  for (const [index, id] of ids.entries()) {
    if (id !== null && seen.has(id))
      errors.push({ path: lineName(lines[index] ?? 0), message: `${key?.title}: ${id} is there twice.` })
    seen.add(id)
  }
  const message = `"${key?.title}" cannot be the key: ${errors[0]?.path} has the value of an earlier line. Nothing was imported.`
  return new ApiError('DUPLICATE_VALUE', message, { cause, details: { errors: errors.slice(0, MAX_ISSUES) } })
}

async function idsThere(data: D1Database, table: Table, key: Column, ids: readonly unknown[]): Promise<unknown[]> {
  const found: unknown[] = []
  for (const { json } of jsonChunks(ids)) {
    const there = sql`SELECT ${columnOf(key.physicalName)} AS id FROM ${ident(table.physicalName)} t`
    const listed: Sql = sql`${there} WHERE ${columnOf(key.physicalName)} IN (SELECT value FROM json_each(${json}))`
    for (const { id } of await rows<{ id: number }>(data, listed)) found.push(id)
  }
  return found
}
