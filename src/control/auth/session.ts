/**
 * Sessions: one per signed-in browser. A session has a chain of refresh tokens, each good once; Auth Tokens name their
 * session. Ending a session therefore ends its Auth Tokens at their next request.
 */
import { batch, run } from '../../lib/d1'
import { newId, newToken } from '../../lib/ids'
import { sha256 } from '../../lib/crypto'
import { type Sql, sql } from '../../lib/sql'
import { DAY_MS } from '../../lib/time'

/** A session ends this long after its last refresh, or when its last Auth Token does, whichever is later. */
const IDLE_MS = 7 * DAY_MS

export interface Session {
  id: string
  /** Goes into the cookie; D1 has only its hash. */
  refreshToken: string
  /** ms */
  expiresAt: number
}

interface SessionOptions {
  /** Life of an Auth Token, seconds. */
  jwtLifetime: number
  now?: number
}

function expiry(now: number, jwtLifetime: number): number {
  return now + Math.max(IDLE_MS, jwtLifetime * 1000)
}

/** Starts a session for a user who has just proved who they are. */
export async function startSession(
  db: D1Database,
  userId: string,
  { jwtLifetime, now = Date.now() }: SessionOptions,
): Promise<Session> {
  const session = { id: newId('session'), refreshToken: newToken(), expiresAt: expiry(now, jwtLifetime) }
  await batch(db, [
    sql`INSERT INTO sessions (id, user_id, expires_at, created_at) VALUES (${session.id}, ${userId}, ${session.expiresAt}, ${now})`,
    sql`INSERT INTO refresh_tokens (hash, session_id) VALUES (${await sha256(session.refreshToken)}, ${session.id})`,
  ])
  return session
}

/**
 * Spends a refresh token for its one successor. Of two requests at once one wins and the other gets null. A token that
 * was spent before this request began has been copied: its session ends (RFC 9700, 4.14.2), and null is returned.
 */
export async function rotateSession(
  db: D1Database,
  refreshToken: string,
  { jwtLifetime, now = Date.now() }: SessionOptions,
): Promise<(Session & { userId: string }) | null> {
  const successor = newToken()
  const [hash, successorHash] = await Promise.all([sha256(refreshToken), sha256(successor)])
  const expiresAt = expiry(now, jwtLifetime)
  const isSuccessor = sql`SELECT session_id FROM refresh_tokens WHERE hash = ${hash} AND successor_hash = ${successorHash}`
  const [, , , winner] = await batch(db, [
    // The database's own clock: a request that began before this moment ran beside this one, a later one is a replay.
    sql`UPDATE refresh_tokens SET spent_at = CAST(unixepoch('subsec') * 1000 AS INTEGER), successor_hash = ${successorHash}
        WHERE hash = ${hash} AND spent_at IS NULL
          AND session_id IN (SELECT id FROM sessions WHERE expires_at > ${now})`,
    sql`INSERT INTO refresh_tokens (hash, session_id) SELECT ${successorHash}, session_id FROM (${isSuccessor})`,
    sql`UPDATE sessions SET expires_at = ${expiresAt} WHERE id IN (${isSuccessor})`,
    sql`SELECT id, user_id FROM sessions WHERE id IN (${isSuccessor})`,
    sql`DELETE FROM sessions WHERE id IN (SELECT session_id FROM refresh_tokens WHERE hash = ${hash} AND spent_at < ${now})
          AND id NOT IN (${isSuccessor})`,
  ])
  const row = winner?.results[0]
  if (row === undefined) return null
  return { id: String(row['id']), userId: String(row['user_id']), refreshToken: successor, expiresAt }
}

/** Ends one session by its refresh token; returns whether there was one. */
export async function endSessionByRefreshToken(db: D1Database, refreshToken: string): Promise<boolean> {
  const hash = await sha256(refreshToken)
  return (await run(db, sql`DELETE FROM sessions WHERE id = (SELECT session_id FROM refresh_tokens WHERE hash = ${hash})`)) > 0
}

/** Ends one session by its id, as an Auth Token carries it. */
export async function endSession(db: D1Database, id: string): Promise<void> {
  await run(db, sql`DELETE FROM sessions WHERE id = ${id}`)
}

/** For a batch that changes a password: ends every session of the user. */
export function endSessionsOf(userId: string): Sql {
  return sql`DELETE FROM sessions WHERE user_id = ${userId}`
}

/** The scheduled job's share: forgets what has run out. Returns how many sessions there were. */
export async function deleteExpiredSessions(db: D1Database, now: number = Date.now()): Promise<number> {
  return run(db, sql`DELETE FROM sessions WHERE expires_at <= ${now}`)
}
