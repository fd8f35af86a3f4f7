import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_ITEM_BYTES, isLongerAsJson, jsonChunks } from '../../../src/lib/json'
import { D1_LIMITS } from '../../../src/lib/sql'

const bytesOf = (text: string) => new TextEncoder().encode(text).length

describe('chunks', () => {
  test('hold nothing for no items', () => {
    expect(jsonChunks([])).toEqual([])
  })

  test('hold all items, in order', () => {
    const items = [1, null, 'a"b', [2.5], { k: [1], c1: 'ü' }]
    expect(jsonChunks(items)).toEqual([{ json: JSON.stringify(items), count: 5 }])
  })

  test('are as few as fit, each within what D1 takes as one string', () => {
    const items = Array.from({ length: 50 }, (_, index) => [index, 'ü'.repeat(50_000)])
    const chunks = jsonChunks(items)
    expect(chunks.map(({ count }) => count)).toEqual([19, 19, 12])
    expect(chunks.flatMap(({ json }) => JSON.parse(json))).toEqual(items)
    for (const { json } of chunks) expect(bytesOf(json)).toBeLessThanOrEqual(D1_LIMITS.rowBytes)
  })

  test('hold the longest item there may be, with its key', () => {
    const longest = 'x'.repeat(MAX_ITEM_BYTES - 4)
    const [chunk, ...more] = jsonChunks([{ k: 'k'.repeat(9000), c1: longest }])
    expect(more).toEqual([])
    expect(bytesOf(chunk?.json ?? '')).toBeLessThanOrEqual(D1_LIMITS.rowBytes)
  })
})

describe('the length as JSON', () => {
  test.each<[string, string, number]>([
    ['plain text', 'x'.repeat(10), 14],
    ['quotes', '"'.repeat(10), 24],
    ['control characters', '\u0001'.repeat(10), 64],
    ['letters of two bytes', 'ü'.repeat(10), 24],
    ['pairs of four bytes', '💥'.repeat(10), 44],
  ])('of %s is exact', (_, text, bytes) => {
    expect([isLongerAsJson([text], bytes - 1), isLongerAsJson([text], bytes)]).toEqual([true, false])
  })

  test('of anything is that of its JSON', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.double({ noNaN: true }), fc.constant(null))
    fc.assert(
      fc.property(fc.array(value), fc.nat(400), (values, bytes) => {
        expect(isLongerAsJson(values, bytes)).toBe(bytesOf(JSON.stringify(values)) > bytes)
      }),
    )
  })
})
