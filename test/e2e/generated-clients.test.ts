/**
 * What people make of the two documents: clients, by the two generators that most of them use, with the settings that these
 * come with. The programs below are compiled against the generated code, then run against the server.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signUpFirst } from '../support/dashboard'
import { type Server, startServer } from '../support/server'

const run = promisify(execFile)

const ROOT = resolve(import.meta.dirname, '../..')
const CLIENTS = join(ROOT, 'test/clients')
/** Inside, so that generated code finds the packages it imports. Git and the linters ignore it. */
const GENERATED = join(CLIENTS, 'generated')

/** Titles that are no names in code, or the same name, or none that ASCII has letters for. */
const HARD_TITLES = ['books!', 'Books view', '<script>alert(1)</script>', '2026 Budget', 'Straße', '本']

const BOOKS = {
  title: 'Books',
  columns: [
    { title: 'Title', uidt: 'SingleLineText', rqd: true },
    { title: 'Copies', uidt: 'Number', rqd: true, cdf: '1' },
    { title: 'Genre', uidt: 'SingleSelect', cdf: 'novel', colOptions: { options: [{ title: 'novel' }, { title: 'poem' }] } },
    { title: 'Read', uidt: 'Checkbox', rqd: true },
    { title: 'Notes', uidt: 'JSON' },
    { title: 'class', uidt: 'SingleLineText' },
  ],
}

/** Names of fields that mean something to documents, to JavaScript, or to a comment. */
const ODD = {
  title: '__proto__',
  columns: ['constructor', '$ref', '*/ a "comment" `${ends}`', 'Count'].map((title) => ({
    title,
    uidt: title === 'Count' ? 'Number' : 'SingleLineText',
  })),
}

/** What both clients must have of a new row that names its required field alone. */
const NEW_ROW = { Title: 'Emma', Copies: 1, Genre: 'novel', Read: false, Notes: null, class: null }

const OPENAPI_FETCH = (path: string) => `
import createClient from 'openapi-fetch'
import type { components, operations, paths } from './project'
import type { operations as fixed, paths as fixedPaths } from './control'

type NewBook = components['schemas']['BooksNewRow']
const emma: NewBook = { Title: 'Emma' }
// @ts-expect-error a required field is missing
const untitled: NewBook = { Copies: 2 }
// @ts-expect-error the server sets it
const dated: NewBook = { Title: 'Emma', CreatedAt: '2026-01-31' }
const everything: NewBook = { Title: 'Emma', Copies: 2, Genre: 'poem', Read: true, Notes: { pages: 474 }, class: null }
const operation: operations['booksInsertRow']['requestBody']['content']['application/json'] = emma
const together: fixed['table-row-bulk-changes']['requestBody']['content']['application/json'] = { insert: [{ Title: 'Emma' }] }
const odd: components['schemas']['ProtoNewRow'] = { constructor: 'Ford', Count: 2, '*/ a "comment" \`\${ends}\`': null }
export const written = [untitled, dated, everything, operation, together, odd]

export async function insert(baseUrl: string, token: string): Promise<components['schemas']['BooksRow'] | undefined> {
  const client = createClient<paths>({ baseUrl, headers: { 'xc-token': token } })
  const { data, error } = await client.POST('${path}', { body: emma })
  if (error !== undefined) throw new Error(error.error satisfies string)
  return data
}

export async function list(baseUrl: string, token: string): Promise<(string | null | undefined)[]> {
  const client = createClient<paths>({ baseUrl, headers: { 'xc-token': token } })
  const { data } = await client.GET('${path}', { params: { query: { where: '(Title,eq,Emma)', limit: 1 } } })
  return data?.list.map((row) => row.Title) ?? []
}

export async function projects(baseUrl: string, token: string): Promise<string[]> {
  const client = createClient<fixedPaths>({ baseUrl, headers: { 'xc-token': token } })
  const { data } = await client.GET('/api/v1/db/meta/projects', {})
  return data?.list.map((project) => project.title) ?? []
}
`

const HEY_API = `
import { client as fixed } from './control/client.gen'
import { projectList, tableRowBulkChanges } from './control/sdk.gen'
import { client } from './project/client.gen'
import { booksInsertRow, booksListRows, booksUpdateRow } from './project/sdk.gen'
import type { BooksNewRow, BooksRow, ProtoNewRow } from './project/types.gen'

const emma: BooksNewRow = { Title: 'Emma' }
// @ts-expect-error a required field is missing
const untitled: BooksNewRow = { Copies: 2 }
// @ts-expect-error the server sets it
const dated: BooksNewRow = { Title: 'Emma', CreatedAt: '2026-01-31' }
const odd: ProtoNewRow = { constructor: 'Ford', Count: 2, '*/ a "comment" \`\${ends}\`': null }
export const written = [untitled, dated, tableRowBulkChanges, odd]

function configure(baseUrl: string, token: string): void {
  for (const each of [client, fixed]) each.setConfig({ baseUrl, auth: (scheme) => (scheme.name === 'xc-token' ? token : undefined) })
}

export async function insert(baseUrl: string, token: string): Promise<BooksRow | undefined> {
  configure(baseUrl, token)
  const { data, error } = await booksInsertRow({ body: emma })
  if (error !== undefined) throw new Error(error.error)
  const { data: changed } = await booksUpdateRow({ path: { rowId: data.Id }, body: { Notes: { pages: 474 } } })
  const { data: restored } = await booksUpdateRow({ path: { rowId: data.Id }, body: { Notes: changed === undefined ? 'lost' : null } })
  return restored
}

export async function list(baseUrl: string, token: string): Promise<(string | null | undefined)[]> {
  configure(baseUrl, token)
  const { data } = await booksListRows({ query: { where: '(Title,eq,Emma)', limit: 1 } })
  return data?.list.map((row) => row.Title) ?? []
}

export async function projects(baseUrl: string, token: string): Promise<string[]> {
  configure(baseUrl, token)
  const { data } = await projectList()
  return data?.list.map((project) => project.title) ?? []
}
`

interface Program {
  insert: (url: string, token: string) => Promise<Record<string, unknown> | undefined>
  list: (url: string, token: string) => Promise<unknown[]>
  projects: (url: string, token: string) => Promise<string[]>
}

/** For generated code and programs alike: as strict as a careful project is. */
const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    types: [],
    noEmit: true,
  },
  include: ['**/*.ts'],
}

let server: Server
let token: string

beforeAll(async () => {
  rmSync(GENERATED, { recursive: true, force: true })
  mkdirSync(GENERATED, { recursive: true })
  server = await startServer()
  const api = await signUpFirst(server.url)
  ;({ token } = await api<{ token: string }>('POST', '/api/v1/tokens', { description: 'generated clients' }))
  const project = await api<{ id: string }>('POST', '/api/v1/db/meta/projects', { title: 'Library' })
  const meta = `/api/v1/db/meta/projects/${project.id}`
  const books = await api<{ id: string }>('POST', `${meta}/tables`, BOOKS)
  await api('POST', `${meta}/tables`, ODD)
  for (const title of HARD_TITLES) await api('POST', `${meta}/tables`, { title, columns: [] })
  write('project.json', JSON.stringify(await api('GET', `${meta}/swagger.json`)))
  write('control.json', JSON.stringify(await api('GET', '/openapi.json')))
  write('tsconfig.json', JSON.stringify(TSCONFIG))
  write('with-openapi-fetch.ts', OPENAPI_FETCH(`/api/v1/db/data/noco/${project.id}/${books.id}`))
  write('with-hey-api.ts', HEY_API)
  await Promise.all(['project', 'control'].map(generate))
})

afterAll(async () => {
  await server.stop()
  rmSync(GENERATED, { recursive: true, force: true })
})

function write(name: string, text: string): void {
  writeFileSync(join(GENERATED, name), text)
}

/** As their manuals say, without a setting. */
async function generate(document: string): Promise<void> {
  await run(process.execPath, [tool('openapi-typescript/bin/cli.js'), `${document}.json`, '-o', `${document}.ts`], {
    cwd: GENERATED,
  })
  await run(process.execPath, [tool('@hey-api/openapi-ts/bin/run.js'), '-i', `${document}.json`, '-o', document, '-s'], {
    cwd: GENERATED,
  })
}

/** npm puts a package of test/clients where there is no other version of it. */
function tool(script: string): string {
  const paths = [CLIENTS, ROOT].map((folder) => join(folder, 'node_modules', script))
  return paths.find((path) => existsSync(path)) ?? script
}

/** What the compiler says of the generated code and the programs that use it. */
async function compile(): Promise<string> {
  try {
    return (await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', GENERATED])).stdout
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

test('what both generators make of both documents compiles, and so do programs that say no more than they must', async () => {
  expect(await compile()).toBe('')
})

test('names are those of the tables: readable, and each its own', () => {
  const sdk = readFileSync(join(GENERATED, 'project/sdk.gen.ts'), 'utf8')
  const names = [...sdk.matchAll(/export const (\w+)UpsertRows /g)].map(([, name]) => name)
  expect(names.toSorted()).toEqual([
    'books',
    'books2',
    'booksView2',
    'proto',
    'scriptAlert1Script',
    'strasse',
    'table2026Budget',
    expect.stringMatching(/^tableMd[A-Za-z0-9]{14,}$/),
  ])
  const operations = [...sdk.matchAll(/export const (\w+) /g)].map(([, name]) => name)
  expect(operations).toHaveLength(names.length * 29)
  expect(new Set(operations).size).toBe(operations.length)
})

describe.each(['with-openapi-fetch', 'with-hey-api'])('a client %s', (name) => {
  let program: Program

  beforeAll(async () => {
    program = (await import(join(GENERATED, `${name}.ts`))) as Program
  })

  test('inserts a row with the required field alone, and has the row as it was stored', async () => {
    expect(await program.insert(server.url, token)).toMatchObject({ ...NEW_ROW, Id: expect.any(Number) })
  })

  test('lists rows, and projects', async () => {
    expect(await program.list(server.url, token)).toEqual(['Emma'])
    expect(await program.projects(server.url, token)).toEqual(['Library'])
  })
})
