/** The form of a row, sent as a browser sends it: what nobody changed stays as it is, byte by byte. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type Person, createProject, createTable, request, succeed, superAdmin } from '../support/client'
import { type PageForm, encode, fill, namesByTitle, readForm } from '../support/form'
import { COLUMNS, MONTHS, ROWS } from '../support/hostile-rows'

const HTML = { accept: 'text/html' }
const FORM = { ...HTML, 'content-type': 'application/x-www-form-urlencoded', origin: 'http://localhost' }

let admin: Person
let projectId: string
/** The table of every type. */
let table: { id: string; title: string }

beforeAll(async () => {
  admin = await superAdmin()
  projectId = (await createProject(admin.auth)).id
  table = await createTable(admin.auth, projectId, { columns: COLUMNS })
  const rows = [...ROWS, { Tick: null, Stars: null }]
  await succeed(request('POST', `/api/v1/db/data/bulk/noco/${projectId}/${table.id}`, { auth: admin.auth, body: rows }))
})

const pathOf = (rowId: number | string, of = table) => `/projects/${projectId}/tables/${of.id}/rows/${rowId}`

async function open(path: string): Promise<{ form: PageForm; names: Map<string, string>; html: string }> {
  const { status, body } = await request('GET', path, { refresh: admin.refresh, headers: HTML })
  expect(status).toBe(200)
  return { form: readForm(body, path.split('?')[0] ?? ''), names: namesByTitle(body), html: body }
}

const send = (form: PageForm): Promise<Answer> =>
  request('POST', form.action, { refresh: admin.refresh, headers: FORM, body: encode(form) })

const noticeOf = ({ headers }: Answer) => new URL(headers.get('location') ?? '', 'http://localhost').searchParams.get('notice')

/** Opens a row, changes the fields of these titles, and saves. */
async function change(rowId: number | string, values: Record<string, string | string[]>, of = table): Promise<Answer> {
  const { form, names } = await open(pathOf(rowId, of))
  for (const [title, value] of Object.entries(values)) fill(form, names.get(title) ?? title, ...[value].flat())
  return send(form)
}

const api = (method: string, rowId: number | string, body?: unknown, of = table) =>
  succeed(request(method, `/api/v1/db/data/noco/${projectId}/${of.id}/${rowId}`, { auth: admin.auth, body }))
const read = async (rowId: number | string, of = table): Promise<Record<string, unknown>> =>
  (await api('GET', rowId, undefined, of)).body

/** The row as it lies in the database, its version and its UpdatedAt too. */
async function bytes(rowId: number): Promise<unknown> {
  const { results } = await env.DATA.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'md\\_%' ESCAPE '\\'",
  ).all<{ name: string }>()
  const rows = await Promise.all(
    results.map(({ name }) => env.DATA.prepare(`SELECT * FROM "${name}" WHERE rowid = ?`).bind(rowId).first()),
  )
  return rows
}

const ids = [...ROWS.keys(), ROWS.length].map((index) => index + 1)

describe('a row of every type', () => {
  test.each(ids)('is not written when nothing was changed in its form: row %i', async (rowId) => {
    const before = await bytes(rowId)
    const answer = await change(rowId, {})
    expect([answer.status, noticeOf(answer)]).toEqual([303, 'row-unchanged'])
    expect(await bytes(rowId)).toEqual(before)
  })

  test.each(ids)('keeps every other value when one is changed: row %i', async (rowId) => {
    const before = await read(rowId)
    const answer = await change(rowId, { Mark: 'changed' })
    expect([answer.status, noticeOf(answer)]).toEqual([303, 'row-saved'])
    const after = await read(rowId)
    expect(after).toStrictEqual({ ...before, Mark: 'changed', UpdatedAt: after['UpdatedAt'] })
  })
})

/** A row of its own for a test. */
async function addRow(values: Record<string, unknown>, of = table): Promise<number> {
  const { body } = await succeed(
    request('POST', `/api/v1/db/data/noco/${projectId}/${of.id}`, { auth: admin.auth, body: values }),
  )
  return body.Id
}

describe('a changed field', () => {
  test.each<[title: string, before: unknown, typed: string | string[], after: unknown]>([
    ['Line', 'a', '  b  ', '  b  '],
    ['Line', 'one\ntwo', 'one\ntwo\nthree', 'one\ntwo\nthree'],
    ['Text', 'a\r\nb', 'a\nb\nc', 'a\r\nb\r\nc'],
    ['Text', 'a\r\nb\nc', 'a\nb\nc\nd', 'a\nb\nc\nd'],
    ['Text', null, 'a\nb', 'a\nb'],
    ['Text', 'a', '\n\na', '\n\na'],
    ['Text', 'a', '', null],
    ['Line', '', 'a', 'a'],
    ['Json', { a: 1 }, '{"a": [1, null]}', { a: [1, null] }],
    ['Json', 123, '"123"', '123'],
    ['Json', '123', '123', 123],
    ['Json', '123', '"plain text"', 'plain text'],
    ['Json', 'a', '""', ''],
    ['Json', [1], ' ', null],
    ['Json', 1, 'null', null],
    ['Tick', null, 'false', false],
    ['Tick', null, 'true', true],
    ['Tick', true, 'false', false],
    ['Tick', true, '', null],
    ['One', 'jan', '__proto__', '__proto__'],
    ['One', 'jan', '', null],
    ['Many', 'feb,jan', ['jan', 'feb', ' mar "q" '], 'feb,jan, mar "q" '],
    ['Many', 'feb,jan, mar "q" ', ['jan', ' mar "q" '], 'jan, mar "q" '],
    ['Many', null, ['__proto__', 'feb'], 'feb,__proto__'],
    ['Many', 'jan', [], null],
    ['Whole', 1, '-9007199254740991', -9007199254740991],
    ['Whole', 1, '', null],
    ['Decimal', 1.5, '0.30000000000000004', 0.30000000000000004],
    ['Lasts', 90, '5400.5', 5400.5],
    ['Stars', 0, '4', 4],
    ['Day', null, '2024-02-29', '2024-02-29'],
    ['Moment', null, '2024-05-01T10:00', '2024-05-01 10:00:00+00:00'],
    ['Moment', '2024-05-01 10:00:00+00:00', '2024-05-01T10:00:01', '2024-05-01 10:00:01+00:00'],
    ['Moment', '2024-05-01 10:00:00+00:00', '', null],
    ['Moment', '2024-05-01 10:00:00.123+00:00', '2024-05-01T10:00:00.124', '2024-05-01 10:00:00.124+00:00'],
    ['Clock', '09:30:00', '09:31', '09:31:00'],
    ['Clock', '09:30:00.250', '09:30:00.251', '09:30:00.251'],
    ['Mail', 'no mail', 'ada@example.org', 'ada@example.org'],
    ['__proto__', 'a', 'b', 'b'],
  ])('%s of %j, with %j typed, becomes %j', async (title, before, typed, after) => {
    const rowId = await addRow(Object.fromEntries([[title, before]]))
    const row = await read(rowId)
    const answer = await change(rowId, Object.fromEntries([[title, typed]]))
    expect([answer.status, noticeOf(answer)]).toEqual([303, 'row-saved'])
    const changed = await read(rowId)
    const expected = Object.fromEntries([...Object.entries(row), [title, after], ['UpdatedAt', changed['UpdatedAt']]])
    expect(Object.entries(changed)).toStrictEqual(Object.entries(expected))
  })

  test.each<[title: string, typed: string, says: string]>([
    ['Json', '{"a": 1', 'takes JSON, such as'],
    ['Json', 'plain text', 'takes JSON, such as'],
    ['Json', '[12345678901234567890]', 'takes JSON, such as'],
    ['Whole', '9007199254740993', 'takes '],
    ['Decimal', '0.1234567890123456789', 'takes '],
    ['Line', 'a\0b', 'takes a text without'],
  ])('%s cannot become %j, and the form keeps what was typed', async (title, typed, says) => {
    const rowId = await addRow({ Mark: 'as it was', [title]: null })
    const before = await read(rowId)
    const { form, names } = await open(pathOf(rowId))
    fill(form, names.get('Mark') ?? '', 'typed too')
    fill(form, names.get(title) ?? '', typed)
    const answer = await send(form)
    expect(answer.status).toBe(400)
    expect(answer.body).toContain(`The field &quot;${title}&quot;`)
    expect(answer.body).toContain(says)
    expect(answer.body).toContain('typed too')
    expect(await read(rowId)).toEqual(before)
    const again = readForm(answer.body, 'rows')
    fill(again, names.get(title) ?? '', '')
    expect(noticeOf(await send(again))).toBe('row-saved')
    const after = await read(rowId)
    expect(after).toEqual({ ...before, Mark: 'typed too', UpdatedAt: after['UpdatedAt'] })
  })
})

describe('a row that changed while its form was open', () => {
  test('is not written over: the form says so, keeps what was typed, shows what the row holds, and saves when asked again', async () => {
    const rowId = await addRow({ Mark: 'first', Line: 'untouched', Whole: 1 })
    const { form, names } = await open(pathOf(rowId))
    fill(form, names.get('Mark') ?? '', 'mine')
    await api('PATCH', rowId, { Mark: 'theirs', Whole: 2 })
    const answer = await send(form)
    expect(answer.status).toBe(412)
    expect(await read(rowId)).toMatchObject({ Mark: 'theirs', Whole: 2 })
    expect(answer.body).toContain('This row was changed while you had it open')
    expect(answer.body).toMatch(/Now in the row:[^]{0,60}theirs/)
    expect(answer.body).toContain('value="mine"')
    expect(answer.body).toContain('Show the row as it is now')
    expect(noticeOf(await send(readForm(answer.body, 'rows')))).toBe('row-saved')
    expect(await read(rowId)).toMatchObject({ Mark: 'mine', Line: 'untouched', Whole: 2 })
  })

  test('is refused again when it changes once more', async () => {
    const rowId = await addRow({ Mark: 'first' })
    const { form, names } = await open(pathOf(rowId))
    fill(form, names.get('Mark') ?? '', 'mine')
    await api('PATCH', rowId, { Mark: 'second' })
    const answer = await send(form)
    await api('PATCH', rowId, { Mark: 'third' })
    expect((await send(readForm(answer.body, 'rows'))).status).toBe(412)
    expect(await read(rowId)).toMatchObject({ Mark: 'third' })
  })

  test.each(['', 'x', '-1', '1.5', '99999999999999999999'])('is refused with the version %j, too', async (version) => {
    const rowId = await addRow({ Mark: 'first' })
    const { form, names } = await open(pathOf(rowId))
    fill(form, names.get('Mark') ?? '', 'mine')
    fill(form, 'version', version)
    expect((await send(form)).status).toBe(412)
    expect(await read(rowId)).toMatchObject({ Mark: 'first' })
  })

  test('counts as saved where it holds the changes already, as after Save was pressed twice', async () => {
    const rowId = await addRow({ Mark: 'first' })
    const { form, names } = await open(pathOf(rowId))
    fill(form, names.get('Mark') ?? '', 'mine')
    expect([noticeOf(await send(form)), noticeOf(await send(form))]).toEqual(['row-saved', 'row-saved'])
  })

  test('and is gone says so, and keeps what was typed', async () => {
    const rowId = await addRow({ Mark: 'first' })
    const { form, names } = await open(pathOf(rowId))
    fill(form, names.get('Mark') ?? '', 'typed before it went')
    await api('DELETE', rowId)
    const answer = await send(form)
    expect(answer.status).toBe(400)
    expect(answer.body).toContain('This row was deleted while you had it open')
    expect(answer.body).toContain('value="typed before it went"')
  })
})

test('saving, deleting and cancelling lead back to the filter, the sort and the page', async () => {
  const query = '?where=(Mark%2Ceq%2C%22a%20%26%20b%22)&sort=-Mark&offset=25'
  const grid = `/projects/${projectId}/tables/${table.id}${query}`
  const rowId = await addRow({ Mark: 'a' })
  const { form, names, html } = await open(`${pathOf(rowId)}${query}`)
  const attribute = (text: string) => text.replaceAll('&', '&amp;')
  expect(html).toContain(`href="${attribute(grid)}" data-close`)
  fill(form, names.get('Mark') ?? '', 'b')
  expect((await send(form)).headers.get('location')).toBe(`${grid}&notice=row-saved`)
  const refusedForm = (await open(`${pathOf(rowId)}${query}`)).form
  fill(refusedForm, names.get('Whole') ?? '', '1e300')
  expect((await send(refusedForm)).body).toContain(`href="${attribute(grid)}" data-close`)
  const deletion = await request('GET', `/projects/${projectId}/tables/${table.id}/delete-rows${query}&row=${rowId}`, {
    refresh: admin.refresh,
    headers: HTML,
  })
  expect((await send(readForm(deletion.body, 'delete-rows'))).headers.get('location')).toBe(`${grid}&notice=rows-deleted`)
})

test('a page whose rows are all deleted leads to the last page that there is', async () => {
  const path = `/projects/${projectId}/tables/${table.id}`
  const answer = await request('GET', `${path}?where=(Mark%2Ceq%2Cnothing)&offset=50&notice=rows-deleted`, {
    refresh: admin.refresh,
    headers: HTML,
  })
  expect(answer.headers.get('location')).toBe(`${path}?where=(Mark%2Ceq%2Cnothing)&notice=rows-deleted`)
  const total = (await succeed(request('GET', `/api/v1/db/data/noco/${projectId}/${table.id}/count`, { auth: admin.auth }))).body
    .count
  const far = await request('GET', `${path}?offset=99975`, { refresh: admin.refresh, headers: HTML })
  expect(far.headers.get('location')).toBe(`${path}?offset=${Math.floor((total - 1) / 25) * 25}`)
})

describe('a new row', () => {
  let defaults: { id: string; title: string }
  const newRow = () => `/projects/${projectId}/tables/${defaults.id}/new-row`
  const last = async (): Promise<Record<string, unknown>> =>
    (await succeed(request('GET', `/api/v1/db/data/noco/${projectId}/${defaults.id}?sort=-Id`, { auth: admin.auth }))).body
      .list[0]

  beforeAll(async () => {
    defaults = await createTable(admin.auth, projectId, {
      columns: [
        { title: 'Name', uidt: 'SingleLineText', rqd: true },
        { title: 'Kind', uidt: 'SingleSelect', cdf: 'jan', ...MONTHS },
        { title: 'Both', uidt: 'MultiSelect', cdf: 'feb,jan', ...MONTHS },
        { title: 'Qty', uidt: 'Number', cdf: '5' },
        { title: 'Tick', uidt: 'Checkbox' },
        { title: 'On', uidt: 'Checkbox', cdf: 'true' },
        { title: 'Stars', uidt: 'Rating' },
        { title: 'Lines', uidt: 'LongText', cdf: 'a\r\nb' },
        { title: 'Data', uidt: 'JSON', cdf: '{"a":1}' },
        { title: 'When', uidt: 'DateTime', cdf: 'CURRENT_TIMESTAMP' },
        { title: 'Note', uidt: 'SingleLineText' },
      ],
    })
  })

  test('shows the defaults, and gets them as the API would give them', async () => {
    const { form, names } = await open(newRow())
    const shown = (title: string) => form.controls.filter(({ name, value }) => name === names.get(title) && value !== null)
    expect(shown('Kind').map(({ value }) => value)).toEqual(['jan'])
    expect(shown('Both').map(({ value }) => value)).toEqual(['jan', 'feb'])
    expect(shown('On').map(({ value }) => value)).toEqual(['true'])
    fill(form, names.get('Name (required)') ?? '', 'by form')
    expect(noticeOf(await send(form))).toBe('row-added')
    const byForm = await last()
    await succeed(
      request('POST', `/api/v1/db/data/noco/${projectId}/${defaults.id}`, { auth: admin.auth, body: { Name: 'by API' } }),
    )
    const byApi = await last()
    const alike = { Id: 0, Name: '', When: '', CreatedAt: '', UpdatedAt: '' }
    expect({ ...byForm, ...alike }).toStrictEqual({ ...byApi, ...alike })
    expect(byForm['When']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/)
    expect(byForm).toMatchObject({ Both: 'feb,jan', Lines: 'a\r\nb', Stars: 0, Tick: false, On: true, Note: null })
  })

  test('takes what is chosen in place of the defaults, nothing too', async () => {
    const { form, names } = await open(newRow())
    const choices = { 'Name (required)': 'x', Kind: '', Qty: '', Lines: 'c\nd', Data: '', Note: ' y ' }
    for (const [title, text] of Object.entries(choices)) fill(form, names.get(title) ?? '', text)
    fill(form, names.get('Both') ?? '')
    fill(form, names.get('Tick') ?? '', '')
    fill(form, names.get('When') ?? '', '2024-05-01T10:00')
    expect(noticeOf(await send(form))).toBe('row-added')
    expect(await last()).toMatchObject({
      Name: 'x',
      Kind: null,
      Both: null,
      Qty: null,
      Tick: null,
      Lines: 'c\nd',
      Data: null,
      When: '2024-05-01 10:00:00+00:00',
      Note: ' y ',
    })
  })

  test('without a required value is refused beside the field, and what was typed stays', async () => {
    const { form, names } = await open(newRow())
    fill(form, names.get('Note') ?? '', 'kept')
    const answer = await send(form)
    expect(answer.status).toBe(400)
    expect(answer.body).toMatch(/class="error"[^>]*>The field &quot;Name&quot; is required\./)
    expect(answer.body).toContain('value="kept"')
    const again = readForm(answer.body, 'new-row')
    fill(again, names.get('Name (required)') ?? '', 'now')
    expect(noticeOf(await send(again))).toBe('row-added')
    expect(await last()).toMatchObject({ Name: 'now', Note: 'kept', Kind: 'jan', Both: 'feb,jan', Lines: 'a\r\nb' })
  })
})
