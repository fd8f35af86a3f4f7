import { describe, expect, test } from 'vitest'
import { SEPARATORS, freeName, nameFromTitle, tableNames, titleFromName } from '../../../src/data/catalog/table-names'
import { MAX_NAME } from '../../../src/data/types/column'

const PREFIX = 'nc_ab12__'

test.each([
  ['film_actor', 'FilmActor'],
  ['film actor-list', 'FilmActorList'],
  ['Film', 'Film'],
  ['ß_x', 'SSX'],
  ['__', ''],
])('a title of the name %j is %j', (name, title) => {
  expect(titleFromName(name)).toBe(title)
})

test.each([
  ['FilmActor', 'film_actor'],
  ['Film actor', 'film_actor'],
  ['Price (EUR)', 'price_eur'],
  ['Größe 📏', 'größe'],
  ['Дата', 'дата'],
  ['नाम', 'नाम'],
  ['สี ที่', 'สี_ที่'],
  ['cafe\u0301Bar', 'cafe\u0301_bar'],
  ['Weight ⚖\uFE0F (kg)', 'weight_kg'],
  ['\u0301', 'field'],
  ['A1B2', 'a1_b2'],
  ['__proto__', 'proto'],
  ['???', 'field'],
  ["'; --", 'field'],
])('a name of the title %j is %j', (title, name) => {
  expect(nameFromTitle(title)).toBe(name)
})

test('a derived name has at most 255 characters, whole ones', () => {
  const name = nameFromTitle('aB'.repeat(127))
  expect([...name]).toHaveLength(MAX_NAME)
  expect(nameFromTitle('𝒳'.repeat(300)).isWellFormed()).toBe(true)
})

test('a name that is taken gets a number, and stays within 255 characters', () => {
  expect(freeName('a', new Set())).toBe('a')
  expect(freeName('a', new Set(['a', 'a_1']))).toBe('a_2')
  expect([...freeName('x'.repeat(255), new Set(['x'.repeat(255)]))].length).toBeLessThanOrEqual(MAX_NAME)
})

describe('the names of a table', () => {
  test.each([
    [{ tableName: 'film' }, 'Film', `${PREFIX}_film`],
    [{ tableName: `${PREFIX}film` }, 'Film', `${PREFIX}film`],
    [{ tableName: 'film', title: 'My Films' }, 'My Films', `${PREFIX}_film`],
    [{ title: 'My Films' }, 'My Films', `${PREFIX}_my_films`],
    [{ title: '', tableName: 'film_list' }, 'FilmList', `${PREFIX}_film_list`],
  ])('of %j', (request, title, tableName) => {
    expect(tableNames(request, PREFIX)).toEqual({ title, tableName })
  })

  test.each([
    ['film2', `${PREFIX}film2`, 'Film2'],
    [`${PREFIX}film2`, `${PREFIX}film2`, 'Film2'],
    [`${PREFIX}_film2`, `${PREFIX}_film2`, 'Film2'],
  ])('renamed to %j', (wanted, tableName, title) => {
    expect(tableNames({ tableName: wanted }, PREFIX, SEPARATORS.renamed)).toEqual({ title, tableName })
  })

  test.each([
    [{}, 'Missing table name'],
    [{ tableName: '' }, 'Missing table name'],
    [{ tableName: PREFIX }, 'Missing table name'],
    [{ tableName: ' film' }, 'Leading or trailing whitespace'],
    [{ tableName: 'x'.repeat(246) }, 'Table name exceeds 255 characters'],
    [{ title: 'a\u0000b' }, 'control characters'],
    [{ tableName: 'a\nb' }, 'control characters'],
    [{ title: 'x'.repeat(256) }, 'at most 255 characters'],
    [{ title: '\ud800' }, 'well-formed'],
  ])('%j are refused: %s', (request, message) => {
    expect(() => tableNames(request, PREFIX)).toThrow(message)
  })
})
