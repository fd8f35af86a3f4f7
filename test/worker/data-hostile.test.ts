/** Input that is made to hurt: each has a documented answer, none a 500, and what is refused changes nothing. */
import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, createProject, createTable, request, superAdmin } from '../support/client'

let auth: string
let rows: string
let bulk: string
let titleId: string

beforeAll(async () => {
  auth = (await superAdmin()).auth
  const project = await createProject(auth)
  const columns = [
    { title: 'Title', uidt: 'SingleLineText' },
    { title: 'Qty', uidt: 'Number' },
    { title: 'Price', uidt: 'Decimal' },
    { title: 'Data', uidt: 'JSON' },
    { title: 'constructor', uidt: 'SingleLineText' },
  ]
  const table = await createTable(auth, project.id, { columns })
  rows = `/api/v1/db/data/noco/${project.id}/${table.id}`
  bulk = `/api/v1/db/data/bulk/noco/${project.id}/${table.id}`
  titleId = table.columns.find(({ title }: { title: string }) => title === 'Title').id
  await post(rows, { Title: 'kept', Qty: 1 })
})

const get = (path: string) => request('GET', path, { auth })
const post = (path: string, body: unknown, headers: Record<string, string> = {}) => request('POST', path, { auth, body, headers })
const told = ({ status, body }: Answer) => [status, body.error]
const count = async () => (await get(`${rows}/count`)).body.count as number

/** As a query string carries it. */
const where = (text: string) => `where=${encodeURIComponent(text)}`
const json = (name: string, value: unknown) => `${name}=${encodeURIComponent(JSON.stringify(value))}`

/** A filter of groups in groups. */
function nested(levels: number): unknown {
  let filter: unknown = { fk_column_id: titleId, comparison_op: 'eq', value: 'kept' }
  for (let level = 0; level < levels; level++) filter = { is_group: true, children: [filter] }
  return [filter]
}

describe('queries', () => {
  test.each<[name: string, query: () => string, code: string]>([
    ['8 KB of opening parentheses', () => where('('.repeat(8192)), 'INVALID_FILTER'],
    ['8 KB of closing parentheses', () => where(')'.repeat(8192)), 'INVALID_FILTER'],
    ['pairs of parentheses', () => where('()'.repeat(4096)), 'INVALID_FILTER'],
    ['more than 256 KB', () => where(`(Title,eq,${'x'.repeat(262_144)})`), 'INVALID_FILTER'],
    ['256 KB of opening parentheses', () => where('('.repeat(262_144)), 'INVALID_FILTER'],
    ['8,001 values', () => where(`(Qty,in,${'1,'.repeat(8000)}1)`), 'INVALID_FILTER'],
    ['8 KB of tildes', () => where('~'.repeat(8192)), 'INVALID_FILTER'],
    ['groups in groups', () => where(`${'('.repeat(30)}(Title,eq,a)${')'.repeat(30)}`), 'INVALID_FILTER'],
    ['4,000 commas', () => `fields=${','.repeat(4000)}`, 'INVALID_PARAMETER'],
    ['1,001 fields by name', () => 'fields[]=Id&'.repeat(1001), 'INVALID_PARAMETER'],
    ['501 conditions', () => where('(Qty,eq,1)'.repeat(501)), 'INVALID_FILTER'],
    ['NUL in a filter', () => where('(Title,eq,a\0b)'), 'INVALID_FILTER'],
    ['a number beyond doubles', () => where('(Qty,eq,1e400)'), 'INVALID_FILTER'],
    ['NaN', () => where('(Price,gt,NaN)'), 'INVALID_FILTER'],
    ['a whole number that no double holds', () => where('(Qty,eq,9007199254740993)'), 'INVALID_FILTER'],
    ['a name of every object in a filter', () => where('(toString,eq,a)'), 'FIELD_NOT_FOUND'],
    ['__proto__ in a filter', () => where('(__proto__,eq,a)'), 'FIELD_NOT_FOUND'],
    ['an operator that every object has', () => where('(Title,toString,a)'), 'INVALID_FILTER'],
    ['__proto__ as an operator', () => where('(Title,__proto__,a)'), 'INVALID_FILTER'],
    ['__proto__ as a field', () => 'fields=__proto__', 'FIELD_NOT_FOUND'],
    ['__proto__ as a sort', () => 'sort=-__proto__', 'FIELD_NOT_FOUND'],
    ['SQL as a sort', () => `sort=${encodeURIComponent('Id; DROP TABLE x')}`, 'FIELD_NOT_FOUND'],
    ['a physical name', () => where('(c2,eq,kept)'), 'FIELD_NOT_FOUND'],
    ['the column of versions', () => 'fields=v', 'FIELD_NOT_FOUND'],
    ['JSON that does not end', () => `filterArrJson=${'['.repeat(8000)}`, 'INVALID_FILTER'],
    ['JSON nested 2,000 deep', () => json('filterArrJson', nested(2000)), 'INVALID_FILTER'],
    ['arrays nested 2,000 deep', () => `sortArrJson=${'['.repeat(2000)}${']'.repeat(2000)}`, 'INVALID_PARAMETER'],
    ['null as a filter', () => 'filterArrJson=null', 'INVALID_FILTER'],
    ['null as a condition', () => 'filterArrJson=[null]', 'INVALID_FILTER'],
    [
      'an object as a value',
      () => json('filterArrJson', [{ fk_column_id: titleId, comparison_op: 'eq', value: {} }]),
      'INVALID_FILTER',
    ],
    ['a limit in hexadecimal', () => 'limit=0x10', 'INVALID_PARAMETER'],
    ['a limit that is a sum', () => 'limit=1%2B1', 'INVALID_PARAMETER'],
    ['a limit that is a list', () => 'limit=1&limit=2', 'INVALID_PARAMETER'],
    ['Infinity', () => 'offset=Infinity', 'INVALID_PARAMETER'],
    ['shuffle=2', () => 'shuffle=2', 'INVALID_PARAMETER'],
    ['a cursor of 8 KB', () => `cursor=${'A'.repeat(8192)}`, 'INVALID_CURSOR'],
    ['a cursor that is no array', () => `cursor=${btoa('{"length":3}').replaceAll('=', '')}`, 'INVALID_CURSOR'],
    ['a cursor that is an array of nothing', () => `cursor=${btoa('[]').replaceAll('=', '')}`, 'INVALID_CURSOR'],
  ])('%s is refused', async (_, query, code) => {
    expect(told(await get(`${rows}?${query()}`))).toEqual([400, code])
  })

  test.each<[name: string, query: () => string, length: number]>([
    ['the longest value of a filter', () => where(`(Title,neq,${'x'.repeat(262_000)})`), 1],
    ['20 groups in groups', () => where(`${'('.repeat(20)}(Title,eq,kept)${')'.repeat(20)}`), 1],
    ['a huge limit', () => 'limit=9007199254740991', 1],
    ['a limit below all numbers', () => 'limit=-9007199254740991', 1],
    ['a limit of 400 digits', () => `limit=${'9'.repeat(400)}`, 1],
    ['the largest offset', () => 'offset=9007199254740991', 0],
    ['an offset of 400 digits', () => `offset=${'9'.repeat(400)}`, 0],
    ['an offset of 400 digits below 0', () => `offset=-${'9'.repeat(400)}`, 1],
    ['an offset below all numbers', () => 'offset=-9007199254740991', 1],
    ['names of every object as parameters', () => '__proto__=1&constructor=2&toString=3', 1],
    ['a field called like a name of every object', () => 'fields=constructor', 1],
    ['999 commas', () => `sort=${','.repeat(999)}`, 1],
    ['the same field 500 times', () => `fields=${'Id,'.repeat(500)}`, 1],
  ])('%s is answered', async (_, query, length) => {
    const { status, body } = await get(`${rows}?${query()}`)
    expect([status, body.list?.length]).toEqual([200, length])
  })

  test('an offset beyond all rows is the end everywhere', async () => {
    const far = `offset=${'9'.repeat(30)}`
    expect((await get(`${rows}?${far}`)).body.pageInfo).toMatchObject({ totalRows: 1, isFirstPage: false, isLastPage: false })
    expect((await get(`${rows}/find-one?${far}`)).body).toEqual({})
    expect((await get(`${rows}/groupby?column_name=title&${far}`)).body.list).toEqual([])
    expect((await get(`${rows}/group/${titleId}?${far}`)).body[0].value.list).toEqual([])
    expect((await get(`${rows}/export/csv?fields=Title&${far}`)).body.trim()).toBe('Title')
  })

  test('a cursor forged with values of other types finds no row that it should not, and fails in no way', async () => {
    await post(rows, { Title: 'second' })
    const { next } = (await get(`${rows}?limit=1`)).body.pageInfo
    const [signature] = JSON.parse(atob(next)) as [string]
    const forged = (...values: unknown[]) => {
      const text = JSON.stringify([signature, ...values]).replaceAll('"1e400"', '1e400')
      return get(`${rows}?limit=5&fields=Id&cursor=${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`)
    }
    expect((await forged(1)).body.list).toEqual([{ Id: 2 }])
    expect((await forged("1' OR 1=1--")).body.list).toEqual([])
    expect((await forged(-1e300)).body.list).toHaveLength(2)
    expect((await forged('1e400')).status).toBe(200)
    expect((await forged([1])).body.list).toEqual([{ Id: 2 }])
    for (const values of [[], [1, 2], [{}], [true], [[1, 2]], [[{}]], [[]]]) {
      expect([values, ...told(await forged(...values))]).toEqual([values, 400, 'INVALID_CURSOR'])
    }
    await request('DELETE', `${rows}/2`, { auth })
  })
})

describe('bodies', () => {
  test.each<[name: string, body: string, code: string]>([
    ['__proto__', '{"__proto__":{"Qty":1}}', 'FIELD_NOT_FOUND'],
    ['a method of every object', '{"toString":"x"}', 'FIELD_NOT_FOUND'],
    ['a physical name', '{"c2":"x"}', 'FIELD_NOT_FOUND'],
    ['the column of versions', '{"v":9}', 'FIELD_NOT_FOUND'],
    ['an empty name', '{"":1}', 'FIELD_NOT_FOUND'],
    ['a field under both its names', '{"Title":"a","title":"b"}', 'INVALID_VALUE_FOR_FIELD'],
    ['1e400', '{"Price":1e400}', 'INVALID_REQUEST_BODY'],
    ['-1e400', '{"Qty":-1e400}', 'INVALID_REQUEST_BODY'],
    ['an integer beyond 2^53', '{"Qty":9007199254740993}', 'INVALID_REQUEST_BODY'],
    ['half a surrogate pair', '{"Title":"a\\ud800"}', 'INVALID_REQUEST_BODY'],
    ['half a surrogate pair inside JSON', '{"Data":{"a":["\\udc00"]}}', 'INVALID_REQUEST_BODY'],
    ['half a surrogate pair as a key inside JSON', '{"Data":{"\\ud800":1}}', 'INVALID_REQUEST_BODY'],
    ['a list', '[]', 'INVALID_REQUEST_BODY'],
    ['null', 'null', 'INVALID_REQUEST_BODY'],
    ['a text', '"x"', 'INVALID_REQUEST_BODY'],
    ['NaN', '{"Qty":NaN}', 'BAD_JSON'],
    ['33 levels', `{"Data":${'['.repeat(32)}${']'.repeat(32)}}`, 'BAD_JSON'],
  ])('%s is refused, alone and among many', async (_, body, code) => {
    const before = await count()
    expect(told(await post(rows, body))).toEqual([400, code])
    const many = await post(bulk, `[{"Title":"good"},${body}]`)
    expect(many.status).toBe(400)
    if (code !== 'BAD_JSON' && code !== 'INVALID_REQUEST_BODY') expect(many.body).toMatchObject({ error: code, index: 1 })
    expect(told(await request('PATCH', `${bulk}/all`, { auth, body }))).toEqual([400, code])
    expect(await count()).toBe(before)
  })

  test('of a key that is there twice the last one counts, as JSON.parse has it', async () => {
    const { body } = await post(rows, '{"Qty":1,"Qty":2}')
    expect(body.Qty).toBe(2)
    await request('DELETE', `${rows}/${body.Id}`, { auth })
  })

  test('__proto__ inside a JSON value is a key like any other', async () => {
    const { body } = await post(rows, '{"Data":{"__proto__":{"a":1},"constructor":null}}')
    expect(JSON.stringify(body.Data)).toBe('{"__proto__":{"a":1},"constructor":null}')
    expect(({} as { a?: unknown }).a).toBeUndefined()
    await request('DELETE', `${rows}/${body.Id}`, { auth })
  })

  test('a list of things that are no rows is refused, naming a hundred of them', async () => {
    const { status, body } = await post(bulk, Array(5000).fill(1))
    expect([status, body.error, body.errors.length]).toEqual([400, 'INVALID_REQUEST_BODY', 100])
  })
})

describe('paths and headers', () => {
  test.each(['9'.repeat(3000), '%27%20OR%201=1--', '1;DROP%20TABLE%20x', '__proto__', '1___1', '%F0%9F%92%A5', '-0', '١'])(
    'there is no row %s',
    async (id) => {
      expect(told(await get(`${rows}/${id}`))).toEqual([404, 'ROW_NOT_FOUND'])
      expect((await get(`${rows}/${id}/exist`)).body).toBe(false)
      expect(told(await request('DELETE', `${rows}/${id}`, { auth }))).toEqual([404, 'ROW_NOT_FOUND'])
    },
  )

  test.each(['__proto__', 'constructor', '%27', 'sqlite_master', 'row_counts', 'idempotency_keys', 'x'.repeat(2000)])(
    'there is no table %s',
    async (name) => {
      expect(told(await get(rows.replace(/[^/]+$/, name)))).toEqual([404, 'TABLE_NOT_FOUND'])
    },
  )

  test.each(['"v1', '""', ',', '*, "v1"', '"v9999999999999999999"', 'x'.repeat(4000)])(
    'If-Match: %s is no version of a row',
    async (tag) => {
      const answer = await request('PATCH', `${rows}/1`, { auth, body: { Qty: 5 }, headers: { 'if-match': tag } })
      expect(told(answer)).toEqual([412, 'ROW_CHANGED'])
      expect((await get(`${rows}/1`)).body.Qty).toBe(1)
    },
  )
})
