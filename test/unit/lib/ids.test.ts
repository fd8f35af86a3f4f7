import { describe, expect, test } from 'vitest'
import { type IdKind, newId, newTablePrefix, newToken } from '../../../src/lib/ids'

const MANY = 2000

describe('an id', () => {
  test.each<[IdKind, RegExp]>([
    ['user', /^us_[0-9a-z]{14}$/],
    ['project', /^p_[0-9a-z]{14}$/],
    ['base', /^ds_[0-9a-z]{14}$/],
    ['table', /^md_[0-9a-z]{14}$/],
    ['column', /^cl_[0-9a-z]{14}$/],
    ['view', /^vw_[0-9a-z]{14}$/],
    ['option', /^sl_[0-9a-z]{14}$/],
    ['session', /^se_[0-9a-z]{14}$/],
    ['row', /^rc_[0-9a-z]{14}$/],
  ])('of a %s wears its kind before 14 characters', (kind, shape) => {
    expect(newId(kind)).toMatch(shape)
  })

  test('is another each time', () => {
    expect(new Set(Array.from({ length: MANY }, () => newId('user'))).size).toBe(MANY)
  })
})

test('a table prefix is nc_, four characters and two underscores', () => {
  expect(newTablePrefix()).toMatch(/^nc_[0-9a-z]{4}__$/)
})

describe('a token', () => {
  const tokens = Array.from({ length: MANY }, () => newToken())

  test('is 40 characters of the Nano ID alphabet', () => {
    expect(tokens.filter((token) => !/^[A-Za-z0-9_-]{40}$/.test(token))).toEqual([])
  })

  test('is another each time', () => {
    expect(new Set(tokens).size).toBe(MANY)
  })

  test('has each of the 64 letters about as often as any other', () => {
    const counts = new Map<string, number>()
    for (const letter of tokens.join('')) counts.set(letter, (counts.get(letter) ?? 0) + 1)
    const expected = (MANY * 40) / 64
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    expect(counts.size).toBe(64)
    // 63 degrees of freedom: beyond 135 once in a million runs.
    expect(chiSquare).toBeLessThan(135)
  })
})
