/** Projects and their members. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { ProjectRole } from '../../src/actor'
import {
  PASSWORD,
  type Person,
  addMember,
  claimsOf,
  createProject,
  createTable,
  createToken,
  dump,
  request,
  signUp,
  signUpCreator,
  succeed,
  superAdmin,
  unique,
} from '../support/client'
import { tapD1 } from '../support/tap-d1'

const PROJECTS = '/api/v1/db/meta/projects'

let ada: Person

beforeAll(async () => {
  ada = await signUpCreator()
})

const create = (auth: string, body: unknown) => request('POST', `${PROJECTS}/`, { auth, body })
const read = (auth: string, id: string) => request('GET', `${PROJECTS}/${id}`, { auth })
const update = (auth: string, id: string, body: unknown) => request('PATCH', `${PROJECTS}/${id}`, { auth, body })
const remove = (auth: string, id: string) => request('DELETE', `${PROJECTS}/${id}`, { auth })
const error = (code: string, message: string) => ({ error: code, message, msg: message })
const notFound = error('PROJECT_NOT_FOUND', 'Project not found')

describe('making a project', () => {
  test('answers with it, and with its one data source', async () => {
    const { status, body } = await create(ada.auth, { title: 'Größe & Söhne', description: 'd', color: '#fff', meta: { a: 1 } })
    expect(status).toBe(200)
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00$/)
    expect(body).toEqual({
      id: expect.stringMatching(/^p_[0-9a-z]{14}$/),
      title: 'Größe & Söhne',
      prefix: expect.stringMatching(/^nc_[0-9a-z]{4}__$/),
      description: 'd',
      color: '#fff',
      status: null,
      meta: '{"a":1}',
      order: null,
      is_meta: true,
      deleted: false,
      created_at: at,
      updated_at: at,
      bases: [
        {
          id: expect.stringMatching(/^ds_[0-9a-z]{14}$/),
          project_id: body.id,
          alias: null,
          meta: null,
          is_meta: true,
          type: 'sqlite3',
          inflection_column: 'camelize',
          inflection_table: 'camelize',
          enabled: true,
          order: 1,
          created_at: at,
          updated_at: at,
        },
      ],
    })
    expect((await read(ada.auth, body.id)).body).toEqual(body)
  })

  test('makes its maker the owner', async () => {
    const { id } = await createProject(ada.auth)
    const { project_members: members = [] } = await dump(env.DB)
    expect(members.filter((member) => member['project_id'] === id)).toMatchObject([{ user_id: ada.id, role: 'owner' }])
  })

  test('is for those who may create them', async () => {
    const viewer = await signUp()
    const refused = await create(viewer.auth, { title: unique('P') })
    expect([refused.status, refused.body]).toEqual([403, error('FORBIDDEN', 'projectCreate - org-level-viewer : Not allowed')])
    expect((await create((await superAdmin()).auth, { title: unique('P') })).status).toBe(200)
  })

  test('needs a title that nothing else has, also not of someone else', async () => {
    const title = unique('Taken ')
    await createProject(ada.auth, title)
    const bob = await signUpCreator()
    const { status, body } = await create(bob.auth, { title })
    expect([status, body]).toEqual([400, error('PROJECT_EXISTS', 'Project title already in use')])
  })

  test('of one title twice at once makes one, with one owner', async () => {
    const title = unique('At once ')
    const answers = await Promise.all([create(ada.auth, { title }), create(ada.auth, { title }), create(ada.auth, { title })])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400])
    const { projects = [], project_members: members = [] } = await dump(env.DB)
    const made = projects.filter((project) => project['title'] === title)
    expect(made).toHaveLength(1)
    expect(members.filter((member) => member['project_id'] === made[0]?.['id'])).toHaveLength(1)
  })

  test.each<[string, unknown, number, string]>([
    ['no title', {}, 400, 'INVALID_REQUEST_BODY'],
    ['an empty title', { title: '' }, 400, 'INVALID_REQUEST_BODY'],
    ['a blank title', { title: '  ' }, 400, 'INVALID_REQUEST_BODY'],
    ['a title with blanks around it', { title: ' x' }, 400, 'INVALID_REQUEST_BODY'],
    ['a title of 51 characters', { title: 'x'.repeat(51) }, 400, 'INVALID_REQUEST_BODY'],
    ['a title with a newline', { title: 'a\nb' }, 400, 'INVALID_REQUEST_BODY'],
    ['a title with NUL', { title: 'a\0b' }, 400, 'BAD_JSON'],
    ['a title that is half a character', '{"title":"a\\ud800"}', 400, 'INVALID_REQUEST_BODY'],
    ['a title that is a number', { title: 5 }, 400, 'INVALID_REQUEST_BODY'],
    ['an external database', { title: 'x', external: true }, 400, 'NOT_IMPLEMENTED'],
  ])('with %s is refused and leaves nothing', async (_, body, status, code) => {
    const before = await dump(env.DB)
    const answer = await create(ada.auth, body)
    expect([answer.status, answer.body.error]).toEqual([status, code])
    expect(await dump(env.DB)).toEqual(before)
  })

  test('for what is not implemented is no failure of the server: nothing in its log', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { body } = await create(ada.auth, { title: 'x', external: true })
    expect(body).toEqual({
      error: 'NOT_IMPLEMENTED',
      message: body.msg,
      msg: 'Projects on an external database are not supported.',
    })
    expect(log).not.toHaveBeenCalled()
    log.mockRestore()
  })

  test('takes a meta of 16 KiB as JSON, and none that is longer, however it is written', async () => {
    const text = (size: number) => 'é'.repeat(size / 2)
    const made = await succeed(create(ada.auth, { title: unique('Meta '), meta: text(16_384) }))
    for (const meta of [text(16_386), { a: text(16_384) }]) {
      const refusals = [await create(ada.auth, { title: unique('Meta '), meta }), await update(ada.auth, made.body.id, { meta })]
      for (const { status, body } of refusals) {
        expect([status, body.error]).toEqual([400, 'INVALID_REQUEST_BODY'])
        expect(body.message).toContain('meta: must have at most 16384 bytes as JSON')
      }
    }
  })

  test('are listed page by page where a page is asked for, else all', async () => {
    const eve = await signUpCreator()
    const ids: string[] = []
    for (const title of ['One', 'Two', 'Three']) ids.push((await createProject(eve.auth, unique(title))).id)
    const list = async (query: string) => (await succeed(request('GET', `${PROJECTS}${query}`, { auth: eve.auth }))).body
    const idsOf = ({ list: found }: { list: { id: string }[] }) => found.map(({ id }) => id)
    expect(idsOf(await list(''))).toEqual(ids)
    expect((await list('')).pageInfo).toEqual({ totalRows: 3, page: 1, pageSize: 3, isFirstPage: true, isLastPage: true })
    const first = await list('?limit=2')
    expect([idsOf(first), first.pageInfo.totalRows, first.pageInfo.isLastPage]).toEqual([ids.slice(0, 2), 3, false])
    const last = await list('?limit=2&offset=2')
    expect([idsOf(last), last.pageInfo.isFirstPage, last.pageInfo.isLastPage]).toEqual([ids.slice(2), false, true])
    expect((await request('GET', `${PROJECTS}?limit=x`, { auth: eve.auth })).body.error).toBe('INVALID_PARAMETER')
  })

  test('names what is wrong, and where', async () => {
    const { body } = await create(ada.auth, { title: '', color: 5 })
    expect(body.errors).toEqual([
      { path: 'title', message: 'must not be empty' },
      { path: 'color', message: expect.any(String) },
    ])
    expect(body.message).toBe(body.msg)
    expect(body.message).toMatch(/^Invalid request body: title: must not be empty; color: /)
  })

  test('takes no id, prefix, database or owner from the body', async () => {
    const extra = {
      id: 'p_mine',
      prefix: 'x',
      database: 'DB',
      base_id: 'ds_mine',
      deleted_at: 1,
      ownerId: 'us_x',
      schema_version: 9,
    }
    const { body } = await create(ada.auth, { title: unique('P'), ...extra })
    const row = await env.DB.prepare('SELECT * FROM projects WHERE id = ?').bind(body.id).first()
    expect(row).toMatchObject({ database: 'DATA', deleted_at: null, schema_version: 1 })
    expect([body.id, body.prefix, row?.['base_id']]).not.toEqual(expect.arrayContaining(['p_mine', 'x', 'ds_mine']))
  })
})

describe('the list of projects', () => {
  test('holds those one is a member of, and says so in one page', async () => {
    const bob = await signUpCreator()
    const none = { totalRows: 0, page: 1, pageSize: 25, isFirstPage: true, isLastPage: true }
    expect((await request('GET', `${PROJECTS}/`, { auth: bob.auth })).body).toEqual({ list: [], pageInfo: none })
    const [one, two] = [await createProject(bob.auth), await createProject(ada.auth)]
    await createProject(ada.auth)
    await addMember(ada.auth, two.id, bob.email, 'viewer')
    const { body } = await request('GET', PROJECTS, { auth: bob.auth })
    expect(body.list.map(({ id }: { id: string }) => id).toSorted()).toEqual([one.id, two.id].toSorted())
    expect(body.pageInfo).toEqual({ ...none, totalRows: 2, pageSize: 2 })
  })

  test('holds all for a super admin', async () => {
    const { id } = await createProject(ada.auth)
    const { body } = await request('GET', PROJECTS, { auth: (await superAdmin()).auth })
    expect(body.list.map((project: { id: string }) => project.id)).toContain(id)
  })
})

describe('changing a project', () => {
  test('answers with the number 1, and keeps what is not named', async () => {
    const { body: made } = await create(ada.auth, { title: unique('P'), color: 'red', meta: '{"a":1}' })
    const title = unique('Renamed ')
    const { status, body } = await update(ada.auth, made.id, { title })
    expect([status, body]).toEqual([200, 1])
    expect((await read(ada.auth, made.id)).body).toMatchObject({ title, color: 'red', meta: '{"a":1}', prefix: made.prefix })
  })

  test('can take things away by null', async () => {
    const { body: made } = await create(ada.auth, { title: unique('P'), color: 'red', meta: { a: 1 } })
    await succeed(update(ada.auth, made.id, { color: null, meta: null }))
    expect((await read(ada.auth, made.id)).body).toMatchObject({ title: made.title, color: null, meta: null })
  })

  test('to a title in use is refused, to its own is not', async () => {
    const [one, two] = [await createProject(ada.auth), await createProject(ada.auth)]
    expect((await update(ada.auth, one.id, { title: two.title })).body.error).toBe('PROJECT_EXISTS')
    expect((await update(ada.auth, one.id, { title: one.title })).body).toBe(1)
  })

  test('moves no project to another database or owner', async () => {
    const { id } = await createProject(ada.auth)
    const row = () =>
      env.DB.prepare('SELECT id, base_id, prefix, "database", deleted_at, created_at FROM projects WHERE id = ?').bind(id).first()
    const before = await row()
    await succeed(update(ada.auth, id, { id: 'p_x', database: 'DB', prefix: 'x', deleted_at: 1, created_at: 1 }))
    expect(await row()).toEqual(before)
  })
})

describe('a deleted project', () => {
  test('is out of reach at once: by id, by title, in lists, for its tables and its members', async () => {
    const project = await createProject(ada.auth)
    const table = await createTable(ada.auth, project.id)
    const { token } = await createToken(ada.auth)
    const { status, body } = await remove(ada.auth, project.id)
    expect([status, body]).toEqual([200, true])
    const admin = await superAdmin()
    const paths = [
      `${PROJECTS}/${project.id}`,
      `${PROJECTS}/${project.id}/users`,
      `${PROJECTS}/${project.id}/tables`,
      `${PROJECTS}/${project.id}/swagger.json`,
      `${PROJECTS}/${project.id}/api-tokens`,
      `/api/v1/db/data/noco/${project.id}/${table.id}`,
      `/api/v1/db/data/noco/${encodeURIComponent(project.title)}/${table.id}`,
    ]
    for (const path of paths) {
      for (const credentials of [{ auth: ada.auth }, { auth: admin.auth }, { token }]) {
        const answer = await request('GET', path, credentials)
        expect([path, answer.status, answer.body]).toEqual([path, 404, notFound])
      }
    }
    expect((await request('GET', `/api/v1/db/meta/tables/${table.id}`, { auth: ada.auth })).body.error).toBe('TABLE_NOT_FOUND')
    const { list } = (await request('GET', PROJECTS, { auth: admin.auth })).body
    expect(list.map(({ id }: { id: string }) => id)).not.toContain(project.id)
    expect((await remove(ada.auth, project.id)).status).toBe(404)
  })

  test('gives its title free', async () => {
    const { id, title } = await createProject(ada.auth)
    await succeed(remove(ada.auth, id))
    expect((await create(ada.auth, { title })).status).toBe(200)
  })
})

describe('a project of someone else', () => {
  test('answers like one that does not exist, whatever is asked of it', async () => {
    const foreign = await createProject((await signUpCreator()).auth)
    const table = await createTable((await superAdmin()).auth, foreign.id)
    const calls: [string, (project: string, table: string) => string][] = [
      ['GET', (project) => `${PROJECTS}/${project}`],
      ['PATCH', (project) => `${PROJECTS}/${project}`],
      ['DELETE', (project) => `${PROJECTS}/${project}`],
      ['GET', (project) => `${PROJECTS}/${project}/info`],
      ['GET', (project) => `${PROJECTS}/${project}/users`],
      ['POST', (project) => `${PROJECTS}/${project}/users`],
      ['GET', (project) => `${PROJECTS}/${project}/api-tokens`],
      ['POST', (project) => `${PROJECTS}/${project}/tables`],
      ['GET', (project) => `${PROJECTS}/${project}/swagger.json`],
      ['GET', (project, name) => `/api/v1/db/data/noco/${project}/${name}`],
      ['GET', (_, name) => `/api/v1/db/meta/tables/${name}`],
      ['DELETE', (_, name) => `/api/v1/db/meta/tables/${name}`],
    ]
    for (const [method, path] of calls) {
      const body = method === 'GET' ? undefined : {}
      const answers = await Promise.all(
        [path(foreign.id, table.id), path('p_unknown0000000', 'md_unknown000000')].map((each) =>
          request(method, each, { auth: ada.auth, body }),
        ),
      )
      const told = answers.map(({ status, headers, body: answer }) => {
        const { 'x-request-id': _id, ...others } = Object.fromEntries(headers)
        return { status, answer, others }
      })
      expect(told[0]?.status).toBe(404)
      expect(told[0]).toEqual(told[1])
    }
    expect((await read((await superAdmin()).auth, foreign.id)).status).toBe(200)
  })

  test('is not reached by its title either', async () => {
    const owner = await signUpCreator()
    const foreign = await createProject(owner.auth)
    const table = await createTable(owner.auth, foreign.id)
    const path = `/api/v1/db/data/noco/${encodeURIComponent(foreign.title)}/${table.title}`
    expect((await request('GET', path, { auth: ada.auth })).body).toEqual(notFound)
    expect((await request('GET', path, { auth: owner.auth })).status).toBe(200)
  })

  test('cannot be taken over by giving one’s own the title that is its id', async () => {
    const owner = await signUpCreator()
    const target = await createProject(owner.auth)
    const table = await createTable(owner.auth, target.id)
    const squatter = await signUpCreator()
    await createProject(squatter.auth, target.id)
    const path = `/api/v1/db/data/noco/${target.id}/${table.id}`
    expect((await request('GET', path, { auth: owner.auth })).status).toBe(200)
    expect((await request('GET', path, { auth: squatter.auth })).body).toEqual(notFound)
  })
})

test('info says what the project runs on', async () => {
  const { id } = await createProject(ada.auth)
  expect((await request('GET', `${PROJECTS}/${id}/info`, { auth: ada.auth })).body).toEqual({
    Node: 'workerd',
    Arch: 'wasm',
    Platform: 'cloudflare-workers',
    Docker: false,
    RootDB: 'd1',
    PackageVersion: expect.stringMatching(/^\d+\.\d+\.\d+/),
  })
})

describe('members', () => {
  const users = (id: string) => `${PROJECTS}/${id}/users`
  const invite = (auth: string, id: string, email: string, roles: string) =>
    request('POST', users(id), { auth, body: { email, roles } })
  const setRole = (auth: string, id: string, user: string, roles: string) =>
    request('PATCH', `${users(id)}/${user}`, { auth, body: { roles } })
  const removeMember = (auth: string, id: string, user: string) => request('DELETE', `${users(id)}/${user}`, { auth })
  const roleOf = async (id: string, { id: user }: Pick<Person, 'id'>) => {
    const row = await env.DB.prepare('SELECT role FROM project_members WHERE project_id = ? AND user_id = ?')
      .bind(id, user)
      .first()
    return row?.['role'] ?? null
  }

  let bob: Person
  let project: { id: string }

  beforeAll(async () => {
    bob = await signUp()
    project = await createProject(ada.auth)
    await addMember(ada.auth, project.id, bob.email, 'editor')
  })

  test('are listed, and nobody else is', async () => {
    const { body } = await request('GET', users(project.id), { auth: ada.auth })
    expect(Object.keys(body)).toEqual(['users'])
    expect(body.users.pageInfo).toEqual({ totalRows: 2, page: 1, pageSize: 25, isFirstPage: true, isLastPage: true })
    expect(body.users.list[1]).toEqual({
      id: bob.id,
      email: bob.email,
      firstname: null,
      lastname: null,
      main_roles: 'org-level-viewer',
      project_id: project.id,
      roles: 'editor',
      invited: false,
      email_verified: false,
      waits: false,
      created_at: expect.any(String),
    })
    expect(JSON.stringify(body)).not.toMatch(/hash|token|scrypt|pbkdf2/)
  })

  test('are found by a part of their e-mail, in which % and _ are themselves', async () => {
    const find = async (query: string) =>
      (await request('GET', `${users(project.id)}?query=${encodeURIComponent(query)}`, { auth: ada.auth })).body.users.list.map(
        ({ id }: { id: string }) => id,
      )
    expect(await find(bob.email.toUpperCase())).toEqual([bob.id])
    expect(await find('%')).toEqual([])
    expect(await find('_')).toEqual([])
    expect(await find("' OR '1'='1")).toEqual([])
  })

  test('come in pages', async () => {
    const page = async (query: string) => (await request('GET', `${users(project.id)}?${query}`, { auth: ada.auth })).body.users
    const second = await page('limit=1&offset=1')
    expect(second.list.map(({ id }: { id: string }) => id)).toEqual([bob.id])
    expect(second.pageInfo).toEqual({ totalRows: 2, page: 2, pageSize: 1, isFirstPage: false, isLastPage: true })
    expect((await page('limit=-1')).list).toHaveLength(1)
    expect((await request('GET', `${users(project.id)}?limit=ten`, { auth: ada.auth })).body.error).toBe('INVALID_PARAMETER')
    expect((await request('GET', `${users(project.id)}?limit=1&limit=2`, { auth: ada.auth })).body.error).toBe(
      'INVALID_PARAMETER',
    )
  })

  test.each<ProjectRole>(['creator', 'editor', 'commenter', 'viewer'])('can be added as %s', async (role) => {
    const carol = await signUp()
    const { status, body } = await invite(ada.auth, project.id, carol.email.toUpperCase(), role)
    expect([status, body]).toEqual([200, { msg: 'The user has been invited successfully', unconfirmed: [carol.email] }])
    expect(await roleOf(project.id, carol)).toBe(role)
  })

  test('cannot be added twice', async () => {
    const { status, body } = await invite(ada.auth, project.id, bob.email, 'viewer')
    expect([status, body.error]).toEqual([400, 'INVALID_MEMBER'])
    expect(await roleOf(project.id, bob)).toBe('editor')
  })

  test('are added all or none', async () => {
    const carol = await signUp()
    const before = await dump(env.DB)
    const newcomer = `${unique('new')}@example.org`
    expect((await invite(ada.auth, project.id, `${carol.email},${newcomer},${bob.email}`, 'viewer')).status).toBe(400)
    expect((await invite(ada.auth, project.id, `${carol.email},not an e-mail`, 'viewer')).body.message).toBe(
      'Invalid email address : not an e-mail',
    )
    expect(await dump(env.DB)).toEqual(before)
    const { body } = await invite(ada.auth, project.id, `${carol.email}, ${newcomer}`, 'viewer')
    expect(body.invitations.map(({ email }: { email: string }) => email)).toEqual([newcomer])
    expect(await roleOf(project.id, carol)).toBe('viewer')
  })

  test.each([
    ['no e-mail', { roles: 'viewer' }, 'INVALID_REQUEST_BODY'],
    ['an empty list', { email: ' , ', roles: 'viewer' }, 'INVALID_EMAIL'],
    ['no role', { email: 'x@example.org' }, 'INVALID_REQUEST_BODY'],
    ['a role there is none of', { email: 'x@example.org', roles: 'root' }, 'INVALID_REQUEST_BODY'],
    ['an organisation role', { email: 'x@example.org', roles: 'super' }, 'INVALID_REQUEST_BODY'],
    ['two roles', { email: 'x@example.org', roles: 'viewer,owner' }, 'INVALID_REQUEST_BODY'],
    ['the guest', { email: 'x@example.org', roles: 'guest' }, 'INVALID_REQUEST_BODY'],
    ['21 people', { email: Array.from({ length: 21 }, (_, n) => `u${n}@example.org`).join(), roles: 'viewer' }, 'INVALID_MEMBER'],
  ])('are not added with %s', async (_, body, code) => {
    const answer = await request('POST', users(project.id), { auth: ada.auth, body })
    expect([answer.status, answer.body.error]).toEqual([400, code])
  })

  test('change their role, which counts at their next request', async () => {
    const carol = await signUp()
    await addMember(ada.auth, project.id, carol.email, 'viewer')
    const rename = () => update(carol.auth, project.id, { color: 'blue' })
    expect((await rename()).body.message).toBe('projectUpdate - viewer : Not allowed')
    expect((await setRole(ada.auth, project.id, carol.id, 'creator')).body).toEqual({
      msg: 'The user has been updated successfully',
    })
    expect((await rename()).status).toBe(200)
  })

  test('can be removed, and are out at their next request', async () => {
    const carol = await signUp()
    await addMember(ada.auth, project.id, carol.email, 'viewer')
    expect((await read(carol.auth, project.id)).status).toBe(200)
    expect((await removeMember(ada.auth, project.id, carol.id)).body).toEqual({ msg: 'The user has been removed successfully' })
    expect((await read(carol.auth, project.id)).status).toBe(404)
  })

  test('who are none are not found', async () => {
    const stranger = await signUp()
    for (const id of [stranger.id, 'us_unknown']) {
      for (const answer of [await setRole(ada.auth, project.id, id, 'viewer'), await removeMember(ada.auth, project.id, id)]) {
        expect([answer.status, answer.body.error]).toEqual([404, 'USER_NOT_FOUND'])
      }
    }
  })

  describe('who own the project', () => {
    let owned: { id: string }
    let creator: Person

    beforeAll(async () => {
      owned = await createProject(ada.auth)
      creator = await signUp()
      await addMember(ada.auth, owned.id, creator.email, 'creator')
    })

    test('cannot be made, changed or removed by a creator', async () => {
      const carol = await signUp()
      await addMember(ada.auth, owned.id, carol.email, 'viewer')
      const attempts = [
        invite(creator.auth, owned.id, (await signUp()).email, 'owner'),
        setRole(creator.auth, owned.id, carol.id, 'owner'),
        setRole(creator.auth, owned.id, creator.id, 'owner'),
        setRole(creator.auth, owned.id, ada.id, 'viewer'),
        removeMember(creator.auth, owned.id, ada.id),
      ]
      for (const { status, body } of await Promise.all(attempts)) {
        const message = 'Only an owner of the project can make, change or remove an owner.'
        expect([status, body]).toEqual([403, error('FORBIDDEN', message)])
      }
      expect(await roleOf(owned.id, ada)).toBe('owner')
      expect((await setRole(creator.auth, owned.id, carol.id, 'editor')).status).toBe(200)
    })

    test('are never none: the last one can neither step down nor be removed', async () => {
      const message = 'A project needs an owner: make someone else an owner first.'
      expect((await setRole(ada.auth, owned.id, ada.id, 'creator')).body).toEqual(error('INVALID_MEMBER', message))
      expect((await removeMember((await superAdmin()).auth, owned.id, ada.id)).body).toEqual(error('INVALID_MEMBER', message))
      expect((await setRole(ada.auth, owned.id, ada.id, 'owner')).status).toBe(200)
    })

    test('cannot remove themselves', async () => {
      expect((await removeMember(ada.auth, owned.id, ada.id)).body).toEqual(
        error('INVALID_MEMBER', "Admin can't delete themselves!"),
      )
    })

    test('can step down once there is another, and of two at once one stays', async () => {
      const shared = await createProject(ada.auth)
      await addMember(ada.auth, shared.id, creator.email, 'owner')
      const answers = await Promise.all([
        setRole(ada.auth, shared.id, ada.id, 'viewer'),
        setRole(creator.auth, shared.id, creator.id, 'viewer'),
      ])
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400])
      const roles = [await roleOf(shared.id, ada), await roleOf(shared.id, creator)]
      expect(roles.toSorted()).toEqual(['owner', 'viewer'])
    })
  })

  describe('who have no account yet', () => {
    const invited = async (id: string = project.id) => {
      const email = `${unique('guest')}@example.org`
      const { body } = await succeed(invite(ada.auth, id, email, 'editor'))
      return { email, ...body } as { email: string; invite_token: string; invite_url: string }
    }
    const accept = (email: string, token: string) =>
      request('POST', '/api/v1/auth/user/signup', { body: { email, password: PASSWORD, token } })
    const resend = async (auth: string, id: string, email: string) => {
      const row = await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first<{ id: string }>()
      return request('POST', `${users(id)}/${row?.id}/resend-invite`, { auth })
    }

    test('get an invitation, by which they sign up and are in', async () => {
      const { email, invite_token: token, invite_url: url } = await invited()
      expect(token).toMatch(/^[\w-]{40}$/)
      expect(url).toBe(`http://localhost/auth/signup/${token}`)
      const { body } = await succeed(accept(email, token))
      expect(claimsOf(body.token)).toMatchObject({ email, roles: 'org-level-viewer' })
      expect((await read(body.token, project.id)).status).toBe(200)
      const again = await accept(email, token)
      expect([again.status, again.body]).toEqual([400, error('INVALID_INVITE', 'Invalid invite url')])
    })

    test('are shown as invited until then', async () => {
      const { email, invite_token: token } = await invited()
      const isInvited = async () =>
        (await request('GET', `${users(project.id)}?query=${email}`, { auth: ada.auth })).body.users.list[0].invited
      expect(await isInvited()).toBe(true)
      await succeed(accept(email, token))
      expect(await isInvited()).toBe(false)
    })

    test('cannot sign up without it, with another’s, or as someone else by it', async () => {
      const { email, invite_token: token } = await invited()
      const other = await invited()
      const without = await request('POST', '/api/v1/auth/user/signup', { body: { email, password: PASSWORD } })
      expect(without.body.error).toBe('USER_EXISTS')
      for (const [who, by] of [
        [email, other.invite_token],
        [ada.email, token],
        [`${unique('x')}@example.org`, token],
      ] as const) {
        expect((await accept(who, by)).body).toEqual(error('INVALID_INVITE', 'Invalid invite url'))
      }
      expect((await accept(email, token)).status).toBe(200)
    })

    test('have 24 hours', async () => {
      const { email, invite_token: token } = await invited()
      const row = await env.DB.prepare('SELECT invite_expires_at FROM users WHERE email = ?')
        .bind(email)
        .first<{ invite_expires_at: number }>()
      expect(Math.abs((row?.invite_expires_at ?? 0) - Date.now() - 86_400_000)).toBeLessThan(10_000)
      await env.DB.prepare('UPDATE users SET invite_expires_at = ? WHERE email = ?')
        .bind(Date.now() - 1, email)
        .run()
      const message = 'Expired invite url, Please contact super admin to get a new invite url'
      expect((await accept(email, token)).body).toEqual(error('INVALID_INVITE', message))
      const { body } = await succeed(resend(ada.auth, project.id, email))
      expect((await accept(email, body.invite_token)).status).toBe(200)
    })

    test('get a new link, and the older one no longer works', async () => {
      const { email, invite_token: older } = await invited()
      const { body } = await succeed(resend(ada.auth, project.id, email))
      expect(body).toEqual({
        msg: 'The invitation has been sent to the user',
        invite_token: expect.stringMatching(/^[\w-]{40}$/),
        invite_url: `http://localhost/auth/signup/${body.invite_token}`,
        email,
      })
      expect((await accept(email, older)).body.error).toBe('INVALID_INVITE')
      expect((await accept(email, body.invite_token)).status).toBe(200)
      expect((await resend(ada.auth, project.id, email)).body).toEqual(error('USER_EXISTS', 'This user has signed up already.'))
    })

    test('and were invited by others cannot be had by inviting them too: their link would open the other project', async () => {
      const { email } = await invited()
      const mallory = await signUpCreator()
      const trap = await createProject(mallory.auth)
      const added = await succeed(invite(mallory.auth, trap.id, email, 'viewer'))
      expect(JSON.stringify(added.body)).not.toContain('token')
      const refused = await resend(mallory.auth, trap.id, email)
      expect([refused.status, refused.body.error]).toEqual([403, 'FORBIDDEN'])
      expect(JSON.stringify(refused.body)).not.toContain('http')
    })

    test('and are added elsewhere lose the older link, which would open the other project for whoever invited first', async () => {
      const { email, invite_token: kept } = await invited()
      const bob = await signUpCreator()
      const other = await createProject(bob.auth)
      await succeed(invite(bob.auth, other.id, email, 'editor'))
      expect((await accept(email, kept)).body).toEqual(error('INVALID_INVITE', 'Invalid invite url'))
      const row = await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first<{ id: string }>()
      const { auth } = await superAdmin()
      const link = (await succeed(request('POST', `/api/v1/users/${row?.id}/resend-invite`, { auth }))).body.invite_token
      const { body } = await succeed(accept(email, link))
      for (const { id } of [project, other]) expect((await read(body.token, id)).status).toBe(200)
    })

    test('and are added to another project of the same person get a link that opens both', async () => {
      const { email, invite_token: older } = await invited()
      const second = await createProject(ada.auth)
      const { body } = await succeed(invite(ada.auth, second.id, email, 'viewer'))
      expect(body).toEqual({ email, invite_token: expect.stringMatching(/^[\w-]{40}$/), invite_url: expect.any(String) })
      expect((await accept(email, older)).body.error).toBe('INVALID_INVITE')
      const accepted = await succeed(accept(email, body.invite_token))
      for (const { id } of [project, second]) expect((await read(accepted.body.token, id)).status).toBe(200)
    })

    test('and are made owners at that very moment have no link that a creator could take', async () => {
      const creator = await signUp()
      await addMember(ada.auth, project.id, creator.email, 'creator')
      // The call to the database at which the role changed; the first one asks who is there.
      const changedAt: number[] = [1]
      for (let call = 2; changedAt.includes(call - 1); call++) {
        const { email, invite_token: link } = await invited()
        const { id } = (await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first<{ id: string }>()) ?? {
          id: '',
        }
        const makeOwner = async (now: number) => {
          if (now !== call) return
          changedAt.push(call)
          await env.DB.prepare("UPDATE project_members SET role = 'owner' WHERE user_id = ?").bind(id).run()
        }
        const DB = tapD1(env.DB, { before: makeOwner })
        const path = `${users(project.id)}/${id}/resend-invite`
        const { status, body } = await request('POST', path, { auth: creator.auth, env: { ...env, DB } })
        const isMade = changedAt.includes(call)
        expect([call, status, body.error]).toEqual(isMade ? [call, 403, 'FORBIDDEN'] : [call, 200, undefined])
        if (isMade) expect((await accept(email, link)).status).toBe(200)
      }
      expect(changedAt.length).toBeGreaterThan(2)
    })

    test('and are to be owners have no link that a creator could take', async () => {
      const email = `${unique('guest')}@example.org`
      const creator = await signUp()
      await addMember(ada.auth, project.id, creator.email, 'creator')
      await succeed(invite(ada.auth, project.id, email, 'owner'))
      const refused = await resend(creator.auth, project.id, email)
      expect([refused.status, refused.body.error]).toEqual([403, 'FORBIDDEN'])
      const second = await createProject((await superAdmin()).auth)
      await addMember((await superAdmin()).auth, second.id, creator.email, 'owner')
      const added = await succeed(invite(creator.auth, second.id, email, 'viewer'))
      expect(JSON.stringify(added.body)).not.toContain('token')
    })

    test('and hold an organisation role are beyond a project’s reach too', async () => {
      const email = `${unique('guest')}@example.org`
      const admin = await superAdmin()
      await succeed(request('POST', '/api/v1/users', { auth: admin.auth, body: { email, roles: 'org-level-creator' } }))
      await succeed(invite(ada.auth, project.id, email, 'viewer'))
      expect((await resend(ada.auth, project.id, email)).status).toBe(403)
    })
  })
})
