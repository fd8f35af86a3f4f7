/** How a request shows who is asking: which headers count, in which order, and what never does. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { signAuthToken } from '../../src/control/auth/auth-token'
import {
  type Person,
  claimsOf,
  createProject,
  createTable,
  createToken,
  request,
  signUp,
  signUpCreator,
  succeed,
} from '../support/client'

const ME = '/api/v1/auth/user/me'
const PROJECTS = '/api/v1/db/meta/projects'
/** Neither has ever been anyone's. */
const BAD_AUTH = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c194In0.c2lnbmF0dXJl'
const BAD_TOKEN = 'x'.repeat(40)

let ada: Person
let bob: Person
let adasToken: string
let bobsToken: string

beforeAll(async () => {
  ada = await signUp()
  bob = await signUp()
  adasToken = (await createToken(ada.auth)).token
  bobsToken = (await createToken(bob.auth)).token
})

const whoIs = async (headers: Record<string, string>) => (await request('GET', ME, { headers })).body.email

describe('each header alone', () => {
  test('xc-auth takes an Auth Token', async () => {
    expect(await whoIs({ 'xc-auth': ada.auth })).toBe(ada.email)
  })

  test('xc-token takes an API Token', async () => {
    expect(await whoIs({ 'xc-token': adasToken })).toBe(ada.email)
  })

  test.each(['Bearer', 'bearer', 'BEARER'])('Authorization: %s takes an API Token', async (scheme) => {
    expect(await whoIs({ authorization: `${scheme} ${adasToken}` })).toBe(ada.email)
  })

  test('the names of headers have no case', async () => {
    expect(await whoIs({ 'XC-AUTH': ada.auth })).toBe(ada.email)
    expect(await whoIs({ 'Xc-Token': adasToken })).toBe(ada.email)
  })
})

describe('several headers', () => {
  test('a good xc-auth wins over a good xc-token', async () => {
    expect(await whoIs({ 'xc-auth': ada.auth, 'xc-token': bobsToken })).toBe(ada.email)
  })

  test('a good xc-auth stands beside a bad xc-token', async () => {
    expect(await whoIs({ 'xc-auth': ada.auth, 'xc-token': BAD_TOKEN })).toBe(ada.email)
  })

  test('a bad xc-auth leaves it to a good xc-token', async () => {
    expect(await whoIs({ 'xc-auth': BAD_AUTH, 'xc-token': bobsToken })).toBe(bob.email)
  })

  test('a revoked xc-auth leaves it to a good Authorization', async () => {
    const gone = await signUp()
    await succeed(request('POST', '/api/v1/auth/user/signout', { auth: gone.auth }))
    expect(await whoIs({ 'xc-auth': gone.auth, authorization: `Bearer ${bobsToken}` })).toBe(bob.email)
  })

  test('xc-token comes before Authorization', async () => {
    expect(await whoIs({ 'xc-token': adasToken, authorization: `Bearer ${bobsToken}` })).toBe(ada.email)
  })

  test('a good xc-token stands beside an Authorization of another scheme, as of a proxy', async () => {
    expect(await whoIs({ 'xc-token': adasToken, authorization: 'Basic dXNlcjpwYXNz' })).toBe(ada.email)
  })

  test('both bad are refused with the failure of the first', async () => {
    const { status, body } = await request('GET', ME, { auth: BAD_AUTH, token: BAD_TOKEN })
    expect([status, body.error, body.message]).toEqual([401, 'TOKEN_INVALID', 'This Auth Token (xc-auth) is not valid.'])
  })

  test('empty ones are absent ones', async () => {
    expect((await request('GET', ME, { auth: '', token: '' })).body).toEqual({ roles: { guest: true } })
    expect((await request('GET', PROJECTS, { auth: ' ', token: '' })).body.error).toBe('AUTHENTICATION_REQUIRED')
  })
})

describe('a bad credential is refused by every route, and never makes a guest', () => {
  test.each<[string, () => Record<string, string>, string]>([
    ['an Auth Token nobody signed', () => ({ 'xc-auth': BAD_AUTH }), 'TOKEN_INVALID'],
    ['an Auth Token with "Bearer " before it', () => ({ 'xc-auth': `Bearer ${ada.auth}` }), 'TOKEN_INVALID'],
    ['an Auth Token twice', () => ({ 'xc-auth': `${ada.auth}, ${ada.auth}` }), 'TOKEN_INVALID'],
    ['an API Token in xc-auth', () => ({ 'xc-auth': adasToken }), 'TOKEN_INVALID'],
    ['an API Token there is none of', () => ({ 'xc-token': BAD_TOKEN }), 'TOKEN_INVALID'],
    ['an API Token twice', () => ({ 'xc-token': `${adasToken}, ${adasToken}` }), 'TOKEN_INVALID'],
    ['an API Token and more', () => ({ 'xc-token': `${adasToken}x` }), 'TOKEN_INVALID'],
    ['an API Token in another case', () => ({ 'xc-token': adasToken.toUpperCase() }), 'TOKEN_INVALID'],
    ['an Auth Token in xc-token', () => ({ 'xc-token': ada.auth }), 'TOKEN_INVALID'],
    ['an Auth Token as bearer', () => ({ authorization: `Bearer ${ada.auth}` }), 'TOKEN_INVALID'],
    ['a bearer twice', () => ({ authorization: `Bearer ${adasToken}, Bearer ${adasToken}` }), 'TOKEN_INVALID'],
    ['Basic', () => ({ authorization: `Basic ${btoa(`${ada.email}:${ada.password}`)}` }), 'TOKEN_INVALID'],
    ['an API Token as Basic', () => ({ authorization: `Basic ${adasToken}` }), 'TOKEN_INVALID'],
    ['an API Token as Token', () => ({ authorization: `Token ${adasToken}` }), 'TOKEN_INVALID'],
    ['an API Token without a scheme', () => ({ authorization: adasToken }), 'TOKEN_INVALID'],
    ['Bearer and nothing', () => ({ authorization: 'Bearer' }), 'TOKEN_INVALID'],
    ['SQL', () => ({ 'xc-token': "' OR 1=1 --" }), 'TOKEN_INVALID'],
    ['the wildcard of LIKE', () => ({ 'xc-token': '_'.repeat(40) }), 'TOKEN_INVALID'],
  ])('%s', async (_, headers, code) => {
    for (const path of [ME, PROJECTS]) {
      const answer = await request('GET', path, { headers: headers() })
      expect([answer.status, answer.body.error]).toEqual([401, code])
      expect(answer.headers.get('www-authenticate')).toBe(
        `Bearer realm="latchkey", error="invalid_token", error_description="${answer.body.message}"`,
      )
      expect(Object.keys(answer.body)).toEqual(['error', 'message', 'msg'])
    }
  })

  test('says where an Auth Token belongs when it comes as an API Token', async () => {
    const { body } = await request('GET', ME, { token: ada.auth })
    expect(body.message).toBe('This is an Auth Token: send it in the xc-auth header.')
  })
})

describe('no credential counts that stands elsewhere', () => {
  test.each<[string, () => [path: string, headers: Record<string, string>]]>([
    ['the query', () => [`?xc-auth=${ada.auth}&xc-token=${adasToken}&token=${adasToken}&access_token=${adasToken}`, {}]],
    ['a cookie', () => ['', { cookie: `xc-auth=${ada.auth}; xc-token=${adasToken}; token=${ada.auth}` }]],
    ['the refresh cookie', () => ['', { cookie: `refresh_token=${ada.refresh}` }]],
    ['other headers', () => ['', { 'x-api-key': adasToken, 'x-auth-token': ada.auth, xc_token: adasToken }]],
  ])('%s', async (_, place) => {
    const [query, headers] = place()
    expect((await request('GET', ME + query, { headers })).body).toEqual({ roles: { guest: true } })
    expect((await request('GET', PROJECTS + query, { headers })).status).toBe(401)
  })

  test('the body', async () => {
    const body = { title: 'x', 'xc-auth': ada.auth, 'xc-token': adasToken, token: adasToken }
    expect((await request('POST', PROJECTS, { body })).status).toBe(401)
  })
})

describe('an Auth Token', () => {
  const sign = (changed: Partial<Parameters<typeof signAuthToken>[0]>, options: { secret?: string; now?: number } = {}) => {
    const claims = claimsOf(ada.auth)
    const subject = {
      id: ada.id,
      email: ada.email,
      firstname: null,
      lastname: null,
      roles: 'org-level-viewer',
      tokenVersion: String(claims['token_version']),
      sessionId: String(claims['sid']),
    }
    return signAuthToken({ ...subject, ...changed }, { secret: env.NC_AUTH_JWT_SECRET, lifetime: 36_000, ...options })
  }
  const codeOf = async (auth: string) => (await request('GET', ME, { auth })).body.error

  test('signed as the server signs is good', async () => {
    expect(await codeOf(await sign({}))).toBeUndefined()
  })

  test('that has run out says so', async () => {
    const { status, body } = await request('GET', ME, { auth: await sign({}, { now: Date.now() - 40_000_000 }) })
    expect([status, body.error]).toEqual([401, 'TOKEN_EXPIRED'])
  })

  test('of a user there is none of is revoked', async () => {
    expect(await codeOf(await sign({ id: 'us_nobody' }))).toBe('TOKEN_REVOKED')
  })

  test('over the session of someone else is revoked', async () => {
    expect(await codeOf(await sign({ sessionId: String(claimsOf(bob.auth)['sid']) }))).toBe('TOKEN_REVOKED')
    expect(await codeOf(await sign({ id: bob.id }))).toBe('TOKEN_REVOKED')
  })

  test('of an older token version is revoked', async () => {
    expect(await codeOf(await sign({ tokenVersion: 'x'.repeat(40) }))).toBe('TOKEN_REVOKED')
  })

  test('gives no right by the roles it carries', async () => {
    const { body } = await request('GET', ME, { auth: await sign({ roles: 'org-level-creator,super' }) })
    expect(body.roles).toEqual({ 'org-level-viewer': true })
    expect((await request('GET', '/api/v1/users', { auth: await sign({ roles: 'super' }) })).status).toBe(403)
  })

  test('of a previous secret is good while that is configured, and new ones are signed by the new secret', async () => {
    const replaced = { ...env, NC_AUTH_JWT_SECRET: 'worker-tests-second-5c7e1b90d2a84f63' }
    const rotated = { ...replaced, NC_AUTH_JWT_SECRET_PREVIOUS: env.NC_AUTH_JWT_SECRET }
    expect((await request('GET', ME, { auth: ada.auth, env: rotated })).status).toBe(200)
    expect((await request('GET', ME, { auth: ada.auth, env: replaced })).body.error).toBe('TOKEN_INVALID')
    const credentials = { email: bob.email, password: bob.password }
    const { body } = await succeed(request('POST', '/api/v1/auth/user/signin', { body: credentials, env: rotated }))
    expect((await request('GET', ME, { auth: body.token, env: replaced })).status).toBe(200)
    expect(await codeOf(body.token)).toBe('TOKEN_INVALID')
  })
})

describe('the project of a request comes from its path alone', () => {
  test('neither the query nor the body nor a header widens it', async () => {
    const owner = await signUpCreator()
    const theirs = await createProject((await signUpCreator()).auth)
    const mine = await createProject(owner.auth)
    const table = await createTable(owner.auth, mine.id)
    const widened = `?project_id=${mine.id}&fk_model_id=${table.id}&projectId=${mine.id}`
    const headers = { 'xc-project-id': mine.id, 'project-id': mine.id, 'xc-preview': 'owner' }
    for (const path of [
      `${PROJECTS}/${theirs.id}`,
      `${PROJECTS}/${theirs.id}/users`,
      `/api/v1/db/data/noco/${theirs.id}/${table.id}`,
    ]) {
      const { status, body } = await request('GET', path + widened, { auth: owner.auth, headers })
      expect([status, body.error]).toEqual([404, 'PROJECT_NOT_FOUND'])
    }
    const inBody = await request('PATCH', `${PROJECTS}/${theirs.id}`, {
      auth: owner.auth,
      body: { project_id: mine.id, title: 'Mine' },
    })
    expect(inBody.status).toBe(404)
  })

  test('a table of another project is not found in this one', async () => {
    const owner = await signUpCreator()
    const [one, two] = [await createProject(owner.auth), await createProject(owner.auth)]
    const table = await createTable(owner.auth, one.id)
    expect((await request('GET', `/api/v1/db/data/noco/${two.id}/${table.id}`, { auth: owner.auth })).body.error).toBe(
      'TABLE_NOT_FOUND',
    )
  })
})
