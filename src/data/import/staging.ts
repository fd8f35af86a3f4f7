/** Where rows wait until all are there: a physical table that no catalog entry names, with its row among the orphans. */
import type { AuditSource } from '../../control/audit/source'
import { auditEvent } from '../../control/audit/store'
import { ApiError } from '../../errors'
import { batch, requireThat, run } from '../../lib/d1'
import { type Sql, ident, sql } from '../../lib/sql'
import { DAY_MS } from '../../lib/time'
import { createStaging, createTable } from '../catalog/ddl'
import { type Orphan, claimOrphan, insertOrphan, renewOrphan } from '../catalog/orphans'
import { physicalTable } from '../catalog/store'
import { auditTarget } from '../catalog/tables'
import type { Column, Table } from '../types/column'
import type { LoadPlan } from './state'
import type { Databases } from '../catalog/database'
import { dropNow } from '../catalog/crash-safe-change'

/** An import without a step for this long is abandoned. */
export const KEPT_MS = DAY_MS

/** In front of a table's own columns, for rows that go on to another table: the line of the file, which names a bad row. */
export const LINE: Column = {
  id: 'line',
  title: 'line',
  columnName: 'line',
  physicalName: 'line',
  type: 'Number',
  primaryKey: true,
  autoIncrement: false,
  auto: null,
  required: true,
  unique: false,
  displayValue: false,
  defaultValue: null,
  options: [],
  order: 0,
  meta: null,
  createdAt: 0,
  updatedAt: 0,
}

/** The table that rows are loaded into. */
export function stagingTable({ table, staging }: LoadPlan): Table {
  if (staging === table.physicalName) return table
  return { ...table, physicalName: staging, columns: [LINE, ...table.columns] }
}

function orphanOf({ staging }: LoadPlan): Orphan {
  return physicalTable({ physicalName: staging })
}

/** Makes the empty table, its row among the orphans first. */
export async function makeStaging(databases: Databases, database: string, plan: LoadPlan, source: AuditSource): Promise<void> {
  const table = stagingTable(plan)
  const details = { into: plan.kind === 'new' ? ('a new table' as const) : ('a table that is there' as const) }
  await batch(databases.control, [
    insertOrphan(orphanOf(plan), database, source.at + KEPT_MS),
    auditEvent(source, { action: 'import.started', ...auditTarget(plan.table), details }),
  ])
  await batch(databases.data, plan.kind === 'new' ? createTable(table, source.at) : [createStaging(table)])
}

/** Before each step: the scheduled job leaves it alone for another day. Throws IMPORT_NOT_FOUND when it has been given up. */
export async function renewStaging(control: D1Database, plan: LoadPlan, now: number): Promise<void> {
  const renewed = await run(control, renewOrphan(orphanOf(plan), now + KEPT_MS))
  if (renewed === 0) throw new ApiError('IMPORT_NOT_FOUND', 'This import was given up: it waited too long, or was cancelled.')
}

/**
 * Drops the rows that wait; from the first statement on nothing enters them in the catalog. False when they were entered
 * already, or are gone. `also` goes with that statement.
 */
export async function dropStaging(databases: Databases, plan: LoadPlan, also: readonly Sql[] = []): Promise<boolean> {
  const orphan = orphanOf(plan)
  const [claimed] = await batch(databases.control, [claimOrphan(orphan), ...also])
  if (claimed.meta.changes === 0) return false
  await dropNow(databases, orphan)
  return true
}

/** Undoes the batch unless as many rows wait as the file has. */
export function requireRowCount({ staging }: LoadPlan, rows: number): Sql {
  return requireThat(sql`(SELECT COUNT(*) FROM ${ident(staging)}) = ${rows}`)
}
