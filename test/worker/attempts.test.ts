/** Limits on guessing: counted before any password is hashed, per account and per address. */
import { env } from 'cloudflare:workers'
import { createScheduledController } from 'cloudflare:test'
import { describe, expect, test } from 'vitest'
import { FAILURES_OF_ACCOUNT } from '../../src/control/auth/attempts'
import type { Bindings } from '../../src/config'
import worker from '../../src/index'
import { PASSWORD, dump, randomAddress, request, signUp, superAdmin, unique } from '../support/client'
import { tapD1 } from '../support/tap-d1'

/** The binding's windows follow the clock, so that a run of tries may lie across two of them: twice the limit, and one. */
const TRIES = 61

/** With the hash that takes a tenth of the time. */
const quick: Bindings = { ...env, NC_PASSWORD_HASH: 'pbkdf2' }

const signin = (email: string, headers: Record<string, string> = {}, password = 'wrong password') =>
  request('POST', '/api/v1/auth/user/signin', { body: { email, password }, headers, env: quick })

/** How many tries were answered before the first 429, and that answer. */
async function until429(tries: number, attempt: (index: number) => ReturnType<typeof request>) {
  for (let index = 0; index < tries; index++) {
    const answer = await attempt(index)
    if (answer.status === 429) return { answered: index, answer }
  }
  throw new Error(`no 429 within ${tries} tries`)
}

const counts = () => dump(env.DB).then(({ attempts = [] }) => attempts)

describe('wrong passwords for an account', () => {
  test('are ten from one address, then 429 and Retry-After; the right one too', async () => {
    const { email } = await signUp()
    const headers = { 'cf-connecting-ip': randomAddress() }
    const { answered, answer } = await until429(11, () => signin(email, headers))
    expect(answered).toBe(10)
    const message = 'Too many attempts. Try again in 5 minutes.'
    expect(answer.body).toEqual({ error: 'TOO_MANY_REQUESTS', message, msg: message })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(290)
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(300)
    expect((await signin(email, headers, PASSWORD)).status).toBe(429)
  })

  test('lock nobody out who comes from another address', async () => {
    const { email } = await signUp()
    const headers = { 'cf-connecting-ip': randomAddress() }
    await until429(11, () => signin(email, headers))
    expect((await signin(email, {}, PASSWORD)).status).toBe(200)
  })

  test('of many at once are ten too: each counts before its password is looked at', async () => {
    const { email } = await signUp()
    const headers = { 'cf-connecting-ip': randomAddress() }
    const answers = await Promise.all(Array.from({ length: 20 }, () => signin(email, headers)))
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(10)
  })

  test('are forgotten by the right one, which counts for nothing', async () => {
    const { email } = await signUp()
    const headers = { 'cf-connecting-ip': randomAddress() }
    for (let round = 0; round < 2; round++) {
      for (let wrong = 0; wrong < 9; wrong++) expect((await signin(email, headers)).status).toBe(400)
      expect((await signin(email, headers, PASSWORD)).status).toBe(200)
    }
    // Of the account alone they stay.
    expect((await counts()).map(({ count }) => count)).toContain(18)
    const other = { 'cf-connecting-ip': randomAddress() }
    const before = await counts()
    for (let time = 0; time < 12; time++) expect((await signin(email, other, PASSWORD)).status).toBe(200)
    expect(await counts()).toEqual(before)
  }, 40_000)

  test('begin anew when their window is over', async () => {
    const { email } = await signUp()
    const headers = { 'cf-connecting-ip': randomAddress() }
    await until429(11, () => signin(email, headers))
    await env.DB.prepare('UPDATE attempts SET until = ?').bind(Date.now()).run()
    expect((await signin(email, headers)).status).toBe(400)
    expect((await signin(email, headers, PASSWORD)).status).toBe(200)
  })

  test('end for all addresses where a thousand failed in an hour, and not before', async () => {
    const { email } = await signUp()
    await env.DB.prepare('DELETE FROM attempts').run()
    expect((await signin(email)).status).toBe(400)
    const [account] = (await counts()).toSorted((one, other) => Number(other['until']) - Number(one['until']))
    const setTo = (count: number) =>
      env.DB.prepare('UPDATE attempts SET count = ? WHERE key = ?').bind(count, account?.['key']).run()
    await setTo(FAILURES_OF_ACCOUNT.tries - 1)
    expect((await signin(email, {}, PASSWORD)).status).toBe(200)
    await setTo(FAILURES_OF_ACCOUNT.tries)
    const { status, headers } = await signin(email, {}, PASSWORD)
    expect(status).toBe(429)
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(3500)
  })

  test('from an address beyond its limit no longer count against the account', async () => {
    const { email } = await signUp()
    await env.DB.prepare('DELETE FROM attempts').run()
    const headers = { 'cf-connecting-ip': randomAddress() }
    for (let time = 0; time < 15; time++) await signin(email, headers)
    expect((await counts()).map(({ count }) => count).toSorted()).toEqual([10, 15])
  })

  test('are refused before the password is hashed, also the right one', async () => {
    await superAdmin()
    const email = `${unique('scrypt')}@example.org`
    await request('POST', '/api/v1/auth/user/signup', { body: { email, password: PASSWORD } })
    const headers = { 'cf-connecting-ip': randomAddress() }
    const time = async (password: string) => {
      const start = performance.now()
      const { status } = await request('POST', '/api/v1/auth/user/signin', { body: { email, password }, headers })
      return { status, took: performance.now() - start }
    }
    const hashed = await time('wrong password')
    await until429(10, () => signin(email, headers))
    const refused = [await time(PASSWORD), await time(PASSWORD), await time(PASSWORD)]
    expect(hashed.status).toBe(400)
    expect(refused.map(({ status }) => status)).toEqual([429, 429, 429])
    expect(Math.min(...refused.map(({ took }) => took))).toBeLessThan(hashed.took / 3)
  })

  test('count alike however the e-mail is written', async () => {
    const { email } = await signUp()
    const spellings = [
      email,
      email.toUpperCase(),
      ` ${email}`,
      `${email}\t`,
      email.replace('@example', '@EXAMPLE'),
      email.replace('u', 'U'),
    ]
    const headers = { 'cf-connecting-ip': randomAddress() }
    const { answered } = await until429(11, (index) => signin(spellings[index % spellings.length] ?? email, headers))
    expect(answered).toBe(10)
  })

  test('count for an e-mail without an account as for one with', async () => {
    const headers = { 'cf-connecting-ip': randomAddress() }
    const email = `${unique('nobody')}@example.org`
    expect((await until429(11, () => signin(email, headers))).answered).toBe(10)
  })

  test('count over sign-in and password change together', async () => {
    const ada = await signUp()
    const headers = { 'cf-connecting-ip': randomAddress() }
    const change = () => {
      const body = { currentPassword: 'wrong password', newPassword: 'a new password' }
      return request('POST', '/api/v1/auth/password/change', { auth: ada.auth, body, headers, env: quick })
    }
    expect((await until429(11, (index) => (index % 2 === 0 ? change() : signin(ada.email, headers)))).answered).toBe(10)
  })

  test('are counted under keys that name nobody', async () => {
    await signin(`${unique('nobody')}@example.org`, { 'cf-connecting-ip': '203.0.113.77' })
    for (const { key } of await counts()) expect(key).toMatch(/^[0-9a-f]{64}$/)
  })

  test('are forgotten by the scheduled job when their window is over', async () => {
    await signin(`${unique('nobody')}@example.org`)
    await env.DB.prepare('UPDATE attempts SET until = ?')
      .bind(Date.now() - 1)
      .run()
    await signin(`${unique('nobody')}@example.org`)
    await worker.scheduled(createScheduledController(), env)
    expect((await counts()).map(({ count }) => count)).toEqual([1, 1])
  })
})

describe('where no address is known', () => {
  test('clients have no count in common: one that fails leaves the others alone', async () => {
    const { email } = await signUp()
    const unnamed = { 'cf-connecting-ip': '' }
    for (let time = 0; time < 15; time++) expect((await signin(email, unnamed)).status).toBe(400)
    expect((await signin(email, unnamed, PASSWORD)).status).toBe(200)
    const validate = () => request('POST', '/api/v1/auth/token/validate/nothing', { headers: unnamed })
    for (let time = 0; time < TRIES; time++) expect((await validate()).status).toBe(400)
  })
})

describe('reset links', () => {
  const mailing = () => {
    const tokens: string[] = []
    const send = ({ text }: { text: string }) => Promise.resolve(void tokens.push(/\/([\w-]{40})\n/.exec(text)?.[1] ?? ''))
    const mail = { MAIL: { send }, NC_MAIL_FROM: 'noreply@example.org', NC_PUBLIC_URL: 'http://localhost' }
    return { tokens, bindings: { ...quick, ...mail } as unknown as Bindings }
  }
  const forgot = (email: string, bindings: Bindings) =>
    request('POST', '/api/v1/auth/password/forgot', { body: { email }, env: bindings })

  test('are three an hour for an account, and each that was mailed works', async () => {
    const { email } = await signUp()
    const { tokens, bindings } = mailing()
    for (let time = 0; time < 3; time++) expect((await forgot(email, bindings)).status).toBe(200)
    const refused = await forgot(email, bindings)
    expect([refused.status, refused.body.message]).toEqual([
      429,
      'Links for this address were mailed already, and still work. Try again in 60 minutes.',
    ])
    expect(tokens).toHaveLength(3)
    for (const token of tokens) {
      expect((await request('POST', `/api/v1/auth/token/validate/${token}`)).status).toBe(200)
    }
    const body = { password: 'a new password' }
    expect((await request('POST', `/api/v1/auth/password/reset/${tokens[0]}`, { body })).status).toBe(200)
    for (const token of tokens) {
      expect((await request('POST', `/api/v1/auth/token/validate/${token}`)).body.error).toBe('INVALID_RESET_TOKEN')
    }
  })

  test('are counted for an e-mail without an account as for one with', async () => {
    const { bindings } = mailing()
    const email = `${unique('nobody')}@example.org`
    expect((await until429(4, () => forgot(email, bindings))).answered).toBe(3)
  })

  test('do not count as guesses, nor guesses as them', async () => {
    const { email } = await signUp()
    const { bindings } = mailing()
    await until429(4, () => forgot(email, bindings))
    expect((await signin(email, {}, PASSWORD)).status).toBe(200)
    const other = await signUp()
    const headers = { 'cf-connecting-ip': randomAddress() }
    await until429(11, () => signin(other.email, headers))
    expect((await forgot(other.email, bindings)).status).toBe(200)
  })
})

describe('tries from one address', () => {
  const validate = (headers: Record<string, string>) => request('POST', '/api/v1/auth/token/validate/nothing', { headers })

  test('end after thirty a minute, whatever they try', async () => {
    const address = { 'cf-connecting-ip': randomAddress() }
    const { answered, answer } = await until429(TRIES, () => validate(address))
    expect(answered).toBeGreaterThanOrEqual(30)
    expect(answer.headers.get('retry-after')).toBe('60')
  })

  test('end for resets too, before any of them asks the database', async () => {
    let calls = 0
    const DB = tapD1(env.DB, { before: () => void (calls += 1) })
    const tapped = { ...env, DB }
    const headers = { 'cf-connecting-ip': randomAddress() }
    const reset = () =>
      request('POST', '/api/v1/auth/password/reset/nothing', { body: { password: PASSWORD }, headers, env: tapped })
    const { answered } = await until429(TRIES, reset)
    expect(calls).toBe(answered)
  })

  test('are not told apart by headers that the client writes', async () => {
    const address = randomAddress()
    const { answered } = await until429(TRIES, () => {
      const forged = randomAddress()
      return validate({
        'cf-connecting-ip': address,
        'x-forwarded-for': forged,
        'x-real-ip': forged,
        'true-client-ip': forged,
        forwarded: `for=${forged}`,
      })
    })
    expect(answered).toBeLessThanOrEqual(60)
  })

  test('of one IPv6 /56 are those of one address', async () => {
    const network = `2001:db8:${unique('a').slice(-1)}`
    const { answered } = await until429(TRIES, (index) =>
      validate({ 'cf-connecting-ip': `${network}:${(index + 16).toString(16)}::1` }),
    )
    expect(answered).toBeLessThanOrEqual(60)
  })

  test('count refreshes too', async () => {
    const { refresh } = await signUp()
    const headers = { 'cf-connecting-ip': randomAddress() }
    const again = () => request('POST', '/api/v1/auth/token/refresh', { refresh: 'x'.repeat(40), headers })
    expect((await until429(TRIES, again)).answered).toBeGreaterThanOrEqual(30)
    expect((await request('POST', '/api/v1/auth/token/refresh', { refresh })).status).toBe(200)
  })

  test('leave other addresses alone', async () => {
    const address = { 'cf-connecting-ip': randomAddress() }
    await until429(TRIES, () => validate(address))
    expect((await validate({ 'cf-connecting-ip': randomAddress() })).status).toBe(400)
  })
})
