import { describe as suite, expect, test } from 'vitest'
import { asAuthorization, claimsOf, cleaned, describe, headersOf, schemeFor } from '../../../public/docs/tokens.js'

const API_TOKEN = 'abcd' + 'x'.repeat(32) + 'wxyz'
const NOW = Date.UTC(2026, 0, 31)
const jwt = (payload: object) => `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.sig`
const endingIn = (minutes: number) => jwt({ email: 'zoë@example.org', exp: NOW / 1000 + minutes * 60 })

test.each([
  ['bearer', endingIn(5), 'xcAuth'],
  ['xcToken', endingIn(5), 'xcAuth'],
  ['xcAuth', endingIn(5), 'xcAuth'],
  ['xcAuth', API_TOKEN, 'xcToken'],
  ['xcToken', API_TOKEN, 'xcToken'],
  ['bearer', API_TOKEN, 'bearer'],
  ['xcAuth', 'nonsense', 'xcAuth'],
  ['bearer', 'a.b', 'bearer'],
])('in the box %s, %s is for %s', (box, token, scheme) => {
  expect(schemeFor(box, token)).toBe(scheme)
})

suite('what is said of the tokens in use', () => {
  test.each([
    [{}, 'No token in use'],
    [{ xcAuth: endingIn(600) }, 'Auth Token of zoë@example.org, expires in 10 hours'],
    [{ xcAuth: endingIn(1) }, 'Auth Token of zoë@example.org, expires in 1 minute'],
    [{ xcAuth: endingIn(119) }, 'Auth Token of zoë@example.org, expires in 119 minutes'],
    [{ xcAuth: endingIn(60 * 24 * 7) }, 'Auth Token of zoë@example.org, expires in 7 days'],
    [{ xcAuth: endingIn(0) }, 'Auth Token of zoë@example.org, expired'],
    [{ xcAuth: 'a.b.c' }, 'Auth Token'],
    [{ xcToken: API_TOKEN }, 'API Token abcd…wxyz'],
    [{ xcToken: API_TOKEN, bearer: API_TOKEN }, 'API Token abcd…wxyz'],
    [{ xcAuth: endingIn(60), xcToken: API_TOKEN }, 'Auth Token of zoë@example.org, expires in 60 minutes; API Token abcd…wxyz'],
  ])('%o', (authorization, text) => {
    expect(describe(authorization, NOW).text).toBe(text)
  })

  test('an expired one is over, unless an API Token is there as well', () => {
    expect(describe({ xcAuth: endingIn(-1) }, NOW).isOver).toBe(true)
    expect(describe({ xcAuth: endingIn(-1), bearer: API_TOKEN }, NOW).isOver).toBe(false)
    expect(describe({ xcAuth: endingIn(1) }, NOW).isOver).toBe(false)
  })
})

test('what is pasted with a token is taken off', () => {
  expect([cleaned(' Bearer abc\n'), cleaned('bearer  abc'), cleaned('abc')]).toEqual(['abc', 'abc', 'abc'])
})

test('claims of what is no JWT are none', () => {
  for (const token of [undefined, '', 'a', 'a.b.c', 'e30.bm8.x', jwt({ exp: 'soon', email: 1 })]) {
    expect(claimsOf(token)).toEqual({ email: null, endsAt: null })
  }
})

test('of what was stored only tokens for known schemes are taken, each in its header', () => {
  const authorization = asAuthorization({ xcAuth: 'a', bearer: 'b', other: 'c', xcToken: 1 })
  expect(headersOf(authorization)).toEqual({ 'xc-auth': 'a', authorization: 'Bearer b' })
  expect(asAuthorization(null)).toEqual({})
})
