/** A file imported in one request: as the body, or in a form. */
import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { type Answer, type Person, createProject, createTable, request, signUpCreator } from '../support/client'

type Json = Answer['body']

let ada: Person
let project: string

beforeAll(async () => {
  ada = await signUpCreator()
  project = (await createProject(ada.auth)).id
})

const CSV = 'Name,Qty\nAda,1\nBob,2\n'

function send(query: string, body: unknown, type: string | null = 'text/csv', bindings: Json = env): Promise<Answer> {
  const path = `/api/v1/db/meta/projects/${project}/import${query}`
  const headers = type === null ? undefined : { 'content-type': type }
  return request('POST', path, { auth: ada.auth, body, env: bindings, ...(headers && { headers }) })
}

/** As a browser or curl sends it. */
async function sendForm(fields: Record<string, string | Blob>): Promise<Answer> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') form.set(name, value)
    else form.set(name, value, 'people.csv')
  }
  const encoded = new Response(form)
  return send('', new Uint8Array(await encoded.arrayBuffer()), encoded.headers.get('content-type'))
}

/** As programs write forms that no browser would. */
function sendFields(...fields: string[]): Promise<Answer> {
  const parts = fields.map((field) => `--x\r\nContent-Disposition: form-data; name=${field}\r\n\r\n${CSV}\r\n`)
  return send('', `${parts.join('')}--x--\r\n`, 'multipart/form-data; boundary=x')
}

async function valuesOf({ body }: Answer): Promise<Json[]> {
  const path = `/api/v1/db/data/noco/${project}/${body.table.id}?fields=Name,Qty`
  return (await request('GET', path, { auth: ada.auth })).body.list
}

const ROWS = [
  { Name: 'Ada', Qty: 1 },
  { Name: 'Bob', Qty: 2 },
]

test('as the body, whatever its type says of a file; NC_REQUEST_BODY_SIZE is for other bodies', async () => {
  const small = { ...env, NC_REQUEST_BODY_SIZE: '10' }
  const made = await send('?title=Body', CSV, 'text/csv; charset=utf-8', small)
  expect([made.body.rows, made.body.table.title, await valuesOf(made)]).toEqual([2, 'Body', ROWS])
  expect(await valuesOf(await send('?title=Tabs', CSV.replaceAll(',', '\t'), 'text/tab-separated-values'))).toEqual(ROWS)
  expect(await valuesOf(await send('?title=Bytes', CSV, 'application/octet-stream'))).toEqual(ROWS)
})

test('as a file of a form, whose name is the title where none is given, with the options as fields', async () => {
  const made = await sendForm({ file: new Blob([`Name;Qty;X\nAda;1;x\nBob;2;y\n`]), separator: ';', skip: 'X' })
  expect([made.body.table.title, made.body.left_out.length, await valuesOf(made)]).toEqual(['people', 1, ROWS])
  expect(await sendForm({ title: 'x' })).toMatchObject({ status: 400, body: { errors: [{ path: 'file' }] } })
})

test('into a table that is there, with choices as JSON', async () => {
  const columns = [
    { title: 'Name', uidt: 'SingleLineText', unique: true },
    { title: 'Qty', uidt: 'Number' },
  ]
  const table = await createTable(ada.auth, project, { columns })
  const choices = JSON.stringify([{ index: 2, skip: true }])
  const query = `?table_id=${table.id}&mode=upsert&on=Name&columns=${encodeURIComponent(choices)}`
  expect((await send(query, 'Name,Qty,Other\nAda,1,x\n')).body).toMatchObject({ inserted: 1, updated: 0 })
  const changed = await send(`?table_id=${table.id}&mode=upsert&on=Name`, CSV)
  expect(changed.body).toMatchObject({ inserted: 1, updated: 1 })
  expect(await valuesOf(changed)).toEqual(ROWS)
})

test('the report tells how the file was read, and which lines were read other than they say', async () => {
  const { body } = await send('?title=Told', 'Name;Qty\nAda;1,5\nBob\n"Eve;2\n')
  expect(body).toMatchObject({ format: { separator: ';', decimal_mark: ',' }, rows: 3 })
  expect(body.lines.map(({ line, problem }: Json) => [line, problem.slice(0, 16)])).toEqual([
    [3, 'has one cell, th'],
    [4, 'a quotation mark'],
  ])
})

test('on_bad and skip are for columns with other choices, too', async () => {
  const choices = JSON.stringify([
    { index: 1, type: 'Decimal' },
    { index: 2, type: 'Date' },
  ])
  const query = `?title=Both&on_bad=empty&skip=Day&columns=${encodeURIComponent(choices)}`
  const made = await send(query, 'Name,Qty,Day\nAda,1,x\nBob,many,y\n')
  expect(made.body).toMatchObject({ emptied: [{ line: 3, column: 'Qty', value: 'many' }], columns: [{}, { type: 'Decimal' }] })
  expect(await valuesOf(made)).toEqual([ROWS[0], { Name: 'Bob', Qty: null }])
})

test('a file that no line of names its columns is imported whole with header_line=0', async () => {
  const made = await send('?title=Nameless&header_line=0', '1;Berlin;3,5\n2;Kiel;4,5\n')
  expect(made.body).toMatchObject({ rows: 2, columns: [{ type: 'Number' }, { title: 'Column 2' }, { type: 'Decimal' }] })
  const path = `/api/v1/db/data/noco/${project}/${made.body.table.id}?fields=Column 1,Column 2,Column 3`
  expect((await request('GET', path, { auth: ada.auth })).body.list).toEqual([
    { 'Column 1': 1, 'Column 2': 'Berlin', 'Column 3': 3.5 },
    { 'Column 1': 2, 'Column 2': 'Kiel', 'Column 3': 4.5 },
  ])
  expect(await valuesOf(await send('?title=Headed&header_line=3', `A title\n\n${CSV}`))).toEqual(ROWS)
})

test('what is refused leaves nothing', async () => {
  const count = async () =>
    (
      await env.DATA.prepare(
        'SELECT (SELECT COUNT(*) FROM imports WHERE report IS NULL) + (SELECT COUNT(*) FROM import_parts) AS n',
      ).first<{ n: number }>()
    )?.n
  const refusals: [string, () => Promise<Answer>, number, string][] = [
    ['JSON', () => send('?title=a', { a: 1 }, null), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['an option that is none', () => send('?title=a&seperator=;', CSV), 400, 'INVALID_PARAMETER'],
    ['an option twice', () => send('?title=a&title=b', CSV), 400, 'INVALID_PARAMETER'],
    ['a column to skip that is none', () => send('?title=a&skip=Nobody', CSV), 400, 'INVALID_REQUEST_BODY'],
    ['no file', () => send('?title=a', ''), 400, 'INVALID_REQUEST_BODY'],
    ['no title', () => send('', CSV), 400, 'INVALID_TABLE'],
    ['every column skipped', () => send('?title=a&skip=Name&skip=Qty', CSV), 400, 'INVALID_REQUEST_BODY'],
    ['two files', () => sendFields('file; filename=a.csv', 'file; filename=b.csv'), 400, 'INVALID_REQUEST_BODY'],
    ['a field like a member of objects', () => sendFields('file; filename=a.csv', 'constructor'), 400, 'INVALID_REQUEST_BODY'],
    ['another one', () => sendFields('file; filename=a.csv', '__proto__'), 400, 'INVALID_REQUEST_BODY'],
    [
      '99 columns and no Id',
      () => send('?title=a', Array.from({ length: 99 }, (_, index) => `c${index}`).join(',')),
      400,
      'INVALID_TABLE',
    ],
    ['a line that is none', () => send('?title=a&header_line=-1', CSV), 400, 'INVALID_PARAMETER'],
    ['a header row after the end', () => send('?title=a&header_line=9', CSV), 400, 'INVALID_REQUEST_BODY'],
    ['choices that are no JSON', () => send('?title=a&columns=[', CSV), 400, 'INVALID_PARAMETER'],
    ['an open question', () => send('?title=a', 'Day\n01/02/2026\n'), 400, 'INVALID_REQUEST_BODY'],
  ]
  for (const [name, answer, status, error] of refusals) {
    const { status: got, body } = await answer()
    expect([name, got, body.error]).toEqual([name, status, error])
  }
  expect(await count()).toBe(0)
})

test('a file of more than 32 MiB is refused, and told the way in parts', { timeout: 60_000 }, async () => {
  const chunk = new Uint8Array(8 * 1024 * 1024).fill(120)
  let sent = 0
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1
      if (sent > 8) controller.close()
      else controller.enqueue(chunk)
    },
  })
  const { status, body } = await send('?title=a', endless)
  expect([status, body.error, body.message]).toEqual([413, 'PAYLOAD_TOO_LARGE', expect.stringContaining('/imports')])
})
