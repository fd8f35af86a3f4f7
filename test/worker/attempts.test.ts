/** Limits on guessing: counted before any password is hashed, per account and per address. */
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { PASSWORD, randomAddress, request, signUp, superAdmin, unique } from '../support/client'
import { tapD1 } from '../support/tap-d1'

/** Windows follow the clock, so that a run of tries may lie across two of them: twice the limit, and one. */
const TRIES = { account: 21, address: 61 }

const signin = (email: string, headers: Record<string, string> = {}) =>
  request('POST', '/api/v1/auth/user/signin', { body: { email, password: 'wrong password' }, headers })

/** How many tries were answered before the first 429, and that answer. */
async function until429(tries: number, attempt: (index: number) => ReturnType<typeof request>) {
  for (let index = 0; index < tries; index++) {
    const answer = await attempt(index)
    if (answer.status === 429) return { answered: index, answer }
  }
  throw new Error(`no 429 within ${tries} tries`)
}

describe('tries against one account', () => {
  test('end after ten a minute with 429 and Retry-After', async () => {
    const { email } = await signUp()
    const { answered, answer } = await until429(TRIES.account, () => signin(email))
    // The sign-up was one too.
    expect(answered).toBeGreaterThanOrEqual(9)
    expect(answer.body).toEqual({
      error: 'TOO_MANY_REQUESTS',
      message: 'Too many attempts; try again in a minute.',
      msg: 'Too many attempts; try again in a minute.',
    })
    expect(answer.headers.get('retry-after')).toBe('60')
  })

  test('are refused before the password is hashed, also the right one', async () => {
    await superAdmin()
    const email = `${unique('scrypt')}@example.org`
    await request('POST', '/api/v1/auth/user/signup', { body: { email, password: PASSWORD } })
    const time = async (password: string) => {
      const start = performance.now()
      const { status } = await request('POST', '/api/v1/auth/user/signin', { body: { email, password } })
      return { status, took: performance.now() - start }
    }
    const hashed = await time('wrong password')
    await until429(TRIES.account, () => signin(email))
    const refused = [await time(PASSWORD), await time(PASSWORD), await time(PASSWORD)]
    expect(hashed.status).toBe(400)
    // A new window may open between two of them, not between all.
    expect(refused.map(({ status }) => status)).toContain(429)
    const fastest = Math.min(...refused.filter(({ status }) => status === 429).map(({ took }) => took))
    expect(fastest).toBeLessThan(hashed.took / 3)
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
    const { answered } = await until429(TRIES.account, (index) => signin(spellings[index % spellings.length] ?? email))
    expect(answered).toBeLessThanOrEqual(20)
  })

  test('count for an e-mail without an account as for one with', async () => {
    const email = `${unique('nobody')}@example.org`
    expect((await until429(TRIES.account, () => signin(email))).answered).toBeGreaterThanOrEqual(10)
  })

  test('count over sign-in, sign-up, forgot and password change together', async () => {
    const ada = await signUp()
    const ways = [
      () => signin(ada.email),
      () => request('POST', '/api/v1/auth/user/signup', { body: { email: ada.email, password: PASSWORD } }),
      () => request('POST', '/api/v1/auth/password/forgot', { body: { email: ada.email } }),
      () => {
        const body = { currentPassword: 'wrong password', newPassword: 'a new password' }
        return request('POST', '/api/v1/auth/password/change', { auth: ada.auth, body })
      },
    ]
    const { answered } = await until429(TRIES.account, (index) => ways[index % ways.length]?.() ?? signin(ada.email))
    expect(answered).toBeLessThanOrEqual(20)
  })

  test('leave other accounts alone', async () => {
    const [ada, bob] = [await signUp(), await signUp()]
    await until429(TRIES.account, () => signin(ada.email))
    expect((await signin(bob.email)).status).toBe(400)
  })
})

describe('tries from one address', () => {
  const validate = (headers: Record<string, string>) => request('POST', '/api/v1/auth/token/validate/nothing', { headers })

  test('end after thirty a minute, whatever they try', async () => {
    const address = { 'cf-connecting-ip': randomAddress() }
    const { answered, answer } = await until429(TRIES.address, () => validate(address))
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
    const { answered } = await until429(TRIES.address, reset)
    expect(calls).toBe(answered)
  })

  test('are not told apart by headers that the client writes', async () => {
    const address = randomAddress()
    const { answered } = await until429(TRIES.address, () => {
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

  test('of one IPv6 /64 are those of one address', async () => {
    const network = `2001:db8:${unique('a').slice(-1)}:1`
    const { answered } = await until429(TRIES.address, (index) => validate({ 'cf-connecting-ip': `${network}:${index}:2:3:4` }))
    expect(answered).toBeLessThanOrEqual(60)
  })

  test('beyond the limit no longer count against an account', async () => {
    const { email } = await signUp()
    const address = { 'cf-connecting-ip': randomAddress() }
    await until429(TRIES.address, () => validate(address))
    const flood = await Promise.all(Array.from({ length: 15 }, () => signin(email, address)))
    // Were they counted, or let through as a new window opens, the account would be locked now; a few may be.
    if (flood.every(({ status }) => status === 429)) expect((await signin(email)).status).toBe(400)
  })

  test('leave other addresses alone', async () => {
    const address = { 'cf-connecting-ip': randomAddress() }
    await until429(TRIES.address, () => validate(address))
    expect((await validate({ 'cf-connecting-ip': randomAddress() })).status).toBe(400)
  })
})
