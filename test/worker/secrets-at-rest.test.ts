/** After everything that makes a secret was done: no table holds one in clear, no log line and no second answer. */
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Bindings } from '../../src/config'
import {
  addMember,
  createProject,
  createTable,
  createToken,
  dump,
  request,
  signIn,
  signUp,
  signUpCreator,
  succeed,
  unique,
} from '../support/client'

/** What each secret is, by itself. */
const secrets = new Map<string, string>()
const keep = (name: string, secret: string): string => {
  secrets.set(name, secret)
  return secret
}

const logged: string[] = []
/** Answers to questions, none of which may repeat a secret that an earlier answer gave. */
const answers: string[] = []

beforeAll(async () => {
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => void logged.push(parts.map(String).join(' ')))
  }
  const mails: { text: string }[] = []
  const bindings = {
    ...env,
    NC_PASSWORD_HASH: 'pbkdf2',
    NC_MAIL_FROM: 'noreply@example.org',
    NC_PUBLIC_URL: 'http://localhost',
    NC_ADMIN_EMAIL: 'boss@example.org',
    NC_ADMIN_PASSWORD: keep('password of NC_ADMIN_PASSWORD', 'swordfish-of-the-boss'),
    MAIL: { send: (mail: { text: string }) => Promise.resolve(void mails.push(mail)) } as unknown as SendEmail,
  } as Bindings
  keep('JWT secret', env.NC_AUTH_JWT_SECRET)
  const ada = await signUpCreator()
  const password = keep('password at sign-up', 'swordfish-at-sign-up')
  const eve = await signUp({ password })
  keep('Auth Token', eve.auth)
  keep('refresh token', eve.refresh)
  keep('Auth Token of another browser', (await signIn(eve)).auth)
  const refreshed = await succeed(request('POST', '/api/v1/auth/token/refresh', { refresh: eve.refresh, env: bindings }))
  keep('refreshed Auth Token', refreshed.body.token)
  keep('refreshed refresh token', /=([\w-]{40});/.exec(refreshed.headers.get('set-cookie') ?? '')?.[1] ?? '')

  // Since the settings were applied, the administrator that they name is the only one.
  const admin = await signIn({ email: bindings.NC_ADMIN_EMAIL ?? '', password: bindings.NC_ADMIN_PASSWORD ?? '' })

  const { token } = await createToken(ada.auth)
  keep('API Token', token)
  const project = await createProject(ada.auth)
  const { body: own } = await succeed(
    request('POST', `/api/v1/db/meta/projects/${project.id}/api-tokens`, { auth: ada.auth, body: {} }),
  )
  keep('API Token of a project', own.token)
  const table = await createTable(ada.auth, project.id)
  await succeed(request('POST', `/api/v1/db/data/noco/${project.id}/${table.id}`, { token, body: { Title: 'a row' } }))

  const { body: invited } = await succeed(
    request('POST', '/api/v1/users', { auth: admin.auth, body: { email: `${unique('i')}@example.org` }, env: bindings }),
  )
  keep('invitation', invited.invite_token)
  const email = `${unique('i')}@example.org`
  const { body: member } = await succeed(
    request('POST', `/api/v1/db/meta/projects/${project.id}/users`, { auth: ada.auth, body: { email, roles: 'viewer' } }),
  )
  keep('invitation to a project', member.invite_token)
  const { body: reset } = await succeed(request('POST', `/api/v1/users/${eve.id}/generate-reset-url`, { auth: admin.auth }))
  keep('reset token', reset.reset_password_token)

  const newcomer = { email: `${unique('m')}@example.org`, password: keep('password of the newcomer', 'swordfish-of-m') }
  const { body: signedUp } = await succeed(request('POST', '/api/v1/auth/user/signup', { body: newcomer, env: bindings }))
  await succeed(request('POST', '/api/v1/auth/password/forgot', { body: { email: newcomer.email }, env: bindings }))
  const mailed = mails.map(({ text }) => /\/([\w-]{40})\n/.exec(text)?.[1] ?? '')
  expect(mailed).toHaveLength(3)
  keep('mailed verification token', mailed[1] ?? '')
  keep('mailed reset token', mailed[2] ?? '')
  const change = { currentPassword: newcomer.password, newPassword: keep('changed password', 'swordfish-changed') }
  await succeed(request('POST', '/api/v1/auth/password/change', { auth: signedUp.token, body: change, env: bindings }))

  // What goes wrong is logged, or told: with the secrets that came in?
  await request('POST', '/api/v1/auth/user/signin', {
    body: { email: eve.email, password: keep('mistyped password', 'swordfish-mistyped') },
  })
  await request('POST', '/api/v1/auth/user/signin', { body: `{"password":"${password}"` })
  await request('GET', `/api/v1/auth/user/me?token=${token}`, { auth: `${eve.auth}x`, token: `${token}x` })
  const broken = {
    ...bindings,
    DB: {
      prepare: () => {
        throw new Error('out of order')
      },
    } as unknown as D1Database,
  }
  for (const options of [{ auth: eve.auth }, { token }, { refresh: eve.refresh }]) {
    await request('POST', '/api/v1/auth/token/refresh', { ...options, body: { password }, env: broken })
    await request('GET', '/api/v1/db/meta/projects', { ...options, env: broken })
  }

  for (const [path, auth] of [
    ['/api/v1/tokens', ada.auth],
    [`/api/v1/db/meta/projects/${project.id}/api-tokens`, ada.auth],
    [`/api/v1/db/meta/projects/${project.id}/users`, ada.auth],
    [`/api/v1/db/meta/projects/${project.id}`, ada.auth],
    [`/api/v1/db/meta/projects/${project.id}/swagger.json`, ada.auth],
    ['/api/v1/users', admin.auth],
    ['/api/v1/app-settings', admin.auth],
    ['/api/v1/auth/user/me', eve.auth],
    ['/openapi.json', undefined],
  ] as const) {
    answers.push(JSON.stringify((await request('GET', path, { auth })).body))
  }
  await addMember(ada.auth, project.id, eve.email, 'viewer')
}, 30_000)

afterAll(() => {
  vi.restoreAllMocks()
})

test('the secrets were made', () => {
  expect(secrets.size).toBe(18)
  for (const [name, secret] of secrets) expect([name, secret.length >= 14]).toEqual([name, true])
})

test.each(['DB', 'DATA'] as const)('no row of %s holds a secret in clear', async (name) => {
  const text = JSON.stringify(await dump(env[name]))
  expect(text.length).toBeGreaterThan(100)
  expect(found(text)).toEqual([])
})

test('no column of bytes hides one: everything is text, a number or nothing', async () => {
  for (const tables of [await dump(env.DB), await dump(env.DATA)]) {
    const values = Object.values(tables).flatMap((rows) => rows.flatMap((row) => Object.values(row)))
    expect(values.filter((value) => value !== null && typeof value === 'object')).toEqual([])
  }
})

test('the log has lines, and none holds a secret', () => {
  expect(logged.join('\n')).toContain('out of order')
  expect(found(logged.join('\n'))).toEqual([])
})

test('no later answer repeats a secret, or shows a hash', () => {
  const text = answers.join('\n')
  expect(text).toContain('…')
  expect(found(text)).toEqual([])
  expect(text).not.toMatch(/\$scrypt|\$pbkdf2|token_hash|password_hash/)
})

test('the search would find one', () => {
  const [first = ''] = secrets.values()
  expect(found(`before ${first} behind`)).toHaveLength(1)
})

function found(text: string): string[] {
  return [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => name)
}
