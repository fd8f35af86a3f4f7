/** The docs page of a project with names of the worst kind: every operation opens, whole, and what users typed is text. */
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser, watchFaults } from '../support/browser'
import { call } from '../support/http'
import { type Server, startServer } from '../support/server'
import { HOSTILE_NAMES } from '../unit/openapi/tables'

const TABLE = '<img src=x onerror=alert(1)> "2" **b** [x](javascript:alert(1)) \u202E'

let server: Server
let browser: Browser
let apiToken: string
let swaggerUrl: string

beforeAll(async () => {
  server = await startServer()
  browser = await launchBrowser()
  const account = { email: 'ada@example.org', password: 'correct horse battery' }
  const auth = (await call(`${server.url}/api/v1/auth/user/signup`, { body: account })).token
  apiToken = (await call(`${server.url}/api/v1/tokens`, { auth, body: { description: 'docs' } })).token
  const project = await call(`${server.url}/api/v1/db/meta/projects`, { auth, body: { title: HOSTILE_NAMES[0] } })
  const columns = HOSTILE_NAMES.map((name, index) => ({ title: name, column_name: `c${index}`, uidt: 'SingleLineText' }))
  const pick = { title: 'Pick', uidt: 'SingleSelect', colOptions: { options: HOSTILE_NAMES.map((title) => ({ title })) } }
  const projectUrl = `${server.url}/api/v1/db/meta/projects/${project.id}`
  await call(`${projectUrl}/tables`, { auth, body: { title: TABLE, table_name: TABLE, columns: [...columns, pick] } })
  swaggerUrl = `${projectUrl}/swagger`
})

afterAll(async () => {
  await server.stop()
  await browser.close()
})

test('whatever a project, its tables and their fields are called, every operation opens, and shows it as text', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  const faults = watchFaults(page, server.url, /status of 401/)
  await page.goto(swaggerUrl)
  await page.getByLabel('Paste an Auth Token or an API Token').fill(apiToken)
  await page.getByRole('button', { name: 'Open' }).click()
  await page.locator('.opblock').first().waitFor()
  expect(await page.locator('.opblock-tag').count()).toBe(1)
  expect(await page.locator('.opblock').count()).toBe(18)
  expect(await page.locator('.path-title').first().textContent()).toBe(TABLE)
  await page.getByLabel('Operations through the default view too').check()
  await expect.poll(() => page.locator('.opblock').count()).toBe(29)
  expect(await page.locator('.opblock-tag').count()).toBe(1)
  const operations = await page.locator('.opblock').all()
  expect(operations).toHaveLength(29)
  for (const operation of operations) {
    await operation.locator('.opblock-summary-control').click()
    await operation.locator('.responses-table .response').first().waitFor()
    // The schemas too: of the body, and of the answer.
    for (const tab of (await operation.locator('.tablinks[data-name="model"]').all()).slice(0, 2)) await tab.click()
    // Every parameter is text to type: a file to choose would be sent without being shown.
    expect(await operation.locator('input[type="file"]').count()).toBe(0)
    expect(await page.locator('img[src="x"], #swagger-ui script, #swagger-ui a[href^="javascript"]').count()).toBe(0)
    await expectWhole(operation)
    // Closed again: Swagger UI draws all that is open anew at every change.
    await operation.locator('.opblock-summary-control').click()
  }
  expect(await page.locator('#swagger-ui').textContent()).toContain(TABLE)
  expect(faults).toEqual({ console: [], elsewhere: [] })
  await context.close()
})

/** With the parameters of its path, and in the example of a row what the row is all of: public/docs/document.js sees to both. */
async function expectWhole(operation: Locator): Promise<void> {
  const path = (await operation.locator('.opblock-summary-path').textContent()) ?? ''
  const shown = await operation
    .locator('.parameters tr')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-param-name')))
  for (const name of ['rowId', 'groupColumnId']) expect(shown.includes(name)).toBe(path.includes(`{${name}}`))
  if ((await operation.locator('.opblock-summary-description').textContent()) !== 'Insert a row') return
  await operation.locator('.response .tablinks[data-name="example"]').first().click()
  expect(await operation.locator('.response .example').first().textContent()).toContain('"Id": 1')
}
