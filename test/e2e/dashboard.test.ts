/** A person's way through the dashboard, in a real Chromium: from an empty server to a program that uses what was copied. */
import { readFileSync } from 'node:fs'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Faults, launchBrowser, watchFaults } from '../support/browser'
import { ADMIN, HOSTILE_TITLE } from '../support/dashboard'
import { type Server, startServer } from '../support/server'

let server: Server
let browser: Browser
let context: BrowserContext
let page: Page
let faults: Faults

/** Refused requests are part of what is tested; a browser notes each of them. */
const REFUSALS = /Failed to load resource: the server responded with a status of 40[0-9]/

beforeAll(async () => {
  server = await startServer()
  browser = await launchBrowser()
  context = await browser.newContext({ acceptDownloads: true })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url })
  context.setDefaultTimeout(10_000)
  page = await context.newPage()
  faults = watchFaults(page, server.url, REFUSALS)
})

afterAll(async () => {
  await browser.close()
  await server.stop()
})

const clipboard = (from = page): Promise<string> => from.evaluate<string>('navigator.clipboard.readText()')
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
const link = (name: string | RegExp) => page.getByRole('link', { name, exact: typeof name === 'string' })
const menuItem = (name: string) => page.getByRole('menuitem', { name })
const dialog = () => page.getByRole('dialog')
const toast = () => page.locator('#toast')
/** Clicks once the page has its script, and waits until a page that this leads to has it too. */
async function press(element: Locator): Promise<void> {
  await element.click({ trial: true })
  await page.waitForLoadState()
  await element.click()
  await page.waitForLoadState()
}
const isFocused = (element: Locator): Promise<boolean> => element.evaluate((node) => node.matches(':focus'))
/** A cell of the grid: row from 0, column by its title. */
async function cell(row: number, title: string) {
  const titles = await page
    .locator('thead th[data-title]')
    .evaluateAll((heads) => heads.map((head) => head.getAttribute('data-title')))
  return page.locator('tbody tr').nth(row).locator('td').nth(titles.indexOf(title))
}

async function api(path: string, headers: Record<string, string>): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(server.url + path, { headers })
  const body: Record<string, unknown> = await response.json()
  return { status: response.status, body }
}

test('an empty server makes the first account, and it is the administrator', async () => {
  await page.goto(server.url)
  await page.getByRole('heading', { name: 'Create the first account' }).waitFor()
  await page.getByLabel('E-mail').fill(ADMIN.email)
  await page.getByLabel('Password').fill('short')
  await press(button('Create account'))
  expect(await page.getByText('must be at least 8').or(page.locator('.error')).first().textContent()).toMatch(/8/)
  await page.getByLabel('Password').fill(ADMIN.password)
  await press(button('Create account'))
  await page.waitForURL('**/projects')
  await page.getByRole('heading', { name: 'Make your first project' }).waitFor()
})

test('a project is made in a dialog that says what is wrong', async () => {
  await press(link('New Project').first())
  await dialog().getByLabel('Title').fill('x'.repeat(50))
  await dialog()
    .getByLabel('Title')
    .evaluate((input) => input.removeAttribute('maxlength'))
  await dialog().getByLabel('Title').fill('x'.repeat(51))
  await press(button('Create project'))
  await dialog().getByText('at most 50 characters').waitFor()
  await dialog().getByLabel('Title').fill('Shop')
  await press(button('Create project'))
  await page.getByRole('heading', { name: 'No tables yet' }).waitFor()
  expect(await toast().textContent()).toContain('The project is ready')
  await expect.poll(() => page.url()).not.toContain('notice')
})

test('Add Table takes a title and columns with their types in one form', async () => {
  await press(link('Add Table').first())
  await page.getByLabel('Title', { exact: true }).fill('Items')
  await page.getByLabel('Column title').nth(1).fill('Qty')
  await page.getByLabel('Column type').nth(1).selectOption('Number')
  await page.getByLabel('Column title').nth(2).fill('Status')
  await page.getByLabel('Column type').nth(2).selectOption('SingleSelect')
  await page.getByLabel('Options of a select, one a line').nth(2).fill('Open\nDone')
  await press(button('Add column'))
  await page.getByLabel('Column title').nth(3).fill('Ready')
  await page.getByLabel('Column type').nth(3).selectOption('Checkbox')
  await press(button('Create table'))
  await page.getByRole('heading', { name: 'No rows yet' }).waitFor()
  expect(
    await page.locator('thead th[data-title]').evaluateAll((heads) => heads.map((head) => head.getAttribute('data-title'))),
  ).toEqual(['Id', 'Title', 'Qty', 'Status', 'Ready', 'CreatedAt', 'UpdatedAt'])
})

test('rows are typed in place, by keyboard', async () => {
  await press(link('Add row'))
  await page.keyboard.type('Pen')
  await page.keyboard.press('Enter')
  await expect.poll(async () => (await cell(0, 'Id')).textContent()).toBe('1')
  expect(await (await cell(0, 'Title')).textContent()).toBe('Pen')
  await (await cell(1, 'Title')).focus()
  await page.keyboard.type(HOSTILE_TITLE)
  await page.keyboard.press('Enter')
  await expect.poll(async () => (await cell(1, 'Id')).textContent()).toBe('2')
  expect(await (await cell(1, 'Title')).textContent()).toBe(HOSTILE_TITLE)
  expect(await page.title()).toContain('Items')

  await (await cell(0, 'Title')).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.type('3')
  await page.keyboard.press('Tab')
  await expect.poll(async () => (await cell(0, 'Qty')).textContent()).toBe('3')
  await page.keyboard.press('Enter')
  await page.locator('.editor').getByRole('option', { name: 'Done' }).click()
  await page.keyboard.press('ArrowRight')
  await expect.poll(async () => (await cell(0, 'Status')).textContent()).toBe('Done')
  await page.keyboard.press(' ')
  await expect.poll(async () => (await cell(0, 'Ready')).getAttribute('data-value')).toBe('true')
  await page.getByText('1–2 of 2 rows').waitFor()
})

test('what the server says to a wrong value stands beside its cell, and Escape brings the old value back', async () => {
  await (await cell(0, 'Qty')).dblclick()
  await page.locator('.editor').fill('many')
  await page.keyboard.press('Enter')
  expect(await (await cell(0, 'Qty')).getByRole('alert').textContent()).toContain('The field "Qty" (Number) takes a whole number')
  expect(await (await cell(0, 'Qty')).textContent()).toContain('many')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Escape')
  expect(await (await cell(0, 'Qty')).getByRole('alert').textContent()).toContain('Escape again')
  await page.keyboard.press('Escape')
  expect(await (await cell(0, 'Qty')).textContent()).toBe('3')
})

test('a row opens as a form, and selected rows are deleted without a question', async () => {
  await press(link('Open row 1'))
  await dialog().getByLabel('Qty').fill('4')
  await press(button('Save'))
  await expect.poll(async () => (await cell(0, 'Qty')).textContent()).toBe('4')
  await page.getByLabel('Select row 2', { exact: true }).check()
  await press(button(/^Delete 1 row/))
  await toast().getByText('Deleted a row.').waitFor()
  await page.getByText('1–1 of 1 row', { exact: true }).waitFor()
})

test('columns are added, changed and removed', async () => {
  await press(link('Add column'))
  await dialog().getByLabel('Title').fill('Price')
  await dialog().getByLabel('Type').selectOption('Decimal')
  await press(dialog().getByRole('button', { name: 'Add column' }))
  await press(link('Change the column Price'))
  await dialog().getByLabel('Title').fill('Cost')
  await press(button('Save'))
  await press(link('Change the column Title'))
  await dialog().getByLabel('Type').selectOption('Number')
  await press(button('Save'))
  await dialog().getByRole('alert').waitFor()
  expect(await dialog().textContent()).toContain('Row 1')
  await press(dialog().getByRole('link', { name: 'Cancel' }))
  await press(link('Change the column Cost'))
  await press(dialog().getByRole('link', { name: /Delete column/ }))
  await dialog().getByText('Delete the column “Cost”?').waitFor()
  // Enter cancels: what cannot be undone wants a choice.
  expect(await dialog().locator(':focus').textContent()).toContain('Cancel')
  await press(dialog().getByRole('button', { name: 'Delete column' }))
  await toast().getByText('The column is deleted.').waitFor()
  expect(await page.locator('th[data-title="Cost"]').count()).toBe(0)
})

/** From the page that asks for a file to the preview of it. */
async function previewFile(name: string, text: string): Promise<void> {
  await page.getByLabel('File').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
  await press(button('Show preview'))
  await button(/^Import \d/).waitFor()
}

test('a CSV file goes into a table that is there, column by column', async () => {
  await press(link('Import CSV'))
  const rows = Array.from({ length: 60 }, (_, index) => `Book ${index};${index};Open;true`).join('\n')
  await previewFile('items.csv', `title;Qty;Status;Ready\n${rows}\n`)
  await press(button('Import 60 rows'))
  await page.getByText('60 rows were added to “Items”.').waitFor()
  await press(link('Open the table'))
  await page.getByText('1–25 of 61 rows').waitFor()
})

test('a CSV file makes a new table with fitting types', async () => {
  await press(link('Add Table').first())
  await press(link('Import a CSV file instead'))
  const text = 'Place,When,Count,Cost,Paid\nGraz,2026-01-31,3,1.5,true\nWien,2026-02-01,4,2,false\n'
  await previewFile('Visits.csv', text)
  await press(button('Import 2 rows'))
  await press(link('Open the table'))
  await page.getByText('1–2 of 2 rows').waitFor()
  expect(
    await page.locator('thead th[data-title]').evaluateAll((heads) => heads.map((head) => head.getAttribute('data-type'))),
  ).toEqual(['ID', 'SingleLineText', 'Date', 'Number', 'Decimal', 'Checkbox', 'DateTime', 'DateTime'])
  await press(link('Items'))
})

test('headers sort, the builder writes the filter, pages turn, and the snippets say the same', async () => {
  await press(link('Qty Number'))
  await press(link('Qty Number'))
  await expect.poll(async () => (await cell(0, 'Qty')).textContent()).toBe('59')
  await press(link('Filter'))
  await page.locator('[data-field]').selectOption({ label: 'Qty' })
  await page.locator('[data-operator]').selectOption('gt')
  await page.locator('[data-condition] [data-value]').fill('29')
  expect(await page.locator('#where').inputValue()).toBe('(Qty,gt,29)')
  await press(button('Add condition'))
  await page.locator('[data-field]').nth(1).selectOption({ label: 'Ready' })
  await page.locator('[data-operator]').nth(1).selectOption('checked')
  expect(await page.locator('#where').inputValue()).toBe('(Qty,gt,29)~and(Ready,checked)')
  await press(button('Apply'))
  await page.getByText('1–25 of 30 rows').waitFor()
  await press(link('Next page'))
  await page.getByText('26–30 of 30 rows').waitFor()
  await press(link('API snippets'))
  await press(dialog().getByRole('button', { name: 'Copy' }).first())
  await dialog().getByText('List: curl snippet copied.').waitFor()
  const copied = await clipboard()
  expect(copied).toContain('where=(Qty,gt,29)~and(Ready,checked)&sort=-Qty&limit=25&offset=25')
  expect(copied).toContain("-H 'xc-token: YOUR_API_TOKEN'")
  await dialog().getByRole('radio', { name: 'Python' }).check()
  await dialog().getByRole('region', { name: 'List: Python' }).waitFor()
  await dialog().getByRole('radio', { name: 'Upsert' }).check()
  await dialog().getByRole('region', { name: 'Upsert: Python' }).waitFor()
  await page.keyboard.press('Escape')
})

test('a filter that cannot be read is answered in words', async () => {
  await press(link(/^Filter/))
  await page.locator('#where').fill('(Qty,gt,many)')
  await press(button('Apply'))
  expect(await page.getByRole('alert').textContent()).toContain('"many" is not a number')
  await press(link('Show all rows'))
})

test.each([
  ['CSV for spreadsheets and programs', '\ufeffId,Title,Qty,Status,Ready,CreatedAt,UpdatedAt'],
  [
    'CSV to import again, with types',
    '\ufeffId (ID),Title (SingleLineText),Qty (Number),Status (SingleSelect),Ready (Checkbox),CreatedAt (DateTime),UpdatedAt (DateTime)',
  ],
])('Export CSV downloads the rows: %s', async (choice, headings) => {
  await press(button('Export CSV'))
  const [download] = await Promise.all([page.waitForEvent('download'), menuItem(choice).click()])
  expect(download.suggestedFilename()).toBe('Items.csv')
  const lines = readFileSync(await download.path(), 'utf8')
    .trimEnd()
    .split('\r\n')
  expect(lines[0]).toBe(headings)
  expect(lines).toHaveLength(62)
  await page.keyboard.press('Escape')
})

let dataPath = ''

test('Copy Auth Token puts a token on the clipboard that works as xc-auth, and says when it ends', async () => {
  await press(button('API'))
  await press(menuItem('Copy API URL'))
  await toast().getByText('API URL copied').waitFor()
  dataPath = `${new URL(await clipboard()).pathname}/Items`
  await press(button('API'))
  await page.keyboard.press('Enter')
  await toast().getByText('Auth Token copied. It expires on').waitFor()
  expect(await toast().textContent()).toContain('in 10 hours')
  const { status, body } = await api(dataPath, { 'xc-auth': await clipboard() })
  expect(status).toBe(200)
  expect(body).toMatchObject({ pageInfo: { totalRows: 61 } })
})

test('a menu closes with Escape and gives the focus back', async () => {
  await button('API').focus()
  await page.keyboard.press('ArrowDown')
  expect(await isFocused(menuItem('Copy Auth Token'))).toBe(true)
  await page.keyboard.press('End')
  expect(await isFocused(menuItem('Copy API URL'))).toBe(true)
  await page.keyboard.press('Escape')
  expect(await isFocused(button('API'))).toBe(true)
})

test('Swagger APIs Doc opens loaded and authorised', async () => {
  await press(button('API'))
  const [swagger] = await Promise.all([context.waitForEvent('page'), menuItem('Swagger APIs Doc').click()])
  const swaggerFaults = watchFaults(swagger, server.url)
  await swagger.locator('.opblock-tag', { hasText: 'Items' }).first().waitFor()
  expect(swagger.url()).not.toContain('eyJ')
  await swagger.locator('.btn.authorize').first().click()
  await swagger.getByRole('button', { name: 'Logout' }).or(swagger.getByText('Authorized')).first().waitFor()
  await swagger.close()
  expect(swaggerFaults).toEqual({ console: [], elsewhere: [] })
})

let apiToken = ''

test('Add New Token, a name, Generate: the token once, with snippets that hold it', async () => {
  await press(link('Team & Settings'))
  await press(link('API Tokens Management'))
  await press(link('Add New Token').first())
  await page.getByLabel('Name').fill('nightly export')
  await press(button('Generate'))
  apiToken = await page.getByLabel('The new API Token').inputValue()
  expect(apiToken).toMatch(/^[\w-]{40}$/)
  await press(page.locator('.copyable').getByRole('button', { name: 'Copy' }))
  await toast().getByText('API Token copied.').waitFor()
  expect(await clipboard()).toBe(apiToken)
  expect((await api(dataPath, { 'xc-token': apiToken })).status).toBe(200)
  const snippet = await page.locator('.snippet pre').first().textContent()
  expect(snippet).toContain(dataPath)
  expect(snippet).toContain(apiToken)
  await page.reload()
  expect(await page.content()).not.toContain(apiToken)
  expect(await page.locator('tbody').textContent()).toContain(`${apiToken.slice(0, 4)}…${apiToken.slice(-4)}`)
  expect(await page.locator('tbody').textContent()).not.toContain('Never')
})

test('Swagger takes the API Token too', async () => {
  const swagger = await (await browser.newContext()).newPage()
  await swagger.goto(`${server.url}/api/v1/db/meta/projects/${dataPath.split('/')[6]}/swagger`)
  await swagger.getByLabel('Paste an Auth Token or an API Token').fill(apiToken)
  await swagger.getByRole('button', { name: 'Open' }).click()
  await swagger.locator('.opblock-tag', { hasText: 'Items' }).first().waitFor()
  await swagger.context().close()
})

test('deleting the token asks first, and then it is refused', async () => {
  await press(link('Delete nightly export'))
  expect(await dialog().textContent()).toContain('stops working at its next request')
  await press(dialog().getByRole('button', { name: 'Delete token' }))
  await page.getByRole('heading', { name: 'No API tokens yet' }).waitFor()
  expect(await api(dataPath, { 'xc-token': apiToken })).toMatchObject({ status: 401, body: { error: 'TOKEN_INVALID' } })
})

test('an invited person signs up by the link, loses a right, and then the project, each told in a sentence', async () => {
  await press(link('Users Management'))
  await page.getByLabel('E-mail').fill('grace@example.org')
  await page.getByLabel('Role', { exact: true }).selectOption('editor')
  await press(button('Invite'))
  await press(page.locator('.copyable').getByRole('button', { name: 'Copy' }))
  await toast().getByText('Link copied.').waitFor()
  const invitation = await clipboard()

  const hers = await browser.newContext()
  const guest = await hers.newPage()
  await guest.goto(invitation)
  await guest.getByLabel('E-mail').fill('grace@example.org')
  await guest.getByLabel('Password').fill('another long password')
  await guest.getByRole('button', { name: 'Create account' }).click()
  await guest.getByRole('link', { name: /^Shop/ }).click()
  await guest.getByRole('link', { name: 'Add row' }).waitFor()
  expect(await guest.getByRole('link', { name: 'Add column' }).count()).toBe(0)

  await page.reload()
  await page.getByLabel('Role of grace@example.org').selectOption('viewer')
  await toast().getByText('The role is changed').waitFor()
  await guest.getByRole('link', { name: 'Import CSV' }).click()
  await guest.getByText('Your role in this project does not allow this').waitFor()
  expect(await guest.getByRole('link', { name: 'Add row' }).count()).toBe(0)

  await press(link('Remove grace@example.org'))
  await press(dialog().getByRole('button', { name: 'Remove' }))
  await toast().getByText('Removed from the project').waitFor()
  await guest.getByRole('link', { name: 'Items' }).click()
  await guest.getByText('no longer a member of it').waitFor()
  await hers.close()
})

test('changing the password ends the session, and so does signing out elsewhere, with a sentence', async () => {
  const elsewhere = await browser.newContext()
  const other = await elsewhere.newPage()
  await other.goto(server.url)
  await other.getByLabel('E-mail').fill(ADMIN.email)
  await other.getByLabel('Password').fill(ADMIN.password)
  await other.getByRole('button', { name: 'Sign in' }).click()
  await other.waitForURL('**/projects')

  await press(button(/^Account/))
  await press(menuItem('Account'))
  await page.getByLabel('Current password').fill('not this one')
  await page.getByLabel('New password').fill('a new long password')
  await press(button('Change password'))
  await page.getByText('Current password is wrong').waitFor()
  await page.getByLabel('Current password').fill(ADMIN.password)
  await page.getByLabel('New password').fill('a new long password')
  await press(button('Change password'))
  await page.getByText('Your password is changed').waitFor()

  await other.getByRole('link', { name: /^Shop/ }).click()
  await other.getByText('Your session has ended').waitFor()
  await elsewhere.close()

  await page.getByLabel('E-mail').fill(ADMIN.email)
  await page.getByLabel('Password').fill('a new long password')
  await press(button('Sign in'))
  await press(button(/^Account/))
  await press(menuItem('Users of this server'))
  await page.getByLabel('By invitation only').check()
  await press(button('Save'))
  await toast().getByText('Saved.').waitFor()
  await press(button(/^Account/))
  await press(menuItem('Sign out'))
  await page.getByText('You are signed out.').waitFor()
  await page.getByText('New accounts are by invitation.').waitFor()
})

test('nothing on the way broke the CSP, wrote to the console or left this server', () => {
  expect(faults).toEqual({ console: [], elsewhere: [] })
})
