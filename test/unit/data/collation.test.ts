import { describe, expect, test } from 'vitest'
import { sortKey } from '../../../src/data/types/collation'

describe('a sort key', () => {
  test.each([
    ['Ünlü', 'unlu'],
    ['u\u0308ber', 'uber'],
    ['Łódź', 'lodz'],
    ['STRASSE', 'strasse'],
    ['Straße', 'strasse'],
    ['Ærø', 'aero'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['οδός', 'οδοσ'],
    ['Йод', 'иод'],
    ['한글', '한글'],
    ['नाम', 'नाम'],
    ['שָׁלוֹם', 'שָׁלוֹם'.normalize('NFC')],
    ['a b', 'a b'],
    ['', ''],
    ['📏', '📏'],
  ])('of %j has neither case nor accents', (text, key) => {
    expect(sortKey(text)).toBe(key)
  })

  test('of null is null', () => {
    expect(sortKey(null)).toBeNull()
  })

  test('is of at most 200 characters, and whole ones', () => {
    expect(sortKey('Ä'.repeat(1_000_000))).toBe('a'.repeat(200))
    expect(sortKey('ß'.repeat(300))).toBe('s'.repeat(200))
    expect(sortKey(`a${'📏'.repeat(300)}`)?.isWellFormed()).toBe(true)
  })
})
