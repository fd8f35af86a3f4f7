import { describe, expect, test } from 'vitest'
import { beginning, isSameText, nameProblem, quoteValue, sizeText } from '../../../src/lib/text'

describe('a name may be in any language and hold any mark', () => {
  test.each(['Shop', 'Größe', '在庫', 'a b', `"'\`;--`, '<script>', '../x', '100%', '🛒'])('%s', (name) => {
    expect(nameProblem(name, 50)).toBeNull()
  })

  test('of the full length, counted in characters and not in UTF-16 units', () => {
    expect(nameProblem('🛒'.repeat(50), 50)).toBeNull()
    expect(nameProblem('🛒'.repeat(51), 50)).toBe('must have at most 50 characters')
  })
})

describe('a name is refused that', () => {
  test.each([
    ['is empty', '', 'must not be empty'],
    ['is blank', ' \t ', 'must not be empty'],
    ['begins with a blank', ' a', 'must not begin or end with a blank'],
    ['ends with a blank', 'a ', 'must not begin or end with a blank'],
    ['holds NUL', 'a\0b', 'must not hold control characters'],
    ['holds a newline', 'a\nb', 'must not hold control characters'],
    ['is half a character', 'a\ud800b', 'must be well-formed Unicode'],
  ])('%s', (_, name, problem) => {
    expect(nameProblem(name, 50)).toBe(problem)
  })
})

describe('the beginning of a text', () => {
  test.each([
    ['abc', 5, 'abc'],
    ['abc', 2, 'ab'],
    ['a🛒b', 2, 'a'],
    ['a🛒b', 3, 'a🛒'],
    ['🛒🛒', 4, '🛒🛒'],
    ['', 1, ''],
  ])('of %j, %i units, is %j: no character is cut in half', (text, length, expected) => {
    expect(beginning(text, length)).toBe(expected)
  })
})

test.each<[unknown, string]>([
  ['a "b"', '"a "b""'],
  [1.5, '1.5'],
  [{ a: [1] }, '{"a":[1]}'],
  ['x'.repeat(61), `"${'x'.repeat(60)}…"`],
  [`${'x'.repeat(59)}🛒`, `"${'x'.repeat(59)}…"`],
  [Array.from({ length: 100 }, () => 1), `[${'1,'.repeat(29)}1…`],
])('%j is quoted as %s', (value, quoted) => expect(quoteValue(value)).toBe(quoted))

test.each([
  [2_000_000, '2 MB'],
  [1_048_576, '1 MB'],
  [262_144, '256 KB'],
  [1_990_000, '1.9 MB'],
  [90_000, '90 KB'],
  [100, '100 bytes'],
])('%i bytes are %s', (bytes, text) => expect(sizeText(bytes)).toBe(text))

test('one text in two forms of Unicode is one text', () => {
  expect([isSameText('é', 'e\u0301'), isSameText('é', 'e'), isSameText('a', 'A')]).toEqual([true, false, false])
})
