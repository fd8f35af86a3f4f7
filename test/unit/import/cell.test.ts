import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Column } from '../../../src/data/types/column'
import type { TextFormat } from '../../../src/data/types/kind'
import { readCell } from '../../../src/data/types/values'
import { guarded } from '../../../src/data/types/formula-guard'
import { makeTable, options } from '../openapi/tables'
import type { ColumnType } from '../../../src/data/types/column-types'

const OPEN: TextFormat = { decimalMark: null, dateOrder: null, typed: false }
const POINT: TextFormat = { decimalMark: '.', dateOrder: 'mdy', typed: false }
const COMMA: TextFormat = { decimalMark: ',', dateOrder: 'dmy', typed: false }
const TYPED: TextFormat = { decimalMark: '.', dateOrder: null, typed: true }

function columnOf(type: ColumnType, more: Partial<Column> = {}): Column {
  const [column] = makeTable('md_x', 'X', [
    { title: 'Value', type, options: options('red', 'dark green', 'x;y'), ...more },
  ]).columns
  if (column === undefined) throw new Error('no column')
  return column
}

function read(type: ColumnType, cell: string | null, format = OPEN, more: Partial<Column> = {}): unknown {
  const reading = readCell(columnOf(type, more), cell, format)
  return 'value' in reading ? reading.value : reading.problem
}

describe('numbers', () => {
  test.each<[string, TextFormat, number]>([
    ['0', OPEN, 0],
    ['-0', OPEN, 0],
    ['1.5', OPEN, 1.5],
    ['1,5', OPEN, 1.5],
    ['.5', POINT, 0.5],
    ['1.234', POINT, 1.234],
    ['1.234', COMMA, 1234],
    ['1,234', POINT, 1234],
    ['1,234', COMMA, 1.234],
    ['1.234,56', COMMA, 1234.56],
    ['1,234.56', POINT, 1234.56],
    ['1,234,567', POINT, 1234567],
    ['1 234,56', COMMA, 1234.56],
    ['1\u00a0234,56', COMMA, 1234.56],
    ['1\u202f234\u202f567', COMMA, 1234567],
    ["1'234.56", POINT, 1234.56],
    ['1’234', POINT, 1234],
    ['(1,234.50)', POINT, -1234.5],
    ['\u22125', OPEN, -5],
    ['+3', OPEN, 3],
    ['1e5', OPEN, 100000],
    ['1.5E-7', POINT, 1.5e-7],
    ['52.5200066', POINT, 52.5200066],
    ['12345678901.23', POINT, 12345678901.23],
    [' 7 ', OPEN, 7],
  ])('%j (%o) is %d', (text, format, value) => {
    expect(read('Decimal', text, format)).toBe(value)
  })

  test.each<[ColumnType, string, TextFormat, string]>([
    ['Decimal', 'abc', OPEN, '"abc" is no number.'],
    ['Decimal', '1.234', OPEN, '"1.234" is a thousand and more, or a number with three decimals: say which the decimal mark is.'],
    ['Decimal', '1,5', POINT, '"1,5" is not written with a decimal point.'],
    ['Decimal', '1.5', COMMA, '"1.5" is not written with a decimal comma.'],
    ['Decimal', '12 %', POINT, '"12 %" is a percentage.'],
    ['Decimal', '€ 5', POINT, '"€ 5" is an amount of another kind.'],
    [
      'Decimal',
      '0.12345678901234567890',
      POINT,
      '"0.12345678901234567890" is a number with more digits than can be kept exactly.',
    ],
    ['Number', '9007199254740993', POINT, '"9007199254740993" is a number with more digits than can be kept exactly.'],
    ['Number', '1.5', POINT, '"1.5" is no whole number.'],
    ['Number', '12,34,56', POINT, '"12,34,56" is no number.'],
    ['Number', '1,2345', POINT, '"1,2345" is not written with a decimal point.'],
    ['Number', '--5', POINT, '"--5" is no number.'],
    ['Number', '1 2', POINT, '"1 2" is no number.'],
    ['Currency', '5 %', POINT, '"5 %" is a percentage.'],
  ])('%s: %j (%o) is refused', (type, text, format, problem) => {
    expect(read(type, text, format)).toBe(problem)
  })

  test('a whole number may be written as another', () => {
    expect(['1.0', '1e3', '1,000', '007'].map((text) => read('Number', text, POINT))).toEqual([1, 1000, 1000, 7])
  })

  test('a percentage and an amount with or without their signs', () => {
    expect(['12%', '12,5 %', '12'].map((text) => read('Percent', text, COMMA))).toEqual([12, 12.5, 12])
    expect(['€ 5,00', '5,00 €', 'EUR 5', '-€5', '€ -5', '5'].map((text) => read('Currency', text, COMMA))).toEqual([
      5, 5, 5, -5, -5, 5,
    ])
  })

  test('an amount of another currency is refused where the column has one', () => {
    const euros = { meta: { currency_code: 'EUR' } }
    expect(read('Currency', '5 €', COMMA, euros)).toBe(5)
    expect(read('Currency', '$5', COMMA, euros)).toBe('"$5" is an amount of another kind.')
  })
})

describe('dates', () => {
  test.each<[ColumnType, string, TextFormat, string]>([
    ['Date', '2026-01-31', OPEN, '2026-01-31'],
    ['Date', '31.01.2026', OPEN, '2026-01-31'],
    ['Date', '1.2.2026', POINT, '2026-02-01'],
    ['Date', '25/12/2025', OPEN, '2025-12-25'],
    ['Date', '12/25/2025', OPEN, '2025-12-25'],
    ['Date', '03/04/2025', COMMA, '2025-04-03'],
    ['Date', '03/04/2025', POINT, '2025-03-04'],
    ['Date', '03-04-2025', COMMA, '2025-04-03'],
    ['Date', '04/04/2025', OPEN, '2025-04-04'],
    ['Date', '2026/1/31', OPEN, '2026-01-31'],
    ['Date', '31 Jan 2026', OPEN, '2026-01-31'],
    ['Date', '31-Jan-2026', OPEN, '2026-01-31'],
    ['Date', 'January 31, 2026', OPEN, '2026-01-31'],
    ['Date', 'Saturday, 31 January 2026', OPEN, '2026-01-31'],
    ['Date', '1/31/68', POINT, '2068-01-31'],
    ['Date', '1/31/69', POINT, '1969-01-31'],
    ['Date', '1/31/2026 0:00', POINT, '2026-01-31'],
    ['DateTime', '12/25/2025 3:15 PM', OPEN, '2025-12-25 15:15:00+00:00'],
    ['DateTime', '12/25/2025 12:00 AM', OPEN, '2025-12-25 00:00:00+00:00'],
    ['DateTime', '12/25/2025 12:30 p.m.', OPEN, '2025-12-25 12:30:00+00:00'],
    ['DateTime', '31.01.2026 14:30', OPEN, '2026-01-31 14:30:00+00:00'],
    ['DateTime', '31.01.2026, 14:30:05.5', OPEN, '2026-01-31 14:30:05.500+00:00'],
    ['DateTime', '2026-01-31T14:30:00+02:00', OPEN, '2026-01-31 12:30:00+00:00'],
    ['DateTime', '2026-01-31', OPEN, '2026-01-31 00:00:00+00:00'],
    ['Time', '9:05', OPEN, '09:05:00'],
    ['Time', '3:15 PM', OPEN, '15:15:00'],
    ['Time', '12:15 AM', OPEN, '00:15:00'],
  ])('%s: %j (%o) is %j', (type, text, format, value) => {
    expect(read(type, text, format)).toBe(value)
  })

  test.each<[ColumnType, string, TextFormat, string]>([
    [
      'Date',
      '03/04/2025',
      OPEN,
      '"03/04/2025" is a date that can be read in two ways: say whether the day or the month comes first.',
    ],
    ['Date', '25/12/2025', POINT, '"25/12/2025" is no date with the month first.'],
    ['Date', '12/25/2025', COMMA, '"12/25/2025" is no date with the day first.'],
    ['Date', '31.02.2026', OPEN, '"31.02.2026" is no date.'],
    ['Date', '31.01.2026 14:30', OPEN, '"31.01.2026 14:30" is a moment, not a day.'],
    ['Date', '31.01/2026', OPEN, '"31.01/2026" is no date.'],
    ['DateTime', '31.01.2026 25:00', OPEN, '"31.01.2026 25:00" is no date.'],
    ['DateTime', '1/31/2026 13:00 PM', POINT, '"1/31/2026 13:00 PM" is no date.'],
    ['Time', '24:00', OPEN, '"24:00" is no time such as 09:30.'],
    ['Time', '0:15 AM', OPEN, '"0:15 AM" is no time such as 09:30.'],
  ])('%s: %j (%o) is refused', (type, text, format, problem) => {
    expect(read(type, text, format)).toBe(problem)
  })
})

describe('yes and no', () => {
  test.each(['TRUE', 'true', 'Yes', 'WAHR', 'ja', 'Oui', 'vrai', 'sí', 'si\u0301', 'y', 'x', '1', 'on'])('%j is yes', (text) => {
    expect(read('Checkbox', text)).toBe(true)
  })
  test.each(['FALSE', 'No', 'FALSCH', 'nein', 'non', 'faux', 'n', '0', 'off'])('%j is no', (text) => {
    expect(read('Checkbox', text)).toBe(false)
  })
  test('anything else is neither', () => {
    expect(read('Checkbox', 'maybe')).toBe('"maybe" is neither yes nor no.')
  })
})

describe('options', () => {
  test('are found whatever spaces are around them', () => {
    expect([' red', 'dark green '].map((text) => read('SingleSelect', text))).toEqual(['red', 'dark green'])
    expect(read('MultiSelect', 'red, dark green')).toBe('red,dark green')
    expect(read('MultiSelect', 'dark green; red')).toBe('dark green,red')
    expect(read('MultiSelect', 'x;y')).toBe('x;y')
    expect(read('MultiSelect', 'x;y,red', TYPED)).toBe('x;y,red')
  })
  test('are refused by their own name', () => {
    expect(read('SingleSelect', 'blue')).toBe('"blue" is none of the options.')
    expect(read('MultiSelect', 'red, blue')).toBe('"blue" is none of the options.')
  })
})

describe('JSON', () => {
  test.each<[string, unknown]>([
    ['{"a":[1,2.5,"x"]}', { a: [1, 2.5, 'x'] }],
    ['"123"', '123'],
    ['123', 123],
    ['null', null],
  ])('%s', (text, value) => {
    expect(read('JSON', text, TYPED)).toEqual(value)
  })
  test('text that is none, and numbers that would change, are refused', () => {
    for (const text of ['{a:1}', '{"a":12345678901234567890}']) {
      expect(read('JSON', text)).toBe(`"${text}" is no JSON, or has a number that cannot be kept exactly.`)
    }
  })
})

describe('texts', () => {
  test('stay as they are', () => {
    for (const text of [' a ', '007', 'NA', 'a\r\nb', "'tis", "it's", '-5', '+49 30 1234']) {
      expect(read('SingleLineText', text)).toBe(text)
      expect(read('LongText', text, TYPED)).toBe(text)
    }
  })

  test('nothing is null; an empty text is one only where the file has types', () => {
    expect([null, ''].map((cell) => read('SingleLineText', cell))).toEqual([null, null])
    expect([null, ''].map((cell) => read('SingleLineText', cell, TYPED))).toEqual([null, ''])
    expect([null, '', ' '].map((cell) => read('Number', cell, TYPED))).toEqual([null, null, null])
    expect([null, '', ' '].map((cell) => read('SingleSelect', cell))).toEqual([null, null, null])
  })

  test('lose exactly what an export put before a formula', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '1', ' ', '\t', 'a') }), (text) => {
        expect(read('SingleLineText', guarded(text), TYPED)).toBe(text)
      }),
    )
  })
})

const decimal = fc
  .tuple(fc.integer({ min: -999_999_999, max: 999_999_999 }), fc.integer({ min: 0, max: 6 }))
  .map(([digits, places]) => {
    const text = String(Math.abs(digits)).padStart(places + 1, '0')
    return {
      minus: digits < 0 ? '-' : '',
      whole: text.slice(0, text.length - places),
      fraction: text.slice(text.length - places),
    }
  })

test('a number in the manner of any country is read back', () => {
  const manner = fc.constantFrom(
    ['.', ''],
    ['.', ','],
    ['.', "'"],
    [',', ''],
    [',', '.'],
    [',', '\u00a0'],
    [',', '\u202f'],
    [',', ' '],
  )
  fc.assert(
    fc.property(decimal, manner, ({ minus, whole, fraction }, [mark = '', group = '']) => {
      const grouped = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, group)
      const text = `${minus}${grouped}${fraction === '' ? '' : mark + fraction}`
      const value = Number(`${minus}${whole}.${fraction}`)
      expect(read('Decimal', text, { ...OPEN, decimalMark: mark === ',' ? ',' : '.' })).toBe(value === 0 ? 0 : value)
    }),
  )
})

test('a moment in the manner of any country is read back', () => {
  const moment = fc.date({ min: new Date('1000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  fc.assert(
    fc.property(
      moment,
      fc.constantFrom('dmy', 'mdy'),
      fc.constantFrom('/', '-', '.'),
      fc.boolean(),
      (at, order, mark, isHalf) => {
        const dateOrder = mark === '.' ? 'dmy' : order
        const [year, month, day] = at.toISOString().slice(0, 10).split('-').map(Number)
        const hour = at.getUTCHours()
        const minutes = at.toISOString().slice(13, 19)
        const clock = isHalf ? `${hour % 12 === 0 ? 12 : hour % 12}${minutes} ${hour < 12 ? 'AM' : 'PM'}` : `${hour}${minutes}`
        const parts = dateOrder === 'dmy' ? [day, month, year] : [month, day, year]
        const stored = `${at.toISOString().slice(0, 19).replace('T', ' ')}+00:00`
        expect(read('DateTime', `${parts.join(mark)} ${clock}`, { ...OPEN, dateOrder })).toBe(stored)
      },
    ),
  )
})
