/** API Tokens: made once, shown once, refused from the request after their deletion on (docs/contract/api-v1.md section 2). */
import type { Actor } from '../../actor'
import { ApiError } from '../../errors'
import { sha256 } from '../../lib/crypto'
import { newToken } from '../../lib/ids'
import type { AuditSource } from '../audit/source'
import { type DeletionReach, deleteApiToken, insertApiToken } from './store'

/** Characters of the name that people give a token. */
export const MAX_DESCRIPTION = 255

export interface NewApiToken {
  /** The only time the token exists outside its owner's hands. */
  token: string
  hash: string
  hint: string
}

async function createApiToken(random: () => string = newToken): Promise<NewApiToken> {
  const token = random()
  return { token, hash: await sha256(token), hint: `${token.slice(0, 4)}…${token.slice(-4)}` }
}

/** A token that acts as its owner; only its hash is kept. */
export async function generateApiToken(
  db: D1Database,
  { userId, description }: { userId: string; description: string | null },
  source: AuditSource,
): Promise<{ id: number; created_at: number; token: string }> {
  const { token, hash, hint } = await createApiToken()
  const row = await insertApiToken(db, { userId, description, hash, hint }, source)
  if (row === null) throw new Error('the insert returned no row')
  return { ...row, token }
}

/**
 * By id or by itself; a super admin may delete anybody's. Whoever shows an API Token may delete that one, and learns nothing
 * about others. Returns 1. Throws TOKEN_NOT_FOUND, API_TOKEN_NOT_ALLOWED.
 */
export async function revokeApiToken(
  db: D1Database,
  { key, actor }: { key: string; actor: Actor },
  source: AuditSource,
): Promise<number> {
  const { apiTokenId } = actor
  const deleted = await deleteApiToken(db, { key, reach: reachOf(actor) }, source)
  if (deleted === 0) throw new ApiError(apiTokenId === null ? 'TOKEN_NOT_FOUND' : 'API_TOKEN_NOT_ALLOWED')
  return deleted
}

function reachOf({ apiTokenId, roles, userId }: Actor): DeletionReach {
  if (apiTokenId !== null) return { tokenId: apiTokenId }
  return roles.includes('super') ? 'all' : { ownerId: userId }
}
