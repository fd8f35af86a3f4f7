import { beforeAll, describe, expect, test } from 'vitest'
import { createProject, createTable, request, superAdmin } from '../support/client'

let auth: string
let projectId: string
let tables = 0

beforeAll(async () => {
  auth = (await superAdmin()).auth
  projectId = (await createProject(auth)).id
})

const COLUMNS = [
  { title: 'Code', uidt: 'SingleLineText', unique: true },
  { title: 'Qty', uidt: 'Number' },
]

interface Table {
  rows: string
  changes: string
}

/** A table with the rows a, b and c. */
async function newTable(columns: object[] = COLUMNS): Promise<Table> {
  const { id } = await createTable(auth, projectId, { title: `Changes ${++tables}`, columns })
  const [rows, bulk] = [`/api/v1/db/data/noco/${projectId}/${id}`, `/api/v1/db/data/bulk/noco/${projectId}/${id}`]
  await send('POST', bulk, [{ Code: 'a' }, { Code: 'b' }, { Code: 'c' }])
  return { rows, changes: `${bulk}/changes` }
}

const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  request(method, path, { auth, headers, ...(body === undefined ? {} : { body }) })

const list = async ({ rows }: Table) =>
  (await send('GET', `${rows}?fields=Id,Code,Qty`)).body.list.map((row: Record<string, unknown>) => Object.values(row))

async function versionOf({ rows }: Table, id: number): Promise<number> {
  return Number((await send('GET', `${rows}/${id}`)).headers.get('etag')?.slice(2, -1))
}

describe('changes of rows together', () => {
  test('rows are changed, deleted and inserted in one request, and the new ones are named with their versions', async () => {
    const table = await newTable()
    const version = await versionOf(table, 1)
    const { status, body } = await send('POST', table.changes, {
      insert: [{ Code: 'b', Qty: 7 }, { Code: 'd' }],
      update: [{ row: { Id: 1, Qty: 5 }, version }],
      delete: [{ row: { Id: 2 } }],
    })
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        inserted: [
          { rowId: '4', version: await versionOf(table, 4) },
          { rowId: '5', version: await versionOf(table, 5) },
        ],
        restored: [],
      },
    })
    expect(await list(table)).toEqual([
      [1, 'a', 5],
      [3, 'c', null],
      [4, 'b', 7],
      [5, 'd', null],
    ])
    expect(await versionOf(table, 1)).toBe(version + 1)
    expect((await send('GET', `${table.rows}/count`)).body).toEqual({ count: 4 })
  })

  test('a row of another version stops all of them, and is named', async () => {
    const table = await newTable()
    const version = await versionOf(table, 3)
    const changes = {
      insert: [{ Code: 'd' }],
      update: [{ row: { Id: 1, Qty: 5 } }],
      delete: [{ row: { Id: 3 }, version: version + 1 }],
    }
    const { status, body } = await send('POST', table.changes, changes)
    expect({ status, error: body.error, errors: body.errors }).toEqual({
      status: 412,
      error: 'ROW_CHANGED',
      errors: [{ path: 'delete.0', message: 'The row has changed since' }],
    })
    expect(await list(table)).toEqual([
      [1, 'a', null],
      [2, 'b', null],
      [3, 'c', null],
    ])
  })

  test('a row that is not there stops all of them, and is named', async () => {
    const table = await newTable()
    const changes = { update: [{ row: { Id: 1, Qty: 5 } }, { row: { Id: 9, Qty: 5 }, version: 3 }] }
    const { status, body } = await send('POST', table.changes, changes)
    expect({ status, errors: body.errors }).toEqual({ status: 404, errors: [{ path: 'update.1', message: 'Row not found' }] })
    expect(await list(table)).toContainEqual([1, 'a', null])
  })

  test('every bad value is named by its place, whatever part it is in', async () => {
    const table = await newTable()
    const { status, body } = await send('POST', table.changes, {
      insert: [{ Code: 'd' }, { Qty: 'many' }],
      update: [{ row: { Id: 1, Qty: 1.5 } }],
    })
    expect([status, body.errors.map(({ path }: { path: string }) => path)]).toEqual([400, ['update.0.Qty', 'insert.1.Qty']])
    expect(await list(table)).toHaveLength(3)
  })

  test('a value that another row has is named by its place', async () => {
    const table = await newTable()
    const { status, body } = await send('POST', table.changes, {
      insert: [{ Code: 'd' }, { Code: 'c' }],
      update: [{ row: { Id: 1, Qty: 5 } }],
    })
    expect([status, body.error, body.errors.map(({ path }: { path: string }) => path)]).toEqual([
      400,
      'DUPLICATE_VALUE',
      ['insert.1.Code'],
    ])
    expect(await list(table)).toContainEqual([1, 'a', null])
  })

  test('a deleted row is restored with its key and its times', async () => {
    const table = await newTable()
    const { body: row } = await send('GET', `${table.rows}/2`)
    const old = { ...row, CreatedAt: '2020-01-31 09:30:00+00:00', UpdatedAt: '2021-01-31 09:30:00+00:00' }
    await send('POST', table.changes, { delete: [{ row: { Id: 2 } }] })
    const { body } = await send('POST', table.changes, { restore: [old], insert: [{ Code: 'd' }] })
    expect([body.restored.map(({ rowId }: { rowId: string }) => rowId), body.inserted[0].rowId]).toEqual([['2'], '4'])
    expect((await send('GET', `${table.rows}/2`)).body).toEqual(old)
    const again = await send('POST', table.changes, { restore: [old] })
    expect([again.status, again.body.error]).toEqual([400, 'DUPLICATE_VALUE'])
  })

  test('keys of several parts, and keys that clients give', async () => {
    const table = await newTable([
      { title: 'Code', pk: true },
      { title: 'Day', uidt: 'Date', pk: true },
      { title: 'Qty', uidt: 'Number' },
    ])
    const { body } = await send('POST', table.changes, { insert: [{ Code: 'x', Day: '2026-01-31' }] })
    expect(body.inserted).toEqual([{ rowId: 'x___2026-01-31', version: expect.any(Number) }])
    const row = { Code: 'x', Day: '2026-01-31' }
    const { version } = body.inserted[0]
    expect((await send('POST', table.changes, { delete: [{ row, version: version + 1 }] })).status).toBe(412)
    expect((await send('POST', table.changes, { delete: [{ row, version }] })).status).toBe(200)
  })

  test('sent again with its Idempotency-Key it takes effect once, and answers the same', async () => {
    const table = await newTable()
    const changes = { insert: [{ Code: 'd' }, { Code: 'e' }], update: [{ row: { Id: 1, Qty: 5 } }] }
    const headers = { 'idempotency-key': 'the same' }
    const first = await send('POST', table.changes, changes, headers)
    const second = await send('POST', table.changes, changes, headers)
    expect([second.status, second.body]).toEqual([200, first.body])
    expect(first.body.inserted).toHaveLength(2)
    expect(await list(table)).toHaveLength(5)
  })

  test('a row named twice, and a part that is none, are refused', async () => {
    const table = await newTable()
    const twice = await send('POST', table.changes, { update: [{ row: { Id: 1, Qty: 5 } }], delete: [{ row: { Id: 1 } }] })
    expect([twice.status, twice.body.error]).toEqual([400, 'INVALID_VALUE_FOR_FIELD'])
    expect((await send('POST', table.changes, { remove: [] })).status).toBe(400)
    expect((await send('POST', table.changes, {})).body).toEqual({ inserted: [], restored: [] })
  })
})
