/** "Last used" of API Tokens and sessions, without a write for every request: the time is kept to within ten minutes. */
import { run } from '../../lib/d1'
import { type Sql, sql } from '../../lib/sql'
import { MINUTE_MS } from '../../lib/time'

const PRECISION_MS = 10 * MINUTE_MS

/** What was shown to prove who is asking, and when it was last used, as the identity query has just read it. */
export type Use = ({ of: 'api_token'; id: number } | { of: 'session'; id: string }) & { lastUsedAt: number | null }

const TABLES: Record<Use['of'], Sql> = { api_token: sql`api_tokens`, session: sql`sessions` }

/** Whether a use is worth a write. */
export function isDue({ lastUsedAt }: Use, now: number): boolean {
  return lastUsedAt === null || lastUsedAt <= now - PRECISION_MS
}

/** Writes the time of use after the answer; of many requests at once only one changes the row. */
export async function noteUse(db: D1Database, { of, id }: Use, now: number): Promise<void> {
  const write = run(
    db,
    sql`UPDATE ${TABLES[of]} SET last_used_at = ${now}
        WHERE id = ${id} AND (last_used_at IS NULL OR last_used_at <= ${now - PRECISION_MS})`,
  )
  // Nothing but lists for people reads it: a failure is for the log.
  await write.catch((error: unknown) => console.warn(JSON.stringify({ last_used: of, id, cause: String(error) })))
}
