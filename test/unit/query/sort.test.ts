import { describe, expect, test } from 'vitest'
import { compileSort, parseSort, parseSortJson, totalOrder } from '../../../src/data/query/sort'
import { refusalOf } from './refusal'
import { THINGS, makeTable } from './table'
import { fastest } from '../../support/fastest'

const orderBy = (...sort: string[]): string => compileSort(totalOrder(THINGS, parseSort(THINGS, sort))).sql
const orderByJson = (text: string): string => compileSort(totalOrder(THINGS, parseSortJson(THINGS, text))).sql

describe('sort', () => {
  test.each<[string, sort: string[], expected: string]>([
    ['nothing is the order of the primary key', [], 't."c1" ASC'],
    ['a title ascends', ['Title'], 't."c2" COLLATE NOCASE ASC, t."c2" ASC, t."c1" ASC'],
    ['a minus descends', ['-Title'], 't."c2" COLLATE NOCASE DESC, t."c2" DESC, t."c1" ASC'],
    ['terms are separated by commas', ['Qty,-Title'], 't."c3" ASC, t."c2" COLLATE NOCASE DESC, t."c2" DESC, t."c1" ASC'],
    ['terms may be repeated parameters', ['Qty', '-Title'], 't."c3" ASC, t."c2" COLLATE NOCASE DESC, t."c2" DESC, t."c1" ASC'],
    ['the primary key is not added twice', ['-Id,Title'], 't."c1" DESC, t."c2" COLLATE NOCASE ASC, t."c2" ASC'],
    ['a column counts the first time', ['Title,-Title,Qty'], 't."c2" COLLATE NOCASE ASC, t."c2" ASC, t."c3" ASC, t."c1" ASC'],
    ['a title with a comma is found', ['Last, First'], 't."c14" COLLATE NOCASE ASC, t."c14" ASC, t."c1" ASC'],
    [
      'a title with a comma is found among others',
      ['Title,-Last, First,Qty'],
      't."c2" COLLATE NOCASE ASC, t."c2" ASC, t."c14" COLLATE NOCASE DESC, t."c14" DESC, t."c3" ASC, t."c1" ASC',
    ],
    ['blanks around a title do not count', ['Title, -Qty'], 't."c2" COLLATE NOCASE ASC, t."c2" ASC, t."c3" DESC, t."c1" ASC'],
    [
      'ids and column names are found',
      ['-cl_2,größe_📏'],
      't."c2" COLLATE NOCASE DESC, t."c2" DESC, t."c13" COLLATE NOCASE ASC, t."c13" ASC, t."c1" ASC',
    ],
    ['empty terms are left out', ['Title,,', ''], 't."c2" COLLATE NOCASE ASC, t."c2" ASC, t."c1" ASC'],
  ])('%s', (_, sort, expected) => {
    expect(orderBy(...sort)).toBe(expected)
  })

  test('a title that begins with a minus is found first as it is', () => {
    const table = makeTable([
      ['Id', 'ID'],
      ['-b', 'Number'],
      ['b', 'Number'],
    ])
    expect(compileSort(totalOrder(table, parseSort(table, ['-b,--b']))).sql).toBe('t."c2" ASC, t."c1" ASC')
    expect(compileSort(totalOrder(table, parseSort(table, ['--b']))).sql).toBe('t."c2" DESC, t."c1" ASC')
  })

  test('the longest title wins when one is the beginning of another', () => {
    const table = makeTable([
      ['a', 'Number'],
      ['b', 'Number'],
      ['a,b', 'Number'],
    ])
    expect(compileSort(totalOrder(table, parseSort(table, ['a,b']))).sql).toBe('t."c3" ASC')
    expect(compileSort(totalOrder(table, parseSort(table, ['b,a']))).sql).toBe('t."c2" ASC, t."c1" ASC')
  })

  test('a text key is compared as it is at the end of an order, and as people do where it is asked for', () => {
    const coded = makeTable([
      ['Code', 'SingleLineText'],
      ['Qty', 'Number'],
    ])
    const table = { ...coded, columns: coded.columns.map((column, index) => ({ ...column, primaryKey: index === 0 })) }
    expect(compileSort(totalOrder(table, parseSort(table, []))).sql).toBe('t."c1" ASC')
    expect(compileSort(totalOrder(table, parseSort(table, ['Qty']))).sql).toBe('t."c2" ASC, t."c1" ASC')
    expect(compileSort(totalOrder(table, parseSort(table, ['-Code']))).sql).toBe('t."c1" COLLATE NOCASE DESC, t."c1" DESC')
  })

  test('a column with sort keys is compared by those first', () => {
    const columns = THINGS.columns.map((column) => ({ ...column, meta: { collate: 'unicode' } }))
    const table = { ...THINGS, columns }
    expect(compileSort(totalOrder(table, parseSort(table, ['-Title,Qty']))).sql).toBe(
      't."c2k" DESC, t."c2" DESC, t."c3" ASC, t."c1" ASC',
    )
  })

  test('an order has no more terms than D1 takes', () => {
    const wide = makeTable([['Id', 'ID'], ...Array.from({ length: 98 }, (_, index) => [`F${index}`, 'LongText'] as const)])
    const termsOf = (count: number) =>
      totalOrder(
        wide,
        parseSort(
          wide,
          wide.columns.slice(1, count + 1).map(({ title }) => title),
        ),
      )
    expect(termsOf(49)).toHaveLength(99)
    expect(termsOf(50)).toHaveLength(51)
    expect(termsOf(98)).toHaveLength(99)
  })

  test('a primary key of two columns ends the order whole', () => {
    const pair = makeTable([
      ['x', 'ID'],
      ['y', 'ID'],
    ])
    expect(compileSort(totalOrder(pair, parseSort(pair, ['-y']))).sql).toBe('t."c2" DESC, t."c1" ASC')
  })

  test.each(['Nope', '+Title', '--Title', '__proto__', 'Title DESC', 'c2'])('%j is refused', (name) => {
    expect(refusalOf(() => orderBy(`Qty,${name}`))).toMatchObject({ code: 'FIELD_NOT_FOUND', details: { field: name } })
  })

  test('999 commas are empty terms, and 1,000 are refused', () => {
    expect(orderBy(','.repeat(999))).toBe('t."c1" ASC')
    for (const sort of [[','.repeat(1000)], [','.repeat(600), ','.repeat(600)]]) {
      expect(refusalOf(() => parseSort(THINGS, sort))).toMatchObject({
        code: 'INVALID_PARAMETER',
        message: 'sort: at most 1000 names; here are more.',
      })
    }
    const items = JSON.stringify(Array.from({ length: 1001 }, () => ({ fk_column_id: 'cl_2' })))
    expect(refusalOf(() => parseSortJson(THINGS, items)).message).toBe('sortArrJson: at most 1000 items; here are more.')
  })

  test('2 MiB of commas are refused in under 50 ms', async () => {
    const commas = ','.repeat(2 * 1024 * 1024)
    expect(await fastest(50, () => refusalOf(() => parseSort(THINGS, [commas])))).toBeLessThan(50)
  })
})

describe('sortArrJson', () => {
  test.each([
    ['', 't."c1" ASC'],
    ['[]', 't."c1" ASC'],
    ['[{"fk_column_id":"cl_2"}]', 't."c2" COLLATE NOCASE ASC, t."c2" ASC, t."c1" ASC'],
    [
      '[{"fk_column_id":"cl_3","direction":"desc"},{"fk_column_id":"cl_2","direction":"asc"}]',
      't."c3" DESC, t."c2" COLLATE NOCASE ASC, t."c2" ASC, t."c1" ASC',
    ],
  ])('%s', (text, expected) => {
    expect(orderByJson(text)).toBe(expected)
  })

  test.each([
    '{',
    '{}',
    'null',
    '[null]',
    '["cl_2"]',
    '[{}]',
    '[{"fk_column_id":2}]',
    '[{"fk_column_id":"cl_2","direction":"DESC"}]',
  ])('malformed %s is refused', (text) => {
    expect(refusalOf(() => orderByJson(text))).toMatchObject({
      code: 'INVALID_PARAMETER',
      details: { errors: [{ path: 'sortArrJson', message: expect.stringContaining('expected') }] },
    })
  })

  test('an unknown column is FIELD_NOT_FOUND', () => {
    const text = '[{"fk_column_id":"Title"}]'
    expect(refusalOf(() => orderByJson(text))).toMatchObject({ code: 'FIELD_NOT_FOUND', details: { field: 'Title' } })
  })
})
