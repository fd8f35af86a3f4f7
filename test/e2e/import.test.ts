/** Importing files through the page, as a person does: chosen once, previewed, confirmed; and what goes wrong on the way. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Faults, launchBrowser, watchFaults } from '../support/browser'
import { signIn, signUpFirst, signInElsewhere, signOutElsewhere } from '../support/dashboard'
import { type Server, startServer } from '../support/server'

let server: Server
let browser: Browser
let page: Page
let faults: Faults
let api: Awaited<ReturnType<typeof signUpFirst>>
let projectId: string

/** A form that is refused is answered with a page and 400; a request that a test cuts off fails. */
const PROVOKED = /Failed to load resource/

beforeAll(async () => {
  server = await startServer()
  browser = await launchBrowser()
  api = await signUpFirst(server.url)
  page = await (await browser.newContext()).newPage()
  page.setDefaultTimeout(20_000)
  await signIn(page, server.url)
})

afterAll(async () => {
  await browser.close()
  await server.stop()
})

beforeEach(async () => {
  projectId = (await api<{ id: string }>('POST', '/api/v1/db/meta/projects/', { title: `Shop ${Math.random()}` })).id
  faults = watchFaults(page, server.url, PROVOKED)
})

afterEach(() => {
  expect(faults).toEqual({ console: [], elsewhere: [] })
})

const confirm = () => page.getByRole('button', { name: /^Import \d/ })
const alert = () => page.getByRole('alert')

async function choose(text: string, { name = 'people.csv', table = '' } = {}): Promise<void> {
  await page.goto(`${server.url}/projects/${projectId}${table === '' ? '' : `/tables/${table}`}/import`)
  await page.getByLabel('File').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
  await page.getByRole('button', { name: 'Show preview' }).click()
}

async function finish(): Promise<void> {
  await confirm().click()
  await page.getByRole('link', { name: 'Open the table' }).waitFor()
}

async function tables(): Promise<string[]> {
  const { list } = await api<{ list: { title: string }[] }>('GET', `/api/v1/db/meta/projects/${projectId}/tables`)
  return list.map(({ title }) => title)
}

async function rowsOf(title: string, fields: string, more = ''): Promise<unknown[]> {
  const path = `/api/v1/db/data/noco/${projectId}/${encodeURIComponent(title)}?fields=${fields}${more}`
  return (await api<{ list: unknown[] }>('GET', path)).list
}

describe('a file for a new table', () => {
  const lines = Array.from({ length: 300 }, (_, row) => `${row};0${(row % 9) + 1}/02/2026;${row === 150 ? 'n/a' : `${row},5`}`)
  const file = `Code;Joined;Price\n${lines.join('\n')}\n`

  test('is asked about in words, follows the answers, and is imported as they say', async () => {
    await choose(file)
    await confirm().waitFor()
    expect(await page.getByLabel('Separator').inputValue()).toBe(';')
    expect(await page.getByLabel('Numbers').inputValue()).toBe(',')
    // Nothing is imported while a question is open.
    await confirm().click()
    expect(await tables()).toEqual([])
    await page.getByLabel('Title of the new table').fill('People')
    await page.getByRole('radio', { name: /^Day first/ }).check()
    await page.getByLabel('Dates').waitFor()
    expect(await page.getByLabel('Title of the new table').inputValue()).toBe('People')
    await page.getByLabel('Title of the column Price').fill('Amount')
    await page.getByText('Line 152: “n/a”').waitFor()
    await page.getByLabel('What a cell of Price does that does not fit').selectOption('empty')
    await page.getByLabel('Import the column Code').uncheck()
    await finish()
    await page.getByText('300 rows were added to “People”.').waitFor()
    await page.getByText('Line 152, Amount: “n/a”').waitFor()
    expect(await rowsOf('People', 'Joined,Amount', '&limit=2&offset=150')).toEqual([
      { Joined: '2026-02-07', Amount: null },
      { Joined: '2026-02-08', Amount: 151.5 },
    ])
  })

  test('keeps what was chosen when it is refused, and names line, column and value', async () => {
    await choose('Name,Qty\na,1\nb,two\n', { name: 'Pens.csv' })
    await page.getByLabel('Title of the column Name').fill('Article')
    await signOutElsewhere(page, server.url)
    await confirm().click()
    await page.getByText('You are signed out. Sign in again in another tab').waitFor()
    await signInElsewhere(page, server.url)
    await page.getByLabel('Type of the column Qty').selectOption('Number')
    await confirm().click()
    await alert().waitFor()
    expect(await alert().textContent()).toMatch(/Line 3: Qty: .two. is no/)
    expect(await page.getByLabel('Title of the column Name').inputValue()).toBe('Article')
    await page.getByLabel('What a cell of Qty does that does not fit').selectOption('empty')
    await finish()
    expect(await rowsOf('Pens', 'Article,Qty')).toEqual([
      { Article: 'a', Qty: 1 },
      { Article: 'b', Qty: null },
    ])
  })

  test('is cancelled at the preview, and nothing of it stays', async () => {
    await choose('Name\na\n')
    await page.getByRole('button', { name: 'Cancel import' }).click()
    await page.getByText('The import is cancelled. Nothing was made.').waitFor()
    expect(await tables()).toEqual([])
  })

  test('that is no CSV is refused for good: it can only be cancelled', async () => {
    await choose('PK\x03\x04', { name: 'book.csv' })
    await alert().getByText('This file is an Excel or OpenDocument workbook').waitFor()
    expect(await page.locator('main button').allTextContents()).toEqual(['Cancel import'])
    await page.getByRole('button', { name: 'Cancel import' }).click()
    await page.getByText('The import is cancelled. Nothing was made.').waitFor()
  })

  test('is not imported by Enter in a field', async () => {
    await choose('Name\na\n')
    await page.getByLabel('Title of the new table').press('Enter')
    await page.waitForLoadState('networkidle')
    expect(await tables()).toEqual([])
    await confirm().waitFor()
  })
})

test('a part that does not get through is sent again, without choosing the file again', async () => {
  const text = `Text\n${`${'word '.repeat(30)}end\n`.repeat(8000)}`
  let isDown = true
  const cut = new Map<string, number>()
  await page.route('**/parts/*', (route) => {
    const url = route.request().url()
    if (!isDown || !url.endsWith('/1')) return route.continue()
    cut.set(url, (cut.get(url) ?? 0) + 1)
    return route.abort()
  })
  await choose(text, { name: 'long.csv' })
  await alert().waitFor({ timeout: 30_000 })
  expect(await alert().textContent()).toContain('The server did not answer')
  expect([...cut.values()]).toEqual([4])
  isDown = false
  await page.getByRole('button', { name: 'Try again' }).click()
  await finish()
  await page.unroute('**/parts/*')
  await page.getByText('8,000 rows were added to “long”.').waitFor()
}, 60_000)

test('rows of a table that is there are updated by a unique column, and columns are mapped by hand', async () => {
  const columns = [
    { title: 'Code', unique: true },
    { title: 'Qty', uidt: 'Number' },
  ]
  const made = await api<{ id: string }>('POST', `/api/v1/db/meta/projects/${projectId}/tables`, { title: 'Stock', columns })
  await api('POST', `/api/v1/db/data/noco/${projectId}/Stock`, { Code: 'a', Qty: 1 })
  await choose('Code,Menge,Notiz\na,5,x\nb,6,y\n', { table: made.id })
  await page.getByLabel('Where the column Menge goes').selectOption({ label: 'Qty (Number)' })
  expect(await page.getByLabel('Where the column Notiz goes').inputValue()).toBe('')
  await page.getByLabel(/^Update the row/).check()
  await page.getByLabel('Rows are the same by').selectOption({ label: 'Code' })
  await finish()
  await page.getByText('1 row was added to “Stock”, 1 was updated.').waitFor()
  expect(await rowsOf('Stock', 'Code,Qty')).toEqual([
    { Code: 'a', Qty: 5 },
    { Code: 'b', Qty: 6 },
  ])
})

test('an export with types comes in again as it was', async () => {
  await choose('Code,Day,Note\n007,2026-01-31,"=1+1"\n008,2026-02-01,"a, ""b"""\n', { name: 'one.csv' })
  await finish()
  await page.getByRole('link', { name: 'Open the table' }).click()
  await page.getByRole('button', { name: 'Export CSV' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'CSV to import again, with types' }).click(),
  ])
  await page.goto(`${server.url}/projects/${projectId}/import`)
  await page.getByLabel('File').setInputFiles(await download.path())
  await page.getByRole('button', { name: 'Show preview' }).click()
  await page.getByLabel('Title of the new table').fill('two')
  await finish()
  expect(await rowsOf('two', 'Id,Code,Day,Note')).toEqual(await rowsOf('one', 'Id,Code,Day,Note'))
})
