import { array, assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readList } from '../../../src/data/query/list'

describe('the items of a list', () => {
  test.each<[text: string, items: string[]]>([
    ['', ['']],
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    [' a , b ', ['a', 'b']],
    ['a,', ['a', '']],
    [',,', ['', '', '']],
    ['"x, y",z', ['x, y', 'z']],
    ['a, "x, y" , z', ['a', 'x, y', 'z']],
    ['" a "', [' a ']],
    ['""', ['']],
    ['"a)b(c"', ['a)b(c']],
    ['"say ""hi"""', ['say "hi"']],
    [String.raw`"say \"hi\"",b`, ['say "hi"', 'b']],
    [String.raw`"C:\\dir\\"`, [String.raw`C:\dir\ `.trim()]],
    [String.raw`"C:\dir"`, [String.raw`C:\dir`]],
    ['5",6"', ['5"', '6"']],
    ['a "b", c', ['a "b"', 'c']],
    [String.raw`C:\dir,\"`, [String.raw`C:\dir`, String.raw`\"`]],
  ])('%j', (text, items) => {
    expect(readList(text)).toEqual({ ok: true, items })
  })

  test.each<[text: string, at: number, message: string]>([
    ['"', 0, 'this quote is never closed'],
    ['a, "b', 3, 'this quote is never closed'],
    ['"a""', 0, 'this quote is never closed'],
    [String.raw`"a\"`, 0, 'this quote is never closed'],
    ['"a"b', 3, 'expected a comma or the end'],
    ['x,"a" "b"', 6, 'expected a comma or the end'],
  ])('%j is refused where it is wrong', (text, at, message) => {
    expect(readList(text)).toEqual({ ok: false, at, message: expect.stringContaining(message) })
  })

  test('any texts in quotes are read back as they are', () => {
    assert(
      property(array(string({ unit: constantFrom('a', '"', '\\', ',', ' ', ')', '\n', '📏') }), { minLength: 1 }), (items) => {
        const quoted = items.map((item) => `"${item.replaceAll('\\', '\\\\').replaceAll('"', '""')}"`)
        expect(readList(quoted.join(', '))).toEqual({ ok: true, items })
      }),
    )
  })
})
