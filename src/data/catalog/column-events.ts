/** What the audit log says of columns. */
import type { AuditSource } from '../../control/audit/source'
import { auditEvent } from '../../control/audit/store'
import type { Sql } from '../../lib/sql'
import type { Column, Table } from '../types/column'

export function creationEvent(source: AuditSource, table: Table, column: Column): Sql {
  const details = { table: table.title, type: column.type }
  return auditEvent(source, { action: 'column.created', ...auditTarget(table, column), details })
}

export function changeEvent(source: AuditSource, table: Table, { from, to }: { from: Column; to: Column }): Sql {
  const details = { table: table.title, from: from.title, type: to.type }
  return auditEvent(source, { action: 'column.changed', ...auditTarget(table, to), details })
}

export function deletionEvent(source: AuditSource, table: Table, column: Column): Sql {
  return auditEvent(source, { action: 'column.deleted', ...auditTarget(table, column), details: { table: table.title } })
}

/** How the log names a column. */
function auditTarget({ projectId }: Table, { id, title }: Column) {
  return { target: { id, name: title }, project: projectId }
}
