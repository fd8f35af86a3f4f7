/** What an export writes, byte by byte; test/worker/csv-round-trip.test.ts has what an import makes of it. */
import { exports } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { ORIGIN, createProject, createTable, request, succeed, superAdmin } from '../support/client'

let auth: string
let projectId: string

beforeAll(async () => {
  ;({ auth } = await superAdmin())
  projectId = (await createProject(auth)).id
})

/** The path of the rows of a new table. */
async function tableOf(columns: unknown[], rows: unknown[]): Promise<string> {
  const { id } = await createTable(auth, projectId, { columns })
  await succeed(request('POST', `/api/v1/db/data/bulk/noco/${projectId}/${id}`, { auth, body: rows }))
  return `/api/v1/db/data/noco/${projectId}/${id}`
}

/** The file as it is, byte order mark included. */
async function exported(path: string, query = ''): Promise<string> {
  const response = await exports.default.fetch(new URL(`${path}/export/csv?${query}`, ORIGIN), { headers: { 'xc-auth': auth } })
  expect(response.status).toBe(200)
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await response.arrayBuffer())
}

describe('a file', () => {
  let path: string
  beforeAll(async () => {
    path = await tableOf([{ title: 'Title' }], [{ Title: 'é' }])
  })

  test('begins with a byte order mark', async () => {
    expect(await exported(path, 'fields=Title')).toBe('\ufeffTitle\r\né\r\n')
  })

  test('has none with bom=0', async () => {
    expect(await exported(path, 'fields=Title&bom=0')).toBe('Title\r\né\r\n')
  })

  test('has the type of each column in its headings with types=1', async () => {
    const [head] = (await exported(path, 'types=1&bom=0')).split('\r\n')
    expect(head).toBe('Id (ID),Title (SingleLineText),CreatedAt (DateTime),UpdatedAt (DateTime)')
  })

  test.each(['bom=2', 'types=yes', 'bom=1&bom=0'])('is refused with %s', async (query) => {
    const { status, body } = await request('GET', `${path}/export/csv?${query}`, { auth })
    expect([status, body.error]).toEqual([400, 'INVALID_PARAMETER'])
  })
})

test('no value and the empty text differ, in a table of one column too', async () => {
  const path = await tableOf([{ title: 'A' }, { title: 'N', uidt: 'Number' }], [{ A: null, N: 1 }, { A: '' }, { A: 'x', N: 0 }])
  expect(await exported(path, 'fields=A,N&bom=0')).toBe('A,N\r\n,1\r\n"",\r\nx,0\r\n')
  expect(await exported(path, 'fields=A&bom=0')).toBe('A\r\n\r\n""\r\nx\r\n')
})

test('JSON stays JSON: a string differs from the value that it spells', async () => {
  const values = ['123', 123, 'plain text', { a: [null] }, '', '=1', true, 'true', null]
  const path = await tableOf(
    [{ title: 'J', uidt: 'JSON' }],
    values.map((J) => ({ J })),
  )
  const lines = (await exported(path, 'fields=J&bom=0')).split('\r\n').slice(1, -1)
  const cells = lines.map((line) => (line.startsWith('"') ? line.slice(1, -1).replaceAll('""', '"') : line))
  expect(cells).toEqual(values.map((value) => (value === null ? '' : JSON.stringify(value))))
})

test('a phone number, a negative number and a lone dash are no formulas', async () => {
  const path = await tableOf(
    [{ title: '-5' }],
    ['+49 30 1234', '-5', '-', '-5+1', "'=1"].map((text) => ({ '-5': text })),
  )
  expect(await exported(path, 'fields=-5&bom=0')).toBe("-5\r\n+49 30 1234\r\n-5\r\n-\r\n'-5+1\r\n''=1\r\n")
})

test('a text whose ends a reader might trim is in quotes, and so is every mark that may part cells', async () => {
  const texts = [' a', 'a ', '\u00a0', 'a,b', 'a;b', 'a|b', 'a\tb', 'a\rb', 'a\nb', 'a"b']
  const path = await tableOf(
    [{ title: 'T', uidt: 'LongText' }],
    texts.map((T) => ({ T })),
  )
  const expected = texts.map((text) => `"${text.replaceAll('"', '""')}"\r\n`).join('')
  expect(await exported(path, 'fields=T&bom=0')).toBe(`T\r\n${expected}`)
})

test('the file is named after the table in characters of whatever length, and no title is cut in half', async () => {
  const { refresh } = await superAdmin()
  for (const title of ['𠮷'.repeat(60), `x${'𠮷'.repeat(60)}`, 'हिन्दी / नाम']) {
    const { id } = await createTable(auth, projectId, { title })
    const { status, headers } = await request('GET', `/projects/${projectId}/tables/${id}/export`, { refresh })
    const name = decodeURIComponent(headers.get('content-disposition')?.split("filename*=UTF-8''")[1] ?? '')
    const expected = title.startsWith('ह') ? 'हिन्दी _ नाम' : title.slice(0, title.startsWith('x') ? 99 : 100)
    expect([status, name]).toEqual([200, `${expected}.csv`])
    expect((await request('GET', `/api/v1/db/data/noco/${projectId}/${id}/export/csv`, { auth })).status).toBe(200)
  }
})

test('a download from the page keeps filter, sort and fields', async () => {
  const { refresh } = await superAdmin()
  const path = await tableOf(
    [{ title: 'A' }, { title: 'N', uidt: 'Number' }],
    [1, 2, 3].map((N) => ({ A: `a${N}`, N })),
  )
  const page = `/projects/${projectId}/tables/${path.split('/').at(-1)}/export`
  const { body } = await request('GET', `${page}?where=(N,gt,1)&sort=-N&fields=N,A&types=1`, { refresh })
  expect(body).toBe('N (Number),A (SingleLineText)\r\n3,a3\r\n2,a2\r\n')
})
