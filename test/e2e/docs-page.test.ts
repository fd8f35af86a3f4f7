import { join } from 'node:path'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ABOUT_COLOURS, type Faults, axe, launchBrowser, watchFaults } from '../support/browser'
import { signOutElsewhere } from '../support/dashboard'
import { call } from '../support/http'
import { type Server, startServer } from '../support/server'

const SCREENSHOTS = join(import.meta.dirname, 'screenshots')
/** The browser's own line about an answer that the test wants to be an error. */
const REFUSED = /Failed to load resource: the server responded with a status of 40[0134]/

/** Nobody is there: what the page does, it does with the server it came from. */
const PUBLIC_URL = 'https://api.example.org'

/** Titles are what users type; nothing of them may run or render. */
const PROJECT = '<img src=x onerror=alert(1)>'
const TABLE = 'Books "2" <b>'

const ACCOUNT = { email: 'ada@example.org', password: 'correct horse battery' }

let server: Server
let browser: Browser
let authToken: string
let apiToken: string
let swaggerUrl: string

let context: BrowserContext
let page: Page
let faults: Faults

beforeAll(async () => {
  server = await startServer({ vars: { NC_PUBLIC_URL: PUBLIC_URL } })
  authToken = (await call(`${server.url}/api/v1/auth/user/signup`, { body: ACCOUNT })).token
  const project = await call(`${server.url}/api/v1/db/meta/projects`, { auth: authToken, body: { title: PROJECT } })
  const projectUrl = `${server.url}/api/v1/db/meta/projects/${project.id}`
  const columns = [
    { column_name: 'title', title: 'Title', uidt: 'SingleLineText' },
    { column_name: 'pages', title: 'Pages', uidt: 'Number' },
    { column_name: 'read', title: 'Read', uidt: 'Checkbox' },
    { column_name: 'bought', title: 'Bought', uidt: 'Date' },
  ]
  await call(`${projectUrl}/tables`, { auth: authToken, body: { table_name: 'books', title: TABLE, columns } })
  apiToken = (await call(`${projectUrl}/api-tokens`, { auth: authToken, body: { description: 'docs' } })).token
  swaggerUrl = `${projectUrl}/swagger`
  browser = await launchBrowser()
})

afterAll(async () => {
  await server.stop()
  await browser.close()
})

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  page = await context.newPage()
  faults = watchFaults(page, server.url, REFUSED)
})

afterEach(async () => {
  await context.close()
  expect(faults).toEqual({ console: [], elsewhere: [] })
})

describe("a project's Swagger page", () => {
  test('opens with an API Token, authorised, and tries an insert and a list with it', async () => {
    await openWith(apiToken)
    await screenshot('docs-project')

    const inserted = await execute('Insert', 'POST')
    expect(inserted).toMatchObject({ status: 200, headers: { 'xc-token': apiToken } })
    const listed = await execute('List rows', 'GET')
    expect(listed).toMatchObject({ status: 200, headers: { 'xc-token': apiToken } })
    await screenshot('docs-try-it-out')
  })

  test('sends the filter that its field shows, typed or chosen from the examples', async () => {
    await openWith(apiToken)
    const operation = page.locator('.opblock', { hasText: 'Delete all rows that match' }).first()
    await operation.locator('.opblock-summary-control').click()
    const filter = operation.locator('[data-param-name="filterArrJson"]')
    const sent = (): Promise<string | null> => sentBy(operation, 'filterArrJson')
    expect([await filter.locator('input').inputValue(), await sent()]).toEqual(['', null])

    await filter.locator('select').selectOption({ label: 'One condition' })
    const example = await filter.locator('input').inputValue()
    expect(example).toMatch(/^\[\{"fk_column_id":"cl_\w+","comparison_op":"like","value":"\w+"\}\]$/)
    expect(await sent()).toBe(example)

    const typed = example.replace('"like"', '"nlike"')
    await filter.locator('input').fill(typed)
    expect(await sent()).toBe(typed)
  })

  test('opens with an Auth Token, sent as xc-auth', async () => {
    await openWith(authToken)
    expect(await execute('List rows', 'GET')).toMatchObject({ status: 200, headers: { 'xc-auth': authToken } })
  })

  test('is still authorised after a reload, in this tab only and nowhere on disk', async () => {
    await openWith(apiToken)
    await page.reload()
    await title().waitFor()
    expect(await tokenForm().count()).toBe(0)
    expect(await execute('List rows', 'GET')).toMatchObject({ status: 200, headers: { 'xc-token': apiToken } })
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([])
    expect(page.url()).not.toContain(apiToken)

    const tab = await context.newPage()
    await tab.goto(swaggerUrl)
    await tab.getByLabel('Paste an Auth Token or an API Token').waitFor()
  })

  test('asks again after a reload once Authorize has logged out', async () => {
    await openWith(apiToken)
    await authorizeButton().click()
    await page.getByRole('button', { name: 'Logout xcToken' }).click()
    await page.reload()
    await tokenForm().waitFor()
    expect(await error().textContent()).toBe('')
  })

  test('has Authorize for each way to show a token', async () => {
    await openWith(apiToken)
    await authorizeButton().click()
    const dialog = page.locator('.dialog-ux')
    for (const scheme of ['xcAuth', 'xcToken', 'bearer']) expect(await dialog.textContent()).toContain(scheme)
    await screenshot('docs-authorize')
    await dialog.getByLabel('Value of bearer').fill(apiToken)
    await dialog.getByRole('button', { name: 'Authorize bearer' }).click()
    await page.reload()
    await title().waitFor()
    const listed = await execute('List rows', 'GET')
    expect(listed.headers).toMatchObject({ authorization: `Bearer ${apiToken}`, 'xc-token': apiToken })
  })

  test.each([
    { what: 'a token that is none', token: 'x'.repeat(40), says: 'did not accept' },
    { what: 'the shortened form that lists show', token: `${'x'.repeat(4)}…wxyz`, says: 'not a whole token' },
    { what: 'a broken Auth Token', token: 'a.b.c', says: 'did not accept' },
  ])('says what is wrong with $what, and opens with a good one after that', async ({ token, says }) => {
    await page.goto(swaggerUrl)
    await submit(token)
    await expect.poll(() => error().textContent()).toContain(says)
    expect(await page.locator('#docs-token-field:focus').count()).toBe(1)
    await submit(apiToken)
    await title().waitFor()
  })

  test('shows what users typed as text', async () => {
    await openWith(apiToken)
    expect(await page.locator('#swagger-ui').textContent()).toContain(TABLE)
    expect(await page.locator('img[src="x"]').count()).toBe(0)
  })
})

describe('a token in the wrong box of Authorize', () => {
  test.each([
    { what: 'an Auth Token', box: 'bearer', own: 'xcAuth', header: 'xc-auth', token: () => authToken },
    { what: 'an API Token', box: 'xcAuth', own: 'xcToken', header: 'xc-token', token: () => apiToken },
  ])('is recognised and moved: $what in $box', async ({ box, own, header, token }) => {
    await openWith(own === 'xcAuth' ? apiToken : authToken)
    await authorizeButton().click()
    const dialog = page.getByRole('dialog')
    for (const logout of await dialog.getByRole('button', { name: /^Logout/ }).all()) await logout.click()
    await dialog.getByLabel(`Value of ${box}`).fill(`Bearer ${token()} `)
    await dialog.getByRole('button', { name: `Authorize ${box}` }).click()
    await page.getByText(`it went into the box ${own}`).waitFor()
    await dialog.getByRole('button', { name: `Logout ${own}` }).waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await authorizeButton().and(page.locator(':focus')).count()).toBe(1)
    const { status, headers } = await execute('List rows', 'GET')
    expect({ status, token: headers[header], bearer: headers.authorization }).toEqual({
      status: 200,
      token: token(),
      bearer: undefined,
    })
  })
})

describe('who is signed in', () => {
  test('opens the page with the session, sees when its token ends, and after signing out where to sign in', async () => {
    await page.goto(swaggerUrl)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.getByLabel('E-mail').fill(ACCOUNT.email)
    await page.getByLabel('Password').fill(ACCOUNT.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(swaggerUrl)
    await tokenForm()
      .getByRole('button', { name: `Use my session (${ACCOUNT.email})` })
      .click()
    await title().waitFor()
    expect(await page.locator('#docs-token-in-use').textContent()).toBe(`Auth Token of ${ACCOUNT.email}, expires in 10 hours`)
    expect(await page.getByRole('link', { name: PROJECT }).getAttribute('href')).toMatch(/^\/projects\/p_\w+$/)
    expect(await page.getByRole('button', { name: /^Use my session/ }).count()).toBe(0)
    expect(await execute('List rows', 'GET')).toMatchObject({ status: 200 })

    await signOutElsewhere(page, server.url)
    await page.reload()
    await tokenForm().waitFor()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
  })
})

describe('the code of an operation', () => {
  test('says what its fields say, with the API Token in use', async () => {
    await openWith(apiToken)
    const operation = page.locator('.opblock', { hasText: 'List rows' }).first()
    await operation.locator('.opblock-summary-control').click()
    const code = operation.locator('.docs-code pre')
    await operation.locator('[data-param-name="where"] input').fill("(Title,eq,it's)")
    await expect.poll(() => code.textContent()).toMatch(/\?where=\(Title,eq,it%27s\)' \\\n {2}-H 'xc-token: [\w-]{40}'$/)
    await operation.getByRole('button', { name: 'Python' }).click()
    expect(await code.textContent()).toContain(`"xc-token": "${apiToken}"`)
    const insert = page.locator('.opblock', { hasText: 'Insert a row' }).first()
    await insert.locator('.opblock-summary-control').click()
    await expect.poll(() => insert.locator('.docs-code pre').textContent()).toContain('"Title": "Blue pen"')
    await insert.getByLabel('Request body').fill('{"Title": "Ink"}')
    await expect.poll(() => insert.locator('.docs-code pre').textContent()).toContain('"Title": "Ink"')
  })
})

describe('the page of the fixed routes', () => {
  test('opens without a token and keeps an authorisation of its own', async () => {
    await page.goto(`${server.url}/docs`)
    await title().waitFor()
    await screenshot('docs-control')
    await authorizeButton().click()
    const dialog = page.locator('.dialog-ux')
    expect(await dialog.getByLabel('Value of xcAuth').and(page.locator(':focus')).count()).toBe(1)
    await dialog.getByLabel('Value of xcAuth').fill(authToken)
    await dialog.getByRole('button', { name: 'Authorize xcAuth' }).click()
    await page.reload()
    await title().waitFor()
    await authorizeButton().click()
    expect(await page.getByRole('button', { name: 'Logout xcAuth' }).count()).toBe(1)

    await page.goto(swaggerUrl)
    await tokenForm().waitFor()
  })
})

describe('whatever servers the document names', () => {
  // Behind the configured host, and the scheme of a proxy that is not there: nothing answers at either.
  beforeEach(() => page.setExtraHTTPHeaders({ 'x-forwarded-proto': 'https' }))

  test("a project's page calls the server that it came from", async () => {
    await openWith(apiToken)
    expect(await execute('List rows', 'GET')).toMatchObject({ status: 200 })
  })

  test('the page of the fixed routes calls the server that it came from', async () => {
    await page.goto(`${server.url}/docs`)
    await page.locator('.opblock-tag', { hasText: 'Instance' }).click()
    const operation = page.locator('.opblock', { hasText: '/api/v1/version' })
    await operation.locator('.opblock-summary-control').click()
    await operation.locator('button.execute').click()
    expect(await operation.locator('.request-url').textContent()).toContain(`${server.url}/api/v1/version`)
    await operation.locator('.live-responses-table .response-col_status', { hasText: '200' }).waitFor()
  })
})

describe('what a person sees', () => {
  test.each([
    { name: 'light', colorScheme: 'light', width: 1280 },
    { name: 'dark', colorScheme: 'dark', width: 1280 },
    { name: 'narrow', colorScheme: 'light', width: 360 },
  ] as const)('fits the screen: $name', async ({ name, colorScheme, width }) => {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    await page.goto(swaggerUrl)
    await submit('x'.repeat(40))
    await expect.poll(() => error().textContent()).not.toBe('')
    await screenshot(`docs-token-${name}`)
    expect(await overflow()).toBe(0)

    await submit(apiToken)
    await title().waitFor()
    await screenshot(`docs-open-${name}`)
    expect(await overflow()).toBe(0)
    expect(await page.locator('html.dark-mode').count()).toBe(colorScheme === 'dark' ? 1 : 0)
  })
})

test.each([1280, 390])('axe-core finds nothing at a width of %i px, in light and in dark', async (width) => {
  await page.setViewportSize({ width, height: 900 })
  await openWith(apiToken)
  await execute('List rows', 'GET')
  await page.locator('.opblock', { hasText: 'Insert a row' }).first().locator('.opblock-summary-control').click()
  const found = { operations: await axeInBoth(), dialog: [''], fixed: [''] }
  await authorizeButton().click()
  await page.getByRole('dialog').waitFor()
  found.dialog = await axeInBoth()
  await page.goto(`${server.url}/docs`)
  await title().waitFor()
  found.fixed = await axeInBoth()
  expect(found).toEqual({ operations: [], dialog: [], fixed: [] })
})

async function axeInBoth(): Promise<string[]> {
  const light = await axe(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await axe(page, ABOUT_COLOURS)
  await page.emulateMedia({ colorScheme: 'light' })
  return [...light, ...dark]
}

describe('on a telephone', () => {
  beforeEach(() => page.setViewportSize({ width: 390, height: 844 }))

  test('the field that finds operations is whole, and nothing stands out of the screen', async () => {
    await page.goto(`${server.url}/docs`)
    await title().waitFor()
    await screenshot('docs-control-telephone')
    expect(await overflow()).toBe(0)
    const filter = page.locator('.operation-filter-input')
    await expectInside(filter)
    // As wide as the screen, but for its margins: the hint in it can be read.
    expect((await filter.boundingBox())?.width).toBeGreaterThan(340)
    await page.locator('.opblock-tag', { hasText: 'Rows in bulk' }).click()
    await page.locator('.opblock').first().waitFor()
    expect(await overflow()).toBe(0)
  })

  test('an open operation fits: its parameters, its answers, and what came back', async () => {
    await openWith(apiToken)
    await execute('List rows', 'GET')
    const operation = page.locator('.opblock.is-open')
    await operation.locator('[data-param-name="where"]').scrollIntoViewIfNeeded()
    await screenshot('docs-parameters-telephone')
    for (const input of await operation.locator('.parameters input, .parameters select, .parameters textarea').all())
      await expectInside(input)
    await operation.locator('.responses-inner').scrollIntoViewIfNeeded()
    await screenshot('docs-answers-telephone')
    expect(await overflow()).toBe(0)
  })
})

const field = (): Locator => page.getByLabel('Paste an Auth Token or an API Token')
const tokenForm = (): Locator => page.locator('#docs-token:visible')
const error = (): Locator => page.locator('#docs-token-error')
const title = (): Locator => page.locator('.swagger-ui .info .title')
const authorizeButton = (): Locator => page.locator('.swagger-ui .auth-wrapper .btn.authorize')

async function submit(token: string): Promise<void> {
  await field().fill(token)
  await page.getByRole('button', { name: 'Open' }).click()
}

async function openWith(token: string): Promise<void> {
  await page.goto(swaggerUrl)
  await submit(token)
  await title().waitFor()
}

interface Exchange {
  status: number
  headers: Record<string, string>
}

/** Opens the operation whose line holds `summary` and executes it as it stands; what went over the wire. */
async function execute(summary: string, method: string): Promise<Exchange> {
  const operation = page.locator('.opblock', { hasText: summary }).first()
  await operation.locator('.opblock-summary-control').click()
  const answered = page.waitForResponse(
    (response) => response.url().includes('/api/v1/db/data/') && response.request().method() === method,
  )
  await operation.locator('button.execute').click()
  const response = await answered
  await operation.locator('.live-responses-table').waitFor()
  return { status: response.status(), headers: await response.request().allHeaders() }
}

/** The value of a parameter in the query when an open operation is executed; null when it was not sent. */
async function sentBy(operation: Locator, parameter: string): Promise<string | null> {
  const asked = page.waitForRequest((request) => request.url().includes('/api/v1/db/data/'))
  await operation.locator('button.execute').click()
  return new URL((await asked).url()).searchParams.get(parameter)
}

/** Pixels that stand out of the window to the right. */
function overflow(): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}

/** Between the edges of the screen, with a little room. */
async function expectInside(part: Locator): Promise<void> {
  const box = await part.boundingBox()
  const width = page.viewportSize()?.width ?? 0
  expect(box).not.toBeNull()
  expect({ left: (box?.x ?? 0) >= 4, right: (box?.x ?? 0) + (box?.width ?? 0) <= width - 4 }).toEqual({ left: true, right: true })
}

async function screenshot(name: string): Promise<void> {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: false })
}
