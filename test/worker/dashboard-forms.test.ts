/** Every form of the dashboard, found in the router, against every other site; and what a session's end does to pages. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../src/app'
import { PUBLIC_PAGES } from '../../src/dashboard/routes'
import { hmacSha256 } from '../../src/lib/crypto'
import {
  ORIGIN,
  type Person,
  claimsOf,
  createProject,
  createTable,
  createToken,
  dump,
  request,
  signIn,
  signUp,
  superAdmin,
} from '../support/client'
import { tapD1 } from '../support/tap-d1'

const forms = [
  ...new Set(
    createApp()
      .routes.filter(({ method, path }) => method === 'POST' && !path.startsWith('/api/'))
      .map(({ path }) => path),
  ),
]
const isPublic = (path: string) => Object.hasOwn(PUBLIC_PAGES, `POST ${path}`)
const guarded = forms.filter((path) => !isPublic(path))

const HTML = { accept: 'text/html' }
const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' }

let admin: Person
let member: Person
/** The administrator in another browser. */
let elsewhere: Person
let paths: Record<string, string>

beforeAll(async () => {
  admin = await superAdmin()
  elsewhere = await signIn(admin)
  member = await signUp()
  const project = await createProject(admin.auth)
  const table = await createTable(admin.auth, project.id)
  const token = await createToken(admin.auth)
  await request('POST', `/api/v1/db/meta/projects/${project.id}/users`, {
    auth: admin.auth,
    body: { email: member.email, roles: 'editor' },
  })
  paths = {
    projectId: project.id,
    tableId: table.id,
    columnId: table.columns.at(-1)?.id ?? '',
    userId: member.id,
    id: String(token.id),
    rowId: '1',
    token: 'x'.repeat(40),
  }
})

const pathOf = (form: string) => form.replaceAll(/:(\w+)/g, (_, name: string) => paths[name] ?? 'x')

function csrfOf({ auth }: Person): Promise<string> {
  return hmacSha256(env.NC_AUTH_JWT_SECRET, `form:${String(claimsOf(auth)['sid'])}`)
}

/** What the form would be sent with on our own page. */
function fields(csrf: string): string {
  return new URLSearchParams({
    csrf,
    title: 'changed',
    name: 'changed',
    email: 'x@example.org',
    role: 'viewer',
    password: 'x'.repeat(12),
  }).toString()
}

test('there are forms to look at', () => {
  expect(forms.length).toBeGreaterThan(25)
  expect(guarded).toContain('/projects/:projectId/settings/api-tokens')
})

describe.each(forms)('POST %s', (form) => {
  test.each([
    ['names another origin', { origin: 'https://evil.example' }],
    ['comes from nowhere that may be named', { origin: 'null' }],
    ['is said by the browser to be cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['comes from a sister site', { origin: ORIGIN, 'sec-fetch-site': 'same-site' }],
  ])('is refused when it %s, even with the right token', async (_, headers) => {
    const before = await dump(env.DB)
    const answer = await request('POST', pathOf(form), {
      refresh: admin.refresh,
      body: fields(await csrfOf(admin)),
      headers: { ...FORM, ...headers },
    })
    expect(answer.status).toBe(403)
    expect(answer.body).toContain('This request was refused')
    expect(await dump(env.DB)).toEqual(before)
  })
})

describe.each(guarded)('POST %s', (form) => {
  test('is refused without the token of the page', async () => {
    const before = await dump(env.DB)
    const answer = await request('POST', pathOf(form), {
      refresh: admin.refresh,
      body: fields(''),
      headers: { ...FORM, origin: ORIGIN },
    })
    expect(answer.status).toBe(403)
    expect(answer.body).toContain('This form is out of date')
    expect(await dump(env.DB)).toEqual(before)
  })

  test('is refused with the token of another session of the same person', async () => {
    const before = await dump(env.DB)
    const answer = await request('POST', pathOf(form), {
      refresh: admin.refresh,
      body: fields(await csrfOf(elsewhere)),
      headers: { ...FORM, origin: ORIGIN },
    })
    expect(answer.status).toBe(403)
    expect(await dump(env.DB)).toEqual(before)
  })

  test('sends to the sign-in page whoever has no session', async () => {
    const answer = await request('POST', pathOf(form), { body: fields(''), headers: FORM })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/?notice=sign-in-first')
  })

  test('takes no Auth Token and no API Token for a session', async () => {
    const { token } = await createToken(admin.auth)
    for (const credential of [{ auth: admin.auth }, { token }]) {
      const answer = await request('POST', pathOf(form), { ...credential, body: fields(await csrfOf(admin)), headers: FORM })
      expect(answer.headers.get('location')).toBe('/?notice=sign-in-first')
    }
  })
})

test('a form with the token of its own session is done', async () => {
  const answer = await request('POST', `/projects/${paths['projectId']}/settings/project`, {
    refresh: admin.refresh,
    body: fields(await csrfOf(admin)),
    headers: { ...FORM, origin: ORIGIN, 'sec-fetch-site': 'same-origin' },
  })
  expect(answer.status).toBe(303)
  expect(answer.headers.get('location')).toContain('notice=project-renamed')
})

test('a form is not JSON, and JSON is no form', async () => {
  const headers = { origin: ORIGIN, accept: 'text/html', 'content-type': 'application/json' }
  expect((await request('POST', '/sign-in', { body: '{}', headers })).status).toBe(400)
  const answer = await request('POST', '/api/v1/auth/user/signin', { body: 'email=a', headers: FORM })
  expect(answer).toMatchObject({ status: 415, body: { error: 'UNSUPPORTED_MEDIA_TYPE' } })
})

describe('the cookie', () => {
  test('opens pages and no route of the API', async () => {
    const page = await request('GET', '/projects', { refresh: admin.refresh, headers: HTML })
    expect(page.status).toBe(200)
    const api = await request('GET', '/api/v1/db/meta/projects/', { refresh: admin.refresh })
    expect(api.status).toBe(401)
  })

  test('is not spent by pages', async () => {
    const person = await signUp()
    for (let times = 0; times < 3; times++) {
      expect((await request('GET', '/projects', { refresh: person.refresh, headers: HTML })).status).toBe(200)
    }
    expect((await request('POST', '/api/v1/auth/token/refresh', { refresh: person.refresh })).status).toBe(200)
    const spent = await request('GET', '/projects', { refresh: person.refresh, headers: HTML })
    expect(spent.headers.get('location')).toBe('/?next=%2Fprojects&notice=session-ended')
  })
})

describe('a page', () => {
  test('forbids scripts, styles and frames from anywhere else, and is not for other origins', async () => {
    const { headers } = await request('GET', '/projects', {
      refresh: admin.refresh,
      headers: { ...HTML, origin: 'https://evil.example' },
    })
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  test.each(['/projects', '/account', '/admin/users', '/projects/p_x/tables/md_x'])(
    '%s sends a guest to sign in',
    async (path) => {
      const answer = await request('GET', path, { headers: HTML })
      expect(answer.status).toBe(303)
      expect(answer.headers.get('location')).toBe(`/?next=${encodeURIComponent(path)}&notice=sign-in-first`)
    },
  )

  test('says that a session ended elsewhere', async () => {
    const person = await signUp()
    await request('POST', '/api/v1/auth/user/signout', { auth: person.auth })
    const answer = await request('GET', '/account', { refresh: person.refresh, headers: HTML })
    expect(answer.headers.get('location')).toBe('/?next=%2Faccount&notice=session-ended')
    expect(answer.headers.get('set-cookie')).toContain('refresh_token=;')
  })

  test('of a project looks to a stranger as if there were no project', async () => {
    const stranger = await signUp()
    const answer = await request('GET', `/projects/${paths['projectId']}`, { refresh: stranger.refresh, headers: HTML })
    expect(answer.headers.get('location')).toBe('/projects?notice=no-project')
  })

  test('says when a role does not allow it', async () => {
    const answer = await request('GET', `/projects/${paths['projectId']}/settings/users`, {
      refresh: member.refresh,
      headers: HTML,
    })
    expect(answer.headers.get('location')).toBe(`/projects/${paths['projectId']}?notice=not-allowed-here`)
    expect((await request('GET', '/admin/users', { refresh: member.refresh, headers: HTML })).headers.get('location')).toBe(
      '/projects?notice=not-allowed',
    )
  })

  test('goes on to no other site after signing in', async () => {
    for (const next of [
      'https://evil.example/',
      '//evil.example/',
      '/\\evil.example',
      '/projects/../docs',
      '/docs/../admin',
      '/api/v1/health',
    ]) {
      const body = new URLSearchParams({ email: member.email, password: member.password, next }).toString()
      const answer = await request('POST', '/sign-in', { body, headers: { ...FORM, origin: ORIGIN } })
      expect(answer.headers.get('location')).toBe('/projects')
    }
  })
})

test.each(['/docs', '/api/v1/db/meta/projects/p_1/swagger'])('signing in goes on to the docs page %s', async (next) => {
  const { email, password } = await signUp()
  const body = new URLSearchParams({ email, password, next }).toString()
  const answer = await request('POST', '/sign-in', { body, headers: { ...FORM, origin: ORIGIN } })
  expect(answer.headers.get('location')).toBe(next)
})

test('who is signed in is told to their own browser, with what a request for an Auth Token needs', async () => {
  const guest = await request('GET', '/session', {})
  expect([guest.status, guest.body]).toEqual([200, { email: null, csrf: '' }])
  const person = await signUp()
  const { body } = await request('GET', '/session', { refresh: person.refresh })
  expect(body).toEqual({ email: person.email, csrf: await csrfOf(person) })
  // The credential of the API says nothing here, and no other site may read the answer.
  const { body: byToken, headers } = await request('GET', '/session', {
    auth: person.auth,
    headers: { origin: 'https://evil.example' },
  })
  expect(byToken).toEqual({ email: null, csrf: '' })
  expect(headers.get('access-control-allow-origin')).toBeNull()
})

test('a fresh Auth Token of the session works, and ends with the session', async () => {
  const person = await signUp()
  const headers = { accept: 'application/json', 'x-csrf-token': await csrfOf(person), origin: ORIGIN }
  const answer = await request('POST', '/session/auth-token', { refresh: person.refresh, headers })
  expect(answer.status).toBe(200)
  const { token, expires_at: expiresAt } = answer.body as { token: string; expires_at: string }
  expect(Math.round((Date.parse(expiresAt) - Date.now()) / 3_600_000)).toBe(10)
  expect((await request('GET', '/api/v1/auth/user/me', { auth: token })).body).toMatchObject({ email: person.email })
  await request('POST', '/session/sign-out', {
    refresh: person.refresh,
    body: fields(await csrfOf(person)),
    headers: { ...FORM, origin: ORIGIN },
  })
  expect((await request('GET', '/api/v1/auth/user/me', { auth: token })).body).toMatchObject({ error: 'TOKEN_REVOKED' })
})

test.each(['/auth/signup/', '/auth/email/verify/'])('%s builds its form from no path that leads elsewhere', async (page) => {
  const { body } = await request('GET', `${page}..%2F..%2Fsession%2Fsign-out`, { headers: HTML })
  expect(body).not.toMatch(/action="[^"]*\.\.\//)
  expect(body).toMatch(/action="\/(?:sign-up|verify-email)\/\.\.%2F\.\.%2Fsession%2Fsign-out"/)
})

describe('a link or token that is made is shown, whatever fails after it', () => {
  const BROKEN = new Error('D1_ERROR: Network connection lost')

  test.each<[string, string, RegExp]>([
    ['/account/api-tokens', 'name=nightly', /value="[\w-]{40}"/],
    ['/projects/:projectId/settings/api-tokens', 'name=nightly', /value="[\w-]{40}"/],
    ['/projects/:projectId/settings/users', 'email=someone.new@example.org&role=viewer', /\/auth\/signup\/[\w-]{40}/],
    ['/admin/users', 'email=another.new@example.org&role=org-level-viewer', /\/auth\/signup\/[\w-]{40}/],
    ['/admin/users/:userId/reset-link', '', /\/auth\/password\/reset\/[\w-]{40}/],
  ])('POST %s', async (path, fields, secret) => {
    const target = path.replaceAll(/:(\w+)/g, (_, name: string) => paths[name] ?? 'x')
    const csrf = await hmacSha256(env.NC_AUTH_JWT_SECRET, `form:${String(claimsOf(admin.auth)['sid'])}`)
    let isMade = false
    const DB = tapD1(env.DB, {
      before: () => {
        if (isMade) throw BROKEN
      },
      after: async () => {
        const { api_tokens: tokens = [], users = [], password_resets: resets = [] } = await dump(env.DB)
        isMade ||= tokens.length + users.length + resets.length > before
      },
    })
    const { api_tokens: tokens = [], users = [], password_resets: resets = [] } = await dump(env.DB)
    const before = tokens.length + users.length + resets.length
    const { status, body } = await request('POST', target, {
      refresh: admin.refresh,
      body: `${fields}&csrf=${csrf}`,
      headers: FORM,
      env: { ...env, DB },
    })
    expect(isMade).toBe(true)
    expect(status).toBe(200)
    expect(body).toMatch(secret)
  })
})
