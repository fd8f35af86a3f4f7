import { describe, expect, test } from 'vitest'
import { compileFilter } from '../../../src/data/query/compiler'
import { type QueryParams, parseQuery } from '../../../src/data/query/query'
import { compileSort } from '../../../src/data/query/sort'
import { refusalOf } from './refusal'
import { NOW, THINGS } from './table'

const query = (params: QueryParams) => parseQuery(THINGS, params, { now: NOW })
const titles = (params: QueryParams): string[] => query(params).fields.map(({ title }) => title)
const refused = (params: QueryParams) => refusalOf(() => query(params))

describe('parseQuery', () => {
  test('without parameters is the first 25 rows, whole, by primary key', () => {
    const { fields, filter, order, ...page } = query({})
    expect(fields).toEqual(THINGS.columns)
    expect(filter).toBeNull()
    expect(compileSort(order).sql).toBe('t."c1" ASC')
    expect(page).toEqual({ limit: 25, offset: 0, shuffle: false })
  })

  test('reads every parameter under its long name', () => {
    const { fields, filter, order, ...page } = query({
      fields: ['Title'],
      sort: ['-Qty'],
      where: ['(Qty,gt,3)'],
      limit: ['10'],
      offset: ['20'],
      shuffle: ['1'],
    })
    expect(fields.map(({ title }) => title)).toEqual(['Title'])
    const where = filter === null ? null : compileFilter(filter)
    expect([where?.sql, where?.values]).toEqual(['t."c3" > ?', [3]])
    expect(compileSort(order).sql).toBe('t."c3" DESC, t."c1" ASC')
    expect(page).toEqual({ limit: 10, offset: 20, shuffle: true })
  })

  test('reads the short names just so', () => {
    const short = query({ f: ['Title'], s: ['-Qty'], w: ['(Qty,gt,3)'], l: ['10'], o: ['20'], r: ['1'] })
    const long = query({
      fields: ['Title'],
      sort: ['-Qty'],
      where: ['(Qty,gt,3)'],
      limit: ['10'],
      offset: ['20'],
      shuffle: ['1'],
    })
    expect(short).toEqual(long)
  })

  test('reads the names with brackets that the SDK sends', () => {
    expect(titles({ 'fields[]': ['Qty', 'Title'] })).toEqual(['Qty', 'Title'])
    expect(compileSort(query({ 'sort[]': ['Qty', '-Title'] }).order).sql).toBe(
      't."c3" ASC, t."c2" COLLATE NOCASE DESC, t."c2" DESC, t."c1" ASC',
    )
  })

  test('does not look at other parameters', () => {
    expect(query({ 'nested[Films][limit]': ['x'], ignoreWebhook: ['true'], Where: ['garbage'] }).filter).toBeNull()
  })

  test('counts date words from the time it is given', () => {
    const { filter } = query({ where: ['(Day,eq,today)'] })
    expect(filter === null ? [] : compileFilter(filter).values).toEqual(['2026-03-31'])
  })

  test('uses sortArrJson only when there is no sort', () => {
    const sortArrJson = ['[{"fk_column_id":"cl_3","direction":"desc"}]']
    expect(compileSort(query({ sortArrJson }).order).sql).toBe('t."c3" DESC, t."c1" ASC')
    expect(compileSort(query({ sortArrJson, sort: [''] }).order).sql).toBe('t."c3" DESC, t."c1" ASC')
    expect(compileSort(query({ sortArrJson, sort: ['Title'] }).order).sql).toBe(
      't."c2" COLLATE NOCASE ASC, t."c2" ASC, t."c1" ASC',
    )
  })

  test.each<[string, QueryParams, name: string]>([
    ['where', { where: ['(Qty,gt,3)', '(Qty,lt,9)'] }, 'where'],
    ['where and w', { where: ['(Qty,gt,3)'], w: ['(Qty,gt,3)'] }, 'where'],
    ['filterArrJson', { filterArrJson: ['[]', '[]'] }, 'filterArrJson'],
    ['sortArrJson', { sortArrJson: ['[]', '[]'] }, 'sortArrJson'],
    ['limit', { limit: ['1', '1'] }, 'limit'],
    ['limit and l', { limit: ['1'], l: ['1'] }, 'limit'],
    ['offset', { offset: ['1', '1'] }, 'offset'],
    ['shuffle', { shuffle: ['1', '1'] }, 'shuffle'],
  ])('refuses a repeated %s', (_, params, name) => {
    expect(refused(params)).toMatchObject({ code: 'INVALID_PARAMETER', details: { errors: [{ path: name }] } })
  })
})

describe('fields', () => {
  test.each<[string, fields: string[], expected: string[]]>([
    ['are in the order of the request', ['Qty,Title'], ['Qty', 'Title']],
    ['may be repeated parameters', ['Qty', 'Title,Id'], ['Qty', 'Title', 'Id']],
    ['are each answered once', ['Qty,Title,Qty'], ['Qty', 'Title']],
    ['may have a comma in their title', ['Id,Last, First,Qty'], ['Id', 'Last, First', 'Qty']],
    ['may have blanks around them', ['Qty, Title'], ['Qty', 'Title']],
    ['may be ids or column names', ['cl_3,title'], ['Qty', 'Title']],
  ])('%s', (_, fields, expected) => {
    expect(titles({ fields })).toEqual(expected)
  })

  test.each([['*'], ['*,Title'], [''], [',']])('%j are all', (fields) => {
    expect(titles({ fields: [fields] }).toSorted()).toEqual(THINGS.columns.map(({ title }) => title).toSorted())
  })

  test('may say which columns come first', () => {
    expect(titles({ fields: ['Qty,*'] }).slice(0, 3)).toEqual(['Qty', 'Id', 'Title'])
  })

  test.each(['Nope', '__proto__', 'c2', '-Title', 'Title;Qty'])('%j is refused', (name) => {
    expect(refused({ fields: [`Title,${name}`] })).toMatchObject({ code: 'FIELD_NOT_FOUND', details: { field: name } })
  })
})

describe('limit and offset', () => {
  test.each([
    ['', 25],
    ['7', 7],
    [' 7 ', 7],
    ['007', 7],
    ['1000', 1000],
    ['1001', 1000],
    ['9007199254740991', 1000],
    ['9'.repeat(30), 1000],
    [`-${'9'.repeat(30)}`, 1],
    ['0', 1],
    ['-0', 1],
    ['-5', 1],
  ])('limit=%j is %i rows', (text, rows) => {
    expect(query({ limit: [text] }).limit).toBe(rows)
  })

  test("the limits are the server's", () => {
    const limits = { default: 5, max: 10, min: 2 }
    const limit = (params: QueryParams): number => parseQuery(THINGS, params, { now: NOW, limits }).limit
    expect([limit({}), limit({ limit: ['0'] }), limit({ limit: ['99'] })]).toEqual([5, 2, 10])
  })

  test.each([
    ['', 0],
    ['7', 7],
    ['-7', 0],
    ['-0', 0],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740991],
    ['9'.repeat(30), 9007199254740991],
    [`-${'9'.repeat(30)}`, 0],
  ])('offset=%j skips %i rows', (text, rows) => {
    expect(query({ offset: [text] }).offset).toBe(rows)
  })

  test.each(['abc', '1.5', '1e3', '0x10', 'NaN', 'Infinity', '1 2', `${'1'.repeat(400)}.`, '1;DROP', '٣'])(
    '%j is refused',
    (text) => {
      expect(refused({ limit: [text] })).toMatchObject({ code: 'INVALID_PARAMETER', details: { errors: [{ path: 'limit' }] } })
      expect(refused({ offset: [text] })).toMatchObject({ code: 'INVALID_PARAMETER', details: { errors: [{ path: 'offset' }] } })
    },
  )
})

test.each([
  ['1', true],
  ['true', true],
  ['0', false],
  ['false', false],
  ['', false],
])('shuffle=%j is %s', (text, shuffle) => {
  expect(query({ shuffle: [text] }).shuffle).toBe(shuffle)
})

test('another shuffle is refused', () => {
  expect(refused({ shuffle: ['yes'] })).toMatchObject({ code: 'INVALID_PARAMETER', details: { errors: [{ path: 'shuffle' }] } })
})
