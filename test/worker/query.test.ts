/** Compiled filters on a real D1: which rows they select, and that the largest filter allowed still runs. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import type { FilterNode } from '../../src/data/query/ast'
import { checkFilter } from '../../src/data/query/check'
import { MAX_PARAMETERS, compileFilter } from '../../src/data/query/compiler'
import { countInstructions } from '../../src/data/query/cost'
import { parseFilterJson } from '../../src/data/query/filter-json'
import type { OperatorName } from '../../src/data/query/operators'
import { parseWhere } from '../../src/data/query/parser'
import { type FilterTexts, type QueryParams, parseQuery } from '../../src/data/query/query'
import { compileSort } from '../../src/data/query/sort'
import { ApiError } from '../../src/errors'
import { rows } from '../../src/lib/d1'
import { type Sql, sql } from '../../src/lib/sql'
import { NOW, THINGS, filterSql } from '../unit/query/table'

type Cell = string | number | null

const LONG = 'Long '.repeat(100)

/** Title, Qty, Price, Done, Day, At, Time, Status, Tags, Stars, Files. */
const ROWS: readonly Cell[][] = [
  ['Alpha', 1, 0.1, 1, '2026-03-31', '2026-03-31 12:00:00+00:00', '09:30:00', 'Open', 'red,green', 5, '[{"url":"a"}]'],
  ['alphabet', 2, 5, 0, '2026-03-30', '2026-03-30 23:59:59+00:00', '09:30:30', 'Done', 'red', 0, '[]'],
  ['Beta_1 (x, y)', 3, 2.5, 0, '2026-03-24', '2026-03-31 00:00:00+00:00', '10:00:00', 'open', 'reddish,green', 3, 'null'],
  ['', 0, 0, 1, '2026-02-28', '2026-04-01 00:00:00+00:00', '00:00:00', 'Open,Done', '', 1, ''],
  [
    `${LONG}100% ÄÖ`,
    -4,
    -1.5,
    1,
    '2026-04-07',
    '2026-02-28 12:00:00+00:00',
    '23:59:59',
    'Done',
    'green,blue,red',
    null,
    '{"a":1}',
  ],
  [null, null, null, null, null, null, null, null, null, null, null],
]

beforeAll(async () => {
  const types = THINGS.columns.map(({ physicalName, type }) => {
    const affinity =
      type === 'ID'
        ? 'INTEGER PRIMARY KEY'
        : { Number: 'INTEGER', Rating: 'INTEGER', Checkbox: 'INTEGER', Decimal: 'REAL' }[type as string]
    return `"${physicalName}" ${affinity ?? 'TEXT'}`
  })
  await env.DATA.prepare(`CREATE TABLE "ut_1" (${types.join(', ')})`).run()
  const insert = env.DATA.prepare(
    'INSERT INTO "ut_1" (c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12) VALUES (?,?,?,?,?,?,?,?,?,?,?)',
  )
  await env.DATA.batch(ROWS.map((row) => insert.bind(...row)))
})

async function idsOf(filter: Sql | null): Promise<number[]> {
  const found = await rows<{ c1: number }>(env.DATA, sql`SELECT t.c1 FROM "ut_1" AS t WHERE ${filter ?? sql`1`} ORDER BY t.c1`)
  return found.map(({ c1 }) => c1)
}

const select = (texts: FilterTexts): Promise<number[]> => idsOf(filterSql(THINGS, texts, NOW))

const ALL = [1, 2, 3, 4, 5, 6]

const ORDERS = new Map([
  ['eq', 0],
  ['gt', 1],
  ['lt', -1],
])

/** The rows that a filter of `Qty` selects, worked out without SQL. */
function evaluate(where: string): number[] {
  const result = parseWhere(where)
  const ast = result.ok ? result.ast : null
  if (ast === null) throw new Error('expected a filter')
  const holds = (node: FilterNode, qty: Cell): boolean => {
    if (node.type === 'not') return !holds(node.child, qty)
    if (node.type !== 'condition') {
      const results = node.children.map((child) => holds(child, qty))
      return node.type === 'and' ? results.every(Boolean) : results.some(Boolean)
    }
    const value = Number(node.value)
    const order = qty === null ? null : Math.sign(Number(qty) - value)
    return order !== null && order === ORDERS.get(node.operator)
  }
  return ALL.filter((_, index) => holds(ast, ROWS[index]?.[1] ?? null))
}

describe('each operator selects its rows', () => {
  test.each<[where: string, ids: number[]]>([
    ['(Title,eq,Alpha)', [1]],
    ['(Title,eq,alpha)', []],
    ['(Title,eq,Beta_1 (x, y))', [3]],
    ['(Title,eq,)', [4]],
    ['(Title,neq,Alpha)', [2, 3, 4, 5, 6]],
    ['(Title,not,Alpha)', [2, 3, 4, 5, 6]],
    ['(Title,gt,Alpha)', [2, 3, 5]],
    ['(Title,le,Alpha)', [1, 4]],
    ['(Title,like,alpha)', [1, 2]],
    ['(Title,like,ALPHA%)', [1, 2]],
    ['(Title,like,lpha%)', []],
    ['(Title,like,%PHA)', [1]],
    ['(Title,like,%(x, Y))', [3]],
    ['(Title,like,a%t)', [2]],
    ['(Title,like,%l%a%)', [1, 2]],
    ['(Title,like,_)', [3]],
    ['(Title,like,b%_1%)', [3]],
    ['(Title,like,%a%_p%)', []],
    ['(Title,like,äö)', [5]],
    ['(Title,like,ÄÖ)', [5]],
    ['(Title,like,%äö)', [5]],
    ['(Title,like,a\u0308o\u0308)', [5]],
    [String.raw`(Title,like,100\%)`, [5]],
    [String.raw`(Title,like,%0\% Ä%)`, [5]],
    [String.raw`(Title,like,1\%)`, []],
    ['(Title,like,%% ÄÖ)', [5]],
    ['(Title,like,)', [1, 2, 3, 4, 5]],
    ['(Title,like,%)', [1, 2, 3, 4, 5]],
    ['(Title,nlike,alpha)', [3, 4, 5, 6]],
    ['(Title,nlike,a%t)', [1, 3, 4, 5, 6]],
    ['(Title,nlike,)', [6]],
    ['(Title,in,Alpha, ,alphabet)', [1, 2, 4]],
    ['(Title,in,Alpha,b,c,alphabet)', [1, 2]],
    ['(Title,in,"Beta_1 (x, y)",alphabet)', [2, 3]],
    ['@("Title",eq,"Beta_1 (x, y)")', [3]],
    ['(Title,btw,A,B)', [1]],
    ['(Title,is,null)', [6]],
    ['(Title,isnot,null)', [1, 2, 3, 4, 5]],
    ['(Title,is,notnull)', [1, 2, 3, 4, 5]],
    ['(Title,is,empty)', [4]],
    ['(Title,isnot,empty)', [1, 2, 3, 5]],
    ['(Title,is,notempty)', [1, 2, 3, 5]],
    ['(Title,null)', [6]],
    ['(Title,notnull,)', [1, 2, 3, 4, 5]],
    ['(Title,empty)', [4]],
    ['(Title,notempty)', [1, 2, 3, 5]],
    ['(Title,blank)', [4, 6]],
    ['(Title,notblank)', [1, 2, 3, 5]],

    ['(Qty,eq,2)', [2]],
    ['(Qty,eq,2.0)', [2]],
    ['(Qty,eq,2.5)', []],
    ['(Qty,neq,2)', [1, 3, 4, 5, 6]],
    ['(Qty,gt,1.5)', [2, 3]],
    ['(Qty,lt,1)', [4, 5]],
    ['(Qty,ge,2)', [2, 3]],
    ['(Qty,gte,2)', [2, 3]],
    ['(Qty,le,0)', [4, 5]],
    ['(Qty,lte,0)', [4, 5]],
    ['(Qty,in,1,3,99)', [1, 3]],
    ['(Qty,in,1,3,98,99)', [1, 3]],
    ['(Qty,btw,1,2)', [1, 2]],
    ['(Qty,nbtw,1,2)', [3, 4, 5, 6]],
    ['(Qty,like,4)', [5]],
    ['(Qty,like,-%)', [5]],
    ['(Qty,null)', [6]],
    ['(Qty,blank)', [6]],
    ['(Qty,notblank)', [1, 2, 3, 4, 5]],
    ['(Qty,empty)', [6]],
    ['(Qty,notempty)', [1, 2, 3, 4, 5]],
    ['(Price (EUR),eq,0.1)', [1]],
    ['(Price (EUR),eq,5)', [2]],
    ['(Price (EUR),gt,0)', [1, 2, 3]],
    ['(Price (EUR),in,0.1,2.5,7,8)', [1, 3]],
    ['(Price (EUR),like,%5)', [2, 3, 5]],
    ['(Price (EUR),like,.)', [1, 3, 5]],
    ['(Price (EUR),nlike,.)', [2, 4, 6]],

    ['(Done,eq,true)', [1, 4, 5]],
    ['(Done,eq,0)', [2, 3]],
    ['(Done,neq,true)', [2, 3, 6]],
    ['(Done,in,true,false)', [1, 2, 3, 4, 5]],
    ['(Done,is,false)', [2, 3]],
    ['(Done,isnot,true)', [2, 3, 6]],
    ['(Done,checked)', [1, 4, 5]],
    ['(Done,notchecked)', [2, 3, 6]],
    ['(Done,blank)', [6]],

    ['(Day,eq,2026-03-31)', [1]],
    ['(Day,eq,today)', [1]],
    ['(Day,neq,today)', [2, 3, 4, 5, 6]],
    ['(Day,eq,oneMonthAgo)', [4]],
    ['(Day,gt,yesterday)', [1, 5]],
    ['(Day,lt,2026-03-24)', [4]],
    ['(Day,ge,daysAgo,1)', [1, 2, 5]],
    ['(Day,le,exactDate,2026-03-24)', [3, 4]],
    ['(Day,in,today,2026-02-28)', [1, 4]],
    ['(Day,in,today,2026-02-28,2026-02-01,2026-02-02)', [1, 4]],
    ['(Day,btw,2026-03-01,2026-03-30)', [2, 3]],
    ['(Day,isWithin,pastWeek)', [1, 2, 3]],
    ['(Day,isWithin,pastMonth)', [1, 2, 3, 4]],
    ['(Day,isWithin,nextWeek)', [1, 5]],
    ['(Day,isWithin,pastNumberOfDays,1)', [1, 2]],
    ['(Day,like,2026-03%)', [1, 2, 3]],
    ['(Day,blank)', [6]],
    ['(Day,notempty)', [1, 2, 3, 4, 5]],
    ['(At,eq,2026-03-31T14:00:00+02:00)', [1]],
    ['(At,eq,2026-03-31)', [1, 3]],
    ['(At,neq,2026-03-31)', [2, 4, 5, 6]],
    ['(At,gt,2026-03-31)', [4]],
    ['(At,ge,2026-03-31)', [1, 3, 4]],
    ['(At,lt,2026-03-31)', [2, 5]],
    ['(At,le,2026-03-31)', [1, 2, 3, 5]],
    ['(At,gt,2026-03-31T00:00:00Z)', [1, 4]],
    ['(At,btw,2026-03-30,2026-03-31)', [1, 2, 3]],
    ['(At,nbtw,2026-03-30,2026-03-31)', [4, 5, 6]],
    ['(At,in,2026-03-30,2026-03-31T12:00:00Z)', [1, 2]],
    ['(At,in,2026-03-30,2026-03-31T12:00:00Z,2020-01-01,2020-01-01T00:00Z)', [1, 2]],
    ['(At,eq,tomorrow)', [4]],
    ['(At,isWithin,pastNumberOfDays,1)', [1, 2, 3]],
    ['(At,isWithin,pastMonth)', [1, 2, 3, 5]],
    ['(At,isWithin,nextWeek)', [1, 4]],
    ['(Time,eq,09:30)', [1]],
    ['(Time,gt,09:30)', [2, 3, 5]],
    ['(Time,btw,09:30,10:00)', [1, 2, 3]],

    ['(Status,eq,Open)', [1]],
    ['(Status,eq,No such option)', []],
    ['(Status,in,Open,open)', [1, 3]],
    ['(Status,anyof,Open,Done)', [1, 2, 5]],
    ['(Status,anyof,x,y,Open,Done)', [1, 2, 5]],
    ['(Status,nanyof,Open,Done)', [3, 4, 6]],
    ['(Status,allof,Open)', [1]],
    ['(Status,allof,Open,Open)', [1]],
    ['(Status,allof,Open,Done)', []],
    ['(Status,nallof,Open)', [2, 3, 4, 5, 6]],
    ['(Status,nallof,Open,Done)', ALL],
    ['(Status,blank)', [6]],
    ['(Tags,eq,red)', [2]],
    ['(Tags,anyof,red)', [1, 2, 5]],
    ['(Tags,anyof,blue,green)', [1, 3, 5]],
    ['(Tags,anyof,x,y,z,blue)', [5]],
    ['(Tags,allof,red,green)', [1, 5]],
    ['(Tags,allof,red,green,blue,red)', [5]],
    ['(Tags,allof,red,green,blue,pink)', []],
    ['(Tags,nanyof,red)', [3, 4, 6]],
    ['(Tags,nanyof,x,y,z,blue)', [1, 2, 3, 4, 6]],
    ['(Tags,nallof,red,green)', [2, 3, 4, 6]],
    ['(Tags,nallof,red,green,blue,red)', [1, 2, 3, 4, 6]],
    ['(Tags,like,RED)', [1, 2, 3, 5]],
    ['(Stars,eq,0)', [2, 5, 6]],
    ['(Stars,neq,0)', [1, 3, 4]],
    ['(Stars,neq,3)', [1, 2, 4, 5, 6]],
    ['(Stars,lt,2)', [2, 4, 5, 6]],
    ['(Stars,lte,3)', [2, 3, 4, 5, 6]],
    ['(Stars,gt,0)', [1, 3, 4]],
    ['(Stars,in,0,7,8,9)', [2, 5, 6]],
    ['(Stars,null)', [5, 6]],
    ['(Files,blank)', [2, 3, 4, 6]],
    ['(Files,notblank)', [1, 5]],
    ['(Files,eq,{"a": 1})', [5]],
    ['(Files,like,url)', [1]],

    ['(Qty,gt,0)(Done,checked)', [1]],
    ['(Qty,eq,1)~or(Qty,eq,2)~and(Done,checked)', [1]],
    ['((Qty,eq,1)~or(Qty,eq,2))~and(Done,notchecked)', [2]],
    ['~not(Qty,gt,1)', [1, 4, 5, 6]],
    ['(Done,checked)~not(Qty,gt,0)', [4, 5]],
    ['(Qty,eq,2)~ornot(Qty,lt,3)', [2, 3, 6]],
    ['~not((Qty,gt,0)~or(Done,checked))', [6]],
    ['~not(~not(Qty,gt,0))', [1, 2, 3]],
  ])('%s', async (where, ids) => {
    expect(await select({ where })).toEqual(ids)
  })

  test.each<[where: string, opposite: string]>([
    ['(Title,eq,Alpha)', '(Title,neq,Alpha)'],
    ['(Title,like,a)', '(Title,nlike,a)'],
    ['(Qty,btw,0,2)', '(Qty,nbtw,0,2)'],
    ['(At,null)', '(At,notnull)'],
    ['(Files,blank)', '(Files,notblank)'],
    ['(Done,checked)', '(Done,notchecked)'],
    ['(Tags,allof,red,green)', '(Tags,nallof,red,green)'],
    ['(Tags,anyof,red,green)', '(Tags,nanyof,red,green)'],
  ])('%s and %s share no row and leave none out', async (where, opposite) => {
    const [one, other] = [await select({ where }), await select({ where: opposite })]
    expect([...one, ...other].toSorted((a, b) => a - b)).toEqual(ALL)
    expect(await select({ where: `~not${where}` })).toEqual(other)
  })
})

test('an option with a comma is found by its whole title', async () => {
  const of = (value: string | string[]) =>
    select({ filterArrJson: JSON.stringify([{ fk_column_id: 'cl_9', comparison_op: 'anyof', value }]) })
  expect(await of(['Open,Done'])).toEqual([4])
  expect(await of(['Open,Done', 'open', 'x'])).toEqual([3, 4])
  expect(await of('Open,Done')).toEqual([1, 2, 5])
})

describe('long values', () => {
  test('a needle of 200 characters is found', async () => {
    expect(await select({ where: `(Title,like,${'LONG '.repeat(40).trimEnd()})` })).toEqual([5])
    expect(await select({ where: `(Title,like,${LONG}%)` })).toEqual([5])
    expect(await select({ where: `(Title,like,%${LONG}100% ÄÖ%)`.replace('100% ÄÖ', '100') })).toEqual([5])
    expect(await select({ where: `(Title,like,%${'ong '.repeat(60)}100)` })).toEqual([])
  })

  test.each([
    ['in one place', `${'LONG '.repeat(20)}%100`, [5]],
    ['in many places', 'Long%'.repeat(100), [5]],
    ['in more places than the text has pieces', `${'Long %'.repeat(99)}Long Long`, []],
    ['and the beginning', `long%${'Long '.repeat(20)}100%`, [5]],
    ['and another beginning', `ong%${'Long '.repeat(20)}100%`, []],
    ['and the beginning once only', `${LONG}%${LONG}%`, []],
    ['and the end', `%${'long '.repeat(20)}%% ÄÖ`, [5]],
    ['and another end', `%${'long '.repeat(20)}%Ä`, []],
    ['and the end once only', `%${LONG}100%100% ÄÖ`, []],
    ['with pieces in the wrong order', `%100%${'Long '.repeat(20)}%`, []],
  ])('a long needle with % inside is looked for %s', async (_, value, ids) => {
    expect(await select({ where: `(Title,like,${value})` })).toEqual(ids)
    expect(await select({ where: `(Title,nlike,${value})` })).toEqual(ALL.filter((id) => !ids.includes(id)))
    const among = `${'(Qty,neq,99)'.repeat(100)}(Title,like,${value})`
    expect(await select({ where: among })).toEqual(ids)
    expect(await select({ where: `${'~not('.repeat(20)}(Title,like,${value})${')'.repeat(20)}` })).toEqual(ids)
  })

  test.each([GREEK, CYRILLIC])('a needle of many letters is found in other cases and forms: %s', async (letters) => {
    const texts = [letters, letters.toUpperCase(), letters.normalize('NFD'), letters.toUpperCase().normalize('NFD')]
    const insert = env.DATA.prepare('INSERT INTO "ut_1" (c1, c13) VALUES (?, ?)')
    await env.DATA.batch(texts.map((text, index) => insert.bind(100 + index, `${text}!`)))
    for (const text of texts) {
      expect(await select({ where: `(Größe 📏,like,${text})` })).toEqual([100, 101, 102, 103])
      expect(await select({ where: `(Größe 📏,like,${text}%)` })).toEqual([100, 101, 102, 103])
      expect(await select({ where: `(Größe 📏,like,%${text})` })).toEqual([])
      expect(await select({ where: `(Größe 📏,like,%${text}%${text}%)` })).toEqual([])
    }
    await env.DATA.prepare('DELETE FROM "ut_1" WHERE c1 >= 100').run()
  })

  test('5,000 values of `in` are one parameter', async () => {
    const value = Array.from({ length: 5000 }, (_, index) => index * 3)
    const filter = filterSql(
      THINGS,
      { filterArrJson: JSON.stringify([{ fk_column_id: 'cl_3', comparison_op: 'in', value }]) },
      NOW,
    )
    expect(filter?.values).toHaveLength(1)
    expect(await idsOf(filter)).toEqual([3, 4])
  })

  test('a quote, a letter outside the BMP and a lone surrogate are values like others', async () => {
    const words = [`'`, `"`, '📏', '\ud800', `';--`, '\\', '{"a":1}', '%']
    await env.DATA.batch(
      words.map((word, index) => env.DATA.prepare('INSERT INTO "ut_1" (c1, c13) VALUES (?, ?)').bind(100 + index, word)),
    )
    const filler = '~or(Größe 📏,eq,none)'.repeat(100)
    for (const [index, word] of words.entries()) {
      expect(await select({ where: `(Größe 📏,eq,${word})` })).toEqual([100 + index])
      expect(await select({ where: `(Größe 📏,eq,${word})${filler}` })).toEqual([100 + index])
    }
    await env.DATA.prepare('DELETE FROM "ut_1" WHERE c1 >= 100').run()
  })
})

const repeat = (condition: (index: number) => string, join: string): string =>
  Array.from({ length: 500 }, (_, i) => condition(i)).join(join)

describe('500 conditions run', () => {
  test.each([
    ['', [5, 6]],
    ['~or', ALL],
  ])('joined by "%s"', async (join, ids) => {
    expect(await select({ where: repeat((index) => `(Qty,neq,${index})`, join) })).toEqual(ids)
  })

  test('each negated', async () => {
    expect(await select({ where: `~not${repeat((index) => `(Qty,gt,${index})`, '~not')}` })).toEqual([4, 5, 6])
  })

  test('and every value is compared with its own column', async () => {
    const where = repeat((index) => (index % 2 === 0 ? `(Title,eq,x${index})` : `(Qty,eq,${index})`), '~or')
    expect(await select({ where })).toEqual([1, 3])
  })

  test('with values of two decimals, to the last bit', async () => {
    const prices = Array.from({ length: 500 }, () => Math.round(Math.random() * 1e6) / 1000)
    const insert = env.DATA.prepare('INSERT INTO "ut_1" (c1, c4) VALUES (?, ?)')
    await env.DATA.batch(prices.map((price, index) => insert.bind(1000 + index, price)))
    const filters = prices.map((value) => ({ fk_column_id: 'cl_4', comparison_op: 'eq', value, logical_op: 'or' }))
    expect(await select({ filterArrJson: JSON.stringify(filters) })).toEqual(prices.map((_, index) => 1000 + index))
    await env.DATA.prepare('DELETE FROM "ut_1" WHERE c1 >= 1000').run()
  })

  test.each([
    ['(Qty,eq,8)~or(Qty,eq,7)~and(Qty,gt,9)~ornot((Qty,gt,0)~and~not(', ')(Qty,lt,3))'],
    ['~not(~not(', ')~or(Qty,eq,8)~or(Qty,eq,7)~and(Qty,eq,9))'],
    ['((', ')(Qty,lt,9))~or(Qty,eq,8)~and(Qty,eq,7)'],
  ])('in 20 levels of groups: %s … %s', async (before, after) => {
    const where = `${before.repeat(10)}(Qty,gt,1)${after.repeat(10)}`
    expect(await select({ where })).toEqual(evaluate(where))
  })

  test('with a `like` of many letters in the innermost of 20 levels', async () => {
    for (const letters of [GREEK, CYRILLIC]) {
      const where = `${'~not((Qty,eq,8)~or(Qty,eq,7)~ornot('.repeat(10)}(Title,nlike,${letters})${'))'.repeat(10)}`
      expect(await select({ where })).toEqual(ALL)
    }
  })

  test('with the conditions spread over 20 levels', async () => {
    const level = '(Qty,eq,8)~or(Qty,gt,7)'.repeat(6)
    const where = `${`${level}~ornot(`.repeat(20)}(Qty,gt,1)${')'.repeat(20)}`
    expect(where.match(/Qty/g)).toHaveLength(241)
    expect(await select({ where })).toEqual(evaluate(where))
  })
})

const question = (operator: string, column: number, value: unknown): unknown => ({
  logical_op: 'or',
  children: [{ logical_op: 'not', fk_column_id: `cl_${column}`, comparison_op: operator, value }],
})

/** Letters that need as many readings as nest, and more. */
const GREEK = 'αβγδεζηθικλμνξοπρτυφ'
const CYRILLIC = 'абвгдежзийклмнопрстуфхцчшщъыьэюяё'

describe('the largest filter of each operator runs', () => {
  /** The question with the most instructions: of the dearest column type, its value just too long for the short form. */
  const COSTLY = {
    eq: [7, '2026-01-31'],
    neq: [7, '2026-01-31'],
    not: [7, '2026-01-31'],
    gt: [11, 3],
    lt: [11, 3],
    ge: [11, 3],
    gte: [11, 3],
    le: [11, 3],
    lte: [11, 3],
    like: [4, '%5'],
    nlike: [4, '%5'],
    in: [11, '1,2,3'],
    btw: [11, '1,2'],
    nbtw: [11, '1,2'],
    is: [2, 'notempty'],
    isnot: [2, 'empty'],
    null: [2, ''],
    notnull: [2, ''],
    empty: [2, ''],
    notempty: [2, ''],
    blank: [12, ''],
    notblank: [12, ''],
    checked: [5, ''],
    notchecked: [5, ''],
    allof: [10, 'a,b,c'],
    nallof: [10, 'a,b,c'],
    anyof: [10, 'a,b,c'],
    nanyof: [10, 'a,b,c'],
    isWithin: [7, 'pastMonth'],
  } as const satisfies Record<OperatorName, [column: number, value: unknown]>

  const CASES: [operator: string, column: number, value: unknown][] = [
    ...Object.entries(COSTLY).map(([operator, [column, value]]): [string, number, unknown] => [operator, column, value]),
    ['in', 7, '2026-01-31,2026-02-01'],
    ['in', 7, '2026-01-31,2026-02-01T09:30Z'],
    ['in', 11, '1,2'],
    ['btw', 7, '2026-01-31,2026-02-01'],
    ['like', 2, 'a%b'],
    ['like', 2, 'aä'],
    ['like', 2, `%${GREEK}`],
    ['like', 2, `${CYRILLIC}%`],
    ['like', 2, `%ж%${CYRILLIC}%`],
    ['like', 12, `%ж%${CYRILLIC}%`],
    ['like', 3, '5'],
    ['like', 4, 'a%b'],
    ['like', 2, `a%${'b'.repeat(50)}%c%`],
    ['like', 4, `a%${'b'.repeat(50)}%c%`],
    ['nlike', 4, `%${'b'.repeat(50)}%c`],
    ['allof', 10, 'a,b'],
  ]

  test.each(CASES)('%s on column %i with %j', async (operator, column, value) => {
    const filterOf = (count: number): Sql | null => {
      const filters = Array.from({ length: count }, () => question(operator, column, value))
      return filterSql(THINGS, { filterArrJson: JSON.stringify(filters) }, NOW)
    }
    const largest = [500, 450, 400, 350, 300, 250, 200, 150, 100, 50].find((count) => isAllowed(() => filterOf(count))) ?? 0
    expect(largest).toBeGreaterThanOrEqual(operator.endsWith('like') ? 50 : 200)
    expect(filterOf(largest)?.values.length).toBeLessThanOrEqual(MAX_PARAMETERS)
    expect(await idsOf(filterOf(largest))).toEqual(await idsOf(filterOf(1)))
  })

  test.each(CASES)('%s on column %i with %j needs no more instructions than estimated', async (operator, column, value) => {
    const [few, many] = await Promise.all(
      [10, 50].map(async (count) => {
        // With more values than parameters, so that each is read from the one that holds all.
        const others = Array.from({ length: MAX_PARAMETERS + 1 }, () => question('eq', 3, 1))
        const text = JSON.stringify([...others, ...Array.from({ length: count }, () => question(operator, column, value))])
        const filter = filterSql(THINGS, { filterArrJson: text }, NOW) ?? sql`1`
        return (await rows(env.DATA, sql`EXPLAIN SELECT * FROM "ut_1" AS t WHERE ${filter}`)).length
      }),
    )
    const ast = parseFilterJson(JSON.stringify([question(operator, column, value)]))
    const estimate = ast === null ? 0 : countInstructions(checkFilter(ast, THINGS, NOW))
    const needed = ((many ?? 0) - (few ?? 0)) / 40
    expect(needed).toBeLessThanOrEqual(estimate)
  })
})

function isAllowed(call: () => unknown): boolean {
  try {
    call()
    return true
  } catch (error) {
    if (error instanceof ApiError && error.code === 'INVALID_FILTER') return false
    throw error
  }
}

const pageOf = async (params: QueryParams): Promise<unknown[]> => {
  const { filter, order, limit, offset } = parseQuery(THINGS, params, { now: NOW })
  const page = sql`SELECT t.c1 FROM "ut_1" AS t WHERE ${filter === null ? sql`1` : compileFilter(filter)} ORDER BY ${compileSort(order)} LIMIT ${limit} OFFSET ${offset}`
  return (await rows<{ c1: number }>(env.DATA, page)).map(({ c1 }) => c1)
}

describe('a whole query', () => {
  test('sorts NULL first ascending and last descending, and ties by the primary key', async () => {
    expect(await pageOf({ sort: ['Qty'] })).toEqual([6, 5, 4, 1, 2, 3])
    expect(await pageOf({ sort: ['-Qty'] })).toEqual([3, 2, 1, 4, 5, 6])
    expect(await pageOf({ sort: ['Done'] })).toEqual([6, 2, 3, 1, 4, 5])
    expect(await pageOf({ sort: ['-Done,-Id'] })).toEqual([5, 4, 1, 3, 2, 6])
  })

  test('filters, sorts and pages in one statement', async () => {
    expect(await pageOf({ where: ['(Qty,ge,0)'], sort: ['-Qty'], limit: ['2'], offset: ['1'] })).toEqual([2, 1])
    const many = Array.from({ length: 500 }, (_, index) => `(Qty,eq,${index})`).join('~or')
    expect(await pageOf({ where: [many], sort: ['-Qty'], limit: ['2'], offset: ['1'] })).toEqual([2, 1])
  })
})
