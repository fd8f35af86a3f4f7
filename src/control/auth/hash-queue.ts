/**
 * Slow hashes one at a time, with a pause after each: a hash holds up everything else of its isolate, so many at once would
 * stop the reads. Who would have to wait long is told to come back. Turns are given out as moments in time and not passed on
 * from one request to the next, for a request whose client has left passes nothing on.
 */
import { ApiError } from '../../errors'

/** A hash (140 ms) and the pause after it, in which reads get their answers. */
const TURN_MS = 200

/** After a hash this much belongs to others, and on a slow machine half of what the hash took. */
const PAUSE_MS = 50

/** Beyond this a request is refused: people wait for seconds, not for minutes. */
const MAX_WAIT_MS = 8 * TURN_MS

const RETRY_AFTER_S = 2

/** When the next turn may begin, by what was given out; and by what has ended. ms */
let nextTurn = 0
let freeFrom = 0

/** Whether a hash that is asked for now would get its turn soon enough. */
export function hasRoom(now: number = Date.now()): boolean {
  return nextTurn - now <= MAX_WAIT_MS
}

/** Before anything is done for a request that will want a hash. Throws SERVER_BUSY. */
export function requireRoom(): void {
  if (hasRoom()) return
  throw new ApiError('SERVER_BUSY', undefined, { headers: { 'retry-after': String(RETRY_AFTER_S) } })
}

/** Runs a hash when its turn comes; it must not return before it is done. Throws SERVER_BUSY. */
export async function inTurn<Result>(hash: () => Result): Promise<Result> {
  requireRoom()
  const turn = Math.max(Date.now(), nextTurn)
  nextTurn = turn + TURN_MS
  await until(turn)
  // Those before it may have taken longer than their turns.
  while (Date.now() < freeFrom) await until(freeFrom)
  const began = Date.now()
  try {
    return hash()
  } finally {
    const ended = Date.now()
    freeFrom = ended + Math.max(PAUSE_MS, (ended - began) / 2)
  }
}

async function until(moment: number): Promise<void> {
  const wait = moment - Date.now()
  if (wait > 0) await new Promise((done) => setTimeout(done, wait))
}
