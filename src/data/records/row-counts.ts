/** The scheduled job's share of row counts: puts right what someone changed by writing to D1 by hand. */
import { SchemaChanged, first, run } from '../../lib/d1'
import { ident, sql } from '../../lib/sql'
import { DAY_MS } from '../../lib/time'
import { ROW_COUNTS } from '../catalog/ddl'

/** Counting reads every row, which is what D1 bills. */
const CHECK_EVERY_MS = 7 * DAY_MS
/** Tables of one run, which comes every hour: 840 a week. */
const PER_RUN = 5

/** Counts tables that were not counted for a week, the longest waiting first. Returns how many counts were wrong. */
export async function repairRowCounts(data: D1Database, now: number = Date.now()): Promise<number> {
  const exists = await first(data, sql`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ${ROW_COUNTS}`)
  if (exists === null) return 0
  let repaired = 0
  for (let checked = 0; checked < PER_RUN; checked++) {
    const due = await first<{ table_name: string }>(
      data,
      sql`SELECT table_name FROM ${ident(ROW_COUNTS)} WHERE checked_at <= ${now - CHECK_EVERY_MS} ORDER BY checked_at LIMIT 1`,
    )
    if (due === null) return repaired
    repaired += await countAnew(data, due.table_name, now)
  }
  return repaired
}

/** Returns 1 when the count was wrong. */
async function countAnew(data: D1Database, table: string, now: number): Promise<number> {
  // Before the counting: a table that D1 cannot count in time is not tried again every hour, in the place of others.
  await run(data, sql`UPDATE ${ident(ROW_COUNTS)} SET checked_at = ${now} WHERE table_name = ${table}`)
  const counted = sql`(SELECT COUNT(*) FROM ${ident(table)})`
  try {
    // One statement, so that no write falls between the counting and the keeping.
    return await run(
      data,
      sql`UPDATE ${ident(ROW_COUNTS)} SET total = ${counted} WHERE table_name = ${table} AND total <> ${counted}`,
    )
  } catch (error) {
    if (!(error instanceof SchemaChanged)) throw error
    // Someone dropped the table by hand.
    await run(data, sql`DELETE FROM ${ident(ROW_COUNTS)} WHERE table_name = ${table}`)
    return 1
  }
}
