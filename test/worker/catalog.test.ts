/** Tables and columns over HTTP: docs/contract/api-v1.md 3.3 to 3.6. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { COLUMN_TYPES, type ColumnType, VIRTUAL_TYPES } from '../../src/data/types/column-types'
import { rulesOf } from '../../src/data/types/kinds'
import {
  type Answer,
  type Person,
  createProject,
  createTable,
  dump,
  request,
  signUpCreator,
  succeed,
  unique,
} from '../support/client'

type Json = Answer['body']

const META = '/api/v1/db/meta'

let ada: Person
let projectId: string
let prefix: string

beforeAll(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  ada = await signUpCreator()
  projectId = (await createProject(ada.auth)).id
  prefix = (await succeed(request('GET', `${META}/projects/${projectId}`, { auth: ada.auth }))).body.prefix
})

const call = (method: string, path: string, body?: unknown) => request(method, path, { auth: ada.auth, body })
const make = (body: unknown) => call('POST', `${META}/projects/${projectId}/tables`, body)
const read = async (id: string): Promise<Json> => (await succeed(call('GET', `${META}/tables/${id}`))).body
const rename = (id: string, body: unknown) => call('PATCH', `${META}/tables/${id}`, body)
const add = (table: Json, body: unknown) => call('POST', `${META}/tables/${table.id}/columns`, body)
const columnOf = (table: Json, title: string): Json => table.columns.find((column: Json) => column.title === title)
const change = (table: Json, title: string, body: unknown) => call('PATCH', `${META}/columns/${columnOf(table, title).id}`, body)
const remove = (table: Json, title: string) => call('DELETE', `${META}/columns/${columnOf(table, title).id}`)
const data = (method: string, table: Json, body?: unknown, more = '') =>
  call(method, `/api/v1/db/data/noco/${projectId}/${table.id}${more}`, body)
const fill = (table: Json, rows: unknown[]) => succeed(call('POST', `/api/v1/db/data/bulk/noco/${projectId}/${table.id}`, rows))
const list = async (table: Json): Promise<Json[]> => (await succeed(data('GET', table, undefined, '?limit=1000'))).body.list
const values = async (table: Json, title: string) => (await list(table)).map((row) => row[title])
const titles = (table: Json): string[] => table.columns.map(({ title }: Json) => title)
const withColumns = (...columns: unknown[]): Promise<Json> => createTable(ada.auth, projectId, { columns })
/** Of a column made for the table `Id, Value, CreatedAt, UpdatedAt`, with the rows. */
async function withValues(column: Record<string, unknown>, rows: readonly unknown[]): Promise<Json> {
  const table = await withColumns({ title: 'Value', ...column })
  if (rows.length > 0)
    await fill(
      table,
      rows.map((Value) => ({ Value })),
    )
  return table
}

function expectRefused({ status, body }: Answer, code: string, message: string | RegExp, expected = 400): void {
  expect([status, body.error, body.message]).toEqual([
    expected,
    code,
    typeof message === 'string' ? message : expect.stringMatching(message),
  ])
}

/** The user's columns and the one that counts writes. */
const physicalColumns = (table: Json) =>
  env.DATA.prepare('SELECT COUNT(*) AS n FROM pragma_table_info(?)').bind(table.id).first('n')

async function indexes(table: Json): Promise<string[]> {
  const names = env.DATA.prepare(
    `SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY name`,
  )
  return (await names.bind(table.id).all<{ name: string }>()).results.map(({ name }) => name.replace(`${table.id}_`, ''))
}

describe('making a table', () => {
  test('without a primary key adds Id in front and the two dates behind', async () => {
    const table = await withColumns({ title: 'Name' })
    expect(
      table.columns.map(({ title, column_name, uidt, pk, ai, pv, cdf }: Json) => [title, column_name, uidt, pk, ai, pv, cdf]),
    ).toEqual([
      ['Id', 'id', 'ID', true, true, false, null],
      ['Name', 'name', 'SingleLineText', false, false, true, null],
      ['CreatedAt', 'created_at', 'DateTime', false, false, false, 'CURRENT_TIMESTAMP'],
      ['UpdatedAt', 'updated_at', 'DateTime', false, false, false, 'CURRENT_TIMESTAMP'],
    ])
    expect(table).toMatchObject({ project_id: projectId, type: 'table', mm: false, enabled: true })
    expect(table.table_name).toBe(`${prefix}_${table.title.toLowerCase()}`)
    expect(table.columnsById[table.columns[1].id]).toEqual(table.columns[1])
    expect(await read(table.id)).toEqual(table)
  })

  test('without any column makes one that takes rows', async () => {
    const table = await withColumns()
    expect(titles(table)).toEqual(['Id', 'CreatedAt', 'UpdatedAt'])
    expect((await succeed(data('POST', table, {}))).body.Id).toBe(1)
  })

  test('with a primary key adds nothing', async () => {
    expect(titles(await withColumns({ title: 'Key', uidt: 'ID' }, { title: 'Name' }))).toEqual(['Key', 'Name'])
  })

  test.each<[string, unknown]>([
    ['JSON', {}],
    ['Attachment', {}],
    ['CreateTime', {}],
    ['LastModifiedTime', {}],
    ['DateTime', { column_name: 'created_at', cdf: 'CURRENT_TIMESTAMP' }],
  ])('a %s is no primary key', async (uidt, more) => {
    const answer = await make({ table_name: unique('key'), columns: [{ title: 'Key', uidt, pk: true, ...(more as object) }] })
    expectRefused(answer, 'INVALID_COLUMN', /cannot be a primary key/)
  })

  test('with a text as primary key, rows are reached by it and each value is taken once', async () => {
    const table = await withColumns({ title: 'Code', pk: true }, { title: 'Name' })
    expect(columnOf(table, 'Code')).toMatchObject({ pk: true, rqd: true, ai: false })
    await succeed(data('POST', table, { Code: 'a b', Name: 'x' }))
    expect((await succeed(data('GET', table, undefined, '/a%20b'))).body).toEqual({ Code: 'a b', Name: 'x' })
    expectRefused(await data('POST', table, { Code: 'a b' }), 'DUPLICATE_VALUE', /"Code"/)
    expectRefused(await data('POST', table, { Name: 'y' }), 'REQUIRED_FIELD_MISSING', /"Code"/)
  })

  test('with a key of two columns, rows are reached by both', async () => {
    const table = await withColumns({ title: 'A', pk: true, uidt: 'Number' }, { title: 'B', pk: true }, { title: 'C' })
    await fill(table, [
      { A: 1, B: 'x', C: '1x' },
      { A: 1, B: 'y', C: '1y' },
    ])
    expect((await succeed(data('GET', table, undefined, '/1___y'))).body.C).toBe('1y')
    expect(columnOf(table, 'C').pv).toBe(true)
  })

  test('with an automatic id among several keys is refused', async () => {
    expectRefused(
      await make({
        title: unique('T'),
        columns: [
          { title: 'A', uidt: 'ID' },
          { title: 'B', pk: true },
        ],
      }),
      'INVALID_COLUMN',
      /several columns/,
    )
  })

  test.each<[Record<string, unknown>]>([
    [{ title: 'Created at' }],
    [{ title: 'created_at' }],
    [{ title: 'Made', column_name: 'created_at' }],
    [{ title: 'Updated At' }],
    [{ title: 'UpdatedAt', column_name: 'updated_at' }],
  ])('a date called %j is the client’s: it takes the values that are given, in every kind of write', async (names) => {
    const table = await withColumns({ uidt: 'DateTime', unique: true, ...names })
    const column = table.columns[1]
    expect([column.cdf, column.au, table.columns]).toEqual([null, false, expect.objectContaining({ length: 3 })])
    const [first, second, third] = ['1999', '2001', '2003'].map((year) => `${year}-12-31 23:59:59.999+00:00`)
    expect((await succeed(data('POST', table, { [column.title]: first }))).body[column.title]).toBe(first)
    expect((await succeed(data('POST', table, {}))).body[column.title]).toBeNull()
    expect((await succeed(data('PATCH', table, { [column.title]: second }, '/1'))).body[column.title]).toBe(second)
    await fill(table, [{ [column.title]: third }])
    const bulk = `/api/v1/db/data/bulk/noco/${projectId}/${table.id}`
    await succeed(call('POST', `${bulk}/upsert?on=${encodeURIComponent(column.title)}`, [{ [column.title]: first }]))
    expect(await values(table, column.title)).toEqual([second, null, third, first])
  })

  test('the dates that a NocoDB client makes for itself, by name and default, are the server’s', async () => {
    const columns = [
      { column_name: 'id', title: 'Id', uidt: 'ID', pk: true, ai: true, cdf: null },
      { column_name: 'title', title: 'Title', uidt: 'SingleLineText', cdf: null },
      { column_name: 'created_at', title: 'CreatedAt', uidt: 'DateTime', cdf: 'CURRENT_TIMESTAMP' },
      { column_name: 'updated_at', title: 'UpdatedAt', uidt: 'DateTime', cdf: 'CURRENT_TIMESTAMP on update CURRENT_TIMESTAMP' },
    ]
    const table = await withColumns(...columns)
    expect(table.columns.map(({ cdf, au }: Json) => [cdf, au])).toEqual([
      [null, false],
      [null, false],
      ['CURRENT_TIMESTAMP', false],
      ['CURRENT_TIMESTAMP', true],
    ])
    const { body } = await succeed(data('POST', table, { CreatedAt: '1999-12-31 00:00:00', UpdatedAt: '1999-12-31 00:00:00' }))
    expect([body.CreatedAt, body.UpdatedAt]).toEqual([expect.stringMatching(/^2[^0]|^20[2-9]/), body.CreatedAt])
  })

  test('a date with a default of another name than the server’s takes what is given, else the present moment', async () => {
    const table = await withColumns({ title: 'Created At', uidt: 'DateTime', cdf: 'CURRENT_TIMESTAMP' })
    const given = '1999-12-31 00:00:00+00:00'
    expect((await succeed(data('POST', table, { 'Created At': given }))).body['Created At']).toBe(given)
    expect((await succeed(data('POST', table, {}))).body['Created At']).toMatch(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\+00:00$/)
  })

  test.each(['Id', 'ID', 'id'])('a column called %s that is no key is refused with the way out', async (title) => {
    expectRefused(await make({ title: unique('T'), columns: [{ title }] }), 'INVALID_COLUMN', /mark it `pk`/)
  })

  test.each(Object.keys(COLUMN_TYPES) as ColumnType[])('%s has the SQL type of the contract', async (uidt) => {
    const table = await withColumns({ title: 'Value', uidt, pk: false })
    expect(columnOf(table, 'Value')).toMatchObject({ uidt, dt: COLUMN_TYPES[uidt].dt, virtual: false })
    const { columns = [] } = await dump(env.DB)
    const name = columns.find(({ id }) => id === columnOf(table, 'Value').id)?.['physical_name']
    const info = await env.DATA.prepare(`SELECT type FROM pragma_table_info(?) WHERE name = ?`).bind(table.id, name).first('type')
    expect(info).toBe(rulesOf({ type: uidt }).sql)
  })

  test.each(VIRTUAL_TYPES)('%s is not implemented, in a table and as a column', async (uidt) => {
    expectRefused(await make({ title: unique('T'), columns: [{ title: 'V', uidt }] }), 'NOT_IMPLEMENTED', new RegExp(uidt))
    const table = await withColumns({ title: 'A' })
    expectRefused(await add(table, { title: 'V', uidt }), 'NOT_IMPLEMENTED', new RegExp(uidt))
    expectRefused(await change(table, 'A', { uidt }), 'NOT_IMPLEMENTED', new RegExp(uidt))
  })

  const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

  test.each<[unknown, RegExp]>([
    [{ ag: 'nc' }, /^rc_[0-9a-z]{14}$/],
    ['{"ag":"uuid"}', UUID],
    [{ ag: true }, UUID],
  ])('with `meta` of %j makes up the keys that rows do not bring', async (meta, shape) => {
    const table = await withColumns({ title: 'Key', uidt: 'ID', meta }, { title: 'Code', unique: true }, { title: 'Name' })
    expect(columnOf(table, 'Key')).toMatchObject({ uidt: 'ID', dt: 'varchar', pk: true, ai: false, rqd: true })
    const bulk = `/api/v1/db/data/bulk/noco/${projectId}/${table.id}`
    const { body: one } = await succeed(data('POST', table, { Code: 'a' }))
    const { body: two } = await succeed(call('POST', bulk, [{ Code: 'b' }, { Key: 'mine', Code: 'c' }]))
    const { body: three } = await succeed(
      call('POST', `${bulk}/upsert?on=Code`, [
        { Code: 'd', Name: 'new' },
        { Code: 'a', Name: 'there' },
      ]),
    )
    expect([two[1].key, three[1].key]).toEqual(['mine', one.Key])
    const made = [one.Key, two[0].key, three[0].key]
    for (const key of made) expect(key).toMatch(shape)
    expect(new Set(made).size).toBe(3)
    expect((await succeed(data('GET', table, undefined, `/${one.Key}`))).body).toEqual({ Key: one.Key, Code: 'a', Name: 'there' })
    const keyed = () => request('POST', bulk, { auth: ada.auth, body: [{ Code: 'e' }], headers: { 'idempotency-key': table.id } })
    expect((await succeed(keyed())).body).toEqual((await succeed(keyed())).body)
  })

  test('with such a key may be sent back as it was read, and keeps its type', async () => {
    const table = await withColumns({ title: 'Key', uidt: 'ID', meta: { ag: 'nc' } })
    const key = columnOf(table, 'Key')
    const { body } = await succeed(call('PATCH', `${META}/columns/${key.id}`, key))
    expect(columnOf(body, 'Key')).toEqual({ ...key, updated_at: expect.anything() })
    expectRefused(await change(table, 'Key', { meta: null, uidt: 'ID' }), 'INVALID_COLUMN', /type of the primary key/)
    const plain = await withColumns({ title: 'Key', uidt: 'ID', meta: { ag: null } })
    expect(columnOf(plain, 'Key')).toMatchObject({ ai: true, dt: 'integer' })
    expectRefused(await change(plain, 'Key', { meta: { ag: 'nc' } }), 'INVALID_COLUMN', /type of the primary key/)
    const columns = [{ title: 'Key', uidt: 'Number', pk: true, meta: { ag: 'nc' } }]
    expectRefused(await make({ title: unique('T'), columns }), 'INVALID_COLUMN', /meta\.ag/)
  })

  test.each(['Nonsense', 'constructor', '__proto__'])('the type %s does not exist', async (uidt) => {
    expectRefused(
      await make({ title: unique('T'), columns: [{ title: 'V', uidt }] }),
      'INVALID_COLUMN',
      new RegExp(`^There is no column type "${uidt}", as "V" would have\\. The types are ID, SingleLineText, `),
    )
  })

  test('a type written in other letters is refused with the one that was meant', async () => {
    expectRefused(
      await make({ title: unique('T'), columns: [{ title: 'V', uidt: 'number' }] }),
      'INVALID_COLUMN',
      /mean Number\?$/,
    )
  })

  test('the display value is the marked column, else the one behind the key, else the one before it', async () => {
    const displayOf = (table: Json) => table.columns.filter(({ pv }: Json) => pv).map(({ title }: Json) => title)
    expect(displayOf(await withColumns({ title: 'A' }, { title: 'B', pv: true }))).toEqual(['B'])
    expect(displayOf(await withColumns({ title: 'A' }, { title: 'B' }))).toEqual(['A'])
    expect(displayOf(await withColumns({ title: 'A' }, { title: 'Key', pk: true }))).toEqual(['A'])
    expect(displayOf(await withColumns({ title: 'Made', uidt: 'CreateTime' }, { title: 'A' }))).toEqual(['A'])
    expect(displayOf(await withColumns())).toEqual(['Id'])
  })

  test('99 columns are a table, 100 an error', async () => {
    const columns = (count: number) => [
      { title: 'Key', uidt: 'ID' },
      ...Array.from({ length: count - 1 }, (_, index) => ({ title: `F${index}` })),
    ]
    expect((await succeed(make({ title: unique('T'), columns: columns(99) }))).body.columns).toHaveLength(99)
    expectRefused(
      await make({ title: unique('T'), columns: columns(100) }),
      'INVALID_TABLE',
      'A table can have at most 99 columns; this one would have 100.',
    )
    expectRefused(await make({ title: unique('T'), columns: columns(99).slice(1) }), 'INVALID_TABLE', /this one would have 101/)
  })

  test('more options and meta than D1 takes are refused, not an accident', async () => {
    const options = Array.from({ length: 1000 }, (_, index) => ({ title: `${index}${'x'.repeat(240)}` }))
    const columns = Array.from({ length: 10 }, (_, index) => ({
      title: `S${index}`,
      uidt: 'SingleSelect',
      colOptions: { options },
    }))
    expectRefused(await make({ title: unique('T'), columns }), 'INVALID_TABLE', /500000 characters/)
    expectRefused(await make({ title: unique('T'), columns: [], meta: { a: 'x'.repeat(5_000_000) } }), 'INVALID_TABLE', /500000/)
  })
})

describe('names', () => {
  test('each is derived from the other', async () => {
    const table = (await succeed(make({ title: 'FilmActor 1', columns: [{ title: 'FirstName' }, { column_name: 'last_name' }] })))
      .body
    expect(table.table_name).toBe(`${prefix}_film_actor_1`)
    expect(table.columns.slice(1, 3).map(({ title, column_name }: Json) => [title, column_name])).toEqual([
      ['FirstName', 'first_name'],
      ['LastName', 'last_name'],
    ])
    expect((await succeed(make({ table_name: 'city_list', columns: [] }))).body).toMatchObject({
      title: 'CityList',
      table_name: `${prefix}_city_list`,
    })
  })

  test('a derived one gets out of the way of one that is there, and is never too long', async () => {
    const [one, two] = [await createTitled('🙂'), await createTitled('🎉')]
    expect([one.table_name, two.table_name]).toEqual([`${prefix}_field`, `${prefix}_field_1`])
    const long = `${'Ab'.repeat(127)}C`
    expect([...(await createTitled(long)).table_name].length).toBe(255)
    const columns = (await withColumns({ title: '🙂' }, { title: '🎉' }, { title: long })).columns.slice(1, 4)
    expect(columns.map(({ column_name }: Json) => column_name)).toEqual(['field', 'field_1', 'ab_'.repeat(85)])
  })

  const createTitled = async (title: string): Promise<Json> => (await succeed(make({ title, columns: [] }))).body

  test.each<[string, unknown, string | RegExp]>([
    ['no name', { columns: [] }, 'Missing table name `table_name` property in request body'],
    ['a blank behind', { table_name: 'a ', columns: [] }, 'Leading or trailing whitespace not allowed in table names'],
    ['a blank before', { table_name: ' a', columns: [] }, 'Leading or trailing whitespace not allowed in table names'],
    ['256 characters', { table_name: 'x'.repeat(256), columns: [] }, 'Table name exceeds 255 characters'],
    [
      'a title of 256 characters',
      { table_name: 'long', title: 'x'.repeat(256), columns: [] },
      /Table title must have at most 255/,
    ],
    ['a control character', { table_name: 'a\u0001b', columns: [] }, /control characters/],
    ['a line break in the title', { table_name: 'lines', title: 'a\nb', columns: [] }, /control characters/],
  ])('a table with %s is refused', async (_, body, message) => {
    expectRefused(await make(body), 'INVALID_TABLE', message)
  })

  test('NUL stands in no name', async () => {
    expectRefused(await make({ table_name: 'a\0b', columns: [] }), 'BAD_JSON', 'The request body holds a NUL character.')
    expectRefused(
      await make({ table_name: 'nul', columns: [{ title: 'a\0b' }] }),
      'BAD_JSON',
      'The request body holds a NUL character.',
    )
  })

  test('a taken table name and a taken title are refused, for new tables and in renaming', async () => {
    const [table, other] = [await withColumns(), await withColumns()]
    expectRefused(
      await make({ table_name: table.table_name, title: unique('T'), columns: [] }),
      'INVALID_TABLE',
      /^Duplicate table name: another .*; choose another one\.$/,
    )
    expectRefused(
      await make({ table_name: unique('t'), title: table.title, columns: [] }),
      'INVALID_TABLE',
      /^Duplicate table alias: another .*; choose another one\.$/,
    )
    expectRefused(
      await rename(other.id, { table_name: table.table_name }),
      'INVALID_TABLE',
      /^Duplicate table name: another .*; choose another one\.$/,
    )
    expectRefused(
      await rename(other.id, { title: table.title }),
      'INVALID_TABLE',
      /^Duplicate table alias: another .*; choose another one\.$/,
    )
    expect(await read(other.id)).toEqual(other)
  })

  test('columns are refused by the same rules', async () => {
    const table = await withColumns({ title: 'Name', column_name: 'name' })
    expectRefused(
      await add(table, { title: 'Other', column_name: 'name' }),
      'INVALID_COLUMN',
      /^Duplicate column name: another .*; choose another one\.$/,
    )
    expectRefused(
      await add(table, { title: 'Name', column_name: 'other' }),
      'INVALID_COLUMN',
      /^Duplicate column alias: another .*; choose another one\.$/,
    )
    expectRefused(
      await add(table, { title: 'Long', column_name: 'x'.repeat(256) }),
      'INVALID_COLUMN',
      `Column name ${'x'.repeat(256)} exceeds 255 characters`,
    )
    expectRefused(await add(table, { title: 'x'.repeat(256) }), 'INVALID_COLUMN', /Column title must have at most 255/)
    expectRefused(await add(table, { title: ' a' }), 'INVALID_COLUMN', /blank/)
    expectRefused(await add(table, { title: 'a\u0001' }), 'INVALID_COLUMN', /control/)
    expectRefused(await add(table, {}), 'INVALID_COLUMN', /must not be empty/)
    expect(await read(table.id)).toEqual(table)
  })

  const HOSTILE = [
    `a"b'c\`d`,
    '__proto__',
    'constructor',
    '🙂 emoji',
    'שלום עולם',
    'a,b',
    '(a)~and(b)',
    'sqlite_master',
    '_cf_KV',
    '"; DROP TABLE users; --',
    'a/b',
    '%',
    '<b>x</b>',
  ]

  test.each(HOSTILE)('%s is a title of a table and of a column like any other', async (title) => {
    const table = (await succeed(make({ title, table_name: title, columns: [{ title, column_name: title }] }))).body
    expect([table.title, table.table_name, table.columns[1].column_name]).toEqual([title, `${prefix}_${title}`, title])
    await succeed(data('POST', table, `{${JSON.stringify(title)}:"x"}`))
    const [row] = await list(table)
    expect(Object.entries(row).find(([name]) => name === title)).toEqual([title, 'x'])
    const byTitle = await call('GET', `/api/v1/db/data/noco/${projectId}/${encodeURIComponent(title)}`)
    expect([title, byTitle.status]).toEqual([title, 200])
    await succeed(change(table, title, { title: `${title}2`, unique: true }))
    await succeed(call('DELETE', `${META}/tables/${table.id}`))
  })
})

describe('two forms of one text in Unicode', () => {
  const [COMPOSED, APART] = ['Caf\u00e9', 'Cafe\u0301']

  test.each([
    [COMPOSED, APART],
    [APART, COMPOSED],
  ])('are one title, of tables and columns: %j and %j', async (first, second) => {
    const { id } = await createProject(ada.auth)
    const path = `${META}/projects/${id}/tables`
    const { body: table } = await succeed(call('POST', path, { title: first, columns: [{ title: first }, { title: 'Other' }] }))
    expect([table.title, table.table_name.endsWith('café'), table.columns[1].title]).toEqual([COMPOSED, true, COMPOSED])
    expectRefused(await call('POST', path, { title: second, columns: [] }), 'INVALID_TABLE', /^Duplicate table alias: /)
    expectRefused(await add(table, { title: second }), 'INVALID_COLUMN', /^Duplicate column alias: /)
    expectRefused(await change(table, 'Other', { title: second }), 'INVALID_COLUMN', /^Duplicate column alias: /)
    const rows = `/api/v1/db/data/noco/${id}/${encodeURIComponent(second)}`
    expect((await succeed(call('POST', rows, { [second]: APART }))).body[COMPOSED]).toBe(APART)
    const query = `fields=${encodeURIComponent(second)}&sort=${encodeURIComponent(second)}&where=${encodeURIComponent(`(${second},notblank,)`)}`
    expect((await succeed(call('GET', `${rows}?${query}`))).body.list).toEqual([{ [COMPOSED]: APART }])
    expectRefused(
      await call('POST', rows, { [first]: 'a', [second]: 'b' }),
      'INVALID_VALUE_FOR_FIELD',
      `The field "${COMPOSED}" is given twice.`,
    )
  })

  test('are one title also where a column is older than this rule and has it apart', async () => {
    const table = await withColumns({ title: 'Old' })
    await env.DB.batch([
      env.DB.prepare('UPDATE columns SET title = ? WHERE id = ?').bind(APART, columnOf(table, 'Old').id),
      env.DB.prepare('UPDATE projects SET schema_version = schema_version + 1 WHERE id = ?').bind(projectId),
    ])
    expectRefused(await add(table, { title: COMPOSED }), 'INVALID_COLUMN', /^Duplicate column alias: /)
    expect((await succeed(data('POST', table, { [COMPOSED]: 'x' }))).body[APART]).toBe('x')
    const where = `?where=${encodeURIComponent(`(${COMPOSED},eq,x)`)}`
    expect((await succeed(data('GET', table, undefined, where))).body.list).toHaveLength(1)
  })

  test('are one option', async () => {
    expectRefused(
      await make({ title: unique('T'), columns: [{ title: 'S', uidt: 'SingleSelect', dtxp: `'${COMPOSED}','${APART}'` }] }),
      'INVALID_COLUMN',
      /^Duplicates are not allowed!/,
    )
    const table = await withColumns({ title: 'S', uidt: 'MultiSelect', dtxp: `'${APART}','b'`, cdf: APART })
    expect((await succeed(data('POST', table, {}))).body.S).toBe(COMPOSED)
    expect((await succeed(data('POST', table, { S: `b,${APART}` }))).body.S).toBe(`b,${COMPOSED}`)
  })
})

describe('what a column may say', () => {
  test('a default fills rows that do not name it, and null is null', async () => {
    const table = await withColumns(
      { title: 'Qty', uidt: 'Number', cdf: 5 },
      { title: 'On', uidt: 'Checkbox' },
      { title: 'Day', uidt: 'Date', cdf: 'CURRENT_TIMESTAMP' },
    )
    expect((await succeed(data('POST', table, {}))).body).toMatchObject({
      Qty: 5,
      On: false,
      Day: new Date().toISOString().slice(0, 10),
    })
    expect((await succeed(data('POST', table, { Qty: null }))).body.Qty).toBeNull()
  })

  test('a rating has its bounds in defaults, in values that become ratings, and when it loses stars', async () => {
    const table = await withValues({ uidt: 'Number' }, [0, 7, 3])
    for (const [column, message] of [
      [{ cdf: 6 }, /^The default value does not fit\. The field "S" \(Rating\) takes a whole number from 0 to 5, not "6"\.$/],
      [{ meta: { max: 0 } }, /^The rating "S" can have 1 to 999 stars: `meta\.max` is 0\.$/],
      [{ meta: { max: 2.5 } }, /2\.5/],
    ] as const) {
      const answer = await add(table, { title: 'S', uidt: 'Rating', ...column })
      expectRefused(answer, answer.body.error, message)
    }
    expectRefused(await change(table, 'Value', { uidt: 'Rating' }), 'INVALID_VALUE_FOR_FIELD', /do not convert: 2\.$/)
    await succeed(change(table, 'Value', { uidt: 'Rating', meta: { max: 10 } }))
    expectRefused(await change(table, 'Value', { meta: { max: 6 } }), 'INVALID_VALUE_FOR_FIELD', /do not convert: 2\.$/)
    const { body } = await succeed(change(table, 'Value', { meta: { max: 7 } }))
    expect([columnOf(body, 'Value').meta, await values(table, 'Value')]).toEqual([{ max: 7 }, [0, 7, 3]])
  })

  test.each<[Record<string, unknown>, string, RegExp]>([
    [{ uidt: 'Number', cdf: 'x' }, 'INVALID_VALUE_FOR_FIELD', /whole number/],
    [{ uidt: 'Number', cdf: 'CURRENT_TIMESTAMP' }, 'INVALID_COLUMN', /dates and texts/],
    [
      { uidt: 'SingleSelect', dtxp: "'a'", cdf: 'b' },
      'INVALID_COLUMN',
      /^Default value 'b' is not a select option\. Give "Value"/,
    ],
    [
      { uidt: 'MultiSelect', dtxp: "'a'", cdf: 'a,c' },
      'INVALID_COLUMN',
      /^Default value 'c' is not a select option\. Give "Value"/,
    ],
    [
      { uidt: 'SingleSelect', dtxp: "'a','a'" },
      'INVALID_COLUMN',
      /^Duplicates are not allowed! "Value" has the option "a" twice\.$/,
    ],
    [
      { uidt: 'SingleSelect', dtxp: 'a,,b' },
      'INVALID_COLUMN',
      /^Empty options are not allowed! An option of "Value" has no title\.$/,
    ],
    [
      { uidt: 'SingleSelect', dtxp: "'a',''" },
      'INVALID_COLUMN',
      /^Empty options are not allowed! An option of "Value" has no title\.$/,
    ],
    [{ uidt: 'MultiSelect', dtxp: "'a,b'" }, 'INVALID_COLUMN', /^Illegal char\(','\) for MultiSelect: a comma separates .*"a,b"/],
    [{ uidt: 'SingleSelect', colOptions: { options: [{ title: 'a\n' }] } }, 'INVALID_COLUMN', /control/],
    [{ meta: '[1]' }, 'INVALID_COLUMN', /JSON object/],
    [{ pk: true }, 'INVALID_COLUMN', /primary key is chosen/],
  ])('%j is refused', async (column, code, message) => {
    const table = await withColumns()
    expectRefused(await add(table, { title: 'Value', ...column }), code, message)
    expect(await read(table.id)).toEqual(table)
  })

  test('a required one must be given, a unique one is taken once', async () => {
    const table = await withColumns({ title: 'Must', rqd: true }, { title: 'Once', unique: 1 })
    expectRefused(await data('POST', table, { Once: 'a' }), 'REQUIRED_FIELD_MISSING', /"Must"/)
    await succeed(data('POST', table, { Must: 'x', Once: 'a' }))
    expectRefused(await data('POST', table, { Must: 'x', Once: 'a' }), 'DUPLICATE_VALUE', /"Once"/)
  })

  test.each([
    ["'a','b'", ['a', 'b']],
    ['a,b', ['a', 'b']],
    [" 'a, b' , 'c'", ['a, b', 'c']],
    [" it's , b c ", ["it's", 'b c']],
    ['10', ['10']],
    [10, []],
    [' ', []],
  ])('`dtxp` of %j has the options %j', async (dtxp, expected) => {
    const table = await withColumns({ title: 'S', uidt: 'SingleSelect', dtxp })
    const titlesOf = (options: Json) => (options?.options ?? []).map(({ title }: Json) => title)
    expect(titlesOf(columnOf(table, 'S').colOptions)).toEqual(expected)
    const { body } = await succeed(change(table, 'S', { dtxp: 10 }))
    expect(titlesOf(columnOf(body, 'S').colOptions)).toEqual(expected)
  })

  test('options are told in both forms', async () => {
    const table = await withColumns({ title: 'S', uidt: 'SingleSelect', dtxp: "'a','it''s'" })
    const { dtxp, colOptions, id } = columnOf(table, 'S')
    expect(dtxp).toBe("'a','it''s'")
    expect(colOptions.options).toMatchObject([
      { title: 'a', fk_column_id: id, order: 1 },
      { title: "it's", order: 2 },
    ])
  })
})

describe('tables', () => {
  test('are renamed and told of under the new name only', async () => {
    const table = await withColumns({ title: 'A' })
    const title = unique('Renamed ')
    await succeed(rename(table.id, { title, table_name: unique('renamed') }))
    expect((await succeed(call('GET', `/api/v1/db/data/noco/${projectId}/${encodeURIComponent(title)}`))).status).toBe(200)
    expect((await call('GET', `/api/v1/db/data/noco/${projectId}/${encodeURIComponent(table.title)}`)).status).toBe(404)
    await succeed(rename(table.id, { title }))
  })

  test('renamed have the prefix of the project without the underscore of new ones', async () => {
    const table = await withColumns()
    const name = unique('film')
    await succeed(rename(table.id, { table_name: name }))
    expect((await read(table.id)).table_name).toBe(`${prefix}${name}`)
    await succeed(rename(table.id, { title: unique('Film ') }))
    expect((await read(table.id)).table_name).toBe(`${prefix}${name}`)
    expect((await withColumns()).table_name.startsWith(`${prefix}_`)).toBe(true)
  })

  test('are listed in their order, without columns', async () => {
    const { id } = await createProject(ada.auth)
    const [one, two] = [await createTable(ada.auth, id), await createTable(ada.auth, id)]
    expect((await succeed(call('POST', `${META}/tables/${two.id}/reorder`, { order: 0.5 }))).body).toBe(true)
    const { body } = await succeed(call('GET', `${META}/projects/${id}/tables`))
    expect(body.list.map((table: Json) => [table.id, table.columns])).toEqual([
      [two.id, undefined],
      [one.id, undefined],
    ])
  })

  test('of two changes at once neither takes back the other', async () => {
    const { id } = (await make({ table_name: unique('at_once'), columns: [] })).body
    for (let round = 1; round <= 10; round++) {
      const title = unique(`round ${round} `)
      await Promise.all([
        succeed(call('PATCH', `${META}/tables/${id}`, { title })),
        succeed(call('POST', `${META}/tables/${id}/reorder`, { order: round + 0.5 })),
      ])
      expect((await succeed(call('GET', `${META}/tables/${id}`))).body).toMatchObject({ title, order: round + 0.5 })
    }
  })

  test('are gone with their rows when deleted', async () => {
    const table = await withColumns()
    expect((await succeed(call('DELETE', `${META}/tables/${table.id}`))).body).toBe(true)
    expect((await call('GET', `${META}/tables/${table.id}`)).status).toBe(404)
    expect((await data('GET', table)).body.error).toBe('TABLE_NOT_FOUND')
    expect(await env.DATA.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').bind(table.id).first()).toBeNull()
  })

  test('have one view, a grid', async () => {
    const table = await withColumns()
    const { body } = await succeed(call('GET', `${META}/tables/${table.id}/views`))
    expect(body.list).toEqual(table.views)
    expect(body.list).toMatchObject([{ title: table.title, type: 3, is_default: true, fk_model_id: table.id }])
  })
})

describe('adding a column', () => {
  test('fills the rows there are with its default', async () => {
    const table = await withValues({}, ['a', 'b'])
    for (const column of [
      { title: 'Qty', uidt: 'Number', cdf: '7', rqd: true },
      { title: 'On', uidt: 'Checkbox' },
      { title: 'Stars', uidt: 'Rating' },
      { title: 'Note' },
    ]) {
      expect((await succeed(add(table, column))).body.id).toBe(table.id)
    }
    expect(await list(table)).toMatchObject(['a', 'b'].map((Value) => ({ Value, Qty: 7, On: false, Stars: 0, Note: null })))
  })

  test('that is required needs a default where there are rows, and none where there are not', async () => {
    const table = await withValues({}, ['a'])
    expectRefused(
      await add(table, { title: 'Must', rqd: true }),
      'INVALID_COLUMN',
      'The field "Must" cannot be required: the table has rows, and they would have no value for it. ' +
        'Give it a default value, or add it without `rqd`, fill it, and make it required then.',
    )
    expect([await read(table.id), await physicalColumns(table)]).toEqual([table, table.columns.length + 1])
    for (const column of [
      { title: 'On', uidt: 'Checkbox', rqd: true },
      { title: 'Made', uidt: 'CreateTime', rqd: true },
    ]) {
      await succeed(add(table, column))
    }
    await succeed(data('DELETE', table, undefined, '/1'))
    await succeed(add(table, { title: 'Must', rqd: true }))
    expectRefused(await data('POST', table, {}), 'REQUIRED_FIELD_MISSING', 'The field "Must" is required.')
  })

  test('that is unique is refused when the default stands in two rows', async () => {
    const table = await withValues({}, ['a', 'b'])
    expectRefused(await add(table, { title: 'Once', unique: true, cdf: 'x' }), 'DUPLICATE_VALUE', /cannot be unique/)
    expect(await read(table.id)).toEqual(table)
    await succeed(add(table, { title: 'Once', unique: true }))
  })
})

describe('changing a column', () => {
  test('its title leaves the values, and what is left out stays', async () => {
    const table = await withValues({ rqd: true, cdf: 'd', meta: { a: 1 } }, ['x'])
    const { body } = await succeed(change(table, 'Value', { title: 'Name' }))
    expect(columnOf(body, 'Name')).toMatchObject({ column_name: 'value', rqd: true, cdf: 'd', meta: { a: 1 } })
    expect(await values(table, 'Name')).toEqual(['x'])
    expectRefused(
      await change(table, 'Value', { title: 'Id' }),
      'INVALID_COLUMN',
      /^Duplicate column alias: another .*; choose another one\.$/,
    )
  })

  test('each may be sent back as it was read', async () => {
    const table = await withColumns(
      { title: 'A', uidt: 'SingleSelect', dtxp: "'a'", cdf: 'a' },
      { title: 'On', uidt: 'Checkbox', unique: false },
    )
    for (const column of table.columns) {
      const { body } = await succeed(call('PATCH', `${META}/columns/${column.id}`, column))
      expect(columnOf(body, column.title)).toEqual({ ...column, updated_at: expect.anything() })
    }
  })

  test('a default that stood before follows its option, and goes where the column cannot hold it; a new one has to fit', async () => {
    const table = await withColumns(
      { title: 'S', uidt: 'SingleSelect', dtxp: "'a','b'", cdf: 'a' },
      { title: 'M', uidt: 'MultiSelect', dtxp: "'a','b'", cdf: 'a,b' },
      { title: 'T', cdf: 'seven' },
    )
    const whole = (title: string, more: object) => change(table, title, { ...columnOf(table, title), ...more })
    const shown = async (answer: Promise<Answer>, title: string) => columnOf((await succeed(answer)).body, title).cdf
    const [a, b] = columnOf(table, 'S').colOptions.options
    expect(await shown(whole('S', { colOptions: { options: [{ ...a, title: 'c' }, b] } }), 'S')).toBe('c')
    expect(await shown(whole('M', { dtxp: "'b'" }), 'M')).toBe('b')
    expect(await shown(whole('T', { uidt: 'Number' }), 'T')).toBeNull()
    expectRefused(await change(table, 'T', { cdf: 'eight' }), 'INVALID_VALUE_FOR_FIELD', /^The default value does not fit\./)
    expect(await shown(change(table, 'T', { cdf: 8 }), 'T')).toBe('8')
  })

  test('of the two forms of options the one that was changed counts', async () => {
    const table = await withColumns({ title: 'S', uidt: 'SingleSelect', dtxp: "'a','b'" })
    const optionsAfter = async (more: object) => {
      const { body } = await succeed(change(table, 'S', { ...columnOf(await read(table.id), 'S'), ...more }))
      return columnOf(body, 'S').dtxp
    }
    expect(await optionsAfter({ dtxp: "'a','c'" })).toBe("'a','c'")
    expect(await optionsAfter({ colOptions: { options: [{ title: 'd' }] } })).toBe("'d'")
    expect(await optionsAfter({ colOptions: { options: [] } })).toBe('')
  })

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['Id', { pk: false }, /chosen when the table is made: "Id"/],
    ['Id', { ai: false }, /Automatic ids are chosen .*"Id"/],
    ['Id', { rqd: false }, /"Id" stays required/],
    ['A', { ai: true }, /Automatic ids are chosen .*"A"/],
    ['A', { title: '' }, /title of "A" must not be empty/],
    ['CreatedAt', { cdf: '2020-01-01' }, /server fills the field "CreatedAt"/],
  ])('of %s, %j is refused and not passed over', async (title, more, message) => {
    const table = await withColumns({ title: 'A' })
    expectRefused(await change(table, title, { ...columnOf(table, title), ...more }), 'INVALID_COLUMN', message)
    expect(await read(table.id)).toEqual(table)
  })

  const CONVERSIONS: [from: Record<string, unknown>, to: Record<string, unknown>, before: unknown[], after: unknown[]][] = [
    [{}, { uidt: 'Number' }, ['1', ' 2 ', '', null], [1, 2, null, null]],
    [{}, { uidt: 'Decimal' }, ['1.5'], [1.5]],
    [{}, { uidt: 'Checkbox' }, ['true', '0'], [true, false]],
    [{}, { uidt: 'Date' }, ['2026-01-31'], ['2026-01-31']],
    [{}, { uidt: 'DateTime' }, ['2026-01-31T09:30:00Z'], ['2026-01-31 09:30:00+00:00']],
    [{}, { uidt: 'Time' }, ['9:30', '09:30'].slice(1), ['09:30:00']],
    [{}, { uidt: 'LongText' }, ['a'], ['a']],
    [{}, { uidt: 'SingleSelect', dtxp: "'a','b'" }, ['a', 'b'], ['a', 'b']],
    [{}, { uidt: 'MultiSelect', dtxp: "'a','b'" }, ['a', 'a,b'], ['a', 'a,b']],
    [{}, { uidt: 'JSON' }, ['{"a": 1}', 'plain', '1e400'], [{ a: 1 }, 'plain', '1e400']],
    [{}, { uidt: 'Year' }, ['2026'], [2026]],
    [{}, { uidt: 'Number' }, ['1 000', '2.0', '3e2'], [1000, 2, 300]],
    [{}, { uidt: 'Decimal' }, ['1,5', '1.234,50', ' '], [1.5, 1234.5, null]],
    [{}, { uidt: 'Percent' }, ['12 %', '3%'], [12, 3]],
    [{}, { uidt: 'Currency' }, ['€ 5', '7,50 €'], [5, 7.5]],
    [{}, { uidt: 'Checkbox' }, ['yes', 'No', 'WAHR', '1'], [true, false, true, true]],
    [{}, { uidt: 'Date' }, ['31.1.2026', '25/12/2025', '01/02/2026'], ['2026-01-31', '2025-12-25', '2026-02-01']],
    [{}, { uidt: 'DateTime' }, ['12/25/2025 3:15 PM'], ['2025-12-25 15:15:00+00:00']],
    [{}, { uidt: 'DateTime' }, ['2024-05-01T10:00:00.123Z'], ['2024-05-01 10:00:00.123+00:00']],
    [{}, { uidt: 'Time' }, ['9:05', '3:15 PM'], ['09:05:00', '15:15:00']],
    [{}, { uidt: 'SingleSelect', dtxp: "'a'" }, [' a '], ['a']],
    [{}, { uidt: 'MultiSelect', dtxp: "'a','b'" }, ['a, b', '', 'b;a'], ['a,b', '', 'b,a']],
    [{}, { uidt: 'SingleSelect' }, ['b', 'a', 'b', '', null], ['b', 'a', 'b', null, null]],
    [{}, { uidt: 'SingleSelect' }, ["'=1", '=1', "it's, so"], ["'=1", '=1', "it's, so"]],
    [{}, { uidt: 'MultiSelect' }, ['jan, feb', 'mar', 'feb'], ['jan,feb', 'mar', 'feb']],
    [{}, { uidt: 'Date', date_order: 'mdy' }, ['01/02/2026'], ['2026-01-02']],
    [{}, { uidt: 'Decimal', decimal_mark: ',' }, ['1.234'], [1234]],
    [{}, { uidt: 'Decimal', decimal_mark: '.' }, ['1.234'], [1.234]],
    [{ uidt: 'JSON' }, { uidt: 'LongText' }, [{ a: 1 }, 'x', [1]], ['{"a":1}', 'x', '[1]']],
    [{ uidt: 'Number' }, { uidt: 'SingleLineText' }, [1, -2], ['1', '-2']],
    [{ uidt: 'Number' }, { uidt: 'Decimal' }, [1], [1]],
    [{ uidt: 'Number' }, { uidt: 'Checkbox' }, [1, 0], [true, false]],
    [{ uidt: 'Decimal' }, { uidt: 'Number' }, [2], [2]],
    [{ uidt: 'Checkbox' }, { uidt: 'Number' }, [true, false], [1, 0]],
    [{ uidt: 'Checkbox' }, { uidt: 'SingleLineText' }, [true], ['true']],
    [{ uidt: 'Date' }, { uidt: 'DateTime' }, ['2026-01-31'], ['2026-01-31 00:00:00+00:00']],
    [{ uidt: 'DateTime' }, { uidt: 'Date' }, ['2026-01-31T00:00:00Z'], ['2026-01-31']],
    [{ uidt: 'SingleSelect', dtxp: "'a','b'" }, { uidt: 'MultiSelect' }, ['a'], ['a']],
    [{ uidt: 'MultiSelect', dtxp: "'a','b'" }, { uidt: 'SingleSelect' }, ['a'], ['a']],
    [{ uidt: 'SingleSelect', dtxp: "'a'" }, { uidt: 'SingleLineText' }, ['a'], ['a']],
  ]

  test.each(CONVERSIONS)('from %j to %j converts %j to %j', async (from, to, before, after) => {
    const table = await withValues(from, before)
    const { body } = await succeed(change(table, 'Value', to))
    expect(columnOf(body, 'Value').uidt).toBe(to['uidt'])
    expect(await values(table, 'Value')).toEqual(after)
    expect(titles(body)).toEqual(titles(table))
  })

  test.each<[Record<string, unknown>, Record<string, unknown>, unknown[], string]>([
    [{}, { uidt: 'Number' }, ['1', 'x', '1.5'], '2, 3'],
    [{}, { uidt: 'Checkbox' }, ['yes', 'maybe'], '2'],
    [{}, { uidt: 'Date' }, ['31.1.2026', '31.2.2026'], '2'],
    [{}, { uidt: 'Date' }, ['2026-01-31 09:30'], '1'],
    [{}, { uidt: 'Currency' }, ['€ 5', '€ 6', '$ 5'], '1, 2, 3'],
    [{}, { uidt: 'Decimal', decimal_mark: ',' }, ['1,5', '1.5'], '2'],
    [{}, { uidt: 'SingleSelect', dtxp: "'a'" }, ['a', 'b'], '2'],
    [{}, { uidt: 'Email', meta: { validate: true } }, ['a@example.org', 'nobody'], '2'],
    [{ uidt: 'Decimal' }, { uidt: 'Number' }, [1.5], '1'],
    [{ uidt: 'Number' }, { uidt: 'Year' }, [2026, -1], '2'],
    [{ uidt: 'Number' }, { uidt: 'Checkbox' }, [2], '1'],
    [{ uidt: 'DateTime' }, { uidt: 'Date' }, ['2026-01-31T09:30:00Z'], '1'],
    [{ uidt: 'MultiSelect', dtxp: "'a','b'" }, { uidt: 'SingleSelect' }, ['a,b'], '1'],
    [{}, { uidt: 'Number' }, Array.from({ length: 20 }, () => 'x'), '1, 2, 3, 4, 5, 6, 7, 8, 9, 10'],
  ])('from %j to %j refuses %j, naming the rows, and nothing changes', async (from, to, before, named) => {
    const table = await withValues(from, before)
    const stored = await list(table)
    const answer = await change(table, 'Value', to)
    expectRefused(
      answer,
      'INVALID_VALUE_FOR_FIELD',
      `The field "Value" cannot become ${String(to['uidt'])}: the values of these rows do not convert: ${named}.`,
    )
    expect(answer.body.errors.map(({ path }: Json) => path).join(', ')).toBe(named)
    expect([await read(table.id), await list(table)]).toEqual([table, stored])
    expect(await physicalColumns(table)).toBe(table.columns.length + 1)
  })

  test.each<[string, string[], string, string[]]>([
    ['Date', ['01/02/2026', '03/04/2026'], 'date_order', ['dmy', 'mdy']],
    ['DateTime', ['01/02/2026 10:00'], 'date_order', ['dmy', 'mdy']],
    ['Decimal', ['1.234', '5.678'], 'decimal_mark', ['.', ',']],
    ['Number', ['1.234'], 'decimal_mark', ['.', ',']],
  ])('to a %s, %j can be read in two ways: that is asked, not guessed', async (uidt, before, question, choices) => {
    const table = await withValues({}, before)
    const answer = await change(table, 'Value', { uidt })
    const way = choices.join(' or ')
    expectRefused(
      answer,
      'INVALID_VALUE_FOR_FIELD',
      new RegExp(`^The field "Value" cannot become ${uidt} yet\\. .*"${before[0]}".* Send it as \`${question}\`: ${way}\\.$`),
    )
    expect([answer.body.question, answer.body.choices, await read(table.id)]).toEqual([question, choices, table])
  })

  test('a select without options takes them from its texts, 300 at most; an amount of one currency says which', async () => {
    const optionsOf = (table: Json) => columnOf(table, 'Value').colOptions.options.map(({ title }: Json) => title)
    const tags = await withValues({}, ['b; a', 'cafe\u0301', 'caf\u00e9'])
    expect(optionsOf((await succeed(change(tags, 'Value', { uidt: 'MultiSelect' }))).body)).toEqual(['b', 'a', 'caf\u00e9'])
    const many = await withValues(
      {},
      Array.from({ length: 301 }, (_, index) => `v${index}`),
    )
    expectRefused(await change(many, 'Value', { uidt: 'SingleSelect' }), 'INVALID_COLUMN', /more than 300 different ones/)
    expect(await read(many.id)).toEqual(many)
    await succeed(data('DELETE', many, undefined, '/301'))
    expect(optionsOf((await succeed(change(many, 'Value', { uidt: 'SingleSelect' }))).body)).toHaveLength(300)
    const prices = await withValues({}, ['5 €', '6.50 EUR'])
    const { body } = await succeed(change(prices, 'Value', { uidt: 'Currency' }))
    expect(columnOf(body, 'Value').meta).toEqual({ currency_code: 'EUR' })
    const plain = await withValues({}, ['5', '6.50'])
    expect(columnOf((await succeed(change(plain, 'Value', { uidt: 'Currency' }))).body, 'Value').meta).toBeNull()
  })

  test.each<[Record<string, unknown>, Record<string, unknown>, unknown[], string]>([
    [{}, { rqd: true }, [null, 'a', null], '1, 3'],
    [{}, { rqd: true, title: 'New', unique: true }, ['a', null], '2'],
    [{}, { rqd: true, cdf: 'd' }, Array.from({ length: 20 }, () => null), '1, 2, 3, 4, 5, 6, 7, 8, 9, 10'],
    [{}, { rqd: true, uidt: 'Number' }, ['1', null, '', '4'], '2, 3'],
    [{ rqd: true }, { uidt: 'Number' }, ['1', ''], '2'],
  ])('from %j to %j refuses %j: rows without a value are named, and nothing changes', async (from, to, before, named) => {
    const table = await withValues(from, before)
    const stored = await list(table)
    const answer = await change(table, 'Value', to)
    expectRefused(
      answer,
      'INVALID_VALUE_FOR_FIELD',
      to['uidt'] === undefined
        ? `The field "Value" cannot be required: these rows have no value: ${named}.`
        : `The field "Value" cannot become Number: the values of these rows do not convert: ${named}.`,
    )
    expect(answer.body.errors).toEqual(named.split(', ').map((path) => ({ path, message: 'The field "Value" is required.' })))
    expect([await read(table.id), await list(table), await indexes(table)]).toEqual([table, stored, []])
    expect(await physicalColumns(table)).toBe(table.columns.length + 1)
  })

  test('becomes required once every row has a value, an empty text among them', async () => {
    const table = await withValues({}, ['', null])
    await succeed(data('PATCH', table, { Value: 'x' }, '/2'))
    const { body } = await succeed(change(table, 'Value', { rqd: true, unique: true }))
    expect(columnOf(body, 'Value')).toMatchObject({ rqd: true, unique: true })
    expectRefused(await data('POST', table, {}), 'REQUIRED_FIELD_MISSING', 'The field "Value" is required.')
    await succeed(change(table, 'Value', { rqd: false }))
    await succeed(data('POST', table, {}))
  })

  test('the dates that the server keeps stay so under other names, and no date becomes one by its name', async () => {
    const table = await withColumns({ title: 'Value' }, { title: 'Mine', uidt: 'DateTime' })
    await succeed(data('POST', table, { Value: 'a', Mine: '2020-01-01 00:00:00' }))
    await succeed(change(table, 'UpdatedAt', { title: 'Changed', column_name: 'changed_on' }))
    await succeed(change(table, 'Mine', { column_name: 'updated_at' }))
    await env.DATA.prepare(
      `UPDATE "${table.id}" SET c${titles(table).indexOf('UpdatedAt') + 1} = '2000-01-01 00:00:00+00:00'`,
    ).run()
    const changed = (await succeed(data('PATCH', table, { Value: 'b' }, '/1'))).body
    expect(changed.Changed.slice(0, 4)).toBe(new Date().toISOString().slice(0, 4))
    expect(changed.Mine).toBe('2020-01-01 00:00:00+00:00')
  })

  test('an empty text becomes no option', async () => {
    const table = await withValues({ uidt: 'SingleLineText' }, ['', 'x', null])
    await succeed(change(table, 'Value', { uidt: 'SingleSelect', dtxp: "'x'" }))
    expect(await values(table, 'Value')).toEqual([null, 'x', null])
  })

  test('the primary key keeps its type, and no other column becomes one', async () => {
    const table = await withColumns({ title: 'A' })
    expectRefused(
      await change(table, 'Id', { uidt: 'Number' }),
      'INVALID_COLUMN',
      'The type of the primary key cannot be changed.',
    )
    expectRefused(await change(table, 'A', { pk: true }), 'INVALID_COLUMN', /primary key is chosen/)
    await succeed(change(table, 'Id', { title: 'No' }))
  })

  test('rows follow an option that is renamed by its id', async () => {
    for (const [uidt, before, after] of [
      ['SingleSelect', 'a', 'b'],
      ['MultiSelect', 'a,b', 'b,a'],
    ]) {
      const table = await withValues({ uidt, dtxp: "'a','b'" }, [before])
      const [a, b] = columnOf(table, 'Value').colOptions.options
      const options = [{ ...a, title: 'b' }, { ...b, title: 'a' }, { title: 'c' }]
      const { body } = await succeed(change(table, 'Value', { colOptions: { options } }))
      const changed = columnOf(body, 'Value').colOptions.options
      expect(changed.map(({ id, title }: Json) => [id, title])).toEqual([
        [a.id, 'b'],
        [b.id, 'a'],
        [expect.any(String), 'c'],
      ])
      expect(await values(table, 'Value')).toEqual([after])
    }
  })

  test('a new option with the title that another had until now gets an id of its own', async () => {
    const table = await withValues({ uidt: 'SingleSelect', dtxp: "'a'" }, ['a'])
    const [a] = columnOf(table, 'Value').colOptions.options
    const { body } = await succeed(
      change(table, 'Value', { colOptions: { options: [{ title: 'a' }, { id: a.id, title: 'b' }] } }),
    )
    const ids = columnOf(body, 'Value').colOptions.options.map(({ id }: Json) => id)
    expect(ids[1]).toBe(a.id)
    expect(new Set(ids).size).toBe(2)
    expect(await values(table, 'Value')).toEqual(['b'])
  })

  test('an option in use is not removed, another one is', async () => {
    const table = await withValues({ uidt: 'SingleSelect', dtxp: "'a','b'" }, ['a'])
    expectRefused(await change(table, 'Value', { dtxp: "'b'" }), 'INVALID_VALUE_FOR_FIELD', /do not convert: 1\.$/)
    const { body } = await succeed(change(table, 'Value', { dtxp: "'a'" }))
    expect(columnOf(body, 'Value').dtxp).toBe("'a'")
  })

  test('unique goes on and off with its index, and existing duplicates refuse it', async () => {
    const table = await withValues({}, ['a', 'b', null, null])
    await succeed(change(table, 'Value', { unique: true }))
    expect(await indexes(table)).toEqual(['c2_unique', 'c2_unique_sort'])
    expectRefused(await data('POST', table, { Value: 'a' }), 'DUPLICATE_VALUE', /"Value"/)
    await succeed(change(table, 'Value', { unique: false }))
    expect(await indexes(table)).toEqual([])
    await succeed(data('POST', table, { Value: 'a' }))
    expectRefused(
      await change(table, 'Value', { unique: true }),
      'DUPLICATE_VALUE',
      'The field "Value" cannot be unique: some rows have the same value.',
    )
    expect([columnOf(await read(table.id), 'Value').unique, await indexes(table)]).toEqual([false, []])
  })

  test('an index goes on and off by meta.index, gives way to unique, and follows a change of type', async () => {
    const table = await withValues({ meta: { index: true } }, ['1'])
    expect(await indexes(table)).toEqual(['c2_index', 'c2_index_sort'])
    await succeed(change(table, 'Value', { unique: true }))
    expect(await indexes(table)).toEqual(['c2_unique', 'c2_unique_sort'])
    await succeed(change(table, 'Value', { unique: false, uidt: 'Number' }))
    expect(await indexes(table)).toEqual([expect.stringMatching(/^c\d+_index$/)])
    await succeed(change(table, 'Value', { meta: {} }))
    expect(await indexes(table)).toEqual([])
  })
})

describe('sort keys', () => {
  const WORDS = ['zebra', 'Ähre', 'ahoi', 'Łódź', 'lodz', 'Ahorn', 'ähnlich', 'mitte', null]
  const SORTED = [null, 'ähnlich', 'ahoi', 'Ahorn', 'Ähre', 'lodz', 'Łódź', 'mitte', 'zebra']
  const byCode = [null, 'ahoi', 'Ahorn', 'lodz', 'mitte', 'zebra', 'Ähre', 'ähnlich', 'Łódź']

  const inOrder = async (table: Json, sort: string): Promise<unknown[]> => {
    const rows = `/api/v1/db/data/noco/${projectId}/${table.id}`
    const found: unknown[] = []
    for (let next: string | undefined = ''; next !== undefined;) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`
      const { body } = await succeed(call('GET', `${rows}?limit=2&sort=${sort}${cursor}`))
      found.push(...body.list.map((row: Json) => row.Value))
      next = body.pageInfo.next
    }
    return found
  }

  test('come with meta.collate, put accents beside their letter, and go with it', async () => {
    const table = await withValues({ meta: { index: true } }, WORDS)
    expect(await inOrder(table, 'Value')).toEqual(byCode)
    await succeed(change(table, 'Value', { meta: { index: true, collate: 'unicode' } }))
    expect(await inOrder(table, 'Value')).toEqual(SORTED)
    expect(await inOrder(table, '-Value')).toEqual(SORTED.toReversed())
    expect(await indexes(table)).toEqual([expect.stringMatching(/^c\d+_index$/), expect.stringMatching(/^c\d+_index_sort$/)])
    const columns = await physicalColumns(table)
    await succeed(change(table, 'Value', { meta: { index: true } }))
    expect(await inOrder(table, 'Value')).toEqual(byCode)
    expect(await physicalColumns(table)).toBe(Number(columns) - 1)
  })

  test('are kept by every write', async () => {
    const table = await withValues({ meta: { collate: 'unicode' }, unique: true }, ['b', 'x', 'y', 'z'])
    const rows = `/api/v1/db/data/noco/${projectId}/${table.id}`
    const bulk = `/api/v1/db/data/bulk/noco/${projectId}/${table.id}`
    await succeed(call('POST', rows, { Value: 'Ä1' }))
    await succeed(call('PATCH', `${rows}/2`, { Value: 'á2' }))
    await succeed(call('PATCH', bulk, [{ id: 3, Value: 'À3' }]))
    await succeed(call('PATCH', `${bulk}/all?where=(Value,eq,z)`, { Value: 'â4' }))
    await succeed(call('POST', `${bulk}/upsert?on=Value`, [{ Value: 'A5' }, { Value: 'b' }]))
    await succeed(call('POST', bulk, [{ Value: 'ã6' }, { Value: null }]))
    expect(await inOrder(table, 'Value')).toEqual([null, 'Ä1', 'á2', 'À3', 'â4', 'A5', 'ã6', 'b'])
  })

  test('are made for the default value of a new column, and follow another type', async () => {
    const table = await withValues({}, ['1'])
    await succeed(add(table, { title: 'New', cdf: 'Österreich', meta: { collate: 'unicode' } }))
    await fill(table, [{ New: 'Osten' }, { New: 'Polen' }, { New: 'Otto' }])
    const rows = `/api/v1/db/data/noco/${projectId}/${table.id}`
    const sorted = async () => (await succeed(call('GET', `${rows}?sort=New`))).body.list.map((row: Json) => row.New)
    expect(await sorted()).toEqual(['Osten', 'Österreich', 'Otto', 'Polen'])
    await succeed(change(await read(table.id), 'New', { uidt: 'SingleSelect', dtxp: 'Osten,Österreich,Otto,Polen' }))
    expect(await sorted()).toEqual(['Osten', 'Österreich', 'Otto', 'Polen'])
    await succeed(remove(await read(table.id), 'New'))
    expect(await physicalColumns(table)).toBe((await read(table.id)).columns.length + 1)
  })

  test('count as columns of the table', async () => {
    const columns = Array.from({ length: 49 }, (_, index) => ({ title: `F${index}`, meta: { collate: 'unicode' } }))
    const refused = await call('POST', `${META}/projects/${projectId}/tables`, {
      title: 'Wide',
      table_name: 'wide',
      columns: [...columns, { title: 'G' }],
    })
    expectRefused(refused, 'INVALID_TABLE', 'A table can have at most 99 columns; this one would have 102, sort keys included.')
  })
})

test('a page in the order of an indexed text reads few rows, in whatever way it is sorted and whatever page it is', async () => {
  for (const column of [{ meta: { index: true } }, { unique: true }, { meta: { index: true, collate: 'unicode' } }]) {
    const table = await withColumns({ title: 'Value', ...column })
    const values = Array.from({ length: 3000 }, (_, index) => `${index % 2 === 0 ? 'A' : 'ä'}${String(index).padStart(4, '0')}`)
    await fill(
      table,
      values.map((Value) => ({ Value })),
    )
    const rows = `/api/v1/db/data/noco/${projectId}/${table.id}?sort=Value`
    const first = await succeed(call('GET', rows))
    const deep = await succeed(call('GET', `${rows}&offset=2900`))
    const next = await succeed(call('GET', `${rows}&cursor=${deep.body.pageInfo.next}`))
    for (const { headers } of [first, next]) expect(Number(headers.get('x-d1-rows-read'))).toBeLessThanOrEqual(100)
    expect(next.body.list).toHaveLength(25)
  }
})

describe('deleting a column', () => {
  test('takes its values and its index along, and the display value passes on', async () => {
    const table = await withColumns({ title: 'A', unique: true }, { title: 'B' })
    await fill(table, [{ A: 'x', B: 'y' }])
    const { body } = await succeed(remove(table, 'A'))
    expect(titles(body)).toEqual(['Id', 'B', 'CreatedAt', 'UpdatedAt'])
    expect([columnOf(body, 'B').pv, await indexes(table)]).toEqual([true, []])
    expect(await list(table)).toMatchObject([{ B: 'y' }])
    expectRefused(await data('POST', table, { A: 'x' }), 'FIELD_NOT_FOUND', /A/)
    expect((await remove(table, 'A')).status).toBe(404)
    await succeed(add(table, { title: 'A' }))
    expect(await values(table, 'A')).toEqual([null])
  })

  test('the display value passes to the next of the user’s columns, then to the one before, at last to the key', async () => {
    const table = await withColumns(
      { title: 'A' },
      { title: 'B', pv: true },
      { title: 'Made', uidt: 'CreateTime' },
      { title: 'C' },
    )
    const shown: string[] = []
    for (const title of ['B', 'C', 'A']) {
      const { body } = await succeed(remove(table, title))
      shown.push(...body.columns.filter(({ pv }: Json) => pv).map((column: Json) => column.title))
    }
    expect(shown).toEqual(['C', 'A', 'Id'])
  })

  test('is refused for the primary key', async () => {
    const table = await withColumns({ title: 'A' })
    expectRefused(await remove(table, 'Id'), 'INVALID_COLUMN', 'The primary key cannot be deleted.')
  })

  test('another display value is chosen by `pv` of a new or a changed column', async () => {
    const table = await withColumns({ title: 'A' }, { title: 'B' })
    const shown = async () => (await read(table.id)).columns.filter(({ pv }: Json) => pv).map(({ title }: Json) => title)
    expect(await shown()).toEqual(['A'])
    await succeed(change(table, 'B', { pv: true }))
    expect(await shown()).toEqual(['B'])
    await succeed(change(table, 'A', { pv: true, uidt: 'Number' }))
    expect(await shown()).toEqual(['A'])
    await succeed(add(table, { title: 'C', pv: 1 }))
    expect(await shown()).toEqual(['C'])
    await succeed(change(table, 'A', { pv: false }))
    expect(await shown()).toEqual(['C'])
  })

  test('another display value is chosen by `primary`', async () => {
    const table = await withColumns({ title: 'A' }, { title: 'B' })
    expect((await succeed(call('POST', `${META}/columns/${columnOf(table, 'B').id}/primary`))).body).toBe(true)
    const after = await read(table.id)
    expect(after.columns.filter(({ pv }: Json) => pv).map(({ title }: Json) => title)).toEqual(['B'])
    expect((await succeed(call('GET', `${META}/columns/${columnOf(table, 'B').id}`))).body).toEqual(columnOf(after, 'B'))
  })
})

describe('a table of 99 columns', () => {
  let table: Json
  const names = Array.from({ length: 97 }, (_, index) => `F${index}`)
  const row = Object.fromEntries(names.map((name, index) => [name, String(index)]))

  beforeAll(async () => {
    table = await withColumns({ title: 'Key', uidt: 'ID' }, ...names.map((title) => ({ title })), { title: 'Code', unique: true })
    await succeed(data('POST', table, { ...row, Code: 'a' }))
  })

  test('works in every statement', async () => {
    expect(table.columns).toHaveLength(99)
    expect((await succeed(data('GET', table, undefined, '/1'))).body).toEqual({ Key: 1, ...row, Code: 'a' })
    expect((await succeed(data('PATCH', table, { ...row, F96: 'x' }, '/1'))).body.F96).toBe('x')
    const keyed = { auth: ada.auth, body: { ...row, Code: 'b' }, headers: { 'idempotency-key': unique('wide') } }
    const path = `/api/v1/db/data/noco/${projectId}/${table.id}`
    const [one, two] = [await succeed(request('POST', path, keyed)), await succeed(request('POST', path, keyed))]
    expect(two.body).toEqual(one.body)
    await fill(table, [
      { ...row, Code: 'c' },
      { ...row, Code: 'd' },
    ])
    const bulk = `/api/v1/db/data/bulk/noco/${projectId}/${table.id}`
    await succeed(
      call('PATCH', bulk, [
        { Key: 1, ...row },
        { Key: 2, ...row },
      ]),
    )
    await succeed(call('PATCH', `${bulk}/all?where=(Code,eq,c)`, row))
    await succeed(
      call('POST', `${bulk}/upsert?on=Code`, [
        { ...row, Code: 'd' },
        { ...row, Code: 'e' },
      ]),
    )
    await succeed(data('GET', table, undefined, '?sort=-F96&where=(F0,eq,0)'))
    await succeed(data('GET', table, undefined, '/find-one?sort=F1'))
    await succeed(data('GET', table, undefined, '/groupby?column_name=F1'))
    await succeed(data('GET', table, undefined, `/group/${columnOf(table, 'F1').id}?fields=Key,F2`))
    await succeed(data('GET', table, undefined, '/export/csv'))
    await succeed(data('DELETE', table, undefined, '/1'))
    expect(await list(table)).toHaveLength(4)
  })

  test('has no room for a hundredth, nor for another type beside the old one, and says so', async () => {
    expectRefused(await add(table, { title: 'More' }), 'INVALID_COLUMN', 'A table can have at most 99 columns.')
    expectRefused(await change(table, 'F1', { uidt: 'Number' }), 'INVALID_COLUMN', /no room for another column/)
    await succeed(remove(table, 'F2'))
    await succeed(change(await read(table.id), 'F1', { uidt: 'Number' }))
    await succeed(add(table, { title: 'More' }))
  })
})
