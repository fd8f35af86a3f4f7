/** What D1 cannot hold in one statement, one string or one answer: none of it is a 500, and most of it works all the same. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Bindings } from '../../src/config'
import { type Answer, createProject, createTable, request, superAdmin } from '../support/client'
import { tapD1 } from '../support/tap-d1'

let auth: string
let projectId: string
let tables = 0

beforeAll(async () => {
  auth = (await superAdmin()).auth
  projectId = (await createProject(auth)).id
})

interface Paths {
  /** Of the dashboard. */
  page: string
  rows: string
  bulk: string
  columns: { id: string; title: string }[]
}

async function newTable(columns: object[]): Promise<Paths> {
  const { id, columns: made } = await createTable(auth, projectId, { title: `Limits ${++tables}`, columns })
  const below = `noco/${projectId}/${id}`
  return {
    page: `/projects/${projectId}/tables/${id}`,
    rows: `/api/v1/db/data/${below}`,
    bulk: `/api/v1/db/data/bulk/${below}`,
    columns: made,
  }
}

const get = (path: string) => request('GET', path, { auth })
const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  request(method, path, { auth, headers, ...(body === undefined ? {} : { body }) })
const told = ({ status, body }: Answer) => [status, body.error]

/** All pages of a list by cursor, the ids in order. */
async function walk(path: string, limit: number): Promise<number[]> {
  const ids: number[] = []
  let next: string | undefined
  do {
    const { status, body } = await get(`${path}&fields=Id&limit=${limit}${next === undefined ? '' : `&cursor=${next}`}`)
    expect({ status, body }).toMatchObject({ status: 200 })
    ids.push(...body.list.map(({ Id }: { Id: number }) => Id))
    next = body.pageInfo.next
  } while (next !== undefined && ids.length < 1000)
  return ids
}

describe('a table of 99 columns', () => {
  const titles = Array.from({ length: 96 }, (_, index) => `F${index}`)
  const row = (value: string) => Object.fromEntries(titles.map((title) => [title, value]))
  let wide: Paths

  beforeAll(async () => {
    wide = await newTable(titles.map((title) => ({ title, uidt: 'SingleLineText' })))
    await send('POST', wide.bulk, ['a', 'a', 'b'].map(row))
  })

  test('is changed as a whole where thirty conditions hold', async () => {
    const where = '(F1,eq,b)'.repeat(30)
    expect((await send('PATCH', `${wide.bulk}/all?where=${where}`, row('c'))).body).toBe(1)
    expect((await send('PATCH', `${wide.bulk}/all?where=${where}`, row('d'))).body).toBe(0)
    expect((await get(`${wide.rows}?fields=F0,F95&sort=Id`)).body.list).toEqual([
      { F0: 'a', F95: 'a' },
      { F0: 'a', F95: 'a' },
      { F0: 'c', F95: 'c' },
    ])
  })

  test('is listed by group, also by a group that is no field of the answer', async () => {
    const { id } = wide.columns.find(({ title }) => title === 'F3') ?? { id: '' }
    const { body } = await get(`${wide.rows}/group/${id}`)
    expect(body.map(({ value }: { value: { list: unknown[] } }) => value.list.length)).toEqual([2, 1, 0])
    expect(body[0].value.list[0]).toMatchObject({ Id: 1, F0: 'a', F95: 'a' })
    const [first] = (await get(`${wide.rows}/group/${id}?fields=Id`)).body
    expect(first).toMatchObject({ key: 'a', value: { list: [{ Id: 1 }, { Id: 2 }] } })
  })

  test.each([2, 9, 20, 96])('pages by cursor in the order of %i fields, with a large filter beside', async (count) => {
    const sort = titles.slice(0, count).map((title, index) => (index % 2 === 0 ? title : `-${title}`))
    const where = '(F1,neq,x)'.repeat(75)
    expect(await walk(`${wide.rows}?sort=${sort.join(',')}&where=${where}`, 1)).toEqual([1, 2, 3])
  })

  test('leaves as CSV', async () => {
    const { body } = await get(`${wide.rows}/export/csv?sort=${titles.join(',')}`)
    expect(body.trimEnd().split('\r\n')).toHaveLength(4)
  })
})

describe('long values', () => {
  let long: Paths
  const texts = ['m', 'z', 'a', 'm'].map((letter) => letter.repeat(20_000))

  beforeAll(async () => {
    long = await newTable([{ title: 'Text', uidt: 'LongText' }])
    for (const Text of texts) await send('POST', long.rows, { Text })
    await send('POST', long.rows, { Text: null })
  })

  test.each([
    ['Text', [5, 3, 1, 4, 2]],
    ['-Text', [2, 1, 4, 3, 5]],
  ])('page by cursor in the order of %s', async (sort, ids) => {
    expect(await walk(`${long.rows}?sort=${sort}`, 1)).toEqual(ids)
    expect(await walk(`${long.rows}?sort=${sort}`, 2)).toEqual(ids)
  })

  test('a cursor at a row that is gone is refused, and says why', async () => {
    const paths = await newTable([{ title: 'Text', uidt: 'LongText' }])
    await send(
      'POST',
      paths.bulk,
      texts.map((Text) => ({ Text })),
    )
    const { next } = (await get(`${paths.rows}?sort=-Text&limit=1`)).body.pageInfo
    expect((await get(`${paths.rows}?sort=-Text&limit=1&cursor=${next}&fields=Id`)).body.list).toEqual([{ Id: 1 }])
    await send('DELETE', `${paths.rows}/2`)
    const refused = await get(`${paths.rows}?sort=-Text&limit=1&cursor=${next}`)
    expect(told(refused)).toEqual([400, 'INVALID_CURSOR'])
    expect(refused.body.message).toContain('deleted')
  })

  test('more rows than one chunk of a CSV leave whole in the order of long texts', async () => {
    const paths = await newTable([
      { title: 'Text', uidt: 'LongText' },
      { title: 'N', uidt: 'Number' },
    ])
    const text = 'x'.repeat(9000)
    const bodies = Array.from({ length: 2100 }, (_, index) => ({ N: index, Text: index < 1990 ? 'a' : text }))
    for (let from = 0; from < bodies.length; from += 700) await send('POST', paths.bulk, bodies.slice(from, from + 700))
    const lines: string[] = (await get(`${paths.rows}/export/csv?sort=Text&fields=N`)).body.trimEnd().split('\r\n')
    expect(lines).toHaveLength(2101)
    expect(new Set(lines).size).toBe(2101)
    expect(lines.slice(-110)).toEqual(Array.from({ length: 110 }, (_, index) => String(1990 + index)))
  })

  /** Fits as it is; as JSON it has twice the bytes. */
  const QUOTES = '"'.repeat(1_200_000)

  test('a row too long for one JSON parameter is refused in bulk, by its index, and taken by itself', async () => {
    const refused = await send('POST', long.bulk, [{ Text: 'ok' }, { Text: QUOTES }])
    expect(told(refused)).toEqual([400, 'INVALID_VALUE_FOR_FIELD'])
    expect(refused.body).toMatchObject({ index: 1 })
    expect(told(await send('PATCH', long.bulk, [{ Id: 1, Text: QUOTES }]))).toEqual([400, 'INVALID_VALUE_FOR_FIELD'])
    expect((await get(`${long.rows}/count`)).body.count).toBe(5)
    const alone = await send('POST', long.rows, { Text: QUOTES })
    expect([alone.status, alone.body.Text?.length]).toEqual([200, 1_200_000])
    expect((await send('DELETE', `${long.rows}/${alone.body.Id}`)).body).toBe(1)
  })
})

describe('keys', () => {
  test('a table of nothing but its Id takes rows one by one and in bulk', async () => {
    const paths = await newTable([{ title: 'Id', uidt: 'ID' }])
    expect((await send('POST', paths.rows, {})).body).toEqual({ Id: 1 })
    expect((await send('POST', paths.bulk, [{}, {}, { Id: 9 }])).body).toEqual([{ id: 2 }, { id: 3 }, { id: 9 }])
    expect((await send('POST', paths.bulk, [{}, {}])).body).toEqual([{ id: 10 }, { id: 11 }])
    expect((await get(`${paths.rows}/count`)).body.count).toBe(6)
  })

  test('an Id beyond which the next ones would not be exact is refused', async () => {
    const paths = await newTable([{ title: 'T', uidt: 'SingleLineText' }])
    expect(told(await send('POST', paths.rows, { Id: Number.MAX_SAFE_INTEGER }))).toEqual([400, 'INVALID_VALUE_FOR_FIELD'])
    expect((await send('POST', paths.rows, {})).body.Id).toBe(1)
    expect((await send('POST', paths.rows, { Id: 2 ** 52 })).body.Id).toBe(2 ** 52)
    expect((await send('POST', paths.rows, {})).body.Id).toBe(2 ** 52 + 1)
  })

  test.each(['', '.', '..'])('the key %j, which no path can name, is refused', async (Key) => {
    const paths = await newTable([
      { title: 'Key', uidt: 'SingleLineText', pk: true },
      { title: 'V', uidt: 'Number' },
    ])
    const refusals = await Promise.all([
      send('POST', paths.rows, { Key }),
      send('POST', paths.bulk, [{ Key: 'a' }, { Key }]),
      send('POST', `${paths.bulk}/upsert?on=Key`, [{ Key: 'a' }, { Key }]),
    ])
    for (const { status, body } of refusals) {
      expect([status, body.error, body.field]).toEqual([400, 'INVALID_VALUE_FOR_FIELD', 'Key'])
    }
    expect(refusals.map(({ body }) => body.index)).toEqual([undefined, 1, 1])
    expect((await get(`${paths.rows}/count`)).body.count).toBe(0)
    for (const [V, reached] of ['...', '.a', ' ', '%2e', '/', '../x'].entries()) {
      expect((await send('POST', paths.rows, { Key: reached, V })).status).toBe(200)
      expect((await get(`${paths.rows}/${encodeURIComponent(reached)}`)).body).toEqual({ Key: reached, V })
    }
  })

  test('the parts of a key that a path could not tell apart from another key’s are refused', async () => {
    const paths = await newTable([
      { title: 'A', uidt: 'SingleLineText', pk: true },
      { title: 'B', uidt: 'SingleLineText', pk: true },
      { title: 'V', uidt: 'Number' },
    ])
    for (const [A, B] of [
      ['a_', 'b'],
      ['a___b', 'c'],
      ['a', 'b___c'],
    ]) {
      expect([A, B, ...told(await send('POST', paths.rows, { A, B }))]).toEqual([A, B, 400, 'INVALID_VALUE_FOR_FIELD'])
      expect(told(await send('POST', paths.bulk, [{ A, B }]))).toEqual([400, 'INVALID_VALUE_FOR_FIELD'])
    }
    for (const [A, B, V] of [
      ['a', '_b', 1],
      ['a__b', 'c', 2],
      ['', '', 3],
      ['../x', '%2F?#', 4],
    ] as const) {
      expect((await send('POST', paths.rows, { A, B, V })).status).toBe(200)
      expect((await get(`${paths.rows}/${encodeURIComponent(`${A}___${B}`)}`)).body).toEqual({ A, B, V })
    }
    expect((await get(`${paths.rows}/count`)).body.count).toBe(4)
  })
})

describe('safe writes', () => {
  test('of eight deletions or changes at once under one key one takes effect, and all get its answer', async () => {
    const paths = await newTable([{ title: 'Qty', uidt: 'Number' }])
    await send('POST', paths.bulk, [{ Qty: 1 }, { Qty: 2 }, { Qty: 3 }])
    const eight = (method: string, path: string, body: unknown, headers: Record<string, string>) =>
      Promise.all(Array.from({ length: 8 }, () => send(method, path, body, headers)))
    const deleted = await eight('DELETE', `${paths.rows}/1`, undefined, { 'idempotency-key': 'd' })
    expect(deleted.map(({ status, body }) => [status, body])).toEqual(Array.from({ length: 8 }, () => [200, 1]))
    const bulk = await eight('DELETE', paths.bulk, [{ Id: 2 }], { 'idempotency-key': 'b' })
    expect(bulk.map(({ status, body }) => [status, body])).toEqual(Array.from({ length: 8 }, () => [200, [{ id: 2 }]]))
    const tag = (await get(`${paths.rows}/3`)).headers.get('etag') ?? ''
    const changed = await eight('PATCH', `${paths.rows}/3`, { Qty: 9 }, { 'idempotency-key': 'p', 'if-match': tag })
    expect(changed.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
    expect(new Set(changed.map(({ headers }) => headers.get('etag'))).size).toBe(1)
    expect((await get(`${paths.rows}?fields=Id,Qty`)).body.list).toEqual([{ Id: 3, Qty: 9 }])
  })
})

describe('the database does not answer', () => {
  /** Bindings whose data database fails at its call `number`. */
  const failingAt = (number: number): Bindings => ({
    ...env,
    DATA: tapD1(env.DATA, {
      before: (call) => {
        if (call === number) throw new Error('D1_ERROR: Network connection lost.')
      },
    }),
  })

  test('an export that cannot begin is 503, not a file that ends early', async () => {
    const paths = await newTable([{ title: 'Text', uidt: 'SingleLineText' }])
    await send('POST', paths.rows, { Text: 'a' })
    const answer = await request('GET', `${paths.rows}/export/csv`, { auth, env: failingAt(1) })
    expect([...told(answer), answer.headers.get('retry-after')]).toEqual([503, 'DATABASE_UNAVAILABLE', '2'])
    expect((await get(`${paths.rows}/export/csv?fields=Text`)).body).toBe('Text\r\na\r\n')
  })
})

test.each(['=1', '+1+1', '-1+1', '@x', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠x'])(
  'a CSV disarms the text %j, in a cell and in the head',
  async (text) => {
    const paths = await newTable([{ title: text.trim(), uidt: 'LongText' }])
    await send('POST', paths.rows, { [text.trim()]: text })
    const [head, ...cells] = (await get(`${paths.rows}/export/csv?fields[]=${encodeURIComponent(text.trim())}`)).body.split(
      '\r\n',
    )
    expect([head, cells.join('\r\n').trimEnd()]).toEqual([`'${text.trim()}`, /[\t\r\n]/.test(text) ? `"'${text}"` : `'${text}`])
  },
)

test('a CSV keeps a cell whole where a spreadsheet splits at semicolons or tabs', async () => {
  const paths = await newTable([{ title: 'Text', uidt: 'SingleLineText' }])
  await send('POST', paths.bulk, [{ Text: 'a;=1+1' }, { Text: 'a\t=1+1' }])
  expect((await get(`${paths.rows}/export/csv?fields=Text`)).body).toBe('Text\r\n"a;=1+1"\r\n"a\t=1+1"\r\n')
})

test('a CSV of large rows is read in pieces: no query yields more than a few of them', async () => {
  const paths = await newTable([{ title: 'Text', uidt: 'LongText' }])
  for (let index = 0; index < 12; index++) await send('POST', paths.rows, { Text: String(index).padEnd(1_500_000, 'x') })
  let calls = 0
  const DATA = tapD1(env.DATA, { before: (call) => void (calls = call) })
  const { body } = await request('GET', `${paths.rows}/export/csv?fields=Text`, { auth, env: { ...env, DATA } })
  expect(body.match(/x\r\n/g)).toHaveLength(12)
  // Ten, then two, then none.
  expect(calls).toBe(3)
})

describe('a list of more than 10 MB', () => {
  let paths: Paths
  const all = Array.from({ length: 14 }, (_, index) => index + 1)

  beforeAll(async () => {
    paths = await newTable([
      { title: 'Text', uidt: 'LongText' },
      { title: 'N', uidt: 'Number' },
      { title: 'Kind', uidt: 'SingleSelect', dtxp: "'a','b'" },
    ])
    for (const N of all) {
      await send('POST', paths.rows, {
        Text: `${String.fromCharCode(N + 96)}${'ä'.repeat(800_000)}`,
        N,
        Kind: N % 2 === 1 ? 'a' : 'b',
      })
    }
  })

  test('is a shorter page that says so, with a cursor for the next', async () => {
    const { list, pageInfo } = (await get(paths.rows)).body
    expect(list.map(({ Id }: { Id: number }) => Id)).toEqual([1, 2, 3, 4, 5, 6])
    expect(pageInfo).toMatchObject({ totalRows: 14, page: 1, pageSize: 6, isFirstPage: true, isLastPage: false })
    const last = (await get(`${paths.rows}?offset=8`)).body
    expect([last.list.length, last.pageInfo.next]).toEqual([6, undefined])
    const following = (await get(`${paths.rows}?sort=N&cursor=${(await get(`${paths.rows}?sort=N`)).body.pageInfo.next}`)).body
    expect(following.list.map(({ Id }: { Id: number }) => Id)).toEqual([7, 8, 9, 10, 11, 12])
    expect(following.pageInfo).toMatchObject({ pageSize: 6, isLastPage: false, next: expect.any(String) })
  })

  test('has every row for who goes on by offset, as pageInfo counts', async () => {
    const seen: number[] = []
    for (let offset = 0, calls = 0; seen.length < all.length && calls < 9; calls++) {
      const { list, pageInfo } = (await get(`${paths.rows}?limit=10&offset=${offset}`)).body
      seen.push(...list.map(({ Id }: { Id: number }) => Id))
      offset = pageInfo.page * pageInfo.pageSize
    }
    expect(seen).toEqual(all)
  })

  test('is a shorter page of each group, which go on in the list of rows', async () => {
    const { id } = paths.columns.find(({ title }) => title === 'Kind') ?? { id: '' }
    const groups = (await get(`${paths.rows}/group/${id}?sort=-N`)).body
    const ids = ({ value }: { value: { list: { Id: number }[] } }) => value.list.map(({ Id }) => Id)
    expect(groups.map(ids)).toEqual([[13, 11, 9], [14, 12, 10], []])
    for (const { key, value } of groups.slice(0, 2)) {
      expect(value.pageInfo).toMatchObject({ totalRows: 7, page: 1, pageSize: 3, isLastPage: false, next: expect.any(String) })
      const rest = await get(`${paths.rows}?sort=-N&where=(Kind,eq,${key})&fields=Id&cursor=${value.pageInfo.next}`)
      expect(rest.body.list.map(({ Id }: { Id: number }) => Id)).toEqual(key === 'a' ? [7, 5, 3, 1] : [8, 6, 4, 2])
    }
    const whole = (await get(`${paths.rows}/group/${id}?fields=Id`)).body
    expect(whole.map(ids)).toEqual([[1, 3, 5, 7, 9, 11, 13], [2, 4, 6, 8, 10, 12, 14], []])
    expect(whole[0].value.pageInfo).toMatchObject({ pageSize: 25, isLastPage: true })
    expect(whole[0].value.pageInfo.next).toBeUndefined()
  })

  test('is a shorter page of values that are counted', async () => {
    const counted = async (offset: number) => (await get(`${paths.rows}/groupby?column_name=Text&limit=10&offset=${offset}`)).body
    const first = await counted(0)
    expect(first.list.map(({ count }: { count: number }) => count)).toEqual([1, 1, 1, 1, 1, 1])
    expect(first.pageInfo).toMatchObject({ page: 1, pageSize: 6, isLastPage: false })
    expect((await counted(6)).list).toHaveLength(6)
    expect((await counted(12)).list).toHaveLength(2)
  })

  test('is a shorter page of the dashboard, which says so and leads to the next', async () => {
    const { refresh } = await superAdmin()
    const page = async (query = '') =>
      String((await request('GET', `${paths.page}${query}`, { refresh, headers: { accept: 'text/html' } })).body)
    const rowsOf = (html: string) => [...html.matchAll(/data-row="(\d+)"/g)].map(([, id]) => Number(id))
    const first = await page()
    expect(rowsOf(first)).toEqual([1, 2, 3, 4, 5, 6])
    expect(first).toContain('1–6 of 14 rows')
    expect(first).toContain('This page ends early')
    expect(first).toContain(`href="${paths.page}?offset=6"`)
    const last = await page('?offset=12')
    expect([rowsOf(last), last.includes('ends early')]).toEqual([[13, 14], false])
  })

  test('is whole where the long field is not asked for', async () => {
    const { list, pageInfo } = (await get(`${paths.rows}?fields=N`)).body
    expect([list.length, pageInfo.isLastPage]).toEqual([14, true])
  })
})

describe('a filter that is too much for the rows of a table', () => {
  const many = (condition: string, count: number) => Array.from({ length: count }, () => condition).join('~or')
  const pieces = `(Text,like,${'e%'.repeat(98)}z)`
  let small: Paths
  let large: Paths

  beforeAll(async () => {
    const columns = [
      { title: 'Text', uidt: 'SingleLineText' },
      { title: 'N', uidt: 'Decimal' },
      { title: 'Tags', uidt: 'MultiSelect', dtxp: "'red','green'" },
    ]
    const rows = (count: number) => Array.from({ length: count }, (_, N) => ({ Text: `e${N}`, N, Tags: 'red' }))
    ;[small, large] = [await newTable(columns), await newTable(columns)]
    await send('POST', small.bulk, rows(20))
    await send('POST', large.bulk, rows(6000))
  })

  test.each([
    ['like with many %', many(pieces, 10)],
    ['like of texts', many('(Text,like,zz)', 500)],
    ['like of decimals', many('(N,like,zz)', 150)],
    ['options', `(Tags,anyof,${Array.from({ length: 4000 }, (_, index) => `o${index}`).join(',')})`],
    ['letters of many forms', many('(Text,like,äöüßéàèùâêîôûçñøåæœžščř)', 40)],
  ])('is refused before a row is read, and works for fewer rows: %s', async (_, where) => {
    const refused = await ask(large.rows, where)
    expect(told(refused)).toEqual([400, 'INVALID_FILTER'])
    expect(refused.body.message).toMatch(
      /^The filter takes \d+ steps for each of 6000 rows, .* may take \d+; use fewer conditions/,
    )
    expect(Number(refused.headers.get('x-d1-rows-read'))).toBeLessThan(20)
    expect((await ask(small.rows, where)).status).toBe(200)
  })

  test('is refused in every request that has one, and writes nothing', async () => {
    const where = many(pieces, 10)
    const { id } = large.columns.find(({ title }) => title === 'Text') ?? { id: '' }
    for (const path of ['/find-one', '/count', '/groupby?column_name=text', `/group/${id}`, '/export/csv']) {
      expect([path, ...told(await ask(large.rows + path, where))]).toEqual([path, 400, 'INVALID_FILTER'])
    }
    for (const [verb, body] of [['PATCH', { N: -1 }], ['DELETE']] as const) {
      for (const headers of [{}, { 'idempotency-key': `too much ${verb}` }]) {
        const answer = await send(verb, `${large.bulk}/all?where=${encodeURIComponent(where)}`, body, headers)
        expect([verb, ...told(answer)]).toEqual([verb, 400, 'INVALID_FILTER'])
      }
    }
    expect((await get(`${large.rows}/count?where=(N,ge,0)`)).body.count).toBe(6000)
  })

  /** A filter may be longer than a URL: as a form. */
  function ask(path: string, where: string): Promise<Answer> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-http-method-override': 'GET' }
    return request('POST', path, { auth, headers, body: new URLSearchParams({ where }).toString() })
  }
})

test('a grouped list of more rows than an isolate holds at ease is refused', async () => {
  const paths = await newTable([{ title: 'State', uidt: 'SingleLineText' }])
  const rows = Array.from({ length: 10_100 }, (_, index) => ({ State: `s${index % 11}` }))
  await send('POST', paths.bulk, rows)
  const { id } = paths.columns.find(({ title }) => title === 'State') ?? { id: '' }
  const answer = await get(`${paths.rows}/group/${id}?limit=1000`)
  expect(told(answer)).toEqual([400, 'INVALID_PARAMETER'])
  expect(answer.body.message).toContain('more than 10000 rows')
  expect((await get(`${paths.rows}/group/${id}?limit=500`)).body).toHaveLength(12)
})

test('groups are sorted by `sort[]` too', async () => {
  const paths = await newTable([{ title: 'Title', uidt: 'SingleLineText' }])
  await send(
    'POST',
    paths.bulk,
    ['a', 'b', 'b'].map((Title) => ({ Title })),
  )
  const { body } = await get(`${paths.rows}/groupby?column_name=title&sort[]=-count`)
  expect(body.list).toEqual([
    { count: 2, title: 'b' },
    { count: 1, title: 'a' },
  ])
})

test('a column that would take the place of the number of rows is not grouped by; its title alone may be the same', async () => {
  const paths = await newTable([
    { title: 'Number of things', column_name: 'count', uidt: 'Number' },
    { title: 'count', column_name: 'n', uidt: 'Number' },
  ])
  await send('POST', paths.bulk, [{ n: 7, 'Number of things': 5 }])
  for (const name of ['count', encodeURIComponent('Number of things')]) {
    const refused = await get(`${paths.rows}/groupby?column_name=${name}`)
    expect(told(refused)).toEqual([400, 'INVALID_PARAMETER'])
    expect(refused.body.message).toContain('"Number of things" cannot be grouped by')
  }
  expect((await get(`${paths.rows}/groupby?column_name=n`)).body.list).toEqual([{ count: 1, n: 7 }])
})

test('a page of 25 reads at most 100 rows of a table of 20,000, whatever page it is', async () => {
  const paths = await newTable([{ title: 'N', uidt: 'Number' }])
  await send(
    'POST',
    paths.bulk,
    Array.from({ length: 20_000 }, (_, N) => ({ N })),
  )
  const first = await get(paths.rows)
  expect(first.body.pageInfo.totalRows).toBe(20_000)
  expect(Number(first.headers.get('x-d1-rows-read'))).toBeLessThanOrEqual(100)
  const { next } = (await get(`${paths.rows}?offset=19900`)).body.pageInfo
  const deep = await get(`${paths.rows}?cursor=${next}`)
  expect(deep.body.list[0]).toMatchObject({ Id: 19_926 })
  expect(Number(deep.headers.get('x-d1-rows-read'))).toBeLessThanOrEqual(100)
})

test('pages behind a cursor cost as little where the key has two parts', async () => {
  const paths = await newTable([
    { title: 'A', uidt: 'Number', pk: true },
    { title: 'B', uidt: 'Number', pk: true },
  ])
  await send(
    'POST',
    paths.bulk,
    Array.from({ length: 5000 }, (_, index) => ({ A: index >> 1, B: index % 2 })),
  )
  const { next } = (await get(`${paths.rows}?offset=4900`)).body.pageInfo
  const deep = await get(`${paths.rows}?cursor=${next}`)
  expect(deep.body.list[0]).toEqual({ A: 2462, B: 1 })
  expect(Number(deep.headers.get('x-d1-rows-read'))).toBeLessThanOrEqual(100)
})
