/** Open password resets: links, of which a user may have several. Using one closes them all. */
import { first, run } from '../../lib/d1'
import { type Sql, sql } from '../../lib/sql'

export interface Reset {
  userId: string
  email: string
  expiresAt: number
}

/** Sessions and other links of the user go on until it is used. */
export async function openReset(
  db: D1Database,
  userId: string,
  reset: { hash: string; expiresAt: number; isMailed: boolean },
): Promise<void> {
  await run(
    db,
    sql`INSERT INTO password_resets (hash, user_id, expires_at, mailed)
        VALUES (${reset.hash}, ${userId}, ${reset.expiresAt}, ${reset.isMailed ? 1 : 0})`,
  )
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
