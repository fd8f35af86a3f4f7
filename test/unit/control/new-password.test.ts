/** What is refused as a new password, wherever one is set. The service that knows leaked ones is a real server here. */
import { createHash } from 'node:crypto'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { commonPasswords } from '../../../scripts/common-passwords.mjs'
import type { BreachService } from '../../../src/control/auth/breached-passwords'
import { isCommonPassword } from '../../../src/control/auth/common-passwords'
import { newPasswordProblem } from '../../../src/control/auth/new-password'

const ADA = { email: 'ada.lovelace@example.org', hostname: 'tables.example.net', breaches: null }
const GOOD = 'correct horse battery'

const TOO_SHORT = 'The password must have at least 8 characters.'
const COMMON = /^This password is among the 10,000 commonest, which are tried first\. A few words in a row /
const OWN_NAME =
  /^The password must be more than the e-mail address, the name of this server or of latchkey\. A few words in a row /

describe('the length', () => {
  test.each([
    ['8 characters', 'kxqzvwjy', null],
    ['7 characters', 'kxqzvwj', TOO_SHORT],
    ['nothing', '', TOO_SHORT],
    ['8 characters outside the basic plane', '🛒'.repeat(8), null],
    ['7 such characters, which are 14 UTF-16 units', '🛒'.repeat(7), TOO_SHORT],
    ['8 blanks: any character is one', ' '.repeat(8), null],
    ['256 characters', 'ab'.repeat(128), null],
    ['257 characters', 'a'.repeat(257), 'The password must have at most 256 characters.'],
    ['256 Hangul syllables typed as 768 letters', '\u1112\u1161\u11ab'.repeat(256), null],
    ['one ligature that is 18 characters', '\ufdfa', null],
  ])('%s', async (_, password, problem) => {
    expect(await newPasswordProblem(password, ADA)).toBe(problem)
  })
})

describe('common passwords', () => {
  test('each of the 10,000 is refused, in capitals too', () => {
    const common = commonPasswords()
    expect(common).toHaveLength(10_000)
    expect(common.filter((password) => !isCommonPassword(password))).toEqual([])
    expect(common.filter((password) => !isCommonPassword(password.toUpperCase()))).toEqual([])
  })

  test.each(['password', 'PassWord', '12345678', 'qwertyuiop', '00000000', 'ｐａｓｓｗｏｒｄ', 'trustno1'])(
    '%s is refused',
    async (password) => {
      expect(await newPasswordProblem(password, ADA)).toMatch(COMMON)
    },
  )

  test('of 100,000 others at most 1 in 10,000 is taken for one', () => {
    const others = Array.from({ length: 100_000 }, (_, index) => `${index} others`)
    expect(others.filter(isCommonPassword).length).toBeLessThanOrEqual(10)
  })
})

describe('what a guesser knows', () => {
  test.each([
    'ada.lovelace@example.org',
    'ADA.Lovelace@Example.org',
    'ada.lovelace',
    'ada.lovelace1815',
    '1815 Ada.Lovelace!',
    'tables.example.net',
    'Tables.Example.Net:8787',
    'latchkey',
    'Latchkey2026!',
  ])('%s is refused', async (password) => {
    expect(await newPasswordProblem(password, ADA)).toMatch(OWN_NAME)
  })

  test.each(['ada loves engines', 'my latchkey is blue', 'lovelace and babbage', '18150210', '!!!!!!!!!!'])(
    '%s is more than that',
    async (password) => {
      expect(await newPasswordProblem(password, ADA)).toBeNull()
    },
  )

  test('a name without letters is compared as it is', async () => {
    const context = { email: '4915112345678@example.org', hostname: '203.0.113.77', breaches: null }
    expect(await newPasswordProblem('203.0.113.77', context)).toMatch(OWN_NAME)
    expect(await newPasswordProblem('4915112345678', context)).toMatch(OWN_NAME)
    expect(await newPasswordProblem('8765432115194', context)).toBeNull()
  })
})

describe('passwords that leaked', () => {
  const LEAKED = 'leaked but not common'
  const digest = createHash('sha1').update(LEAKED).digest('hex').toUpperCase()
  let server: Server | null = null
  const asked: (string | undefined)[] = []

  afterEach(() => {
    server?.closeAllConnections()
    server?.close()
    server = null
    asked.length = 0
    vi.restoreAllMocks()
  })

  /** Answers each question with `lines`; null: never. */
  async function serve(lines: string[] | null, status = 200): Promise<BreachService> {
    server = createServer((incoming, outgoing) => {
      asked.push(incoming.url)
      if (lines !== null) outgoing.writeHead(status).end(lines.join('\r\n'))
    })
    await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done))
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/range/`, timeLimit: 300 }
  }

  test('one is refused, and the service learns five digits of its hash', async () => {
    const breaches = await serve([`${'0'.repeat(35)}:3`, `${digest.slice(5)}:42`])
    expect(await newPasswordProblem(LEAKED, { ...ADA, breaches })).toMatch(
      /^This password is in a list of passwords that leaked somewhere/,
    )
    expect(asked).toEqual([`/range/${digest.slice(0, 5)}`])
  })

  test('one that is not among the answers is taken, and so is one that is only padding', async () => {
    const breaches = await serve([`${'0'.repeat(35)}:3`, `${digest.slice(5)}:0`])
    expect(await newPasswordProblem(LEAKED, { ...ADA, breaches })).toBeNull()
  })

  test('nothing is asked of a password that is refused anyway', async () => {
    const breaches = await serve([])
    expect(await newPasswordProblem('password', { ...ADA, breaches })).toMatch(COMMON)
    expect(asked).toEqual([])
  })

  test.each([
    ['does not answer in time', null, 200, 'TimeoutError'],
    ['has trouble of its own', [], 503, 'status 503'],
  ])('when the service %s the password is taken, and the log says so without it', async (_, lines, status, cause) => {
    const log = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const breaches = await serve(lines, status)
    expect(await newPasswordProblem(GOOD, { ...ADA, breaches })).toBeNull()
    expect(log.mock.calls).toEqual([[JSON.stringify({ breach_check: 'not done', cause })]])
  })

  test('a service that is not there keeps nobody out either', async () => {
    const log = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const breaches = { url: 'http://127.0.0.1:1/range/', timeLimit: 300 }
    expect(await newPasswordProblem(GOOD, { ...ADA, breaches })).toBeNull()
    expect(log).toHaveBeenCalledTimes(1)
  })
})
