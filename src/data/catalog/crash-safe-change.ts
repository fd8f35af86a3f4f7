/**
 * The one way in which physical tables, columns and indexes come and go. No transaction spans the two databases, so what is new
 * is made in the data database before the catalog names it, what is old is dropped there after the catalog has forgotten it,
 * and a row among the orphans (orphans.ts) covers the time between: a crash leaves work for the scheduled job, and nothing a
 * reader can see.
 */
import type { AuditSource } from '../../control/audit/source'
import { changedMeanwhile } from '../../errors'
import { BatchUndone, ReferenceViolation, UniqueViolation, batch, run } from '../../lib/d1'
import { toApiError } from '../../http/errors'
import type { Sql } from '../../lib/sql'
import type { Databases, ProjectPlace } from './database'
import { CREATION_GRACE_MS, type Orphan, deleteOrphan, dropOrphan, insertOrphan } from './orphans'
import { raiseSchemaVersion } from './store'

/** Where the catalog is changed, and who asks for it when. */
export interface Site {
  databases: Databases
  project: ProjectPlace
  source: AuditSource
}

export interface CatalogChange {
  /** What is new in the data database, and how it comes there. */
  made?: { orphan: Orphan; make: (data: D1Database) => Promise<unknown> } | null
  /** What is old there. */
  left?: Orphan | null
  /** Statements of the control database that name what is new, forget what is old, and tell of it in the audit log. */
  enter: readonly Sql[]
  /** What a failure means for the client; the error itself where it means nothing more. */
  refusal: { make?: (error: unknown) => unknown; enter: (error: unknown) => unknown }
}

/** All of a change or, with what `refusal` makes of the failure, none. */
export async function changeCatalog(site: Site, change: CatalogChange): Promise<void> {
  const { databases, project, source } = site
  const { made = null, left = null, enter, refusal } = change
  if (made !== null) await make(site, made, refusal.make)
  try {
    await batch(databases.control, [
      ...(left === null ? [] : [insertOrphan(left, project.database, source.at)]),
      ...entering(project.id, enter, made?.orphan ?? null),
    ])
  } catch (error) {
    // Who changed the column may have made the same index: the scheduled job looks whether anyone needs what was made.
    if (error instanceof BatchUndone) throw changedMeanwhile(error)
    if (made !== null && isRefused(error)) await dropNow(databases, made.orphan)
    throw refusal.enter(error)
  }
  if (left !== null) await dropNow(databases, left)
}

/** The batch in the control database that makes visible what stands in the data database. */
export function entering(projectId: string, enter: readonly Sql[], made: Orphan | null): Sql[] {
  return [...enter, ...(made === null ? [] : [deleteOrphan(made)]), raiseSchemaVersion(projectId)]
}

/** What may still take effect when it failed is left to the scheduled job. */
async function make(
  { databases, project, source }: Site,
  { orphan, make: makeIt }: NonNullable<CatalogChange['made']>,
  refusal = (error: unknown): unknown => error,
): Promise<void> {
  await run(databases.control, insertOrphan(orphan, project.database, source.at + CREATION_GRACE_MS))
  try {
    await makeIt(databases.data)
  } catch (error) {
    if (toApiError(error).code !== 'DATABASE_UNAVAILABLE') await dropNow(databases, orphan)
    throw refusal(error)
  }
}

/** A name was taken, or what is around it went, in the same moment: nobody needs what was made. */
function isRefused(error: unknown): boolean {
  return error instanceof UniqueViolation || error instanceof ReferenceViolation
}

/** Drops what the catalog no longer names; a failure only leaves it to the scheduled job. */
export async function dropNow(databases: Databases, orphan: Orphan): Promise<void> {
  try {
    await dropOrphan(databases.control, databases.data, orphan)
  } catch (error) {
    console.warn(JSON.stringify({ orphan, left: 'to the scheduled job', cause: String(error) }))
  }
}
