import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { REFUSALS_A_MINUTE } from '../../src/control/auth/refusals'
import { signAuthToken } from '../../src/control/auth/auth-token'
import type { Bindings } from '../../src/config'
import { createToken, randomAddress, request, signUp, superAdmin } from '../support/client'
import { tapD1 } from '../support/tap-d1'

const PATH = '/api/v1/db/meta/projects'

/** The control database with a count of its calls. */
function counted(): { bindings: Bindings; calls: () => number } {
  let calls = 0
  const DB = tapD1(env.DB, {
    before: () => {
      calls += 1
    },
  })
  return { bindings: { ...env, DB }, calls: () => calls }
}

async function repeat(times: number, token: string, address: string, bindings: Bindings): Promise<number[]> {
  const statuses: number[] = []
  for (let time = 0; time < times; time++) {
    const answer = await request('GET', PATH, { token, env: bindings, headers: { 'cf-connecting-ip': address } })
    statuses.push(answer.status)
  }
  return statuses
}

test('a bad token costs one read a try, and after ten tries in a minute none: 429 with Retry-After', async () => {
  const { bindings, calls } = counted()
  const [address, token] = [randomAddress(), 'x'.repeat(40)]
  expect(await repeat(REFUSALS_A_MINUTE, token, address, bindings)).toEqual(Array(10).fill(401))
  expect(calls()).toBe(10)
  const refused = await request('GET', PATH, { token, env: bindings, headers: { 'cf-connecting-ip': address } })
  expect(refused.status).toBe(429)
  expect(refused.body.error).toBe('TOO_MANY_REQUESTS')
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60)
  expect(calls()).toBe(10)
})

test('another address, another token, and a good token of the same address are not held up', async () => {
  const { bindings } = counted()
  const { auth } = await superAdmin()
  const { token: good } = await createToken(auth)
  const [address, bad] = [randomAddress(), 'y'.repeat(40)]
  expect((await repeat(REFUSALS_A_MINUTE + 1, bad, address, bindings)).at(-1)).toBe(429)
  expect(await repeat(1, bad, randomAddress(), bindings)).toEqual([401])
  expect(await repeat(1, 'z'.repeat(40), address, bindings)).toEqual([401])
  expect(await repeat(1, good, address, bindings)).toEqual([200])
})

test('a good token is never refused for having been used often, and a deleted one is refused at once', async () => {
  const { bindings } = counted()
  const { auth } = await superAdmin()
  const { id, token } = await createToken(auth)
  const address = randomAddress()
  expect(await repeat(REFUSALS_A_MINUTE + 5, token, address, bindings)).toEqual(Array(15).fill(200))
  expect((await request('DELETE', `/api/v1/tokens/${id}`, { auth })).status).toBe(200)
  expect(await repeat(1, token, address, bindings)).toEqual([401])
})

test('an expired, a malformed and a mistyped token cost no read, and are never a 429: a page that polls learns to sign in', async () => {
  const { bindings, calls } = counted()
  const { id } = await superAdmin()
  const expired = await signAuthToken(
    { id, email: '', firstname: null, lastname: null, roles: '', tokenVersion: '', sessionId: 'se_' },
    { secret: env.NC_AUTH_JWT_SECRET, lifetime: 60, now: Date.now() - 3_600_000 },
  )
  const headers = { 'cf-connecting-ip': randomAddress() }
  for (const shown of [{ auth: expired }, { auth: 'x'.repeat(10_000) }, { token: 'x'.repeat(10_000) }]) {
    for (let time = 0; time <= REFUSALS_A_MINUTE; time++) {
      expect((await request('GET', PATH, { ...shown, env: bindings, headers })).status).toBe(401)
    }
  }
  expect(calls()).toBe(0)
})

test('a revoked Auth Token is refused unread after ten tries; a good API Token beside it still counts', async () => {
  const { bindings, calls } = counted()
  const person = await signUp()
  const { token } = await createToken(person.auth)
  await request('POST', '/api/v1/auth/user/signout', { auth: person.auth, refresh: person.refresh })
  const headers = { 'cf-connecting-ip': randomAddress() }
  const shown = { auth: person.auth, env: bindings, headers }
  const statuses: number[] = []
  for (let time = 0; time <= REFUSALS_A_MINUTE; time++) statuses.push((await request('GET', PATH, shown)).status)
  expect(statuses).toEqual([...Array(10).fill(401), 429])
  expect(calls()).toBe(10)
  expect((await request('GET', PATH, { ...shown, token })).status).toBe(200)
})
