import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { addMember, createProject, createTable, request, signUp, superAdmin } from '../support/client'

const OPTIONS = { colOptions: { options: [{ title: 'open' }, { title: 'closed' }, { title: "it's" }] } }
const COLUMNS = [
  { title: 'Title', uidt: 'SingleLineText' },
  { title: 'Notes', uidt: 'LongText' },
  { title: 'Qty', uidt: 'Number' },
  { title: 'Price', uidt: 'Decimal' },
  { title: 'Done', uidt: 'Checkbox' },
  { title: 'Day', uidt: 'Date' },
  { title: 'At', uidt: 'DateTime' },
  { title: 'Clock', uidt: 'Time' },
  { title: 'Born', uidt: 'Year' },
  { title: 'Stars', uidt: 'Rating' },
  { title: 'State', uidt: 'SingleSelect', ...OPTIONS },
  { title: 'Tags', uidt: 'MultiSelect', ...OPTIONS },
  { title: 'Data', uidt: 'JSON' },
  { title: 'Mail', uidt: 'Email', meta: { validate: true } },
  { title: 'Site', uidt: 'URL', meta: { validate: true } },
  { title: 'Code', uidt: 'SingleLineText', unique: true },
]

let auth: string
let projectId: string
let tableId: string
let at: string

beforeAll(async () => {
  auth = (await superAdmin()).auth
  projectId = (await createProject(auth, 'Rows')).id
  tableId = (await createTable(auth, projectId, { title: 'Things', columns: COLUMNS })).id
  at = `/api/v1/db/data/noco/${projectId}/${tableId}`
})

const get = (path: string) => request('GET', path, { auth })
const insert = (body: object) => request('POST', at, { auth, body })
const count = async () => (await get(`${at}/count`)).body.count as number

describe('values', () => {
  test.each<[field: string, given: unknown, stored: unknown]>([
    ['Title', 'Größe 🖋 "x" \\ \n', 'Größe 🖋 "x" \\ \n'],
    ['Title', '', ''],
    ['Title', 5, '5'],
    ['Title', 1e21, '1e+21'],
    ['Title', true, 'true'],
    ['Title', null, null],
    ['Qty', 0, 0],
    ['Qty', -7, -7],
    ['Qty', '42', 42],
    ['Qty', 9_007_199_254_740_991, 9_007_199_254_740_991],
    ['Qty', -9_007_199_254_740_991, -9_007_199_254_740_991],
    ['Price', 0.1, 0.1],
    ['Price', 0.30000000000000004, 0.30000000000000004],
    ['Price', '1.25', 1.25],
    ['Price', 5, 5],
    ['Price', 5e-324, 5e-324],
    ['Done', true, true],
    ['Done', 0, false],
    ['Done', 'true', true],
    ['Day', '2026-01-31', '2026-01-31'],
    ['Day', '2024-02-29', '2024-02-29'],
    ['Day', '2026-01-31T00:00:00Z', '2026-01-31'],
    ['At', '2026-01-31T10:30:00+01:00', '2026-01-31 09:30:00+00:00'],
    ['At', '2026-01-31 09:30:00+00:00', '2026-01-31 09:30:00+00:00'],
    ['At', '2026-01-31', '2026-01-31 00:00:00+00:00'],
    ['At', '2024-05-01 10:00:00.123+00:00', '2024-05-01 10:00:00.123+00:00'],
    ['At', '2024-05-01T12:00:00.123456+02:00', '2024-05-01 10:00:00.123+00:00'],
    ['Clock', '09:30', '09:30:00'],
    ['Clock', '09:30:00.25', '09:30:00.250'],
    ['Stars', 5, 5],
    ['Born', 1815, 1815],
    ['State', "it's", "it's"],
    ['Tags', ['open', 'closed', 'open'], 'open,closed'],
    ['Tags', 'closed', 'closed'],
    ['Data', { a: [1, null, 'ü'] }, { a: [1, null, 'ü'] }],
    ['Data', 'text', 'text'],
    ['Data', '{"a":1}', '{"a":1}'],
    ['Data', false, false],
    ['Mail', 'ada@example.org', 'ada@example.org'],
    ['Site', 'https://example.org/x', 'https://example.org/x'],
    ['Site', 'example.org/x', 'example.org/x'],
    ['Mail', 'jürgen@müller.de', 'jürgen@müller.de'],
    ...['Qty', 'Price', 'Done', 'Day', 'At', 'Clock', 'Born', 'Stars', 'State', 'Mail', 'Site'].map(
      (field): [string, string, null] => [field, '', null],
    ),
    ...['Title', 'Notes', 'Tags', 'Data'].map((field): [string, string, string] => [field, '', '']),
  ])('%s takes %j and gives back %j, when inserted and when changed', async (field, given, stored) => {
    const inserted = await insert({ [field]: given })
    expect(inserted.status).toBe(200)
    expect(inserted.body[field]).toEqual(stored)
    const { body: other } = await insert({})
    const changed = await request('PATCH', `${at}/${other.Id}`, { auth, body: { [field]: given } })
    expect(changed.body[field]).toEqual(stored)
    expect((await get(`${at}/${other.Id}`)).body[field]).toEqual(stored)
  })

  test.each<[field: string, given: unknown]>([
    ['Title', { a: 1 }],
    ['Title', ['a']],
    ['Qty', 1.5],
    ['Qty', 'abc'],
    ['Qty', 'NaN'],
    ['Qty', true],
    ['Qty', 9_007_199_254_740_992],
    ['Qty', '9007199254740993'],
    ['Price', 'abc'],
    ['Price', 'Infinity'],
    ['Price', '0.12345678901234567890123'],
    ['Price', '9007199254740993'],
    ['Done', 'yes'],
    ['Done', 2],
    ['Day', '2026-02-30'],
    ['Day', '31.01.2026'],
    ['Day', '2026-01-31T09:30:00Z'],
    ['Day', 20260131],
    ['At', 'yesterday'],
    ['At', '2026-01-31T25:00:00Z'],
    ['Clock', '24:00'],
    ['Born', 12_345],
    ['Stars', 6],
    ['Stars', -1],
    ['State', 'Open'],
    ['Tags', ['open', 'lost']],
    ['Mail', 'ada'],
    ['Site', 'example'],
    ['Site', 'javascript:alert(1)'],
  ])('%s refuses %j, naming the field, and stores nothing', async (field, given) => {
    const before = await count()
    const answer = await insert({ Title: 'refused', [field]: given })
    expect([answer.status, answer.body.error, answer.body.field]).toEqual([400, 'INVALID_VALUE_FOR_FIELD', field])
    expect(answer.body.msg).toContain(`"${field}"`)
    expect(await count()).toBe(before)
  })

  test.each([
    ['a number beyond every double', '{"Price":1e400}', 'INVALID_REQUEST_BODY'],
    ['a lone surrogate', '{"Title":"\\ud800"}', 'INVALID_REQUEST_BODY'],
    ['a lone surrogate inside JSON', '{"Data":{"a":["\\udfff"]}}', 'INVALID_REQUEST_BODY'],
    ['a NUL', '{"Title":"a\\u0000b"}', 'BAD_JSON'],
    ['a field that is not there', '{"Nope":1}', 'FIELD_NOT_FOUND'],
    ['a field with the name of something every object has', '{"constructor":1}', 'FIELD_NOT_FOUND'],
    ['__proto__, which no column is called here', '{"__proto__":{"x":1}}', 'FIELD_NOT_FOUND'],
    ['a field given twice under two names', '{"Title":"a","title":"b"}', 'INVALID_VALUE_FOR_FIELD'],
    ['an array where an object is wanted', '[1]', 'INVALID_REQUEST_BODY'],
    ['null', 'null', 'INVALID_REQUEST_BODY'],
    ['JSON nested beyond reason', `{"Data":${'['.repeat(40)}${']'.repeat(40)}}`, 'BAD_JSON'],
  ])('a body with %s is refused', async (_, body, code) => {
    const before = await count()
    const answer = await request('POST', at, { auth, body })
    expect([answer.status, answer.body.error]).toEqual([400, code])
    expect(await count()).toBe(before)
  })

  test('a cell of 2,000,000 bytes is too long for a row, and says so', async () => {
    const answer = await insert({ Notes: 'x'.repeat(2_000_001) })
    expect([answer.status, answer.body.error]).toEqual([400, 'INVALID_VALUE_FOR_FIELD'])
    expect((await insert({ Notes: 'x'.repeat(1_900_000) })).status).toBe(200)
  })

  test('a value that must be unique exists once; the refusal names the field', async () => {
    expect((await insert({ Code: 'unique-1' })).status).toBe(200)
    const twice = await insert({ Code: 'unique-1' })
    expect([twice.status, twice.body.error, twice.body.field]).toEqual([400, 'DUPLICATE_VALUE', 'Code'])
    expect((await insert({ Code: null })).status).toBe(200)
    expect((await insert({ Code: null })).status).toBe(200)
  })

  test('instants a millisecond apart are two values of a unique field, sort by time, and are found each by itself', async () => {
    const { id } = await createTable(auth, projectId, {
      title: 'Instants',
      columns: [{ title: 'At', uidt: 'DateTime', unique: true }],
    })
    const path = `/api/v1/db/data/noco/${projectId}/${id}`
    const sorted = ['10:00:00+00:00', '10:00:00.001+00:00', '10:00:00.010+00:00', '10:00:01+00:00'].map(
      (time) => `2024-05-01 ${time}`,
    )
    for (const At of sorted.toReversed()) expect((await request('POST', path, { auth, body: { At } })).body.At).toBe(At)
    expect((await request('POST', path, { auth, body: { At: '2024-05-01T10:00:00.0019Z' } })).body.error).toBe('DUPLICATE_VALUE')
    const found = async (query: string) => (await get(`${path}?${query}`)).body.list.map(({ At }: { At: string }) => At)
    expect(await found('sort=At')).toEqual(sorted)
    for (const At of sorted) expect(await found(`where=${encodeURIComponent(`(At,eq,${At})`)}`)).toEqual([At])
    expect(await found('sort=At&where=(At,eq,2024-05-01)')).toEqual(sorted)
    expect(await found('sort=At&where=(At,gt,2024-05-01T10:00:00Z)')).toEqual(sorted.slice(1))
    expect(await found('sort=At&where=(At,le,2024-05-01T10:00:00.001Z)')).toEqual(sorted.slice(0, 2))
    expect(await found('where=(At,like,.010)')).toEqual(sorted.slice(2, 3))
  })

  test('a field called __proto__ is a field like any other', async () => {
    const { id } = await createTable(auth, projectId, { title: 'Proto', columns: [{ title: '__proto__', uidt: 'Number' }] })
    const path = `/api/v1/db/data/noco/${projectId}/${id}`
    const answer = await request('POST', path, { auth, body: '{"__proto__":5}' })
    expect(answer.status).toBe(200)
    const { list } = (await get(path)).body
    expect(Object.entries(list[0])[1]).toEqual(['__proto__', 5])
  })

  test('required, default and missing values: defaults fill in, what is required must come', async () => {
    const columns = [
      { title: 'Name', uidt: 'SingleLineText', rqd: true },
      { title: 'Level', uidt: 'Number', rqd: true, cdf: '3' },
      { title: 'Since', uidt: 'Date', cdf: 'CURRENT_TIMESTAMP' },
    ]
    const { id } = await createTable(auth, projectId, { title: 'Strict', columns })
    const path = `/api/v1/db/data/noco/${projectId}/${id}`
    const missing = await request('POST', path, { auth, body: {} })
    expect([missing.status, missing.body.error, missing.body.field]).toEqual([400, 'REQUIRED_FIELD_MISSING', 'Name'])
    const { body: row } = await request('POST', path, { auth, body: { Name: 'a' } })
    expect(row).toMatchObject({ Name: 'a', Level: 3, Since: new Date().toISOString().slice(0, 10) })
    const cleared = await request('PATCH', `${path}/${row.Id}`, { auth, body: { Name: null } })
    expect([cleared.status, cleared.body.error]).toEqual([400, 'REQUIRED_FIELD_MISSING'])
  })
})

describe('one row', () => {
  test('a row sent back as it was read is taken, whatever the server fills in by itself', async () => {
    const { body: row } = await insert({ Title: 'whole' })
    const answer = await request('PATCH', `${at}/${row.Id}`, { auth, body: { ...row, Title: 'whole again' } })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ Id: row.Id, Title: 'whole again', CreatedAt: row.CreatedAt })
  })

  test('the key of a row cannot be changed', async () => {
    const { body: row } = await insert({ Title: 'fixed' })
    const answer = await request('PATCH', `${at}/${row.Id}`, { auth, body: { Id: row.Id + 1000 } })
    expect([answer.status, answer.body.field]).toEqual([400, 'Id'])
  })

  test('UpdatedAt is true at every write, CreatedAt stays', async () => {
    const { body: row } = await insert({ Title: 'old' })
    const table = `"${tableId}"`
    const columns = await env.DB.prepare('SELECT physical_name, auto FROM columns WHERE table_id = ? AND auto IS NOT NULL')
      .bind(tableId)
      .all<{
        physical_name: string
        auto: string
      }>()
    const past = '2020-01-01 00:00:00+00:00'
    for (const { physical_name: name } of columns.results) {
      await env.DATA.prepare(`UPDATE ${table} SET "${name}" = ? WHERE c1 = ?`).bind(past, row.Id).run()
    }
    const { body: changed } = await request('PATCH', `${at}/${row.Id}`, { auth, body: { Title: 'new' } })
    expect(changed.CreatedAt).toBe(past)
    expect(Date.parse(changed.UpdatedAt)).toBeGreaterThan(Date.now() - 60_000)
  })

  test.each(['999999', 'abc', '1.5', '0x1', '-1', '1e2', '%F0%9F%96%8B', "1'--", '1___2'])(
    'row %s is not there: 404 for every verb',
    async (rowId) => {
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const answer = await request(method, `${at}/${rowId}`, { auth, ...(method === 'PATCH' ? { body: { Title: 'x' } } : {}) })
        expect([answer.status, answer.body.error]).toEqual([404, 'ROW_NOT_FOUND'])
      }
      expect((await get(`${at}/${rowId}/exist`)).body).toBe(false)
    },
  )

  test('exist, read with fields, delete, and then nothing', async () => {
    const { body: row } = await insert({ Title: 'short life' })
    expect((await get(`${at}/${row.Id}/exist`)).body).toBe(true)
    expect((await get(`${at}/${row.Id}?fields=Title`)).body).toEqual({ Title: 'short life' })
    expect((await request('DELETE', `${at}/${row.Id}`, { auth })).body).toBe(1)
    expect((await get(`${at}/${row.Id}`)).status).toBe(404)
    expect((await request('DELETE', `${at}/${row.Id}`, { auth })).status).toBe(404)
  })

  test('an id is never given out twice, not even that of the newest row, deleted', async () => {
    const { body: first } = await insert({})
    await request('DELETE', `${at}/${first.Id}`, { auth })
    expect((await insert({})).body.Id).toBeGreaterThan(first.Id)
  })
})

describe('lists', () => {
  let list: string

  beforeAll(async () => {
    const columns = [
      { title: 'Title', uidt: 'SingleLineText' },
      { title: 'Qty', uidt: 'Number' },
      { title: 'State', uidt: 'SingleSelect', ...OPTIONS },
    ]
    const { id } = await createTable(auth, projectId, { title: 'Übersicht', columns })
    list = `/api/v1/db/data/noco/${projectId}/${id}`
    const rows = Array.from({ length: 60 }, (_, index) => ({
      Title: `t${index % 7}`,
      Qty: index % 5 === 0 ? null : index % 10,
      State: index % 3 === 0 ? 'open' : null,
    }))
    await request('POST', list.replace('/data/', '/data/bulk/'), { auth, body: rows })
  })

  test.each([
    ['', 25, 1, true, false],
    ['limit=0', 1, 1, true, false],
    ['limit=-5', 1, 1, true, false],
    ['limit=5000', 60, 1, true, true],
    ['limit=20&offset=40', 20, 3, false, true],
    ['limit=20&offset=50', 10, 3.5, false, false],
    ['limit=7&offset=-3', 7, 1, true, false],
    ['limit=10&offset=1000', 0, 101, false, false],
  ])('?%s gives %i rows on page %d', async (query, length, page, isFirstPage, isLastPage) => {
    const { body } = await get(`${list}?${query}`)
    expect(body.list).toHaveLength(length)
    expect(body.pageInfo).toMatchObject({ totalRows: 60, page, isFirstPage, isLastPage })
  })

  test.each([
    ['limit=abc', 'INVALID_PARAMETER'],
    ['offset=1.5', 'INVALID_PARAMETER'],
    ['limit=1&limit=2', 'INVALID_PARAMETER'],
    ['where=(Qty,eq,1)&where=(Qty,eq,2)', 'INVALID_PARAMETER'],
    ['sort=Nope', 'FIELD_NOT_FOUND'],
    ['fields=Nope', 'FIELD_NOT_FOUND'],
    ['where=(Nope,eq,1)', 'FIELD_NOT_FOUND'],
    ['where=garbage', 'INVALID_FILTER'],
    ['where=(Qty,eq,abc)', 'INVALID_FILTER'],
    [`where=${'('.repeat(8000)}`, 'INVALID_FILTER'],
    ['cursor=nonsense', 'INVALID_CURSOR'],
    ['cursor=a&cursor=b', 'INVALID_PARAMETER'],
    ['sortArrJson={', 'INVALID_PARAMETER'],
    ['filterArrJson=[{"fk_column_id":"cl_x","comparison_op":"eq","value":1}]', 'FIELD_NOT_FOUND'],
  ])('?%s is refused with %s', async (query, code) => {
    const answer = await get(`${list}?${query}`)
    expect([answer.status, answer.body.error]).toEqual([400, code])
  })

  test.each(['fields=Id,Qty&sort=-Qty,Id', 'fields=Id&fields=Qty&sort=-Qty&sort=Id', 'fields[]=Id&f=Qty&sort[]=-Qty&s=Id'])(
    '?%s names two fields and sorts by two',
    async (query) => {
      const { list: rows } = (await get(`${list}?${query}&limit=3`)).body
      expect(rows).toEqual([
        { Id: 10, Qty: 9 },
        { Id: 20, Qty: 9 },
        { Id: 30, Qty: 9 },
      ])
      expect((await get(`${list}/find-one?${query}`)).body).toEqual({ Id: 10, Qty: 9 })
      expect((await get(`${list}/10?${query}`)).body).toEqual({ Id: 10, Qty: 9 })
    },
  )

  test('every way of naming project and table reaches the same rows: id, title, a trailing slash, the default view', async () => {
    const expected = (await get(`${list}?limit=2`)).body.list
    expect(expected).toHaveLength(2)
    const title = encodeURIComponent('Übersicht')
    const tables = (await get(`/api/v1/db/meta/projects/${projectId}/tables`)).body.list as { id: string; title: string }[]
    const id = tables.find((table) => table.title === 'Übersicht')?.id ?? ''
    const viewId = (await get(`/api/v1/db/meta/tables/${id}/views`)).body.list[0].id
    for (const path of [
      `Rows/${title}`,
      `${projectId}/${title}`,
      `Rows/${id}`,
      `Rows/${title}/views/${viewId}`,
      `Rows/${title}/views/${title}`,
    ]) {
      expect([path, (await get(`/api/v1/db/data/v1/${path}?limit=2`)).body.list]).toEqual([path, expected])
      expect([path, (await get(`/api/v1/db/data/v1/${path}/?limit=2`)).body.list]).toEqual([path, expected])
    }
    expect((await get(`${list}/views/other`)).body.error).toBe('VIEW_NOT_FOUND')
  })

  test.each(['', 'sort=-Qty', 'sort=Title,-Qty', 'where=(Qty,notnull)&sort=State'])(
    'pages by cursor hold every row once, in order: ?%s',
    async (query) => {
      const all = (await get(`${list}?${query}&limit=1000&fields=Id`)).body.list as { Id: number }[]
      const seen: { Id: number }[] = []
      let cursor: string | undefined
      do {
        const { body } = await get(`${list}?${query}&limit=7&fields=Id${cursor === undefined ? '' : `&cursor=${cursor}`}`)
        seen.push(...body.list)
        expect([body.pageInfo.isFirstPage, body.pageInfo.isLastPage]).toEqual([cursor === undefined, seen.length === all.length])
        expect([body.list.length > 0, body.pageInfo.page]).toEqual([true, cursor === undefined ? 1 : undefined])
        cursor = body.pageInfo.next
      } while (cursor !== undefined && seen.length <= 100)
      expect(seen).toEqual(all)
    },
  )

  test.each(['', '&sort=-Qty', '&where=(Qty,notnull)&sort=State'])(
    'a last page that is exactly full has no `next`, and the one before it has: %s',
    async (query) => {
      const all = (await get(`${list}?limit=1000&fields=Id${query}`)).body.list as { Id: number }[]
      const half = Math.floor(all.length / 2)
      const first = (await get(`${list}?limit=${half}&offset=${all.length % 2}&fields=Id${query}`)).body
      expect([first.list.length, first.pageInfo.isLastPage, typeof first.pageInfo.next]).toEqual([half, false, 'string'])
      for (const place of [`cursor=${first.pageInfo.next}`, `offset=${all.length - half}`]) {
        const last = (await get(`${list}?limit=${half}&fields=Id${query}&${place}`)).body
        expect(last.list).toEqual(all.slice(-half))
        expect([last.pageInfo.isLastPage, last.pageInfo.next]).toEqual([true, undefined])
      }
      const whole = (await get(`${list}?limit=${all.length}&fields=Id${query}`)).body
      expect([whole.list.length, whole.pageInfo.next]).toEqual([all.length, undefined])
    },
  )

  test('a cursor of another sort, another table, or altered, is refused', async () => {
    const { next } = (await get(`${list}?limit=5&sort=Qty`)).body.pageInfo
    expect((await get(`${list}?limit=5&sort=Title&cursor=${next}`)).body.error).toBe('INVALID_CURSOR')
    expect((await get(`${at}?cursor=${next}`)).body.error).toBe('INVALID_CURSOR')
    expect((await get(`${list}?limit=5&sort=Qty&cursor=${next.slice(2)}`)).body.error).toBe('INVALID_CURSOR')
    expect((await get(`${list}?limit=5&sort=Qty&cursor=${next}`)).status).toBe(200)
  })

  test('find-one, count, group-by and the grouped list', async () => {
    expect((await get(`${list}/find-one?where=(Qty,eq,3)&fields=Qty`)).body).toEqual({ Qty: 3 })
    expect((await get(`${list}/find-one?where=(Qty,eq,99)`)).body).toEqual({})
    expect((await get(`${list}/count?where=(State,eq,open)`)).body).toEqual({ count: 20 })
    const groups = (await get(`${list}/groupby?column_name=title&sort=-count&limit=2`)).body
    expect(groups.list).toEqual([
      { count: 9, title: 't0' },
      { count: 9, title: 't1' },
    ])
    expect(groups.pageInfo.totalRows).toBe(60)
    expect((await get(`${list}/groupby?column_name=nope`)).body.error).toBe('FIELD_NOT_FOUND')
    expect((await get(`${list}/groupby?column_name=title&sort=Qty`)).body.error).toBe('INVALID_PARAMETER')
    const tables = (await get(`/api/v1/db/meta/projects/${projectId}/tables`)).body.list as { id: string; title: string }[]
    const table = (await get(`/api/v1/db/meta/tables/${tables.find(({ title }) => title === 'Übersicht')?.id}`)).body
    const state = table.columns.find((column: { title: string }) => column.title === 'State').id
    const grouped = (await get(`${list}/group/${state}?limit=3&fields=Id`)).body
    expect(
      grouped.map(({ key, value }: { key: string; value: { list: unknown[]; pageInfo: { totalRows: number } } }) => [
        key,
        value.list.length,
        value.pageInfo.totalRows,
      ]),
    ).toEqual([
      ['open', 3, 20],
      ['closed', 0, 0],
      ["it's", 0, 0],
      [null, 3, 40],
    ])
    expect((await get(`${list}/group/cl_nope`)).body.error).toBe('COLUMN_NOT_FOUND')
  })

  test('shuffle gives the same rows in another order', async () => {
    const plain = (await get(`${list}?limit=60&fields=Id`)).body.list.map(({ Id }: { Id: number }) => Id)
    const shuffled = (await get(`${list}?limit=60&fields=Id&shuffle=1`)).body
    const ids = shuffled.list.map(({ Id }: { Id: number }) => Id)
    expect(ids.toSorted((a: number, b: number) => a - b)).toEqual(plain)
    expect(ids).not.toEqual(plain)
    expect(shuffled.pageInfo).not.toHaveProperty('next')
  })
})

describe('CSV', () => {
  test('quotes, keeps every alphabet, disarms formulas, and leaves numbers alone', async () => {
    const columns = [
      { title: 'Título, "x"', uidt: 'SingleLineText' },
      { title: 'N', uidt: 'Number' },
      { title: 'J', uidt: 'JSON' },
      { title: '=cmd', uidt: 'SingleLineText' },
    ]
    const { id } = await createTable(auth, projectId, { title: 'Ünï', columns })
    const path = `/api/v1/db/data/noco/${projectId}/${id}`
    for (const [text, n, json, last] of [
      ['=1+1', -5, { a: 1 }, '@x'],
      ['a"b\nc', null, null, '-2+3'],
      ['plain', 7, [1], '\tx'],
    ]) {
      await request('POST', path, { auth, body: { 'Título, "x"': text, N: n, J: json, '=cmd': last } })
    }
    const answer = await get(`${path}/export/csv?fields=${encodeURIComponent('Título, "x"')},N,J,${encodeURIComponent('=cmd')}`)
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toContain('%C3%9Cn%C3%AF-export.csv')
    expect(answer.body).toBe(
      [`"Título, ""x""",N,J,'=cmd`, `'=1+1,-5,"{""a"":1}",'@x`, `"a""b\nc",,,'-2+3`, `plain,7,[1],"'\tx"`, ''].join('\r\n'),
    )
  })

  test('a table of more rows than one chunk leaves whole, each row once', async () => {
    const { id } = await createTable(auth, projectId, { title: 'Long', columns: [{ title: 'N', uidt: 'Number' }] })
    const rows = Array.from({ length: 4500 }, (_, index) => ({ N: index % 13 === 0 ? null : index % 50 }))
    await request('POST', `/api/v1/db/data/bulk/noco/${projectId}/${id}`, { auth, body: rows })
    const { body } = await get(`/api/v1/db/data/noco/${projectId}/${id}/export/csv?fields=Id&sort=-N`)
    const ids = (body as string).trim().split('\r\n').slice(1).map(Number)
    expect(ids).toHaveLength(4500)
    expect(new Set(ids).size).toBe(4500)
  })
})

describe('who may', () => {
  test('a viewer reads and may not write, and is told which right is missing; a stranger finds nothing', async () => {
    const viewer = await signUp()
    const stranger = await signUp()
    await addMember(auth, projectId, viewer.email, 'viewer')
    expect((await request('GET', at, { auth: viewer.auth })).status).toBe(200)
    const write = await request('POST', at, { auth: viewer.auth, body: {} })
    expect([write.status, write.body.msg]).toEqual([403, 'dataInsert - viewer : Not allowed'])
    const foreign = await request('GET', at, { auth: stranger.auth })
    const unknown = await request('GET', `/api/v1/db/data/noco/p_nope/${tableId}`, { auth: stranger.auth })
    expect([foreign.status, foreign.body]).toEqual([unknown.status, unknown.body])
    expect(foreign.body.error).toBe('PROJECT_NOT_FOUND')
    const { id: otherProject } = await createProject(auth, 'Other')
    expect((await get(`/api/v1/db/data/noco/${otherProject}/${tableId}`)).body.error).toBe('TABLE_NOT_FOUND')
    // The project comes from the path: naming another in the query changes nothing.
    expect((await get(`/api/v1/db/data/noco/${otherProject}/${tableId}?project_id=${projectId}`)).status).toBe(404)
  })
})
