/** A table open in a real browser: its cells by place and title, and what the API has of it. */
import { type Browser, type BrowserContext, type Locator, type Page, type Route } from 'playwright-core'
import { expect } from 'vitest'
import { type Faults, launchBrowser, watchFaults } from './browser'
import { ADMIN, signIn, signUpFirst } from './dashboard'
import { type Server, startServer } from './server'

/** Refused requests, those that were cut off, and questions before leaving are part of what is tested. */
const PROVOKED = /Failed to load resource/

export type Row = Record<string, unknown>

export interface World {
  server: Server
  browser: Browser
  context: BrowserContext
  page: Page
  faults: Faults
  projectId: string
  call: Awaited<ReturnType<typeof signUpFirst>>
}

/** A server with an empty project, and a browser that is signed in; both outlive the tests of a file. */
export async function startWorld(options: { timezoneId?: string } = {}): Promise<World> {
  const server = await startServer()
  const call = await signUpFirst(server.url)
  const { id: projectId } = await call<{ id: string }>('POST', '/api/v1/db/meta/projects/', { title: 'Grid' })
  const browser = await launchBrowser()
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url })
  context.setDefaultTimeout(10_000)
  const page = await context.newPage()
  const faults = watchFaults(page, server.url, PROVOKED)
  await signIn(page, server.url, ADMIN)
  return { server, browser, context, page, faults, projectId, call }
}

export async function stopWorld({ browser, server }: World): Promise<void> {
  await browser.close()
  await server.stop()
}

export interface Sheet {
  id: string
  url: string
  /** A cell: row from 0, column by title. */
  cell: (row: number, title: string) => Locator
  /** A cell of the empty line at the end. */
  draft: (title: string) => Locator
  /** What the API has, in the order of the key. */
  rows: (query?: string) => Promise<Row[]>
  open: (query?: string) => Promise<void>
  /** Once everything typed is saved. */
  saved: () => Promise<void>
}

/** Makes a table with rows, and opens it. */
export async function openSheet(world: World, title: string, columns: object[], rows: Row[] = []): Promise<Sheet> {
  const { call, page, projectId, server } = world
  const tables = `/api/v1/db/meta/projects/${projectId}/tables`
  const table = await call<{ id: string; columns: { title: string }[] }>('POST', tables, { title, columns })
  if (rows.length > 0) await call('POST', `/api/v1/db/data/bulk/noco/${projectId}/${table.id}`, rows)
  const titles = table.columns.map((column) => column.title)
  const url = `${server.url}/projects/${projectId}/tables/${table.id}`
  const at = (row: Locator, of: string) => row.locator('td').nth(titles.indexOf(of))
  const sheet: Sheet = {
    id: table.id,
    url,
    cell: (row, of) => at(page.locator('tbody tr').nth(row), of),
    draft: (of) => at(page.locator('tr[data-draft]'), of),
    rows: async (query = '') =>
      (await call<{ list: Row[] }>('GET', `/api/v1/db/data/noco/${projectId}/${table.id}?limit=1000${query}`)).list,
    open: async (query = '') => {
      await page.goto(`${url}${query}`)
      await page.locator('table[role="grid"]').waitFor()
    },
    saved: () => page.locator('.unsaved, .editing').waitFor({ state: 'detached' }),
  }
  await sheet.open()
  return sheet
}

/** Waits until a value is what it is to be: a write may take its time, on a machine that is shared. */
export async function eventually<Value>(value: () => Promise<Value>, expected: unknown): Promise<void> {
  await expect.poll(value, { timeout: 20_000, interval: 50 }).toEqual(expected)
}

/** What becomes of requests that write rows: `latency` ms are added, and `answer` may do something else instead. */
export async function onWrites(
  { context }: World,
  { latency = 0, answer = (route: Route) => route.continue() }: { latency?: number; answer?: (route: Route) => Promise<void> },
): Promise<() => Promise<void>> {
  const handler = async (route: Route) => {
    if (route.request().method() === 'GET') return route.continue()
    await new Promise((done) => setTimeout(done, latency))
    return answer(route)
  }
  await context.route('**/api/v1/db/data/**', handler)
  return () => context.unroute('**/api/v1/db/data/**', handler)
}
