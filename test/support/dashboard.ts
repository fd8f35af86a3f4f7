/** A server with something to see on it, and every screen of the dashboard: for tests of all screens, and for screenshots. */
import type { BrowserContext, Page } from 'playwright-core'

export const ADMIN = { email: 'ada@example.org', password: 'correct horse battery' }

/** A title that would run, were it ever taken for HTML. */
export const HOSTILE_TITLE = `<img src=x onerror="document.title='owned'">'"&amp;`

interface Seeded {
  projectId: string
  /** Of the table with every kind of column. */
  items: string
  /** Of a table of 80 columns. */
  wide: string
  /** Of a table without rows. */
  empty: string
  /** Of a column of `items`. */
  column: string
  /** Of a member of the project. */
  member: string
  apiToken: number
  reset: string
}

/** A client of the API, signed in as the administrator. */
export async function signUpFirst(url: string) {
  const { token } = await call<{ token: string }>(url, '', 'POST', '/api/v1/auth/user/signup', ADMIN)
  return <Answer>(method: string, path: string, body?: unknown) => call<Answer>(url, token, method, path, body)
}

async function call<Answer>(url: string, token: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', 'xc-auth': token },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer = (await response.json()) as Answer
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`)
  return answer
}

const WORDS = [
  'Pencil',
  'Notebook',
  'Ruler',
  'Eraser',
  'Stapler',
  'Marker',
  'Folder',
  'Envelope',
  'Scissors',
  'Globe',
  'Lamp',
  'Clock',
]
const COLOURS = ['red', 'green', 'blue', 'graphite', 'brass', 'ivory']

/** Makes projects, tables, rows, people and a token. `hostile`: with titles that try to run, or to break the layout. */
export async function seed(url: string, { hostile = true } = {}): Promise<Seeded> {
  const api = await signUpFirst(url)
  const title = hostile ? HOSTILE_TITLE : 'Customers'
  const project = await api<{ id: string }>('POST', '/api/v1/db/meta/projects/', { title: 'Stationery shop' })
  for (const name of ['Library', 'Книги и журналы', 'Ein recht langer Titel, der zeigt, was passiert', title]) {
    await api('POST', '/api/v1/db/meta/projects/', { title: name.slice(0, 50) })
  }
  const tables = `/api/v1/db/meta/projects/${project.id}/tables`
  type Table = { id: string; columns: { id: string; title: string }[] }
  const items = await api<Table>('POST', tables, { title: 'Items', columns: ITEM_COLUMNS })
  const empty = await api<Table>('POST', tables, {
    title: 'Orders',
    columns: [{ title: 'Number' }, { title: 'Total', uidt: 'Decimal' }],
  })
  const columns = Array.from({ length: 76 }, (_, index) => ({
    title: `Field ${index + 1}`,
    uidt: index % 3 === 0 ? 'Number' : 'SingleLineText',
  }))
  const wide = await api<Table>('POST', tables, { title: 'Eighty columns', columns })
  await api('POST', tables, { title, columns: [{ title }] })
  await api('POST', tables, {
    title: hostile ? 'A very long title of a table '.repeat(8).trim() : 'Suppliers',
    columns: [{ title: 'Title' }],
  })
  await api(
    'POST',
    `/api/v1/db/data/bulk/noco/${project.id}/Items`,
    Array.from({ length: 137 }, (_, index) => item(index, title)),
  )
  const cells = (row: number) =>
    Object.fromEntries(columns.map(({ title, uidt }, at) => [title, uidt === 'Number' ? row * at : `cell ${row}.${at}`]))
  await api(
    'POST',
    `/api/v1/db/data/bulk/noco/${project.id}/${wide.id}`,
    Array.from({ length: 40 }, (_, row) => cells(row)),
  )
  const members = `/api/v1/db/meta/projects/${project.id}/users`
  await api('POST', members, { email: 'grace@example.org', roles: 'editor' })
  await api('POST', members, { email: 'katherine.with.a.rather.long.address@subdomain.example.org', roles: 'viewer' })
  const { users } = await api<{ users: { list: { id: string; email: string }[] } }>('GET', members)
  const token = await api<{ id: number }>('POST', '/api/v1/tokens', { description: 'nightly export' })
  await api('POST', '/api/v1/tokens', { description: title })
  const member = users.list.find(({ email }) => email === 'grace@example.org')?.id ?? ''
  const reset = await api<{ reset_password_url: string }>('POST', `/api/v1/users/${member}/generate-reset-url`)
  return {
    projectId: project.id,
    items: items.id,
    wide: wide.id,
    empty: empty.id,
    column: items.columns.find(({ title }) => title === 'Status')?.id ?? '',
    member,
    apiToken: token.id,
    reset: new URL(reset.reset_password_url).pathname,
  }
}

const ITEM_COLUMNS = [
  { title: 'Title', pv: true, rqd: true },
  { title: 'Qty', uidt: 'Number' },
  { title: 'Price', uidt: 'Currency' },
  { title: 'Status', uidt: 'SingleSelect', dtxp: "'In stock','Ordered','Sold out'" },
  { title: 'Colours', uidt: 'MultiSelect', dtxp: COLOURS.map((colour) => `'${colour}'`).join(',') },
  { title: 'Fragile', uidt: 'Checkbox' },
  { title: 'Delivered', uidt: 'Date' },
  { title: 'Notes', uidt: 'LongText' },
  { title: 'Details', uidt: 'JSON' },
]

function item(index: number, third: string) {
  const word = WORDS[index % WORDS.length] ?? ''
  return {
    Title: index === 3 ? third : `${word} ${COLOURS[index % COLOURS.length]}`,
    Qty: (index * 37) % 250,
    Price: ((index * 113) % 4000) / 100,
    Status: ['In stock', 'Ordered', 'Sold out'][index % 3],
    Colours: index % 4 === 0 ? 'red,blue' : (COLOURS[index % COLOURS.length] ?? ''),
    Fragile: index % 5 === 0,
    Delivered: `2026-0${(index % 9) + 1}-1${index % 9}`,
    Notes: index % 6 === 0 ? 'On the second shelf, behind the globes. Ask before sending any of them by post.' : null,
    Details: index % 7 === 0 ? { weight: index, origin: 'Graz' } : null,
  }
}

/** Signs a browser in, through the page. */
export async function signIn(page: Page, url: string, { email, password } = ADMIN): Promise<void> {
  await page.goto(url)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/projects')
}

/** Signs the browser of a page out, in another tab. */
export async function signOutElsewhere(page: Page, url: string): Promise<void> {
  const other = await page.context().newPage()
  await other.goto(`${url}/projects`)
  await other.getByRole('button', { name: /^Account/ }).click()
  await other.getByRole('menuitem', { name: 'Sign out' }).click()
  await other.getByLabel('Password').waitFor()
  await other.close()
}

/** Signs it in again, in another tab. */
export async function signInElsewhere(page: Page, url: string, who = ADMIN): Promise<void> {
  const other = await page.context().newPage()
  await signIn(other, url, who)
  await other.close()
}

export interface Screen {
  name: string
  path: string
  /** Shown to those who are not signed in. */
  isPublic?: true
  /** What is done on it before it is looked at. */
  prepare?: (page: Page) => Promise<void>
}

/** Every screen there is, on a seeded server. */
export function screens(seeded: Seeded): Screen[] {
  const project = `/projects/${seeded.projectId}`
  const table = `${project}/tables/${seeded.items}`
  const click = (name: string) => async (page: Page) => {
    await page.getByRole('link', { name }).first().click()
    await page.locator('dialog[open]').waitFor()
  }
  return [
    { name: 'sign-in', path: '/', isPublic: true },
    { name: 'sign-in-refused', path: '/', isPublic: true, prepare: signInWrongly },
    { name: 'sign-up', path: '/sign-up', isPublic: true },
    { name: 'forgot-password', path: '/forgot-password', isPublic: true },
    { name: 'invitation', path: '/auth/signup/abc', isPublic: true },
    { name: 'reset', path: seeded.reset, isPublic: true },
    { name: 'reset-dead', path: '/auth/password/reset/abc', isPublic: true },
    { name: 'verify', path: '/auth/email/verify/abc', isPublic: true },
    { name: 'projects', path: '/projects' },
    { name: 'projects-search-empty', path: '/projects?q=nothing' },
    { name: 'new-project', path: '/projects/new' },
    { name: 'new-project-dialog', path: '/projects', prepare: click('New Project') },
    { name: 'account-menu', path: '/projects', prepare: (page) => page.getByRole('button', { name: /^Account/ }).click() },
    { name: 'new-table', path: `${project}/tables/new`, prepare: chooseSelect },
    { name: 'table', path: table },
    { name: 'table-menu', path: table, prepare: (page) => page.getByRole('button', { name: 'API', exact: true }).click() },
    { name: 'table-filter', path: `${table}?where=(Qty,gt,3)~and(Status,eq,Ordered)&sort=-Qty&filter=1` },
    { name: 'table-filter-wrong', path: `${table}?where=(Qty,gt,many)` },
    { name: 'table-filter-no-match', path: `${table}?where=(Qty,gt,99999)` },
    { name: 'table-edit-refused', path: table, prepare: editWrongly },
    { name: 'table-selected', path: table, prepare: (page) => page.getByLabel('Select row 2', { exact: true }).check() },
    { name: 'table-empty', path: `${project}/tables/${seeded.empty}` },
    { name: 'table-wide', path: `${project}/tables/${seeded.wide}` },
    { name: 'table-settings', path: `${table}/settings` },
    { name: 'table-delete', path: `${table}/delete` },
    { name: 'row', path: `${table}/rows/1` },
    { name: 'row-dialog', path: table, prepare: click('Open row 1') },
    { name: 'row-new', path: `${table}/new-row` },
    { name: 'rows-delete', path: `${table}/delete-rows?row=1&row=2` },
    { name: 'column-new-dialog', path: table, prepare: click('Add column') },
    { name: 'column-change', path: `${table}/columns/${seeded.column}` },
    { name: 'column-delete', path: `${table}/columns/${seeded.column}/delete` },
    { name: 'snippets', path: table, prepare: click('API snippets') },
    { name: 'import', path: `${table}/import` },
    { name: 'import-new', path: `${project}/import` },
    { name: 'import-preview', path: `${project}/import`, prepare: (page) => previewImport(page, 'new.csv', PEOPLE) },
    { name: 'import-existing', path: `${table}/import`, prepare: (page) => previewImport(page, 'more.csv', PEOPLE) },
    { name: 'import-refused', path: `${table}/import`, prepare: importWrongly },
    { name: 'import-done', path: `${table}/import`, prepare: finishImport },
    { name: 'api-tokens', path: `${project}/settings/api-tokens` },
    { name: 'api-tokens-add', path: `${project}/settings/api-tokens?add=1` },
    { name: 'api-tokens-fresh', path: `${project}/settings/api-tokens?add=1`, prepare: generateToken },
    { name: 'api-tokens-delete', path: `${project}/settings/api-tokens/${seeded.apiToken}/delete` },
    { name: 'users', path: `${project}/settings/users` },
    { name: 'users-invited', path: `${project}/settings/users`, prepare: invite },
    { name: 'users-remove', path: `${project}/settings/users/${seeded.member}/remove` },
    { name: 'project-settings', path: `${project}/settings/project` },
    { name: 'project-delete', path: `${project}/delete` },
    { name: 'account', path: '/account' },
    { name: 'account-tokens', path: '/account/api-tokens' },
    { name: 'admin', path: '/admin/users' },
    {
      name: 'admin-audit-open',
      path: '/admin/audit?action=member.added',
      prepare: (page) => page.getByText('Member added:').first().click(),
    },
    { name: 'project-audit', path: `${project}/settings/audit` },
    { name: 'admin-remove', path: `/admin/users/${seeded.member}/remove` },
    { name: 'not-found', path: '/projects-of-nobody' },
  ]
}

/** The pages of one kind share a browser context, so that signing in happens once. */
export interface Contexts {
  signedIn: BrowserContext
  signedOut: BrowserContext
}

async function signInWrongly(page: Page): Promise<void> {
  await page.getByLabel('E-mail').fill('nobody@example.org')
  await page.getByLabel('Password').fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').waitFor()
}

async function chooseSelect(page: Page): Promise<void> {
  await page.getByLabel('Column title').nth(1).fill('Status')
  await page.getByLabel('Column type').nth(1).selectOption('SingleSelect')
}

async function editWrongly(page: Page): Promise<void> {
  await page.locator('tbody tr').nth(1).locator('td').nth(2).dblclick()
  await page.locator('.editor').fill('many')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').waitFor()
}

/** With a date that may be read two ways, a cell that does not fit, a column that the table does not have, a short line. */
const PEOPLE = `Title,Qty,Delivered,Colour\n${Array.from({ length: 200 }, (_, row) => `Pen ${row},${row === 150 ? 'many' : row},0${(row % 9) + 1}/02/2026,red`).join('\n')}\nshort\n`

/** An import stays until it is finished: the next look at it goes on with the one that is there. */
async function previewImport(page: Page, name: string, text: string): Promise<void> {
  const begun = page.getByRole('link', { name, exact: true })
  if ((await begun.count()) > 0) await begun.click()
  else {
    await page.getByLabel('File').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
    await page.getByRole('button', { name: 'Show preview' }).click()
  }
  await confirmImport(page).waitFor()
}

function confirmImport(page: Page) {
  return page.getByRole('button', { name: /^Import \d/ })
}

async function importWrongly(page: Page): Promise<void> {
  await previewImport(page, 'wrong.csv', 'Title,Qty\nfine,1\nwrong,many\n,3\n')
  await confirmImport(page).click()
  await page.getByRole('alert').waitFor()
}

async function finishImport(page: Page): Promise<void> {
  await previewImport(page, 'items.csv', 'Title,Qty,Colour\nfine,1,red\nfine,2,blue\n')
  await confirmImport(page).click()
  await page.getByRole('link', { name: 'Open the table' }).waitFor()
}

async function generateToken(page: Page): Promise<void> {
  await page.getByLabel('Name').fill('shop front')
  await page.getByRole('button', { name: 'Generate' }).click()
  await page.getByText('is ready').waitFor()
}

async function invite(page: Page): Promise<void> {
  await page.getByLabel('E-mail').fill(`new.${Math.random().toString(36).slice(2, 8)}@example.org`)
  await page.getByRole('button', { name: 'Invite' }).click()
  await page.getByText('Pass this link on').waitFor()
}
