/** The rows of `audit_events`. No other file names that table, and none changes what an event says. */
import { batch, run } from '../../lib/d1'
import { type Sql, all, empty, join, sql } from '../../lib/sql'
import { HOUR_MS } from '../../lib/time'
import { type Link, START, type StoredEvent } from './chain'
import type { AuditAction, AuditEvent } from './events'
import type { AuditSource } from './source'

const COLUMNS = sql`at, action, actor_id, actor_email, via, credential, address, request_id, project_id, target_id, target, details`

/** Rows an hour for events that count, one for each account and address; all others then count in one row together. */
const COUNTED_AN_HOUR = 200

/**
 * An event, for the batch of what it tells of. `scope` goes on from the SELECT that it is: `WHERE changes() > 0` right after a
 * statement that may have changed nothing; or `FROM … WHERE …`, before one that deletes what the event names.
 */
export function auditEvent(source: AuditSource, event: AuditEvent, scope: Sql = empty): Sql {
  const { actor } = source
  return insertEvent(source, event, {
    who: sql`${actor?.userId ?? null}, ${actor?.email ?? null}, ${actor?.via ?? null}, ${actor?.credential ?? null}`,
    scope,
  })
}

/** Only when the statement right before it in the batch changed something. */
export function auditChange(source: AuditSource, event: AuditEvent): Sql {
  return auditEvent(source, event, sql`WHERE changes() > 0`)
}

/**
 * The same of whoever holds a session, where the request itself has not been asked who it is: `sessions` is a condition on
 * `sessions s`. Before a statement that deletes them.
 */
export function auditSession(source: AuditSource, event: AuditEvent, sessions: Sql): Sql {
  return insertEvent(source, event, {
    who: sql`u.id, u.email, 'session', s.id`,
    scope: sql`FROM sessions s JOIN users u ON u.id = s.user_id WHERE ${sessions}`,
  })
}

/** The same of a user who has no session: `user` is a condition on `users u`. */
export function auditUser(source: AuditSource, event: AuditEvent, user: Sql): Sql {
  return insertEvent(source, event, { who: sql`u.id, u.email, NULL, NULL`, scope: sql`FROM users u WHERE ${user}` })
}

function insertEvent(source: AuditSource, event: AuditEvent, { who, scope }: { who: Sql; scope: Sql }): Sql {
  return sql`INSERT INTO audit_events (${COLUMNS})
    SELECT ${source.at}, ${event.action}, ${who}, ${source.address}, ${source.requestId}, ${event.project ?? null},
      ${event.target?.id ?? null}, ${event.target?.name ?? null}, ${detailsOf(event)} ${scope}`
}

function detailsOf({ details }: AuditEvent): Sql {
  const entries = Object.entries(details ?? {})
  if (entries.length === 0) return sql`'{}'`
  return sql`json_object(${join(entries.map(([name, value]) => sql`${name}, ${value}`))})`
}

/**
 * An event that strangers can bring about as often as they like: one row an hour for each user and address, which counts.
 * `user` is a condition on `users u`; when nobody fits it, the row names nobody, and nothing that was typed. Gives the id.
 */
export function auditCount(source: AuditSource, action: AuditAction, user: Sql): Sql {
  const hour = source.at - (source.at % HOUR_MS)
  const group = `${action} ${hour} `
  const counted = sql`${group} || COALESCE(u.id, '') || ' ' || ${source.address ?? ''}`
  const isOpen = sql`EXISTS (SELECT 1 FROM audit_events e WHERE e.counted_as = n.counted AND e.hash IS NULL)`
  const isFew = sql`(SELECT COUNT(*) FROM audit_events e WHERE e.counted_as >= ${group} AND e.counted_as < ${`${group}~`}
    AND e.hash IS NULL) < ${COUNTED_AN_HOUR}`
  const named = sql`SELECT ${counted} AS counted, u.id, u.email FROM (SELECT 1) LEFT JOIN users u ON ${user}`
  const own = (value: Sql) => sql`IIF(fits, ${value}, NULL)`
  // Materialized: else SQLite counts the rows of the hour anew for each column that asks whether it fits.
  return sql`WITH counting AS MATERIALIZED (SELECT n.*, (${isOpen} OR ${isFew}) AS fits FROM (${named}) n)
    INSERT INTO audit_events (at, action, actor_id, actor_email, address, request_id, counted_as)
    SELECT ${source.at}, ${action}, ${own(sql`id`)}, ${own(sql`email`)}, ${own(sql`${source.address}`)},
      ${own(sql`${source.requestId}`)}, IIF(fits, counted, ${`${group}and others`})
    FROM counting WHERE 1 ON CONFLICT (counted_as) WHERE hash IS NULL AND counted_as IS NOT NULL DO UPDATE SET count = count + 1
    RETURNING id`
}

/** A route refused an API Token that is good elsewhere: one row an hour for each token, which counts. */
export async function countRefusedToken(db: D1Database, { at, actor, address, requestId }: AuditSource): Promise<void> {
  if (actor === null) return
  const { userId, email, via, credential } = actor
  const action: AuditAction = 'api_token.refused'
  const write = run(
    db,
    sql`INSERT INTO audit_events (at, action, actor_id, actor_email, via, credential, address, request_id, counted_as)
      VALUES (${at}, ${action}, ${userId}, ${email}, ${via}, ${credential}, ${address}, ${requestId},
        ${`${action} ${at - (at % HOUR_MS)} ${userId} ${credential}`})
      ON CONFLICT (counted_as) WHERE hash IS NULL AND counted_as IS NOT NULL DO UPDATE SET count = count + 1`,
  )
  // The answer has gone out: a failure is for the log.
  await write.catch((error: unknown) => console.warn(JSON.stringify({ audit: action, cause: String(error) })))
}

/** Takes one back that was counted before anybody knew whether it happened. */
export function takeBackCount(id: number): Sql[] {
  return [
    sql`UPDATE audit_events SET count = count - 1 WHERE id = ${id} AND counted_as IS NOT NULL AND hash IS NULL`,
    sql`DELETE FROM audit_events WHERE id = ${id} AND count = 0 AND hash IS NULL`,
  ]
}

/** Which events are asked for; what is null does not narrow. */
export interface EventFilter {
  project: string | null
  action: AuditAction | null
  /** Id or e-mail. */
  actor: string | null
  /** ms; from this moment on, and before that one. */
  since: number | null
  before: number | null
}

/** Where a page ends: lists are ordered by the moment, and by the id among events of the same moment. */
export type Position = Pick<StoredEvent, 'at' | 'id'>

/** A page of them, the newest first, after the event at `after`. */
export async function listEvents(
  db: D1Database,
  filter: EventFilter,
  { limit, after }: { limit: number; after: Position | null },
): Promise<{ events: StoredEvent[]; hasMore: boolean; head: Head }> {
  const [list, head] = await batch(db, [
    sql<StoredEvent>`SELECT * FROM audit_events WHERE ${conditionOf(filter, after)} ORDER BY at DESC, id DESC LIMIT ${limit + 1}`,
    SELECT_HEAD,
  ])
  const events = list.results
  return {
    events: events.slice(0, limit),
    hasMore: events.length > limit,
    head: head.results[0] ?? { ...START, at: null },
  }
}

/** A plus keeps SQLite from using a column's index: of an actor's events the index of the actor is read, whatever else is asked. */
function conditionOf({ project, action, actor, since, before }: EventFilter, after: Position | null): Sql {
  const plus = actor === null ? empty : sql`+`
  const terms = [
    actor === null ? null : actorCondition(actor),
    project === null ? null : sql`${plus}project_id = ${project}`,
    action === null ? null : sql`${plus}action = ${action}`,
    since === null ? null : sql`at >= ${since}`,
    endCondition(before, after),
  ]
  return all(terms.filter((term) => term !== null))
}

/** The earlier of the two ends: SQLite would use one of them, whichever it is, and read all events between them. */
function endCondition(before: number | null, after: Position | null): Sql | null {
  if (after !== null && (before === null || after.at < before)) return sql`(at, id) < (${after.at}, ${after.id})`
  return before === null ? null : sql`at < ${before}`
}

/** E-mails are as they were at the moment; the id finds those of before a change too. */
function actorCondition(actor: string): Sql {
  return actor.includes('@') ? sql`actor_email = ${actor.toLowerCase()}` : sql`actor_id = ${actor}`
}

/** Up to where the log is sealed. */
export interface Head extends Link {
  /** ms; of that event. Null: nothing is sealed yet. */
  at: number | null
}

const SELECT_HEAD = sql<Head>`SELECT h.event_id AS id, h.hash, e.at FROM audit_ends h LEFT JOIN audit_events e ON e.id = h.event_id
  WHERE h.name = 'head'`
