/**
 * Physical things without a catalog entry. No transaction spans the control and the data database, so everything made or
 * dropped in the data database stands here for as long as the catalog does not say so; the scheduled job finishes what a
 * crash left. Readers follow the catalog and never see any of it.
 */
import { first, rows, run } from '../../lib/d1'
import { type Sql, sql } from '../../lib/sql'
import { MINUTE_MS } from '../../lib/time'
import { sortKeyName } from '../types/collation'
import { dropColumn, dropIndex, dropTable } from './ddl'

export type OrphanKind = 'table' | 'column' | 'unique' | 'index'

export interface Orphan {
  kind: OrphanKind
  /** Physical names. `column` is '' for a whole table. */
  table: string
  column: string
}

/** Longer than any request lives: after this, what has no catalog entry is nobody's. */
export const CREATION_GRACE_MS = 10 * MINUTE_MS

/** For the batch before something is made, or the one that takes it out of the catalog. `notBefore` in ms. */
export function insertOrphan(orphan: Orphan, database: string, notBefore: number): Sql {
  return sql`INSERT INTO orphans (table_name, kind, column_name, "database", not_before)
    VALUES (${orphan.table}, ${orphan.kind}, ${orphan.column}, ${database}, ${notBefore})
    ON CONFLICT DO UPDATE SET not_before = excluded.not_before`
}

/** For the batch that enters it in the catalog, or when it is gone. */
export function deleteOrphan({ kind, table, column }: Orphan): Sql {
  return sql`DELETE FROM orphans WHERE table_name = ${table} AND kind = ${kind} AND column_name = ${column}`
}

/** As a condition: still an orphan, and not claimed. */
export function isOrphan({ kind, table, column }: Orphan): Sql {
  return sql`EXISTS (SELECT 1 FROM orphans WHERE table_name = ${table} AND kind = ${kind} AND column_name = ${column}
    AND not_before > 0)`
}

/** Another while before the scheduled job drops it. Changes nothing when it is no orphan any more, or claimed. */
export function renewOrphan({ kind, table, column }: Orphan, notBefore: number): Sql {
  return sql`UPDATE orphans SET not_before = ${notBefore}
    WHERE table_name = ${table} AND kind = ${kind} AND column_name = ${column} AND not_before > 0`
}

/** From now on nothing enters it in the catalog, so that it can be dropped. Changes nothing when it is no orphan any more. */
export function claimOrphan({ kind, table, column }: Orphan): Sql {
  return sql`UPDATE orphans SET not_before = 0 WHERE table_name = ${table} AND kind = ${kind} AND column_name = ${column}`
}

/**
 * Drops it in the data database, where it may be gone already, then forgets it. What the catalog names is only forgotten:
 * someone else made the same index meanwhile. (An index that is named between the look and the drop would be lost: two
 * people would have to switch the same column off and on within a millisecond.)
 */
export async function dropOrphan(control: D1Database, data: D1Database, orphan: Orphan): Promise<void> {
  if ((await first(control, selectNamed(orphan))) === null) await dropPhysical(data, orphan)
  await run(control, deleteOrphan(orphan))
}

/** A row when the catalog names it. */
function selectNamed({ kind, table, column }: Orphan): Sql {
  if (kind === 'table') return sql`SELECT 1 FROM tables WHERE physical_name = ${table}`
  const named = sql`SELECT 1 FROM columns c JOIN tables t ON t.id = c.table_id
    WHERE t.physical_name = ${table} AND c.physical_name = ${column}`
  if (kind === 'unique') return sql`${named} AND c."unique" = 1`
  if (kind === 'index') return sql`${named} AND c."unique" = 0 AND c.primary_key = 0 AND json_type(c.meta, '$.index') = 'true'`
  return named
}

async function dropPhysical(data: D1Database, { kind, table, column }: Orphan): Promise<void> {
  switch (kind) {
    case 'table':
      for (const statement of dropTable(table)) await run(data, statement)
      return
    case 'unique':
    case 'index':
      for (const statement of dropIndex(kind, table, column)) await run(data, statement)
      return
    case 'column': {
      const names = sql`(${column}, ${sortKeyName(column)})`
      const present = await rows<{ name: string }>(data, sql`SELECT name FROM pragma_table_info(${table}) WHERE name IN ${names}`)
      if (present.length === 0) return
      const drops = dropColumn(
        table,
        column,
        present.map(({ name }) => name),
      )
      for (const statement of drops) await run(data, statement)
    }
  }
}
