/**
 * Sessions: one per signed-in browser. A session has a chain of refresh tokens, each good once; Auth Tokens name their
 * session. Ending a session therefore ends its Auth Tokens at their next request.
 */
import { batch, onlyRow, run } from '../../lib/d1'
import { newId, newToken } from '../../lib/ids'
import { sha256 } from '../../lib/crypto'
import { type Sql, sql } from '../../lib/sql'
import { DAY_MS, MINUTE_MS } from '../../lib/time'
import type { AuditSource } from '../audit/source'
import { auditEvent, auditSession } from '../audit/store'
import type { User } from '../users/store'
import { isApiTokenShaped } from './credentials'

/**
 * Who shows a spent refresh token so soon is no thief: another tab that refreshed too, or a client that never saw its answer
 * (RFC 9700, 4.14.2, leaves the overlap to the server).
 */
const OVERLAP_MS = 10_000

/** A session ends this long after its last refresh, or when its last Auth Token does, whichever is later, */
const IDLE_MS = 7 * DAY_MS
/** and in any case so long after the sign-in; or when an Auth Token made then would. */
const LIFESPAN_MS = 30 * DAY_MS

/** Pages replace the refresh token of their browser when it is this old. */
const ROTATION_MS = DAY_MS
/** A successor may get lost with the answer that brings it: the next one is made no sooner than this. */
const ROTATION_PAUSE_MS = MINUTE_MS

/** The database's own clock: a request that began before this moment ran beside this one, a later one is a replay. */
const clock = sql`CAST(unixepoch('subsec') * 1000 AS INTEGER)`

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
  /** In plain words. */
  browser?: string | null
}

function expiry(now: number, jwtLifetime: number): number {
  return now + Math.max(IDLE_MS, jwtLifetime * 1000)
}

/** Of a row of `sessions`. */
function absoluteEnd(jwtLifetime: number): Sql {
  return sql`(sessions.created_at + ${Math.max(LIFESPAN_MS, jwtLifetime * 1000)})`
}

/**
 * A session for someone who has just proved who they are, and the statements that start it. They start nothing unless the
 * user still has this token version: a password changed, or an account removed, while the proof was checked is no sign-in.
 */
export async function newSession(
  user: { email: string; tokenVersion: string },
  { jwtLifetime, now = Date.now(), browser = null }: SessionOptions,
): Promise<{ session: NewSession; statements: [Sql, Sql] }> {
  const session = { id: newId('session'), refreshToken: newToken(), expiresAt: expiry(now, jwtLifetime) }
  const statements: [Sql, Sql] = [
    sql`INSERT INTO sessions (id, user_id, expires_at, created_at, last_used_at, browser)
        SELECT ${session.id}, id, ${session.expiresAt}, ${now}, ${now}, ${browser} FROM users
        WHERE email = ${user.email} AND token_version = ${user.tokenVersion}`,
    sql`INSERT INTO refresh_tokens (hash, session_id, created_at)
        SELECT ${await sha256(session.refreshToken)}, id, ${now} FROM sessions WHERE id = ${session.id}`,
  ]
  return { session, statements }
}

/** Starts a session of its own, with what goes with it; null when the user is no longer as they were. */
export async function startSession(
  db: D1Database,
  user: { email: string; tokenVersion: string },
  options: SessionOptions,
  also: (sessionId: string) => readonly Sql[],
): Promise<NewSession | null> {
  const { session, statements } = await newSession(user, options)
  const [started] = await batch(db, [...statements, ...also(session.id)])
  return started.meta.changes === 0 ? null : session
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
  source: AuditSource,
): Promise<{ session: NewSession; user: User } | null> {
  if (!isApiTokenShaped(refreshToken)) return null
  const successor = newToken()
  const [hash, successorHash] = await Promise.all([sha256(refreshToken), sha256(successor)])
  const isSuccessor = sql`SELECT session_id FROM refresh_tokens WHERE hash = ${hash} AND successor_hash = ${successorHash}`
  const isCopied = (session: Sql) =>
    sql`${session} IN (SELECT session_id FROM refresh_tokens WHERE hash = ${hash} AND spent_at < ${now - OVERLAP_MS})
      AND ${session} NOT IN (${isSuccessor})`
  const [, , , , winner] = await batch(db, [
    sql`UPDATE refresh_tokens SET spent_at = ${clock}, successor_hash = ${successorHash}
        WHERE hash = ${hash} AND spent_at IS NULL
          AND session_id IN (SELECT id FROM sessions WHERE expires_at > ${now} AND ${absoluteEnd(jwtLifetime)} > ${now})`,
    sql`INSERT INTO refresh_tokens (hash, session_id, created_at) SELECT ${successorHash}, session_id, ${now} FROM (${isSuccessor})`,
    spendOlder(sql`SELECT * FROM refresh_tokens WHERE hash = ${hash} AND successor_hash = ${successorHash}`),
    sql`UPDATE sessions SET expires_at = MIN(${expiry(now, jwtLifetime)}, ${absoluteEnd(jwtLifetime)}), last_used_at = ${now}
        WHERE id IN (${isSuccessor})`,
    sql<
      User & { session_id: string; session_expires_at: number }
    >`SELECT s.id AS session_id, s.expires_at AS session_expires_at, u.* FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id IN (${isSuccessor})`,
    auditSession(source, SHOWN_AGAIN, isCopied(sql`s.id`)),
    sql`DELETE FROM sessions WHERE ${isCopied(sql`id`)}`,
  ])
  const [row] = winner.results
  if (row === undefined) return null
  return { session: { id: row.session_id, refreshToken: successor, expiresAt: row.session_expires_at }, user: row }
}

/**
 * Lets a session live on, for a page of the dashboard. Now and then its refresh token gets a successor, for the browser to keep
 * from then on. The token stays good until the successor is used, for pages are loaded side by side, and answers get lost.
 * Null when the session has ended meanwhile.
 */
export async function prolongSession(
  db: D1Database,
  { id, refreshToken }: { id: string; refreshToken: string },
  { jwtLifetime, now = Date.now() }: SessionOptions,
): Promise<{ expiresAt: number; successor: string | null } | null> {
  const successor = newToken()
  const [hash, successorHash] = await Promise.all([sha256(refreshToken), sha256(successor)])
  const [prolonged, rotated] = await batch(db, [
    sql<{
      expires_at: number
    }>`UPDATE sessions SET expires_at = MIN(${expiry(now, jwtLifetime)}, ${absoluteEnd(jwtLifetime)}), last_used_at = ${now}
        WHERE id = ${id} AND expires_at > ${now} AND ${absoluteEnd(jwtLifetime)} > ${now} RETURNING expires_at`,
    sql`INSERT INTO refresh_tokens (hash, session_id, created_at)
        SELECT ${successorHash}, t.session_id, ${now} FROM refresh_tokens t
        WHERE t.hash = ${hash} AND t.spent_at IS NULL AND t.created_at <= ${now - ROTATION_MS} AND NOT EXISTS
          (SELECT 1 FROM refresh_tokens other WHERE other.session_id = t.session_id AND other.created_at > ${now - ROTATION_PAUSE_MS})`,
  ])
  const [row] = prolonged.results
  if (row === undefined) return null
  return { expiresAt: row.expires_at, successor: rotated.meta.changes === 1 ? successor : null }
}

/** At the first use of a refresh token that pages have brought: those before it are of no more use. */
export async function spendOlderTokens(db: D1Database, hash: string): Promise<void> {
  await run(db, spendOlder(sql`SELECT * FROM refresh_tokens WHERE hash = ${hash}`))
}

/** `token`: a query for the row of one. */
function spendOlder(token: Sql): Sql {
  return sql`UPDATE refresh_tokens SET spent_at = ${clock} WHERE spent_at IS NULL AND EXISTS
    (SELECT 1 FROM (${token}) newer WHERE newer.session_id = refresh_tokens.session_id AND newer.created_at > refresh_tokens.created_at)`
}

/** Whether a page that shows a refresh token spent at that moment may have been asked for before its successor was used. */
export function isWithinOverlap(spentAt: number, now: number): boolean {
  return spentAt > now - OVERLAP_MS
}

/** Signs out of the session of a refresh token, where there is one. */
export async function signOutByRefreshToken(db: D1Database, refreshToken: string, source: AuditSource): Promise<void> {
  if (!isApiTokenShaped(refreshToken)) return
  const hash = await sha256(refreshToken)
  await endWhere(db, auditSession(source, { action: 'sign_out' }, isSessionOf(sql`s.id`, hash)), isSessionOf(sql`id`, hash))
}

function isSessionOf(id: Sql, hash: string): Sql {
  return sql`${id} = (SELECT session_id FROM refresh_tokens WHERE hash = ${hash})`
}

/** Signs out of a session by its id, as an Auth Token carries it. */
export async function signOut(db: D1Database, id: string, source: AuditSource): Promise<void> {
  await endWhere(db, auditSession(source, { action: 'sign_out' }, sql`s.id = ${id}`), sql`id = ${id}`)
}

const SHOWN_AGAIN = { action: 'session.ended', details: { why: 'a spent refresh token was shown again' } } as const

/** Ends a session whose refresh token has been copied. */
export async function endCopiedSession(db: D1Database, id: string, source: AuditSource): Promise<void> {
  await endWhere(db, auditSession(source, SHOWN_AGAIN, sql`s.id = ${id}`), sql`id = ${id}`)
}

/** The event first: it tells of what is there. */
async function endWhere(db: D1Database, event: Sql, sessions: Sql): Promise<void> {
  await batch(db, [event, sql`DELETE FROM sessions WHERE ${sessions}`])
}

/** What people see of a session. */
export interface ListedSession {
  id: string
  /** In plain words; null when it did not say. */
  browser: string | null
  createdAt: number
  /** To within ten minutes; null: not since that is noted. */
  lastUsedAt: number | null
}

/** The sessions of a user, those used last first, and how many there are. */
export async function listSessions(
  db: D1Database,
  userId: string,
  { limit, now }: { limit: number; now: number },
): Promise<{ sessions: ListedSession[]; total: number }> {
  const theirs = sql`FROM sessions WHERE user_id = ${userId} AND expires_at > ${now}`
  const [list, count] = await batch(db, [
    sql<ListedSession>`SELECT id, browser, created_at AS createdAt, last_used_at AS lastUsedAt ${theirs}
        ORDER BY COALESCE(last_used_at, created_at) DESC, id LIMIT ${limit}`,
    sql<{ total: number }>`SELECT COUNT(*) AS total ${theirs}`,
  ])
  return { sessions: list.results, total: onlyRow(count).total }
}

/** Ends one session of the user, or nothing. */
export async function endSessionOf(
  db: D1Database,
  { userId, id }: { userId: string; id: string },
  source: AuditSource,
): Promise<void> {
  const theirs = sql`id = ${id} AND user_id = ${userId}`
  const target = { id: sql`id`, name: sql`browser` }
  const event = { action: 'session.ended', target, details: { why: 'by its user' } } as const
  await endWhere(db, auditEvent(source, event, sql`FROM sessions WHERE ${theirs}`), theirs)
}

/** Ends every session of the user but one. */
export async function endOtherSessions(
  db: D1Database,
  { userId, kept }: { userId: string; kept: string },
  source: AuditSource,
): Promise<void> {
  const others = sql`user_id = ${userId} AND id <> ${kept}`
  const details = { which: 'all others', sessions: sql`COUNT(*)` } as const
  const event = auditEvent(source, { action: 'sessions.ended', details }, sql`FROM sessions WHERE ${others} HAVING COUNT(*) > 0`)
  await endWhere(db, event, others)
}

/** The scheduled job's share: forgets what has run out. Returns how many sessions there were. */
export async function deleteExpiredSessions(db: D1Database, now: number = Date.now()): Promise<number> {
  return run(db, sql`DELETE FROM sessions WHERE expires_at <= ${now}`)
}
