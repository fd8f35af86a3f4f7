/**
 * Making, renaming and removing tables. A table is made in the data database before the catalog names it, and dropped there
 * after the catalog has forgotten it; orphans.ts covers the time between.
 */
import type { AuditSource } from '../../control/audit/source'
import { auditChange, auditEvent } from '../../control/audit/store'
import { ApiError } from '../../errors'
import { BatchUndone, ReferenceViolation, UniqueViolation, batch, changedMeanwhile, requireChanges, run } from '../../lib/d1'
import { newId } from '../../lib/ids'
import type { Sql } from '../../lib/sql'
import { isSameText, quoteValue } from '../../lib/text'
import type { Catalog } from './catalog'
import { checkDefault, refuseTooLarge } from './column-rules'
import { type ColumnSpec, makeColumns } from './column-spec'
import { countPhysical, createTable as createTableStatements } from './ddl'
import { SEPARATORS, freeName, tableNames } from './names'
import { CREATION_GRACE_MS, type Orphan, deleteOrphan, dropOrphan, insertOrphan } from './orphans'
import { deleteTable, insertColumns, insertTable, physicalTable, raiseSchemaVersion, updateTable } from './store'
import { MAX_COLUMNS, type Table } from '../types/column'

/** Where a project's tables are kept: their rows, and what is known of them. */
export interface Databases {
  control: D1Database
  data: D1Database
}

export interface TablePatch {
  /** Of the two names the one that is left out is made of the other. */
  title?: string
  tableName?: string
  meta?: Record<string, unknown> | null
  order?: number
}

export interface TableSpec extends TablePatch {
  columns: readonly ColumnSpec[]
}

/** What has to be known of a project to change its tables. */
export interface ProjectPlace {
  id: string
  prefix: string
  /** Name of the binding behind Databases.data. */
  database: string
}

/** Throws INVALID_TABLE or INVALID_COLUMN; then nothing has changed. */
export async function createTable(
  databases: Databases,
  project: ProjectPlace,
  catalog: Catalog,
  spec: TableSpec,
  source: AuditSource,
): Promise<Table> {
  const now = source.at
  const table = planTable(project, catalog, spec, now)
  await run(databases.control, insertOrphan(physicalTable(table), project.database, now + CREATION_GRACE_MS))
  await batch(databases.data, createTableStatements(table, now))
  await enter(databases, table, auditEvent(source, { action: 'table.created', ...auditTarget(table) }))
  return table
}

/** How the audit log names a table. */
export function auditTarget({ id, title, projectId }: Pick<Table, 'id' | 'title' | 'projectId'>) {
  return { target: { id, name: title }, project: projectId }
}

/** The statements that make a table visible whose physical table stands. */
export function enterTable(table: Table): Sql[] {
  return [
    insertTable(table),
    requireChanges(1),
    insertColumns(table.id, table.columns),
    deleteOrphan(physicalTable(table)),
    raiseSchemaVersion(table.projectId),
  ]
}

/** What cannot be entered because its name was just taken is dropped again. */
async function enter(databases: Databases, table: Table, event: Sql): Promise<void> {
  try {
    await batch(databases.control, [...enterTable(table), event])
  } catch (error) {
    const refusal = whyRefused(error, table)
    if (refusal === null) throw error
    await dropNow(databases, physicalTable(table))
    throw refusal
  }
}

/** Why a batch of the control database was undone by what others did in the same moment; null when that is not why. */
function whyRefused(error: unknown, names: Pick<Table, 'title' | 'tableName'>): ApiError | null {
  if (error instanceof UniqueViolation) return duplicateTable(error.columns.includes('title') ? 'alias' : 'name', names, error)
  if (error instanceof ReferenceViolation) return new ApiError('PROJECT_NOT_FOUND', undefined, { cause: error })
  return error instanceof BatchUndone ? changedMeanwhile(error) : null
}

/** A table that is yet to be made. Throws INVALID_TABLE or INVALID_COLUMN. */
export function planTable(project: ProjectPlace, catalog: Catalog, spec: TableSpec, now: number): Table {
  const names = newTableNames(catalog, spec, project.prefix)
  refuseTakenNames(catalog, names)
  const columns = makeColumns(spec.columns, { nextColumn: 1, now })
  const count = countPhysical(columns)
  if (count > MAX_COLUMNS) {
    const included = count > columns.length ? ', sort keys included' : ''
    throw new ApiError(
      'INVALID_TABLE',
      `A table can have at most ${MAX_COLUMNS} columns; this one would have ${count}${included}.`,
    )
  }
  for (const column of columns) checkDefault(column, now)
  refuseTooLarge(columns, spec.meta)
  const id = newId('table')
  return {
    id,
    projectId: project.id,
    viewId: newId('view'),
    ...names,
    physicalName: id,
    meta: spec.meta ?? null,
    order: spec.order ?? Math.max(0, ...catalog.tables.map((table) => table.order)) + 1,
    createdAt: now,
    updatedAt: now,
    columns,
  }
}

/** A name that the client did not choose gets out of the way of one that is there. */
function newTableNames(catalog: Catalog, spec: TableSpec, prefix: string): Pick<Table, 'title' | 'tableName'> {
  const names = tableNames(spec, prefix)
  if (spec.tableName !== undefined) return names
  return { ...names, tableName: freeName(names.tableName, new Set(catalog.tables.map(({ tableName }) => tableName))) }
}

function refuseTakenNames(catalog: Catalog, names: Pick<Table, 'title' | 'tableName'>, self?: Table): void {
  const others = catalog.tables.filter((table) => table.id !== self?.id)
  if (others.some((table) => isSameText(table.tableName, names.tableName))) throw duplicateTable('name', names)
  if (others.some((table) => isSameText(table.title, names.title))) throw duplicateTable('alias', names)
}

/** In the contract's words, and then in plain ones. */
function duplicateTable(what: 'name' | 'alias', names: Pick<Table, 'title' | 'tableName'>, cause?: unknown): ApiError {
  const plain = what === 'name' ? `table_name ${quoteValue(names.tableName)}` : `title ${quoteValue(names.title)}`
  return new ApiError(
    'INVALID_TABLE',
    `Duplicate table ${what}: another table of the project has the ${plain}; choose another one.`,
    {
      cause,
    },
  )
}

/** Names, meta and order are the catalog's alone: rows are not touched. Throws INVALID_TABLE. */
export async function changeTable(
  control: D1Database,
  project: ProjectPlace,
  catalog: Catalog,
  table: Table,
  patch: TablePatch,
  source: AuditSource,
): Promise<void> {
  const { title, tableName, meta, order } = { ...table, ...patch }
  const names = tableNames({ title, tableName }, project.prefix, SEPARATORS.renamed)
  refuseTakenNames(catalog, names, table)
  refuseTooLarge([], meta)
  const changed = { ...table, ...names, meta, order, updatedAt: source.at }
  try {
    await batch(control, [
      updateTable(table, changed),
      requireChanges(1),
      raiseSchemaVersion(project.id),
      auditEvent(source, { action: 'table.changed', ...auditTarget(changed), details: { from: table.title } }),
    ])
  } catch (error) {
    throw whyRefused(error, changed) ?? error
  }
}

/** The table is out of reach when this returns; if its rows could not be dropped now, the scheduled job will. */
export async function removeTable(databases: Databases, database: string, table: Table, source: AuditSource): Promise<void> {
  const orphan = physicalTable(table)
  await batch(databases.control, [
    insertOrphan(orphan, database, source.at),
    deleteTable(table.projectId, table.id),
    auditChange(source, { action: 'table.deleted', ...auditTarget(table) }),
    raiseSchemaVersion(table.projectId),
  ])
  await dropNow(databases, orphan)
}

/** Drops what the catalog no longer names; a failure only leaves it to the scheduled job. */
export async function dropNow(databases: Databases, orphan: Orphan): Promise<void> {
  try {
    await dropOrphan(databases.control, databases.data, orphan)
  } catch (error) {
    console.warn(JSON.stringify({ orphan, left: 'to the scheduled job', cause: String(error) }))
  }
}
