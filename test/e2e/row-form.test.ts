/** The form of a row, and how values look, in a real Chromium: with a script and without, in another time zone, on a small screen. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser, watchFaults } from '../support/browser'
import { ADMIN, signIn, signInElsewhere, signOutElsewhere, signUpFirst } from '../support/dashboard'
import { COLUMNS, ROWS } from '../support/hostile-rows'
import { type Server, startServer } from '../support/server'

type Row = Record<string, unknown>
type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>

let server: Server
let browser: Browser
let api: Awaited<ReturnType<typeof signUpFirst>>
let storageState: StorageState
let projectId: string
/** Of every type. */
let table: string
/** Of 80 columns. */
let wide: string
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const REFUSALS = /Failed to load resource: the server responded with a status of 4\d\d/

beforeAll(async () => {
  server = await startServer()
  browser = await launchBrowser()
  api = await signUpFirst(server.url)
  projectId = (await api<{ id: string }>('POST', '/api/v1/db/meta/projects/', { title: 'Forms' })).id
  const make = async (title: string, columns: unknown[]) =>
    (await api<{ id: string }>('POST', `/api/v1/db/meta/projects/${projectId}/tables`, { title, columns })).id
  table = await make('Every type', COLUMNS)
  wide = await make(
    'Wide',
    Array.from({ length: 76 }, (_, index) => ({ title: `Field ${index}` })),
  )
  await api('POST', `/api/v1/db/data/bulk/noco/${projectId}/${table}`, ROWS)
  await api('POST', `/api/v1/db/data/noco/${projectId}/${wide}`, { 'Field 0': 'x' })
  const context = await browser.newContext()
  await signIn(await context.newPage(), server.url, ADMIN)
  storageState = await context.storageState()
  await context.close()
})

afterAll(async () => {
  await browser.close()
  await server.stop()
})

const grid = (of = table) => `${server.url}/projects/${projectId}/tables/${of}`
const read = (rowId: number, of = table) => api<Row>('GET', `/api/v1/db/data/noco/${projectId}/${of}/${rowId}`)
const write = (rowId: number, body: Row, of = table) =>
  api<Row>('PATCH', `/api/v1/db/data/noco/${projectId}/${of}/${rowId}`, body)

async function newPage(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  const context = await browser.newContext({ ...options, storageState })
  context.setDefaultTimeout(10_000)
  return context.newPage()
}

/** A session of its own, which may end. */
async function newSession(): Promise<Page> {
  const context = await browser.newContext()
  context.setDefaultTimeout(10_000)
  const page = await context.newPage()
  await signIn(page, server.url, ADMIN)
  return page
}

/** The grid, with the form of a row open over it. */
async function openDialog(page: Page, rowId: number, of = table): Promise<void> {
  await page.goto(`${grid(of)}?where=(Id,eq,${rowId})`)
  await page.getByRole('link', { name: 'Open row 1', exact: true }).click()
  await page.locator('dialog[open] form').waitFor()
}

const rowIds = ROWS.map((_, index) => index + 1)

// Each of the hostile values stands in several rows: half of them for each.
describe.each([
  ['with a script, in New York', { timezoneId: 'America/New_York' }, rowIds.filter((rowId) => rowId % 2 === 0)],
  ['without a script', { javaScriptEnabled: false }, rowIds.filter((rowId) => rowId % 2 === 1)],
])('%s', (_, options, rowIds) => {
  test('whoever changes one field of a row changes nothing else in it', async () => {
    const page = await newPage(options)
    const faults = watchFaults(page, server.url, REFUSALS)
    for (const rowId of rowIds) {
      const before = await read(rowId)
      await page.goto(`${grid()}/rows/${rowId}`)
      await page.getByLabel('Mark', { exact: true }).fill(`${String(before['Mark'])}!`)
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('The row is saved.').waitFor()
      const after = await read(rowId)
      expect(after).toStrictEqual({ ...before, Mark: `${String(before['Mark'])}!`, UpdatedAt: after['UpdatedAt'] })
    }
    expect(faults).toEqual({ console: [], elsewhere: [] })
    await page.context().close()
  })
})

test('the browser draws values as the server does', async () => {
  const page = await newPage()
  await page.goto(grid())
  const differences = await page.evaluate<string[]>(`(async () => {
    const { drawValue, readColumn, showValue, valueOf } = await import('/dashboard/values.js')
    const html = await (await fetch(location.href)).text()
    const table = new DOMParser().parseFromString(html, 'text/html').querySelector('table[data-grid]')
    const columns = [...table.querySelectorAll('thead th[data-title]')].map(readColumn)
    const cells = [...table.querySelectorAll('tr[data-row] td')]
    const written = (cell) => [cell.innerHTML, cell.dataset.value, cell.dataset.cut].join(' | ')
    const differences = cells.flatMap((cell, index) => {
      const column = columns[index % columns.length]
      if (cell.dataset.cut !== undefined) return []
      const mine = document.createElement('td')
      showValue(mine, column, valueOf(cell))
      mine.replaceChildren(...drawValue(column, valueOf(cell)))
      return written(mine) === written(cell) ? [] : [column.title + ': ' + written(cell) + ' <> ' + written(mine)]
    })
    return cells.length < 300 ? ['only ' + cells.length + ' cells'] : differences
  })()`)
  expect(differences).toEqual([])
  await page.context().close()
})

test('moments are shown and typed in the reader’s zone, which is said', async () => {
  const page = await newPage({ timezoneId: 'America/New_York' })
  await write(1, { Moment: '2024-05-01 10:00:00.123Z' })
  await page.goto(`${grid()}?where=(Id,eq,1)`)
  expect(await page.locator('th[data-title="Moment"]').textContent()).toContain('America/New_York')
  expect(await page.locator('tr[data-row] .instant').first().textContent()).toBe('2024-05-01 06:00:00.123')
  await openDialog(page, 1)
  const field = page.getByRole('dialog').getByLabel('Moment')
  expect(await field.inputValue()).toBe('2024-05-01T06:00:00.123')
  expect(await page.getByRole('dialog').getByText('Time zone: America/New_York').count()).toBe(1)
  await field.fill('2024-12-24T20:15:30.500')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The row is saved.').waitFor()
  expect(await read(1)).toMatchObject({ Moment: '2024-12-25 01:15:30.500+00:00' })
  // The clock leaps from 2 to 3 that night: half past two is half past three, and is shown as such.
  await openDialog(page, 1)
  await field.fill('2024-03-10T02:30:00')
  await field.blur()
  expect(await field.inputValue()).toContain('2024-03-10T03:30')
  page.on('dialog', (question) => void question.accept())
  // Half past one comes twice the night in which it goes back: an edited minute stays in the hour that it is of.
  await write(1, { Moment: '2024-11-03 06:30:00Z' })
  await openDialog(page, 1)
  await field.fill('2024-11-03T01:31:00')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The row is saved.').waitFor()
  expect(await read(1)).toMatchObject({ Moment: '2024-11-03 06:31:00+00:00' })
  await page.context().close()
})

test('a dialog with something unsaved asks before it closes, and a page before it is left', async () => {
  const page = await newPage()
  const asked: string[] = []
  let isAccepted = false
  page.on('dialog', (question) => {
    asked.push(question.type())
    void (isAccepted ? question.accept() : question.dismiss())
  })
  const mark = page.getByRole('dialog').getByLabel('Mark', { exact: true })
  await openDialog(page, 2)
  await page.keyboard.press('Escape')
  await expect.poll(() => page.locator('dialog[open]').count()).toBe(0)
  expect(asked).toEqual([])
  await openDialog(page, 2)
  await mark.fill('typed')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').getByRole('link', { name: 'Cancel' }).click()
  await page
    .getByRole('dialog')
    .getByRole('link', { name: /^Delete row/ })
    .click()
  expect(asked).toEqual(['confirm', 'confirm', 'confirm', 'confirm'])
  expect(await mark.inputValue()).toBe('typed')
  await page.evaluate('setTimeout(() => location.reload())')
  await expect.poll(() => asked.at(-1)).toBe('beforeunload')
  expect(await mark.inputValue()).toBe('typed')
  isAccepted = true
  await page.keyboard.press('Escape')
  await expect.poll(() => page.locator('dialog[open]').count()).toBe(0)
  asked.length = 0
  await openDialog(page, 2)
  await mark.fill('saved')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The row is saved.').waitFor()
  await page.goto(`${grid()}/rows/2`)
  await page.getByLabel('Mark', { exact: true }).fill('saved again')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The row is saved.').waitFor()
  expect(asked).toEqual([])
  expect(await read(2)).toMatchObject({ Mark: 'saved again' })
  await page.context().close()
})

test('a row that changed while its dialog was open is not written over unasked', async () => {
  const page = await newPage()
  await write(3, { Mark: 'first', Whole: 1 })
  await openDialog(page, 3)
  await page.getByRole('dialog').getByLabel('Mark', { exact: true }).fill('mine')
  await write(3, { Mark: 'theirs', Whole: 2 })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('alert').getByText('This row was changed while you had it open').waitFor()
  await page.getByText('Now in the row: theirs').waitFor()
  expect(await page.getByRole('dialog').getByLabel('Whole').inputValue()).toBe('2')
  expect(await read(3)).toMatchObject({ Mark: 'theirs' })
  page.on('dialog', (question) => void question.accept())
  await page.getByRole('link', { name: 'Show the row as it is now' }).click()
  await expect.poll(() => page.getByRole('dialog').getByLabel('Mark', { exact: true }).inputValue()).toBe('theirs')
  await page.getByRole('dialog').getByLabel('Mark', { exact: true }).fill('mine after all')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The row is saved.').waitFor()
  expect(await read(3)).toMatchObject({ Mark: 'mine after all', Whole: 2 })
  expect(new URL(page.url()).searchParams.get('where')).toBe('(Id,eq,3)')
  await page.context().close()
})

test.each([
  ['a dialog', openDialog],
  ['a page', (page: Page, rowId: number) => page.goto(`${grid()}/rows/${rowId}`)],
])('in %s, whoever is signed out while typing loses nothing, and saves once signed in again', async (_, open) => {
  const page = await newSession()
  await open(page, 5)
  const mark = page.locator('main, dialog').getByLabel('Mark', { exact: true }).last()
  const words = `typed ${Math.random()}`
  await mark.fill(words)
  await signOutElsewhere(page, server.url)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('You are signed out. Sign in again in another tab').waitFor()
  expect(await mark.inputValue()).toBe(words)
  await signInElsewhere(page, server.url)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The row is saved.').waitFor()
  expect(await read(5)).toMatchObject({ Mark: words })
  await page.context().close()
})

test('nothing is saved in the name of somebody else who has signed in meanwhile', async () => {
  const grace = { email: 'grace@example.org', password: 'another long password' }
  const signUp = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(grace) }
  expect((await fetch(`${server.url}/api/v1/auth/user/signup`, signUp)).status).toBe(200)
  const page = await newSession()
  await openDialog(page, 6)
  await page.getByRole('dialog').getByLabel('Mark', { exact: true }).fill('of Ada')
  await signOutElsewhere(page, server.url)
  await signInElsewhere(page, server.url, grace)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Somebody else is signed in by now.').waitFor()
  expect(await page.getByRole('dialog').getByLabel('Mark', { exact: true }).inputValue()).toBe('of Ada')
  expect((await read(6))['Mark']).not.toBe('of Ada')
  await page.context().close()
})

test('a wheel over a number scrolls the form and counts nothing', async () => {
  const page = await newPage()
  await page.goto(`${grid()}/rows/1`)
  const field = page.getByLabel('Whole')
  const before = await field.inputValue()
  await field.focus()
  await field.hover()
  await page.mouse.wheel(0, 200)
  await page.waitForTimeout(100)
  expect(await field.inputValue()).toBe(before)
  await page.context().close()
})

describe.each([
  [1280, 720],
  [390, 700],
])('at %i by %i', (width, height) => {
  test('Save is in sight on a row of 80 columns, in a dialog and on a page', async () => {
    const page = await newPage({ viewport: { width, height } })
    const isInSight = () =>
      page.getByRole('button', { name: 'Save' }).evaluate((button) => {
        const { left, right, top, bottom } = button.getBoundingClientRect()
        const on = button.ownerDocument.elementFromPoint((left + right) / 2, (top + bottom) / 2)
        return button === on || button.contains(on)
      })
    await page.goto(`${grid(wide)}/rows/1`)
    expect(await isInSight()).toBe(true)
    await page.getByLabel('Field 40').focus()
    expect(await isInSight()).toBe(true)
    await openDialog(page, 1, wide)
    expect(await isInSight()).toBe(true)
    for (const label of ['Field 40', 'Field 75']) {
      const field = page.getByRole('dialog').getByLabel(label)
      await field.focus()
      expect(await isInSight()).toBe(true)
      // What has the focus is not under the bar.
      const [bar, box] = [await page.locator('dialog .row-actions').boundingBox(), await field.boundingBox()]
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual((bar?.y ?? 0) + 1)
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    await page.context().close()
  })
})

test('axe-core finds nothing in the form of every type, new, open and refused, nor in the grid', async () => {
  const page = await newPage()
  const violations = async () => {
    await page.evaluate(AXE)
    return page.evaluate<string[]>(
      'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html.slice(0, 200))))',
    )
  }
  for (const path of ['', '/rows/1', '/rows/2', '/new-row']) {
    await page.goto(`${grid()}${path}`)
    expect({ path, found: await violations() }).toEqual({ path, found: [] })
  }
  await page.goto(`${grid()}/rows/4`)
  await page.getByLabel('Mark', { exact: true }).fill('mine')
  await page.getByLabel('Json', { exact: true }).fill('{')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.locator('.error').waitFor()
  expect(await violations()).toEqual([])
  await write(4, { Mark: 'theirs' })
  await page.getByLabel('Json', { exact: true }).fill('{}')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Now in the row: theirs').waitFor()
  expect(await violations()).toEqual([])
  page.on('dialog', (question) => void question.accept())
  await page.getByRole('link', { name: 'Show the row as it is now' }).click()
  await expect.poll(() => page.getByLabel('Mark', { exact: true }).inputValue()).toBe('theirs')
  expect(await page.getByRole('dialog').count()).toBe(0)
  await page.context().close()
})
