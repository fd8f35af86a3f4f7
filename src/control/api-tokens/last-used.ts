/** "Last used" of an API Token, without a write for every request: the time is kept to within ten minutes. */
import type { Context } from 'hono'
import type { AppEnv } from '../../env'
import { run } from '../../lib/d1'
import { sql } from '../../lib/sql'
import { MINUTE_MS } from '../../lib/time'

const PRECISION_MS = 10 * MINUTE_MS

/** Whether a use is worth a write: the identity query has just read when the last one was. */
export function isDue(lastUsedAt: number | null, now: number): boolean {
  return lastUsedAt === null || lastUsedAt <= now - PRECISION_MS
}

/** Writes the time of use behind the answer's back; of many requests at once only one changes the row. */
export function noteUse(c: Context<AppEnv>, tokenId: number): void {
  const now = c.get('startedAt')
  const write = run(
    c.env.DB,
    sql`UPDATE api_tokens SET last_used_at = ${now}
        WHERE id = ${tokenId} AND (last_used_at IS NULL OR last_used_at <= ${now - PRECISION_MS})`,
  )
  // Nothing but the list of tokens reads it: a failure is for the log.
  c.executionCtx.waitUntil(
    write.catch((error: unknown) => console.warn(JSON.stringify({ last_used: tokenId, cause: String(error) }))),
  )
}
