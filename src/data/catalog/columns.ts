/** Adding, changing and removing columns: planned in column-change.ts, put in place in column-swap.ts. */
import type { AuditSource } from '../../control/audit/source'
import { ApiError } from '../../errors'
import { batch, requireChanges } from '../../lib/d1'
import { type Sql, ident, sql } from '../../lib/sql'
import { sortKey } from '../types/collation'
import { type Column, MAX_COLUMNS, type Table } from '../types/column'
import type { Stored } from '../types/kind'
import { defaultFor } from '../types/values'
import { type ColumnPatch, needsNewValues, planChange } from './column-change'
import { changeEvent, creationEvent, deletionEvent } from './column-events'
import { columnRefusal } from './column-refusals'
import { checkDefault, checkStars, invalid, refuseTooLarge } from './column-rules'
import { type ColumnSpec, makeColumn } from './column-spec'
import { keepColumn, physicalColumn, swapColumn } from './column-swap'
import { assign, valuesOf } from './convert'
import { type Site, changeCatalog } from './crash-safe-change'
import { addColumn as addColumnStatements, countPhysical } from './ddl'
import { displayColumnAt } from './display-column'
import { isOrphan } from './orphans'
import { NO_ANSWERS, type TextAnswers, planReading } from './text-conversion'
import { requireNoRows } from './required'
import { deleteColumn, insertColumns, raiseSchemaVersion, setDisplayColumn, takeColumnNumber } from './store'

/**
 * Rows there are get the default value; without one, a required column is for empty tables. Throws INVALID_COLUMN and
 * INVALID_VALUE_FOR_FIELD.
 */
export async function addColumn(site: Site, table: Table, spec: ColumnSpec): Promise<void> {
  const { databases, source } = site
  // Refused before anything is written; the number is only known afterwards.
  const planned = planAddition(table, spec, source.at)
  const filling = defaultFor({ ...planned, required: false }, source.at)
  const column: Column = { ...planned, physicalName: `c${await takeColumnNumber(databases.control, table.id)}` }
  const orphan = physicalColumn('column', table, column)
  await changeCatalog(site, {
    made: { orphan, make: (data) => batch(data, filledColumn(table, column, filling)) },
    enter: [
      insertColumns(table.id, [column], isOrphan(orphan)),
      requireChanges(1),
      ...(spec.displayValue === true ? [setDisplayColumn(table.id, column.id)] : []),
      creationEvent(source, table, column),
    ],
    refusal: columnRefusal(column),
  })
}

function planAddition(table: Table, spec: ColumnSpec, now: number): Column {
  if (table.columns.length >= MAX_COLUMNS)
    throw new ApiError('INVALID_COLUMN', `A table can have at most ${MAX_COLUMNS} columns.`)
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
  return planned
}

/** The statements that add it, with `filling` in each row. */
function filledColumn(table: Table, column: Column, filling: Stored): Sql[] {
  const { columns, indexes } = addColumnStatements(table, column)
  const fill = sql`UPDATE ${ident(table.physicalName)} SET ${assign(column, sql`${filling}`, sql`${sortKey(filling)}`)}`
  return [
    ...(column.required && filling === null ? [requireNoRows(table)] : []),
    ...columns,
    ...(filling === null ? [] : [fill]),
    ...indexes,
  ]
}

/** The column and its values are out of reach when this returns. Throws INVALID_COLUMN for the primary key. */
export async function removeColumn(site: Site, table: Table, column: Column): Promise<void> {
  if (column.primaryKey) throw invalid(column.title, 'The primary key cannot be deleted.')
  const heir = column.displayValue ? displayColumnAt(table.columns, table.columns.indexOf(column)) : undefined
  await changeCatalog(site, {
    left: physicalColumn('column', table, column),
    enter: [
      deleteColumn(column),
      requireChanges(1),
      ...(heir === undefined ? [] : [setDisplayColumn(table.id, heir.id)]),
      deletionEvent(site.source, table, column),
    ],
    refusal: columnRefusal(column),
  })
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
  site: Site,
  standing: { table: Table; column: Column },
  { patch, answers = NO_ANSWERS }: ColumnChange,
): Promise<void> {
  const { table, column } = standing
  const planned = planChange(table, column, patch, site.source.at)
  if (!needsNewValues(column, planned)) return keepColumn(site, standing, planned)
  const values = () => valuesOf(site.databases.data, table, column, planned)
  return swapColumn(site, standing, await planReading(column, planned, answers, values))
}
