/** Tables and columns, interrupted at each call to either database: never half, and tidy after the scheduled job. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { purge } from '../../src/data/catalog/purge'
import type { Bindings } from '../../src/config'
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
import { tapD1 } from '../support/tap-d1'

const META = '/api/v1/db/meta'
const LOST = 'D1_ERROR: Network connection lost.'
const HOUR_MS = 3_600_000

let ada: Person
let projectId: string

beforeAll(async () => {
  ada = await signUpCreator()
  vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

// A project for each test, gone after it: what is tidy is seen by looking at every table there is.
beforeEach(async () => {
  projectId = (await createProject(ada.auth)).id
})

afterEach(async () => {
  await succeed(request('DELETE', `${META}/projects/${projectId}`, { auth: ada.auth }))
  while ((await purge({ ...env }, Date.now() + 24 * HOUR_MS)) > 0);
})

type Json = Answer['body']
type Call = [method: string, path: string, body?: unknown]

interface Step {
  table: Json
  call: Call
  /** What the same request may be told when it had taken effect already. */
  done: readonly (string | number)[]
}

/** Two rows; `Code` is without duplicates and `Text` converts to numbers. */
async function makeTable(extra: Record<string, unknown> = {}): Promise<Json> {
  const columns = [
    { title: 'Text', column_name: 'text', uidt: 'SingleLineText' },
    { title: 'Code', column_name: 'code', uidt: 'SingleLineText', ...extra },
  ]
  const table = await createTable(ada.auth, projectId, { title: unique('Crash '), columns })
  await succeed(
    rows('POST', table.id, [
      { Text: '1', Code: 'a' },
      { Text: '2', Code: 'b' },
    ]),
  )
  return table
}

function rows(method: 'GET' | 'POST', tableId: string, body?: unknown): Promise<Answer> {
  return request(method, `/api/v1/db/data/${body === undefined ? '' : 'bulk/'}noco/${projectId}/${tableId}`, {
    auth: ada.auth,
    body,
  })
}

const idOf = (table: Json, title: string): string => table.columns.find((column: Json) => column.title === title).id
const change = (table: Json, title: string, body: unknown): Call => ['PATCH', `${META}/columns/${idOf(table, title)}`, body]

/** Each makes what it needs, and says what to ask. */
const STEPS: Record<string, () => Step | Promise<Step>> = {
  'making a table': () => {
    const title = unique('New ')
    const columns = [{ title: 'Text' }, { title: 'Code', unique: true }, { title: 'Qty', uidt: 'Number', meta: { index: true } }]
    return {
      table: null,
      call: ['POST', `${META}/projects/${projectId}/tables`, { title, table_name: title, columns }],
      done: ['Duplicate table name', 'Duplicate table alias'],
    }
  },
  'removing a table': async () => {
    const table = await makeTable({ unique: true })
    return { table, call: ['DELETE', `${META}/tables/${table.id}`], done: ['Table not found', 'Project not found'] }
  },
  'adding a column': async () => {
    const table = await makeTable()
    const body = { title: 'Qty', uidt: 'Number', cdf: '7', meta: { index: true } }
    return { table, call: ['POST', `${META}/tables/${table.id}/columns`, body], done: ['Duplicate column alias'] }
  },
  'adding a unique column': async () => {
    const table = await makeTable()
    return {
      table,
      call: ['POST', `${META}/tables/${table.id}/columns`, { title: 'Key', unique: true }],
      done: ['Duplicate column alias'],
    }
  },
  'changing the type of a column': async () => {
    const table = await makeTable()
    return { table, call: change(table, 'Text', { uidt: 'Number' }), done: [] }
  },
  'changing the type of a unique column': async () => {
    const table = await makeTable({ unique: true })
    return { table, call: change(table, 'Code', { uidt: 'JSON' }), done: [] }
  },
  'making a column unique': async () => {
    const table = await makeTable()
    return { table, call: change(table, 'Code', { unique: true }), done: [] }
  },
  'making a column required': async () => {
    const table = await makeTable()
    return { table, call: change(table, 'Code', { rqd: true }), done: [] }
  },
  'making a column required and unique': async () => {
    const table = await makeTable()
    return { table, call: change(table, 'Code', { rqd: true, unique: true }), done: [] }
  },
  'making a unique column ordinary': async () => {
    const table = await makeTable({ unique: true })
    return { table, call: change(table, 'Code', { unique: false }), done: [] }
  },
  'making an index': async () => {
    const table = await makeTable()
    return { table, call: change(table, 'Code', { meta: { index: true } }), done: [] }
  },
  'making an index unique': async () => {
    const table = await makeTable({ meta: { index: true } })
    return { table, call: change(table, 'Code', { unique: true }), done: [] }
  },
  'switching sort keys on': async () => {
    const table = await makeTable({ unique: true })
    return { table, call: change(table, 'Code', { meta: { collate: 'unicode' } }), done: [] }
  },
  'removing a column with sort keys': async () => {
    const table = await makeTable({ meta: { collate: 'unicode', index: true } })
    return { table, call: ['DELETE', `${META}/columns/${idOf(table, 'Code')}`], done: ['Column not found', 'Project not found'] }
  },
  'dropping an index': async () => {
    const table = await makeTable({ meta: { index: true } })
    return { table, call: change(table, 'Code', { meta: null }), done: [] }
  },
  'removing an indexed column': async () => {
    const table = await makeTable({ unique: true })
    return { table, call: ['DELETE', `${META}/columns/${idOf(table, 'Code')}`], done: ['Column not found', 'Project not found'] }
  },
}

type Side = 'DB' | 'DATA'
type Moment = 'before' | 'after'

/** The usual bindings, with one call of one database that fails. `count` learns how many there were. */
function failing(side: Side, moment: Moment, at: number, count: (calls: number) => void = () => {}): Bindings {
  const seen = (call: number) => {
    if (moment === 'before') count(call)
    if (call === at) throw new Error(LOST)
  }
  return { ...env, [side]: tapD1(env[side], { before: (call) => count(call), [moment]: seen }) }
}

const ask = ([method, path, body]: Call, bindings?: Bindings): Promise<Answer> =>
  request(method, path, { auth: ada.auth, body, ...(bindings === undefined ? {} : { env: bindings }) })

/** What a reader sees of the project's tables without dates, and the rows of the one at stake. */
async function view(table: Json): Promise<Json> {
  const { body: list } = await succeed(request('GET', `${META}/projects/${projectId}/tables`, { auth: ada.auth }))
  const names = list.list.map(({ title }: Json) => title)
  if (table === null || !list.list.some(({ id }: Json) => id === table.id)) return { names }
  const { body } = await succeed(request('GET', `${META}/tables/${table.id}`, { auth: ada.auth }))
  const { body: page } = await succeed(rows('GET', table.id))
  const columns = body.columns.map(({ title, uidt, rqd, unique: isUnique, meta }: Json) => ({ title, uidt, rqd, isUnique, meta }))
  const values = page.list.map(({ CreatedAt: _c, UpdatedAt: _u, Id: _id, ...row }: Json) => row)
  return { names, columns, values, total: page.pageInfo.totalRows }
}

/** Names are made anew for each round. */
const comparable = (seen: Json, table: Json): Json => ({
  ...seen,
  names: table === null ? seen.names.length : seen.names.includes(table.title),
})

async function physical(): Promise<{ tables: string[]; indexes: string[] }> {
  const [tables, indexes] = await env.DATA.batch<{ shape: string }>([
    env.DATA.prepare(
      `SELECT t.name || '(' || (SELECT group_concat(c.name, ',' ORDER BY c.name) FROM pragma_table_info(t.name) c) || ')' AS shape
       FROM sqlite_master t WHERE t.type = 'table' AND t.name GLOB 'md_*'`,
    ),
    env.DATA.prepare(`SELECT name AS shape FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite%'`),
  ])
  const sorted = (answer: D1Result<{ shape: string }> | undefined) => (answer?.results ?? []).map(({ shape }) => shape).toSorted()
  return { tables: sorted(tables), indexes: sorted(indexes) }
}

type Rows = Record<string, unknown>[]

/** What should stand in the data database by what the catalog says. */
function named(tables: Rows, columns: Rows): { tables: string[]; indexes: string[] } {
  const indexes: string[] = []
  const shapes = tables.map((table) => {
    const own = columns.filter((column) => column['table_id'] === table['id'])
    for (const column of own) {
      const isWished = /"index":true/.test(String(column['meta']))
      const kind = column['unique'] === 1 ? 'unique' : isWished ? 'index' : null
      if (kind === null) continue
      const index = [table['physical_name'], column['physical_name'], kind].join('_')
      indexes.push(index, ...(column['type'] === 'SingleLineText' ? [`${index}_sort`] : []))
    }
    const hasKeys = (column: Record<string, unknown>) => /"collate":"unicode"/.test(String(column['meta']))
    const keys = own.filter(hasKeys).map((column) => `${String(column['physical_name'])}k`)
    const names = ['v', ...keys, ...own.map((column) => String(column['physical_name']))].toSorted()
    return `${String(table['physical_name'])}(${names.join(',')})`
  })
  return { tables: shapes.toSorted(), indexes: indexes.toSorted() }
}

async function expectTidy(): Promise<void> {
  while ((await purge({ ...env }, Date.now() + 24 * HOUR_MS)) > 0);
  const { tables = [], columns = [], orphans = [] } = await dump(env.DB, ['tables', 'columns', 'orphans'])
  expect(await physical()).toEqual(named(tables, columns))
  expect(orphans).toEqual([])
  const counted = (await dump(env.DATA, ['row_counts']))['row_counts'] ?? []
  expect(counted.map((row) => String(row['table_name'])).toSorted()).toEqual(
    tables.map((table) => String(table['physical_name'])).toSorted(),
  )
}

describe.each(Object.entries(STEPS))('%s', (_, make) => {
  test.each<[Side, Moment]>([
    ['DB', 'before'],
    ['DB', 'after'],
    ['DATA', 'before'],
    ['DATA', 'after'],
  ])('interrupted at any call to %s, %s it took effect, is done or not, never half, and leaves nothing', async (side, moment) => {
    for (let at = 1, calls = at; at <= calls; at++) {
      const { table, call, done } = await make()
      const before = comparable(await view(table), table)
      let seen = 0
      const answer = await ask(
        call,
        failing(side, moment, at, (number) => (seen = Math.max(seen, number))),
      )
      calls = at === 1 ? Math.max(2, seen) : Math.max(calls, seen)
      expect([at, answer.status === 503 ? 'DATABASE_UNAVAILABLE' : answer.status]).toEqual([at, answer.body.error ?? 200])
      expect(JSON.stringify(answer.body)).not.toMatch(/D1_|SQLITE|connection lost|no such/i)
      const between = comparable(await view(table), table)
      if (answer.status === 200) expect(between).not.toEqual(before)

      const again = await ask(call)
      const after = comparable(await view(table), table)
      const isDone = done.some((message) => String(again.body.message).startsWith(`${message}`))
      expect([again.status === 200 || isDone, again.body.message]).toEqual([true, again.body.message])
      expect(after).not.toEqual(before)
      expect([before, after]).toContainEqual(between)
      await expectTidy()
      expect(comparable(await view(table), table)).toEqual(after)
    }
  })
})

describe('the scheduled job', () => {
  test.each<[Side, Moment]>([
    ['DB', 'before'],
    ['DB', 'after'],
    ['DATA', 'before'],
    ['DATA', 'after'],
  ])('interrupted at any call to %s, %s it took effect, purges a deleted project at its next run', async (side, moment) => {
    for (let at = 1, calls = 1; at <= calls; at++) {
      const doomed = await createProject(ada.auth)
      await createTable(ada.auth, doomed.id)
      await createTable(ada.auth, doomed.id, { columns: [{ title: 'Code', unique: true }] })
      await succeed(request('DELETE', `${META}/projects/${doomed.id}`, { auth: ada.auth }))
      const work = purge(
        failing(side, moment, at, (number) => (calls = Math.max(calls, number))),
        Date.now() + HOUR_MS,
      )
      await Promise.allSettled([work])
      if (at === 1) calls = Math.max(calls, 2)
      await expectTidy()
      const { projects = [] } = await dump(env.DB, ['projects'])
      expect(projects.map(({ id }) => id)).not.toContain(doomed.id)
    }
  })

  test('goes on with the rest where one thing cannot be dropped', async () => {
    const insert = env.DB.prepare(`INSERT INTO orphans (table_name, kind, "database", not_before) VALUES (?, 'table', ?, ?)`)
    await env.DB.batch([insert.bind('md_elsewhere', 'NO_SUCH_BINDING', 0), insert.bind('md_gone', 'DATA', 1)])
    expect(await purge({ ...env })).toBe(1)
    const { orphans = [] } = await dump(env.DB, ['orphans'])
    expect(orphans.map(({ table_name }) => table_name)).toEqual(['md_elsewhere'])
    await env.DB.prepare(`DELETE FROM orphans`).run()
  })

  test('comes to the rest however much cannot be dropped', async () => {
    const insert = env.DB.prepare(`INSERT INTO orphans (table_name, kind, "database", not_before) VALUES (?, 'table', ?, ?)`)
    const stuck = Array.from({ length: 20 }, (_, n) => insert.bind(`md_stuck${n}`, 'NO_SUCH_BINDING', n))
    await env.DB.batch([...stuck, insert.bind('md_gone', 'DATA', 20)])
    const now = Date.now()
    const dropped = []
    for (let run = 0; run < 3; run++) dropped.push(await purge({ ...env }, now))
    expect(dropped).toEqual([0, 0, 1])
    const { orphans = [] } = await dump(env.DB, ['orphans'])
    expect(orphans.map((orphan) => orphan['not_before'])).toEqual(Array(20).fill(now + HOUR_MS))
    await env.DB.prepare(`DELETE FROM orphans`).run()
  })

  test('leaves alone what is being made at this moment, and what the catalog names', async () => {
    const table = await makeTable({ unique: true })
    const { tables = [], columns = [] } = await dump(env.DB, ['tables', 'columns'])
    const name = String(tables.find(({ id }) => id === table.id)?.['physical_name'])
    const code = String(columns.find(({ id }) => id === idOf(table, 'Code'))?.['physical_name'])
    await env.DATA.prepare(`CREATE TABLE md_young (c1 TEXT)`).run()
    const insert = env.DB.prepare(
      `INSERT INTO orphans (table_name, kind, column_name, "database", not_before) VALUES (?, ?, ?, 'DATA', ?)`,
    )
    await env.DB.batch([
      insert.bind('md_young', 'table', '', Date.now() + HOUR_MS),
      ...[
        ['table', ''],
        ['column', code],
        ['unique', code],
      ].map(([kind, column]) => insert.bind(name, kind, column, 0)),
    ])
    expect(await purge({ ...env })).toBe(3)
    expect((await physical()).tables).toContain('md_young(c1)')
    await env.DATA.prepare(`INSERT INTO row_counts (table_name, total, checked_at) VALUES ('md_young', 0, 0)`).run()
    await expectTidy()
    expect((await rows('GET', table.id)).body.list).toHaveLength(2)
  })
})

/** Bindings that do something between authentication and the first call to the data database. */
function interrupted(what: () => Promise<unknown>): Bindings {
  let isFirst = true
  const before = async () => {
    if (!isFirst) return
    isFirst = false
    await what()
  }
  return { ...env, DATA: tapD1(env.DATA, { before }) }
}

describe('a request under way while its table changes', () => {
  test('reads and writes the column of the new type', async () => {
    const table = await makeTable()
    const path = `/api/v1/db/data/noco/${projectId}/${table.id}`
    const list = await request('GET', path, {
      auth: ada.auth,
      env: interrupted(() => succeed(ask(change(table, 'Text', { uidt: 'Number' })))),
    })
    expect([list.status, list.body.list?.map(({ Text }: Json) => Text)]).toEqual([200, [1, 2]])
    const toText = () => succeed(ask(change(table, 'Text', { uidt: 'JSON' })))
    const insert = await request('POST', path, { auth: ada.auth, body: { Text: 3, Code: 'c' }, env: interrupted(toText) })
    expect([insert.status, insert.body.Text]).toEqual([200, 3])
    expect((await rows('GET', table.id)).body.pageInfo.totalRows).toBe(3)
  })

  test('is told of a column or a table that is gone', async () => {
    const table = await makeTable()
    const path = `/api/v1/db/data/noco/${projectId}/${table.id}`
    const removeColumn = () => succeed(ask(['DELETE', `${META}/columns/${idOf(table, 'Code')}`]))
    const list = await request('GET', `${path}?where=(Code,eq,a)`, { auth: ada.auth, env: interrupted(removeColumn) })
    expect([list.status, list.body.error]).toEqual([400, 'FIELD_NOT_FOUND'])
    const removeTable = () => succeed(ask(['DELETE', `${META}/tables/${table.id}`]))
    const insert = await request('POST', path, { auth: ada.auth, body: { Text: 'x' }, env: interrupted(removeTable) })
    expect([insert.status, insert.body.error]).toEqual([404, 'TABLE_NOT_FOUND'])
    await expectTidy()
  })

  test('keeps rows that are written while a column is converted', async () => {
    const table = await makeTable()
    const path = `/api/v1/db/data/noco/${projectId}/${table.id}`
    let calls = 0
    const before = async () => {
      calls++
      if (calls === 4) await succeed(request('POST', path, { auth: ada.auth, body: { Text: '3' } }))
      if (calls === 5) await succeed(request('PATCH', `${path}/1`, { auth: ada.auth, body: { Text: '10' } }))
    }
    await succeed(ask(change(table, 'Text', { uidt: 'Number' }), { ...env, DATA: tapD1(env.DATA, { before }) }))
    expect((await rows('GET', table.id)).body.list.map(({ Text }: Json) => Text)).toEqual([10, 2, 3])
    await expectTidy()
  })
})

describe('a row without a value, written while its column becomes required', () => {
  test.each([
    ['a required column', { rqd: true }],
    ['a required column of another type', { rqd: true, uidt: 'JSON' }],
  ])('is named, and the column stays as it was: %s', async (_, body) => {
    for (let at = 1, calls = at; at <= calls; at++) {
      const table = await makeTable()
      const before = async (call: number) => {
        calls = Math.max(calls, call)
        if (call === at) await succeed(rows('POST', table.id, [{ Text: '3' }]))
      }
      const answer = await ask(change(table, 'Code', body), { ...env, DATA: tapD1(env.DATA, { before }) })
      // The last call of the change of type drops the old column: by then the row itself is refused.
      if (answer.status === 200) expect((await view(table)).values).toHaveLength(2)
      else expect([answer.body.error, answer.body.errors[0].path]).toEqual(['INVALID_VALUE_FOR_FIELD', '3'])
      await expectTidy()
    }
  })

  test('undoes the adding of a required column', async () => {
    const table = await createTable(ada.auth, projectId, { title: unique('Crash ') })
    const call: Call = ['POST', `${META}/tables/${table.id}/columns`, { title: 'Must', rqd: true }]
    const answer = await ask(
      call,
      interrupted(() => succeed(rows('POST', table.id, [{}]))),
    )
    expect([answer.status, answer.body.error]).toEqual([400, 'INVALID_COLUMN'])
    await expectTidy()
  })
})

describe('two changes of a column at once', () => {
  const COLUMN_CHANGES: Record<string, unknown> = {
    'another type': { uidt: 'JSON' },
    unique: { unique: true },
    'a required value': { rqd: true },
    'an index': { meta: { index: true } },
    'another title': { title: 'Renamed' },
    removal: null,
  }
  const pairs = Object.keys(COLUMN_CHANGES).flatMap((one) => Object.keys(COLUMN_CHANGES).map((other) => [one, other] as const))

  test.each(pairs)('%s and %s leave the catalog and the data database of one mind', async (one, other) => {
    const table = await makeTable()
    const call = (name: string): Call =>
      COLUMN_CHANGES[name] === null
        ? ['DELETE', `${META}/columns/${idOf(table, 'Code')}`]
        : change(table, 'Code', COLUMN_CHANGES[name])
    let isFirst = true
    const before = async (number: number) => {
      // Behind who is asking and the catalog.
      if (number !== 3 || !isFirst) return
      isFirst = false
      await succeed(ask(call(other)))
    }
    const { status, body } = await ask(call(one), { ...env, DB: tapD1(env.DB, { before }) })
    expect(isFirst).toBe(false)
    expect([status, body.error]).toEqual(other === 'removal' ? [404, expect.stringMatching(/NOT_FOUND/)] : [200, undefined])
    await succeed(rows('GET', table.id))
    await expectTidy()
  })
})
