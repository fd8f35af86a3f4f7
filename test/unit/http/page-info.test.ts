import { describe, expect, test } from 'vitest'
import { pageInfo, wholeList } from '../../../src/http/page'

describe('pageInfo', () => {
  test.each([
    [
      'no rows are one page, first and last',
      [0, 25, 0],
      { totalRows: 0, page: 1, pageSize: 25, isFirstPage: true, isLastPage: true },
    ],
    ['one full page is the last', [25, 25, 0], { totalRows: 25, page: 1, pageSize: 25, isFirstPage: true, isLastPage: true }],
    [
      'one row more makes it not the last',
      [26, 25, 0],
      { totalRows: 26, page: 1, pageSize: 25, isFirstPage: true, isLastPage: false },
    ],
    ['the last page', [26, 25, 25], { totalRows: 26, page: 2, pageSize: 25, isFirstPage: false, isLastPage: true }],
    [
      'a fractional page stays one',
      [200, 2, 3],
      { totalRows: 200, page: 2.5, pageSize: 2, isFirstPage: false, isLastPage: false },
    ],
    ['beyond the end', [3, 2, 10], { totalRows: 3, page: 6, pageSize: 2, isFirstPage: false, isLastPage: false }],
  ] as const)('%s', (_, [total, limit, offset], expected) => {
    expect(pageInfo(total, limit, offset)).toEqual(expected)
  })
})

test('a list answered whole is one page, never smaller than 25', () => {
  expect(wholeList(['a']).pageInfo).toEqual({ totalRows: 1, page: 1, pageSize: 25, isFirstPage: true, isLastPage: true })
  expect(wholeList(Array.from({ length: 30 })).pageInfo).toMatchObject({ totalRows: 30, pageSize: 30, isLastPage: true })
})
