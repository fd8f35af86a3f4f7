/**
 * The hash chain of the audit log, without any database: each hash goes over an event and the hash before it, so that no
 * event can be changed, moved or taken out without breaking every hash from there on. D1 has no SHA-256. Anyone can check
 * it: scripts/audit-verify.mjs does, by this file.
 */
import { createHash } from 'node:crypto'

/** An event as it is stored. */
export interface StoredEvent {
  id: number
  at: number
  action: string
  actor_id: string | null
  actor_email: string | null
  via: string | null
  credential: string | null
  address: string | null
  request_id: string | null
  project_id: string | null
  target_id: string | null
  target: string | null
  details: string
  count: number
  counted_as: string | null
  /** Null until it is sealed. */
  hash: string | null
}

/** Where the next event hangs on: the last one, and its hash. */
export interface Link {
  id: number
  hash: string
}

/** What the first event of all hangs on. */
export const START: Link = { id: 0, hash: '' }

/** Says which fields follow, for a day on which there are more. */
const FORMAT = 'latchkey-audit-1'

/** In hexadecimal. A JSON array of texts, numbers and nulls in a fixed order: two events never have the same. */
export function eventHash(previous: string, event: Omit<StoredEvent, 'hash'>): string {
  const fields = [
    FORMAT,
    previous,
    event.id,
    event.at,
    event.action,
    event.actor_id,
    event.actor_email,
    event.via,
    event.credential,
    event.address,
    event.request_id,
    event.project_id,
    event.target_id,
    event.target,
    event.details,
    event.count,
    event.counted_as,
  ]
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex')
}

/** The links that seal events, in order. */
export function seal(last: Link, events: readonly StoredEvent[]): Link[] {
  const links: Link[] = []
  let previous = last.hash
  for (const event of events) {
    previous = eventHash(previous, event)
    links.push({ id: event.id, hash: previous })
  }
  return links
}

/** How far the events are as they were sealed: how many, up to which link, and the first one that is not, if there is one. */
export function follow(from: Link, events: readonly StoredEvent[]): { count: number; last: Link; broken: number | null } {
  let last = from
  for (const [count, event] of events.entries()) {
    if (event.id <= last.id || event.hash !== eventHash(last.hash, event)) return { count, last, broken: event.id }
    last = { id: event.id, hash: event.hash }
  }
  return { count: events.length, last, broken: null }
}
