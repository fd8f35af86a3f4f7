/** Snippets are pasted into shells and programs: whatever a title or a filter holds, they stay one string there. */
import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { builderRows, filterName } from '../../../src/dashboard/filter'
import { curl, javascript, nocodbSdk, python } from '../../../src/dashboard/snippets'
import { THINGS } from '../query/table'

const HOSTILE = `a'b"c\`d$(id)\\ \u00e4\n`
const REQUEST = {
  origin: 'https://api.example.org',
  projectId: 'p_1',
  table: HOSTILE,
  token: 'T'.repeat(40),
  query: [
    ['where', `(Title,eq,it's "x")`],
    ['limit', '25'],
  ],
} as const

test('curl, run by a shell, asks for exactly this', () => {
  const printed = execFileSync('sh', ['-c', curl(REQUEST).code.replace('curl', "printf '%s\\n'")], { encoding: 'utf8' }).split(
    '\n',
  )
  const url = new URL(printed[0] ?? '')
  expect(decodeURIComponent(url.pathname)).toBe(`/api/v1/db/data/noco/p_1/${HOSTILE}`)
  expect(url.searchParams.get('where')).toBe(`(Title,eq,it's "x")`)
  expect(printed.slice(1, 3)).toEqual(['-H', `xc-token: ${REQUEST.token}`])
})

describe.each([
  ['JavaScript', javascript(REQUEST).code],
  ['nocodb-sdk', nocodbSdk(REQUEST).code],
])('%s', (_, code) => {
  test('is a program', () => {
    const AsyncFunction = (async () => {}).constructor as new (code: string) => unknown
    expect(() => new AsyncFunction(code.replace("import { Api } from 'nocodb-sdk'", 'const Api = Object'))).not.toThrow()
  })
})

test('Python has one string for each value', () => {
  const { code } = python(REQUEST)
  expect(code).toContain(`"where": "(Title,eq,it's \\"x\\")",`)
  expect(code).toContain('https://api.example.org/api/v1/db/data/noco/p_1/a%27b%22c%60d%24(id)%5C%20%C3%A4%0A')
})

describe('the rows of the filter builder', () => {
  test.each([
    ['', []],
    ['(Title,like,pen)', [{ join: 'and', field: 'Title', operator: 'like', value: 'pen' }]],
    ['@(Title,eq,"a) ""b""")', [{ join: 'and', field: 'Title', operator: 'eq', value: 'a) "b"' }]],
    ['(Title,in,"a, b",c)', [{ join: 'and', field: 'Title', operator: 'in', value: '"a, b",c' }]],
    [
      '(Qty,gt,3)~or(Done,checked)',
      [
        { join: 'or', field: 'Qty', operator: 'gt', value: '3' },
        { join: 'or', field: 'Done', operator: 'checked', value: '' },
      ],
    ],
  ])('of %s', (where, rows) => {
    expect(builderRows(where)).toEqual(rows)
  })

  test.each(['((Qty,gt,3)~or(Qty,lt,1))~and(Title,eq,a)', '~not(Qty,gt,3)', '(Qty,gt', 'nonsense'])(
    'are none for %s',
    (where) => {
      expect(builderRows(where)).toBeNull()
    },
  )

  test('name a column by its id where its title would be read as something else', () => {
    const [column] = THINGS.columns
    if (column === undefined) throw new Error('the table has columns')
    for (const title of ['a,b', '(a)', '~a', ' a', 'a)', 'a (b)', '"a"']) expect(filterName({ ...column, title })).toBe(column.id)
    expect(filterName({ ...column, title: 'Größe & Farbe' })).toBe('Größe & Farbe')
  })
})
