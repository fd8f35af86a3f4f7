import { describe, expect, test } from 'vitest'
import { PageQuery, readPage } from '../../../src/http/page'

describe('limit and offset of a list', () => {
  test.each([
    ['are 25 and 0 when left out', {}, { limit: 25, offset: 0, query: '' }],
    ['are taken', { limit: '3', offset: '6' }, { limit: 3, offset: 6, query: '' }],
    [
      'are brought into range from below: -1 is unlimited to SQLite',
      { limit: '-1', offset: '-5' },
      { limit: 1, offset: 0, query: '' },
    ],
    ['are brought into range from above', { limit: '999999999' }, { limit: 1000, offset: 0, query: '' }],
    ['stand beside a search in lower case', { query: ' ADA@ ' }, { limit: 25, offset: 0, query: 'ada@' }],
  ])('%s', (_, query, page) => {
    expect(readPage(PageQuery.parse(query))).toEqual(page)
  })

  test.each([
    { limit: 'ten' },
    { limit: '1.5' },
    { limit: '1e3' },
    { limit: '' },
    { offset: '99999999999' },
    { limit: ['1', '2'] },
  ])('are refused when they are no whole number: %j', (query) => {
    expect(PageQuery.safeParse(query).success).toBe(false)
  })
})
