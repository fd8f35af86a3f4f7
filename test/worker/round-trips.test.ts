/** What a request costs in round trips to D1: a budget, so that a query too many is a failing test. */
import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import {
  PASSWORD,
  type Person,
  addMember,
  createProject,
  createTable,
  createToken,
  request,
  signUp,
  signUpCreator,
  succeed,
} from '../support/client'
import { tapD1 } from '../support/tap-d1'

let ada: Person
let token: string
let list: string
let members: string
let bob: Person
let insert: string

beforeAll(async () => {
  ada = await signUpCreator()
  token = (await createToken(ada.auth)).token
  const project = await createProject(ada.auth)
  const table = await createTable(ada.auth, project.id)
  members = `/api/v1/db/meta/projects/${project.id}/users`
  bob = await signUp()
  await addMember(ada.auth, project.id, bob.email, 'viewer')
  list = `/api/v1/db/data/noco/${project.id}/${table.id}?where=(Title,like,a)&sort=-Title&limit=5`
  insert = `/api/v1/db/data/noco/${project.id}/${table.id}`
  await succeed(request('POST', insert, { token, body: { Title: 'a' } }))
})

let calls = { control: 0, data: 0 }
const counted = {
  ...env,
  NC_PASSWORD_HASH: 'pbkdf2' as const,
  DB: tapD1(env.DB, { before: () => void calls.control++ }),
  DATA: tapD1(env.DATA, { before: () => void calls.data++ }),
}

/** Round trips of a request, once the isolate is warm. */
async function costOf(method: string, path: string, options: Parameters<typeof request>[2]) {
  const ask = () => request(method, path, { ...options, env: counted })
  await ask()
  calls = { control: 0, data: 0 }
  const { status } = await ask()
  return { status, ...calls }
}

test('a warm list of rows by an API Token takes two: who is asking, and the page with its count', async () => {
  expect(await costOf('GET', list, { token })).toEqual({ status: 200, control: 1, data: 1 })
})

test('so does one by an Auth Token', async () => {
  expect(await costOf('GET', list, { auth: ada.auth })).toEqual({ status: 200, control: 1, data: 1 })
})

test('the project’s title costs no more than its id', async () => {
  const { body } = await request('GET', '/api/v1/db/meta/projects', { auth: ada.auth })
  const byTitle = list.replace(body.list[0].id, encodeURIComponent(body.list[0].title))
  expect(await costOf('GET', byTitle, { token })).toEqual({ status: 200, control: 1, data: 1 })
})

test('an API Token there is none of takes one', async () => {
  expect(await costOf('GET', list, { token: 'x'.repeat(40) })).toEqual({ status: 401, control: 1, data: 0 })
})

test.each<[string, Parameters<typeof request>[2]]>([
  ['no credential', {}],
  ['what has not the shape of an API Token', { token: 'x'.repeat(39) }],
  ['what has not the shape of an Auth Token', { auth: 'a.b.c' }],
  ['an Auth Token that nobody signed', { auth: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c194In0.c2lnbmF0dXJl' }],
  ['Basic', { headers: { authorization: 'Basic eDp5' } }],
])('%s takes none', async (_, options) => {
  expect(await costOf('GET', list, options)).toEqual({ status: 401, control: 0, data: 0 })
})

test('a role too low takes one', async () => {
  expect(await costOf('GET', '/api/v1/users', { auth: ada.auth })).toEqual({ status: 403, control: 1, data: 0 })
})

test('health, the version and the documents take none', async () => {
  for (const path of ['/api/v1/health', '/api/v1/version', '/openapi.json', '/docs']) {
    expect([path, await costOf('GET', path, {})]).toEqual([path, { status: 200, control: 0, data: 0 }])
  }
})

test.each<[string, () => [string, string, Parameters<typeof request>[2]], number]>([
  // Who it is and how often they failed; then the session.
  ['a sign-in', () => ['POST', '/api/v1/auth/user/signin', { body: { email: ada.email, password: PASSWORD } }], 2],
  ['a wrong password', () => ['POST', '/api/v1/auth/user/signin', { body: { email: ada.email, password: 'wrong' } }], 1],
  // Each begins with who is asking.
  ['a new API Token', () => ['POST', '/api/v1/tokens', { auth: ada.auth, body: {} }], 2],
  ['a role changed', () => ['PATCH', `${members}/${bob.id}`, { auth: ada.auth, body: { roles: 'editor' } }], 3],
  ['a member removed', () => ['DELETE', `${members}/${bob.id}`, { auth: ada.auth }], 3],
])('what the audit log tells of costs nothing more: %s', async (_, operation, control) => {
  const [method, path, options] = operation()
  calls = { control: 0, data: 0 }
  const { status } = await request(method, path, { ...options, env: counted })
  expect({ status: status === 400 ? 200 : status, ...calls }).toEqual({ status: 200, control, data: 0 })
})

test('an export writes its event while its first page is read', async () => {
  const cost = await costOf('GET', `${insert}/export/csv`, { token })
  expect(cost).toEqual({ status: 200, control: 2, data: 1 })
})

test('a refresh takes one, so that it happens or does not', async () => {
  calls = { control: 0, data: 0 }
  const { status } = await request('POST', '/api/v1/auth/token/refresh', { refresh: ada.refresh, env: counted })
  expect({ status, ...calls }).toEqual({ status: 200, control: 1, data: 0 })
})

test('what a request cost is told to who is signed in, and to no guest', async () => {
  const told = ({ headers }: { headers: Headers }) =>
    ['server-timing', 'x-d1-rows-read', 'x-d1-rows-written', 'xc-db-response'].map((name) => headers.has(name))
  expect(told(await request('GET', list, { token }))).toEqual([true, true, true, true])
  // It would tell whether an e-mail has an account.
  const forgot = (email: string) => request('POST', '/api/v1/auth/password/forgot', { body: { email } })
  const guests = await Promise.all([
    forgot(ada.email),
    forgot('nobody@example.org'),
    request('GET', '/api/v1/auth/user/me'),
    request('GET', list, { token: 'x'.repeat(40) }),
  ])
  expect(guests.map(told)).toEqual(guests.map(() => [false, false, false, false]))
})
