/** The end of an import: rows that wait become rows that everyone sees, all of them in one moment. */
import { ApiError, type Issue, MAX_ISSUES, unavailable } from '../../errors'
import { BatchUndone, ReferenceViolation, UniqueViolation, batch, first, requireThat, rows } from '../../lib/d1'
import { type Sql, all, column as columnOf, ident, join, sql } from '../../lib/sql'
import { writtenColumns } from '../types/collation'
import { VERSION_COLUMN } from '../catalog/ddl'
import { enterTable } from '../catalog/tables'
import type { Column } from '../types/column'
import { countAdded, lastCounted, nameList } from '../records/statements'
import { lineName } from './load'
import { titleTaken } from './plan'
import type { Import, LoadPlan, LoadState, Report } from './state'
import { advance } from './store'

/**
 * Enters a new table in the catalog, with the event that tells of it. Safe to run again. Throws INVALID_TABLE when its title was taken meanwhile,
 * PROJECT_NOT_FOUND, and DATABASE_UNAVAILABLE when the rows were given up.
 */
export async function enterNewTable(control: D1Database, { table }: LoadPlan, event: Sql): Promise<void> {
  try {
    await batch(control, [...enterTable(table), event])
  } catch (error) {
    if (await isNamed(control, { table })) return
    if (error instanceof UniqueViolation) throw titleTaken(table.title, error)
    if (error instanceof ReferenceViolation) throw new ApiError('PROJECT_NOT_FOUND', undefined, { cause: error })
    throw error instanceof BatchUndone ? unavailable(error) : error
  }
}

/** Whether the catalog has the table. */
export async function isNamed(control: D1Database, { table }: Pick<LoadPlan, 'table'>): Promise<boolean> {
  return (await first(control, sql`SELECT 1 FROM tables WHERE id = ${table.id}`)) !== null
}

/**
 * Adds the rows that wait to those of a table, or changes those they match, and keeps the report: one batch. Throws
 * DUPLICATE_VALUE, naming lines.
 */
export async function addToTable(data: D1Database, one: Import, load: LoadState, report: Report, now: number): Promise<Report> {
  const { plan } = load
  const on = plan.table.columns.find(({ physicalName }) => physicalName === plan.on)
  const repeated = on === undefined ? [] : await repeatedLines(data, plan, [on])
  if (repeated.length > 0) throw refusedLines(repeated)
  try {
    const results = await batch(data, [
      ...advance(one, { report, load: null }, now),
      ...(on === undefined ? [] : [changeMatched(plan, on), keepCount(one, 'updated', sql`changes()`)]),
      insertOthers(plan, on),
      countAdded(plan.table),
      keepCount(one, 'inserted', lastCounted(plan.table)),
      requireThat(
        sql`(SELECT (report ->> 'inserted') + (report ->> 'updated') FROM imports WHERE id = ${one.id}) = ${load.rows}`,
      ),
      sql`SELECT report FROM imports WHERE id = ${one.id}`,
    ])
    return JSON.parse(String(results.at(-1)?.results[0]?.['report'])) as Report
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error
    throw refusedLines(await takenLines(data, plan, error, on), error)
  }
}

function keepCount(one: Import, name: 'inserted' | 'updated', count: Sql): Sql {
  return sql`UPDATE imports SET report = json_set(report, ${`$.${name}`}, ${count}) WHERE id = ${one.id}`
}

/** What the file does not name stays as it is. */
function changeMatched({ table, staging, cells }: LoadPlan, on: Column): Sql {
  const target = ident(table.physicalName)
  const version = ident(VERSION_COLUMN)
  const changed = table.columns.filter(
    (column, position) =>
      column.id !== on.id && (column.auto === 'updated_at' || cells.some((cell) => cell.position === position)),
  )
  const settings = writtenColumns({ columns: changed }).map(
    ({ physicalName }) => sql`${ident(physicalName)} = ${columnOf(physicalName, 's')}`,
  )
  return sql`UPDATE ${target} SET ${join([...settings, sql`${version} = ${target}.${version} + 1`], ', ')}
    FROM ${ident(staging)} s WHERE ${target}.${ident(on.physicalName)} = ${columnOf(on.physicalName, 's')}`
}

/** In the order of the file. */
function insertOthers({ table, staging }: LoadPlan, on: Column | undefined): Sql {
  const target = ident(table.physicalName)
  const columns = writtenColumns(table)
  const values = join(
    columns.map(({ physicalName }) => columnOf(physicalName, 's')),
    ', ',
  )
  const isNew = on === undefined ? sql`1` : sql`NOT EXISTS (SELECT 1 FROM ${target} t WHERE ${same(['t', 's'], [on])})`
  return sql`INSERT INTO ${target} (${nameList(columns)})
    SELECT ${values} FROM ${ident(staging)} s WHERE ${isNew} ORDER BY s."line"`
}

function same([one, other]: readonly [string, string], columns: readonly Column[]): Sql {
  return all(columns.map(({ physicalName }) => sql`${columnOf(physicalName, one)} = ${columnOf(physicalName, other)}`))
}

/** Which lines have the value of an earlier line. */
async function repeatedLines(data: D1Database, { staging }: LoadPlan, columns: readonly Column[]): Promise<Issue[]> {
  const parts = join(
    columns.map(({ physicalName }) => columnOf(physicalName, 's')),
    ', ',
  )
  const filled = all(columns.map(({ physicalName }) => sql`${columnOf(physicalName, 's')} IS NOT NULL`))
  const found = await rows<TakenLine>(
    data,
    sql`SELECT line, value, earlier FROM (
        SELECT s."line" AS line, ${shownValue(columns)} AS value, MIN(s."line") OVER (PARTITION BY ${parts}) AS earlier
        FROM ${ident(staging)} s WHERE ${filled})
      WHERE line > earlier ORDER BY line LIMIT ${MAX_ISSUES}`,
  )
  return found.map(({ line, value, earlier }) => ({
    path: lineName(line),
    message: `${titles(columns)}: line ${earlier} has the value "${value}" too.`,
  }))
}

interface TakenLine {
  line: number
  value: string | number
  earlier: number
}

function shownValue(columns: readonly Column[]): Sql {
  return join(
    columns.map(({ physicalName }) => columnOf(physicalName, 's')),
    ` || ', ' || `,
  )
}

/** Which lines a unique index refused: for a value of another row of the table, or of an earlier line. */
async function takenLines(
  data: D1Database,
  plan: LoadPlan,
  violation: UniqueViolation,
  on: Column | undefined,
): Promise<Issue[]> {
  const { table, staging } = plan
  const columns = table.columns.filter(({ physicalName }) => violation.columns.includes(physicalName))
  const isOther = on === undefined ? sql`1` : sql`NOT (${same(['t', 's'], [on])})`
  const found = await rows<TakenLine>(
    data,
    sql`SELECT s."line" AS line, ${shownValue(columns)} AS value FROM ${ident(staging)} s
      WHERE EXISTS (SELECT 1 FROM ${ident(table.physicalName)} t WHERE ${same(['t', 's'], columns)} AND ${isOther})
      ORDER BY s."line" LIMIT ${MAX_ISSUES}`,
  )
  const taken = found.map(({ line, value }) => ({
    path: lineName(line),
    message: `${titles(columns)}: a row of the table has the value "${value}".`,
  }))
  return [...taken, ...(await repeatedLines(data, plan, columns))].slice(0, MAX_ISSUES)
}

function titles(columns: readonly Column[]): string {
  return columns.map(({ title }) => title).join(', ')
}

function refusedLines(errors: readonly Issue[], cause?: unknown): ApiError {
  const [first] = errors
  const message = first === undefined ? undefined : `${first.path}: ${first.message} Nothing was imported.`
  return new ApiError('DUPLICATE_VALUE', message, { cause, details: { errors } })
}
