/**
 * What must hold of any column and any row: what an answer says can be sent back, and changes nothing; one member of it can be
 * changed whatever the others are; what can be inserted can be reached by its key in a path.
 */
import { env } from 'cloudflare:workers'
import { assert, asyncProperty, tuple } from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { type Answer, createProject, request, succeed, superAdmin, unique } from '../support/client'
import { type ColumnWish, change, columns, keysOf, rowOf, textKeys } from '../support/random-columns'

type Json = Answer['body']

/** `npm run test:long` asks ten times as much, of other cases each time. */
const LONG = env.LONG === '1'
const SEED = env.ORACLE_SEED === '' ? (LONG ? Date.now() % 2 ** 31 : 8) : Number(env.ORACLE_SEED)
const runs = (numRuns: number) => ({ numRuns: numRuns * (LONG ? 10 : 1), seed: SEED, endOnFailure: true })
const timeout = 60_000 * (LONG ? 10 : 1)

const META = '/api/v1/db/meta'

let auth: string
let projectId: string

beforeAll(async () => {
  auth = (await superAdmin()).auth
  projectId = (await createProject(auth)).id
  console.log(`properties: seed ${SEED}`)
})

const call = (method: string, path: string, body?: unknown) => request(method, path, { auth, body })
const makeTable = async (wishes: readonly unknown[]): Promise<Json> =>
  (await succeed(call('POST', `${META}/projects/${projectId}/tables`, { title: unique('T'), columns: wishes }))).body
const pathOf = (table: Json) => `/api/v1/db/data/noco/${projectId}/${table.id}`
const patch = async (column: Json, body: unknown): Promise<Json> =>
  (await succeed(call('PATCH', `${META}/columns/${column.id}`, body))).body
const drop = (table: Json) => succeed(call('DELETE', `${META}/tables/${table.id}`))
const without = (object: Json, ...names: string[]): Json =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))

/** Columns of which two answers say different things: what they say, the moment of the change apart. */
function differences(one: Json, other: Json): [before: Json, after: Json][] {
  const pairs: [Json, Json][] = one.columns.map((before: Json, index: number) => [before, other.columns[index]])
  return pairs
    .map(([before, after]): [Json, Json] => [without(before, 'updated_at'), without(after, 'updated_at')])
    .filter(([before, after]) => JSON.stringify(before) !== JSON.stringify(after))
}

test('a column and a row sent back as they were read change nothing', { timeout }, async () => {
  const cases = columns.chain((wishes) => tuple(rowOf(wishes, true).map((row) => ({ wishes, row }))))
  await assert(
    asyncProperty(cases, async ([{ wishes, row }]) => {
      const table = await makeTable(wishes.map((wish) => ({ ...wish, unique: false })))
      const { body: first } = await succeed(call('POST', pathOf(table), row))
      for (const column of table.columns) {
        expect(differences(table, await patch(column, column))).toEqual([])
      }
      const read = (await succeed(call('GET', `${pathOf(table)}/${first.Id}`))).body
      expect(read).toEqual(first)
      const auto = wishes.filter(({ uidt }) => uidt === 'CreateTime' || uidt === 'LastModifiedTime').map(({ title }) => title)
      const given = (record: Json) => without(record, 'Id', 'CreatedAt', 'UpdatedAt', ...auto)
      expect(given((await succeed(call('PATCH', `${pathOf(table)}/${first.Id}`, read))).body)).toEqual(given(read))
      expect(given((await succeed(call('POST', pathOf(table), without(read, 'Id')))).body)).toEqual(given(read))
      await succeed(call('POST', pathOf(table).replace('/data/', '/data/bulk/'), [without(read, 'Id')]))
      const { list } = (await succeed(call('GET', pathOf(table)))).body
      expect(list.map(given)).toEqual([given(read), given(read), given(read)])
      await drop(table)
    }),
    runs(2),
  )
})

/** What follows from a change of this member, apart from itself. */
const DEPENDENT: Readonly<Record<string, readonly string[]>> = {
  meta: ['cdf'],
  order: ['cop'],
  uidt: ['dt', 'ct', 'dtxp', 'colOptions', 'cdf', 'au'],
  dtxp: ['colOptions', 'cdf'],
  colOptions: ['dtxp', 'cdf'],
}

/** What the answer has to say of a member that was set to this value. */
function shownValue(column: Json, member: string, value: Json): unknown {
  const hasOptions = column.uidt === 'SingleSelect' || column.uidt === 'MultiSelect'
  if (member === 'dtxp') return hasOptions ? value : ''
  if (member !== 'colOptions') return member === 'cdf' && column.au === true ? column.cdf : value
  if (!hasOptions || value.options.length === 0) return null
  return { options: value.options.map((option: Json) => expect.objectContaining(option)) }
}

test(
  'each member of a column can be changed, alone and in the column as it was read, whatever the others are',
  { timeout },
  async () => {
    const cases = columns.chain((wishes) => tuple(...wishes.map(() => change)).map((changes) => ({ wishes, changes })))
    await assert(
      asyncProperty(cases, async ({ wishes, changes }) => {
        let table = await makeTable(wishes)
        for (const [index, { member, value, whole }] of changes.entries()) {
          const before = table.columns.find(({ column_name }: Json) => column_name === `c${index}`)
          const body = { [member]: value(before) }
          const answer = await call('PATCH', `${META}/columns/${before.id}`, whole ? { ...before, ...body } : body)
          // A comma separates the options of a MultiSelect: the one thing that stands in the way, and says so.
          if (answer.status === 400 && answer.body.message.startsWith("Illegal char(',') for MultiSelect")) continue
          // Beside each value, so that a failure says what was asked.
          const said = JSON.stringify({ before, body, whole, answer: answer.status === 200 ? 200 : answer.body })
          expect([said, answer.status]).toEqual([said, 200])
          const after = answer.body.columns.find(({ id }: Json) => id === before.id)
          const changed = [member, 'updated_at', ...(DEPENDENT[member] ?? [])]
          expect([said, without(after, ...changed)]).toEqual([said, without(before, ...changed)])
          if (!(member === 'cdf' && before.cdf === 'CURRENT_TIMESTAMP')) {
            expect([said, after[member]]).toEqual([said, shownValue(before, member, body[member])])
          }
          const others = ({ columns: all }: Json) =>
            new Map(all.filter(({ id }: Json) => id !== before.id).map((each: Json) => [each.id, without(each, 'cop', 'pv')]))
          expect([said, others(answer.body)]).toEqual([said, others(table)])
          expect(answer.body.columns.filter(({ pv }: Json) => pv)).toHaveLength(1)
          table = answer.body
        }
        await drop(table)
      }),
      runs(2),
    )
  },
)

/** A row that was inserted under a key: it is read, changed and deleted by it, and no other row is. */
async function reach(table: Json, key: unknown, row: Json): Promise<void> {
  const path = `${pathOf(table)}/${encodeURIComponent(String(key))}`
  const said = JSON.stringify(key).slice(0, 100)
  expect([said, (await call('GET', path)).body]).toEqual([said, row])
  expect([said, (await call('GET', `${path}/exist`)).body]).toEqual([said, true])
  expect([said, (await call('PATCH', path, { V: row.V + 1000 })).body]).toEqual([said, { ...row, V: row.V + 1000 }])
  expect([said, (await call('DELETE', path)).body]).toEqual([said, 1])
  expect([said, (await call('GET', path)).status]).toEqual([said, 404])
}

test(
  'a row that can be inserted is read, changed and deleted by its key in a path, whatever text that is',
  { timeout },
  async () => {
    const refused = new Set<string>()
    await assert(
      asyncProperty(textKeys, async (keys) => {
        const table = await makeTable([
          { title: 'Key', pk: true },
          { title: 'V', uidt: 'Number' },
        ])
        const taken: Json[] = []
        for (const [V, Key] of keys.entries()) {
          const { status, body } = await call('POST', pathOf(table), { Key, V })
          if (status === 200) taken.push(body)
          else
            expect([status, body.error, body.field, Boolean(refused.add(Key))]).toEqual([
              400,
              'INVALID_VALUE_FOR_FIELD',
              'Key',
              true,
            ])
        }
        for (const row of taken) await reach(table, row.Key, row)
        expect((await call('GET', `${pathOf(table)}/count`)).body).toEqual({ count: 0 })
        await drop(table)
      }),
      runs(2),
    )
    // The names of routes, and what no URL has room for.
    const isExpected = (key: string): boolean =>
      ['count', 'export', 'find-one', 'group', 'groupby', 'views'].includes(key) || encodeURIComponent(key).length > 8192
    expect([...refused].filter((key) => !isExpected(key))).toEqual([])
  },
)

test('keys of every type are as good', { timeout }, async () => {
  await assert(
    asyncProperty(keysOf, async (kinds: readonly { wish: Partial<ColumnWish>; keys: unknown[] }[]) => {
      for (const { wish, keys } of kinds) {
        const table = await makeTable([
          { ...wish, title: 'Key', pk: true },
          { title: 'V', uidt: 'Number' },
        ])
        const rows: Json[] = []
        for (const [V, Key] of keys.entries()) {
          const { status, body } = await call('POST', pathOf(table), { Key, V })
          if (status === 200) rows.push(body)
          else
            expect([status, body.error, body.field, wish.uidt]).toEqual([
              400,
              expect.stringMatching(/DUPLICATE|INVALID_VALUE/),
              'Key',
              wish.uidt,
            ])
        }
        expect([wish.uidt, rows.length > 0]).toEqual([wish.uidt, true])
        for (const row of rows) await reach(table, row.Key, row)
        await drop(table)
      }
    }),
    runs(1),
  )
})
