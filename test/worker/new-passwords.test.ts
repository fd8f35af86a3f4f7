/** One policy wherever a password is set: none of the ways is laxer than another. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Bindings } from '../../src/config'
import {
  type Answer,
  PASSWORD,
  type Person,
  type RequestOptions,
  dump,
  forgetEverything,
  request,
  signUp,
  succeed,
  superAdmin,
  unique,
} from '../support/client'

const quick: Bindings = { ...env, NC_PASSWORD_HASH: 'pbkdf2' }
const checking: Bindings = { ...quick, NC_PASSWORD_BREACH_CHECK: 'true' }

const post = (path: string, options: RequestOptions) => request('POST', path, { env: quick, ...options })

async function invite(email: string): Promise<string> {
  const { auth } = await superAdmin()
  return (await succeed(post('/api/v1/users', { auth, body: { email } }))).body.invite_token
}

async function openReset({ id }: Person): Promise<string> {
  const { auth } = await superAdmin()
  return (await succeed(post(`/api/v1/users/${id}/generate-reset-url`, { auth }))).body.reset_password_token
}

type Setter = (email: string, password: string, deployment?: Bindings) => Promise<Answer>

const change = (person: Person, newPassword: string, deployment: Bindings) =>
  post('/api/v1/auth/password/change', { auth: person.auth, body: { currentPassword: PASSWORD, newPassword }, env: deployment })

/** Each sets the password of an account with that e-mail, which nobody had before. */
const WAYS: [string, Setter][] = [
  [
    'signing up',
    (email, password, deployment = quick) => post('/api/v1/auth/user/signup', { body: { email, password }, env: deployment }),
  ],
  [
    'accepting an invitation',
    async (email, password, deployment = quick) =>
      post('/api/v1/auth/user/signup', { body: { email, password, token: await invite(email) }, env: deployment }),
  ],
  [
    'a reset',
    async (email, password, deployment = quick) =>
      post(`/api/v1/auth/password/reset/${await openReset(await signUp({ email }))}`, { body: { password }, env: deployment }),
  ],
  ['a change', async (email, password, deployment = quick) => change(await signUp({ email }), password, deployment)],
]

beforeAll(async () => {
  await superAdmin()
})

afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(WAYS)('%s', (_, setPassword) => {
  test.each([
    ['a common password', 'PASSWORD', 'among the 10,000 commonest'],
    ['the e-mail address', '{email}', 'more than the e-mail address'],
    ['what stands before the @, with digits', '{local}2026', 'more than the e-mail address'],
    ['the host', 'localhost', 'more than the e-mail address'],
    ['the name of the product', 'Latchkey', 'more than the e-mail address'],
    ['7 characters', 'kxqzvwj', 'at least 8 characters'],
  ])('refuses %s', async (_, pattern, sentence) => {
    const local = unique('grace.hopper')
    const email = `${local}@example.org`
    const { status, body } = await setPassword(email, pattern.replace('{email}', email).replace('{local}', local))
    expect([status, body.error]).toEqual([400, 'INVALID_PASSWORD'])
    expect(body.message).toContain(sentence)
  })

  test('takes another, without asking any service', async () => {
    const asked = vi.spyOn(globalThis, 'fetch')
    expect((await setPassword(`${unique('grace')}@example.org`, 'seven blue engines')).status).toBe(200)
    expect(asked).not.toHaveBeenCalled()
  })

  test('asks the service for leaked ones where the settings say so', async () => {
    const asked = vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(new Response(`${LEAKED_REST}:7`)))
    const { status, body } = await setPassword(`${unique('grace')}@example.org`, LEAKED, checking)
    expect([status, body.error]).toEqual([400, 'INVALID_PASSWORD'])
    expect(body.message).toContain('leaked')
    expect(asked.mock.calls.map(([url]) => url)).toEqual([`https://api.pwnedpasswords.com/range/${LEAKED_PREFIX}`])
  })
})

/** echo -n 'seven green engines' | sha1sum */
const LEAKED = 'seven green engines'
const LEAKED_PREFIX = 'C4D4B'
const LEAKED_REST = '6A5817EE88083A4064A1C348A8102EC45C8'

test('NC_PUBLIC_URL names the host, whatever the request does', async () => {
  const deployment = { ...quick, NC_PUBLIC_URL: 'https://tables.example.net' }
  const body = { email: `${unique('grace')}@example.org`, password: 'Tables.example.net' }
  const { status, body: refused } = await post('/api/v1/auth/user/signup', { body, env: deployment })
  expect([status, refused.error]).toEqual([400, 'INVALID_PASSWORD'])
})

test('a form says what is wrong beside the field', async () => {
  const form = `email=${unique('grace')}%40example.org&password=password`
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://localhost' }
  const { status, body } = await post('/sign-up', { body: form, headers })
  expect(status).toBe(400)
  expect(body).toContain('This password is among the 10,000 commonest')
})

test.each([
  ['a common one', 'password', 'NC_ADMIN_PASSWORD: This password is among the 10,000 commonest'],
  ['the e-mail address', 'boss@example.org', 'NC_ADMIN_PASSWORD: The password must be more than the e-mail address'],
])('the first password of the administrator in the settings may not be %s', async (_, password, cause) => {
  await forgetEverything()
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const deployment = { ...quick, NC_ADMIN_EMAIL: 'boss@example.org', NC_ADMIN_PASSWORD: password }
  expect((await request('GET', '/api/v1/auth/user/me', { env: deployment })).status).toBe(503)
  expect(log.mock.calls.flat().join('\n')).toContain(cause)
  expect((await dump(env.DB))['users']).toEqual([])
})
