/** The rules of signing in and of invitations by themselves, on a real database and without a request. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { changeOwnPassword, signIn, signUp } from '../../src/control/auth/account'
import { inviteMembers, reinviteMember } from '../../src/control/projects/membership'
import { createProject } from '../../src/control/projects/store'
import { changeOrgRole, invitePerson, reinvitePerson } from '../../src/control/organisation/people'
import type { User } from '../../src/control/users/store'
import type { ActorWork, ProjectWork, Work } from '../../src/control/work'
import type { Actor } from '../../src/actor'
import { readConfig } from '../../src/config'
import { PASSWORD, forgetEverything, unique } from '../support/client'

const NOW = Date.UTC(2026, 0, 31, 9, 30)
const DAY = 86_400_000

let mails: { to: string; text: string }[]
let background: Promise<void>[]

beforeEach(async () => {
  mails = []
  background = []
  await forgetEverything()
})

const mail = { send: (one: { to: string; text: string }) => Promise.resolve(void mails.push(one)) } as unknown as SendEmail

function work(more: Partial<Work> = {}): Work {
  return {
    db: env.DB,
    config: readConfig({ ...env, NC_PASSWORD_HASH: 'pbkdf2', NC_MAIL_FROM: 'noreply@example.org' }),
    now: NOW,
    origin: 'https://latchkey.test',
    source: { at: more.now ?? NOW, actor: null, address: null, requestId: 'test' },
    address: null,
    addressLimit: env.ATTEMPTS_BY_ADDRESS,
    userAgent: undefined,
    mail: undefined,
    waitUntil: (task) => void background.push(task),
    ...more,
  }
}

const newEmail = () => `${unique('rule')}@example.org`
const form = (email: string, token: string | null = null) => ({
  email,
  password: PASSWORD,
  firstname: null,
  lastname: null,
  token,
})

function actorOf(user: User): Actor {
  return {
    userId: user.id,
    email: user.email,
    firstname: null,
    lastname: null,
    roles: user.roles.split(',') as Actor['roles'],
    tokenVersion: user.token_version,
    emailVerified: false,
    via: 'auth_token',
    apiTokenId: null,
    credential: 'se_test',
  }
}

const by = (user: User, more: Partial<Work> = {}): ActorWork => ({ ...work(more), actor: actorOf(user) })

async function inProject(user: User, role: 'owner' | 'creator', more: Partial<Work> = {}): Promise<ProjectWork> {
  const project = { title: unique('Rules '), description: null, color: null, meta: null, ownerId: user.id }
  const { id, title, base_id: baseId, prefix, database } = await createProject(env.DB, project, work().source)
  return { ...by(user, more), project: { id, title, baseId, prefix, database, schemaVersion: 1, role } }
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  return String((error as { code?: string } | null)?.code)
}

describe('signing in', () => {
  test('takes the right password, however the e-mail is written, for as long as a session lasts', async () => {
    const email = newEmail()
    const { user } = await signUp(work(), form(email))
    const again = await signIn(work({ now: NOW + DAY }), { email: ` ${email.toUpperCase()} `, password: PASSWORD })
    expect(again.user.id).toBe(user.id)
    expect(again.session.expiresAt).toBe(NOW + 8 * DAY)
  })

  test('refuses a wrong password, an e-mail that nobody has and one that is none alike', async () => {
    const email = newEmail()
    await signUp(work(), form(email))
    for (const wrong of [email, newEmail(), 'no address']) {
      expect(await refusal(signIn(work(), { email: wrong, password: 'wrong password' }))).toBe('INVALID_CREDENTIALS')
    }
  })

  test('ends for an address that failed ten times, and for no other', async () => {
    const email = newEmail()
    await signUp(work(), form(email))
    const from = (address: string, password: string) => signIn(work({ address }), { email, password })
    for (let time = 0; time < 10; time++) expect(await refusal(from('192.0.2.1', 'wrong'))).toBe('INVALID_CREDENTIALS')
    expect(await refusal(from('192.0.2.1', PASSWORD))).toBe('TOO_MANY_REQUESTS')
    expect((await from('192.0.2.2', PASSWORD)).user.email).toBe(email)
  })

  test('goes by the new password once it is changed', async () => {
    const email = newEmail()
    const { user } = await signUp(work(), form(email))
    const wish = { currentPassword: PASSWORD, newPassword: 'another horse battery', endsApiTokens: false }
    await changeOwnPassword(by(user), wish)
    expect(await refusal(signIn(work(), { email, password: PASSWORD }))).toBe('INVALID_CREDENTIALS')
    expect((await signIn(work(), { email, password: wish.newPassword })).user.id).toBe(user.id)
  })
})

describe('an invitation to the server', () => {
  test('works for a day, once', async () => {
    const { user } = await signUp(work(), form(newEmail()))
    const invited = await invitePerson(by(user), newEmail(), 'org-level-viewer')
    expect(invited.url).toBe(`https://latchkey.test/auth/signup/${invited.token}`)
    const accept = (now: number) => signUp(work({ now }), form(invited.email, invited.token))
    expect(await refusal(accept(NOW + DAY))).toBe('INVALID_INVITE')
    expect((await accept(NOW + DAY - 1)).user.roles).toBe('org-level-viewer')
    expect(await refusal(accept(NOW))).toBe('INVALID_INVITE')
    expect(await refusal(reinvitePerson(work(), user.id))).toBe('USER_EXISTS')
  })

  test('is mailed where there is mail; one who is invited anew has the newer link only', async () => {
    await signUp(work(), form(newEmail()))
    const first = await invitePerson(work({ mail }), newEmail(), 'org-level-viewer')
    await Promise.all(background)
    expect(mails).toMatchObject([{ to: first.email, text: expect.stringContaining(first.url) }])
    const { id } = (await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(first.email).first<{ id: string }>()) ?? {
      id: '',
    }
    const second = await reinvitePerson(work({ mail }), id)
    expect(await refusal(signUp(work(), form(first.email, first.token)))).toBe('INVALID_INVITE')
    expect((await signUp(work(), form(first.email, second.token))).user.email_verified_at).toBe(NOW)
  })

  test('of somebody who is there is refused, and nobody changes their own role', async () => {
    const { user } = await signUp(work(), form(newEmail()))
    expect(await refusal(invitePerson(work(), user.email, 'org-level-viewer'))).toBe('USER_EXISTS')
    expect(await refusal(invitePerson(work(), 'no address', 'org-level-viewer'))).toBe('INVALID_EMAIL')
    expect(await refusal(changeOrgRole(by(user), user.id, 'org-level-viewer'))).toBe('INVALID_MEMBER')
  })
})

describe('an invitation to a project', () => {
  test('shows links where there is no mail, and mails them where there is', async () => {
    const { user } = await signUp(work(), form(newEmail()))
    const [one, two] = [newEmail(), newEmail()]
    const without = await inviteMembers(await inProject(user, 'owner'), `${one}, ${one}`, 'viewer')
    expect(without.links.map(({ email }) => email)).toEqual([one])
    const mailing = await inProject(user, 'owner', { mail })
    expect((await inviteMembers(mailing, two, 'viewer')).links).toEqual([])
    await Promise.all(background)
    expect(mails.map(({ to }) => to)).toEqual([two])
  })

  test('to be an owner is an owner’s to give', async () => {
    const { user } = await signUp(work(), form(newEmail()))
    const email = newEmail()
    const creating = await inProject(user, 'creator')
    expect(await refusal(inviteMembers(creating, email, 'owner'))).toBe('FORBIDDEN')
    const owning: ProjectWork = { ...creating, project: { ...creating.project, role: 'owner' } }
    expect((await inviteMembers(owning, email, 'owner')).links).toHaveLength(1)
    const { id } = (await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first<{ id: string }>()) ?? {
      id: '',
    }
    expect(await refusal(reinviteMember(creating, id))).toBe('FORBIDDEN')
    expect((await reinviteMember(owning, id))?.email).toBe(email)
  })
})
