/** What an export writes, an import gives back: value by value, types included. */
import { beforeAll, describe, expect, test } from 'vitest'
import { COLUMN_TYPES, type ColumnType, kindOf } from '../../src/data/types/column-types'
import { createProject, createTable, request, succeed, superAdmin, unique } from '../support/client'

let auth: string
let projectId: string

beforeAll(async () => {
  ;({ auth } = await superAdmin())
  projectId = (await createProject(auth)).id
})

interface MadeTable {
  id: string
  title: string
  columns: { title: string; uidt: string }[]
}

/** A table with these rows. */
async function tableOf(columns: unknown[], rows: Record<string, unknown>[]): Promise<MadeTable> {
  const table = await createTable(auth, projectId, { columns })
  await succeed(request('POST', `/api/v1/db/data/bulk/noco/${projectId}/${table.id}`, { auth, body: rows }))
  return table
}

async function exported({ id }: MadeTable, query: string): Promise<string> {
  return (await succeed(request('GET', `/api/v1/db/data/noco/${projectId}/${id}/export/csv?${query}`, { auth }))).body
}

/** The table that an import of a file makes. */
async function imported(csv: string): Promise<MadeTable> {
  const path = `/api/v1/db/meta/projects/${projectId}/import?title=${encodeURIComponent(unique('Again '))}`
  const headers = { 'content-type': 'text/csv' }
  const { body } = await succeed(request('POST', path, { auth, body: new TextEncoder().encode(csv), headers }))
  return (await succeed(request('GET', `/api/v1/db/meta/tables/${body.table.id}`, { auth }))).body
}

async function rowsOf({ id }: MadeTable, fields: readonly string[]): Promise<Record<string, unknown>[]> {
  const path = `/api/v1/db/data/noco/${projectId}/${id}?limit=1000&fields=${fields.map(encodeURIComponent).join(',')}`
  return (await succeed(request('GET', path, { auth }))).body.list
}

/** Texts that a spreadsheet, a reader of CSV or a guess of types would change. */
const HOSTILE = [
  '',
  ' ',
  ' a ',
  '=1+1',
  "'=1+1",
  "''=1",
  "'",
  '+49 30 1234',
  '-5',
  '-',
  '@x',
  '\t=1',
  '007',
  '1,5',
  '1.0',
  '1e5',
  'true',
  'NULL',
  'NA',
  'null',
  '2026-01-31',
  '01/02/2026',
  'a,b;c|d',
  'a"b"',
  '"',
  '""',
  'line1\nline2',
  'line1\r\nline2',
  'line1\rline2',
  '\n',
  '\nlast',
  'sep=;',
  '\ufeffx',
  '\u00a0',
  '𠮷 é e\u0301 ﷽',
  '{"a":1}',
  '"123"',
]

const VALUES: Record<ReturnType<typeof kindOf>, readonly unknown[]> = {
  text: HOSTILE,
  integer: [0, -1, 5, 2 ** 53 - 1, -(2 ** 53 - 1)],
  number: [0, -0.5, 0.1, 5e-324, 123456789.125, -1e-7, 2 ** 53 - 1],
  boolean: [true, false],
  date: ['2026-01-31', '0001-01-01', '9999-12-31'],
  datetime: ['2026-01-31 09:30:00+00:00', '2024-05-01 10:00:00.123+00:00', '1969-12-31 23:59:59+00:00'],
  time: ['00:00:00', '23:59:59'],
  select: ['a', '=b', "it's", 'x "y"', ' z', '007'],
  multiselect: ['a', 'a,=b', "=b,it's", '007,a', ' z,a'],
  json: ['123', 123, 'plain text', '', '=1', null, true, 'true', [], {}, { a: [null, { b: '"' }] }, 'line\nend', -1.5],
}

/** Only years, and stars, of whole numbers: as many as there can be. */
const NARROWER: Partial<Record<ColumnType, readonly unknown[]>> = { Year: [0, 1999, 9999], Rating: [0, 3, 7, 998, 999] }

/** Types whose columns a request makes with these options. */
const OPTIONS = ['a', '=b', "it's", 'x "y"', ' z', '007']

function columnOf(type: ColumnType) {
  const kind = kindOf({ type })
  const hasOptions = kind === 'select' || kind === 'multiselect'
  if (type === 'Rating') return { title: type, uidt: type, meta: { max: 999 } }
  return { title: type, uidt: type, ...(hasOptions && { colOptions: { options: OPTIONS.map((title) => ({ title })) } }) }
}

/** The server fills these; Id, CreatedAt and UpdatedAt stand for them. */
const OWN: readonly string[] = ['ID', 'CreateTime', 'LastModifiedTime']
const TYPES = (Object.keys(COLUMN_TYPES) as ColumnType[]).filter((type) => !OWN.includes(type))

describe('an export with types, imported', () => {
  test.each(TYPES)('has the same values and types: %s', async (type) => {
    const values = [...(NARROWER[type] ?? VALUES[kindOf({ type })]), null]
    const before = await tableOf(
      [columnOf(type)],
      values.map((value) => ({ [type]: value })),
    )
    const after = await imported(await exported(before, 'types=1'))
    const fields = ['Id', type, 'CreatedAt', 'UpdatedAt']
    expect(await rowsOf(after, fields)).toEqual(await rowsOf(before, fields))
    const types = ({ columns }: MadeTable) => columns.map(({ title, uidt }) => `${title} ${uidt}`)
    expect(types(after)).toEqual(types(before))
  })

  test('has the same values where a row has one value and that is none', async () => {
    const before = await tableOf([{ title: 'A' }], [{ A: null }, { A: '' }, { A: 'x' }, { A: null }])
    const after = await imported(await exported(before, 'types=1&fields=A'))
    expect((await rowsOf(after, ['A'])).map(({ A }) => A)).toEqual([null, '', 'x', null])
  })

  test('has the same titles, whatever they are', async () => {
    const titles = ['=cmd', 'a (Number)', "'quoted'", 'x "y"', 'a,b', '-5', 'Größe', '𠮷', 'sep=;']
    const before = await tableOf(
      titles.map((title) => ({ title, uidt: 'Number' })),
      [Object.fromEntries(titles.map((title, index) => [title, index]))],
    )
    const after = await imported(await exported(before, 'types=1'))
    expect(await rowsOf(after, titles)).toEqual(await rowsOf(before, titles))
    expect(after.columns.map(({ title }) => title)).toEqual(before.columns.map(({ title }) => title))
  })
})

test('a plain export, imported, has the same values: types are inferred', async () => {
  const texts = HOSTILE.filter((text) => text.trim() !== '')
  const rows = texts.map((text, index) => ({
    Text: text,
    Qty: index - 3,
    Price: index / 8,
    Done: index % 2 === 0,
    Day: `2026-01-${String((index % 28) + 1).padStart(2, '0')}`,
    At: `2026-01-31 09:${String(index).padStart(2, '0')}:00+00:00`,
  }))
  const columns = [
    { title: 'Text', uidt: 'LongText' },
    { title: 'Qty', uidt: 'Number' },
    { title: 'Price', uidt: 'Decimal' },
    { title: 'Done', uidt: 'Checkbox' },
    { title: 'Day', uidt: 'Date' },
    { title: 'At', uidt: 'DateTime' },
  ]
  const before = await tableOf(columns, rows)
  const after = await imported(await exported(before, ''))
  const fields = ['Id', ...columns.map(({ title }) => title)]
  expect(await rowsOf(after, fields)).toEqual(await rowsOf(before, fields))
  expect(after.columns.slice(1, 7).map(({ title, uidt }) => ({ title, uidt }))).toEqual(columns)
})

test('100,000 rows go in and come out within a minute, each the same', async () => {
  const line = (index: number) => `${index + 1},${index % 7 === 0 ? '' : `"row ${index}, ""quoted"""`},${index},${index / 8}\r\n`
  const lines = Array.from({ length: 100_000 }, (_, index) => line(index))
  const csv = `Id (ID),Text (SingleLineText),Qty (Number),Price (Decimal)\r\n${lines.join('')}`
  const start = Date.now()
  const after = await imported(csv)
  expect((await exported(after, 'types=1&fields=Id,Text,Qty,Price')) === csv).toBe(true)
  expect(Date.now() - start).toBeLessThan(60_000)
}, 90_000)
