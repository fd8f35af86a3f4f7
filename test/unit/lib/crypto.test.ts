import { expect, test } from 'vitest'
import { hmacSha256, sha256 } from '../../../src/lib/crypto'

test('sha256 is the one of FIPS 180-2, in lower-case hex', async () => {
  expect(await sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('hmacSha256 is the one of RFC 4231, case 2', async () => {
  const expected = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
  expect(await hmacSha256('Jefe', 'what do ya want for nothing?')).toBe(expected)
  expect(await hmacSha256('Jeff', 'what do ya want for nothing?')).not.toBe(expected)
})
