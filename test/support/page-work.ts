/** How much a page works, whatever else the machine does meanwhile. */
import type { CDPSession, Page } from 'playwright-core'

/** Milliseconds of CPU that the main thread of a page takes for something. */
export async function mainThreadTime(page: Page, work: () => Promise<void>): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const before = await taskSeconds(session)
  await work()
  const after = await taskSeconds(session)
  await session.detach()
  return Math.round((after - before) * 1000)
}

async function taskSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  const found = metrics.find(({ name }) => name === 'TaskDuration')
  if (found === undefined) throw new Error('the browser does not tell how long its tasks took')
  return found.value
}
