import { describe, expect, test } from 'vitest'
import { ApiError } from '../../../src/errors'
import { type Column } from '../../../src/data/types/column'
import { toStored } from '../../../src/data/types/values'
import { makeTable, options } from '../openapi/tables'
import { COLUMN_TYPES, type ColumnType } from '../../../src/data/types/column-types'

const TYPES = Object.keys(COLUMN_TYPES) as ColumnType[]

function columnOf(type: ColumnType, more: Partial<Column> = {}): Column {
  const [column] = makeTable('md_x', 'X', [{ title: 'Value', type, options: options('jan', 'feb'), ...more }]).columns
  if (column === undefined) throw new Error('no column')
  return column
}

/** The sentence that refuses the value. */
function refusal(column: Column, value: unknown): string {
  try {
    return `stored ${JSON.stringify(toStored(column, value))}`
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    expect([error.status, error.details]).toEqual([400, { field: 'Value' }])
    return error.message
  }
}

describe('a sentence that refuses a value names the field, the value and what would be right', () => {
  const checked = { meta: { validate: true } }
  const NINES = '9,007,199,254,740,991'

  test.each<[ColumnType, Partial<Column>, unknown, string]>([
    ['SingleLineText', {}, { a: 1 }, 'takes a text, not {"a":1}.'],
    ['SingleLineText', {}, 'a\0', 'takes a text without the character NUL, not "a\0".'],
    ['LongText', {}, 'x'.repeat(2_000_001), `takes at most 2 MB, not "${'x'.repeat(60)}…".`],
    ['Number', {}, 'abc', 'takes a whole number such as 42, not "abc".'],
    ['Number', {}, 1.5, 'takes a whole number such as 42, not 1.5.'],
    ['Number', {}, 2 ** 53, `takes a whole number between -${NINES} and ${NINES}, not 9007199254740992.`],
    ['Number', {}, '9007199254740993', `takes a whole number between -${NINES} and ${NINES}, not "9007199254740993".`],
    ['Year', {}, 10_000, 'takes a whole number from 0 to 9999, not 10000.'],
    ['Rating', {}, 6, 'takes a whole number from 0 to 5, not 6.'],
    ['Rating', {}, -1, 'takes a whole number from 0 to 5, not -1.'],
    ['Rating', { meta: { max: 10 } }, '11', 'takes a whole number from 0 to 10, not "11".'],
    ['Decimal', {}, 'abc', 'takes a number such as 12.5, not "abc".'],
    ['Decimal', {}, 'Infinity', 'takes a number such as 12.5, not "Infinity".'],
    [
      'Decimal',
      {},
      '0.12345678901234567890',
      'takes a number that can be kept exactly, which those of up to 15 digits can, not "0.12345678901234567890".',
    ],
    ['Checkbox', {}, 'yes', 'takes true or false, not "yes".'],
    ['Date', {}, '31.01.2026', 'takes a date such as 2026-01-31, not "31.01.2026".'],
    ['Date', {}, '2026-01-31T09:30Z', 'takes a date such as 2026-01-31, without a time of day, not "2026-01-31T09:30Z".'],
    ['DateTime', {}, 5, 'takes a date and time such as 2026-01-31T09:30:00Z, not 5.'],
    ['Time', {}, '24:00', 'takes a time such as 09:30 or 09:30:00.250, not "24:00".'],
    ['SingleSelect', {}, 'mar', 'takes one of its options: "jan", "feb", not "mar".'],
    ['SingleSelect', { options: [] }, 'mar', 'takes no value, for it has no options, not "mar".'],
    ['MultiSelect', {}, 'jan, feb', 'takes its options without blanks around them, as in "jan,feb", not " feb".'],
    ['MultiSelect', {}, ['jan', ' feb'], 'takes its options without blanks around them, as in "jan,feb", not " feb".'],
    ['MultiSelect', {}, 'jan, mar', 'takes one of its options: "jan", "feb", not " mar".'],
    ['MultiSelect', {}, ['jan', 5], 'takes one of its options: "jan", "feb", not 5.'],
    ['Email', checked, 'ada', 'takes an e-mail address such as ada@example.org, not "ada" (Validation failed : isEmail).'],
    ['URL', checked, 'x', 'takes a web address such as https://example.org, not "x" (Validation failed : isURL).'],
    ['PhoneNumber', checked, 'x', 'takes a phone number such as +44 20 7946 0958, not "x" (Validation failed : isMobilePhone).'],
  ])('%s %j: %j', (type, more, value, sentence) => {
    expect(refusal(columnOf(type, more), value)).toBe(`The field "Value" (${type}) ${sentence}`)
  })
})

describe('an empty text', () => {
  const isText = (type: ColumnType): boolean => COLUMN_TYPES[type].kind === 'text'
  const kept = (type: ColumnType): boolean => isText(type) || ['json', 'multiselect'].includes(COLUMN_TYPES[type].kind)

  test.each(TYPES.filter((type) => !kept(type)))('clears a %s, and is none where a value is required', (type) => {
    expect(toStored(columnOf(type), '')).toBeNull()
    expect(refusal(columnOf(type, { required: true }), '')).toBe('The field "Value" is required.')
  })

  test.each(TYPES.filter(kept))('is a value of a %s', (type) => {
    expect(toStored(columnOf(type), '')).toBe(COLUMN_TYPES[type].kind === 'json' ? '""' : '')
  })

  test.each(['Email', 'URL', 'PhoneNumber'] as const)('clears a %s that is checked', (type) => {
    expect(toStored(columnOf(type, { meta: { validate: true } }), '')).toBeNull()
  })
})

test('a rating holds 0 to as many stars as it has, five where it does not say', () => {
  for (const [meta, most] of [
    [null, 5],
    [{ max: 3 }, 3],
    [{ max: '10' }, 10],
    [{ max: 0 }, 5],
  ] as const) {
    const column = columnOf('Rating', { meta })
    expect([toStored(column, 0), toStored(column, most)]).toEqual([0, most])
    expect(refusal(column, most + 1)).toContain(`from 0 to ${most}`)
  }
})

test('an option is found in either form of Unicode, and stored as the column has it', () => {
  const composed = { options: options('caf\u00e9') }
  expect(toStored(columnOf('SingleSelect', composed), 'cafe\u0301')).toBe('caf\u00e9')
  expect(toStored(columnOf('MultiSelect', composed), ['cafe\u0301', 'caf\u00e9'])).toBe('caf\u00e9')
})

test.each<[ColumnType, unknown, unknown]>([
  ['Number', '0000000000000000000042', 42],
  ['Number', -0, 0],
  ['DateTime', '2024-05-01T10:00:00.123456', '2024-05-01 10:00:00.123+00:00'],
  ['DateTime', '2024-05-01T10:00:00.000Z', '2024-05-01 10:00:00+00:00'],
  ['Date', '2024-05-01T00:00:00.000Z', '2024-05-01'],
  ['Time', '10:00:00.5', '10:00:00.500'],
])('%s stores %j as %j', (type, value, stored) => {
  expect(toStored(columnOf(type), value)).toBe(stored)
})

test('a midnight and a millisecond is no day', () => {
  expect(refusal(columnOf('Date'), '2024-05-01T00:00:00.001Z')).toContain('without a time of day')
})
