/** Files into tables by the API, step by step: what becomes of them, and what is refused. */
import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { purge } from '../../src/data/catalog/purge'
import { removeAbandonedImports } from '../../src/data/import/abandoned'
import {
  type Answer,
  type Person,
  addMember,
  createProject,
  createTable,
  dump,
  request,
  signUp,
  signUpCreator,
  succeed,
  unique,
} from '../support/client'
import { type ImportClient, begin, importFile, importPath, preview, putPart, run, step, upload } from '../support/import'

type Json = Answer['body']

const DAY_MS = 86_400_000

let ada: Person
let client: ImportClient

beforeAll(async () => {
  ada = await signUpCreator()
})

/** Each begins with nothing of the others. */
beforeEach(async () => {
  const later = Date.now() + 10 * DAY_MS
  while ((await removeAbandonedImports(env, later)) > 0);
  await purge(env, later)
  client = { project: (await createProject(ada.auth)).id, options: { auth: ada.auth } }
})

const rowsPath = (table: string) => `/api/v1/db/data/noco/${client.project}/${table}`
const tablePath = (table: string) => `/api/v1/db/meta/tables/${table}`

async function rowsOf(table: string): Promise<Json[]> {
  const { body } = await succeed(request('GET', `${rowsPath(table)}?limit=1000`, { auth: ada.auth }))
  expect(body.pageInfo.totalRows).toBe(body.list.length)
  return body.list
}

/** Without what the server fills. */
async function valuesOf(table: string): Promise<Json[]> {
  return (await rowsOf(table)).map(({ Id: _i, CreatedAt: _c, UpdatedAt: _u, ...values }) => values)
}

async function titlesOf(): Promise<string[]> {
  const { body } = await succeed(request('GET', `/api/v1/db/meta/projects/${client.project}/tables`, { auth: ada.auth }))
  return body.list.map(({ title }: Json) => title)
}

/** Physical tables that no catalog entry names, and what else is left of imports. */
async function remains(): Promise<Json> {
  const [control, data] = [await dump(env.DB), await dump(env.DATA)]
  const named = (control['tables'] ?? []).map((table) => table['physical_name'])
  return {
    tables: Object.keys(data).filter((name) => name.startsWith('md_') && !named.includes(name)),
    orphans: control['orphans'],
    parts: (data['import_parts'] ?? []).length,
    open: (data['imports'] ?? []).filter(({ report }) => report === null).length,
  }
}

const NOTHING = { tables: [], orphans: [], parts: 0, open: 0 }

const refusal = ({ status, body }: Answer) => ({ status, error: body.error, errors: body.errors })

describe('a file becomes a table', () => {
  test('whose rows are those of the file, in its order, with a report of what was made', async () => {
    const { body } = await importFile(client, 'Name,Qty,Born\nAda,1,1815-12-10\nBob,,\n', {}, { name: 'people.csv' })
    expect(body).toMatchObject({ done: true, rows: 2, total: 2 })
    expect(body.report).toEqual({
      table: { id: expect.stringMatching(/^md_/), title: 'people' },
      rows: 2,
      inserted: 2,
      updated: 0,
      columns: [
        { title: 'Name', type: 'SingleLineText' },
        { title: 'Qty', type: 'Number' },
        { title: 'Born', type: 'Date' },
      ],
      format: { encoding: 'utf-8', separator: ',', decimal_mark: '.', date_order: null, header_line: 1, typed: false },
      left_out: [],
      lines: [],
      emptied: [],
      emptied_total: 0,
    })
    const rows = await rowsOf(body.report.table.id)
    expect(rows.map(({ Id, Name, Qty, Born }) => [Id, Name, Qty, Born])).toEqual([
      [1, 'Ada', 1, '1815-12-10'],
      [2, 'Bob', null, null],
    ])
    expect(rows[0].CreatedAt).toMatch(/^20\d\d-/)
    expect(await remains()).toEqual(NOTHING)
  })

  test('its whole-number ids are the keys, and the counter follows', async () => {
    const { body } = await importFile(client, 'Name,ID\na,50\nb,7\n')
    const { id } = body.report.table
    await succeed(request('POST', rowsPath(id), { auth: ada.auth, body: { Name: 'c' } }))
    expect((await rowsOf(id)).map(({ ID, Name }) => [ID, Name])).toEqual([
      [7, 'b'],
      [50, 'a'],
      [51, 'c'],
    ])
  })

  test('ids that are no keys, and dates of the names that the server gives, stay columns of their own names', async () => {
    const csv = 'id,Id2,CreatedAt,Updated At\na,1,2001-02-03 04:05:06,x\na,1,2002-02-03 04:05:06,y\n'
    const { body } = await importFile(client, csv)
    expect(body.report.left_out.map(({ what }: Json) => what)).toEqual(['CreatedAt of the server', 'UpdatedAt of the server'])
    const rows = await rowsOf(body.report.table.id)
    expect(rows).toEqual([
      { RowId: 1, id: 'a', Id2: 1, CreatedAt: '2001-02-03 04:05:06+00:00', 'Updated At': 'x' },
      { RowId: 2, id: 'a', Id2: 1, CreatedAt: '2002-02-03 04:05:06+00:00', 'Updated At': 'y' },
    ])
    await succeed(request('PATCH', `${rowsPath(body.report.table.id)}/1`, { auth: ada.auth, body: { Id2: 3 } }))
    expect((await rowsOf(body.report.table.id))[0].CreatedAt).toBe('2001-02-03 04:05:06+00:00')
  })

  test('columns are renamed, retyped and skipped as chosen; options come from the values', async () => {
    const csv = 'a,b,c,d\n1,red,x,"u, v"\n2,blue,y,v\n'
    const columns = [
      { index: 0, title: 'Number as text', type: 'SingleLineText' },
      { index: 1, type: 'SingleSelect' },
      { index: 2, skip: true },
      { index: 3, type: 'MultiSelect' },
    ]
    const { body } = await importFile(client, csv, { title: 'Chosen', columns })
    expect(body.report.left_out).toEqual([{ what: 'The column "c"', why: 'It was not to be imported.' }])
    const table = (await succeed(request('GET', tablePath(body.report.table.id), { auth: ada.auth }))).body
    expect([table.title, table.columns.map(({ title, uidt, dtxp }: Json) => [title, uidt, dtxp])]).toEqual([
      'Chosen',
      [
        ['Id', 'ID', ''],
        ['Number as text', 'SingleLineText', ''],
        ['b', 'SingleSelect', "'red','blue'"],
        ['d', 'MultiSelect', "'u','v'"],
        ['CreatedAt', 'DateTime', ''],
        ['UpdatedAt', 'DateTime', ''],
      ],
    ])
    expect(await valuesOf(table.id)).toEqual([
      { 'Number as text': '1', b: 'red', d: 'u,v' },
      { 'Number as text': '2', b: 'blue', d: 'v' },
    ])
  })

  test('of 98 columns: what the server adds leaves room for them', async () => {
    const titles = Array.from({ length: 98 }, (_, index) => `c${index}`)
    const { body } = await importFile(client, `${titles.join(',')}\n${titles.map(() => 'x').join(',')}\n`)
    expect(body.report.columns).toHaveLength(98)
    expect(body.report.left_out.map(({ what }: Json) => what)).toEqual(['CreatedAt of the server', 'UpdatedAt of the server'])
  })

  test('a title that is taken is refused before anything is loaded, and the import can be run under another', async () => {
    await createTable(ada.auth, client.project, { title: 'Taken' })
    const id = await upload(client, 'a\n1\n')
    await preview(client, id)
    const refused = await run(client, id, { title: 'Taken' })
    expect(refusal(refused)).toEqual({
      status: 400,
      error: 'INVALID_TABLE',
      errors: [{ path: 'title', message: expect.any(String) }],
    })
    expect((await run(client, id, { title: 'Free' })).body.report.table.title).toBe('Free')
  })
})

describe('a cell that does not fit the type that was chosen', () => {
  const csv = 'Name,Qty\na,1\nb,many\nc,3\n'
  const choose = (on_bad: string) => ({ columns: [{ index: 1, type: 'Number', on_bad }] })

  test('stops the import, named by its line, with nothing made; the next run may choose otherwise', async () => {
    const id = await upload(client, csv)
    await preview(client, id)
    const refused = await run(client, id, choose('stop'))
    expect(refusal(refused)).toEqual({
      status: 400,
      error: 'INVALID_VALUE_FOR_FIELD',
      errors: [{ path: 'Line 3', message: expect.stringContaining('many') }],
    })
    expect(await titlesOf()).toEqual([])
    expect(await remains()).toEqual({ ...NOTHING, parts: 1, open: 1 })
    expect((await run(client, id, choose('empty'))).body.report.rows).toBe(3)
  })

  test('is left empty, and told', async () => {
    const { report } = (await importFile(client, csv, choose('empty'))).body
    expect([report.emptied, report.emptied_total]).toEqual([[{ line: 3, column: 'Qty', value: 'many' }], 1])
    expect((await valuesOf(report.table.id)).map(({ Qty }) => Qty)).toEqual([1, null, 3])
  })

  test('makes the column a text', async () => {
    const { report } = (await importFile(client, csv, choose('text'))).body
    expect(report.columns[1]).toEqual({ title: 'Qty', type: 'SingleLineText' })
    expect((await valuesOf(report.table.id)).map(({ Qty }) => Qty)).toEqual(['1', 'many', '3'])
    expect(await remains()).toEqual(NOTHING)
  })

  test('of emptied cells the first hundred are named, and all are counted', async () => {
    const { report } = (await importFile(client, `a,Qty\n${'x,many\n'.repeat(150)}`, choose('empty'))).body
    expect([report.emptied.length, report.emptied_total, report.rows]).toEqual([100, 150, 150])
  })

  test('an id that is there twice is named by its line', async () => {
    const refused = await importFile(client, 'Key,a\n1,x\n2,x\n1,x\n', { columns: [{ index: 0, type: 'ID' }] })
    expect(refusal(refused)).toEqual({
      status: 400,
      error: 'DUPLICATE_VALUE',
      errors: [{ path: 'Line 4', message: 'Key: 1 is there twice.' }],
    })
    expect(await titlesOf()).toEqual([])
  })
})

describe('what the file leaves open', () => {
  const csv = 'Day,Note\n01/02/2026,x\n03/04/2026,y\n'

  test('is asked: a run without an answer is refused and names the question', async () => {
    const id = await upload(client, csv)
    const { questions, format } = await preview(client, id)
    expect([questions.map(({ name }: Json) => name), questions[0].columns, format.date_order]).toEqual([
      ['date_order'],
      [0],
      null,
    ])
    expect(refusal(await run(client, id))).toEqual({
      status: 400,
      error: 'INVALID_REQUEST_BODY',
      errors: [{ path: 'date_order', message: questions[0].message }],
    })
    const { report } = (await run(client, id, { date_order: 'dmy' })).body
    expect((await valuesOf(report.table.id)).map(({ Day }) => Day)).toEqual(['2026-02-01', '2026-04-03'])
  })

  test('can be answered for the preview, and is no question of a column that is a text or is skipped', async () => {
    const id = await upload(client, csv)
    expect((await preview(client, id, { date_order: 'mdy' })).questions).toEqual([])
    expect((await preview(client, id, { date_order: null })).questions).toHaveLength(1)
    const { report } = (await run(client, id, { columns: [{ index: 0, type: 'SingleLineText' }] })).body
    expect((await valuesOf(report.table.id)).map(({ Day }) => Day)).toEqual(['01/02/2026', '03/04/2026'])
  })

  test('the separator and the encoding can be given, and the file is read anew', async () => {
    const id = await upload(client, new Uint8Array([...new TextEncoder().encode('a;b,c\n1;2,caf'), 0xe9]))
    expect((await preview(client, id, { separator: ',' })).columns.map(({ title }: Json) => title)).toEqual(['a;b', 'c'])
    const read = await preview(client, id, { separator: ';', encoding: 'windows-1252' })
    expect([read.columns.map(({ title }: Json) => title), read.rows]).toEqual([['a', 'b,c'], [['1', '2,café']]])
  })
})

describe('the line that names the columns', () => {
  const FILE = '2026,Berlin\n2027,Kiel\n'

  test('can be said for the preview, and the file is read anew', async () => {
    const id = await upload(client, FILE)
    const found = await preview(client, id)
    expect([found.format.header_line, found.total_rows, found.columns[1].title]).toEqual([1, 1, 'Berlin'])
    const none = await preview(client, id, { header_line: 0 })
    expect([none.format.header_line, none.total_rows, none.columns[1].title]).toEqual([0, 2, 'Column 2'])
    const { body } = await run(client, id)
    expect([body.report.rows, await valuesOf(body.report.table.id)]).toEqual([
      2,
      [
        { 'Column 1': 2026, 'Column 2': 'Berlin' },
        { 'Column 1': 2027, 'Column 2': 'Kiel' },
      ],
    ])
    expect((await preview(client, await upload(client, FILE), { header_line: null })).format.header_line).toBe(1)
  })

  test('is told where it looks like a row', async () => {
    const { lines } = await preview(client, await upload(client, 'Ada,36.5\nBob,37.1\n'))
    expect(lines).toEqual([{ line: 1, problem: expect.stringContaining('"36.5" looks like a value') }])
    expect((await preview(client, await upload(client, 'Country,2019,2020\nSE,1,2\n'))).lines).toEqual([])
  })
})

describe('parts of a file', () => {
  const line = `${'x'.repeat(1000)},1\n`
  const csv = new TextEncoder().encode(`Text,Qty\n${line.repeat(2500)}`)
  const part = (number: number) => csv.slice(number * 983_040, (number + 1) * 983_040)

  test('come in any order, and twice; NC_REQUEST_BODY_SIZE is for other bodies', async () => {
    const small = { ...client, options: { ...client.options, env: { ...env, NC_REQUEST_BODY_SIZE: '2000' } } }
    const { id, parts, part_size } = (await succeed(begin(small, { name: 'a.csv', size: csv.length }))).body
    expect([parts, part_size]).toEqual([3, 983_040])
    const received: number[] = []
    for (const number of [2, 0, 0]) received.push((await succeed(putPart(small, id, number, part(number)))).body.received)
    expect(received).toEqual([1, 2, 2])
    expect(refusal(await step(small, id, 'preview'))).toEqual({
      status: 400,
      error: 'INVALID_REQUEST_BODY',
      errors: [{ path: 'parts.1', message: 'is missing' }],
    })
    await succeed(putPart(small, id, 1, part(1)))
    expect((await preview(small, id)).total_rows).toBe(2500)
    expect(await putPart(small, id, 1, part(1))).toMatchObject({ status: 400, body: { error: 'INVALID_REQUEST_BODY' } })
    expect((await run(small, id)).body.report.rows).toBe(2500)
    expect((await begin(small, { name: 'x'.repeat(3000), size: 1 })).status).toBe(413)
  })

  test('have the size they should have, and a number the file has', async () => {
    const { id } = (await succeed(begin(client, { name: 'a.csv', size: csv.length }))).body
    expect(await putPart(client, id, 0, part(2))).toMatchObject({ status: 400, body: { error: 'INVALID_REQUEST_BODY' } })
    expect(await putPart(client, id, 0, csv)).toMatchObject({ status: 413, body: { error: 'PAYLOAD_TOO_LARGE' } })
    expect(await putPart(client, id, 3, part(2))).toMatchObject({ status: 400, body: { error: 'INVALID_PARAMETER' } })
    expect((await request('GET', importPath(client, `/${id}`), { auth: ada.auth })).body).toMatchObject({
      phase: 'uploading',
      received: 0,
      missing: [0, 1, 2],
      preview: null,
    })
  })

  test('of a file that the database has no room for are refused before they are sent, in words', async () => {
    const full = { ...client, options: { ...client.options, env: { ...env, NC_DATABASE_SIZE: '90000000' } } }
    const refused = await begin(full, { name: 'a.csv', size: 31_000_000 })
    expect([refused.status, refused.body.error]).toEqual([413, 'PAYLOAD_TOO_LARGE'])
    expect(refused.body.message).toMatch(/^The file has 31 MB, and the database has room for one of 2\d(\.\d)? MB/)
    await succeed(begin(full, { name: 'a.csv', size: 20_000_000 }))
    expect((await begin(full, { name: 'b.csv', size: 20_000_000 })).status).toBe(413)
  })
})

describe('into a table that is there', () => {
  let table: Json

  beforeEach(async () => {
    const columns = [
      { title: 'Code', uidt: 'SingleLineText', unique: true },
      { title: 'Größe', uidt: 'Number', rqd: true },
      { title: 'Kind', uidt: 'SingleLineText', cdf: 'plain' },
    ]
    table = await createTable(ada.auth, client.project, { title: unique('There '), columns })
    await succeed(request('POST', rowsPath(table.id), { auth: ada.auth, body: { Code: 'a', Größe: 1, Kind: 'old' } }))
  })

  const into = (csv: string, choices: object = {}) => importFile(client, csv, choices, { table_id: table.id })
  /** A refused import stands at its preview until it is cancelled. */
  const intoAndCancel = async (csv: string, choices: object = {}) => {
    const id = await upload(client, csv, { table_id: table.id })
    await preview(client, id)
    const answer = await run(client, id, choices)
    await succeed(request('DELETE', importPath(client, `/${id}`), { auth: ada.auth }))
    return answer
  }
  const columnId = (title: string) => table.columns.find((column: Json) => column.title === title).id

  test('columns are matched whatever their case and Unicode form, and empty cells get defaults', async () => {
    const { report } = (await into(`CODE,${'größe'.normalize('NFD')},kind\nb,2,\nc,3,round\n`)).body
    expect(report).toMatchObject({ table: { id: table.id }, rows: 2, inserted: 2, updated: 0 })
    expect(await valuesOf(table.id)).toEqual([
      { Code: 'a', Größe: 1, Kind: 'old' },
      { Code: 'b', Größe: 2, Kind: 'plain' },
      { Code: 'c', Größe: 3, Kind: 'round' },
    ])
    expect(await remains()).toEqual(NOTHING)
  })

  test('a column without a place is named, until it is skipped or given one', async () => {
    const id = await upload(client, 'Code,Size,Other\nb,2,x\n', { table_id: table.title })
    expect((await preview(client, id)).columns.map(({ column_id }: Json) => column_id)).toEqual([columnId('Code'), null, null])
    expect(refusal(await run(client, id)).errors.map(({ path }: Json) => path)).toEqual(['columns.1', 'columns.2'])
    const columns = [
      { index: 1, column_id: columnId('Größe') },
      { index: 2, skip: true },
    ]
    expect((await run(client, id, { columns })).body.report.left_out).toEqual([
      { what: 'The column "Other"', why: 'It was not to be imported.' },
    ])
    expect((await valuesOf(table.id))[1]).toEqual({ Code: 'b', Größe: 2, Kind: 'plain' })
  })

  test('what the server fills is left out, and told', async () => {
    const { report } = (await into('Code,Größe,CreatedAt\nb,2,2001-01-01 00:00:00+00:00\n')).body
    expect(report.left_out).toEqual([{ what: 'The column "CreatedAt"', why: 'The server fills "CreatedAt" itself.' }])
    expect((await rowsOf(table.id))[1].CreatedAt).not.toMatch(/^2001/)
  })

  test('values that are taken are named by line and value, and no row is added', async () => {
    const refused = await into('Code,Größe\nb,2\na,3\nb,4\n')
    expect(refusal(refused)).toEqual({
      status: 400,
      error: 'DUPLICATE_VALUE',
      errors: [
        { path: 'Line 3', message: 'Code: a row of the table has the value "a".' },
        { path: 'Line 4', message: 'Code: line 2 has the value "b" too.' },
      ],
    })
    expect(await valuesOf(table.id)).toHaveLength(1)
    expect(await remains()).toMatchObject({ tables: [], orphans: [] })
  })

  test('a row without a required value is named, and a file without the column is refused', async () => {
    expect(refusal(await into('Code,Größe\nb,2\nc,\n'))).toMatchObject({ status: 400, errors: [{ path: 'Line 3' }] })
    expect(await into('Code\nb\n')).toMatchObject({ status: 400, body: { error: 'REQUIRED_FIELD_MISSING', field: 'Größe' } })
    expect(await valuesOf(table.id)).toHaveLength(1)
  })

  test('upsert changes the rows that are there and adds the others', async () => {
    const before = (await request('GET', `${rowsPath(table.id)}/1`, { auth: ada.auth })).headers.get('etag')
    const { report } = (await into('Code,Größe,Kind\nb,2,new\na,9,\n', { mode: 'upsert', on: 'Code' })).body
    expect(report).toMatchObject({ rows: 2, inserted: 1, updated: 1 })
    expect(await valuesOf(table.id)).toEqual([
      { Code: 'a', Größe: 9, Kind: null },
      { Code: 'b', Größe: 2, Kind: 'new' },
    ])
    const after = (await request('GET', `${rowsPath(table.id)}/1`, { auth: ada.auth })).headers.get('etag')
    expect(Number(after?.slice(2, -1))).toBe(Number(before?.slice(2, -1)) + 1)
  })

  test('upsert keeps what the file does not name, and tells the time of the change', async () => {
    await env.DATA.prepare(`UPDATE "${table.id}" SET c5 = '2001-01-01 00:00:00+00:00', c6 = '2001-01-01 00:00:00+00:00'`).run()
    await into('Code,Größe\na,5\n', { mode: 'upsert', on: columnId('Code') })
    const [row] = await rowsOf(table.id)
    expect([row.Größe, row.Kind, row.CreatedAt.slice(0, 4), row.UpdatedAt.slice(0, 4)]).toEqual([5, 'old', '2001', '2026'])
  })

  test('upsert by the key changes rows and takes new keys', async () => {
    const { report } = (await into('Id,Code,Größe\n1,z,5\n40,y,6\n', { mode: 'upsert', on: 'Id' })).body
    expect([report.inserted, report.updated]).toEqual([1, 1])
    expect((await rowsOf(table.id)).map(({ Id, Code }) => [Id, Code])).toEqual([
      [1, 'z'],
      [40, 'y'],
    ])
  })

  test('upsert refuses lines of one value, a value of another row, and lines without a value', async () => {
    const into = intoAndCancel
    const upsert = { mode: 'upsert', on: 'Code' }
    const message = 'Code: line 2 has the value "b" too.'
    expect(refusal(await into('Code,Größe\nb,2\nb,3\n', upsert)).errors).toEqual([{ path: 'Line 3', message }])
    expect(refusal(await into('Code,Größe\n,2\n', upsert)).errors).toMatchObject([{ path: 'Line 2' }])
    expect(refusal(await into('Kind,Größe\nb,2\n', upsert)).errors).toMatchObject([{ path: 'on' }])
    expect(await into('Code,Größe\nb,2\n', { mode: 'upsert', on: 'Kind' })).toMatchObject({ status: 400 })
    expect(refusal(await into('Id,Code,Größe\n7,b,2\n', upsert)).errors).toMatchObject([{ path: 'on' }])
    await succeed(request('POST', rowsPath(table.id), { auth: ada.auth, body: { Code: 'q', Größe: 1 } }))
    expect(refusal(await into('Id,Code,Größe\n1,q,2\n', { mode: 'upsert', on: 'Id' })).errors).toEqual([
      { path: 'Line 2', message: 'Code: a row of the table has the value "q".' },
    ])
    expect((await valuesOf(table.id)).map(({ Größe }) => Größe)).toEqual([1, 1])
  })

  test('choices for new tables are refused, as are those for tables that are there', async () => {
    expect(await into('Code,Größe\nb,2\n', { title: 'x' })).toMatchObject({ status: 400 })
    expect(await into('Code,Größe\nb,2\n', { columns: [{ index: 0, type: 'Number' }] })).toMatchObject({ status: 400 })
    expect(await importFile(client, 'a\n1\n', { mode: 'upsert', on: 'a' })).toMatchObject({ status: 400 })
    expect(await importFile(client, 'a\n1\n', { columns: [{ index: 0, column_id: 'cl_x' }] })).toMatchObject({ status: 400 })
    expect(await importFile(client, 'a\n1\n', { columns: [{ index: 1 }, { index: 0 }, { index: 0 }] })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'columns.0' }, { path: 'columns.2' }] },
    })
  })
})

/** Two steps: lines that are long, so that there are few of them. */
const LONG = `Text,Qty\n${`${'x'.repeat(9000)},1\n`.repeat(250)}`

describe('while rows are loaded', () => {
  test('nobody sees them, and progress is told', async () => {
    const id = await upload(client, LONG)
    await preview(client, id)
    const { body } = await step(client, id, 'run', { title: 'Long' })
    expect([body.done, body.rows > 0, body.rows < 250, body.total]).toEqual([false, true, true, 250])
    expect(await titlesOf()).toEqual([])
    await createTable(ada.auth, client.project, { title: 'Long' })
    expect(refusal(await run(client, id))).toMatchObject({ status: 400, error: 'INVALID_TABLE' })
    expect((await run(client, id, { title: 'Longer' })).body.report.rows).toBe(250)
    expect(await titlesOf()).toEqual(['Long', 'Longer'])
    expect(await remains()).toEqual(NOTHING)
  })

  test('a table that would not have all rows of the file is not made; the log says so, without a value of the file', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const id = await upload(client, LONG.replaceAll('x'.repeat(9), 'secret-xx'))
    await preview(client, id)
    await succeed(step(client, id, 'run'))
    const [staging] = (await remains()).tables
    await env.DATA.prepare(`DELETE FROM "${staging}" WHERE rowid = 5`).run()
    expect((await run(client, id)).status).toBe(500)
    expect(await titlesOf()).toEqual([])
    const logged = JSON.stringify(error.mock.calls)
    expect([logged.includes('as many rows as its file'), logged.includes('secret-xx')]).toEqual([true, false])
    error.mockRestore()
  })

  test('a table whose columns change meanwhile takes no row', async () => {
    const table = await createTable(ada.auth, client.project, {
      columns: [
        { title: 'Text', uidt: 'LongText' },
        { title: 'Qty', uidt: 'Number' },
      ],
    })
    const id = await upload(client, LONG, { table_id: table.id })
    await preview(client, id)
    await succeed(step(client, id, 'run'))
    const qty = table.columns.find(({ title }: Json) => title === 'Qty').id
    await succeed(request('PATCH', `/api/v1/db/meta/columns/${qty}`, { auth: ada.auth, body: { uidt: 'SingleLineText' } }))
    expect(await run(client, id)).toMatchObject({ status: 400, body: { error: 'INVALID_TABLE' } })
    expect(await rowsOf(table.id)).toEqual([])
    expect((await run(client, id)).body.report.inserted).toBe(250)
  })

  test('other choices are refused; the same ones go on', async () => {
    const id = await upload(client, LONG)
    await preview(client, id)
    await succeed(step(client, id, 'run', { title: 'Same' }))
    expect(await step(client, id, 'run', { title: 'Other' })).toMatchObject({ status: 400 })
    expect(await step(client, id, 'preview', { separator: ';' })).toMatchObject({ status: 400 })
    expect((await run(client, id, { title: 'Same' })).body.report.table.title).toBe('Same')
  })

  test('a step that is asked for twice at once counts once', async () => {
    const id = await upload(client, LONG)
    await preview(client, id)
    await Promise.all([step(client, id, 'run'), step(client, id, 'run')])
    await Promise.all([step(client, id, 'run'), step(client, id, 'run')])
    const { report } = (await run(client, id)).body
    expect(await rowsOf(report.table.id)).toHaveLength(250)
    expect(await remains()).toEqual(NOTHING)
  })
})

describe('cancelling', () => {
  const cancel = (id: string) => request('DELETE', importPath(client, `/${id}`), { auth: ada.auth })

  test.each(['uploading', 'ready', 'loading'])('leaves nothing of an import that is %s', async (phase) => {
    const id = await upload(client, LONG)
    if (phase !== 'uploading') await preview(client, id)
    if (phase === 'loading') await succeed(step(client, id, 'run', { title: 'Gone' }))
    expect((await request('GET', importPath(client, `/${id}`), { auth: ada.auth })).body.phase).toBe(phase)
    expect((await cancel(id)).body).toEqual({ cancelled: true })
    expect(await remains()).toEqual(NOTHING)
    expect(await step(client, id, 'run')).toMatchObject({ status: 404, body: { error: 'IMPORT_NOT_FOUND' } })
    await createTable(ada.auth, client.project, { title: 'Gone' })
  })

  test('what is done stays, and its report is given again until then', async () => {
    const id = await upload(client, 'a\n1\n')
    await preview(client, id)
    const { report } = (await run(client, id)).body
    expect((await run(client, id)).body.report).toEqual(report)
    expect((await request('GET', importPath(client, `/${id}`), { auth: ada.auth })).body).toMatchObject({ phase: 'done', report })
    expect((await cancel(id)).body).toEqual({ cancelled: false })
    expect(await rowsOf(report.table.id)).toHaveLength(1)
  })

  test('the scheduled job removes imports without a step for a day, and what is left of deleted ones', async () => {
    for (const phase of ['uploading', 'loading']) {
      const id = await upload(client, LONG)
      if (phase === 'loading') {
        await preview(client, id)
        await succeed(step(client, id, 'run'))
      }
    }
    await env.DATA.prepare(`INSERT INTO import_parts VALUES ('im_deleted', 0, x'00')`).run()
    const before = await remains()
    expect(await removeAbandonedImports(env, Date.now() + DAY_MS - 60_000)).toBe(0)
    expect(await remains()).toMatchObject({ tables: before.tables, open: 2 })
    await removeAbandonedImports(env, Date.now() + DAY_MS)
    expect(await remains()).toEqual(NOTHING)
  })
})

describe('who may', () => {
  test('an import is that of who began it, in its project', async () => {
    const other = await signUp()
    await addMember(ada.auth, client.project, other.email, 'owner')
    const id = await upload(client, 'a\n1\n')
    const elsewhere = (await createProject(ada.auth)).id
    for (const stranger of [
      { ...client, options: { auth: other.auth } },
      { ...client, project: elsewhere },
    ]) {
      expect(await step(stranger, id, 'preview')).toMatchObject({ status: 404, body: { error: 'IMPORT_NOT_FOUND' } })
      expect((await putPart(stranger, id, 0, new Uint8Array(4))).status).toBe(404)
      expect((await request('DELETE', importPath(stranger, `/${id}`), stranger.options)).status).toBe(404)
    }
    expect((await preview(client, id)).total_rows).toBe(1)
  })

  test('who may not make tables may add rows, and who may only read neither', async () => {
    const table = await createTable(ada.auth, client.project)
    const [editor, viewer] = [await signUp(), await signUp()]
    await addMember(ada.auth, client.project, editor.email, 'editor')
    await addMember(ada.auth, client.project, viewer.email, 'viewer')
    const asEditor = { ...client, options: { auth: editor.auth } }
    const asViewer = { ...client, options: { auth: viewer.auth } }
    expect((await begin(asEditor, { name: 'a', size: 1 })).body.message).toBe('tableCreate - editor : Not allowed')
    expect((await importFile(asEditor, 'Title\nx\n', {}, { table_id: table.id })).body.report.inserted).toBe(1)
    expect((await begin(asViewer, { name: 'a', size: 1, table_id: table.id })).status).toBe(403)
  })

  test('a role that was taken back counts at the next step', async () => {
    const person = await signUp()
    await addMember(ada.auth, client.project, person.email, 'creator')
    const asPerson = { ...client, options: { auth: person.auth } }
    const id = await upload(asPerson, 'a\n1\n')
    await preview(asPerson, id)
    await succeed(
      request('PATCH', `/api/v1/db/meta/projects/${client.project}/users/${person.id}`, {
        auth: ada.auth,
        body: { email: person.email, roles: 'editor' },
      }),
    )
    expect((await run(asPerson, id)).status).toBe(403)
  })

  test('a project has five imports under way; one that waits for a quarter of an hour makes room', async () => {
    const ids: string[] = []
    for (let count = 0; count < 5; count++) ids.push(await upload(client, 'a\n1\n'))
    expect(await begin(client, { name: 'a', size: 1 })).toMatchObject({ status: 429, body: { error: 'TOO_MANY_IMPORTS' } })
    await env.DATA.prepare('UPDATE imports SET touched_at = touched_at - 900000 WHERE id = ?').bind(ids[1]).run()
    await succeed(begin(client, { name: 'a', size: 1 }))
    expect((await step(client, ids[1] ?? '', 'preview')).status).toBe(404)
    expect((await begin(client, { name: 'a', size: 1 })).status).toBe(429)
  })

  test('what is not known in a body is refused', async () => {
    const id = await upload(client, 'a\n1\n')
    expect((await begin(client, { name: 'a', size: 1, extra: 1 })).status).toBe(400)
    expect((await step(client, id, 'preview', { seperator: ';' })).status).toBe(400)
    expect((await step(client, id, 'run', { columns: [{ index: 0, kind: 'x' }] })).status).toBe(400)
    expect((await step(client, id, 'run', {})).body.message).toContain('preview')
  })
})
