import { describe, expect, test } from 'vitest'
import { builderRows, filterName } from '../../../src/dashboard/filter'
import { THINGS } from '../query/table'

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
