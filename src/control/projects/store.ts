/** The rows of `projects`. A deleted project is only marked; the scheduled job purges it (data/catalog/purge.ts). */
import type { Actor } from '../../actor'
import { ApiError } from '../../errors'
import { UniqueViolation, batch, first, onlyRow, rows } from '../../lib/d1'
import { newId, newTablePrefix } from '../../lib/ids'
import { type Sql, empty, sql } from '../../lib/sql'
import type { AuditSource } from '../audit/source'
import { auditChange, auditEvent } from '../audit/store'

export interface Project {
  id: string
  base_id: string
  title: string
  prefix: string
  description: string | null
  color: string | null
  status: string | null
  meta: string | null
  order: number | null
  database: string
  created_at: number
  updated_at: number
}

/** The D1 binding in which new projects live. */
const DEFAULT_DATABASE = 'DATA'

/** A project with its first owner. Throws PROJECT_EXISTS. */
export async function createProject(
  db: D1Database,
  project: { title: string; description: string | null; color: string | null; meta: string | null; ownerId: string },
  source: AuditSource,
): Promise<Project> {
  const now = source.at
  const id = newId('project')
  try {
    const [created] = await batch(db, [
      sql<Project>`INSERT INTO projects (id, base_id, title, prefix, description, color, meta, "database", created_at, updated_at)
          VALUES (${id}, ${newId('base')}, ${project.title}, ${newTablePrefix()}, ${project.description}, ${project.color},
            ${project.meta}, ${DEFAULT_DATABASE}, ${now}, ${now}) RETURNING *`,
      sql`INSERT INTO project_members (project_id, user_id, role, created_at) VALUES (${id}, ${project.ownerId}, 'owner', ${now})`,
      auditEvent(source, { action: 'project.created', target: { id, name: project.title }, project: id }),
    ])
    return onlyRow(created)
  } catch (error) {
    throw titleTaken(error)
  }
}

/** Projects that a search looks through, the oldest first. */
const MAX_SEARCHED = 10_000

/** What a list shows of a project. */
export type ListedProject = Pick<Project, 'id' | 'title' | 'created_at'>

/** Those with the text in their title, in either case of any alphabet: SQLite knows the cases of ASCII alone. */
export async function searchProjects(db: D1Database, actor: Actor, text: string): Promise<ListedProject[]> {
  const all = await rows<ListedProject>(
    db,
    sql`SELECT p.id, p.title, p.created_at ${reachedBy(actor)} ORDER BY p.created_at, p.id LIMIT ${MAX_SEARCHED}`,
  )
  const wanted = text.toLowerCase()
  return all.filter(({ title }) => title.toLowerCase().includes(wanted))
}

/** Every project for a super admin, else those the actor is a member of: a page of them, and how many there are. */
export async function pageOfProjects(
  db: D1Database,
  actor: Actor,
  { limit, offset }: { limit: number; offset: number },
): Promise<{ projects: Project[]; total: number }> {
  const [page, count] = await batch(db, [
    sql<Project>`SELECT p.* ${reachedBy(actor)} ORDER BY p.created_at, p.id LIMIT ${limit} OFFSET ${offset}`,
    sql<{ total: number }>`SELECT COUNT(*) AS total ${reachedBy(actor)}`,
  ])
  return { projects: page.results, total: onlyRow(count).total }
}

function reachedBy(actor: Actor): Sql {
  const membership = actor.roles.includes('super')
    ? empty
    : sql`JOIN project_members m ON m.project_id = p.id AND m.user_id = ${actor.userId} AND m.waits = 0`
  return sql`FROM projects p ${membership} WHERE p.deleted_at IS NULL`
}

export async function getProject(db: D1Database, id: string): Promise<Project> {
  const project = await first<Project>(db, sql`SELECT * FROM projects WHERE id = ${id} AND deleted_at IS NULL`)
  if (project === null) throw new ApiError('PROJECT_NOT_FOUND')
  return project
}

/** What is undefined stays as it is. Throws PROJECT_EXISTS. */
export async function updateProject(
  db: D1Database,
  id: string,
  change: {
    title?: string | undefined
    color?: string | null | undefined
    meta?: string | null | undefined
    status?: string | null | undefined
  },
  source: AuditSource,
): Promise<number> {
  const set = (name: 'title' | 'color' | 'meta' | 'status') =>
    change[name] === undefined ? sql`0, NULL` : sql`1, ${change[name]}`
  const changed = Object.entries(change)
    .flatMap(([name, value]) => (value === undefined ? [] : [name]))
    .join(', ')
  try {
    const [updated] = await batch(db, [
      sql`UPDATE projects SET updated_at = ${source.at},
            title = IIF(${set('title')}, title), color = IIF(${set('color')}, color),
            meta = IIF(${set('meta')}, meta), status = IIF(${set('status')}, status)
          WHERE id = ${id} AND deleted_at IS NULL`,
      auditChange(source, { action: 'project.changed', target: { id, name: titleOf(id) }, project: id, details: { changed } }),
    ])
    return updated.meta.changes
  } catch (error) {
    throw titleTaken(error)
  }
}

/** From this moment nobody can reach it. */
export async function markProjectDeleted(db: D1Database, id: string, source: AuditSource): Promise<void> {
  const now = source.at
  await batch(db, [
    sql`UPDATE projects SET deleted_at = ${now}, updated_at = ${now} WHERE id = ${id} AND deleted_at IS NULL`,
    auditChange(source, { action: 'project.deleted', target: { id, name: titleOf(id) }, project: id }),
  ])
}

function titleOf(id: string): Sql {
  return sql`(SELECT title FROM projects WHERE id = ${id})`
}

function titleTaken(error: unknown): unknown {
  return error instanceof UniqueViolation && error.columns.includes('title')
    ? new ApiError('PROJECT_EXISTS', undefined, { cause: error })
    : error
}
