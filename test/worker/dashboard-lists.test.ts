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

test('projects come in pages, and are searched among all of them', async () => {
  await env.DB.batch(
    Array.from({ length: 130 }, (_, n) =>
      env.DB.prepare(
        `INSERT INTO projects (id, base_id, title, prefix, "database", created_at, updated_at) VALUES (?1, ?1, ?2, ?1, 'DATA', ?3, ?3)`,
      ).bind(`p_many${n}`, `${n % 2 === 0 ? 'Über' : 'Unter'} ${String(n).padStart(3, '0')}`, 9e12 + n),
    ),
  )
  const titles = (body: string) => [...body.matchAll(/<strong>((?:Über|Unter) \d+)<\/strong>/g)].map(([, title]) => title)
  const second = (await get('/projects?offset=60')).body
  expect(titles(second)).toHaveLength(60)
  expect(second).toContain('61–120 of 131 projects')
  expect(second).toContain('href="/projects?offset=120"')
  expect(titles((await get('/projects?offset=120')).body).at(-1)).toBe('Unter 129')
  const found = (await get('/projects?q=%C3%BCber&offset=60')).body
  expect(titles(found)).toEqual(['Über 120', 'Über 122', 'Über 124', 'Über 126', 'Über 128'])
  expect(found).toContain('href="/projects?q=%C3%BCber"')
  await env.DB.prepare("DELETE FROM projects WHERE id LIKE 'p_many%'").run()
})

test('API Tokens come in pages, and one on a later page can be deleted', async () => {
  await env.DB.batch(
    Array.from({ length: 60 }, (_, n) =>
      env.DB.prepare(
        'INSERT INTO api_tokens (id, user_id, description, token_hash, hint, created_at) VALUES (?1, ?2, ?3, ?3, ?3, 1)',
      ).bind(1000 + n, admin.id, `token number ${n}`),
    ),
  )
  for (const base of ['/account/api-tokens', `/projects/${project.id}/settings/api-tokens`]) {
    const { body } = await get(base)
    expect([body.includes('token number 49'), body.includes('token number 50')]).toEqual([true, false])
    expect(body).toContain('1–50 of 60 tokens')
    expect((await get(`${base}?offset=50`)).body).toContain('token number 59')
    expect((await get(`${base}/1059/delete`)).body).toContain('token number 59')
    for (const id of ['1059.0', '99', 'x']) expect((await get(`${base}/${id}/delete`)).status).toBe(303)
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
