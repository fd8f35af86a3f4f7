/** A GET of rows that comes as a POST, with its query parameters as a form. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Bindings } from '../../src/config'
import { type Answer, addMember, createProject, createTable, dump, request, signUp, superAdmin } from '../support/client'

const FORM = 'application/x-www-form-urlencoded'
const UUIDS = Array.from({ length: 5000 }, () => crypto.randomUUID())

let auth: string
let projectId: string
let rows: string
let bulk: string
let viewId: string
let keyId: string

beforeAll(async () => {
  auth = (await superAdmin()).auth
  projectId = (await createProject(auth)).id
  const columns = [
    { title: 'Key', column_name: 'key', uidt: 'SingleLineText' },
    { title: 'Qty', column_name: 'qty', uidt: 'Number' },
  ]
  const { id, columns: made } = await createTable(auth, projectId, { columns })
  rows = `/api/v1/db/data/noco/${projectId}/${id}`
  bulk = `/api/v1/db/data/bulk/noco/${projectId}/${id}`
  keyId = made.find(({ title }: { title: string }) => title === 'Key').id
  viewId = (await request('GET', `/api/v1/db/meta/tables/${id}/views`, { auth })).body.list[0].id
  const keys = [UUIDS[0], UUIDS[4999], 'größe & # + %', crypto.randomUUID()]
  await request('POST', bulk, { auth, body: keys.map((Key, Qty) => ({ Key, Qty })) })
})

const post = (path: string, body: BodyInit | undefined, headers: Record<string, string> = {}, who: object = { auth }) =>
  request('POST', path, { ...who, body, headers: { 'x-http-method-override': 'GET', 'content-type': FORM, ...headers } })

const asForm = (path: string, params: Record<string, string>) => post(path, new URLSearchParams(params).toString())

/** All that is not about this one request. */
function told({ status, body, headers }: Answer): object {
  const own = ['x-request-id', 'server-timing', 'xc-db-response', 'content-length']
  return { status, body, headers: Object.fromEntries([...headers].filter(([name]) => !own.includes(name))) }
}

describe('is answered as the GET', () => {
  test.each<[path: string, params: Record<string, string>]>([
    ['', {}],
    ['', { where: '(Key,eq,größe & # + %)', fields: 'Key', limit: '1' }],
    ['/', { sort: '-Qty' }],
    ['', { where: '(Nope,eq,1)' }],
    ['', { where: '(' }],
    ['/count', { where: '(Qty,gt,1)' }],
    ['/find-one', { sort: '-Qty' }],
    ['/groupby', { column_name: 'key' }],
    ['/group/KEY', { fields: 'Qty' }],
    ['/export/csv', { fields: 'Qty' }],
    ['/1', { fields: 'Key' }],
    ['/1/exist', {}],
    ['/99', {}],
    ['/views/VIEW', { fields: 'Key' }],
    ['/views/VIEW/count', {}],
    ['/views/other', {}],
    ['_nobody', {}],
    ['/1/2/3/4/5', {}],
  ])('%s %j', async (path, params) => {
    const url = rows + path.replace('KEY', keyId).replace('VIEW', viewId)
    const got = await request('GET', `${url}?${new URLSearchParams(params).toString()}`, { auth })
    expect(told(await asForm(url, params))).toEqual(told(got))
    expect(got.headers.has('x-request-id')).toBe(true)
  })

  test('with the parameters of the URL before those of the form, and one given twice refused', async () => {
    expect((await post(`${rows}?where=(Qty,gt,0)&fields=Id`, 'limit=1&fields=Qty')).body.list).toEqual([{ Id: 2, Qty: 1 }])
    const twice = await post(`${rows}?where=(Qty,gt,0)`, 'where=(Qty,gt,1)')
    expect([twice.status, twice.body.error]).toEqual([400, 'INVALID_PARAMETER'])
    expect((await post(`${rows}/count`, undefined, { 'content-type': '' })).body).toEqual({ count: 4 })
  })

  test('with letters as they are, blanks as +, and the name of the method in any case', async () => {
    const body = 'where=(Key,like,größe+%26+#)'
    const answer = await post(`${rows}/count`, body, {
      'x-http-method-override': 'get',
      'content-type': `${FORM}; charset=utf-8`,
    })
    expect(answer.body).toEqual({ count: 1 })
  })

  test('to those who may read, and to nobody else', async () => {
    const [stranger, viewer] = [await signUp(), await signUp()]
    await addMember(auth, projectId, viewer.email, 'viewer')
    expect((await post(rows, 'limit=1', {}, {})).status).toBe(401)
    expect((await post(rows, 'limit=1', {}, { token: 'x'.repeat(40) })).status).toBe(401)
    expect((await post(rows, 'limit=1', {}, { auth: stranger.auth })).status).toBe(404)
    expect((await post(rows, 'limit=1', {}, { auth: viewer.auth })).body.list).toHaveLength(1)
  })
})

describe('5,000 UUIDs', () => {
  const where = `(Key,in,${UUIDS.join(',')})`
  const filterArrJson = () => JSON.stringify([{ fk_column_id: keyId, comparison_op: 'in', value: UUIDS }])

  test('select rows, by list and by count', async () => {
    for (const params of [{ where }, { filterArrJson: filterArrJson() }]) {
      expect((await asForm(rows, { ...params, fields: 'Qty' })).body.list).toEqual([{ Qty: 0 }, { Qty: 1 }])
      expect((await asForm(`${rows}/count`, params)).body).toEqual({ count: 2 })
    }
  })

  test('select rows to change and to delete', async () => {
    await request('POST', bulk, { auth, body: [{ Key: UUIDS[7], Qty: 7 }] })
    const only = encodeURIComponent(`${where}(Qty,gt,6)`)
    expect((await request('PATCH', `${bulk}/all?where=${only}`, { auth, body: { Qty: 8 } })).body).toBe(1)
    expect((await request('DELETE', `${bulk}/all?where=${only}`, { auth })).body).toBe(1)
  })
})

describe('is refused, and changes nothing', () => {
  const GET = { 'x-http-method-override': 'GET' }
  test.each<[name: string, method: string, path: () => string, body: unknown, headers: Record<string, string>, status: number]>([
    ['another method', 'POST', () => rows, '', { 'x-http-method-override': 'DELETE' }, 400],
    ['no method', 'POST', () => rows, '', { 'x-http-method-override': '' }, 400],
    ['two methods', 'POST', () => rows, '', { 'x-http-method-override': 'GET, GET' }, 400],
    ['a DELETE that says GET', 'DELETE', () => `${rows}/1`, undefined, GET, 400],
    ['a PATCH that says GET', 'PATCH', () => `${rows}/1`, { Qty: 9 }, GET, 400],
    ['a GET that says GET', 'GET', () => rows, undefined, GET, 400],
    ['JSON', 'POST', () => rows, { Qty: 9 }, GET, 415],
    ['a form of parts', 'POST', () => rows, 'x', { ...GET, 'content-type': 'multipart/form-data; boundary=x' }, 415],
    ['a form without the header', 'POST', () => rows, 'Qty=9', { 'content-type': FORM }, 415],
    ['a write by another name', 'POST', () => `${bulk}/all`, 'where=(Qty,eq,1)', { ...GET, 'content-type': FORM }, 405],
  ])('%s', async (_, method, path, body, headers, status) => {
    const before = await dump(env.DATA)
    const answer = await request(method, path(), { auth, body, headers: { origin: 'https://app.example', ...headers } })
    expect([answer.status, Object.keys(answer.body).includes('error')]).toEqual([status, true])
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(await dump(env.DATA)).toEqual(before)
  })

  test('a form longer than a body may be, also one that does not tell its length', async () => {
    const small: Bindings = { ...env, NC_REQUEST_BODY_SIZE: '1000' }
    const headers = { 'x-http-method-override': 'GET', 'content-type': FORM }
    const form = `where=${'x'.repeat(1000)}`
    const stream = new Response(form).body
    for (const body of [form, stream]) {
      const { status } = await request('POST', rows, { auth, body, headers, env: small })
      expect(status).toBe(413)
    }
  })

  test('a form of more than 2 MiB; all below that is answered', async () => {
    const padded = (size: number) => post(`${rows}/count`, 'a='.padEnd(size, 'x'))
    expect((await padded(2 * 1024 * 1024 + 1)).status).toBe(413)
    expect((await padded(2 * 1024 * 1024)).body).toEqual({ count: 4 })
    const widest = `where=${'%28'.repeat(262_144)}`
    expect((await post(`${rows}/count`, `${widest}&filterArrJson=${'%28'.repeat(262_144)}`)).body.error).toBe('INVALID_FILTER')
  })
})

test('a form of more than 5,000 parameters is refused before it is taken apart', async () => {
  expect((await post(`${rows}/count`, 'a&'.repeat(5000))).body).toEqual({ count: 4 })
  expect((await post(`${rows}/count`, 'a&'.repeat(5001))).status).toBe(413)
})

test('elsewhere the header means nothing', async () => {
  const headers = { 'x-http-method-override': 'GET' }
  expect((await request('GET', '/api/v1/health', { headers })).status).toBe(200)
  const made = await request('POST', '/api/v1/db/meta/projects', { auth, body: { title: 'By POST' }, headers })
  expect(made.body.title).toBe('By POST')
})

test('browsers may send the header', async () => {
  const { headers } = await request('OPTIONS', rows, {
    headers: {
      origin: 'https://app.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-http-method-override,xc-token',
    },
  })
  expect(headers.get('access-control-allow-headers')?.split(',')).toContain('x-http-method-override')
})
