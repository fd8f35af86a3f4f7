/** What a request costs D1: its user's latency and bill. lib/d1 adds to it whatever it runs, wherever in the request that is. */
import { AsyncLocalStorage } from 'node:async_hooks'

export interface D1Cost {
  /** Round trips. */
  calls: number
  /** D1's own time, ms. */
  milliseconds: number
  /** Rows scanned and written, as D1 bills them. */
  rowsRead: number
  rowsWritten: number
}

const current = new AsyncLocalStorage<D1Cost>()

/** Runs something; the cost of all it asks D1 for is added to the answer's `cost`, which goes on counting after it. */
export async function withD1Cost<Result>(run: () => Promise<Result>): Promise<{ result: Result; cost: D1Cost }> {
  const cost: D1Cost = { calls: 0, milliseconds: 0, rowsRead: 0, rowsWritten: 0 }
  return { result: await current.run(cost, run), cost }
}

/** One round trip and what D1 said of it. */
export function addD1Cost(metas: readonly D1Meta[]): void {
  const cost = current.getStore()
  if (cost === undefined) return
  cost.calls += 1
  for (const meta of metas) {
    cost.milliseconds += meta.duration
    cost.rowsRead += meta.rows_read
    cost.rowsWritten += meta.rows_written
  }
}
