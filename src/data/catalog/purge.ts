/** The scheduled job's share of the data plane. Safe to run again after a crash. */
import type { Bindings } from '../../env'
import { batch, rows } from '../../lib/d1'
import { sql } from '../../lib/sql'
import { dataBinding } from '../database'
import { type OrphanKind, dropOrphan } from './orphans'

/** Of one run: an invocation may make 1,000 queries, 50 on the free plan. */
const PER_RUN = 8

/**
 * The tables of deleted projects become orphans and the projects go; then what is due is dropped. Returns how many were. What
 * cannot be dropped now keeps nothing else from it, and is tried again at the next run.
 */
export async function purge(env: Bindings, now: number = Date.now()): Promise<number> {
  const projects = await rows<{ id: string }>(
    env.DB,
    sql`SELECT id FROM projects WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT ${PER_RUN}`,
  )
  for (const { id } of projects) {
    await batch(env.DB, [
      sql`INSERT INTO orphans (table_name, kind, "database", not_before)
          SELECT t.physical_name, 'table', p."database", ${now} FROM tables t JOIN projects p ON p.id = t.project_id
          WHERE p.id = ${id} ON CONFLICT DO NOTHING`,
      sql`DELETE FROM projects WHERE id = ${id}`,
    ])
  }
  const due = await rows<{ table_name: string; kind: OrphanKind; column_name: string; database: string }>(
    env.DB,
    sql`SELECT table_name, kind, column_name, "database" FROM orphans WHERE not_before <= ${now} ORDER BY not_before LIMIT ${PER_RUN}`,
  )
  let dropped = 0
  for (const { table_name: table, kind, column_name: column, database } of due) {
    try {
      await dropOrphan(env.DB, dataBinding(env, database), { table, kind, column })
      dropped += 1
    } catch (error) {
      console.error(JSON.stringify({ orphan: { table, kind, column, database }, cause: String(error) }))
    }
  }
  return dropped
}
