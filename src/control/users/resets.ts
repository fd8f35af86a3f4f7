/** Open password resets: links, of which a user may have several. Using one closes them all. */
import { batch, first, run } from '../../lib/d1'
import { type Sql, sql } from '../../lib/sql'
import type { AuditSource } from '../audit/source'
import { auditEvent } from '../audit/store'

export interface Reset {
  userId: string
  email: string
  expiresAt: number
}

/** Sessions and other links of the user go on until it is used. */
export async function openReset(
  db: D1Database,
  {
    user,
    hash,
    expiresAt,
    isMailed,
  }: { user: { id: string; email: string }; hash: string; expiresAt: number; isMailed: boolean },
  source: AuditSource,
): Promise<void> {
  const details = { handed: isMailed ? ('by mail' as const) : ('to an administrator' as const) }
  await batch(db, [
    sql`INSERT INTO password_resets (hash, user_id, expires_at, mailed) VALUES (${hash}, ${user.id}, ${expiresAt}, ${isMailed ? 1 : 0})`,
    auditEvent(source, { action: 'reset_link.created', target: { id: user.id, name: user.email }, details }),
  ])
}

export async function findReset(db: D1Database, hash: string): Promise<Reset | null> {
  return first<Reset>(
    db,
    sql`SELECT u.id AS userId, u.email, r.expires_at AS expiresAt
        FROM password_resets r JOIN users u ON u.id = r.user_id WHERE r.hash = ${hash}`,
  )
}

/** In a batch: closes whatever links are open for these users. */
export function closeResets(users: Sql): Sql {
  return sql`DELETE FROM password_resets WHERE user_id IN (${users})`
}

/** The scheduled job's share. Returns how many there were. */
export async function deleteExpiredResets(db: D1Database, now: number = Date.now()): Promise<number> {
  return run(db, sql`DELETE FROM password_resets WHERE expires_at <= ${now}`)
}
