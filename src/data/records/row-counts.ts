/** The scheduled job's share of row counts: puts right what someone changed by writing to D1 by hand. */
import { first, run } from '../../lib/d1'
import { ident, sql } from '../../lib/sql'
import { DAY_MS } from '../../lib/time'
import { ROW_COUNTS } from '../catalog/ddl'

/** Counting reads every row, which is what D1 bills: each table is counted once a day. */
const CHECK_EVERY_MS = DAY_MS
/** Tables of one run. */
const PER_RUN = 5

/** Counts the tables that were not counted for a day. Returns how many counts were wrong. */
export async function repairRowCounts(data: D1Database, now: number = Date.now()): Promise<number> {
  const exists = await first(data, sql`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ${ROW_COUNTS}`)
  if (exists === null) return 0
  let repaired = 0
  for (let checked = 0; checked < PER_RUN; checked++) {
    const due = await first<{ table_name: string }>(
      data,
      sql`SELECT table_name FROM ${ident(ROW_COUNTS)} c WHERE checked_at <= ${now - CHECK_EVERY_MS}
          AND EXISTS (SELECT 1 FROM sqlite_master m WHERE m.type = 'table' AND m.name = c.table_name)
          ORDER BY checked_at LIMIT 1`,
    )
    if (due === null) return repaired
    repaired += await countAnew(data, due.table_name, now)
  }
  return repaired
}

/** One statement, so that no write falls between the counting and the keeping. Returns 1 when the count was wrong. */
async function countAnew(data: D1Database, table: string, now: number): Promise<number> {
  const counted = sql`(SELECT COUNT(*) FROM ${ident(table)})`
  const wrong = await run(
    data,
    sql`UPDATE ${ident(ROW_COUNTS)} SET total = ${counted} WHERE table_name = ${table} AND total <> ${counted}`,
  )
  await run(data, sql`UPDATE ${ident(ROW_COUNTS)} SET checked_at = ${now} WHERE table_name = ${table}`)
  return wrong
}
