/** Every statement about rows keeps to what an access reaches: a hidden row is as one that is not there, a hidden column too. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { type TableAccess, accessTo, visibleTable } from '../../src/data/access/table-access'
import { getTable } from '../../src/data/catalog/catalog'
import { loadTables } from '../../src/data/catalog/store'
import { type QueryParams, parseFilter, parseQuery } from '../../src/data/query/query'
import { deleteMany, deleteMatching, insertMany, updateMany, updateMatching } from '../../src/data/records/bulk'
import { changeRowsTogether } from '../../src/data/records/changes'
import { csvStream } from '../../src/data/records/export'
import { groupBy, groupedList } from '../../src/data/records/groups'
import { type Write, runOnce } from '../../src/data/records/idempotency'
import {
  countRows,
  deleteOne,
  duplicateValue,
  exists,
  findOne,
  insertOne,
  listRows,
  listVersionedRows,
  readOne,
  updateOne,
} from '../../src/data/records/records'
import { upsertMany } from '../../src/data/records/upsert'
import type { Table } from '../../src/data/types/column'
import { ApiError } from '../../src/errors'
import { createProject, createTable, request, succeed, superAdmin } from '../support/client'

const NOW = Date.UTC(2026, 0, 1)

let table: Table
/** Rows of Ada alone: 1, 3 and 5. */
let adas: TableAccess

/** Owners of the rows 1 to 6. */
const OWNERS = ['ada', 'eve', 'ada', 'eve', 'ada', null]

beforeEach(async () => {
  const { auth } = await superAdmin()
  const project = await createProject(auth)
  const { id } = await createTable(auth, project.id, {
    columns: [
      { title: 'Owner', uidt: 'SingleLineText' },
      { title: 'Code', uidt: 'SingleLineText', unique: true },
      { title: 'N', uidt: 'Number' },
      { title: 'Text', uidt: 'LongText' },
    ],
  })
  const body = OWNERS.map((Owner, index) => ({ Owner, Code: `c${index + 1}`, N: index + 1 }))
  await succeed(request('POST', `/api/v1/db/data/bulk/noco/${project.id}/${id}`, { auth, body }))
  table = getTable({ tables: await loadTables(env.DB, project.id) }, id)
  adas = accessTo(table, { readable: 'all', writable: 'all', rows: parseFilter(table, { where: '(Owner,eq,ada)' }, NOW) })
})

const query = (params: QueryParams = {}, access = adas) => parseQuery(visibleTable(access), params, { now: NOW })
const filter = (where: string) => parseFilter(table, { where }, NOW)
const ids = (rows: readonly Record<string, unknown>[]) => rows.map((row) => row['Id'])

/** As the routes run a write. */
async function run<Answer>(write: Write<Answer>): Promise<Answer> {
  try {
    return (await runOnce(env.DATA, write, null, NOW)).answer
  } catch (error) {
    throw duplicateValue(table, error)
  }
}

function csvOf(access: TableAccess, params: QueryParams): Promise<ReadableStream> {
  const file = { query: query(params, access), options: { byteOrderMark: false, types: false } }
  const source = { at: NOW, actor: null, address: null, requestId: 'x' }
  return csvStream({ databases: { control: env.DB, data: env.DATA }, access }, file, source)
}

/** Every row there is, whoever reaches it: `Id Owner Code N`. */
async function everyRow(): Promise<string[]> {
  const { rows: list } = await listRows(env.DATA, accessTo(table), query({}, accessTo(table)))
  return list.map((row) => [row['Id'], row['Owner'], row['Code'], row['N']].join(' '))
}

async function refusalOf(call: () => unknown): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    return error instanceof ApiError ? error.code : String(error)
  }
}

describe('reading', () => {
  test('lists and counts the rows that are reached, page by page too', async () => {
    const all = await listRows(env.DATA, adas, query())
    expect([ids(all.rows), all.total]).toEqual([[1, 3, 5], 3])
    const filtered = await listRows(env.DATA, adas, query({ where: ['(N,gt,1)~or(Owner,eq,eve)'] }))
    expect([ids(filtered.rows), filtered.total]).toEqual([[3, 5], 2])
    const first = await listRows(env.DATA, adas, query({ limit: ['2'], sort: ['-N'] }))
    const second = await listRows(env.DATA, adas, query({ limit: ['2'], sort: ['-N'] }), { cursor: first.next })
    expect([ids(first.rows), ids(second.rows), second.next]).toEqual([[5, 3], [1], undefined])
    const grid = await listVersionedRows(env.DATA, adas, query())
    expect([ids(grid.rows.map(({ row }) => row)), grid.total]).toEqual([[1, 3, 5], 3])
  })

  test('counts, finds and exports those alone', async () => {
    expect(await countRows(env.DATA, adas, null)).toBe(3)
    expect(await countRows(env.DATA, adas, filter('(N,ge,2)'))).toBe(2)
    expect(await findOne(env.DATA, adas, query({ where: ['(Owner,eq,eve)'] }))).toBeNull()
    expect((await findOne(env.DATA, adas, query({ sort: ['-N'] })))?.['Id']).toBe(5)
    const csv = new Response(await csvOf(adas, { fields: ['Id'] }))
    expect(await csv.text()).toBe('Id\r\n1\r\n3\r\n5\r\n')
  })

  test('groups those alone', async () => {
    const [, owner] = table.columns
    if (owner === undefined) throw new Error('no column')
    const counted = await groupBy(env.DATA, adas, owner, query(), [])
    expect([counted.counts, counted.total]).toEqual([[{ value: 'ada', count: 3 }], 3])
    const groups = await groupedList(env.DATA, adas, owner, query())
    expect(groups.map(({ key, page }) => [key, ids(page.rows), page.total])).toEqual([
      ['ada', [1, 3, 5], 3],
      [null, [], 0],
    ])
  })

  test('of one row that is out of reach is as of one that is not there', async () => {
    expect((await readOne(env.DATA, adas, '3', table.columns)).row['Code']).toBe('c3')
    expect(await exists(env.DATA, adas, '3')).toBe(true)
    for (const id of ['2', '6', '99']) {
      expect(await refusalOf(() => readOne(env.DATA, adas, id, table.columns))).toBe('ROW_NOT_FOUND')
      expect(await exists(env.DATA, adas, id)).toBe(false)
    }
  })

  test('goes on from no row that is out of reach', async () => {
    const text = 'x'.repeat(9000)
    await run(updateMatching(accessTo(table), null, { Text: text }, NOW))
    const sorted = query({ sort: ['Text'], limit: ['1'] })
    const { next } = await listRows(env.DATA, adas, sorted)
    expect(ids((await listRows(env.DATA, adas, sorted, { cursor: next })).rows)).toEqual([3])
    await run(updateOne(accessTo(table), '1', { Owner: 'eve' }, null, NOW))
    expect(await refusalOf(() => listRows(env.DATA, adas, sorted, { cursor: next }))).toBe('INVALID_CURSOR')
  })
})

describe('writing', () => {
  test('changes and deletes one row that is reached, and none that is not', async () => {
    expect((await run(updateOne(adas, '3', { N: 30 }, null, NOW))).row['N']).toBe(30)
    for (const id of ['2', '6', '99']) {
      for (const expected of [null, [0], [7]]) {
        expect(await refusalOf(() => run(updateOne(adas, id, { N: 0 }, expected, NOW)))).toBe('ROW_NOT_FOUND')
        expect(await refusalOf(() => run(updateOne(adas, id, {}, expected, NOW)))).toBe('ROW_NOT_FOUND')
        expect(await refusalOf(() => run(deleteOne(adas, id, expected)))).toBe('ROW_NOT_FOUND')
      }
    }
    expect(await run(deleteOne(adas, '1', null))).toBe(1)
    expect(await everyRow()).toEqual(['2 eve c2 2', '3 ada c3 30', '4 eve c4 4', '5 ada c5 5', '6  c6 6'])
  })

  test('changes and deletes many that are reached, and none at all where one of them is not', async () => {
    const before = await everyRow()
    const refused = [
      () =>
        run(
          updateMany(
            adas,
            [
              { Id: 1, N: 0 },
              { Id: 2, N: 0 },
            ],
            NOW,
          ),
        ),
      () => run(updateMany(adas, [{ Id: 1, N: 0 }, { Id: 2 }], NOW)),
      () => run(deleteMany(adas, [{ Id: 1 }, { Id: 4 }])),
      () => run(changeRowsTogether(adas, { insert: [], restore: [], update: [{ row: { Id: 2, N: 0 } }], delete: [] }, NOW)),
      () => run(changeRowsTogether(adas, { insert: [], restore: [], update: [], delete: [{ row: { Id: 2 }, version: 0 }] }, NOW)),
    ]
    for (const write of refused) expect(await refusalOf(write)).toBe('ROW_NOT_FOUND')
    expect(await everyRow()).toEqual(before)
    await run(
      updateMany(
        adas,
        [
          { Id: 1, N: 10 },
          { Id: 3, Code: 'z' },
        ],
        NOW,
      ),
    )
    await run(deleteMany(adas, [{ Id: 5 }]))
    expect(await everyRow()).toEqual(['1 ada c1 10', '2 eve c2 2', '3 ada z 3', '4 eve c4 4', '6  c6 6'])
  })

  test('to all rows is to all that are reached', async () => {
    expect(await run(updateMatching(adas, null, { N: 0 }, NOW))).toBe(3)
    expect(await run(updateMatching(adas, filter('(Owner,neq,ada)'), { N: 1 }, NOW))).toBe(0)
    expect(await run(deleteMatching(adas, filter('(Code,in,c1,c2)')))).toBe(1)
    expect(await run(deleteMatching(adas, null))).toBe(2)
    expect(await everyRow()).toEqual(['2 eve c2 2', '4 eve c4 4', '6  c6 6'])
    expect(await countRows(env.DATA, accessTo(table), null)).toBe(3)
  })

  test('an upsert changes what is reached; the value of a row that is not is taken', async () => {
    const code = table.columns.find(({ title }) => title === 'Code')
    if (code === undefined) throw new Error('no column')
    expect(
      await run(
        upsertMany(
          adas,
          code,
          [
            { Code: 'c1', N: 10 },
            { Code: 'new', Owner: 'ada' },
          ],
          NOW,
        ),
      ),
    ).toEqual([[1], [7]])
    const before = await everyRow()
    expect(
      await refusalOf(() =>
        run(
          upsertMany(
            adas,
            code,
            [
              { Code: 'c3', N: 0 },
              { Code: 'c2', N: 0 },
            ],
            NOW,
          ),
        ),
      ),
    ).toBe('DUPLICATE_VALUE')
    expect(await everyRow()).toEqual(before)
  })
})

describe('columns', () => {
  /** Sees Id and N, sets Owner and N. */
  let some: TableAccess

  beforeEach(() => {
    const idOf = (...titles: string[]) => new Set(table.columns.filter(({ title }) => titles.includes(title)).map(({ id }) => id))
    some = accessTo(table, { readable: idOf('N'), writable: idOf('Owner', 'N'), rows: null })
  })

  test('that are hidden are in no answer; the key always is', async () => {
    const keys = (row: object) => Object.keys(row)
    expect(keys((await listRows(env.DATA, some, query({}, some))).rows[0] ?? {})).toEqual(['Id', 'N'])
    expect(keys((await run(insertOne(some, { Owner: 'x', N: 7 }, NOW))).row)).toEqual(['Id', 'N'])
    expect(keys((await run(updateOne(some, '1', { Owner: 'y' }, null, NOW))).row)).toEqual(['Id', 'N'])
    const csv = new Response(await csvOf(some, { where: ['(N,eq,1)'] }))
    expect(await csv.text()).toBe('Id,N\r\n1,1\r\n')
  })

  test.each([{ where: ['(Code,eq,c1)'] }, { sort: ['Code'] }, { fields: ['Code'] }, { sort: ['-Owner'] }])(
    'that are hidden are named by no query: %j',
    async (params) => {
      expect(await refusalOf(() => query(params, some))).toBe('FIELD_NOT_FOUND')
      expect(await refusalOf(() => query(params, accessTo(table)))).not.toBe('FIELD_NOT_FOUND')
    },
  )

  test('are set where they are writable; one that is hidden is not there, one that is only seen is refused', async () => {
    const seen = accessTo(table, { readable: 'all', writable: new Set(), rows: null })
    for (const body of [{ Code: 'x' }, { Text: 'x' }]) {
      expect(await refusalOf(() => insertOne(some, body, NOW))).toBe('FIELD_NOT_FOUND')
      expect(await refusalOf(() => insertOne(seen, body, NOW))).toBe('FORBIDDEN')
      expect(await refusalOf(() => updateOne(seen, '1', body, null, NOW))).toBe('FORBIDDEN')
      expect(await refusalOf(() => insertMany(seen, [body], NOW))).toBe('FORBIDDEN')
    }
    expect((await run(updateOne(seen, '1', { Id: 1 }, null, NOW))).row['Code']).toBe('c1')
  })
})
