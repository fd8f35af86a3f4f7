/** Making, renaming and removing tables. */
import { auditChange, auditEvent } from '../../control/audit/store'
import { ApiError } from '../../errors'
import { ReferenceViolation, UniqueViolation, batch, requireChanges } from '../../lib/d1'
import { newId } from '../../lib/ids'
import type { Sql } from '../../lib/sql'
import { isSameText, quoteValue } from '../../lib/text'
import type { Catalog } from './catalog'
import { checkDefault, refuseTooLarge } from './column-rules'
import { type ColumnSpec, makeColumns } from './column-spec'
import { type Site, changeCatalog, entering } from './crash-safe-change'
import type { ProjectPlace } from './database'
import { countPhysical, createTable as createTableStatements } from './ddl'
import { SEPARATORS, freeName, tableNames } from './table-names'
import { deleteTable, insertColumns, insertTable, physicalTable, updateTable } from './store'
import { MAX_COLUMNS, type Table } from '../types/column'

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

/** Throws INVALID_TABLE or INVALID_COLUMN; then nothing has changed. */
export async function createTable(site: Site, catalog: Catalog, spec: TableSpec): Promise<Table> {
  const { project, source } = site
  const table = planTable(project, catalog, spec, source.at)
  await changeCatalog(site, {
    made: { orphan: physicalTable(table), make: (data) => batch(data, createTableStatements(table, source.at)) },
    enter: [...insertion(table), auditEvent(source, { action: 'table.created', ...auditTarget(table) })],
    refusal: { enter: (error) => whyRefused(error, table) },
  })
  return table
}

/** How the audit log names a table. */
export function auditTarget({ id, title, projectId }: Pick<Table, 'id' | 'title' | 'projectId'>) {
  return { target: { id, name: title }, project: projectId }
}

/** The statements that make a table visible whose physical table stands. */
export function enterTable(table: Table): Sql[] {
  return entering(table.projectId, insertion(table), physicalTable(table))
}

function insertion(table: Table): Sql[] {
  return [insertTable(table), requireChanges(1), insertColumns(table.id, table.columns)]
}

/** Why a batch of the control database was undone by what others did in the same moment; the error itself when that is not why. */
function whyRefused(error: unknown, names: Pick<Table, 'title' | 'tableName'>): unknown {
  if (error instanceof UniqueViolation) return duplicateTable(error.columns.includes('title') ? 'alias' : 'name', names, error)
  return error instanceof ReferenceViolation ? new ApiError('PROJECT_NOT_FOUND', undefined, { cause: error }) : error
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
  site: Site,
  { catalog, table }: { catalog: Catalog; table: Table },
  patch: TablePatch,
): Promise<void> {
  const { project, source } = site
  const { title, tableName, meta, order } = { ...table, ...patch }
  const names = tableNames({ title, tableName }, project.prefix, SEPARATORS.renamed)
  refuseTakenNames(catalog, names, table)
  refuseTooLarge([], meta)
  const changed = { ...table, ...names, meta, order, updatedAt: source.at }
  await changeCatalog(site, {
    enter: [
      updateTable(table, changed),
      requireChanges(1),
      auditEvent(source, {
        action: 'table.changed',
        ...auditTarget(changed),
        details: changed.title === table.title ? {} : { from: table.title },
      }),
    ],
    refusal: { enter: (error) => whyRefused(error, changed) },
  })
}

/** The table is out of reach when this returns; if its rows could not be dropped now, the scheduled job will. */
export async function removeTable(site: Site, table: Table): Promise<void> {
  await changeCatalog(site, {
    left: physicalTable(table),
    enter: [deleteTable(table.projectId, table.id), auditChange(site.source, { action: 'table.deleted', ...auditTarget(table) })],
    refusal: { enter: (error) => error },
  })
}
