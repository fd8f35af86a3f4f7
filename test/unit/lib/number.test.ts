import { assert as check, double, property } from 'fast-check'
import { expect, test } from 'vitest'
import { exactNumber } from '../../../src/lib/number'

test.each<[text: string, number: number]>([
  ['0', 0],
  ['-0', -0],
  ['+7', 7],
  ['.5', 0.5],
  ['5.', 5],
  ['1.50', 1.5],
  ['00012', 12],
  ['0.1', 0.1],
  ['0.30000000000000004', 0.1 + 0.2],
  ['9007199254740991', 2 ** 53 - 1],
  ['9007199254740992', 2 ** 53],
  ['1e21', 1e21],
  ['1000000000000000000000', 1e21],
  ['1E+2', 100],
  ['10e-1', 1],
  ['5e-324', 5e-324],
  [`1${'0'.repeat(308)}`, 1e308],
])('%s is a number', (text, number) => {
  expect(exactNumber(text)).toBe(number)
})

test.each([
  '',
  '.',
  '-',
  'e5',
  'NaN',
  'Infinity',
  '0x10',
  '1_000',
  ' 1',
  '1e',
  '9007199254740993',
  '12345678901234567890',
  '4503599627370497.7',
  '0.1234567890123456789',
  '1.0000000000000000001',
  '1e400',
  '1e-400',
  '1.2345e-320',
  `1${'0'.repeat(400)}`,
  `1${'0'.repeat(1_000_000)}1`,
])('%s is none that a double holds', (text) => {
  expect(exactNumber(text)).toBeNull()
})

test('whatever a program writes for its doubles is one', () => {
  check(
    property(double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      // Neither way keeps the sign of -0.
      expect(exactNumber(String(number))).toBe(number + 0)
      expect(exactNumber(number.toExponential())).toBe(number + 0)
    }),
  )
})
