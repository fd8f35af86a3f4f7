/** D1 away, overloaded or slow: 503, and how long anyone waits for it. d1-faults.test.ts fails every call of every route. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Bindings } from '../../src/config'
import {
  PASSWORD,
  type Person,
  createProject,
  createTable,
  createToken,
  refreshTokenOf,
  request,
  signUp,
  signUpCreator,
  succeed,
  superAdmin,
} from '../support/client'
import { type Tap, tapD1 } from '../support/tap-d1'
import { MESSAGES } from '../support/walk'
import { fastest } from '../support/fastest'

const error = (message: string): never => {
  throw new Error(message)
}

const withTap = (tap: Tap): Bindings => ({ ...env, NC_PASSWORD_HASH: 'pbkdf2', DB: tapD1(env.DB, tap) })

let admin: Person
let ada: Person

beforeAll(async () => {
  admin = await superAdmin()
  ada = await signUpCreator()
  vi.spyOn(console, 'error').mockImplementation(() => {})
})

function expectUnavailable({ status, headers, body }: Awaited<ReturnType<typeof request>>): void {
  const message = 'The database is not available right now; try again shortly.'
  expect([status, body]).toEqual([
    503,
    { error: 'DATABASE_UNAVAILABLE', message, msg: message, request_id: headers.get('x-request-id') },
  ])
  expect(headers.get('retry-after')).toBe('2')
  expect(headers.get('set-cookie')).toBeNull()
  expect(headers.get('www-authenticate')).toBeNull()
}

describe.each(MESSAGES)('"%s"', (message) => {
  test('is 503 for a read and for a write, and says nothing of itself', async () => {
    const bindings = withTap({ before: () => error(message) })
    for (const [method, path, body] of [
      ['GET', '/api/v1/db/meta/projects', undefined],
      ['POST', '/api/v1/tokens', {}],
    ] as const) {
      expectUnavailable(await request(method, path, { auth: ada.auth, body, env: bindings }))
    }
  })
})

test('a good API Token is 503, not 401, while D1 is away', async () => {
  const { token } = await createToken(ada.auth)
  expectUnavailable(await request('GET', '/api/v1/auth/user/me', { token, env: withTap({ before: () => error(MESSAGES[0]) }) }))
  expect((await request('GET', '/api/v1/auth/user/me', { token })).status).toBe(200)
})

test('a refresh that failed has not spent its token', async () => {
  const { refresh } = await signUp()
  const broken = withTap({ before: () => error(MESSAGES[0]) })
  expectUnavailable(await request('POST', '/api/v1/auth/token/refresh', { refresh, env: broken }))
  const { headers } = await succeed(request('POST', '/api/v1/auth/token/refresh', { refresh }))
  expect(refreshTokenOf(headers)).toMatch(/^[\w-]{40}$/)
})

describe('the super admin of the settings', () => {
  test('is made at the next request when the first one found D1 away', async () => {
    let isDown = true
    const bindings = {
      ...withTap({ before: () => void (isDown && error(MESSAGES[0])) }),
      NC_ADMIN_EMAIL: 'late@example.org',
      NC_ADMIN_PASSWORD: PASSWORD,
    }
    expectUnavailable(await request('GET', '/api/v1/db/meta/nocodb/info', { env: bindings }))
    isDown = false
    const body = { email: 'late@example.org', password: PASSWORD }
    expect((await request('POST', '/api/v1/auth/user/signin', { body, env: bindings })).status).toBe(200)
  })
})

describe('what needs no database', () => {
  test.each(['/api/v1/health', '/api/v1/version', '/openapi.json', '/docs'])('%s answers while D1 is away', async (path) => {
    const bindings = {
      ...withTap({ before: () => error(MESSAGES[0]) }),
      DATA: tapD1(env.DATA, { before: () => error(MESSAGES[0]) }),
      NC_ADMIN_EMAIL: 'late@example.org',
      NC_ADMIN_PASSWORD: PASSWORD,
    }
    expect((await request('GET', path, { env: bindings })).status).toBe(200)
  })
})

describe('ready', () => {
  test.each(['DB', 'DATA'] as const)('is 503 when %s is away', async (name) => {
    const bindings = { ...env, [name]: tapD1(env[name], { before: () => error(MESSAGES[0]) }) }
    expectUnavailable(await request('GET', '/api/v1/ready', { env: bindings }))
  })

  test('is 503 within a second and a half when a database does not answer', async () => {
    const silent = { ...env, DATA: tapD1(env.DATA, { before: () => new Promise<void>(() => {}) }) }
    const ask = async () => expectUnavailable(await request('GET', '/api/v1/ready', { env: silent }))
    expect(await fastest(1500, ask)).toBeLessThan(1500)
  })

  test('is 503 when the migrations have not run', async () => {
    expectUnavailable(await request('GET', '/api/v1/ready', { env: { ...env, DB: env.DATA } }))
  })
})

describe('a database that stalls', () => {
  const never = () => new Promise<void>(() => {})
  let project: { id: string }
  let rows: string

  beforeAll(async () => {
    project = await createProject(ada.auth)
    rows = `/api/v1/db/data/noco/${project.id}/${(await createTable(ada.auth, project.id)).id}`
  })

  test.each<[name: string, stalled: () => Bindings]>([
    ['the control database', () => ({ ...env, DB: tapD1(env.DB, { before: never }) })],
    ['the data database', () => ({ ...env, DATA: tapD1(env.DATA, { before: never }) })],
  ])('is 503 to a read within two seconds: %s', async (_, stalled) => {
    const read = async () => expectUnavailable(await request('GET', rows, { auth: ada.auth, env: stalled() }))
    expect(await fastest(2000, read)).toBeLessThan(2000)
  })

  test('is 503 to a write within two seconds as long as nothing was written: who asks is not known yet', async () => {
    const stalled = { ...env, DB: tapD1(env.DB, { before: never }) }
    const write = async () => expectUnavailable(await request('POST', rows, { auth: ada.auth, body: {}, env: stalled }))
    expect(await fastest(2000, write)).toBeLessThan(2000)
  })

  test('does not hold those who ask another one meanwhile', async () => {
    const stalled = request('GET', rows, { auth: ada.auth, env: { ...env, DATA: tapD1(env.DATA, { before: never }) } })
    const read = async () => expect((await request('GET', rows, { auth: ada.auth, env: { ...env } })).status).toBe(200)
    expect(await fastest(1000, read)).toBeLessThan(1000)
    expect((await stalled).status).toBe(503)
  })

  test('answers that come late, but in time, are taken', async () => {
    const slow = { ...env, DATA: tapD1(env.DATA, { before: () => new Promise((resolve) => setTimeout(resolve, 1000)) }) }
    expect((await request('GET', rows, { auth: ada.auth, env: slow })).status).toBe(200)
  })

  test('says of a write that it may have been done: here it was', async () => {
    const stalled = { ...env, DATA: tapD1(env.DATA, { after: never }) }
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const asked = request('POST', rows, { auth: ada.auth, body: { Title: 'stalled' }, env: stalled })
      await vi.waitFor(async () => {
        const { results } = await env.DATA.prepare(`SELECT total FROM row_counts WHERE total = 1`).all()
        expect(results).toHaveLength(1)
      })
      await vi.advanceTimersByTimeAsync(31_000)
      const { status, headers, body } = await asked
      expect([status, body.error, headers.get('retry-after')]).toEqual([503, 'DATABASE_UNAVAILABLE', '2'])
      expect(body.message).toContain('it is not known whether this was done')
    } finally {
      vi.useRealTimers()
    }
    expect((await request('GET', `${rows}?fields=Title`, { auth: ada.auth })).body.list).toEqual([{ Title: 'stalled' }])
  })

  test('is waited for as long as it takes where a table is exported', async () => {
    const slow = { ...env, DATA: tapD1(env.DATA, { before: () => new Promise((resolve) => setTimeout(resolve, 2200)) }) }
    expect((await request('GET', `${rows}/export/csv?fields=Title`, { auth: ada.auth, env: slow })).status).toBe(200)
  })
})

/** Of unknown length, so that it is read and put into a Request of its own before any route sees it. */
const chunked = (text: string) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text))
      controller.close()
    },
  })

test.each<[name: string, method: string, path: string, body: unknown]>([
  ['GET', 'GET', '/api/v1/db/meta/projects/', undefined],
  ['POST without a body', 'POST', '/api/v1/db/meta/projects/', undefined],
  ['POST in chunks', 'POST', '/api/v1/db/meta/projects/', '{"title":"x"}'],
])(
  'a database that lacks what the code expects, as before a migration, is a 503 to a %s, asked twice',
  async (_, method, path, body) => {
    let calls = 0
    const behind = withTap({
      before: () => {
        calls += 1
        error('D1_ERROR: no such column: last_used_at: SQLITE_ERROR')
      },
    })
    const { token } = await createToken(admin.auth)
    const sent = typeof body === 'string' ? { body: chunked(body), headers: { 'transfer-encoding': 'chunked' } } : {}
    const answer = await request(method, path, { token, env: behind, ...sent })
    expect([answer.status, answer.body.error, answer.headers.get('retry-after')]).toEqual([503, 'DATABASE_UNAVAILABLE', '2'])
    expect(JSON.stringify(answer.body)).not.toContain('last_used_at')
    expect(calls).toBe(2)
  },
)
