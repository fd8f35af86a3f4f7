import { describe, expect, test } from 'vitest'
import { refusalOf } from './refusal'
import { NOW, THINGS, filterSql } from './table'

function compiled(filters: unknown, where?: string): [sql: string, ...params: unknown[]] {
  const filter = filterSql(THINGS, { where, filterArrJson: JSON.stringify(filters) }, NOW)
  if (filter === null) throw new Error('expected a filter')
  return [filter.sql, ...filter.values]
}

const refused = (filterArrJson: string, where?: string) => refusalOf(() => filterSql(THINGS, { where, filterArrJson }, NOW))

const title = { fk_column_id: 'cl_2', comparison_op: 'eq', value: 'a' }
const qty = { fk_column_id: 'cl_3', comparison_op: 'gt', value: 3 }

describe('filterArrJson', () => {
  test.each<[string, unknown, sql: string, ...params: unknown[]]>([
    ['one filter', [title], 't."c2" = ?', 'a'],
    ['AND when nothing is said', [title, qty], '(t."c2" = ? AND t."c3" > ?)', 'a', 3],
    ['AND when null is said', [title, { ...qty, logical_op: null }], '(t."c2" = ? AND t."c3" > ?)', 'a', 3],
    ['or', [title, { ...qty, logical_op: 'or' }], '(t."c2" = ? OR t."c3" > ?)', 'a', 3],
    ['not', [title, { ...qty, logical_op: 'not' }], '(t."c2" = ? AND (t."c3" > ?) IS NOT TRUE)', 'a', 3],
    ['AND tighter than OR', [title, { ...qty, logical_op: 'or' }, qty], '(t."c2" = ? OR (t."c3" > ? AND t."c3" > ?))', 'a', 3, 3],
    [
      'a group',
      [{ is_group: true, children: [title, { ...qty, logical_op: 'or' }] }, qty],
      '(t."c3" > ? AND (t."c2" = ? OR t."c3" > ?))',
      3,
      'a',
      3,
    ],
    ['a negated group', [{ logical_op: 'not', is_group: true, children: [title] }], '(t."c2" = ?) IS NOT TRUE', 'a'],
    ['a group without is_group', [{ children: [title] }], 't."c2" = ?', 'a'],
    ['keys that views store', [{ ...title, id: 'x', order: 1, status: null }], 't."c2" = ?', 'a'],
    ['null for children that are not there', [{ ...title, is_group: null, children: null }], 't."c2" = ?', 'a'],
    ['null for a date word that is not there', [{ ...title, comparison_sub_op: null }], 't."c2" = ?', 'a'],
    ['an empty date word', [{ ...title, comparison_sub_op: '' }], 't."c2" = ?', 'a'],
    [
      'an empty date word before a date',
      [{ fk_column_id: 'cl_6', comparison_op: 'eq', comparison_sub_op: '', value: 'today' }],
      't."c6" = ?',
      '2026-03-31',
    ],
    ['no value where none is taken', [{ fk_column_id: 'cl_2', comparison_op: 'null' }], 't."c2" IS NULL'],
    ['true', [{ fk_column_id: 'cl_5', comparison_op: 'eq', value: true }], 't."c5" = ?', 1],
    ['a number as text', [{ ...qty, value: '3' }], 't."c3" > ?', 3],
    ['a large number', [{ ...qty, value: 1e21 }], 't."c3" > ?', 1e21],
    ['a number for a text', [{ ...title, value: 5 }], 't."c2" = ?', '5'],
    [
      'a date word',
      [{ fk_column_id: 'cl_6', comparison_op: 'gt', comparison_sub_op: 'daysAgo', value: 7 }],
      't."c6" > ?',
      '2026-03-24',
    ],
    [
      'a date word alone',
      [{ fk_column_id: 'cl_6', comparison_op: 'eq', comparison_sub_op: 'today', value: null }],
      't."c6" = ?',
      '2026-03-31',
    ],
    [
      'a date word with an empty value',
      [{ fk_column_id: 'cl_6', comparison_op: 'eq', comparison_sub_op: 'today', value: '' }],
      't."c6" = ?',
      '2026-03-31',
    ],
    [
      'an exact date',
      [{ fk_column_id: 'cl_6', comparison_op: 'eq', comparison_sub_op: 'exactDate', value: '2026-01-31' }],
      't."c6" = ?',
      '2026-01-31',
    ],
    [
      'a window',
      [{ fk_column_id: 'cl_6', comparison_op: 'isWithin', comparison_sub_op: 'pastWeek' }],
      '(t."c6" >= ? AND t."c6" <= ?)',
      '2026-03-24',
      '2026-03-31',
    ],
    [
      'an array, whose items may have commas',
      [{ ...title, comparison_op: 'in', value: ['a,b', ' c'] }],
      '(t."c2" = ? OR t."c2" = ?)',
      'a,b',
      ' c',
    ],
    ['an empty array, which nothing is in', [{ ...title, comparison_op: 'in', value: [] }], '0'],
    ['a list as text', [{ ...title, comparison_op: 'in', value: 'a, b' }], '(t."c2" = ? OR t."c2" = ?)', 'a', 'b'],
    ['a value with a lone parenthesis', [{ ...title, value: ':)' }], 't."c2" = ?', ':)'],
  ])('reads %s', (_, filters, ...expected) => {
    expect(compiled(filters)).toEqual(expected)
  })

  test('and where both hold', () => {
    expect(compiled([qty], '(Title,eq,a)~or(Title,eq,b)')).toEqual(['(t."c3" > ? AND (t."c2" = ? OR t."c2" = ?))', 3, 'a', 'b'])
  })

  test('that says nothing is no filter', () => {
    expect(filterSql(THINGS, { filterArrJson: ' ' }, NOW)).toBeNull()
    expect(filterSql(THINGS, { filterArrJson: '[]' }, NOW)).toBeNull()
  })
})

describe('a malformed filterArrJson is refused with its path', () => {
  const nest = (levels: number): unknown => {
    let filter: unknown = title
    for (let level = 0; level < levels; level += 1) filter = { is_group: true, children: [filter] }
    return [filter]
  }

  test.each<[string, unknown, path: string]>([
    ['an object', {}, 'filterArrJson'],
    ['null', null, 'filterArrJson'],
    ['a text in the array', ['x'], 'filterArrJson[0]'],
    ['an array in the array', [title, []], 'filterArrJson[1]'],
    ['no column', [{ comparison_op: 'eq', value: 1 }], 'filterArrJson[0].fk_column_id'],
    ['no operator', [{ fk_column_id: 'cl_2', value: 1 }], 'filterArrJson[0].comparison_op'],
    ['an unknown operator', [{ ...title, comparison_op: 'EQ' }], 'filterArrJson[0].comparison_op'],
    ['no value', [{ fk_column_id: 'cl_2', comparison_op: 'eq' }], 'filterArrJson[0].value'],
    ['an object as value', [{ ...title, value: {} }], 'filterArrJson[0].value'],
    ['an object in a list', [{ ...title, comparison_op: 'in', value: ['a', {}] }], 'filterArrJson[0].value[1]'],
    ['a list where one value is taken', [{ ...title, value: ['a'] }], 'filterArrJson[0].value'],
    ['NUL in a list', [{ ...title, comparison_op: 'in', value: ['a\0'] }], 'filterArrJson[0].value'],
    ['an unknown joint', [{ ...title, logical_op: 'xor' }], 'filterArrJson[0].logical_op'],
    ['an empty group', [{ is_group: true, children: [] }], 'filterArrJson[0].children'],
    ['a group without children', [{ is_group: true }], 'filterArrJson[0].children'],
    ['a group with null for children', [{ is_group: true, children: null }], 'filterArrJson[0].children'],
    ['neither a filter nor a group', [{ children: null }], 'filterArrJson[0].fk_column_id'],
    ['a date word for a text', [{ ...title, comparison_sub_op: 'today' }], 'filterArrJson[0].value'],
    [
      'a date word for a search',
      [{ fk_column_id: 'cl_6', comparison_op: 'like', comparison_sub_op: 'today' }],
      'filterArrJson[0].value',
    ],
    [
      'a date word that is none',
      [{ fk_column_id: 'cl_6', comparison_op: 'eq', comparison_sub_op: 7 }],
      'filterArrJson[0].comparison_sub_op',
    ],
    [
      'something deep inside',
      [title, { is_group: true, children: [title, { ...qty, value: 'x' }] }],
      'filterArrJson[1].children[1].value',
    ],
    ['21 levels', nest(21), `filterArrJson[0]${'.children[0]'.repeat(20)}.children`],
    ['501 filters', Array.from({ length: 501 }, () => title), 'filterArrJson[500]'],
  ])('%s', (_, filters, path) => {
    expect(refused(JSON.stringify(filters))).toMatchObject({ code: 'INVALID_FILTER', details: { path } })
  })

  test('a column that is not there is FIELD_NOT_FOUND', () => {
    const filters = JSON.stringify([{ ...title, fk_column_id: 'Title' }])
    expect(refused(filters)).toMatchObject({
      code: 'FIELD_NOT_FOUND',
      details: { field: 'Title', path: 'filterArrJson[0].fk_column_id' },
    })
  })

  test('a text that is no JSON, or is longer than 256 KB', () => {
    expect(refused('[{]')).toMatchObject({ code: 'INVALID_FILTER', details: { path: 'filterArrJson' } })
    expect(refused('['.repeat(262_144)).message).toContain('expected JSON')
    expect(refused(`["${'a'.repeat(262_144)}"]`).message).toContain('256 KB')
  })

  test('a value nested 30,000 deep is refused as any list in a list', () => {
    const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
    expect(refused(`[{"fk_column_id":"cl_2","comparison_op":"eq","value":${deep}}]`)).toMatchObject({
      code: 'INVALID_FILTER',
      message: expect.stringContaining('not a list'),
      details: { path: 'filterArrJson[0].value[0]' },
    })
  })

  test('20 levels and 500 filters are read', () => {
    expect(compiled(nest(20))).toEqual(['t."c2" = ?', 'a'])
    expect(compiled(Array.from({ length: 500 }, () => ({ fk_column_id: 'cl_2', comparison_op: 'null' })))).toHaveLength(1)
  })

  test('more than 500 conditions are refused when where and filterArrJson have them together', () => {
    const filters = JSON.stringify([title])
    expect(refused(filters, '(Title,null)'.repeat(500)).code).toBe('INVALID_FILTER')
    expect(compiled([title], '(Title,null)'.repeat(499))).toHaveLength(2)
  })
})
