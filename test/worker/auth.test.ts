/** Accounts: sign-up, sign-in, me, passwords. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  PASSWORD,
  type Person,
  claimsOf,
  createProject,
  createToken,
  dump,
  forgetEverything,
  refreshTokenOf,
  request,
  signIn,
  signUp,
  signUpCreator,
  succeed,
  superAdmin,
  unique,
} from '../support/client'
import { tapD1 } from '../support/tap-d1'

const me = (auth: string) => request('GET', '/api/v1/auth/user/me', { auth })
const signup = (body: unknown) => request('POST', '/api/v1/auth/user/signup', { body })
const signin = (body: unknown) => request('POST', '/api/v1/auth/user/signin', { body })

const newEmail = () => `${unique('ada')}@example.org`

/** The error body of a code with its own sentence. */
const error = (code: string, message: string) => ({ error: code, message, msg: message })

describe('the first account', () => {
  beforeEach(forgetEverything)
  afterEach(forgetEverything)

  test('is the super admin, and the second is not', async () => {
    const first = await signup({ email: newEmail(), password: PASSWORD })
    const second = await signup({ email: newEmail(), password: PASSWORD })
    expect((await me(first.body.token)).body.roles).toEqual({ 'org-level-creator': true, super: true })
    expect((await me(second.body.token)).body.roles).toEqual({ 'org-level-viewer': true })
  })

  test('is one of five that sign up at once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => signup({ email: newEmail(), password: PASSWORD })))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    const { users = [] } = await dump(env.DB)
    expect(users.map(({ roles }) => roles).toSorted()).toEqual(['org-level-creator,super', ...Array(4).fill('org-level-viewer')])
  })

  test('may sign up although sign-up is by invitation only', async () => {
    const inviteOnly = { ...env, NC_INVITE_ONLY_SIGNUP: 'true' }
    const body = { email: newEmail(), password: PASSWORD }
    expect((await request('POST', '/api/v1/auth/user/signup', { body, env: inviteOnly })).status).toBe(200)
  })

  test('is what the instance tells clients is missing', async () => {
    const info = () => request('GET', '/api/v1/db/meta/nocodb/info')
    expect((await info()).body).toMatchObject({ firstUser: true, projectHasAdmin: false })
    await superAdmin()
    expect((await info()).body).toMatchObject({ firstUser: false, projectHasAdmin: true })
  })
})

describe('sign-up', () => {
  test('answers with an Auth Token and a refresh cookie, and nothing else', async () => {
    await superAdmin()
    const email = newEmail()
    const { status, body, headers } = await signup({ email, password: PASSWORD, firstname: 'Ada', lastname: 'L' })
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['token'])
    expect(claimsOf(body.token)).toMatchObject({ email, firstname: 'Ada', lastname: 'L', roles: 'org-level-viewer' })
    expect(refreshTokenOf(headers)).toMatch(/^[\w-]{40}$/)
  })

  test.each([
    ['an e-mail in another case', (email: string) => email.toUpperCase()],
    ['an e-mail with blanks around it', (email: string) => `  ${email} `],
  ])('knows %s again', async (_, spelled) => {
    const { email } = await signUp()
    const { status, body } = await signup({ email: spelled(email), password: 'another password' })
    expect(status).toBe(400)
    expect(body).toEqual(error('USER_EXISTS', 'User already exist'))
  })

  test('of one e-mail twice at once makes one account', async () => {
    await superAdmin()
    const email = newEmail()
    const answers = await Promise.all([signup({ email, password: PASSWORD }), signup({ email, password: PASSWORD })])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400])
    const { users = [], sessions = [] } = await dump(env.DB)
    const made = users.find((user) => user['email'] === email)
    expect(sessions.filter((session) => session['user_id'] === made?.['id'])).toHaveLength(1)
  })

  test.each([
    ['no e-mail', { password: PASSWORD }, 'INVALID_REQUEST_BODY'],
    ['no password', { email: 'x@example.org' }, 'INVALID_REQUEST_BODY'],
    ['an e-mail that is none', { email: 'x', password: PASSWORD }, 'INVALID_EMAIL'],
    ['an e-mail that looks like another', { email: 'ad\u0430@example.org', password: PASSWORD }, 'INVALID_EMAIL'],
    ['an e-mail that is a list', { email: ['x@example.org'], password: PASSWORD }, 'INVALID_REQUEST_BODY'],
    ['an e-mail that is an object', { email: { $ne: '' }, password: PASSWORD }, 'INVALID_REQUEST_BODY'],
    ['a password of 7 characters', { email: 'x@example.org', password: '1234567' }, 'INVALID_PASSWORD'],
    ['a password of 257 characters', { email: 'x@example.org', password: 'x'.repeat(257) }, 'INVALID_PASSWORD'],
    ['a password that is a number', { email: 'x@example.org', password: 12_345_678 }, 'INVALID_REQUEST_BODY'],
    ['an invitation there is none of', { email: 'x@example.org', password: PASSWORD, token: 'x'.repeat(40) }, 'INVALID_INVITE'],
  ])('with %s is refused and leaves nothing', async (_, body, code) => {
    await superAdmin()
    const before = await dump(env.DB)
    const answer = await signup(body)
    expect([answer.status, answer.body.error]).toEqual([400, code])
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(await dump(env.DB)).toEqual(before)
  })

  test('takes no role, id, hash or verification from the body', async () => {
    await superAdmin()
    const email = newEmail()
    const extra = { roles: 'super', id: 'us_mine0000000000', password_hash: 'x', email_verified: true, token_version: 'x' }
    const { body } = await succeed(signup({ email, password: PASSWORD, ...extra }))
    const mine = (await me(body.token)).body
    expect(mine).toMatchObject({ email, email_verified: false, roles: { 'org-level-viewer': true } })
    expect(mine.id).not.toBe('us_mine0000000000')
    expect(mine.token_version).not.toBe('x')
  })
})

describe('sign-in', () => {
  test('answers with an Auth Token that works', async () => {
    const ada = await signUp()
    const { auth } = await signIn(ada)
    expect((await me(auth)).body).toMatchObject({ id: ada.id, email: ada.email })
  })

  test('knows the e-mail in any case', async () => {
    const { email, password } = await signUp()
    expect((await signin({ email: ` ${email.toUpperCase()}`, password })).status).toBe(200)
  })

  test('says the same for a wrong password, an unknown e-mail, no e-mail at all and an open invitation', async () => {
    const { email } = await signUp()
    const admin = await superAdmin()
    const invited = newEmail()
    await succeed(request('POST', '/api/v1/users', { auth: admin.auth, body: { email: invited } }))
    const answers = await Promise.all([
      signin({ email, password: 'wrong password' }),
      signin({ email: newEmail(), password: PASSWORD }),
      signin({ email: 'not an e-mail', password: PASSWORD }),
      signin({ email: invited, password: PASSWORD }),
      signin({ email, password: 'x'.repeat(257) }),
      signin({ email, password: '' }),
    ])
    const told = answers.map(({ status, headers, body }) => ({ status, body, headers: withoutRequestId(headers) }))
    expect(told[0]).toMatchObject({ status: 400, body: error('INVALID_CREDENTIALS', 'Invalid credentials') })
    for (const other of told) expect(other).toEqual(told[0])
    expect(told[0]?.headers).not.toHaveProperty('set-cookie')
  })

  test('takes as long for an unknown e-mail as for a wrong password', async () => {
    const email = newEmail()
    await succeed(signup({ email, password: PASSWORD }))
    const time = async (account: string) => {
      const start = performance.now()
      await signin({ email: account, password: 'wrong password' })
      return performance.now() - start
    }
    // The fastest of four: what others do on this machine only ever adds.
    const known = Math.min(await time(email), await time(email), await time(email), await time(email))
    const unknown = Math.min(await time(newEmail()), await time(newEmail()), await time(newEmail()), await time(newEmail()))
    expect(unknown / known).toBeGreaterThan(0.6)
    expect(unknown / known).toBeLessThan(1.6)
    expect(known).toBeGreaterThan(30)
  })

  test('makes the hash anew when the policy has changed, and the session lives', async () => {
    const body = { email: newEmail(), password: PASSWORD }
    const hashOf = async () => {
      const row = await env.DB.prepare('SELECT password_hash FROM users WHERE email = ?').bind(body.email).first()
      return row?.['password_hash']
    }
    const { token } = (await succeed(signup(body))).body
    expect(await hashOf()).toMatch(/^\$scrypt\$/)
    await succeed(request('POST', '/api/v1/auth/user/signin', { body, env: { ...env, NC_PASSWORD_HASH: 'pbkdf2' } }))
    expect(await hashOf()).toMatch(/^\$pbkdf2-sha256\$/)
    expect((await me(token)).status).toBe(200)
    await succeed(signin(body))
    expect(await hashOf()).toMatch(/^\$scrypt\$/)
  })

  test('that began before a password change starts no session', async () => {
    const ada = await signUp()
    const whileHashing = async (call: number) => {
      if (call === 1) await resetPassword(ada)
    }
    const slow = { ...env, DB: tapD1(env.DB, { after: whileHashing }) }
    const { status, body, headers } = await request('POST', '/api/v1/auth/user/signin', {
      body: { email: ada.email, password: ada.password },
      env: slow,
    })
    expect([status, body.error]).toEqual([400, 'INVALID_CREDENTIALS'])
    expect(headers.get('set-cookie')).toBeNull()
    const { sessions = [] } = await dump(env.DB)
    expect(sessions.filter((session) => session['user_id'] === ada.id)).toEqual([])
  })
})

describe('me', () => {
  test('without a credential is the guest', async () => {
    const { status, body } = await request('GET', '/api/v1/auth/user/me')
    expect(status).toBe(200)
    expect(body).toEqual({ roles: { guest: true } })
  })

  test('is the account, without a secret', async () => {
    const ada = await signUp()
    const { body } = await me(ada.auth)
    expect(body).toEqual({
      isAuthorized: true,
      id: ada.id,
      email: ada.email,
      firstname: null,
      lastname: null,
      email_verified: false,
      roles: { 'org-level-viewer': true },
      token_version: claimsOf(ada.auth)['token_version'],
    })
  })

  test('by an API Token tells no token version', async () => {
    const ada = await signUp()
    const { token } = await createToken(ada.auth)
    const { body } = await request('GET', '/api/v1/auth/user/me', { token })
    expect(body).toMatchObject({ id: ada.id, roles: { 'org-level-viewer': true } })
    expect(body).not.toHaveProperty('token_version')
  })

  test('in a project has the role there, and an owner is a creator too', async () => {
    const owner = await signUpCreator()
    const editor = await signUp()
    const { id } = await createProject(owner.auth)
    await succeed(
      request('POST', `/api/v1/db/meta/projects/${id}/users`, {
        auth: owner.auth,
        body: { email: editor.email, roles: 'editor' },
      }),
    )
    const rolesOf = async (auth: string) => (await request('GET', `/api/v1/auth/user/me?project_id=${id}`, { auth })).body.roles
    expect(await rolesOf(owner.auth)).toEqual({ owner: true, creator: true })
    expect(await rolesOf(editor.auth)).toEqual({ editor: true })
  })

  test('of a foreign project is as of one that does not exist', async () => {
    const { id } = await createProject((await signUpCreator()).auth)
    const stranger = await signUp()
    const rolesIn = async (project: string) =>
      (await request('GET', `/api/v1/auth/user/me?project_id=${project}`, { auth: stranger.auth })).body
    expect(await rolesIn(id)).toEqual(await rolesIn('p_unknown'))
    expect((await rolesIn(id)).roles).toEqual({ 'org-level-viewer': true })
  })
})

describe('changing the password', () => {
  const change = (auth: string, currentPassword: unknown, newPassword: unknown) =>
    request('POST', '/api/v1/auth/password/change', { auth, body: { currentPassword, newPassword } })

  test('takes the old password out of use and the new one into it', async () => {
    const ada = await signUp()
    const { status, body } = await change(ada.auth, PASSWORD, 'a new password')
    expect([status, body]).toEqual([200, { msg: 'Password has been updated successfully' }])
    expect((await signin({ email: ada.email, password: PASSWORD })).body.error).toBe('INVALID_CREDENTIALS')
    expect((await signin({ email: ada.email, password: 'a new password' })).status).toBe(200)
  })

  test('ends every session: Auth Tokens and refresh tokens of all browsers', async () => {
    const here = await signUp()
    const there = await signIn(here)
    const { headers } = await succeed(change(here.auth, PASSWORD, 'a new password'))
    expect(headers.get('set-cookie')).toMatch(/^refresh_token=;.*Max-Age=0/)
    for (const { auth, refresh } of [here, there]) {
      const refused = await me(auth)
      expect([refused.status, refused.body.error]).toEqual([401, 'TOKEN_REVOKED'])
      const { status, body } = await request('POST', '/api/v1/auth/token/refresh', { refresh })
      expect([status, body.error]).toEqual([400, 'INVALID_REFRESH_TOKEN'])
    }
  })

  test('leaves the API Tokens, which have no password, and the sessions of others', async () => {
    const ada = await signUp()
    const other = await signUp()
    const { token } = await createToken(ada.auth)
    await succeed(change(ada.auth, PASSWORD, 'a new password'))
    expect((await request('GET', '/api/v1/auth/user/me', { token })).status).toBe(200)
    expect((await me(other.auth)).status).toBe(200)
  })

  test('ends the API Tokens too where that is asked for', async () => {
    const ada = await signUp()
    const { token } = await createToken(ada.auth)
    const body = { currentPassword: PASSWORD, newPassword: 'a new password', endApiTokens: true }
    const wrong = { ...body, currentPassword: 'wrong password' }
    const path = '/api/v1/auth/password/change'
    expect((await request('POST', path, { auth: ada.auth, body: wrong })).status).toBe(400)
    expect((await request('GET', '/api/v1/auth/user/me', { token })).status).toBe(200)
    await succeed(request('POST', path, { auth: ada.auth, body }))
    expect((await request('GET', '/api/v1/auth/user/me', { token })).body.error).toBe('TOKEN_INVALID')
  })

  test.each([
    ['a wrong current password', 'wrong password', 'a new password', error('INVALID_CREDENTIALS', 'Current password is wrong')],
    ['a new one too short', PASSWORD, 'short', error('INVALID_PASSWORD', 'The password must have at least 8 characters.')],
  ])('with %s changes nothing', async (_, current, next, body) => {
    const ada = await signUp()
    const answer = await change(ada.auth, current, next)
    expect([answer.status, answer.body]).toEqual([400, body])
    expect((await me(ada.auth)).status).toBe(200)
  })

  test('twice at once is done once', async () => {
    const ada = await signUp()
    const answers = await Promise.all(['the first new one', 'the second new one'].map((next) => change(ada.auth, PASSWORD, next)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400])
  })

  test('is not for API Tokens', async () => {
    const ada = await signUp()
    const { token } = await createToken(ada.auth)
    const body = { currentPassword: PASSWORD, newPassword: 'a new password' }
    const answer = await request('POST', '/api/v1/auth/password/change', { token, body })
    expect([answer.status, answer.body.error]).toEqual([403, 'API_TOKEN_NOT_ALLOWED'])
  })
})

describe('a password reset', () => {
  test('by the link of an admin sets a new password, once', async () => {
    const ada = await signUp()
    const token = await resetTokenFor(ada)
    const validate = () => request('POST', `/api/v1/auth/token/validate/${token}`)
    const reset = (password: string) => request('POST', `/api/v1/auth/password/reset/${token}`, { body: { password } })
    expect((await validate()).body).toEqual({ msg: 'Token has been validated successfully' })
    expect((await reset('a new password')).body).toEqual({ msg: 'Password has been reset successfully' })
    expect((await signin({ email: ada.email, password: 'a new password' })).status).toBe(200)
    expect((await validate()).body).toEqual(error('INVALID_RESET_TOKEN', 'Invalid reset url'))
    expect((await reset('yet another one')).body).toEqual(error('INVALID_RESET_TOKEN', 'Invalid reset url'))
    expect((await signin({ email: ada.email, password: 'a new password' })).status).toBe(200)
  })

  test('ends every session when it is used, not when it is opened', async () => {
    const ada = await signUp()
    const token = await resetTokenFor(ada)
    expect((await me(ada.auth)).status).toBe(200)
    await succeed(request('POST', `/api/v1/auth/password/reset/${token}`, { body: { password: 'a new password' } }))
    expect((await me(ada.auth)).body.error).toBe('TOKEN_REVOKED')
    expect((await request('POST', '/api/v1/auth/token/refresh', { refresh: ada.refresh })).body.error).toBe(
      'INVALID_REFRESH_TOKEN',
    )
  })

  test('twice at once is done once', async () => {
    const ada = await signUp()
    const token = await resetTokenFor(ada)
    const answers = await Promise.all(
      ['the first new one', 'the second new one'].map((password) =>
        request('POST', `/api/v1/auth/password/reset/${token}`, { body: { password } }),
      ),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400])
  })

  test('that is opened again leaves the older link good, until one of them is used', async () => {
    const ada = await signUp()
    const older = await resetTokenFor(ada)
    const newer = await resetTokenFor(ada)
    const validate = (token: string) => request('POST', `/api/v1/auth/token/validate/${token}`)
    expect([(await validate(older)).status, (await validate(newer)).status]).toEqual([200, 200])
    await succeed(request('POST', `/api/v1/auth/password/reset/${older}`, { body: { password: 'a new password' } }))
    expect((await validate(newer)).body.error).toBe('INVALID_RESET_TOKEN')
  })

  test('ends the API Tokens of the account, and of nobody else', async () => {
    const [ada, bob] = [await signUp(), await signUp()]
    const [lost, kept] = [await createToken(ada.auth), await createToken(bob.auth)]
    await resetPassword(ada)
    expect((await request('GET', '/api/v1/auth/user/me', { token: lost.token })).body.error).toBe('TOKEN_INVALID')
    expect((await request('GET', '/api/v1/auth/user/me', { token: kept.token })).status).toBe(200)
  })

  test('is over after an hour', async () => {
    const ada = await signUp()
    const token = await resetTokenFor(ada)
    const opened = await env.DB.prepare('SELECT expires_at - ? AS left FROM password_resets WHERE user_id = ?')
      .bind(Date.now(), ada.id)
      .first()
    expect(Number(opened?.['left'])).toBeGreaterThan(3_590_000)
    expect(Number(opened?.['left'])).toBeLessThanOrEqual(3_600_000)
    await env.DB.prepare('UPDATE password_resets SET expires_at = ? WHERE user_id = ?')
      .bind(Date.now() - 1, ada.id)
      .run()
    const expired = error('INVALID_RESET_TOKEN', 'Password reset url expired')
    expect((await request('POST', `/api/v1/auth/token/validate/${token}`)).body).toEqual(expired)
    const body = { password: 'a new password' }
    expect((await request('POST', `/api/v1/auth/password/reset/${token}`, { body })).body).toEqual(expired)
    expect((await signin(ada)).status).toBe(200)
  })

  test('is closed by a password change', async () => {
    const ada = await signUp()
    const token = await resetTokenFor(ada)
    const body = { currentPassword: PASSWORD, newPassword: 'a new password' }
    await succeed(request('POST', '/api/v1/auth/password/change', { auth: ada.auth, body }))
    expect((await request('POST', `/api/v1/auth/token/validate/${token}`)).body.error).toBe('INVALID_RESET_TOKEN')
  })

  test.each([
    ['a password too short', { password: 'short' }, 'INVALID_PASSWORD'],
    ['no password', {}, 'INVALID_REQUEST_BODY'],
    ['the name that an old SDK types', { new_password: 'a new password' }, 'INVALID_REQUEST_BODY'],
  ])('with %s stays open', async (_, body, code) => {
    const ada = await signUp()
    const token = await resetTokenFor(ada)
    expect((await request('POST', `/api/v1/auth/password/reset/${token}`, { body })).body.error).toBe(code)
    expect((await request('POST', `/api/v1/auth/token/validate/${token}`)).status).toBe(200)
  })

  test('token of another kind opens nothing', async () => {
    const ada = await signUp()
    const { token } = await createToken(ada.auth)
    for (const other of [token, ada.refresh, ada.auth, 'x'.repeat(40), '%00', 'null']) {
      const { status } = await request('POST', `/api/v1/auth/token/validate/${other}`)
      expect(status).toBe(400)
    }
  })
})

test('forgot answers the same for an account and for none, and changes nothing where mail is not configured', async () => {
  const ada = await signUp()
  const before = await dump(env.DB)
  const forgot = (email: string) => request('POST', '/api/v1/auth/password/forgot', { body: { email } })
  const [known, unknown] = [await forgot(ada.email), await forgot(newEmail())]
  expect(known.body).toEqual({ msg: 'Please check your email to reset the password' })
  expect([unknown.status, unknown.body, withoutRequestId(unknown.headers)]).toEqual([
    known.status,
    known.body,
    withoutRequestId(known.headers),
  ])
  expect(await dump(env.DB)).toEqual(before)
  expect((await forgot('not an e-mail')).body.error).toBe('INVALID_EMAIL')
})

test('an e-mail cannot be confirmed by a token there is none of', async () => {
  const { status, body } = await request('POST', `/api/v1/auth/email/validate/${'x'.repeat(40)}`)
  expect(status).toBe(400)
  expect(body).toEqual(error('INVALID_VERIFICATION_TOKEN', 'Invalid verification url'))
})

describe('the older spellings of the routes', () => {
  test('/auth/… and /api/v1/db/auth/… serve', async () => {
    const { email, password } = await signUp()
    for (const prefix of ['/auth', '/api/v1/db/auth']) {
      const { body } = await succeed(request('POST', `${prefix}/user/signin`, { body: { email, password } }))
      expect((await request('GET', `${prefix}/user/me/`, { auth: body.token })).body.email).toBe(email)
    }
  })

  test('and are guarded like the others', async () => {
    for (const path of ['/auth/password/change', '/api/v1/db/auth/password/change', '/user/password/change']) {
      expect((await request('POST', path, { body: {} })).status).toBe(401)
    }
  })
})

async function resetTokenFor({ id }: Pick<Person, 'id'>): Promise<string> {
  const { auth } = await superAdmin()
  const { body } = await succeed(request('POST', `/api/v1/users/${id}/generate-reset-url`, { auth }))
  expect(body.reset_password_url).toBe(`http://localhost/auth/password/reset/${body.reset_password_token}`)
  return body.reset_password_token
}

async function resetPassword(person: Person): Promise<void> {
  const token = await resetTokenFor(person)
  await succeed(request('POST', `/api/v1/auth/password/reset/${token}`, { body: { password: 'a new password' } }))
}

function withoutRequestId(headers: Headers): Record<string, string> {
  const { 'x-request-id': _, ...others } = Object.fromEntries(headers)
  return others
}
