/** A deployment whose settings are wrong serves nothing, and its log says which setting. */
import { env } from 'cloudflare:workers'
import { describe, expect, test, vi } from 'vitest'
import type { Bindings } from '../../src/config'
import { request, superAdmin } from '../support/client'

const PATHS = [
  '/api/v1/health',
  '/api/v1/version',
  '/api/v1/auth/user/me',
  '/api/v1/db/meta/projects/',
  '/openapi.json',
  '/nowhere',
]

async function loggedBy(work: () => Promise<void>): Promise<string> {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  await work()
  const logged = log.mock.calls.flat().join('\n')
  log.mockRestore()
  return logged
}

describe.each<[string, string, unknown]>([
  ['missing', 'NC_AUTH_JWT_SECRET', undefined],
  ['short', 'NC_AUTH_JWT_SECRET', 'tooshort-9f8e7d'],
  ['an example', 'NC_AUTH_JWT_SECRET', 'change-me-change-me-change-me-change-me'],
  ['nonsense', 'NC_JWT_EXPIRES_IN', '3600'],
  ['a number', 'NC_JWT_EXPIRES_IN', 3600],
  ['a list', 'NC_REQUEST_BODY_SIZE', [1]],
])('%s: %s', (_, name, value) => {
  const broken = { ...env, [name]: value } as Bindings

  test('answers 503 to everything, and tells clients nothing more', async () => {
    await loggedBy(async () => {
      for (const path of PATHS) {
        const { status, headers, body } = await request('GET', path, { env: broken, headers: { accept: 'application/json' } })
        expect([path, status, headers.get('content-type')]).toEqual([path, 503, 'application/json'])
        const message = 'The server is not configured; its log says what is missing.'
        expect(body).toEqual({ error: 'MISCONFIGURED', message, msg: message, request_id: headers.get('x-request-id') })
      }
    })
  })

  test('names the setting in the log, under the request id, without its value', async () => {
    let requestId: string | null = null
    const logged = await loggedBy(async () => {
      requestId = (await request('GET', '/api/v1/health', { env: broken })).headers.get('x-request-id')
    })
    expect(logged).toContain(name)
    expect(logged).toContain(requestId)
    if (typeof value === 'string' && value.length > 8) expect(logged).not.toContain(value)
  })

  test('refuses a credential that is good elsewhere', async () => {
    const { auth } = await superAdmin()
    await loggedBy(async () => {
      expect((await request('GET', '/api/v1/auth/user/me', { auth, env: broken })).status).toBe(503)
    })
  })
})

test('the settings of tests are good: the same paths are served', async () => {
  expect((await request('GET', '/api/v1/health')).body).toEqual({
    message: 'OK',
    timestamp: expect.any(Number),
    uptime: expect.any(Number),
  })
  expect((await request('GET', '/api/v1/ready')).body).toEqual({ message: 'OK' })
  expect((await request('GET', '/api/v1/version')).body).toEqual({
    currentVersion: expect.stringMatching(/^\d+\.\d+\.\d+/),
    releaseVersion: expect.any(String),
  })
})

test('info has the members that clients read', async () => {
  const { body } = await request('GET', '/api/v1/db/meta/nocodb/info', { env: { ...env, DB_QUERY_LIMIT_DEFAULT: '500' } })
  expect(body).toMatchObject({ authType: 'jwt', type: 'rest', defaultLimit: 100, ncSiteUrl: 'http://localhost', ee: false })
})
