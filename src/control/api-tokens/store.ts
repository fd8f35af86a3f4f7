/** The rows of `api_tokens`: the hash of each token and a hint for people, never the token. */
import { batch, first, onlyRow, rows } from '../../lib/d1'
import { type Sql, any, sql } from '../../lib/sql'
import type { AuditSource } from '../audit/source'
import { auditEvent } from '../audit/store'
import { isApiTokenShaped } from '../auth/credentials'
import { sha256 } from '../../lib/crypto'

export interface ApiToken {
  id: number
  user_id: string
  email: string
  description: string | null
  hint: string
  created_at: number
  /** To within ten minutes; null: never. */
  last_used_at: number | null
}

/** Stores a new token for its owner. Returns its row. */
export async function insertApiToken(
  db: D1Database,
  { userId, description, hash, hint }: { userId: string; description: string | null; hash: string; hint: string },
  source: AuditSource,
): Promise<{ id: number; created_at: number } | null> {
  const event = {
    action: 'api_token.created',
    target: { id: sql`CAST(id AS TEXT)`, name: hint },
    details: { description },
  } as const
  const [made] = await batch(db, [
    sql<{ id: number; created_at: number }>`INSERT INTO api_tokens (user_id, description, token_hash, hint, created_at)
        VALUES (${userId}, ${description}, ${hash}, ${hint}, ${source.at}) RETURNING id, created_at`,
    auditEvent(source, event, sql`FROM api_tokens WHERE token_hash = ${hash}`),
  ])
  return made.results[0] ?? null
}

const selectTokens = (
  userId: string,
): Sql => sql`SELECT a.id, a.user_id, u.email, a.description, a.hint, a.created_at, a.last_used_at
  FROM api_tokens a JOIN users u ON u.id = a.user_id WHERE a.user_id = ${userId} ORDER BY a.id`

/** The tokens of a user, oldest first. */
export async function listApiTokens(db: D1Database, userId: string): Promise<ApiToken[]> {
  return rows<ApiToken>(db, selectTokens(userId))
}

/** One of them by its id, as a path has it. */
export async function findApiToken(db: D1Database, userId: string, id: string): Promise<ApiToken | null> {
  return first<ApiToken>(db, sql`SELECT * FROM (${selectTokens(userId)}) WHERE CAST(id AS TEXT) = ${id}`)
}

/** A page of them, and how many there are. */
export async function pageOfApiTokens(
  db: D1Database,
  userId: string,
  { limit, offset }: { limit: number; offset: number },
): Promise<{ tokens: ApiToken[]; total: number }> {
  const [list, count] = await batch(db, [
    sql<ApiToken>`${selectTokens(userId)} LIMIT ${limit} OFFSET ${offset}`,
    sql<{ total: number }>`SELECT COUNT(*) AS total FROM api_tokens WHERE user_id = ${userId}`,
  ])
  return { tokens: list.results, total: onlyRow(count).total }
}

/** Which tokens someone may delete: those of an owner, one alone, or all of them. */
export type DeletionReach = { ownerId: string } | { tokenId: number } | 'all'

/**
 * Deletes a token by its id or, for old clients, by itself. Returns how many went: a token out of reach and one that does not
 * exist are both 0.
 */
export async function deleteApiToken(
  db: D1Database,
  { key, reach }: { key: string; reach: DeletionReach },
  source: AuditSource,
): Promise<number> {
  const matches: Sql[] = []
  if (/^[1-9]\d{0,14}$/.test(key)) matches.push(sql`id = ${Number(key)}`)
  if (isApiTokenShaped(key)) matches.push(sql`token_hash = ${await sha256(key)}`)
  if (matches.length === 0) return 0
  const chosen = sql`${any(matches)} AND ${isWithin(reach)}`
  const [, deleted] = await batch(db, [
    auditEvent(source, DELETED, sql`FROM api_tokens WHERE ${chosen}`),
    sql`DELETE FROM api_tokens WHERE ${chosen}`,
  ])
  return deleted.meta.changes
}

/** Of a row of `api_tokens`. */
const DELETED = {
  action: 'api_token.deleted',
  target: { id: sql`CAST(id AS TEXT)`, name: sql`hint` },
  details: { description: sql`description`, owner: sql`(SELECT email FROM users WHERE id = user_id)` },
} as const

function isWithin(reach: DeletionReach): Sql {
  if (reach === 'all') return sql`1`
  return 'ownerId' in reach ? sql`user_id = ${reach.ownerId}` : sql`id = ${reach.tokenId}`
}
