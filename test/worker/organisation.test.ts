/** The organisation: its users, its switches, the super admin of the settings, and the mails. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { hmacSha256 } from '../../src/lib/crypto'
import type { Bindings } from '../../src/config'
import {
  PASSWORD,
  type Person,
  addMember,
  claimsOf,
  createProject,
  createToken,
  dump,
  forgetEverything,
  request,
  signIn,
  signUp,
  signUpCreator,
  succeed,
  superAdmin,
  unique,
} from '../support/client'
import { tapD1 } from '../support/tap-d1'

const error = (code: string, message: string) => ({ error: code, message, msg: message })
const newEmail = () => `${unique('person')}@example.org`
const signup = (body: unknown, bindings?: Bindings) =>
  request('POST', '/api/v1/auth/user/signup', { body, ...(bindings === undefined ? {} : { env: bindings }) })
const me = (auth: string) => request('GET', '/api/v1/auth/user/me', { auth })

describe('the users', () => {
  let admin: Person

  beforeAll(async () => {
    admin = await superAdmin()
  })

  const call = (method: string, path: string, body?: unknown) =>
    request(method, `/api/v1/users${path}`, { auth: admin.auth, body })

  test('are listed in pages, oldest first, without a secret', async () => {
    const ada = await signUp()
    const { body } = await call('GET', `?query=${ada.email}`)
    expect(body).toEqual({
      list: [
        {
          id: ada.id,
          email: ada.email,
          firstname: null,
          lastname: null,
          roles: 'org-level-viewer',
          email_verified: false,
          invited: false,
          created_at: expect.any(String),
          updated_at: expect.any(String),
        },
      ],
      pageInfo: { totalRows: 1, page: 1, pageSize: 25, isFirstPage: true, isLastPage: true },
    })
    const first = (await call('GET', '?limit=1')).body
    expect(first.list).toHaveLength(1)
    expect(first.list[0].email).toBe(admin.email)
    expect(first.pageInfo).toMatchObject({ page: 1, pageSize: 1, isFirstPage: true, isLastPage: false })
    expect((await call('GET', '?limit=1&offset=1')).body.list[0].email).not.toBe(admin.email)
  })

  test('are invited as viewers, or as creators, and sign up by the link', async () => {
    for (const [roles, expected] of [
      [undefined, 'org-level-viewer'],
      ['org-level-creator', 'org-level-creator'],
    ] as const) {
      const email = newEmail()
      const { status, body } = await call('POST', '', { email: email.toUpperCase(), roles })
      expect([status, body]).toEqual([
        200,
        {
          invite_token: expect.stringMatching(/^[\w-]{40}$/),
          invite_url: `http://localhost/auth/signup/${body.invite_token}`,
          email,
        },
      ])
      const accepted = await succeed(signup({ email, password: PASSWORD, token: body.invite_token }))
      expect(claimsOf(accepted.body.token)['roles']).toBe(expected)
    }
  })

  test.each([
    ['the super role', { email: 'x@example.org', roles: 'super' }, 'INVALID_REQUEST_BODY'],
    ['two roles', { email: 'x@example.org', roles: 'org-level-viewer,super' }, 'INVALID_REQUEST_BODY'],
    ['no e-mail', {}, 'INVALID_REQUEST_BODY'],
    ['an e-mail that is none', { email: 'x' }, 'INVALID_EMAIL'],
  ])('are not invited with %s', async (_, body, code) => {
    const before = await dump(env.DB)
    const answer = await call('POST', '', body)
    expect([answer.status, answer.body.error]).toEqual([400, code])
    expect(await dump(env.DB)).toEqual(before)
  })

  test('who have an account are not invited', async () => {
    expect((await call('POST', '', { email: admin.email })).body).toEqual(error('USER_EXISTS', 'User already exist'))
  })

  test('get a new link while they have not signed up, and not after', async () => {
    const email = newEmail()
    const older = (await succeed(call('POST', '', { email }))).body.invite_token
    const row = await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first<{ id: string }>()
    const { body } = await succeed(call('POST', `/${row?.id}/resend-invite`))
    expect((await signup({ email, password: PASSWORD, token: older })).body.error).toBe('INVALID_INVITE')
    expect((await signup({ email, password: PASSWORD, token: body.invite_token })).status).toBe(200)
    expect((await call('POST', `/${row?.id}/resend-invite`)).body.error).toBe('USER_EXISTS')
  })

  test('change their role, which counts at their next request', async () => {
    const ada = await signUp()
    const create = () => request('POST', '/api/v1/db/meta/projects', { auth: ada.auth, body: { title: unique('P') } })
    expect((await create()).status).toBe(403)
    expect((await call('PATCH', `/${ada.id}`, { roles: 'org-level-creator' })).body).toEqual({
      msg: 'The user has been updated successfully',
    })
    expect((await create()).status).toBe(200)
    await succeed(call('PATCH', `/${ada.id}`, { roles: 'org-level-viewer' }))
    expect((await create()).status).toBe(403)
  })

  test('are removed with their sessions, tokens and memberships, at once', async () => {
    const ada = await signUp()
    const { token } = await createToken(ada.auth)
    expect((await call('DELETE', `/${ada.id}`)).body).toEqual({ msg: 'The user has been deleted successfully' })
    expect((await me(ada.auth)).body.error).toBe('TOKEN_REVOKED')
    expect((await request('GET', '/api/v1/auth/user/me', { token })).body.error).toBe('TOKEN_INVALID')
    const body = { email: ada.email, password: ada.password }
    expect((await request('POST', '/api/v1/auth/user/signin', { body })).body.error).toBe('INVALID_CREDENTIALS')
    // The audit log goes on telling of them.
    const { audit_events: _, ...tables } = await dump(env.DB)
    for (const rows of Object.values(tables)) expect(JSON.stringify(rows)).not.toContain(ada.id)
  })

  test('are not removed while a project has no other owner, and the answer says which', async () => {
    const ada = await signUpCreator()
    const kept = await createProject(ada.auth)
    const deleted = await createProject(ada.auth)
    await succeed(request('DELETE', `/api/v1/db/meta/projects/${deleted.id}`, { auth: ada.auth }))
    const message = `A project needs an owner: first make someone else an owner of “${kept.title}”, or delete it.`
    const refused = await call('DELETE', `/${ada.id}`)
    expect([refused.status, refused.body]).toEqual([400, error('INVALID_MEMBER', message)])
    expect((await me(ada.auth)).status).toBe(200)
    await addMember(admin.auth, kept.id, (await signUp()).email, 'owner')
    expect((await call('DELETE', `/${ada.id}`)).status).toBe(200)
  })

  test('who are super admins change no role of their own, and are not removed while they are', async () => {
    expect((await call('PATCH', `/${admin.id}`, { roles: 'org-level-viewer' })).body).toEqual(
      error('INVALID_MEMBER', 'Another super admin can change your role.'),
    )
    expect((await call('DELETE', `/${admin.id}`)).body).toEqual(
      error('INVALID_MEMBER', 'Cannot delete super admin: first take that role away.'),
    )
    expect((await me(admin.auth)).body.roles).toMatchObject({ super: true })
  })

  const makeSuper = (id: string) =>
    env.DB.prepare(`UPDATE users SET roles = 'org-level-creator,super' WHERE id = ?`).bind(id).run()

  test('who are super admins may be demoted by another, and reach nothing by an API Token of theirs', async () => {
    const former = await signUp()
    await makeSuper(former.id)
    const { token } = await createToken(former.auth)
    const { id: projectId } = await createProject(admin.auth)
    const read = () => request('GET', `/api/v1/db/meta/projects/${projectId}`, { token })
    expect((await read()).status).toBe(200)
    await succeed(call('PATCH', `/${former.id}`, { roles: 'org-level-viewer' }))
    expect((await me(former.auth)).body.roles).toEqual({ 'org-level-viewer': true })
    expect((await read()).status).toBe(404)
    expect((await request('GET', '/api/v1/users', { auth: former.auth })).status).toBe(403)
    expect((await call('DELETE', `/${former.id}`)).status).toBe(200)
  })

  test('who are the last two super admins cannot demote each other at once', async () => {
    const other = await signUp()
    await makeSuper(other.id)
    // As the guard lets both in: the second statement finds the first one done.
    const demote = (by: Person, whom: Person) =>
      request('PATCH', `/api/v1/users/${whom.id}`, { auth: by.auth, body: { roles: 'org-level-viewer' } })
    const answers = await Promise.all([demote(admin, other), demote(other, admin)])
    const { users = [] } = await dump(env.DB)
    expect(users.filter(({ roles }) => String(roles).includes('super'))).toHaveLength(1)
    expect(answers.map(({ status }) => status)).toContain(200)
    await makeSuper(admin.id)
    await env.DB.prepare(`UPDATE users SET roles = 'org-level-viewer' WHERE id = ?`).bind(other.id).run()
  })

  test('have API Tokens that a super admin sees by hint and deletes', async () => {
    const [ada, bob] = [await signUp(), await signUp()]
    const { id, token } = await createToken(ada.auth, 'nightly')
    const foreign = await createToken(bob.auth)
    const tokens = `/${ada.id}/api-tokens`
    const { body } = await call('GET', tokens)
    expect(body.list).toMatchObject([{ id, description: 'nightly', created_by: ada.email, fk_user_id: ada.id }])
    expect(body.list[0].token).toBe(`${token.slice(0, 4)}…${token.slice(-4)}`)
    expect(JSON.stringify(body)).not.toContain(token)
    expect((await call('DELETE', `${tokens}/${foreign.id}`)).body.error).toBe('TOKEN_NOT_FOUND')
    expect((await call('DELETE', `${tokens}/${id}`)).body).toBe(1)
    expect((await request('GET', '/api/v1/auth/user/me', { token })).body.error).toBe('TOKEN_INVALID')
    expect((await request('GET', '/api/v1/auth/user/me', { token: foreign.token })).status).toBe(200)
    expect((await call('GET', '/us_nobody/api-tokens')).body.error).toBe('USER_NOT_FOUND')
  })

  test.each([
    ['PATCH', '', { roles: 'org-level-viewer' }],
    ['DELETE', '', undefined],
    ['POST', '/resend-invite', undefined],
    ['POST', '/generate-reset-url', undefined],
  ])('who are none are not found: %s %s', async (method, path, body) => {
    const answer = await call(method, `/us_unknown${path}`, body)
    expect([answer.status, answer.body]).toEqual([404, error('USER_NOT_FOUND', 'User not found')])
  })

  test.each([
    ['GET', '/api/v1/users'],
    ['POST', '/api/v1/users'],
    ['PATCH', '/api/v1/users/us_x'],
    ['DELETE', '/api/v1/users/us_x'],
    ['POST', '/api/v1/users/us_x/generate-reset-url'],
    ['GET', '/api/v1/app-settings'],
    ['POST', '/api/v1/app-settings'],
  ])('are no business of an ordinary user, nor of any API Token: %s %s', async (method, path) => {
    const ada = await signUp()
    const body = method === 'GET' ? undefined : {}
    expect((await request(method, path, { auth: ada.auth, body })).body.error).toBe('FORBIDDEN')
    const { token } = await createToken(admin.auth)
    expect((await request(method, path, { token, body })).body.error).toBe('API_TOKEN_NOT_ALLOWED')
  })
})

describe('the switch for sign-up by invitation only', () => {
  beforeEach(forgetEverything)
  afterEach(forgetEverything)

  const settings = async (method: 'GET' | 'POST', body?: unknown, bindings?: Bindings) => {
    const { auth } = await superAdmin()
    return request(method, '/api/v1/app-settings', { auth, body, ...(bindings === undefined ? {} : { env: bindings }) })
  }

  test('is off, goes on and off again, and counts at once', async () => {
    expect((await settings('GET')).body).toEqual({ invite_only_signup: false })
    expect((await settings('POST', { invite_only_signup: true })).body).toEqual({ msg: 'The app settings have been saved' })
    expect((await settings('GET')).body).toEqual({ invite_only_signup: true })
    const refused = await signup({ email: newEmail(), password: PASSWORD })
    expect([refused.status, refused.body]).toEqual([
      400,
      error('SIGNUP_NOT_ALLOWED', 'Not allowed to signup, contact super admin.'),
    ])
    expect(refused.headers.get('set-cookie')).toBeNull()
    await settings('POST', { invite_only_signup: false })
    expect((await signup({ email: newEmail(), password: PASSWORD })).status).toBe(200)
  })

  test('leaves no account behind where it refuses one', async () => {
    await settings('POST', { invite_only_signup: true })
    const before = await dump(env.DB)
    await signup({ email: newEmail(), password: PASSWORD })
    expect(await dump(env.DB)).toEqual(before)
  })

  test('lets the invited in', async () => {
    await settings('POST', { invite_only_signup: true })
    const email = newEmail()
    const { auth } = await superAdmin()
    const { body } = await succeed(request('POST', '/api/v1/users', { auth, body: { email } }))
    expect((await signup({ email, password: PASSWORD, token: body.invite_token })).status).toBe(200)
  })

  test('begins as the deployment says, until an admin says otherwise', async () => {
    const closed = { ...env, NC_INVITE_ONLY_SIGNUP: 'true' }
    await superAdmin()
    expect((await settings('GET', undefined, closed)).body).toEqual({ invite_only_signup: true })
    expect((await signup({ email: newEmail(), password: PASSWORD }, closed)).body.error).toBe('SIGNUP_NOT_ALLOWED')
    await settings('POST', { invite_only_signup: false }, closed)
    expect((await signup({ email: newEmail(), password: PASSWORD }, closed)).status).toBe(200)
  })

  test.each([{}, { invite_only_signup: 'yes' }, { invite_only_signup: 1 }, []])(
    'takes only true and false: not %j',
    async (body) => {
      expect((await settings('POST', body)).body.error).toBe('INVALID_REQUEST_BODY')
    },
  )
})

describe('the super admin of the settings', () => {
  const admin = { email: '', password: 'the password of the boss' }

  beforeEach(async () => {
    admin.email = `${unique('boss')}@example.org`
    await forgetEverything()
  })

  afterEach(forgetEverything)

  const bindings = (changed: Partial<Bindings> = {}): Bindings => ({
    ...env,
    NC_PASSWORD_HASH: 'pbkdf2',
    NC_ADMIN_EMAIL: ` ${admin.email.toUpperCase()}`,
    NC_ADMIN_PASSWORD: admin.password,
    ...changed,
  })
  const signInAs = (body: { email: string; password: string }, deployment: Bindings) =>
    request('POST', '/api/v1/auth/user/signin', { body, env: deployment })

  test('is made at the first request, and nobody becomes admin by being first', async () => {
    const deployment = bindings()
    const first = await succeed(signup({ email: newEmail(), password: PASSWORD }, deployment))
    expect(claimsOf(first.body.token)['roles']).toBe('org-level-viewer')
    const boss = await succeed(signInAs(admin, deployment))
    expect((await me(boss.body.token)).body).toMatchObject({ email: admin.email, roles: { super: true } })
  })

  test('is one, of five first requests at once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => signInAs(admin, bindings())))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    for (const { body } of answers) expect((await me(body.token)).status).toBe(200)
    expect((await dump(env.DB))['users']).toHaveLength(1)
  })

  test('is made once by two first requests: the slower one ends no session that the faster one made possible', async () => {
    let auth = ''
    const meanwhile = async (call: number) => {
      if (call === 1) auth = (await succeed(signInAs(admin, bindings()))).body.token
    }
    await succeed(signInAs(admin, bindings({ DB: tapD1(env.DB, { after: meanwhile }) })))
    expect((await me(auth)).body).toMatchObject({ email: admin.email })
  })

  test('stays as it is while the settings stay: no session ends at a new isolate', async () => {
    const { body } = await succeed(signInAs(admin, bindings()))
    const before = (await dump(env.DB))['users']
    await request('GET', '/api/v1/db/meta/nocodb/info', { env: bindings() })
    expect((await dump(env.DB))['users']).toEqual(before)
    expect((await me(body.token)).status).toBe(200)
  })

  test('keeps a password that was changed since, until the setting changes', async () => {
    const { body } = await succeed(signInAs(admin, bindings()))
    const change = { currentPassword: admin.password, newPassword: 'another password' }
    await succeed(request('POST', '/api/v1/auth/password/change', { auth: body.token, body: change }))
    expect((await signInAs({ ...admin, password: 'another password' }, bindings())).status).toBe(200)
    expect((await signInAs(admin, bindings())).body.error).toBe('INVALID_CREDENTIALS')
  })

  test('keeps a changed password, its sessions and its API Tokens while the secret is rotated', async () => {
    const first = bindings()
    const { body } = await succeed(signInAs(admin, first))
    const change = { currentPassword: admin.password, newPassword: 'another password' }
    await succeed(request('POST', '/api/v1/auth/password/change', { auth: body.token, body: change }))
    const { auth } = await signIn({ email: admin.email, password: 'another password' })
    const { token } = await createToken(auth)
    const NC_AUTH_JWT_SECRET = 'the-next-secret-4b1d7c90e2a85f36'
    const rotating = bindings({ NC_AUTH_JWT_SECRET, NC_AUTH_JWT_SECRET_PREVIOUS: env.NC_AUTH_JWT_SECRET })
    expect((await request('GET', '/api/v1/auth/user/me', { auth, env: rotating })).status).toBe(200)
    const rotated = bindings({ NC_AUTH_JWT_SECRET })
    expect((await request('GET', '/api/v1/db/meta/projects/', { token, env: rotated })).status).toBe(200)
    expect((await signInAs({ ...admin, password: 'another password' }, rotated)).status).toBe(200)
  })

  test('keeps a changed password, sessions and API Tokens when the secret is replaced and no previous one is named', async () => {
    const { body } = await succeed(signInAs(admin, bindings()))
    const change = { currentPassword: admin.password, newPassword: 'another password' }
    await succeed(request('POST', '/api/v1/auth/password/change', { auth: body.token, body: change }))
    const { auth } = await signIn({ email: admin.email, password: 'another password' })
    const { token } = await createToken(auth)
    for (const NC_AUTH_JWT_SECRET of ['the-next-secret-4b1d7c90e2a85f36', 'the-third-secret-9c2e8da1f3b96047']) {
      const replaced = bindings({ NC_AUTH_JWT_SECRET })
      expect((await signInAs(admin, replaced)).body.error).toBe('INVALID_CREDENTIALS')
      expect((await signInAs({ ...admin, password: 'another password' }, replaced)).status).toBe(200)
      expect((await request('GET', '/api/v1/db/meta/projects/', { token, env: replaced })).status).toBe(200)
    }
  })

  test('gets a new password by a new setting also when the secret is replaced with it', async () => {
    await succeed(signInAs(admin, bindings()))
    const password = 'a new one for the boss'
    const changed = bindings({ NC_AUTH_JWT_SECRET: 'the-next-secret-4b1d7c90e2a85f36', NC_ADMIN_PASSWORD: password })
    expect((await signInAs(admin, changed)).body.error).toBe('INVALID_CREDENTIALS')
    expect((await signInAs({ ...admin, password }, changed)).status).toBe(200)
  })

  test('remembers slowly what an earlier version remembered under the secret alone', async () => {
    await succeed(signInAs(admin, bindings()))
    await env.DB.prepare("DELETE FROM settings WHERE name = 'admin_applied'").run()
    const { body } = await succeed(signInAs(admin, bindings()))
    const change = { currentPassword: admin.password, newPassword: 'another password' }
    await succeed(request('POST', '/api/v1/auth/password/change', { auth: body.token, body: change }))
    const replaced = bindings({ NC_AUTH_JWT_SECRET: 'the-next-secret-4b1d7c90e2a85f36' })
    expect((await signInAs({ ...admin, password: 'another password' }, replaced)).status).toBe(200)
  })

  test('takes the role from whoever had it: the first account, and the one that the setting named before', async () => {
    const first = await superAdmin()
    const boss = await succeed(signInAs(admin, bindings()))
    const { token } = await createToken(boss.body.token)
    expect((await me(first.auth)).body.roles).toEqual({ 'org-level-creator': true })
    const next = bindings({ NC_ADMIN_EMAIL: 'next@example.org' })
    await succeed(signInAs({ email: 'next@example.org', password: admin.password }, next))
    expect((await me(boss.body.token)).body.roles).toEqual({ 'org-level-creator': true })
    const { id } = await createProject(first.auth)
    expect((await request('GET', `/api/v1/db/meta/projects/${id}`, { token })).status).toBe(404)
    expect((await request('GET', '/api/v1/users', { auth: boss.body.token })).status).toBe(403)
  })

  test('is not demoted by another while the setting names it', async () => {
    const boss = await succeed(signInAs(admin, bindings()))
    const other = await signUp()
    await env.DB.prepare("UPDATE users SET roles = 'super' WHERE id = ?").bind(other.id).run()
    const path = `/api/v1/users/${String(claimsOf(boss.body.token)['id'])}`
    const demote = (deployment: Bindings) =>
      request('PATCH', path, { auth: other.auth, body: { roles: 'org-level-viewer' }, env: deployment })
    expect((await demote(bindings())).body.message).toMatch(/^NC_ADMIN_EMAIL names this account/)
    expect((await demote({ ...env })).status).toBe(200)
  })

  test('gets a new password by a new setting, which ends the old sessions', async () => {
    const { body } = await succeed(signInAs(admin, bindings()))
    const changed = bindings({ NC_ADMIN_PASSWORD: 'a new one for the boss' })
    expect((await request('GET', '/api/v1/auth/user/me', { auth: body.token, env: changed })).body.error).toBe('TOKEN_REVOKED')
    expect((await signInAs(admin, changed)).body.error).toBe('INVALID_CREDENTIALS')
    expect((await signInAs({ ...admin, password: 'a new one for the boss' }, changed)).status).toBe(200)
  })

  test('may be an account there was already', async () => {
    await superAdmin()
    const ada = await signUp({ email: admin.email })
    const { body } = await succeed(signInAs(admin, bindings()))
    expect(claimsOf(body.token)).toMatchObject({ id: ada.id, roles: 'org-level-creator,super' })
    expect((await me(ada.auth)).body.error).toBe('TOKEN_REVOKED')
  })

  test('has none of the API Tokens that whoever had the account before has made', async () => {
    await superAdmin()
    const squatter = await signUp({ email: admin.email })
    const { token } = await createToken(squatter.auth)
    const { body } = await succeed(signInAs(admin, bindings()))
    const answer = await request('GET', '/api/v1/db/meta/projects/', { token })
    expect([answer.status, answer.body.error]).toEqual([401, 'TOKEN_INVALID'])
    const own = await createToken(body.token)
    await request('GET', '/api/v1/db/meta/nocodb/info', { env: bindings() })
    expect((await request('GET', '/api/v1/db/meta/projects/', { token: own.token })).status).toBe(200)
  })

  test('stands in the database as a hash and a fingerprint only', async () => {
    await succeed(signInAs(admin, bindings()))
    expect(JSON.stringify(await dump(env.DB))).not.toContain(admin.password)
  })

  test.each<[string, Partial<Bindings>, string]>([
    ['an e-mail that is none', { NC_ADMIN_EMAIL: 'boss' }, 'NC_ADMIN_EMAIL must be an e-mail address'],
    ['a password too short', { NC_ADMIN_PASSWORD: 'short' }, 'NC_ADMIN_PASSWORD: The password must have at least 8 characters.'],
    [
      'a password too long to sign in with',
      { NC_ADMIN_PASSWORD: 'x'.repeat(257) },
      'NC_ADMIN_PASSWORD: The password must have at most',
    ],
    ['no password', { NC_ADMIN_PASSWORD: '' }, 'NC_ADMIN_EMAIL and NC_ADMIN_PASSWORD must be set together'],
  ])('with %s is a mistake of the settings: 503, and the log says which', async (_, changed, cause) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { status, body } = await request('GET', '/api/v1/auth/user/me', { env: bindings(changed) })
    const logged = log.mock.calls.flat().join('\n')
    log.mockRestore()
    expect([status, body.error]).toEqual([503, 'MISCONFIGURED'])
    expect(logged).toContain(cause)
    expect(logged).not.toContain(admin.password)
    expect((await dump(env.DB))['users']).toEqual([])
  })
})

describe('mails', () => {
  interface Mail {
    from: string
    to: string
    subject: string
    text: string
  }

  /** Stands in for Cloudflare's binding: remembers what it is given, or fails. */
  function deployment({ fails = false, ...changed }: Partial<Bindings> & { fails?: boolean } = {}) {
    const sent: Mail[] = []
    const send = (mail: Mail) => {
      sent.push(mail)
      return fails ? Promise.reject(new Error('the mail server is on holiday')) : Promise.resolve({ messageId: '1' })
    }
    const MAIL = { send }
    return {
      sent,
      bindings: {
        ...env,
        NC_PASSWORD_HASH: 'pbkdf2',
        MAIL,
        NC_MAIL_FROM: 'noreply@example.org',
        NC_PUBLIC_URL: 'http://localhost',
        ...changed,
      } as Bindings,
    }
  }

  const forgot = (
    email: string,
    bindings: Bindings,
    path = '/api/v1/auth/password/forgot',
    headers: Record<string, string> = {},
  ) => request('POST', path, { body: { email }, env: bindings, headers })
  const tokenIn = (mail: Mail | undefined): string => /\/([\w-]{40})\n/.exec(mail?.text ?? '')?.[1] ?? ''

  test('forgot sends a link that resets the password', async () => {
    const ada = await signUp()
    const { sent, bindings } = deployment()
    const { body } = await succeed(forgot(ada.email.toUpperCase(), bindings))
    expect(body).toEqual({ msg: 'Please check your email to reset the password' })
    expect(sent).toEqual([
      {
        from: 'noreply@example.org',
        to: ada.email,
        subject: 'Reset your password',
        text: expect.stringMatching(/http:\/\/localhost\/auth\/password\/reset\/[\w-]{40}\n/),
      },
    ])
    expect((await me(ada.auth)).status).toBe(200)
    await succeed(request('POST', `/api/v1/auth/password/reset/${tokenIn(sent[0])}`, { body: { password: 'a new password' } }))
    expect((await signIn({ ...ada, password: 'a new password' })).id).toBe(ada.id)
  })

  test('forgot answers the same for an e-mail without an account, and sends nothing', async () => {
    const ada = await signUp()
    const { sent, bindings } = deployment()
    const [known, unknown] = [await forgot(ada.email, bindings), await forgot(newEmail(), bindings)]
    expect([unknown.status, unknown.body]).toEqual([known.status, known.body])
    expect(sent.map(({ to }) => to)).toEqual([ada.email])
  })

  test('forgot answers the same when the mail cannot be sent, and the log says so', async () => {
    const ada = await signUp()
    const { bindings } = deployment({ fails: true })
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { status, body } = await forgot(ada.email, bindings)
    const logged = log.mock.calls.flat().join('\n')
    log.mockRestore()
    expect([status, body]).toEqual([200, { msg: 'Please check your email to reset the password' }])
    expect(logged).toContain('the mail server is on holiday')
  })

  test.each<[string, Record<string, string>]>([
    ['X-Forwarded-Host', { 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https' }],
    ['Forwarded', { forwarded: 'host=evil.test;proto=https' }],
    ['X-Original-Host', { 'x-original-host': 'evil.test', 'x-host': 'evil.test' }],
    ['Origin and Referer', { origin: 'https://evil.test', referer: 'https://evil.test/' }],
    ['Host', { host: 'evil.test' }],
  ])('a link never leads where %s says', async (_, headers) => {
    const ada = await signUp()
    const { sent, bindings } = deployment()
    await succeed(forgot(ada.email, bindings, undefined, headers))
    expect(sent[0]?.text).toContain('http://localhost/auth/password/reset/')
    expect(JSON.stringify(sent)).not.toContain('evil.test')
  })

  test('no server sends mail that does not know its own address', async () => {
    const ada = await signUp()
    const { sent, bindings } = deployment({ NC_PUBLIC_URL: '' })
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { status, body } = await forgot(ada.email, bindings)
    const logged = log.mock.calls.flat().join('\n')
    log.mockRestore()
    expect([status, body.error]).toEqual([503, 'MISCONFIGURED'])
    expect(logged).toContain('NC_PUBLIC_URL must be the origin of this server')
    expect(sent).toEqual([])
  })

  test('a link that an administrator passes on leads to NC_PUBLIC_URL too, where that is set', async () => {
    const { auth } = await superAdmin()
    const bindings = { ...env, NC_PUBLIC_URL: 'https://api.example.org' }
    const { body } = await succeed(
      request('POST', 'https://evil.test/api/v1/users', { auth, body: { email: newEmail() }, env: bindings }),
    )
    expect(body.invite_url).toBe(`https://api.example.org/auth/signup/${body.invite_token}`)
  })

  test('a link leads to NC_PUBLIC_URL, whatever host was asked', async () => {
    const ada = await signUp()
    const { sent, bindings } = deployment({ NC_PUBLIC_URL: 'https://api.example.org' })
    await succeed(forgot(ada.email, bindings, 'https://evil.test/api/v1/auth/password/forgot'))
    expect(sent[0]?.text).toContain('https://api.example.org/auth/password/reset/')
    expect(sent[0]?.text).not.toContain('evil.test')
  })

  test('sign-up sends a link that confirms the e-mail, once', async () => {
    await superAdmin()
    const { sent, bindings } = deployment()
    const email = newEmail()
    const { body } = await succeed(signup({ email, password: PASSWORD }, bindings))
    expect(sent).toMatchObject([{ to: email, subject: 'Confirm your e-mail address' }])
    const confirm = () => request('POST', `/api/v1/auth/email/validate/${tokenIn(sent[0])}`)
    expect((await me(body.token)).body.email_verified).toBe(false)
    expect((await confirm()).body).toEqual({ msg: 'Email has been verified successfully' })
    expect((await me(body.token)).body.email_verified).toBe(true)
    expect((await confirm()).body.error).toBe('INVALID_VERIFICATION_TOKEN')
  })

  /** What the button on the Account page sends. */
  const askForConfirmation = async ({ refresh, auth }: { refresh: string; auth: string }, bindings: Bindings) => {
    const csrf = await hmacSha256(env.NC_AUTH_JWT_SECRET, `form:${String(claimsOf(auth)['sid'])}`)
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://localhost', accept: 'text/html' }
    return request('POST', '/account/confirmation', { refresh, body: `csrf=${csrf}`, headers, env: bindings })
  }
  const confirm = (mail: Mail | undefined) => request('POST', `/api/v1/auth/email/validate/${tokenIn(mail)}`)

  test('a link that confirms the e-mail works for 24 hours', async () => {
    await superAdmin()
    const { sent, bindings } = deployment()
    const email = newEmail()
    const { body } = await succeed(signup({ email, password: PASSWORD }, bindings))
    const letPass = (ms: number) =>
      env.DB.prepare('UPDATE users SET email_verification_expires_at = email_verification_expires_at - ? WHERE email = ?')
        .bind(ms, email)
        .run()
    await letPass(86_400_000)
    expect((await confirm(sent[0])).body.error).toBe('INVALID_VERIFICATION_TOKEN')
    expect((await me(body.token)).body.email_verified).toBe(false)
    await letPass(-60_000)
    expect((await confirm(sent[0])).status).toBe(200)
  })

  test('Account sends another link that confirms the e-mail, three an hour, and the older ones no longer work', async () => {
    const ada = await signUp()
    const { sent, bindings } = deployment()
    for (let time = 1; time <= 3; time++) {
      const { status, headers } = await askForConfirmation(ada, bindings)
      expect([status, headers.get('location')]).toEqual([303, '/account?notice=confirmation-mailed'])
    }
    const fourth = await askForConfirmation(ada, bindings)
    expect([fourth.status, fourth.body]).toEqual([429, expect.stringContaining('Links were mailed already')])
    expect(sent.map(({ to }) => to)).toEqual([ada.email, ada.email, ada.email])
    expect((await confirm(sent[1])).body.error).toBe('INVALID_VERIFICATION_TOKEN')
    expect((await confirm(sent[2])).status).toBe(200)
    const done = await askForConfirmation(ada, bindings)
    expect([done.headers.get('location'), sent.length]).toEqual(['/account?notice=already-confirmed', 3])
  })

  test('Account offers that link to those who need it, where mail is sent', async () => {
    const ada = await signUp()
    const { sent, bindings } = deployment()
    const page = async (deployed: Bindings) =>
      String((await request('GET', '/account', { refresh: ada.refresh, headers: { accept: 'text/html' }, env: deployed })).body)
    expect(await page(bindings)).toContain('action="/account/confirmation"')
    expect(await page({ ...env })).not.toContain('action="/account/confirmation"')
    await askForConfirmation(ada, bindings)
    await succeed(confirm(sent[0]))
    expect(await page(bindings)).not.toContain('action="/account/confirmation"')
  })

  test('sign-up that fails sends nothing', async () => {
    const ada = await signUp()
    const { sent, bindings } = deployment()
    await signup({ email: ada.email, password: PASSWORD }, bindings)
    expect(sent).toEqual([])
  })

  const members = (projectId: string) => `/api/v1/db/meta/projects/${projectId}/users`
  const add = (auth: string, projectId: string, email: string, bindings: Bindings) =>
    succeed(request('POST', members(projectId), { auth, body: { email, roles: 'editor' }, env: bindings }))
  const reads = async (auth: string, projectId: string) =>
    (await request('GET', `/api/v1/db/meta/projects/${projectId}`, { auth })).status

  test('who manages a project sees no invitation link: only the invited do, and accepting it confirms the address', async () => {
    const owner = await signUpCreator()
    const { id } = await createProject(owner.auth)
    const { sent, bindings } = deployment()
    const email = newEmail()
    const added = await add(owner.auth, id, email, bindings)
    expect(added.body).toEqual({ msg: 'The user has been invited successfully' })
    const list = await request('GET', members(id), { auth: owner.auth })
    const guest = list.body.users.list.find((member: { email: string }) => member.email === email)
    const again = await succeed(
      request('POST', `${members(id)}/${guest.id}/resend-invite`, { auth: owner.auth, body: {}, env: bindings }),
    )
    expect(again.body).toEqual({ msg: 'The invitation has been sent to the user' })
    expect(sent.map(({ to, subject }) => [to, subject])).toEqual([
      [email, 'You are invited'],
      [email, 'You are invited'],
    ])
    const joined = await signup({ email, password: PASSWORD, token: tokenIn(sent[1]) }, bindings)
    expect((await me(joined.body.token)).body.email_verified).toBe(true)
    expect(await reads(joined.body.token, id)).toBe(200)
  })

  test('the membership of an unconfirmed account waits for the confirmation', async () => {
    const owner = await signUpCreator()
    const { id } = await createProject(owner.auth)
    const squatter = await signUp()
    const { token } = await createToken(squatter.auth)
    const { sent, bindings } = deployment()
    const added = await add(owner.auth, id, squatter.email, bindings)
    expect(added.body.unconfirmed).toEqual([squatter.email])
    expect(await reads(squatter.auth, id)).toBe(404)
    expect((await request('GET', `/api/v1/db/meta/projects/${id}`, { token })).status).toBe(404)
    const listOf = async () => (await request('GET', '/api/v1/db/meta/projects', { auth: squatter.auth })).body.list
    expect(await listOf()).toEqual([])
    const roles = await request('GET', `/api/v1/auth/user/me?project_id=${id}`, { auth: squatter.auth })
    expect(roles.body.roles).toEqual({ 'org-level-viewer': true })
    const { body } = await request('GET', members(id), { auth: owner.auth })
    expect(body.users.list[1]).toMatchObject({ email: squatter.email, email_verified: false, waits: true })
    expect(sent).toMatchObject([{ to: squatter.email, subject: 'Confirm your e-mail address' }])
    await succeed(request('POST', `/api/v1/auth/email/validate/${tokenIn(sent[0])}`))
    expect(await reads(squatter.auth, id)).toBe(200)
    expect(await listOf()).toHaveLength(1)
  })

  test('a reset by a mailed link confirms the address, and by the link of an administrator does not', async () => {
    const owner = await signUpCreator()
    const { id } = await createProject(owner.auth)
    const { sent, bindings } = deployment()
    const [mailed, handed] = [await signUp(), await signUp()]
    await add(owner.auth, id, `${mailed.email},${handed.email}`, bindings)
    await succeed(forgot(mailed.email, bindings))
    const reset = (token: string) =>
      succeed(request('POST', `/api/v1/auth/password/reset/${token}`, { body: { password: 'a new password' }, env: bindings }))
    await reset(tokenIn(sent.findLast(({ subject }) => subject === 'Reset your password')))
    expect(await reads((await signIn({ ...mailed, password: 'a new password' })).auth, id)).toBe(200)
    const { auth } = await superAdmin()
    const { body } = await succeed(request('POST', `/api/v1/users/${handed.id}/generate-reset-url`, { auth }))
    await reset(body.reset_password_token)
    expect(await reads((await signIn({ ...handed, password: 'a new password' })).auth, id)).toBe(404)
  })

  test('without mail a membership counts at once, and who adds is told that nobody confirmed the address', async () => {
    const owner = await signUpCreator()
    const { id } = await createProject(owner.auth)
    const ada = await signUp()
    const { body } = await add(owner.auth, id, ada.email, env)
    expect(body).toEqual({ msg: 'The user has been invited successfully', unconfirmed: [ada.email] })
    expect(await reads(ada.auth, id)).toBe(200)
    const list = (await request('GET', members(id), { auth: owner.auth })).body.users.list
    expect(list[1]).toMatchObject({ email: ada.email, email_verified: false, waits: false })
  })

  test('an open invitation is no owner: the last one who can act stays', async () => {
    const owner = await signUpCreator()
    const { id } = await createProject(owner.auth)
    const email = newEmail()
    await succeed(request('POST', members(id), { auth: owner.auth, body: { email, roles: 'owner' } }))
    const step = await request('PATCH', `${members(id)}/${owner.id}`, { auth: owner.auth, body: { roles: 'viewer' } })
    expect([step.status, step.body.error]).toEqual([400, 'INVALID_MEMBER'])
    const { auth } = await superAdmin()
    expect((await request('DELETE', `/api/v1/users/${owner.id}`, { auth })).body.error).toBe('INVALID_MEMBER')
  })

  test('a creator undoes no owner that was made while they asked', async () => {
    const owner = await signUpCreator()
    const [creator, bob] = [await signUp(), await signUp()]
    const { id } = await createProject(owner.auth)
    await addMember(owner.auth, id, creator.email, 'creator')
    await addMember(owner.auth, id, bob.email, 'editor')
    for (const method of ['PATCH', 'DELETE'] as const) {
      await succeed(request('PATCH', `${members(id)}/${bob.id}`, { auth: owner.auth, body: { roles: 'editor' } }))
      // Behind the read of the role, before the write.
      const promote = async (call: number) => {
        if (call !== 2) return
        await succeed(request('PATCH', `${members(id)}/${bob.id}`, { auth: owner.auth, body: { roles: 'owner' } }))
      }
      const stale = { ...env, DB: tapD1(env.DB, { after: promote }) }
      const body = method === 'PATCH' ? { roles: 'viewer' } : undefined
      const answer = await request(method, `${members(id)}/${bob.id}`, { auth: creator.auth, body, env: stale })
      expect([answer.status, answer.body.error]).toEqual([403, 'FORBIDDEN'])
      const list = (await request('GET', members(id), { auth: owner.auth })).body.users.list
      expect(list.find((member: { id: string }) => member.id === bob.id)?.roles).toBe('owner')
    }
  })

  test('an invitation sends its link', async () => {
    const { auth } = await superAdmin()
    const { sent, bindings } = deployment()
    const email = newEmail()
    await succeed(request('POST', '/api/v1/users', { auth, body: { email }, env: bindings }))
    expect(sent).toMatchObject([{ to: email, subject: 'You are invited' }])
    expect((await signup({ email, password: PASSWORD, token: tokenIn(sent[0]) })).status).toBe(200)
  })
})
