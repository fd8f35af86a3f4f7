/**
 * Making and removing tables. Both touch two databases, and no transaction spans them, so the order is what keeps readers
 * safe: the catalog (control) says what exists, and a physical table (data) is there before the catalog names it and goes
 * after the catalog has forgotten it. A row in `table_drops` covers the time between, so that a crash at any step leaves
 * only work for the scheduled job.
 */
import { ApiError } from '../../errors'
import { UniqueViolation, batch, run } from '../../lib/d1'
import { newId } from '../../lib/ids'
import { D1_LIMITS } from '../../lib/sql'
import { MINUTE_MS } from '../../lib/time'
import type { Catalog } from './catalog'
import { type ColumnRequestBody, buildColumns } from './column-request'
import { createTable as createTableStatements, dropTable } from './ddl'
import { tableNames } from './names'
import { cancelDrop, deleteTable, insertColumns, insertTable, raiseSchemaVersion, scheduleDrop } from './store'
import type { Table } from './types'

/** Longer than any request lives: after this, a physical table without a catalog entry is nobody's. */
const CREATION_GRACE_MS = 10 * MINUTE_MS

/** Where a project's tables are kept: their rows, and what is known of them. */
export interface Databases {
  control: D1Database
  data: D1Database
}

export interface TableRequest {
  title?: string | null | undefined
  table_name?: string | null | undefined
  columns: readonly ColumnRequestBody[]
  meta?: Record<string, unknown> | null | undefined
  order?: number | null | undefined
}

interface ProjectPlace {
  id: string
  prefix: string
  /** Name of the binding behind Databases.data. */
  database: string
}

/** Throws INVALID_TABLE, INVALID_COLUMN or NOT_IMPLEMENTED; then nothing has changed. */
export async function createTable(
  databases: Databases,
  project: ProjectPlace,
  catalog: Catalog,
  request: TableRequest,
  now: number,
): Promise<Table> {
  const table = planTable(project, catalog, request, now)
  await run(databases.control, scheduleDrop(table.physicalName, project.database, now + CREATION_GRACE_MS))
  await batch(databases.data, createTableStatements(table))
  try {
    await batch(databases.control, [
      insertTable(table),
      insertColumns(table.id, table.columns),
      cancelDrop(table.physicalName),
      raiseSchemaVersion(project.id),
    ])
  } catch (error) {
    throw error instanceof UniqueViolation ? duplicate(error) : error
  }
  return table
}

function planTable(project: ProjectPlace, catalog: Catalog, request: TableRequest, now: number): Table {
  const { title, tableName } = tableNames(request, project.prefix)
  if (catalog.tables.some((table) => table.tableName === tableName)) throw new ApiError('INVALID_TABLE', 'Duplicate table name')
  if (catalog.tables.some((table) => table.title === title)) throw new ApiError('INVALID_TABLE', 'Duplicate table alias')
  const columns = buildColumns(request.columns, { nextColumn: 1, now })
  if (columns.length > D1_LIMITS.columns) {
    throw new ApiError('INVALID_TABLE', `A table can have at most ${D1_LIMITS.columns} columns; this one would have ${columns.length}.`)
  }
  const id = newId('table')
  return {
    id,
    projectId: project.id,
    viewId: newId('view'),
    title,
    tableName,
    physicalName: id,
    meta: request.meta ?? null,
    order: request.order ?? Math.max(0, ...catalog.tables.map((table) => table.order)) + 1,
    createdAt: now,
    updatedAt: now,
    columns,
  }
}

/** Someone made a table of that name in the same moment; the physical table is left to the scheduled job. */
function duplicate(error: UniqueViolation): ApiError {
  const what = error.columns.includes('title') ? 'Duplicate table alias' : 'Duplicate table name'
  return new ApiError('INVALID_TABLE', what, { cause: error })
}

/** The table is out of reach when this returns; if its rows could not be dropped now, the scheduled job will. */
export async function removeTable(databases: Databases, database: string, table: Table, now: number): Promise<void> {
  await batch(databases.control, [
    scheduleDrop(table.physicalName, database, now),
    deleteTable(table.projectId, table.id),
    raiseSchemaVersion(table.projectId),
  ])
  try {
    await run(databases.data, dropTable(table.physicalName))
    await run(databases.control, cancelDrop(table.physicalName))
  } catch (error) {
    console.warn(JSON.stringify({ table: table.physicalName, left: 'to the scheduled job', cause: String(error) }))
  }
}
