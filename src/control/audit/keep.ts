/** The hourly job's share of the audit log: seals what is over, forgets what is old, and sees to it that nothing else is changed. */
import { BatchUndone, batch, requireChanges, requireThat, rows } from '../../lib/d1'
import { type Sql, sql } from '../../lib/sql'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../lib/time'
import { type Link, START, type StoredEvent, follow, seal } from './chain'

/** Events of one batch. */
const STEP = 1000
/** Batches of one run: an invocation may make 1,000 queries, 50 on the free plan, and other chores have theirs. */
const STEPS = 5

/** An event may be written this long after the moment it tells of: a password waits for its turn, a database for its queue. */
const LATE_MS = 2 * MINUTE_MS

/**
 * Seals the events of hours that are over, in order; those that count have counted all by then. Safe at any moment: a batch
 * goes on from the end that it has read, or is undone. Returns how many were sealed.
 */
export async function sealEvents(db: D1Database, now: number = Date.now()): Promise<number> {
  await batch(db, GUARDS)
  const settled = now - LATE_MS
  const before = settled - (settled % HOUR_MS)
  let sealed = 0
  for (let step = 0; step < STEPS; step++) {
    const count = await sealStep(db, before)
    sealed += count
    if (count < STEP) break
  }
  return sealed
}

const SELECT_HEAD = sql<Link>`SELECT event_id AS id, hash FROM audit_ends WHERE name = 'head'`

async function sealStep(db: D1Database, before: number): Promise<number> {
  const [ends, open] = await batch(db, [
    SELECT_HEAD,
    sql<StoredEvent>`SELECT * FROM audit_events WHERE id > (SELECT event_id FROM audit_ends WHERE name = 'head') ORDER BY id LIMIT ${STEP}`,
  ])
  const head = linkOf(ends.results[0])
  const events = open.results
  const young = events.findIndex(({ at }) => at >= before)
  const over = young === -1 ? events : events.slice(0, young)
  if (over.some(({ hash }) => hash !== null)) throw new Error('an audit event has a seal that no job of ours made')
  const links = seal(head, over)
  const last = links.at(-1)
  if (last === undefined) return 0
  try {
    await batch(db, sealStatements(head, over, links, last))
  } catch (error) {
    // Another job was first, or an event has counted on meanwhile: the next run looks again.
    if (error instanceof BatchUndone) return 0
    throw error
  }
  // A copy of the end outside of the database: whoever rewrites the whole chain cannot rewrite the log.
  console.log(JSON.stringify({ audit: 'sealed', to: last.id, hash: last.hash }))
  return links.length
}

function sealStatements(head: Link, events: readonly StoredEvent[], links: readonly Link[], last: Link): Sql[] {
  const seals = JSON.stringify(links.map(({ id, hash }, index) => ({ id, hash, count: events[index]?.count })))
  return [
    requireThat(sql`(SELECT hash FROM audit_ends WHERE name = 'head') = ${head.hash}`),
    sql`UPDATE audit_events SET hash = s.value ->> 'hash' FROM json_each(${seals}) s
        WHERE audit_events.id = s.value ->> 'id' AND audit_events.hash IS NULL AND audit_events.count = s.value ->> 'count'`,
    requireChanges(links.length),
    sql`UPDATE audit_ends SET event_id = ${last.id}, hash = ${last.hash} WHERE name = 'head'`,
  ]
}

/**
 * What is in the table stays as it is, also when a mistake of ours or a hand in the console would have it otherwise. Made at
 * run time, where a trigger is one statement: what splits the text of migrations on its way to D1 has stumbled over them.
 */
const GUARDS: readonly Sql[] = [
  sql`CREATE TRIGGER IF NOT EXISTS audit_events_stay BEFORE UPDATE OF id, at, action, actor_id, actor_email, via, credential,
      address, request_id, project_id, target_id, target, details, counted_as ON audit_events
    BEGIN SELECT RAISE(ABORT, 'an audit event is never changed'); END`,
  sql`CREATE TRIGGER IF NOT EXISTS audit_events_sealed BEFORE UPDATE ON audit_events
    WHEN OLD.hash IS NOT NULL OR (OLD.counted_as IS NULL AND OLD.count <> NEW.count)
    BEGIN SELECT RAISE(ABORT, 'an audit event is never changed'); END`,
  sql`CREATE TRIGGER IF NOT EXISTS audit_events_kept BEFORE DELETE ON audit_events
    WHEN OLD.count > 0 AND OLD.id > (SELECT event_id FROM audit_ends WHERE name = 'anchor')
    BEGIN SELECT RAISE(ABORT, 'an audit event is deleted when it is old'); END`,
]

/** Events that one run forgets at most. */
const FORGOTTEN_A_RUN = 5000

/**
 * Forgets the sealed events from before `days`, the oldest first. The last of them stays behind as the anchor: what the
 * events that are kept hang on. Returns how many went.
 */
export async function forgetOldEvents(db: D1Database, days: number, now: number = Date.now()): Promise<number> {
  // The plus keeps SQLite from looking at every event that stays: it reads from the oldest on, to the first of these.
  const firstKept = sql`SELECT id FROM audit_events WHERE hash IS NULL OR +at >= ${now - days * DAY_MS} ORDER BY id LIMIT 1`
  const last = sql`SELECT MAX(id) FROM (SELECT id FROM audit_events
    WHERE id < COALESCE((${firstKept}), ${Number.MAX_SAFE_INTEGER}) ORDER BY id LIMIT ${FORGOTTEN_A_RUN})`
  const [, deleted] = await batch(db, [
    sql`UPDATE audit_ends SET event_id = e.id, hash = e.hash FROM audit_events e WHERE name = 'anchor' AND e.id = (${last})`,
    sql`DELETE FROM audit_events WHERE id <= (SELECT event_id FROM audit_ends WHERE name = 'anchor')`,
  ])
  return deleted.meta.changes
}

/** Events that are looked at in one go; more are gone on with from where it ended. */
const CHECKED_AT_ONCE = 2000

export interface Verification {
  checked: number
  /** The last event that is as it was sealed. */
  last: Link
  /** The first that is not; of events that are missing, the one after them, or the last that was sealed. */
  broken: number | null
  /** Whether there are more sealed events, for another go behind `last`. */
  hasMore: boolean
}

/** Whether the sealed events are what they were: from the oldest on, or behind one that was looked at before. */
export async function verifyEvents(db: D1Database, after: number | null): Promise<Verification> {
  const [known, anchor, end, beyond] = await batch(db, [
    sql<Link>`SELECT id, hash FROM audit_events WHERE id = ${after} AND hash IS NOT NULL`,
    sql<Link>`SELECT event_id AS id, hash FROM audit_ends WHERE name = 'anchor'`,
    SELECT_HEAD,
    sql<{
      id: number | null
    }>`SELECT MIN(id) AS id FROM audit_events WHERE id > (SELECT event_id FROM audit_ends WHERE name = 'head') AND hash IS NOT NULL`,
  ])
  const head = linkOf(end.results[0])
  let last = linkOf(known.results[0] ?? anchor.results[0])
  let checked = 0
  while (checked < CHECKED_AT_ONCE && last.id < head.id) {
    const events = await rows<StoredEvent>(
      db,
      sql`SELECT * FROM audit_events WHERE id > ${last.id} AND id <= ${head.id} ORDER BY id LIMIT ${STEP}`,
    )
    const followed = follow(last, events)
    last = followed.last
    checked += followed.count
    const broken = followed.broken ?? (events.length === 0 ? head.id : null)
    if (broken !== null) return { checked, last, broken, hasMore: false }
  }
  if (last.id < head.id) return { checked, last, broken: null, hasMore: true }
  const unknown = beyond.results[0]?.id ?? null
  const broken = last.id === head.id && last.hash === head.hash ? null : head.id
  return { checked, last, broken: broken ?? unknown, hasMore: false }
}

function linkOf(row: Link | undefined): Link {
  return row ?? START
}
