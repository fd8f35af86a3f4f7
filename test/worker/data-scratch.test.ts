import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { createProject, createTable, request, superAdmin } from '../support/client'

const log = (label: string, value: unknown) => console.log(label, JSON.stringify(value))
test('scratch', async () => {
  const { auth } = await superAdmin()
  const p = await createProject(auth)
  const t = await createTable(auth, p.id, { columns: [{ title: 'Title', uidt: 'SingleLineText' }, { title: 'Qty', uidt: 'Number' }, { title: 'Price', uidt: 'Decimal' }, { title: '__proto__', uidt: 'SingleLineText' }] })
  const at = `/api/v1/db/data/noco/${p.id}/${t.id}`
  const bulk = `/api/v1/db/data/bulk/noco/${p.id}/${t.id}`
  log('proto', (await request('POST', at, { auth, body: '{"Title":"a","__proto__":"x","Price":0.30000000000000004}', headers: { 'idempotency-key': 'k1' } })).body)
  log('proto replay', (await request('POST', at, { auth, body: '{"Title":"a","__proto__":"x","Price":0.30000000000000004}', headers: { 'idempotency-key': 'k1' } })).body)
  log('unknown proto', (await request('POST', at, { auth, body: '{"constructor":"x"}' })).body)
  log('dup keys', (await request('POST', at, { auth, body: '{"Qty":1,"Qty":2}' })).body)
  log('bulk empty change', (await request('PATCH', bulk, { auth, body: [{ Id: 1 }] })).body)
  log('bulk empty change missing', (await request('PATCH', bulk, { auth, body: [{ Id: 99 }] })).body)
  log('upsert []', (await request('POST', bulk + '/upsert?on=Id', { auth, body: [] })).body)
  log('patch missing key', (await request('PATCH', at + '/99', { auth, body: { Qty: 1 }, headers: { 'idempotency-key': 'k2' } })).body)
  log('412 key', (await request('PATCH', at + '/1', { auth, body: { Qty: 1 }, headers: { 'idempotency-key': 'k3', 'if-match': '"v9"' } })).body)
  log('412 key', (await request('PATCH', at + '/1', { auth, body: { Qty: 1 }, headers: { 'idempotency-key': 'k3', 'if-match': '"v9"' } })).body)
  log('default', (await request('POST', `/api/v1/db/meta/tables/${t.id}/columns`, { auth, body: { title: 'N', uidt: 'Number', cdf: 'CURRENT_TIMESTAMP' } })).body.message)
  log('q', (await request('GET', at + '?__proto__=1&constructor=2', { auth })).body.pageInfo)
  try { await env.DATA.batch([]); log('batch []', 'ok') } catch (e) { log('batch []', String(e)) }
  for (const s of ['SELECT t.c99 FROM "' + t.id + '" t', 'SELECT 1 FROM nosuch', 'INSERT INTO "' + t.id + '" (c99) VALUES (1)', 'UPDATE "' + t.id + '" SET c99 = 1', 'SELECT zeroblob(5000000)', 'SELECT ' + Array.from({ length: 101 }, (_, i) => `1 AS a${i}`).join(',')]) {
    try { await env.DATA.prepare(s).all(); log(s.slice(0, 40), 'ok') } catch (e) { log(s.slice(0, 40), String(e)) }
  }
  try { await env.DATA.prepare('SELECT ?').bind('x'.repeat(4_500_000)).all() } catch (e) { log('big', String(e)) }
  const wide = await request('POST', `/api/v1/db/meta/projects/${p.id}/tables`, { auth, body: { table_name: 'wide', columns: Array.from({ length: 96 }, (_, i) => ({ title: `F${i}`, uidt: 'SingleLineText' })) } })
  log('wide', wide.body.columns?.length ?? wide.body)
  const w = `/api/v1/db/data/noco/${p.id}/${wide.body.id}`
  const row = Object.fromEntries(Array.from({ length: 96 }, (_, i) => [`F${i}`, `v${i}`]))
  log('wide insert', (await request('POST', w, { auth, body: { Id: 7, ...row } })).status)
  log('wide patch', (await request('PATCH', w + '/7', { auth, body: row, headers: { 'if-match': '"v1"', 'idempotency-key': 'zz' } })).status)
  log('wide all', (await request('PATCH', w.replace('/data/', '/data/bulk/') + `/all?where=${'(F1,eq,v1)'.repeat(30)}`, { auth, body: row })).body)
  log('wide group', (await request('GET', w + `/group/${wide.body.columns[3].id}`, { auth })).status)
  log('wide sort', (await request('GET', w + `?limit=1&sort=${Array.from({ length: 20 }, (_, i) => `F${i}`)}`, { auth })).body.pageInfo.next?.length)
  const next = (await request('GET', w + `?limit=1&sort=${Array.from({ length: 20 }, (_, i) => `F${i}`)}`, { auth })).body.pageInfo.next
  log('wide cursor', (await request('GET', w + `?limit=1&cursor=${next}&sort=${Array.from({ length: 20 }, (_, i) => `F${i}`)}`, { auth })).status)
  log('wide retype', (await request('PATCH', `/api/v1/db/meta/columns/${wide.body.columns[5].id}`, { auth, body: { uidt: 'JSON' } })).body.message)
  log('wide bulk', (await request('PATCH', w.replace('/data/', '/data/bulk/'), { auth, body: [{ Id: 7, ...row }] })).body)
  log('wide bulk', (await request('POST', w.replace('/data/', '/data/bulk/'), { auth, body: [{ ...row }] })).body)
})
