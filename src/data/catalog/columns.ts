/**
 * Adding, changing and removing columns. What is new is made in the data database before the catalog names it, what is old is
 * dropped there after the catalog has forgotten it; orphans.ts covers the time between.
 */
import type { AuditSource } from '../../control/audit/source'
import { auditEvent } from '../../control/audit/store'
import { ApiError } from '../../errors'
import {
  BatchUndone,
  ReferenceViolation,
  TooManyColumns,
  UniqueViolation,
  batch,
  changedMeanwhile,
  requireChanges,
  run,
} from '../../lib/d1'
import { type Sql, all, ident, sql } from '../../lib/sql'
import { defaultFor } from '../types/values'
import { type ColumnPatch, needsNewValues, planChange } from './column-change'
import { sortKey } from '../types/collation'
import { duplicateColumn } from './column-names'
import { checkDefault, checkStars, refuseTooLarge } from './column-rules'
import { type ColumnSpec, makeColumn } from './column-spec'
import { assign, becomesRequired, convertValues, valuesOf } from './convert'
import { addColumn as addColumnStatements, countPhysical, createIndex, indexKind } from './ddl'
import { displayColumnAt } from './display-column'
import { CREATION_GRACE_MS, type Orphan, type OrphanKind, deleteOrphan, insertOrphan, isOrphan } from './orphans'
import { NO_ANSWERS, type Reading, type TextAnswers, planReading } from './reading'
import { noValues, requireNoRows, requireValues } from './required'
import { deleteColumn, insertColumns, raiseSchemaVersion, setDisplayColumn, takeColumnNumber, updateColumn } from './store'
import { type Databases, type ProjectPlace, dropNow } from './tables'
import { type Column, type Table, MAX_COLUMNS } from '../types/column'

function orphan(kind: OrphanKind, table: Table, column: Column): Orphan {
  return { kind, table: table.physicalName, column: column.physicalName }
}

/**
 * Rows there are get the default value; without one, a required column is for empty tables. Throws INVALID_COLUMN,
 * INVALID_VALUE_FOR_FIELD.
 */
export async function addColumn(
  databases: Databases,
  project: ProjectPlace,
  table: Table,
  spec: ColumnSpec,
  source: AuditSource,
): Promise<void> {
  const now = source.at
  if (table.columns.length >= MAX_COLUMNS)
    throw new ApiError('INVALID_COLUMN', `A table can have at most ${MAX_COLUMNS} columns.`)
  // Refused before anything is written; the number is only known afterwards.
  const planned = makeColumn(spec, table.columns, { nextColumn: 0, now })
  if (countPhysical([...table.columns, planned]) > MAX_COLUMNS)
    throw new ApiError('INVALID_COLUMN', `A table can have at most ${MAX_COLUMNS} columns, sort keys included.`)
  if (planned.primaryKey) {
    throw new ApiError(
      'INVALID_COLUMN',
      `The primary key is chosen when the table is made: "${planned.title}" cannot be added to it.`,
    )
  }
  checkStars(planned)
  checkDefault(planned, now)
  refuseTooLarge([...table.columns, planned], null)
  const filling = defaultFor({ ...planned, required: false }, now)
  const column: Column = { ...planned, physicalName: `c${await takeColumnNumber(databases.control, table.id)}` }
  const added = orphan('column', table, column)
  await run(databases.control, insertOrphan(added, project.database, now + CREATION_GRACE_MS))
  const { columns, indexes } = addColumnStatements(table, column)
  const fill = sql`UPDATE ${ident(table.physicalName)} SET ${assign(column, sql`${filling}`, sql`${sortKey(filling)}`)}`
  await makeOrUndo(databases, column, added, [
    ...(column.required && filling === null ? [requireNoRows(table)] : []),
    ...columns,
    ...(filling === null ? [] : [fill]),
    ...indexes,
  ])
  await enterOrUndo(databases, column, added, [
    insertColumns(table.id, [column], isOrphan(added)),
    requireChanges(1),
    ...(spec.displayValue === true ? [setDisplayColumn(table.id, column.id)] : []),
    deleteOrphan(added),
    raiseSchemaVersion(project.id),
    auditEvent(source, {
      action: 'column.created',
      ...auditTarget(table, column),
      details: { table: table.title, type: column.type },
    }),
  ])
}

/** How the audit log names a column. */
function auditTarget({ projectId }: Table, { id, title }: Column) {
  return { target: { id, name: title }, project: projectId }
}

/** The batch in the data database; a value that is there twice under a unique index undoes it, or rows without a required one. */
async function makeOrUndo(databases: Databases, column: Column, added: Orphan, statements: readonly Sql[]): Promise<void> {
  try {
    await batch(databases.data, statements)
  } catch (error) {
    throw await undone(databases, column, added, error)
  }
}

/** What a failure in the data database means for the client. What may still take effect is left to the scheduled job. */
async function undone(databases: Databases, column: Column, added: Orphan, error: unknown): Promise<unknown> {
  const isUnknown = error instanceof ApiError && error.code === 'DATABASE_UNAVAILABLE'
  if (!isUnknown) await dropNow(databases, added)
  if (error instanceof UniqueViolation) return notUnique(column, error)
  if (error instanceof BatchUndone) return noValues(column, error)
  return error instanceof TooManyColumns ? noRoom(column, error) : error
}

/** A new type needs a column of its own beside the old one until the values are converted. */
function noRoom(column: Column, cause: unknown): ApiError {
  const message = `The table has no room for another column, and another type or a sort key needs one: delete a column, or wait an hour when you just did.`
  return new ApiError('INVALID_COLUMN', message, { cause, details: { field: column.title } })
}

/** The batch in the control database; a name taken, or the column changed, in the same moment undoes what was made for it. */
async function enterOrUndo(
  databases: Databases,
  column: Column,
  added: Orphan | null,
  statements: readonly Sql[],
): Promise<void> {
  try {
    await batch(databases.control, statements)
  } catch (error) {
    // Who changed the column may have made the same index: the scheduled job looks whether anyone needs what was made.
    if (error instanceof BatchUndone) throw changedMeanwhile(error)
    if (error instanceof ReferenceViolation) throw new ApiError('TABLE_NOT_FOUND', undefined, { cause: error })
    if (!(error instanceof UniqueViolation)) throw error
    if (added !== null) await dropNow(databases, added)
    throw error.columns.includes('title')
      ? duplicateColumn('alias', column.title, error)
      : duplicateColumn('name', column.columnName, error)
  }
}

function notUnique(column: Column, cause: unknown): ApiError {
  return new ApiError('DUPLICATE_VALUE', `The field "${column.title}" cannot be unique: some rows have the same value.`, {
    cause,
    details: { field: column.title },
  })
}

/** The column and its values are out of reach when this returns. Throws INVALID_COLUMN for the primary key. */
export async function removeColumn(
  databases: Databases,
  project: ProjectPlace,
  table: Table,
  column: Column,
  source: AuditSource,
): Promise<void> {
  const now = source.at
  if (column.primaryKey)
    throw new ApiError('INVALID_COLUMN', 'The primary key cannot be deleted.', { details: { field: column.title } })
  const removed = orphan('column', table, column)
  const heir = column.displayValue ? displayColumnAt(table.columns, table.columns.indexOf(column)) : undefined
  await enterOrUndo(databases, column, null, [
    insertOrphan(removed, project.database, now),
    deleteColumn(column),
    requireChanges(1),
    ...(heir === undefined ? [] : [setDisplayColumn(table.id, heir.id)]),
    raiseSchemaVersion(project.id),
    auditEvent(source, { action: 'column.deleted', ...auditTarget(table, column), details: { table: table.title } }),
  ])
  await dropNow(databases, removed)
}

export async function chooseDisplayColumn(
  control: D1Database,
  { table, column }: { table: Table; column: Column },
  source: AuditSource,
): Promise<void> {
  await batch(control, [
    setDisplayColumn(table.id, column.id),
    raiseSchemaVersion(table.projectId),
    changeEvent(source, table, { from: column, to: column }),
  ])
}

function changeEvent(source: AuditSource, table: Table, { from, to }: { from: Column; to: Column }): Sql {
  const details = { table: table.title, from: from.title, type: to.type }
  return auditEvent(source, { action: 'column.changed', ...auditTarget(table, to), details })
}

export interface ColumnChange {
  patch: ColumnPatch
  /** How texts are read that become values of another type. */
  answers?: TextAnswers
}

/**
 * Renames, retypes or otherwise changes a column; what the patch leaves out stays. Values are converted where the type or
 * the options ask for it: all of them or, with INVALID_VALUE_FOR_FIELD naming the first rows, none. So are rows named that have
 * no value of a column that becomes required.
 */
export async function changeColumn(
  databases: Databases,
  project: ProjectPlace,
  table: Table,
  column: Column,
  { patch, answers = NO_ANSWERS }: ColumnChange,
  source: AuditSource,
): Promise<void> {
  const now = source.at
  const planned = planChange(table, column, patch, now)
  if (needsNewValues(column, planned)) {
    const reading = await planReading(column, planned, answers, () => valuesOf(databases.data, table, column, planned))
    await retype(databases, project, table, column, reading, source)
  } else await reindex(databases, project, table, column, planned, source)
}

/**
 * Another type means another physical column: filled while nobody sees it, then put in the place of the old one. Rows written
 * during the conversion are converted again; what is lost is a write of a request that was under way, with the catalog of
 * before, at the moment of the change itself.
 */
async function retype(
  databases: Databases,
  project: ProjectPlace,
  table: Table,
  column: Column,
  { to: planned, format }: Reading,
  source: AuditSource,
): Promise<void> {
  const now = source.at
  refuseTooLarge([...table.columns.filter(({ id }) => id !== column.id), planned], null)
  const replacement: Column = { ...planned, physicalName: `c${await takeColumnNumber(databases.control, table.id)}` }
  const added = orphan('column', table, replacement)
  const replaced = orphan('column', table, column)
  await run(databases.control, insertOrphan(added, project.database, now + CREATION_GRACE_MS))
  const { columns, indexes } = addColumnStatements(table, replacement)
  try {
    await batch(databases.data, columns)
    await convertValues(databases.data, table, column, { to: replacement, format })
    if (indexes.length > 0) await batch(databases.data, indexes)
  } catch (error) {
    throw await undone(databases, replacement, added, error)
  }
  await enterOrUndo(databases, planned, added, [
    insertOrphan(replaced, project.database, now),
    updateColumn(column, replacement, isOrphan(added)),
    requireChanges(1),
    ...displayStatements(table, column, planned),
    deleteOrphan(added),
    raiseSchemaVersion(project.id),
    changeEvent(source, table, { from: column, to: planned }),
  ])
  await dropNow(databases, replaced)
}

/** The values stay where they are, and none may be missing; only the catalog changes, and an index comes or goes. */
async function reindex(
  databases: Databases,
  project: ProjectPlace,
  table: Table,
  column: Column,
  planned: Column,
  source: AuditSource,
): Promise<void> {
  const now = source.at
  if (becomesRequired(column, planned)) await requireValues(databases.data, table, column)
  const [before, after] = [indexKind(column), indexKind(planned)]
  const added = after === null || after === before ? null : orphan(after, table, column)
  const dropped = before === null || after === before ? null : orphan(before, table, column)
  if (added !== null && after !== null) {
    await run(databases.control, insertOrphan(added, project.database, now + CREATION_GRACE_MS))
    await makeOrUndo(databases, planned, added, createIndex(after, table.physicalName, planned))
  }
  await enterOrUndo(databases, planned, added, [
    ...(dropped === null ? [] : [insertOrphan(dropped, project.database, now)]),
    updateColumn(column, planned, added === null ? all([]) : isOrphan(added)),
    requireChanges(1),
    ...displayStatements(table, column, planned),
    ...(added === null ? [] : [deleteOrphan(added)]),
    raiseSchemaVersion(project.id),
    changeEvent(source, table, { from: column, to: planned }),
  ])
  if (dropped !== null) await dropNow(databases, dropped)
}

function displayStatements(table: Table, { displayValue }: Column, planned: Column): Sql[] {
  return planned.displayValue && !displayValue ? [setDisplayColumn(table.id, planned.id)] : []
}
