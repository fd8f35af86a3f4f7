// Reads the audit log, page by page, and says what is wrong with it.
import { follow } from '../src/control/audit/chain.ts'

/** @import { Link, StoredEvent } from '../src/control/audit/chain.ts' */
/** @typedef {(command: string) => Promise<unknown[]>} Ask rows of a query */

/** Events of one query. */
const PAGE = 2000

/**
 * @param {Ask} ask
 * @param {Link | null} expected a link that must be in the chain too
 * @returns {Promise<{ ok: boolean, message: string }>}
 */
export async function verifyAuditLog(ask, expected) {
  const [anchor, head] = /** @type {Link[]} */ (await ask('SELECT event_id AS id, hash FROM audit_ends ORDER BY name'))
  if (anchor === undefined || head === undefined) return bad('The table audit_ends is empty.')
  let last = anchor
  let isExpectedThere = expected === null || isSame(anchor, expected)
  let count = 0
  while (last.id < head.id) {
    const command = `SELECT * FROM audit_events WHERE id > ${last.id} AND id <= ${head.id} ORDER BY id LIMIT ${PAGE}`
    const events = /** @type {StoredEvent[]} */ (await ask(command))
    const followed = follow(last, events)
    isExpectedThere ||= events.slice(0, followed.count).some((event) => expected !== null && isSame(event, expected))
    count += followed.count
    last = followed.last
    if (followed.broken !== null) return bad(`Event ${followed.broken} is not as it was sealed, or one before it is missing.`)
    if (events.length === 0) return bad(`Events are missing after ${last.id}: the log was sealed up to ${head.id}.`)
  }
  if (!isSame(last, head)) return bad(`The log ends at ${name(last)}, and was sealed up to ${name(head)}.`)
  if (expected !== null && !isExpectedThere) {
    return bad(`${name(expected)} is not in the chain: it was written anew, or that event is too old to be there still.`)
  }
  if (head.id === 0) return { ok: true, message: 'Nothing is sealed yet: the hourly job does that.' }
  return { ok: true, message: `${count} events are as they were sealed, up to ${name(head)}.` }
}

/** @param {string} message */
function bad(message) {
  return { ok: false, message }
}

/**
 * @param {{ id: number, hash: string | null }} one
 * @param {Link} other
 */
function isSame(one, other) {
  return one.id === other.id && one.hash === other.hash
}

/** @param {Link} link */
function name({ id, hash }) {
  return `${id}:${hash}`
}
