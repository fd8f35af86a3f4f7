/** Membership: who is what in which project. */
import type { Actor, ProjectRole } from '../../actor'
import { first } from '../../lib/d1'
import { sql } from '../../lib/sql'
import { projectRole } from './roles'

/** The actor's role in a project, or null when it does not exist for them. */
export async function findProjectRole(db: D1Database, projectId: string, actor: Actor): Promise<ProjectRole | null> {
  const row = await first<{ role: ProjectRole | null }>(
    db,
    sql`SELECT m.role FROM projects p
        LEFT JOIN project_members m ON m.project_id = p.id AND m.user_id = ${actor.userId} AND m.waits = 0
        WHERE p.id = ${projectId} AND p.deleted_at IS NULL`,
  )
  return row === null ? null : projectRole(row.role, actor.roles, actor.via)
}
