/** Importing a CSV file without a script: the form that has the file, the preview, and the form that confirms. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { hmacSha256 } from '../../src/lib/crypto'
import {
  type Answer,
  ORIGIN,
  type Person,
  addMember,
  claimsOf,
  createProject,
  createTable,
  dump,
  request,
  signUp,
  succeed,
  superAdmin,
} from '../support/client'

let admin: Person
let projectId: string

beforeAll(async () => {
  admin = await superAdmin()
  projectId = (await createProject(admin.auth)).id
})

async function send(path: string, fields: Record<string, string | File>, person = admin): Promise<Answer> {
  const form = new FormData()
  form.set('csrf', await hmacSha256(env.NC_AUTH_JWT_SECRET, `form:${String(claimsOf(person.auth)['sid'])}`))
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  const encoded = new Response(form)
  const headers = { 'content-type': encoded.headers.get('content-type') ?? '', accept: 'text/html', origin: ORIGIN }
  return request('POST', path, { refresh: person.refresh, body: new Uint8Array(await encoded.arrayBuffer()), headers })
}

const look = (path: string, person = admin) => request('GET', path, { refresh: person.refresh, headers: { accept: 'text/html' } })

/** Sends a file; the path of its import. */
async function upload(text: string, { name = 'Pens.csv', table = '' } = {}): Promise<string> {
  const place = table === '' ? `/projects/${projectId}/import` : `/projects/${projectId}/tables/${table}/import`
  const { status, headers } = await send(place, { file: new File([text], name) })
  expect(status).toBe(303)
  return headers.get('location') ?? ''
}

async function tables(): Promise<string[]> {
  const { body } = await succeed(request('GET', `/api/v1/db/meta/projects/${projectId}/tables`, { auth: admin.auth }))
  return body.list.map(({ title }: { title: string }) => title)
}

async function rowsOf(title: string, fields: string): Promise<unknown> {
  const path = `/api/v1/db/data/noco/${projectId}/${encodeURIComponent(title)}?fields=${fields}`
  return (await succeed(request('GET', path, { auth: admin.auth }))).body.list
}

/** Texts of the elements that a pattern finds. */
const found = (html: string, pattern: RegExp): string[] => Array.from(html.matchAll(pattern), ([, text = '']) => text)

describe('a file for a new table', () => {
  test('is previewed before anything is made, and confirmed without the file', async () => {
    const path = await upload('Name,Qty\npen,3\nink,4\n')
    const { body } = await look(path)
    expect(body).toContain('2 rows, 2 columns. Nothing is made yet.')
    expect(found(body, /<input type="text" name="c\d\.title" value="([^"]*)"/g)).toEqual(['Name', 'Qty'])
    expect(body).not.toContain('type="file"')
    expect(await tables()).not.toContain('Pens')
    const confirmed = await send(path, { do: 'run', title: 'Pens' })
    expect([confirmed.status, confirmed.headers.get('location')]).toEqual([303, path])
    expect((await look(path)).body).toContain('2 rows were added to “Pens”.')
    expect(await rowsOf('Pens', 'Name,Qty')).toEqual([
      { Name: 'pen', Qty: 3 },
      { Name: 'ink', Qty: 4 },
    ])
  })

  test('without a header row gives its first row, too, once the form says so', async () => {
    const path = await upload('Berlin,3.5\nKiel,4.5\n')
    expect((await look(path)).body).toContain('&quot;3.5&quot; looks like a value')
    await send(path, { do: 'preview', headerLine: '0' })
    const { body } = await look(path)
    expect(body).toContain('2 rows, 2 columns')
    expect(found(body, /<input type="text" name="c\d\.title" value="([^"]*)"/g)).toEqual(['Column 1', 'Column 2'])
  })

  test('gets the titles and types that the form says, without the columns that it leaves out', async () => {
    const path = await upload('Name,Qty,Note\npen,3,x\n')
    const before = (title: string, type: string) => JSON.stringify([title, type, ''])
    await send(path, {
      do: 'run',
      title: 'Chosen',
      'c0.before': before('Name', 'SingleLineText'),
      'c0.taken': 'on',
      'c0.title': 'Article',
      'c0.type': 'LongText',
      'c1.before': before('Qty', 'Number'),
      'c1.taken': 'on',
      'c1.title': 'Qty',
      'c1.type': 'Decimal',
      'c2.before': before('Note', 'SingleLineText'),
      'c2.title': 'Note',
    })
    const { body } = await succeed(request('GET', `/api/v1/db/meta/projects/${projectId}/tables`, { auth: admin.auth }))
    const { id } = body.list.find(({ title }: { title: string }) => title === 'Chosen')
    const { columns } = (await succeed(request('GET', `/api/v1/db/meta/tables/${id}`, { auth: admin.auth }))).body
    expect(columns.map(({ title, uidt }: { title: string; uidt: string }) => `${title} ${uidt}`)).toEqual([
      'Id ID',
      'Article LongText',
      'Qty Decimal',
      'CreatedAt DateTime',
      'UpdatedAt DateTime',
    ])
    expect((await look(path)).body).toContain('The column &quot;Note&quot;')
  })

  test('keeps the answers when it is refused, and says why', async () => {
    const path = await upload('Name,Qty\npen,3\n')
    const refused = await send(path, {
      do: 'run',
      title: 'Pens',
      'c0.before': JSON.stringify(['Name', 'SingleLineText', '']),
      'c0.taken': 'on',
      'c0.title': 'Mine',
      'c0.type': 'SingleLineText',
    })
    expect(refused.status).toBe(400)
    expect(refused.body).toContain('There is a table &quot;Pens&quot; already')
    expect(found(refused.body, /<input type="text" name="c\d\.title" value="([^"]*)"/g)).toEqual(['Mine', 'Qty'])
    expect((await send(path, { do: 'run', title: 'Pens, again' })).status).toBe(303)
    expect(await tables()).toContain('Pens, again')
  })

  test('is not made by Enter in a field: the first button of the form shows the preview', async () => {
    const { body } = await look(await upload('Name\npen\n'))
    expect(found(body, /<button[^>]*type="submit"[^>]*value="(preview|run|cancel)"/g)).toEqual(['preview', 'run', 'cancel'])
  })
})

test('a cancelled import leaves nothing', async () => {
  const before = await dump(env.DATA)
  const path = await upload('Name\npen\n')
  const chooser = `/projects/${projectId}/import`
  expect((await look(chooser)).body).toContain(`href="${path}"`)
  const { headers } = await send(path, { do: 'cancel' })
  expect((await look(chooser)).body).not.toContain(`href="${path}"`)
  expect(headers.get('location')).toBe(`/projects/${projectId}?notice=import-cancelled`)
  expect((await look(path)).headers.get('location')).toBe(`/projects/${projectId}?notice=no-import`)
  expect(await dump(env.DATA)).toEqual(before)
})

describe('a file for a table that is there', () => {
  test('goes into the columns that the form says, and updates the rows that have the same value', async () => {
    const columns = [
      { title: 'Code', uidt: 'SingleLineText', unique: true },
      { title: 'Qty', uidt: 'Number' },
    ]
    const table = await createTable(admin.auth, projectId, { title: 'Stock', columns })
    const id = (title: string): string => table.columns.find((column: { title: string }) => column.title === title).id
    await succeed(request('POST', `/api/v1/db/data/noco/${projectId}/Stock`, { auth: admin.auth, body: { Code: 'a', Qty: 1 } }))
    const path = await upload('Code,Menge\na,5\nb,6\n', { table: table.id })
    const { body } = await look(path)
    expect(body).toContain('into “Stock”')
    const answer = (title: string) =>
      JSON.stringify([title, title === 'Code' ? 'SingleLineText' : 'Number', title === 'Code' ? id('Code') : ''])
    const run = await send(path, {
      do: 'run',
      mode: 'upsert',
      on: id('Code'),
      'c0.before': answer('Code'),
      'c0.column': id('Code'),
      'c1.before': answer('Menge'),
      'c1.column': id('Qty'),
    })
    expect(run.status).toBe(303)
    expect((await look(path)).body).toContain('1 row was added to “Stock”, 1 was updated.')
    expect(await rowsOf('Stock', 'Code,Qty')).toEqual([
      { Code: 'a', Qty: 5 },
      { Code: 'b', Qty: 6 },
    ])
  })
})

test.each([
  ['no file', {}, 'Choose a file.'],
  ['an empty file', { file: new File([], 'empty.csv') }, 'The file is empty'],
])('%s is refused on the page that asks for it', async (_, fields, message) => {
  const { status, body } = await send(`/projects/${projectId}/import`, fields)
  expect(status).toBe(400)
  expect(body).toContain(message)
  expect(body).toContain('type="file"')
})

test('an import is nobody else’s', async () => {
  const path = await upload('Name\npen\n')
  const other = await signUp()
  await addMember(admin.auth, projectId, other.email, 'editor')
  for (const answer of [await look(path, other), await send(path, { do: 'run', title: 'Stolen' }, other)]) {
    expect(answer.headers.get('location')).toBe(`/projects/${projectId}?notice=no-import`)
  }
  expect(await tables()).not.toContain('Stolen')
})
