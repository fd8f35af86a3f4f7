/** Many sign-ins at once: a few get in, the others are told when to come back, and reads go on meanwhile. */
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { PASSWORD, createToken, request, succeed, superAdmin, unique } from '../support/client'

const FLOOD = 40

/** False when it is answered, and a moment has passed: here server, database and test share a thread. */
async function readOnce(token: string): Promise<false> {
  expect((await request('GET', '/api/v1/auth/user/me', { token })).status).toBe(200)
  return new Promise((done) => setTimeout(() => done(false), 2))
}

test('of forty sign-ins at once a few wait for their turn, the others are 503 at once, and reads are answered all the time', async () => {
  const { auth } = await superAdmin()
  const { token } = await createToken(auth)
  const body = { email: `${unique('flood')}@example.org`, password: PASSWORD }
  await succeed(request('POST', '/api/v1/auth/user/signup', { body }))

  let reads = 0
  const flood = Promise.all(Array.from({ length: FLOOD }, () => request('POST', '/api/v1/auth/user/signin', { body })))
  const isOver = flood.then(() => true)
  while (!(await Promise.race([isOver, readOnce(token)]))) reads += 1
  const answers = await flood

  const signedIn = answers.filter(({ status }) => status === 200)
  const refused = answers.filter(({ status }) => status === 503)
  expect(signedIn.length + refused.length).toBe(FLOOD)
  expect(signedIn.length).toBeGreaterThan(4)
  expect(refused.length).toBeGreaterThan(FLOOD / 2)
  for (const { body: refusal, headers } of refused) {
    expect([refusal.error, headers.get('retry-after')]).toEqual(['SERVER_BUSY', '2'])
  }
  // Without pauses between hashes a read, which needs several turns of the event loop, waits for several of them.
  expect(reads).toBeGreaterThan(signedIn.length)
}, 30_000)

test('who was told to come back is let in then, and was not counted as a failure', async () => {
  const body = { email: `${unique('flood')}@example.org`, password: PASSWORD }
  const again = async (): Promise<number> => {
    const { status } = await request('POST', '/api/v1/auth/user/signup', { body })
    return status === 503 ? again() : status
  }
  expect(await again()).toBe(200)
  await Promise.all(Array.from({ length: FLOOD }, () => request('POST', '/api/v1/auth/user/signin', { body })))
  await new Promise((done) => setTimeout(done, 2000))
  expect((await request('POST', '/api/v1/auth/user/signin', { body })).status).toBe(200)
  const { results } = await env.DB.prepare('SELECT count FROM attempts WHERE count > 0').all()
  expect(results).toEqual([])
  const failures = await env.DB.prepare(`SELECT * FROM audit_events WHERE action = 'sign_in.failed'`).all()
  expect(failures.results).toEqual([])
}, 30_000)
