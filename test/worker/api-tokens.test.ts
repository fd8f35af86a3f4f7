/** API Tokens: made once, shown once, kept as a hash, gone at once. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { sha256 } from '../../src/lib/crypto'
import {
  type Person,
  addMember,
  createProject,
  createTable,
  createToken,
  dump,
  request,
  signUp,
  signUpCreator,
  succeed,
  superAdmin,
} from '../support/client'

const me = (token: string) => request('GET', '/api/v1/auth/user/me', { token })
const rowOf = (id: number) => env.DB.prepare('SELECT * FROM api_tokens WHERE id = ?').bind(id).first()

let ada: Person
let bob: Person
let project: { id: string }
/** Both families of routes: of a project, and of the organisation. */
let routes: Record<'project' | 'organisation', string>

beforeAll(async () => {
  ada = await signUpCreator()
  bob = await signUpCreator()
  project = await createProject(ada.auth)
  await addMember(ada.auth, project.id, bob.email, 'creator')
  routes = { project: `/api/v1/db/meta/projects/${project.id}/api-tokens`, organisation: '/api/v1/tokens' }
})

describe.each(['project', 'organisation'] as const)('the routes of the %s', (scope) => {
  const list = (auth: string) => request('GET', routes[scope], { auth })
  const create = (auth: string, body: unknown) => request('POST', routes[scope], { auth, body })
  const remove = (auth: string, key: string | number) => request('DELETE', `${routes[scope]}/${key}`, { auth })

  test('make a token of 40 characters, and answer with the row that old clients know', async () => {
    const { status, body } = await create(ada.auth, { description: 'nightly export' })
    expect(status).toBe(200)
    expect(body).toEqual({
      id: expect.any(Number),
      project_id: null,
      db_alias: null,
      description: 'nightly export',
      permissions: null,
      token: expect.stringMatching(/^[\w-]{40}$/),
      expiry: null,
      enabled: 1,
      fk_user_id: ada.id,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00$/),
      updated_at: body.created_at,
    })
    expect((await me(body.token)).body.id).toBe(ada.id)
  })

  test.each([
    { expiry: '2030-01-01' },
    { permissions: {} },
    { policy: { tables: {} } },
    { expires_at: 1 },
    { scopes: ['read'] },
    { role: 'viewer' },
    { read_only: true },
  ])('make no token that is asked for with %j: that would be one without it', async (member) => {
    const before = await dump(env.DB)
    const { status, body } = await create(ada.auth, { description: 'narrow', ...member })
    expect([status, body.error]).toEqual([400, 'INVALID_REQUEST_BODY'])
    expect(body.message).toContain(Object.keys(member).join())
    expect(body.message).toContain('tokens do not expire yet')
    expect((await dump(env.DB))['api_tokens']).toEqual(before['api_tokens'])
  })

  test('keep the hash of the token and a hint, not the token', async () => {
    const { body } = await create(ada.auth, {})
    const row = await rowOf(body.id)
    expect(row).toMatchObject({
      id: body.id,
      user_id: ada.id,
      description: null,
      token_hash: await sha256(body.token),
      hint: `${body.token.slice(0, 4)}…${body.token.slice(-4)}`,
      created_at: expect.any(Number),
    })
    expect(JSON.stringify(row)).not.toContain(body.token)
  })

  test('list one’s own tokens by their hints, oldest first', async () => {
    const eve = await signUpCreator()
    const theirs = await createProject(eve.auth)
    const path = scope === 'project' ? `/api/v1/db/meta/projects/${theirs.id}/api-tokens` : routes.organisation
    const empty = await request('GET', path, { auth: eve.auth })
    const pageInfo = { totalRows: 0, page: 1, pageSize: 25, isFirstPage: true, isLastPage: true }
    expect(empty.body).toEqual({ list: [], pageInfo })
    const one = await createToken(eve.auth, 'one')
    const two = await createToken(eve.auth)
    const { body } = await request('GET', path, { auth: eve.auth })
    expect(body.pageInfo).toEqual({ ...pageInfo, totalRows: 2 })
    expect(body.list.map(({ id }: { id: number }) => id)).toEqual([one.id, two.id])
    expect(body.list[0]).toEqual({
      id: one.id,
      description: 'one',
      token: `${one.token.slice(0, 4)}…${one.token.slice(-4)}`,
      fk_user_id: eve.id,
      created_by: eve.email,
      project_id: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    })
    const text = JSON.stringify(body)
    expect(text).not.toContain(one.token)
    expect(text).not.toContain(await sha256(one.token))
    expect(text).not.toContain('hash')
  })

  test('are listed page by page for the organisation, and whole for a project', async () => {
    const eve = await signUpCreator()
    const theirs = await createProject(eve.auth)
    const tokens = [await createToken(eve.auth), await createToken(eve.auth), await createToken(eve.auth)]
    const path = scope === 'project' ? `/api/v1/db/meta/projects/${theirs.id}/api-tokens` : routes.organisation
    const idsOf = (body: { list: { id: number }[] }) => body.list.map(({ id }) => id)
    const { body } = await request('GET', `${path}?limit=1&offset=1`, { auth: eve.auth })
    if (scope === 'project') {
      expect(idsOf(body)).toEqual(tokens.map(({ id }) => id))
      return
    }
    expect(idsOf(body)).toEqual([tokens[1]?.id])
    expect(body.pageInfo).toEqual({ totalRows: 3, page: 2, pageSize: 1, isFirstPage: false, isLastPage: false })
    expect((await request('GET', `${path}?limit=two`, { auth: eve.auth })).body.error).toBe('INVALID_PARAMETER')
  })

  test('never list the tokens of others, not even to a super admin', async () => {
    const { id } = await createToken(bob.auth)
    for (const { auth } of [ada, await superAdmin()]) {
      const { body } = await list(auth)
      expect(body.list.map((token: { id: number }) => token.id)).not.toContain(id)
    }
  })

  test('delete by the id', async () => {
    const { id, token } = await createToken(ada.auth)
    const { status, body } = await remove(ada.auth, id)
    expect([status, body]).toEqual([200, 1])
    expect(await rowOf(id)).toBeNull()
    expect((await me(token)).body.error).toBe('TOKEN_INVALID')
  })

  test('delete by the token itself, as old clients do', async () => {
    const { id, token } = await createToken(ada.auth)
    const kept = await createToken(ada.auth)
    const { status, body } = await remove(ada.auth, token)
    expect([status, body]).toEqual([200, 1])
    expect(await rowOf(id)).toBeNull()
    expect((await me(kept.token)).status).toBe(200)
  })

  test('a token is refused at the very next request after its deletion', async () => {
    const { id, token } = await createToken(ada.auth)
    for (let turn = 0; turn < 3; turn++) expect((await me(token)).status).toBe(200)
    await succeed(remove(ada.auth, id))
    const { status, body } = await me(token)
    expect([status, body.error, body.message]).toEqual([401, 'TOKEN_INVALID', 'This API Token does not exist, or was deleted.'])
  })

  test('do not delete a token of someone else, and answer as if there were none', async () => {
    const { id, token } = await createToken(bob.auth)
    const unknown = await remove(ada.auth, 999_999_999)
    expect([unknown.status, unknown.body.error, unknown.body.message]).toEqual([404, 'TOKEN_NOT_FOUND', 'Token not found'])
    for (const key of [id, token]) {
      const { status, body } = await remove(ada.auth, key)
      expect([status, body]).toEqual([unknown.status, unknown.body])
    }
    expect((await me(token)).status).toBe(200)
  })

  test('let a super admin delete anyone’s', async () => {
    const { id, token } = await createToken(bob.auth)
    expect((await remove((await superAdmin()).auth, id)).body).toBe(1)
    expect((await me(token)).status).toBe(401)
  })

  test('find nothing under what is no id and no token', async () => {
    const { id } = await createToken(ada.auth)
    const before = await dump(env.DB)
    for (const key of [
      '0',
      '-1',
      `${id}.0`,
      `${id} `,
      `0${id}`,
      `${id}e0`,
      '1 OR 1=1',
      '%25',
      '*',
      '_'.repeat(40),
      'x'.repeat(1000),
      '9'.repeat(30),
    ]) {
      const { status, body } = await remove(ada.auth, encodeURIComponent(key))
      expect([key, status, body.error]).toEqual([key, 404, 'TOKEN_NOT_FOUND'])
    }
    expect(await dump(env.DB)).toEqual(before)
  })

  test('delete a token once of two at once', async () => {
    const { id } = await createToken(ada.auth)
    const answers = await Promise.all([remove(ada.auth, id), remove(ada.auth, id)])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 404])
  })

  test.each([
    ['a description that is a number', { description: 5 }],
    ['a description of 256 characters', { description: 'x'.repeat(256) }],
    ['a list', []],
    ['text', 'null'],
  ])('refuse %s', async (_, body) => {
    const answer = await create(ada.auth, body)
    expect([answer.status, answer.body.error]).toEqual([400, 'INVALID_REQUEST_BODY'])
  })

  test('take no owner, token or hash from the body', async () => {
    const { body } = await create(ada.auth, { description: 'x', fk_user_id: bob.id, expiry: null, permissions: null })
    expect(body.fk_user_id).toBe(ada.id)
    for (const extra of [{ user_id: bob.id }, { token: 'x'.repeat(40) }, { token_hash: 'x' }, { id: 1 }]) {
      expect((await create(ada.auth, { description: 'x', ...extra })).body.error).toBe('INVALID_REQUEST_BODY')
    }
    expect(await rowOf(body.id)).toMatchObject({ user_id: ada.id, token_hash: await sha256(body.token) })
  })
})

describe('no token entrenches itself', () => {
  const message = 'Not allowed with API token: this takes an Auth Token (xc-auth).'
  const refused = { error: 'API_TOKEN_NOT_ALLOWED', message, msg: message }
  const idsOf = async () => ((await dump(env.DB))['api_tokens'] ?? []).map(({ id }) => id)

  test.each(['project', 'organisation'] as const)('it makes and lists none through the routes of the %s', async (scope) => {
    for (const { auth } of [ada, await superAdmin()]) {
      const { token } = await createToken(auth)
      const before = await idsOf()
      for (const headers of [{ 'xc-token': token }, { authorization: `Bearer ${token}` }]) {
        for (const method of ['GET', 'POST']) {
          const answer = await request(method, routes[scope], { headers, ...(method === 'POST' ? { body: {} } : {}) })
          expect([answer.status, answer.body]).toEqual([403, refused])
        }
      }
      expect(await idsOf()).toEqual(before)
    }
  })

  test.each(['project', 'organisation'] as const)('it deletes itself and no other through those of the %s', async (scope) => {
    for (const { auth } of [ada, await superAdmin()]) {
      const [own, sibling, foreign] = [await createToken(auth), await createToken(auth), await createToken(bob.auth)]
      const remove = (key: string | number) => request('DELETE', `${routes[scope]}/${key}`, { token: own.token })
      for (const key of [sibling.id, sibling.token, foreign.id, foreign.token, 999_999_999, 'x'.repeat(40), 'nonsense']) {
        const { status, body } = await remove(key)
        expect([key, status, body]).toEqual([key, 403, refused])
      }
      expect([(await me(sibling.token)).status, (await me(foreign.token)).status]).toEqual([200, 200])
      expect((await remove(scope === 'project' ? own.id : own.token)).body).toBe(1)
      expect((await me(own.token)).body.error).toBe('TOKEN_INVALID')
    }
  })

  test('it makes projects, and deletes none', async () => {
    const { token } = await createToken(ada.auth)
    const made = await createProjectBy({ token })
    const path = `/api/v1/db/meta/projects/${made}`
    const answer = await request('DELETE', path, { token })
    expect([answer.status, answer.body]).toEqual([403, refused])
    expect((await request('DELETE', path, { auth: ada.auth })).body).toBe(true)
  })

  test('it brings nobody in and changes no role, of its owner either', async () => {
    const { token } = await createToken(ada.auth)
    const members = `/api/v1/db/meta/projects/${project.id}/users`
    const before = (await dump(env.DB))['project_members']
    for (const [method, path, body] of [
      ['POST', members, { email: 'eve@example.org', roles: 'owner' }],
      ['PATCH', `${members}/${bob.id}`, { roles: 'owner' }],
      ['DELETE', `${members}/${bob.id}`, undefined],
      ['POST', `${members}/${bob.id}/resend-invite`, {}],
    ] as const) {
      const answer = await request(method, path, { token, body })
      expect([path, answer.status, answer.body]).toEqual([path, 403, refused])
    }
    expect((await dump(env.DB))['project_members']).toEqual(before)
    expect((await request('GET', members, { token })).status).toBe(200)
  })

  async function createProjectBy(credentials: { token: string }): Promise<string> {
    const body = { title: 'Made by a program' }
    return (await succeed(request('POST', '/api/v1/db/meta/projects', { ...credentials, body }))).body.id
  }
})

describe('a token acts as its owner', () => {
  const read = (token: string) => request('GET', `/api/v1/db/meta/projects/${project.id}`, { token })
  const write = (token: string) =>
    request('PATCH', `/api/v1/db/meta/projects/${project.id}`, { token, body: { meta: { color: 'red' } } })

  test('in every project of theirs and in no other', async () => {
    const { token } = await createToken(ada.auth)
    const second = await createProject(ada.auth)
    const foreign = await createProject(bob.auth)
    expect((await request('GET', `/api/v1/db/meta/projects/${second.id}`, { token })).status).toBe(200)
    expect((await request('GET', `/api/v1/db/meta/projects/${foreign.id}`, { token })).status).toBe(404)
  })

  test('with the role of this moment: lowered, raised, taken away', async () => {
    const eve = await signUp()
    const { token } = await createToken(eve.auth)
    const asOwner = (method: string, path: string, body?: unknown) =>
      succeed(request(method, `/api/v1/db/meta/projects/${project.id}/users${path}`, { auth: ada.auth, body }))
    expect((await read(token)).status).toBe(404)
    await asOwner('POST', '', { email: eve.email, roles: 'viewer' })
    expect([(await read(token)).status, (await write(token)).status]).toEqual([200, 403])
    await asOwner('PATCH', `/${eve.id}`, { roles: 'creator' })
    expect([(await read(token)).status, (await write(token)).status]).toEqual([200, 200])
    await asOwner('PATCH', `/${eve.id}`, { roles: 'commenter' })
    expect([(await read(token)).status, (await write(token)).status]).toEqual([200, 403])
    await asOwner('DELETE', `/${eve.id}`)
    expect([(await read(token)).status, (await write(token)).status]).toEqual([404, 404])
  })

  test('who is a super admin with a lower membership: there it keeps to that, and their Auth Token does not', async () => {
    const admin = await superAdmin()
    const { token } = await createToken(admin.auth)
    const own = await createProject(ada.auth)
    const path = `/api/v1/db/meta/projects/${own.id}`
    expect((await request('PATCH', path, { token, body: {} })).status).toBe(200)
    await addMember(ada.auth, own.id, admin.email, 'viewer')
    expect((await request('PATCH', path, { token, body: {} })).body.message).toBe('projectUpdate - viewer : Not allowed')
    expect((await request('PATCH', path, { auth: admin.auth, body: {} })).status).toBe(200)
  })

  test('and dies with them', async () => {
    const eve = await signUp()
    const { id, token } = await createToken(eve.auth)
    await succeed(request('DELETE', `/api/v1/users/${eve.id}`, { auth: (await superAdmin()).auth }))
    expect((await me(token)).body.error).toBe('TOKEN_INVALID')
    expect(await rowOf(id)).toBeNull()
  })

  test('reading and writing rows', async () => {
    const table = await createTable(ada.auth, project.id)
    const { token } = await createToken(ada.auth)
    const path = `/api/v1/db/data/noco/${project.id}/${table.id}`
    expect((await request('POST', path, { token, body: { Title: 'by token' } })).body).toMatchObject({ Id: 1, Title: 'by token' })
    expect((await request('GET', path, { token })).body.list).toMatchObject([{ Id: 1, Title: 'by token' }])
    expect((await request('GET', path, { headers: { authorization: `Bearer ${token}` } })).body.pageInfo.totalRows).toBe(1)
  })
})
