/** The scheduled job's share of the data plane. Safe to run again after a crash. */
import type { Bindings } from '../../config'
import { batch, rows, run } from '../../lib/d1'
import { sql } from '../../lib/sql'
import { HOUR_MS } from '../../lib/time'
import { dataBinding } from './database'
import { type OrphanKind, dropOrphan } from './orphans'

/** Of one run: an invocation may make 1,000 queries, 50 on the free plan. */
const PER_RUN = 8

/**
 * Some of the deleted projects go, and their tables become orphans; then some of what is due is dropped, the longest due
 * first. Returns how many were. What cannot be dropped now has to wait until after the rest, so that however much of it there is,
 * it keeps nothing else from being dropped.
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
      await run(
        env.DB,
        sql`UPDATE orphans SET not_before = ${now + HOUR_MS}
            WHERE table_name = ${table} AND kind = ${kind} AND column_name = ${column}`,
      )
    }
  }
  return dropped
}
