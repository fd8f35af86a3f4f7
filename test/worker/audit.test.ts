/** The audit log: each kind of event is written by its real route, in the batch of what it tells of, and by nothing else. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { ACTIONS, type AuditAction } from '../../src/control/audit/events'
import type { Bindings } from '../../src/config'
import {
  ORIGIN,
  PASSWORD,
  type Person,
  type RequestOptions,
  addMember,
  claimsOf,
  createProject,
  createTable,
  createToken,
  request,
  signIn,
  signUp,
  signUpCreator,
  succeed,
  superAdmin,
  unique,
} from '../support/client'
import { type ImportClient, importFile } from '../support/import'
import { tapD1 } from '../support/tap-d1'

interface Event {
  id: number
  at: number
  action: AuditAction
  actor_id: string | null
  actor_email: string | null
  via: string | null
  credential: string | null
  address: string | null
  request_id: string | null
  project_id: string | null
  target_id: string | null
  target: string | null
  details: string
  count: number
}

const quick: Bindings = { ...env, NC_PASSWORD_HASH: 'pbkdf2' }
const mails: { to: string; text: string }[] = []
const withMail = {
  ...quick,
  NC_MAIL_FROM: 'noreply@example.org',
  NC_PUBLIC_URL: ORIGIN,
  MAIL: { send: (mail: { to: string; text: string }) => Promise.resolve(void mails.push(mail)) } as unknown as SendEmail,
} as Bindings

let admin: Person
let ada: Person
let project: { id: string; title: string }

beforeAll(async () => {
  admin = await superAdmin()
  ada = await signUpCreator()
  project = await createProject(ada.auth)
})

async function allEvents(): Promise<Event[]> {
  return (await env.DB.prepare('SELECT * FROM audit_events ORDER BY id').all<Event>()).results
}

const seen = new Set<AuditAction>()

/** What a piece of work adds to the log. */
async function eventsOf(work: () => Promise<unknown>): Promise<Event[]> {
  const before = (await allEvents()).at(-1)?.id ?? 0
  await work()
  const events = (await allEvents()).filter(({ id }) => id > before)
  for (const { action } of events) seen.add(action)
  return events
}

/** What of an event a test says; all others it leaves open. */
function told({ action, actor_email, via, target, details, project_id }: Event) {
  return { action, by: actor_email, via, target, details: JSON.parse(details) as unknown, project: project_id }
}

async function toldOf(work: () => Promise<unknown>) {
  return (await eventsOf(work)).map(told)
}

const api = (method: string, path: string, { auth }: Pick<Person, 'auth'>, body?: unknown, options: RequestOptions = {}) =>
  succeed(request(method, path, { auth, ...(body === undefined ? {} : { body }), env: quick, ...options }))

const users = (id = '') => `/api/v1/users${id === '' ? '' : `/${id}`}`
const meta = (path = '') => `/api/v1/db/meta/projects/${project.id}${path}`
const newEmail = () => `${unique('audit')}@example.org`
const post = (path: string, body: unknown, options: RequestOptions = {}) =>
  request('POST', path, { body, env: quick, ...options })

/** A form of the dashboard, as a browser with this session sends it. */
async function form(person: Person, path: string): Promise<void> {
  const page = await request('GET', '/account', { refresh: person.refresh, headers: { accept: 'text/html' } })
  const csrf = /name="csrf" value="([^"]+)"/.exec(String(page.body))?.[1] ?? ''
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN }
  const { status } = await request('POST', path, { refresh: person.refresh, body: `csrf=${csrf}`, headers })
  expect(status).toBe(303)
}

const byNobody = { by: null, via: null, project: null, target: null, details: {} }

describe('an account', () => {
  test('signs up, and is known from then on', async () => {
    const email = newEmail()
    const [event, ...others] = await eventsOf(() => succeed(post('/api/v1/auth/user/signup', { email, password: PASSWORD })))
    expect(others).toEqual([])
    expect(event).toMatchObject({ action: 'sign_up', actor_email: email, via: 'session', count: 1, details: '{}' })
    expect(event?.actor_id).toMatch(/^us_/)
    expect(event?.credential).toMatch(/^se_/)
  })

  test('accepts an invitation, and its maker is told of too', async () => {
    const email = newEmail()
    let token = ''
    expect(await toldOf(async () => (token = (await api('POST', users(), admin, { email })).body.invite_token))).toEqual([
      {
        action: 'user.invited',
        by: admin.email,
        via: 'auth_token',
        target: email,
        details: { roles: 'org-level-viewer' },
        project: null,
      },
    ])
    expect(await toldOf(() => succeed(post('/api/v1/auth/user/signup', { email, password: PASSWORD, token })))).toEqual([
      { ...byNobody, action: 'invitation.accepted', by: email, via: 'session' },
    ])
  })

  test('signs in: one event, and no trace of a failure', async () => {
    const [event, ...others] = await eventsOf(() => signIn(ada))
    expect(others).toEqual([])
    expect(event).toMatchObject({ action: 'sign_in', actor_id: ada.id, actor_email: ada.email })
  })

  test('signs out by its Auth Token, by its cookie, and on the page', async () => {
    const signout = (options: RequestOptions) => succeed(request('POST', '/api/v1/auth/user/signout', options))
    const [one, two, three] = [await signIn(ada), await signIn(ada), await signIn(ada)]
    const event = { ...byNobody, action: 'sign_out', by: ada.email, via: 'session' }
    expect(await toldOf(() => signout({ auth: one.auth }))).toEqual([event])
    expect(await toldOf(() => signout({ auth: one.auth }))).toEqual([])
    expect(await toldOf(() => signout({ refresh: two.refresh, auth: two.auth }))).toEqual([event])
    expect(await toldOf(() => form(three, '/session/sign-out'))).toEqual([event])
  })

  test('ends one session, all others, and all', async () => {
    const [here, there] = [await signIn(ada), await signIn(ada)]
    const [ended] = await eventsOf(() => form(here, `/account/sessions/${String(claimsOf(there.auth)['sid'])}/end`))
    expect(ended).toMatchObject({
      action: 'session.ended',
      actor_id: ada.id,
      target_id: claimsOf(there.auth)['sid'],
      via: 'session',
    })
    expect(JSON.parse(ended?.details ?? '')).toEqual({ why: 'by its user' })
    const bob = await signUp()
    await signIn(bob)
    const which = (what: string, sessions: number) => ({
      ...byNobody,
      action: 'sessions.ended',
      by: bob.email,
      via: 'session',
      details: { which: what, sessions },
    })
    expect(await toldOf(() => form(bob, '/account/end-other-sessions'))).toEqual([which('all others', 1)])
    expect(await toldOf(() => form(bob, '/account/end-other-sessions'))).toEqual([])
    expect(await toldOf(() => form(bob, '/session/sign-out-everywhere'))).toEqual([which('all', 1)])
  })

  test('loses a session whose spent refresh token is shown again', async () => {
    const bob = await signUp()
    const refresh = () => request('POST', '/api/v1/auth/token/refresh', { refresh: bob.refresh })
    expect(await toldOf(refresh)).toEqual([])
    await env.DB.prepare('UPDATE refresh_tokens SET spent_at = spent_at - 60000').run()
    const why = 'a spent refresh token was shown again'
    expect(await toldOf(refresh)).toEqual([
      { ...byNobody, action: 'session.ended', by: bob.email, via: 'session', details: { why } },
    ])
    expect(await toldOf(refresh)).toEqual([])
  })

  test('changes its password, and fails to', async () => {
    const bob = await signUp()
    const change = (currentPassword: string, more = {}) =>
      request('POST', '/api/v1/auth/password/change', {
        auth: bob.auth,
        body: { currentPassword, newPassword: 'another horse battery', ...more },
        env: quick,
      })
    const [failed, ...none] = await eventsOf(() => change('wrong password'))
    expect(none).toEqual([])
    expect(failed).toMatchObject({ action: 'password.change_failed', actor_email: bob.email, count: 1 })
    expect(await toldOf(() => succeed(change(PASSWORD, { endApiTokens: true })))).toEqual([
      { ...byNobody, action: 'password.changed', by: bob.email, via: 'auth_token', details: { api_tokens: 'deleted' } },
    ])
  })

  test('resets it, by a link from an administrator or by mail', async () => {
    const bob = await signUp()
    let token = ''
    const make = async () => {
      token = (await api('POST', `${users(bob.id)}/generate-reset-url`, admin)).body.reset_password_token
    }
    const link = { ...byNobody, action: 'reset_link.created', target: bob.email }
    expect(await toldOf(make)).toEqual([
      { ...link, by: admin.email, via: 'auth_token', details: { handed: 'to an administrator' } },
    ])
    const password = 'another horse battery'
    expect(await toldOf(() => succeed(post(`/api/v1/auth/password/reset/${token}`, { password })))).toEqual([
      { ...byNobody, action: 'password.reset', by: bob.email },
    ])
    expect(await toldOf(() => post(`/api/v1/auth/password/reset/${token}`, { password }))).toEqual([])
    const forgot = (email: string) => succeed(post('/api/v1/auth/password/forgot', { email }, { env: withMail }))
    expect(await toldOf(() => forgot(bob.email))).toEqual([{ ...link, details: { handed: 'by mail' } }])
    expect(await toldOf(() => forgot(newEmail()))).toEqual([])
  })

  test('confirms its address, once', async () => {
    const email = newEmail()
    await succeed(post('/api/v1/auth/user/signup', { email, password: PASSWORD }, { env: withMail }))
    const token = /\/([\w-]{40})\n/.exec(mails.findLast(({ to }) => to === email)?.text ?? '')?.[1] ?? ''
    const confirm = () => request('POST', `/api/v1/auth/email/validate/${token}`)
    expect(await toldOf(confirm)).toEqual([{ ...byNobody, action: 'email.confirmed', by: email }])
    expect(await toldOf(confirm)).toEqual([])
  })
})

describe('an administrator', () => {
  const by = () => ({ ...byNobody, by: admin.email, via: 'auth_token' })

  test('invites anew, changes a role, revokes a token of somebody, removes them', async () => {
    const bob = await signUp()
    expect(await toldOf(() => api('PATCH', users(bob.id), admin, { roles: 'org-level-creator' }))).toEqual([
      { ...by(), action: 'user.role_changed', target: bob.email, details: { from: 'org-level-viewer', to: 'org-level-creator' } },
    ])
    const { id, token } = await createToken(bob.auth, 'nightly')
    const hint = `${token.slice(0, 4)}…${token.slice(-4)}`
    const [revoked, ...none] = await eventsOf(() => api('DELETE', `${users(bob.id)}/api-tokens/${id}`, admin))
    expect(none).toEqual([])
    expect(revoked).toMatchObject({ action: 'api_token.deleted', actor_email: admin.email, target_id: String(id), target: hint })
    expect(JSON.parse(revoked?.details ?? '')).toEqual({ description: 'nightly', owner: bob.email })
    expect(await toldOf(() => api('DELETE', users(bob.id), admin))).toEqual([
      { ...by(), action: 'user.removed', target: bob.email },
    ])
    const email = newEmail()
    await api('POST', users(), admin, { email })
    const invited = await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first<string>('id')
    expect(await toldOf(() => api('POST', `${users(invited ?? '')}/resend-invite`, admin))).toEqual([
      { ...by(), action: 'user.invited', target: email, details: { roles: 'org-level-viewer' } },
    ])
  })

  test('switches who may sign up', async () => {
    const set = (invite_only_signup: boolean) => api('POST', '/api/v1/app-settings', admin, { invite_only_signup })
    expect(await toldOf(() => set(true))).toEqual([
      { ...by(), action: 'settings.changed', details: { invite_only_signup: 'true' } },
    ])
    await set(false)
  })
})

describe('API Tokens', () => {
  test('are made and deleted under their hints, by an Auth Token or by themselves', async () => {
    let made = { id: 0, token: '' }
    const [created, ...none] = await eventsOf(async () => (made = await createToken(ada.auth, 'my token')))
    const target = `${made.token.slice(0, 4)}…${made.token.slice(-4)}`
    expect(none).toEqual([])
    expect(created).toMatchObject({ action: 'api_token.created', actor_id: ada.id, target, target_id: String(made.id) })
    expect(created?.credential).toBe(claimsOf(ada.auth)['sid'])
    expect(JSON.parse(created?.details ?? '')).toEqual({ description: 'my token' })
    const [deleted] = await eventsOf(() => succeed(request('DELETE', `/api/v1/tokens/${made.id}`, { token: made.token })))
    expect(deleted).toMatchObject({ action: 'api_token.deleted', via: 'api_token', credential: target, target })
    expect(JSON.parse(deleted?.details ?? '')).toEqual({ description: 'my token', owner: ada.email })
    expect(await toldOf(() => request('DELETE', `/api/v1/tokens/${made.id}`, { auth: ada.auth }))).toEqual([])
  })

  test('that a route refuses are counted, one row an hour for each', async () => {
    const tokens = [await createToken(ada.auth), await createToken(ada.auth)]
    const refused = async ({ token }: { token: string }) => {
      const { status, body } = await request('GET', '/api/v1/tokens', { token })
      expect([status, body.error]).toEqual([403, 'API_TOKEN_NOT_ALLOWED'])
    }
    const events = await eventsOf(async () => {
      for (const token of [...tokens, ...tokens, ...tokens]) await refused(token)
      await vi.waitFor(async () => expect((await allEvents()).slice(-2).map(({ count }) => count)).toEqual([3, 3]))
    })
    const hintOf = ({ token }: { token: string }) => `${token.slice(0, 4)}…${token.slice(-4)}`
    expect(new Set(events.map(({ credential }) => credential))).toEqual(new Set(tokens.map(hintOf)))
    const event = { ...byNobody, action: 'api_token.refused', by: ada.email, via: 'api_token' }
    expect(events.map(told)).toEqual([event, event])
  })
})

describe('a project', () => {
  const by = () => ({ by: ada.email, via: 'auth_token' })

  test('is created, changed and deleted', async () => {
    const title = unique('Audited ')
    let id = ''
    const create = async () => {
      id = (await createProject(ada.auth, title)).id
    }
    const created = await toldOf(create)
    expect(created).toEqual([{ ...by(), action: 'project.created', target: title, details: {}, project: id }])
    const path = `/api/v1/db/meta/projects/${id}`
    expect(await toldOf(() => api('PATCH', path, ada, { title: `${title}!`, color: 'red' }))).toEqual([
      { ...by(), action: 'project.changed', target: `${title}!`, details: { changed: 'title, color' }, project: id },
    ])
    expect(await toldOf(() => api('DELETE', path, ada))).toEqual([
      { ...by(), action: 'project.deleted', target: `${title}!`, details: {}, project: id },
    ])
  })

  test('gets members, in other roles, fewer, and invited anew', async () => {
    const [bob, guest] = [await signUp(), newEmail()]
    const member = { ...by(), project: project.id }
    const add = () => api('POST', meta('/users'), ada, { email: `${bob.email},${guest}`, roles: 'viewer' })
    expect(await toldOf(add)).toEqual([
      { ...member, action: 'member.added', target: bob.email, details: { role: 'viewer' } },
      { ...member, action: 'member.added', target: guest, details: { role: 'viewer' } },
    ])
    expect(
      await toldOf(() => request('POST', meta('/users'), { auth: ada.auth, body: { email: bob.email, roles: 'editor' } })),
    ).toEqual([])
    expect(await toldOf(() => api('PATCH', meta(`/users/${bob.id}`), ada, { roles: 'editor' }))).toEqual([
      { ...member, action: 'member.role_changed', target: bob.email, details: { from: 'viewer', to: 'editor' } },
    ])
    expect(await toldOf(() => api('DELETE', meta(`/users/${bob.id}`), ada))).toEqual([
      { ...member, action: 'member.removed', target: bob.email, details: { role: 'editor' } },
    ])
    const invited = await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(guest).first<string>('id')
    expect(await toldOf(() => api('POST', meta(`/users/${invited}/resend-invite`), ada))).toEqual([
      { ...member, action: 'member.invited', target: guest, details: {} },
    ])
    const refused = () => request('PATCH', meta(`/users/${ada.id}`), { auth: ada.auth, body: { roles: 'viewer' } })
    expect(await toldOf(refused)).toEqual([])
  })

  test('gets tables and columns, changed and deleted, also by an API Token', async () => {
    const { token } = await createToken(ada.auth)
    const hint = `${token.slice(0, 4)}…${token.slice(-4)}`
    let table = { id: '', columns: [] as { id: string; title: string }[] }
    const create = async () => {
      const body = { title: 'Things', columns: [{ title: 'Name', uidt: 'SingleLineText' }] }
      table = (await succeed(request('POST', meta('/tables'), { token, body }))).body
    }
    const [created, ...none] = await eventsOf(create)
    expect(none).toEqual([])
    expect(created).toMatchObject({
      action: 'table.created',
      via: 'api_token',
      credential: hint,
      target_id: table.id,
      target: 'Things',
    })
    const inProject = { ...by(), project: project.id }
    const path = `/api/v1/db/meta/tables/${table.id}`
    expect(await toldOf(() => api('PATCH', path, ada, { title: 'Goods' }))).toEqual([
      { ...inProject, action: 'table.changed', target: 'Goods', details: { from: 'Things' } },
    ])
    expect(await toldOf(() => api('POST', `${path}/reorder`, ada, { order: 7 }))).toEqual([
      { ...inProject, action: 'table.changed', target: 'Goods', details: {} },
    ])
    expect(await toldOf(() => api('POST', `${path}/columns`, ada, { title: 'Qty', uidt: 'Number' }))).toEqual([
      { ...inProject, action: 'column.created', target: 'Qty', details: { table: 'Goods', type: 'Number' } },
    ])
    const { columns } = (await api('GET', path, ada)).body as typeof table
    const qty = columns.find(({ title }) => title === 'Qty')?.id
    const columnPath = `/api/v1/db/meta/columns/${qty}`
    const changed = (type: string, from: string, target: string) => [
      { ...inProject, action: 'column.changed', target, details: { table: 'Goods', from, type } },
    ]
    expect(await toldOf(() => api('PATCH', columnPath, ada, { title: 'Count', uidt: 'Number' }))).toEqual(
      changed('Number', 'Qty', 'Count'),
    )
    expect(await toldOf(() => api('PATCH', columnPath, ada, { title: 'Count', uidt: 'Decimal' }))).toEqual(
      changed('Decimal', 'Count', 'Count'),
    )
    expect(await toldOf(() => api('POST', `${columnPath}/primary`, ada))).toEqual(changed('Decimal', 'Count', 'Count'))
    expect(await toldOf(() => api('DELETE', columnPath, ada))).toEqual([
      { ...inProject, action: 'column.deleted', target: 'Count', details: { table: 'Goods' } },
    ])
    expect(await toldOf(() => api('DELETE', path, ada))).toEqual([
      { ...inProject, action: 'table.deleted', target: 'Goods', details: {} },
    ])
  })

  test('has files imported and exported: how many rows, and nothing of them', async () => {
    const client: ImportClient = { project: project.id, options: { auth: ada.auth } }
    const event = { ...by(), project: project.id, target: 'Imported' }
    const csv = 'Name,Qty\nscrew,3\nnail,4\n'
    expect(await toldOf(() => importFile(client, csv, { title: 'Imported' }))).toEqual([
      { ...event, action: 'import.started', details: { into: 'a new table' } },
      { ...event, action: 'import.done', details: { rows: 2, inserted: 2, updated: 0 } },
    ])
    const { body } = await api('GET', meta('/tables'), ada)
    const table = (body.list as { id: string; title: string }[]).find(({ title }) => title === 'Imported')
    expect(await toldOf(() => importFile(client, csv, {}, { table_id: table?.id }))).toEqual([
      { ...event, action: 'import.started', details: { into: 'a table that is there' } },
      { ...event, action: 'import.done', details: { rows: 2, inserted: 2, updated: 0 } },
    ])
    const rows = `/api/v1/db/data/noco/${project.id}/${table?.id}`
    const exported = { ...event, action: 'table.exported', details: {} }
    expect(await toldOf(() => succeed(request('GET', `${rows}/export/csv`, { auth: ada.auth })))).toEqual([exported])
    expect(await toldOf(() => request('GET', `${rows}/export/csv?shuffle=1`, { auth: ada.auth }))).toEqual([])
    const page = `/projects/${project.id}/tables/${table?.id}/export`
    expect(await toldOf(() => succeed(request('GET', page, { refresh: ada.refresh })))).toEqual([{ ...exported, via: 'session' }])
    const read = async () => {
      await succeed(request('GET', rows, { auth: ada.auth }))
      await succeed(request('POST', rows, { auth: ada.auth, body: { Name: 'bolt' } }))
    }
    expect(await toldOf(read)).toEqual([])
  })
})

describe('failed sign-ins', () => {
  const signin = (email: string, address: string, password = 'wrong password') =>
    post('/api/v1/auth/user/signin', { email, password }, { headers: { 'cf-connecting-ip': address } })

  const failures = async () => (await allEvents()).filter(({ action }) => action === 'sign_in.failed')

  test('of an account from one address are one event an hour, which counts', async () => {
    const bob = await signUp()
    const events = await eventsOf(async () => {
      for (let time = 0; time < 3; time++) expect((await signin(bob.email, '192.0.2.1')).status).toBe(400)
      await signin(bob.email, '192.0.2.2')
      await signin(bob.email, '192.0.2.1', PASSWORD)
    })
    expect(events.map(({ action, actor_id, count }) => ({ action, actor_id, count }))).toEqual([
      { action: 'sign_in.failed', actor_id: bob.id, count: 3 },
      { action: 'sign_in.failed', actor_id: bob.id, count: 1 },
      { action: 'sign_in', actor_id: bob.id, count: 1 },
    ])
    const [first, second] = events
    expect(first?.address).toMatch(/^[\da-f]{16}$/)
    expect(second?.address).not.toBe(first?.address)
  })

  test('count also beyond the limit, where no password is looked at', async () => {
    const bob = await signUp()
    const events = await eventsOf(async () => {
      for (let time = 0; time < 12; time++) await signin(bob.email, '192.0.2.3')
    })
    expect(events.map(({ count }) => count)).toEqual([12])
  })

  test('with e-mails that nobody has are one event for an address, and say nothing that was typed', async () => {
    const events = await eventsOf(async () => {
      await signin('my.password@example.org', '192.0.2.4')
      await signin('another@example.org', '192.0.2.4')
      await signin('no address at all', '192.0.2.4')
    })
    expect(events).toMatchObject([{ action: 'sign_in.failed', actor_id: null, actor_email: null, target: null, count: 2 }])
    expect(JSON.stringify(events)).not.toContain('my.password')
  })

  test('from ever more addresses make no more than 200 events an hour; the rest is counted together', async () => {
    const before = (await failures()).length
    for (let number = 0; number <= 200 - before + 4; number++) {
      await signin('nobody@example.org', `198.51.${number >> 8}.${number & 255}`)
    }
    const after = await failures()
    expect(after).toHaveLength(201)
    expect(after.at(-1)).toMatchObject({ actor_id: null, address: null, request_id: null, count: 5 })
    // Who is counted already goes on being counted by name.
    const counted = after[0]?.count ?? 0
    const bob =
      (await env.DB.prepare('SELECT email FROM users WHERE id = ?').bind(after[0]?.actor_id).first<string>('email')) ?? ''
    await signin(bob, '192.0.2.1')
    expect((await failures())[0]?.count).toBe(counted + 1)
    await env.DB.prepare(`DELETE FROM audit_events WHERE action = 'sign_in.failed'`).run()
  }, 60_000)
})

test('the configured administrator is told of when it is applied, and not again', async () => {
  const settings: Bindings = { ...quick, NC_ADMIN_EMAIL: newEmail(), NC_ADMIN_PASSWORD: 'swordfish-of-the-boss' }
  const ask = (bindings: Bindings) => request('GET', '/api/v1/auth/user/me', { env: bindings })
  expect(await toldOf(() => ask(settings))).toEqual([
    { ...byNobody, action: 'administrator.applied', by: settings.NC_ADMIN_EMAIL },
  ])
  expect(await toldOf(() => ask({ ...settings }))).toEqual([])
  await env.DB.prepare(`UPDATE users SET roles = 'org-level-creator,super' WHERE id = ?`).bind(admin.id).run()
})

test('every action of the table of actions was seen above', () => {
  expect([...seen].toSorted()).toEqual(Object.keys(ACTIONS).toSorted())
})

describe('an event', () => {
  test('says when, by which request, and from where: the same address has the same mark, an IPv6 one by its /56', async () => {
    const from = (address: string, bindings: Bindings = quick) =>
      eventsOf(() =>
        succeed(
          post(
            '/api/v1/auth/user/signin',
            { email: ada.email, password: PASSWORD },
            { headers: { 'cf-connecting-ip': address, 'cf-ray': 'ray-1' }, env: bindings },
          ),
        ),
      )
    const [one] = await from('203.0.113.7')
    const [same] = await from('203.0.113.7')
    const [v6] = await from('2001:db8:1:2::1')
    const [neighbour] = await from('2001:db8:1:3::9')
    expect(one).toMatchObject({ request_id: 'ray-1', address: same?.address })
    expect(one?.address).toMatch(/^[\da-f]{16}$/)
    expect(v6?.address).toBe(neighbour?.address)
    expect(v6?.address).not.toBe(one?.address)
    expect(Math.abs((one?.at ?? 0) - Date.now())).toBeLessThan(60_000)
    const [other] = await from('203.0.113.7', { ...quick, NC_AUTH_JWT_SECRET: 'another-secret-of-the-tests-4c1d' })
    expect(other?.address).not.toBe(one?.address)
    const [plain] = await from('203.0.113.7', { ...quick, NC_AUDIT_ADDRESS: 'plain' })
    expect(plain?.address).toBe('203.0.113.7')
  })

  test('is not there when the batch that it belongs to fails, nor is what it tells of', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const table = await createTable(ada.auth, project.id)
    const bob = await signUp()
    await addMember(ada.auth, project.id, bob.email, 'viewer')
    const operations: [string, string, object][] = [
      ['POST', '/api/v1/tokens', { auth: ada.auth, body: { description: 'never' } }],
      ['PATCH', meta(`/users/${bob.id}`), { auth: ada.auth, body: { roles: 'editor' } }],
      ['POST', `/api/v1/db/meta/tables/${table.id}/columns`, { auth: ada.auth, body: { title: 'Never', uidt: 'Number' } }],
      ['POST', '/api/v1/auth/user/signup', { body: { email: newEmail(), password: PASSWORD } }],
    ]
    await env.DB.prepare(`CREATE TRIGGER no_events BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'no room'); END`).run()
    const state = () =>
      env.DB.prepare(
        'SELECT (SELECT COUNT(*) FROM api_tokens) || (SELECT COUNT(*) FROM columns) || (SELECT COUNT(*) FROM users) || (SELECT group_concat(role) FROM project_members)',
      ).first<string>()
    const before = JSON.stringify(await state())
    for (const [method, path, options] of operations) {
      const { status } = await request(method, path, { ...options, env: quick })
      expect([path, status]).toEqual([path, 500])
    }
    expect(JSON.stringify(await state())).toBe(before)
    await env.DB.prepare('DROP TRIGGER no_events').run()
    vi.restoreAllMocks()
  })
})

test('no export begins when its event cannot be written', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const table = await createTable(ada.auth, project.id)
  const path = `/api/v1/db/data/noco/${project.id}/${table.id}/export/csv`
  const broken: Bindings = {
    ...quick,
    // The first call is who is asking.
    DB: tapD1(env.DB, {
      before: (call) => (call === 2 ? Promise.reject(new Error('D1_ERROR: Network connection lost.')) : undefined),
    }),
  }
  await succeed(request('GET', path, { auth: ada.auth, env: quick }))
  expect((await request('GET', path, { auth: ada.auth, env: broken })).status).toBe(503)
  vi.restoreAllMocks()
})
