/** Lists of the dashboard longer than a page, and what an address may say of them. */
import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { type Person, createProject, createTable, request, superAdmin } from '../support/client'

const HTML = { accept: 'text/html' }
/** More than a page of people. */
const PEOPLE = 60

let admin: Person
let project: { id: string }
let table: { id: string }

const get = (path: string) => request('GET', path, { refresh: admin.refresh, headers: HTML })
const member = (n: number) => `us_member${String(n).padStart(5, '0')}`

beforeAll(async () => {
  admin = await superAdmin()
  project = await createProject(admin.auth)
  table = await createTable(admin.auth, project.id)
  const now = Date.now()
  await env.DB.batch(
    Array.from({ length: PEOPLE }, (_, n) => [
      env.DB.prepare(
        `INSERT INTO users (id, email, password_hash, roles, token_version, created_at, updated_at)
         VALUES (?1, ?1 || '@example.org', 'x', 'org-level-viewer', 'x', ?2, ?2)`,
      ).bind(member(n), now + n),
      env.DB.prepare(`INSERT INTO project_members (project_id, user_id, role, created_at) VALUES (?, ?, 'viewer', ?)`).bind(
        project.id,
        member(n),
        now + n,
      ),
    ]).flat(),
  )
})

test('someone on a later page can be removed, from the server and from a project', async () => {
  for (const base of ['/admin/users', `/projects/${project.id}/settings/users`]) {
    expect((await get(`${base}?offset=50`)).body).toContain(member(PEOPLE - 1))
    const { status, body } = await get(`${base}/${member(PEOPLE - 1)}/remove`)
    expect(status).toBe(200)
    expect(body).toContain(`Remove ${member(PEOPLE - 1)}@example.org`)
  }
})

test('who is not there is not asked about', async () => {
  for (const base of ['/admin/users', `/projects/${project.id}/settings/users`]) {
    const { status, headers } = await get(`${base}/us_nobody/remove`)
    expect([status, headers.get('location')]).toEqual([303, base])
  }
})

test.each(['99999999999999999999', '9007199254740991', '-1', '1e3', 'x', ''])(
  'an offset of %j is the first page',
  async (offset) => {
    for (const path of ['/admin/users', `/projects/${project.id}/settings/users`, `/projects/${project.id}/tables/${table.id}`]) {
      const { status, body } = await get(`${path}?offset=${offset}`)
      expect([path, status]).toEqual([path, 200])
      expect(body).toContain('data-first="1"')
    }
  },
)

test('a project sends on to its table with a notice that there is, and with no other', async () => {
  const to = async (notice: string) => (await get(`/projects/${project.id}?notice=${notice}`)).headers.get('location')
  const path = `/projects/${project.id}/tables/${table.id}`
  expect(await to('table-created')).toBe(`${path}?notice=table-created`)
  expect(await to('x%26where=(Id,gt,5)')).toBe(path)
  expect(await to('toString')).toBe(path)
})
