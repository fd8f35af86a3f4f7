/** Sessions: refresh tokens, their rotation and reuse, sign-out, and which sites may act on the cookie. */
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import worker from '../../src/index'
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import {
  type Person,
  claimsOf,
  dump,
  refreshTokenOf,
  request,
  signIn,
  signUp,
  succeed,
  superAdmin,
  unique,
} from '../support/client'
import { sha256 } from '../../src/lib/crypto'
import { tapD1 } from '../support/tap-d1'

const REFRESH = '/api/v1/auth/token/refresh'
const SIGN_OUT = '/api/v1/auth/user/signout'

const me = (auth: string) => request('GET', '/api/v1/auth/user/me', { auth })
const refreshWith = (refresh: string, headers: Record<string, string> = {}) => request('POST', REFRESH, { refresh, headers })

async function expectAlive({ auth, refresh }: Pick<Person, 'auth' | 'refresh'>): Promise<void> {
  expect((await me(auth)).status).toBe(200)
  expect((await refreshWith(refresh)).status).toBe(200)
}

async function expectEnded({ auth, refresh }: Pick<Person, 'auth' | 'refresh'>): Promise<void> {
  const { status, body } = await me(auth)
  expect([status, body.error]).toEqual([401, 'TOKEN_REVOKED'])
  expect((await refreshWith(refresh)).body.error).toBe('INVALID_REFRESH_TOKEN')
}

describe('the cookie', () => {
  const cookieOf = async (origin: string) => {
    await superAdmin()
    const body = { email: `${unique('cookie')}@example.org`, password: 'correct horse battery' }
    const { headers } = await succeed(request('POST', `${origin}/api/v1/auth/user/signup`, { body }))
    return headers.get('set-cookie') ?? ''
  }

  test('is out of reach of scripts and of other sites, and lives for seven days', async () => {
    const cookie = await cookieOf('http://localhost')
    expect(cookie).toMatch(/^refresh_token=[\w-]{40}; Path=\/; Expires=[^;]+ GMT; HttpOnly; SameSite=Lax$/)
    const expires = Date.parse(/Expires=([^;]+)/.exec(cookie)?.[1] ?? '')
    expect(Math.abs(expires - Date.now() - 7 * 86_400_000)).toBeLessThan(10_000)
  })

  test('is Secure where the site is, and then of this very host', async () => {
    expect(await cookieOf('https://latchkey.test')).toMatch(
      /^__Host-refresh_token=[\w-]{40}; Path=\/; Expires=[^;]+ GMT; HttpOnly; Secure; SameSite=Lax$/,
    )
    expect(await cookieOf('http://localhost')).not.toMatch(/; Secure|__Host/)
  })

  test('of the old name is read over https until it is replaced, and goes then', async () => {
    const ada = await signUp()
    const { status, headers } = await request('POST', `https://latchkey.test${REFRESH}`, { refresh: ada.refresh })
    expect(status).toBe(200)
    const [set = '', cleared = ''] = headers.getSetCookie()
    expect(set).toMatch(/^__Host-refresh_token=[\w-]{40}; Path=\//)
    expect(cleared).toMatch(/^refresh_token=; Max-Age=0; Path=\//)
  })

  test('of the new name wins over one that a neighbour of the domain could plant', async () => {
    const [ada, eve] = [await signUp(), await signUp()]
    const cookie = `refresh_token=${eve.refresh}; __Host-refresh_token=${ada.refresh}`
    const { body } = await succeed(request('POST', `https://latchkey.test${REFRESH}`, { headers: { cookie } }))
    expect(claimsOf(body.token)['id']).toBe(ada.id)
  })

  test('of the secure name counts for nothing over plain http', async () => {
    const ada = await signUp()
    const { body } = await request('POST', REFRESH, { headers: { cookie: `__Host-refresh_token=${ada.refresh}` } })
    expect(body.message).toBe('Missing refresh token')
  })

  test('lives as long as a browser keeps one when Auth Tokens live longer', async () => {
    await superAdmin()
    const body = { email: `${unique('cookie')}@example.org`, password: 'correct horse battery' }
    const long = { ...env, NC_JWT_EXPIRES_IN: '2y' }
    const { body: answer, headers } = await succeed(request('POST', '/api/v1/auth/user/signup', { body, env: long }))
    const { exp, iat } = claimsOf(answer.token)
    expect(Number(exp) - Number(iat)).toBe(2 * 31_557_600)
    const expires = Date.parse(/Expires=([^;]+)/.exec(headers.get('set-cookie') ?? '')?.[1] ?? '')
    expect(expires).toBeLessThan(Date.now() + 400 * 86_400_000)
    expect((await request('GET', '/api/v1/auth/user/me', { auth: answer.token, env: long })).status).toBe(200)
  })
})

describe('a refresh', () => {
  test('answers with a new Auth Token and a new cookie; the session goes on', async () => {
    const ada = await signUp()
    const { status, body, headers } = await refreshWith(ada.refresh)
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['token'])
    expect(refreshTokenOf(headers)).toMatch(/^[\w-]{40}$/)
    expect(refreshTokenOf(headers)).not.toBe(ada.refresh)
    expect(claimsOf(body.token)['sid']).toBe(claimsOf(ada.auth)['sid'])
    expect((await me(ada.auth)).status).toBe(200)
    await expectAlive({ auth: body.token, refresh: refreshTokenOf(headers) })
  })

  test('tells the roles of this moment', async () => {
    const ada = await signUp()
    const { auth } = await superAdmin()
    await succeed(request('PATCH', `/api/v1/users/${ada.id}`, { auth, body: { roles: 'org-level-creator' } }))
    expect(claimsOf((await refreshWith(ada.refresh)).body.token)['roles']).toBe('org-level-creator')
  })

  test('works with the content type that the SDK sends with no body', async () => {
    const ada = await signUp()
    const { status } = await refreshWith(ada.refresh, { 'content-type': 'application/x-www-form-urlencoded' })
    expect(status).toBe(200)
  })

  test('five times in a row keeps one session', async () => {
    const ada = await signUp()
    let { refresh } = ada
    for (let turn = 0; turn < 5; turn++) refresh = refreshTokenOf((await succeed(refreshWith(refresh))).headers)
    const { sessions = [] } = await dump(env.DB)
    expect(sessions.filter((session) => session['user_id'] === ada.id)).toHaveLength(1)
  })

  test.each([
    ['no cookie', undefined, 'Missing refresh token'],
    ['an empty cookie', '', 'Missing refresh token'],
    ['a token there is none of', 'x'.repeat(40), 'Invalid refresh token'],
    ['a long text', 'x'.repeat(4000), 'Invalid refresh token'],
    ['SQL', "' OR 1=1 --", 'Invalid refresh token'],
  ])('with %s is refused', async (_, refresh, message) => {
    const { status, body } = await request('POST', REFRESH, { refresh })
    expect(status).toBe(400)
    expect(body.error).toBe('INVALID_REFRESH_TOKEN')
    if (refresh !== '') expect(body.message).toBe(message)
  })

  test('or a sign-out with a cookie that is no token asks the database nothing', async () => {
    let calls = 0
    const DB = tapD1(env.DB, { before: () => void (calls += 1) })
    for (const path of [REFRESH, SIGN_OUT]) await request('POST', path, { refresh: 'no-token', env: { ...env, DB } })
    expect(calls).toBe(0)
  })

  test('takes the token from nowhere but the cookie', async () => {
    const { refresh } = await signUp()
    const attempts = [
      request('POST', `${REFRESH}?refresh_token=${refresh}`),
      request('POST', REFRESH, { body: { refresh_token: refresh } }),
      request('POST', REFRESH, { headers: { refresh_token: refresh, 'xc-refresh-token': refresh } }),
    ]
    for (const { status } of await Promise.all(attempts)) expect(status).toBe(400)
    expect((await refreshWith(refresh)).status).toBe(200)
  })

  test('token is no Auth Token, and an Auth Token is no refresh token', async () => {
    const { auth, refresh } = await signUp()
    expect((await me(refresh)).body.error).toBe('TOKEN_INVALID')
    expect((await request('GET', '/api/v1/auth/user/me', { token: refresh })).body.error).toBe('TOKEN_INVALID')
    expect((await refreshWith(auth)).body.error).toBe('INVALID_REFRESH_TOKEN')
  })
})

/** As if the refresh token had been spent some time ago. */
async function letPass(seconds: number, refresh: string): Promise<void> {
  await env.DB.prepare('UPDATE refresh_tokens SET spent_at = spent_at - ? WHERE hash = ?')
    .bind(seconds * 1000, await sha256(refresh))
    .run()
}

describe('a spent refresh token', () => {
  test('shown again later ends that browser’s session: its Auth Tokens and the successor too', async () => {
    const ada = await signUp()
    const { body, headers } = await succeed(refreshWith(ada.refresh))
    await letPass(11, ada.refresh)
    const reuse = await refreshWith(ada.refresh)
    expect([reuse.status, reuse.body.error]).toEqual([400, 'INVALID_REFRESH_TOKEN'])
    await expectEnded({ auth: body.token, refresh: refreshTokenOf(headers) })
    await expectEnded({ auth: ada.auth, refresh: ada.refresh })
  })

  test('shown again within ten seconds is refused and ends nothing: another tab, or an answer that got lost', async () => {
    const ada = await signUp()
    const { body, headers } = await succeed(refreshWith(ada.refresh))
    await letPass(8, ada.refresh)
    for (let time = 0; time < 3; time++) {
      const reuse = await refreshWith(ada.refresh)
      expect([reuse.status, reuse.body.error]).toEqual([400, 'INVALID_REFRESH_TOKEN'])
      expect(reuse.headers.get('set-cookie')).toBeNull()
    }
    await expectAlive({ auth: body.token, refresh: refreshTokenOf(headers) })
  })

  test('ends it also two rotations later', async () => {
    const ada = await signUp()
    const second = refreshTokenOf((await succeed(refreshWith(ada.refresh))).headers)
    const third = refreshTokenOf((await succeed(refreshWith(second))).headers)
    await letPass(11, ada.refresh)
    await refreshWith(ada.refresh)
    await expectEnded({ auth: ada.auth, refresh: third })
  })

  test('leaves the sessions of other browsers, and of other people, alone', async () => {
    const ada = await signUp()
    const elsewhere = await signIn(ada)
    const other = await signUp()
    await succeed(refreshWith(ada.refresh))
    await letPass(11, ada.refresh)
    await refreshWith(ada.refresh)
    await expectAlive(elsewhere)
    await expectAlive(other)
  })
})

describe('two refreshes at once', () => {
  test('give one successor, which works', async () => {
    for (let round = 0; round < 5; round++) {
      const ada = await signUp()
      const answers = await Promise.all([refreshWith(ada.refresh), refreshWith(ada.refresh)])
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400])
      const winner = answers.find(({ status }) => status === 200)
      await expectAlive({ auth: winner?.body.token, refresh: refreshTokenOf(winner?.headers ?? new Headers()) })
    }
  })

  test('leave the cookie of the winner alone: the loser sets and clears nothing', async () => {
    const ada = await signUp()
    const answers = await Promise.all([refreshWith(ada.refresh), refreshWith(ada.refresh), refreshWith(ada.refresh)])
    const losers = answers.filter(({ status }) => status === 400)
    expect(losers).toHaveLength(2)
    for (const { headers } of losers) expect(headers.get('set-cookie')).toBeNull()
  })
})

describe('requests of other sites', () => {
  const FOREIGN: [string, Record<string, string>][] = [
    ['a foreign Origin', { origin: 'https://evil.test' }],
    ['a foreign Origin over JSON', { origin: 'https://evil.test', 'content-type': 'application/json' }],
    ['a foreign Origin over a form', { origin: 'https://evil.test', 'content-type': 'application/x-www-form-urlencoded' }],
    ['a foreign Origin over text', { origin: 'https://evil.test', 'content-type': 'text/plain' }],
    ['a foreign Origin in capitals', { origin: 'HTTPS://EVIL.TEST' }],
    ['Origin: null', { origin: 'null' }],
    ['our host on another port', { origin: 'http://localhost:81' }],
    ['our host over another scheme', { origin: 'https://localhost' }],
    ['our host as a prefix', { origin: 'http://localhost.evil.test' }],
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }],
    ['Sec-Fetch-Site: cross-site beside our Origin', { origin: 'http://localhost', 'sec-fetch-site': 'cross-site' }],
    [
      'our host only in X-Forwarded-Host',
      { origin: 'https://evil.test', 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https' },
    ],
  ]

  test.each(FOREIGN)('with %s cannot refresh', async (_, headers) => {
    const ada = await signUp()
    const answer = await refreshWith(ada.refresh, headers)
    expect([answer.status, answer.body.error]).toEqual([403, 'CROSS_SITE_REQUEST'])
    expect(answer.headers.get('set-cookie')).toBeNull()
    await expectAlive(ada)
  })

  test.each(FOREIGN)('with %s cannot sign anyone out by their cookie', async (_, headers) => {
    const ada = await signUp()
    const answer = await request('POST', SIGN_OUT, { refresh: ada.refresh, headers })
    expect([answer.status, answer.body.error]).toEqual([403, 'CROSS_SITE_REQUEST'])
    expect(answer.headers.get('set-cookie')).toBeNull()
    await expectAlive(ada)
  })

  test.each<[string, Record<string, string>]>([
    ['our own Origin', { origin: 'http://localhost' }],
    ['our own Origin and Sec-Fetch-Site', { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' }],
    ['Sec-Fetch-Site: same-origin alone', { 'sec-fetch-site': 'same-origin' }],
    ['neither, as a client that is no browser', {}],
  ])('are not those with %s', async (_, headers) => {
    const ada = await signUp()
    expect((await refreshWith(ada.refresh, headers)).status).toBe(200)
  })
})

describe('behind a proxy that rewrites Host, with NC_PUBLIC_URL set', () => {
  const behind = { ...env, NC_PASSWORD_HASH: 'pbkdf2', NC_PUBLIC_URL: 'https://api.example.org' }
  const headers = { origin: 'https://api.example.org', 'sec-fetch-site': 'same-origin' }
  const INSIDE = 'http://inside.internal:8080'

  test('sign-in, refresh and sign-out work, in pages and in the API', async () => {
    const ada = await signUp()
    const form = `email=${ada.email}&password=${encodeURIComponent(ada.password)}`
    const page = await request('POST', `${INSIDE}/sign-in`, {
      body: form,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
      env: behind,
    })
    expect([page.status, page.headers.get('location')]).toEqual([303, '/projects'])
    const cookie = /^__Host-refresh_token=[\w-]{40}/.exec(page.headers.get('set-cookie') ?? '')?.[0] ?? ''
    const refreshed = await request('POST', INSIDE + REFRESH, { headers: { ...headers, cookie }, env: behind })
    expect(refreshed.status).toBe(200)
    const renewed = /^__Host-refresh_token=[\w-]{40}/.exec(refreshed.headers.get('set-cookie') ?? '')?.[0] ?? ''
    const out = await request('POST', INSIDE + SIGN_OUT, { headers: { ...headers, cookie: renewed }, env: behind })
    expect(out.status).toBe(200)
    expect((await me(refreshed.body.token)).body.error).toBe('TOKEN_REVOKED')
  })

  test.each(['https://evil.test', 'http://api.example.org', 'https://api.example.org.evil.test'])(
    'a page of %s is still another site',
    async (origin) => {
      const ada = await signUp()
      const answer = await request('POST', INSIDE + REFRESH, { refresh: ada.refresh, headers: { origin }, env: behind })
      expect([answer.status, answer.body.error]).toEqual([403, 'CROSS_SITE_REQUEST'])
    },
  )

  test('an Origin that no setting names is another site, as before', async () => {
    const ada = await signUp()
    const answer = await request('POST', INSIDE + REFRESH, { refresh: ada.refresh, headers })
    expect([answer.status, answer.body.error]).toEqual([403, 'CROSS_SITE_REQUEST'])
  })
})

describe('sign-out', () => {
  const signOut = (options: Parameters<typeof request>[2]) => request('POST', SIGN_OUT, options)

  test('by the cookie ends this browser’s session, Auth Token included, and clears the cookie', async () => {
    const ada = await signUp()
    const { status, body, headers } = await signOut({ refresh: ada.refresh })
    expect([status, body]).toEqual([200, { msg: 'Signed out successfully' }])
    expect(headers.get('set-cookie')).toMatch(/^refresh_token=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(headers.get('clear-site-data')).toBe('"cache", "storage"')
    await expectEnded(ada)
  })

  test('by the Auth Token does so too', async () => {
    const ada = await signUp()
    expect((await signOut({ auth: ada.auth })).status).toBe(200)
    await expectEnded(ada)
  })

  test('leaves another browser of the same person alone', async () => {
    const here = await signUp()
    const there = await signIn(here)
    await signOut({ auth: here.auth, refresh: here.refresh })
    await expectEnded(here)
    await expectAlive(there)
  })

  test('from a page of another origin ends the session whose Auth Token it holds, and touches no cookie', async () => {
    const app = await signUp()
    const browser = await signUp()
    const { status, headers } = await signOut({
      auth: app.auth,
      refresh: browser.refresh,
      headers: { origin: 'https://app.test' },
    })
    expect(status).toBe(200)
    expect(headers.get('set-cookie')).toBeNull()
    expect(headers.get('clear-site-data')).toBeNull()
    await expectEnded(app)
    await expectAlive(browser)
  })

  test.each<[string, Parameters<typeof request>[2]]>([
    ['no credential', {}],
    ['a bad Auth Token', { auth: 'a.b.c' }],
    ['a spent cookie', { refresh: 'x'.repeat(40) }],
  ])('with %s is no error: there is nothing to end', async (_, options) => {
    expect((await signOut(options ?? {})).status).toBe(200)
  })

  test('twice is no error', async () => {
    const ada = await signUp()
    await signOut({ refresh: ada.refresh })
    expect((await signOut({ refresh: ada.refresh })).status).toBe(200)
  })
})

describe('a session that has run out', () => {
  const expire = (person: Person) =>
    env.DB.prepare('UPDATE sessions SET expires_at = ? WHERE id = ?')
      .bind(Date.now() - 1, claimsOf(person.auth)['sid'])
      .run()

  test('is over for its Auth Tokens and its refresh token', async () => {
    const ada = await signUp()
    await expire(ada)
    await expectEnded(ada)
  })

  test('is forgotten by the scheduled job, and a live one is not', async () => {
    const ada = await signUp()
    const other = await signUp()
    await expire(ada)
    const context = createExecutionContext()
    await worker.scheduled(createScheduledController(), env)
    await waitOnExecutionContext(context)
    const { sessions = [], refresh_tokens: tokens = [] } = await dump(env.DB)
    expect(sessions.map(({ id }) => id)).not.toContain(claimsOf(ada.auth)['sid'])
    expect(tokens.map((token) => token['session_id'])).not.toContain(claimsOf(ada.auth)['sid'])
    await expectAlive(other)
  })

  test('lives on by seven days with each refresh', async () => {
    const ada = await signUp()
    const sid = claimsOf(ada.auth)['sid']
    await env.DB.prepare('UPDATE sessions SET expires_at = ? WHERE id = ?')
      .bind(Date.now() + 5000, sid)
      .run()
    await succeed(refreshWith(ada.refresh))
    const row = await env.DB.prepare('SELECT expires_at FROM sessions WHERE id = ?').bind(sid).first<{ expires_at: number }>()
    expect(row?.expires_at).toBeGreaterThan(Date.now() + 6.9 * 86_400_000)
  })
})

test('a removed user has no session, token or membership left', async () => {
  const ada = await signUp()
  const { auth } = await superAdmin()
  await succeed(request('DELETE', `/api/v1/users/${ada.id}`, { auth }))
  await expectEnded(ada)
  const { refresh_tokens: tokens = [], sessions = [] } = await dump(env.DB)
  const sids = sessions.map(({ id }) => id)
  expect(tokens.filter((token) => !sids.includes(token['session_id']))).toEqual([])
})
