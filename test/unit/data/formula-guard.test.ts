import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { guarded, unguarded } from '../../../src/data/types/formula-guard'

describe('a text that a spreadsheet would run gets a quote mark', () => {
  test.each([
    ['=1+1'],
    ['+1+1'],
    ['-1+1'],
    ['-2-3'],
    ['@SUM(A1)'],
    ["+cmd|' /C calc'!A0"],
    ["-cmd|' /C calc'!A0"],
    ['- milk'],
    ['+A1'],
    ['-1e'],
    ['\t=1'],
    ['\r=1'],
    ['\n=1'],
    ['+49 30\n=1'],
    ['＝1'],
    ['＋1'],
    ['－1'],
    ['＠x'],
  ])('%j', (text) => {
    expect(guarded(text)).toBe(`'${text}`)
  })
})

describe('a text that only begins like a formula stays as it is', () => {
  test.each([
    ['+49 30 1234'],
    ['+49 (0)30/1234-5'],
    ['+1-800-555-0100'],
    ['-5'],
    ['-1,234.50'],
    ['-0.5e-7'],
    ['-12 %'],
    ['+3'],
    ['-'],
    ['+'],
    ['='],
    ['@'],
    ['---'],
    [''],
    ["'"],
    ["'tis"],
    ["it's =1"],
    ['1-2'],
  ])('%j', (text) => {
    expect([guarded(text), unguarded(text)]).toEqual([text, text])
  })
})

test('a quote mark that was there before is kept through export and import', () => {
  expect(guarded("'=1")).toBe("''=1")
  expect(unguarded("''=1")).toBe("'=1")
  expect(unguarded("'=1")).toBe('=1')
})

test('whatever a text is, the import takes off what the export put on', () => {
  const signs = fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\n', '1', ' ', '(', 'a', '＝') })
  fc.assert(
    fc.property(fc.oneof(signs, fc.string({ unit: 'binary' })), (text) => {
      expect(unguarded(guarded(text))).toBe(text)
    }),
    { numRuns: 2000 },
  )
})
