/** The scheduled job's share of the data plane: drops what nobody can reach any more. Safe to run again after a crash. */
import type { Bindings } from '../../env'
import { batch, rows, run } from '../../lib/d1'
import { sql } from '../../lib/sql'
import { dataBinding } from '../database'
import { dropTable } from './ddl'
import { cancelDrop } from './store'

/** Tables and projects of one run: an invocation may make 1,000 queries, 50 on the free plan. */
const PER_RUN = 15

/** Deleted projects become tables to drop and go; then every table that is due is dropped. Returns how many were. */
export async function purge(env: Bindings, now: number = Date.now()): Promise<number> {
  const projects = await rows<{ id: string }>(
    env.DB,
    sql`SELECT id FROM projects WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT ${PER_RUN}`,
  )
  for (const { id } of projects) {
    await batch(env.DB, [
      sql`INSERT INTO table_drops (physical_name, "database", not_before)
          SELECT t.physical_name, p."database", ${now} FROM tables t JOIN projects p ON p.id = t.project_id WHERE p.id = ${id}`,
      sql`DELETE FROM projects WHERE id = ${id}`,
    ])
  }
  const due = await rows<{ physical_name: string; database: string }>(
    env.DB,
    sql`SELECT physical_name, "database" FROM table_drops WHERE not_before <= ${now} ORDER BY not_before LIMIT ${PER_RUN}`,
  )
  for (const { physical_name: name, database } of due) {
    await run(dataBinding(env, database), dropTable(name))
    await run(env.DB, cancelDrop(name))
  }
  return due.length
}
