/**
 * Sessions: one per signed-in browser. A session has a chain of refresh tokens, each good once; Auth Tokens name their
 * session. Ending a session therefore ends its Auth Tokens at their next request.
 */
import { batch, run } from '../../lib/d1'
import { newId, newToken } from '../../lib/ids'
import { sha256 } from '../../lib/crypto'
import { type Sql, sql } from '../../lib/sql'
import { DAY_MS } from '../../lib/time'
import type { User } from '../users/store'
import { isApiTokenShaped } from './credentials'

/**
 * Who shows a spent refresh token so soon is no thief: another tab that refreshed too, or a client that never saw its answer
 * (RFC 9700, 4.14.2, leaves the overlap to the server).
 */
const OVERLAP_MS = 10_000

/** A session ends this long after its last refresh, or when its last Auth Token does, whichever is later. */
const IDLE_MS = 7 * DAY_MS

export interface NewSession {
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

/**
 * A session for someone who has just proved who they are, and the statements that start it. They start nothing unless the
 * user still has this token version: a password changed, or an account removed, while the proof was checked is no sign-in.
 */
export async function newSession(
  user: { email: string; tokenVersion: string },
  { jwtLifetime, now = Date.now() }: SessionOptions,
): Promise<{ session: NewSession; statements: [Sql, Sql] }> {
  const session = { id: newId('session'), refreshToken: newToken(), expiresAt: expiry(now, jwtLifetime) }
  const statements: [Sql, Sql] = [
    sql`INSERT INTO sessions (id, user_id, expires_at, created_at)
        SELECT ${session.id}, id, ${session.expiresAt}, ${now} FROM users
        WHERE email = ${user.email} AND token_version = ${user.tokenVersion}`,
    sql`INSERT INTO refresh_tokens (hash, session_id)
        SELECT ${await sha256(session.refreshToken)}, id FROM sessions WHERE id = ${session.id}`,
  ]
  return { session, statements }
}

/** Starts a session of its own, with what goes with it; null when the user is no longer as they were. */
export async function startSession(
  db: D1Database,
  user: { email: string; tokenVersion: string },
  options: SessionOptions,
  also: readonly Sql[] = [],
): Promise<NewSession | null> {
  const { session, statements } = await newSession(user, options)
  const [started] = await batch(db, [...statements, ...also])
  return started?.meta.changes === 0 ? null : session
}

/**
 * Spends a refresh token for its one successor. Of two requests at once one wins and the other gets null. A token that
 * was spent some time before this request began has been copied: its session ends, and null is returned.
 * One batch, so that no failure can spend a token without anyone having its successor.
 */
export async function rotateSession(
  db: D1Database,
  refreshToken: string,
  { jwtLifetime, now = Date.now() }: SessionOptions,
): Promise<{ session: NewSession; user: User } | null> {
  if (!isApiTokenShaped(refreshToken)) return null
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
    sql`SELECT s.id AS session_id, u.* FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id IN (${isSuccessor})`,
    sql`DELETE FROM sessions WHERE id IN (SELECT session_id FROM refresh_tokens WHERE hash = ${hash} AND spent_at < ${now - OVERLAP_MS})
          AND id NOT IN (${isSuccessor})`,
  ])
  const row = winner?.results[0] as unknown as (User & { session_id: string }) | undefined
  if (row === undefined) return null
  return { session: { id: row.session_id, refreshToken: successor, expiresAt }, user: row }
}

/** Lets a session live on without spending its refresh token. Returns its new end, ms; null when it has ended meanwhile. */
export async function prolongSession(
  db: D1Database,
  id: string,
  { jwtLifetime, now = Date.now() }: SessionOptions,
): Promise<number | null> {
  const expiresAt = expiry(now, jwtLifetime)
  const changed = await run(db, sql`UPDATE sessions SET expires_at = ${expiresAt} WHERE id = ${id} AND expires_at > ${now}`)
  return changed === 0 ? null : expiresAt
}

/** Ends one session by its refresh token; returns whether there was one. */
export async function endSessionByRefreshToken(db: D1Database, refreshToken: string): Promise<boolean> {
  if (!isApiTokenShaped(refreshToken)) return false
  const hash = await sha256(refreshToken)
  return (await run(db, sql`DELETE FROM sessions WHERE id = (SELECT session_id FROM refresh_tokens WHERE hash = ${hash})`)) > 0
}

/** Ends one session by its id, as an Auth Token carries it. */
export async function endSession(db: D1Database, id: string): Promise<void> {
  await run(db, sql`DELETE FROM sessions WHERE id = ${id}`)
}

/** The scheduled job's share: forgets what has run out. Returns how many sessions there were. */
export async function deleteExpiredSessions(db: D1Database, now: number = Date.now()): Promise<number> {
  return run(db, sql`DELETE FROM sessions WHERE expires_at <= ${now}`)
}
