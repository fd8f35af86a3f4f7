/** The scheduled job's share of imports: those that nobody goes on with leave nothing. Safe to run again after a crash. */
import type { Bindings } from '../../config'
import { giveUp } from './imports'
import { KEPT_MS } from './staging'
import { deleteParts, findAbandoned, findDeleted } from './store'

/** Of one run: an invocation may make 1,000 queries, 50 on the free plan. */
const PER_RUN = 5

/** Gives up imports without a step for a day, and forgets those that were done as long ago. Returns how many. */
export async function removeAbandonedImports({ DB, DATA }: Bindings, now: number = Date.now()): Promise<number> {
  const abandoned = await findAbandoned(DATA, now - KEPT_MS, PER_RUN)
  for (const one of abandoned) await giveUp({ databases: { control: DB, data: DATA }, data: DATA }, one)
  for (const deleted of await findDeleted(DATA)) await deleteParts(DATA, deleted)
  return abandoned.length
}
