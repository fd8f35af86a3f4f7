import { assert as check, jsonValue, property } from 'fast-check'
import { expect, test } from 'vitest'
import { ApiError, issuesOf } from '../../../src/errors'
import { checkJson } from '../../../src/http/json-text'
import { fastest } from '../../support/fastest'

/** What is said of a body, by path; [] for one that is fine. */
function issues(json: string): unknown {
  try {
    checkJson(json)
    return []
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return error.code === 'INVALID_REQUEST_BODY' ? issuesOf(error).map(({ path }) => path) : error.code
  }
}

test.each<[name: string, json: string, issues: unknown]>([
  ['numbers as programs write them', '[0.1, -2.50, 1e5, 9007199254740991, 3.141592653589793]', []],
  ['a number beyond every double', '{"Price":1e400}', ['Price']],
  ['a number that would be 0', '{"Price":-1e-400}', ['Price']],
  ['an integer beyond 2^53', '[{"Id":1},{"Id":9007199254740993}]', ['1.Id']],
  ['too many digits, deep inside', '{"Data":{"a":[1,{"b":0.1234567890123456789}]}}', ['Data.a.1.b']],
  ['several', '[1e400,"\\ud800",2,1e401]', ['0', '1', '3']],
  ['a number at the very end', '1e400', ['']],
  ['digits in a text', '{"Title":"1e400 12345678901234567890"}', []],
  ['a digit after an escaped quote', '{"Title":"a\\"1e400"}', []],
  ['a pair of surrogates', '{"Title":"\\ud83d\\ude00 \\uD83D\\uDE00"}', []],
  ['half a pair', '{"Title":"a\\ud83d"}', ['Title']],
  ['the other half', '{"Title":"\\ude00a"}', ['Title']],
  ['a pair the wrong way round', '{"Title":"\\ude00\\ud83d"}', ['Title']],
  ['half a pair and an escape that is none', '{"Title":"\\ud83d\\n"}', ['Title']],
  ['half a pair as a name', '{"Data":{"\\ud800":1}}', ['Data.\ufffd']],
  ['an escaped backslash before what looks like half a pair', '{"Title":"\\\\ud800"}', []],
  ['an escaped backslash before what looks like NUL', '{"Title":"\\\\u0000"}', []],
  ['NUL', '{"Title":"\\u0000"}', 'BAD_JSON'],
  ['NUL behind an escaped backslash', '{"Title":"\\\\\\u0000"}', 'BAD_JSON'],
  ['32 levels', '['.repeat(32) + ']'.repeat(32), []],
  ['33 levels', '['.repeat(33) + ']'.repeat(33), 'BAD_JSON'],
  ['brackets in a text', JSON.stringify('['.repeat(100)), []],
  ['what does not parse', '{"a":1e400', []],
  ['an open text', '"abc\\', []],
])('%s', (_, json, expected) => {
  expect(issues(json)).toEqual(expected)
})

test('of 1,000 bad numbers the first hundred are named', () => {
  expect(issues(`[${'1e400,'.repeat(1000)}1]`)).toEqual(Array.from({ length: 100 }, (_, index) => String(index)))
})

test('a large body is told where by its character alone, within a second', async () => {
  const text = `[${'1,'.repeat(1_000_000)}1e400]`
  expect(await fastest(1000, () => expect(() => checkJson(text)).toThrow('character 2000001:'))).toBeLessThan(1000)
})

test('whatever JSON.stringify writes is fine, NUL aside', () => {
  check(
    property(jsonValue({ maxDepth: 20 }), (value) => {
      const json = JSON.stringify(value)
      expect(issues(json)).toEqual(/(?:^|[^\\])(?:\\\\)*\\u0000/.test(json) ? 'BAD_JSON' : [])
    }),
  )
})
