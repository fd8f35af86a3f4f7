/**
 * The published client, unmodified, against the server as the README starts it; and afterwards a look at what the server has
 * written to its disk: nothing that opens a door may lie there in clear.
 */
import { execFile } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Api } from 'nocodb-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Server, startServer } from '../support/server'

const EMAIL = 'grace@example.org'
const PASSWORD = 'A1234abh2@dsad-first'
const NEW_PASSWORD = 'A1234abh2@dsad-second'

let server: Server
/** Everything that must not be found on disk or in the log. */
const secrets: string[] = [PASSWORD, NEW_PASSWORD]

const client = (headers: Record<string, string> = {}) => new Api({ baseURL: server.url, headers })

/** What an SDK call was refused with. */
async function refusal(call: Promise<unknown>): Promise<{ status: number; msg: string; error: string }> {
  try {
    await call
  } catch (error) {
    const { response } = error as { response: { status: number; data: { msg: string; error: string } } }
    return { status: response.status, msg: response.data.msg, error: response.data.error }
  }
  throw new Error('the call was not refused')
}

/** The SDK types the answer as the request; the server answers with the project. */
async function newProject(api: Api<unknown>, title: string): Promise<string> {
  const { id } = (await api.project.create({ title })) as { id?: string }
  return id ?? ''
}

async function signIn(password: string): Promise<{ token: string; cookie: string }> {
  const response = await fetch(`${server.url}/api/v1/auth/user/signin`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: EMAIL, password }),
  })
  const cookie = /refresh_token=([^;]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1] ?? ''
  const { token } = (await response.json()) as { token: string }
  secrets.push(token, cookie)
  return { token, cookie }
}

beforeAll(async () => {
  server = await startServer()
})

afterAll(async () => {
  await server.stop()
})

describe('nocodb-sdk 0.109.7, unmodified', () => {
  test('walks the whole path: account, tokens, project, table, rows', async () => {
    const guest = client()
    expect(await guest.utils.appHealth()).toMatchObject({ message: 'OK' })
    expect(await guest.utils.appInfo()).toMatchObject({ authType: 'jwt', firstUser: true, defaultLimit: 25 })
    expect(await guest.utils.appVersion()).toHaveProperty('currentVersion')

    const { token } = (await guest.auth.signup({ email: EMAIL, password: PASSWORD })) as { token: string }
    secrets.push(token)
    const owner = client({ 'xc-auth': token })
    expect(await owner.auth.me()).toMatchObject({ email: EMAIL, roles: { super: true, 'org-level-creator': true } })
    expect(await guest.auth.me()).toEqual({ roles: { guest: true } })

    const projectId = await newProject(owner, 'Library')
    expect(projectId).toMatch(/^p_[0-9a-z]{14}$/)
    expect((await owner.project.list()).list).toHaveLength(1)
    expect(await owner.project.read(projectId)).toMatchObject({ title: 'Library' })
    expect(await owner.project.update(projectId, { title: 'Bookshop' })).toBe(1)
    expect(await owner.project.metaGet(projectId)).toHaveProperty('PackageVersion')

    const table = await owner.dbTable.create(projectId, {
      table_name: 'books',
      title: 'Books',
      columns: [
        { column_name: 'id', title: 'Id', uidt: 'ID', dt: 'integer', pk: true, ai: true, rqd: true },
        { column_name: 'title', title: 'Title', uidt: 'SingleLineText', dt: 'varchar' },
        { column_name: 'pages', title: 'Pages', uidt: 'Number', dt: 'integer' },
        { column_name: 'created_at', title: 'CreatedAt', uidt: 'DateTime', dt: 'datetime', cdf: 'CURRENT_TIMESTAMP' },
        { column_name: 'updated_at', title: 'UpdatedAt', uidt: 'DateTime', dt: 'datetime', cdf: 'CURRENT_TIMESTAMP' },
      ],
    })
    const tableId = table.id ?? ''
    expect((await owner.dbTable.list(projectId)).list).toMatchObject([{ id: tableId, title: 'Books' }])
    const baseId = table.base_id ?? ''
    expect((await owner.base.tableList(projectId, baseId)).list).toHaveLength(1)
    expect(await refusal(owner.base.tableList(projectId, 'ds_00000000000000'))).toMatchObject({
      status: 404,
      error: 'BASE_NOT_FOUND',
    })
    expect((await owner.dbTable.read(tableId)).columns?.map(({ title }) => title)).toEqual([
      'Id',
      'Title',
      'Pages',
      'CreatedAt',
      'UpdatedAt',
    ])

    const created = (await owner.apiToken.create(projectId, { description: 'sdk' })) as unknown as { id: number; token: string }
    expect(created.token).toMatch(/^[\w-]{40}$/)
    secrets.push(created.token)
    const app = client({ 'xc-token': created.token })
    for (const title of ['Emma', 'Persuasion', 'Ulysses'])
      await app.dbTableRow.create('noco', projectId, tableId, { Title: title, Pages: title.length })
    const page = (await app.dbTableRow.list('noco', projectId, tableId, {
      where: '(Title,like,s)',
      sort: ['-Title'],
      fields: ['Id', 'Title'],
      limit: 10,
    })) as { list: unknown[]; pageInfo: { totalRows: number } }
    expect(page.list).toEqual([
      { Id: 3, Title: 'Ulysses' },
      { Id: 2, Title: 'Persuasion' },
    ])
    expect(page.pageInfo.totalRows).toBe(2)
    expect(await app.dbTableRow.read('noco', projectId, tableId, '1')).toMatchObject({ Id: 1, Title: 'Emma', Pages: 4 })
    expect(await app.dbTableRow.update('noco', 'Bookshop', 'Books', '1', { Pages: 474 })).toMatchObject({
      Title: 'Emma',
      Pages: 474,
    })
    expect(await app.dbTableRow.delete('noco', projectId, tableId, '2')).toBe(1)
    expect(await refusal(app.dbTableRow.read('noco', projectId, tableId, '2'))).toMatchObject({
      status: 404,
      msg: 'Row not found',
    })

    const { list } = (await owner.apiToken.list(projectId)) as unknown as { list: { id: number; token: string }[] }
    expect(list).toMatchObject([{ id: created.id, token: `${created.token.slice(0, 4)}…${created.token.slice(-4)}` }])
    expect(await owner.apiToken.delete(projectId, created.token)).toBe(1)
    expect(await refusal(app.dbTableRow.list('noco', projectId, tableId))).toMatchObject({ status: 401, error: 'TOKEN_INVALID' })

    expect(await owner.dbTable.delete(tableId)).toBe(true)
    expect(await owner.project.delete(projectId)).toBe(true)
    expect(await refusal(owner.project.read(projectId))).toMatchObject({ status: 404, error: 'PROJECT_NOT_FOUND' })
  })

  test('manages tokens of the organisation, which refuses API tokens', async () => {
    const { token } = await signIn(PASSWORD)
    const owner = client({ 'xc-auth': token })
    const created = (await owner.orgTokens.create({ description: 'org' })) as unknown as { id: number; token: string }
    secrets.push(created.token)
    expect(await owner.orgTokens.list()).toMatchObject({ list: [{ description: 'org' }], pageInfo: { totalRows: 1 } })
    const app = client({ 'xc-token': created.token })
    expect(await refusal(app.orgTokens.list())).toMatchObject({ status: 403, error: 'API_TOKEN_NOT_ALLOWED' })
    expect(await owner.orgTokens.delete(created.token)).toBe(1)
    expect(await owner.orgTokens.list()).toMatchObject({ list: [], pageInfo: { totalRows: 0 } })
  })

  test('changes columns, and works on many rows at once', async () => {
    const { token } = await signIn(PASSWORD)
    const api = client({ 'xc-auth': token })
    const projectId = await newProject(api, 'Warehouse')
    const columns = [
      { column_name: 'title', title: 'Title', uidt: 'SingleLineText' },
      { column_name: 'qty', title: 'Qty', uidt: 'Number' },
    ]
    type NewTable = Parameters<typeof api.dbTable.create>[1]
    const tableId = (await api.dbTable.create(projectId, { table_name: 'items', title: 'Items', columns } as NewTable)).id ?? ''
    const at = ['noco', projectId, tableId] as const

    await api.dbTableColumn.create(tableId, {
      column_name: 'state',
      title: 'State',
      uidt: 'SingleSelect',
      dtxp: "'new','used'",
    } as never)
    const table = await api.dbTable.read(tableId)
    const columnOf = (title: string) => table.columns?.find((column) => column.title === title)?.id ?? ''
    expect(table.columns?.map(({ title }) => title)).toEqual(['Id', 'Title', 'Qty', 'CreatedAt', 'UpdatedAt', 'State'])
    await api.dbTableColumn.update(columnOf('Qty'), { column_name: 'amount', title: 'Amount', uidt: 'Decimal' } as never)
    expect(await api.dbTableColumn.get(columnOf('Qty'))).toMatchObject({
      title: 'Amount',
      column_name: 'amount',
      uidt: 'Decimal',
    })
    expect(await api.dbTableColumn.primaryColumnSet(columnOf('Title'))).toBe(true)
    expect(await api.dbTable.update(tableId, { table_name: 'goods', title: 'Goods' })).toHaveProperty('msg')
    expect(await api.dbTable.reorder(tableId, { order: 3 })).toBe(true)
    expect((await api.dbView.list(tableId)).list).toMatchObject([{ is_default: true, type: 3 }])

    const rows = [
      { Title: 'a', Amount: 1.5, State: 'new' },
      { Title: 'b', Amount: 2, State: 'used' },
      { Title: 'c', State: 'new' },
    ]
    expect(await api.dbTableRow.bulkCreate(...at, rows)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
    expect(await api.dbTableRow.bulkUpdate(...at, [{ Id: 3, Amount: 9 }])).toEqual([{ id: 3 }])
    expect(await api.dbTableRow.findOne(...at, { where: '(Amount,gt,1.5)', sort: ['-Amount'], fields: ['Title'] })).toEqual({
      Title: 'c',
    })
    expect(await api.dbTableRow.groupBy(...at, { column_name: 'state' })).toMatchObject({
      list: [
        { count: 2, state: 'new' },
        { count: 1, state: 'used' },
      ],
    })
    const groups = (await api.dbTableRow.groupedDataList(...at, columnOf('State'))) as unknown as { key: string | null }[]
    expect(groups.map(({ key }) => key)).toEqual(['new', 'used', null])
    expect(await api.dbTableRow.exist(...at, '2')).toBe(true)
    expect(await api.dbTableRow.exist(...at, '99')).toBe(false)
    expect((await api.dbViewRow.list(...at, 'Goods', { limit: 1 } as never)).list).toHaveLength(1)
    expect(await api.dbViewRow.count(...at, 'Goods', { where: '(State,eq,new)' })).toEqual({ count: 2 })
    const csv = (await api.dbTableRow.csvExport(...at, 'csv')) as unknown as { data: string; headers: Record<string, string> }
    expect(csv.data.split('\r\n')[0]).toBe('Id,Title,Amount,CreatedAt,UpdatedAt,State')
    expect(csv.headers['nc-export-offset']).toBe('-1')
    expect(await api.dbTableRow.bulkUpdateAll(...at, { State: 'used' }, { where: '(State,eq,new)' })).toBe(2)
    expect(await api.dbTableRow.bulkDelete(...at, [{ Id: 1 }])).toEqual([{ id: 1 }])
    expect(await api.dbTableRow.bulkDeleteAll(...at, {}, { where: '(Title,eq,b)' })).toBe(1)
    expect(((await api.dbTableRow.list(...at)) as { pageInfo: { totalRows: number } }).pageInfo.totalRows).toBe(1)
    expect(await api.dbTableColumn.delete(columnOf('State'))).toHaveProperty('columns')
    expect(await api.project.delete(projectId)).toBe(true)
  })

  test('manages members, users and the invite-only switch', async () => {
    const { token } = await signIn(PASSWORD)
    const api = client({ 'xc-auth': token })
    const projectId = await newProject(api, 'Team')
    const invited = (await api.auth.projectUserAdd(projectId, {
      email: 'alan@example.org',
      roles: 'editor',
    })) as unknown as Record<string, string>
    expect(invited['email']).toBe('alan@example.org')
    secrets.push(invited['invite_token'] ?? '')
    const joined = await client().auth.signup({
      email: 'alan@example.org',
      password: PASSWORD,
      token: invited['invite_token'] ?? '',
    })
    secrets.push((joined as { token: string }).token)
    const members = (await api.auth.projectUserList(projectId)) as unknown as {
      users: { list: { id: string; email: string; roles: string }[] }
    }
    expect(members.users.list.map(({ email, roles }) => [email, roles])).toEqual([
      [EMAIL, 'owner'],
      ['alan@example.org', 'editor'],
    ])
    const alan = members.users.list[1]?.id ?? ''
    await api.auth.projectUserUpdate(projectId, alan, { email: 'alan@example.org', roles: 'viewer' } as never)
    expect(await api.auth.projectUserRemove(projectId, alan)).toHaveProperty('msg')
    expect(await api.orgAppSettings.set({ invite_only_signup: true })).toHaveProperty('msg')
    expect(await refusal(client().auth.signup({ email: 'eve@example.org', password: PASSWORD }))).toMatchObject({
      status: 400,
      msg: 'Not allowed to signup, contact super admin.',
    })
    expect(await api.orgAppSettings.set({ invite_only_signup: false })).toHaveProperty('msg')
    expect(await api.orgUsers.delete(alan)).toHaveProperty('msg')
  })

  test('renews a token by the refresh cookie, and a password change ends what was there', async () => {
    const { token, cookie } = await signIn(PASSWORD)
    const refreshed = (await client({ cookie: `refresh_token=${cookie}` }).auth.tokenRefresh()) as { token: string }
    secrets.push(refreshed.token)
    expect(await client({ 'xc-auth': refreshed.token }).auth.me()).toMatchObject({ email: EMAIL })
    await client({ 'xc-auth': refreshed.token }).auth.passwordChange({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD })
    expect(await refusal(client({ 'xc-auth': token }).auth.me())).toMatchObject({ status: 401, error: 'TOKEN_REVOKED' })
    expect(await refusal(client().auth.signin({ email: EMAIL, password: PASSWORD }))).toMatchObject({
      status: 400,
      msg: 'Invalid credentials',
    })
    const again = (await client().auth.signin({ email: EMAIL, password: NEW_PASSWORD })) as { token: string }
    secrets.push(again.token)
    expect(await client({ 'xc-auth': again.token }).auth.me()).toMatchObject({ email: EMAIL })
  })
})

describe('what lies on disk', () => {
  test('no token, cookie, password or secret stands in clear in the D1 files, their journals or the log', async () => {
    const jwtSecret = /"(.+)"/.exec(readFileSync(join(server.path, '.dev.vars'), 'utf8'))?.[1] ?? ''
    const wanted = [...new Set([...secrets, jwtSecret])].filter((secret) => secret !== '')
    expect(wanted.length).toBeGreaterThan(10)
    const state = join(server.path, '.wrangler/state')
    const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.filter(({ name }) => name.includes('.sqlite')).length).toBeGreaterThan(1)
    // The e-mail is there in clear, so the search finds what is there to be found.
    expect(await grep(state, EMAIL)).toBe(true)
    for (const secret of wanted) {
      expect(await grep(state, secret), `a secret of ${secret.length} characters on disk`).toBe(false)
      expect(server.output().includes(secret), `a secret of ${secret.length} characters in the log`).toBe(false)
    }
  })
})

async function grep(folder: string, text: string): Promise<boolean> {
  try {
    await promisify(execFile)('grep', ['--recursive', '--quiet', '--binary-files=text', '--fixed-strings', '--', text, folder])
    return true
  } catch (error) {
    if ((error as { code?: number }).code === 1) return false
    throw error
  }
}
