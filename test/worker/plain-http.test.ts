/** Plain http: refused in the public internet, where others may read along. */
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { dump, request, superAdmin, unique } from '../support/client'

const PUBLIC = 'http://api.example.org'

describe('plain http at a public host', () => {
  test.each(['/', '/projects?q=a%20b', '/api/v1/health', '/api/v1/db/meta/projects', '/nowhere'])(
    'sends GET %s on to https',
    async (path) => {
      const { status, headers } = await request('GET', PUBLIC + path)
      expect([status, headers.get('location')]).toEqual([308, `https://api.example.org${path}`])
      expect(headers.get('set-cookie')).toBeNull()
    },
  )

  test('leaves the port of plain http behind', async () => {
    expect((await request('GET', `${PUBLIC}:8080/docs`)).headers.get('location')).toBe('https://api.example.org/docs')
  })

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('refuses %s, and does nothing', async (method) => {
    await superAdmin()
    const before = await dump(env.DB)
    const body = { email: `${unique('plain')}@example.org`, password: 'correct horse battery' }
    const answer = await request(method, `${PUBLIC}/api/v1/auth/user/signup`, { body })
    expect([answer.status, answer.body.error]).toEqual([403, 'HTTPS_REQUIRED'])
    expect(answer.body.message).toMatch(/^Use https/)
    expect(await dump(env.DB)).toEqual(before)
  })
})

describe('what is no plain http in the public internet goes on', () => {
  const signIn = (origin: string, headers: Record<string, string> = {}, bindings = env) =>
    request('POST', `${origin}/api/v1/auth/user/signin`, {
      body: { email: 'nobody@example.org', password: 'wrong password' },
      headers,
      env: { ...bindings, NC_PASSWORD_HASH: 'pbkdf2' },
    })

  test.each(['http://localhost', 'http://127.0.0.1:8787', 'http://192.168.1.5', 'http://nas.local', 'https://api.example.org'])(
    '%s',
    async (origin) => {
      expect((await signIn(origin)).body.error).toBe('INVALID_CREDENTIALS')
    },
  )

  test('https that a proxy ended in front of the server', async () => {
    expect((await signIn(PUBLIC, { 'x-forwarded-proto': 'https' })).body.error).toBe('INVALID_CREDENTIALS')
    expect((await signIn(PUBLIC, { 'x-forwarded-proto': 'http' })).body.error).toBe('HTTPS_REQUIRED')
  })

  test('a deployment whose NC_PUBLIC_URL says http', async () => {
    const chosen = { ...env, NC_PUBLIC_URL: PUBLIC } as typeof env
    expect((await signIn(PUBLIC, {}, chosen)).body.error).toBe('INVALID_CREDENTIALS')
    const secure = { ...env, NC_PUBLIC_URL: 'https://api.example.org' } as typeof env
    expect((await signIn(PUBLIC, {}, secure)).body.error).toBe('HTTPS_REQUIRED')
  })
})
