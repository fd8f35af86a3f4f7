import { describe, expect, test, vi } from 'vitest'
import {
  MAX_PASSWORD_LENGTH,
  hashPassword,
  needsRehash,
  passwordLength,
  verifyPassword,
} from '../../../src/control/auth/password'
import { fastest } from '../../support/fastest'

/** Slow on purpose, and one at a time. */
vi.setConfig({ testTimeout: 20_000 })

const PASSWORD = 'correct horse battery'
const SALT = new Uint8Array(16).fill(7)

describe.each([
  ['scrypt', /^\$scrypt\$ln=14,r=8,p=5\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/],
  ['pbkdf2', /^\$pbkdf2-sha256\$i=100000\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/],
] as const)('under the policy %s', (policy, shape) => {
  test('a hash is a PHC string that says how it was made', async () => {
    expect(await hashPassword(PASSWORD, policy)).toMatch(shape)
  })

  test('one password hashes to another string each time', async () => {
    expect(await hashPassword(PASSWORD, policy)).not.toBe(await hashPassword(PASSWORD, policy))
  })

  test('the right password fits and others do not', async () => {
    const hash = await hashPassword(PASSWORD, policy)
    expect(await verifyPassword(PASSWORD, hash, policy)).toBe(true)
    expect(await verifyPassword(`${PASSWORD} `, hash, policy)).toBe(false)
    expect(await verifyPassword(PASSWORD.toUpperCase(), hash, policy)).toBe(false)
    expect(await verifyPassword('', hash, policy)).toBe(false)
  })

  test('a hash of the other policy still fits, and wants to be made anew', async () => {
    const other = policy === 'scrypt' ? 'pbkdf2' : 'scrypt'
    const hash = await hashPassword(PASSWORD, other)
    expect(await verifyPassword(PASSWORD, hash, policy)).toBe(true)
    expect(needsRehash(hash, policy)).toBe(true)
    expect(needsRehash(await hashPassword(PASSWORD, policy), policy)).toBe(false)
  })
})

test('weaker parameters of the same algorithm still fit, and want to be made anew', async () => {
  // Made by node:crypto: scryptSync('correct horse battery', Buffer.alloc(16, 7), 32, { N: 1024, r: 8, p: 1 })
  const { scryptSync } = await import('node:crypto')
  const digest = scryptSync(PASSWORD, SALT, 32, { N: 1024, r: 8, p: 1 }).toString('base64').replaceAll('=', '')
  const hash = `$scrypt$ln=10,r=8,p=1$${Buffer.from(SALT).toString('base64').replaceAll('=', '')}$${digest}`
  expect(await verifyPassword(PASSWORD, hash, 'scrypt')).toBe(true)
  expect(needsRehash(hash, 'scrypt')).toBe(true)
})

test('what Workers do not allow is not in the policies: N·r·p up to 2^20, PBKDF2 up to 100,000', async () => {
  const [, ln, r, p] = (/ln=(\d+),r=(\d+),p=(\d+)/.exec(await hashPassword(PASSWORD, 'scrypt')) ?? []).map(Number)
  const cost = 2 ** (ln ?? 0) * (r ?? 0) * (p ?? 0)
  expect(cost).toBeLessThanOrEqual(2 ** 20)
  expect(cost).toBeGreaterThanOrEqual(655_360)
  expect(Number(/i=(\d+)/.exec(await hashPassword(PASSWORD, 'pbkdf2'))?.[1])).toBeLessThanOrEqual(100_000)
})

test('the whole password counts: 90 characters are not their first 72', async () => {
  const long = 'a'.repeat(72) + 'b'.repeat(18)
  const hash = await hashPassword(long, 'pbkdf2')
  expect(await verifyPassword(long, hash, 'pbkdf2')).toBe(true)
  expect(await verifyPassword(long.slice(0, 72), hash, 'pbkdf2')).toBe(false)
})

test('a NUL does not end a password', async () => {
  const hash = await hashPassword('abcdefgh\0ijkl', 'pbkdf2')
  expect(await verifyPassword('abcdefgh', hash, 'pbkdf2')).toBe(false)
  expect(await verifyPassword('abcdefgh\0mnop', hash, 'pbkdf2')).toBe(false)
})

test('one character is one, however the keyboard composes it (NFKC)', async () => {
  const hash = await hashPassword('Zu\u0308rich \ufb01ne', 'pbkdf2')
  expect(await verifyPassword('Z\u00fcrich fine', hash, 'pbkdf2')).toBe(true)
  expect(await verifyPassword('Zurich fine', hash, 'pbkdf2')).toBe(false)
})

test('every password that may be set can be verified: 256 Hangul syllables typed as 768 letters', async () => {
  const typed = '\u1112\u1161\u11ab'.repeat(256)
  expect(passwordLength(typed)).toBe(MAX_PASSWORD_LENGTH)
  expect(await verifyPassword(typed, await hashPassword(typed, 'pbkdf2'), 'pbkdf2')).toBe(true)
})

describe('without a hash', () => {
  test('no password fits', async () => {
    expect(await verifyPassword(PASSWORD, null, 'pbkdf2')).toBe(false)
  })

  test('the same work is done', async () => {
    const hash = await hashPassword(PASSWORD, 'scrypt')
    const time = async (stored: string | null) => {
      const start = performance.now()
      await verifyPassword('wrong password', stored, 'scrypt')
      return performance.now() - start
    }
    const best = async (stored: string | null) => Math.min(await time(stored), await time(stored), await time(stored))
    const ratio = (await best(null)) / (await best(hash))
    expect(ratio).toBeGreaterThan(0.5)
    expect(ratio).toBeLessThan(2)
  })
})

test('a stored hash of no known form is an error of ours, not a wrong password', async () => {
  await expect(verifyPassword(PASSWORD, '$argon2id$v=19$abc$def', 'scrypt')).rejects.toThrow('of no known form')
})

test('a password too long to be set is refused without hashing', async () => {
  const [password, hash] = ['a'.repeat(1_000_000), await hashPassword('a', 'pbkdf2', SALT)]
  const refuse = async () => expect(await verifyPassword(password, hash, 'scrypt')).toBe(false)
  expect(await fastest(500, refuse)).toBeLessThan(500)
})
