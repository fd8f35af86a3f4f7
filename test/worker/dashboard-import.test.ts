/** Importing a CSV file as a new table: all of it, or no table. */
import { env } from 'cloudflare:workers'
import { expect, test, vi } from 'vitest'
import { hmacSha256 } from '../../src/lib/crypto'
import { ORIGIN, claimsOf, createProject, request, superAdmin } from '../support/client'
import { tapD1 } from '../support/tap-d1'

async function importFile(projectId: string, title: string, text: string, DATA: D1Database = env.DATA) {
  const { auth, refresh } = await superAdmin()
  const form = new FormData()
  form.set('csrf', await hmacSha256(env.NC_AUTH_JWT_SECRET, `form:${String(claimsOf(auth)['sid'])}`))
  form.set('title', title)
  form.set('file', new File([text], 'file.csv'))
  const encoded = new Response(form)
  const headers = { 'content-type': encoded.headers.get('content-type') ?? '', accept: 'text/html', origin: ORIGIN }
  const body = new Uint8Array(await encoded.arrayBuffer())
  return request('POST', `/projects/${projectId}/import`, { refresh, body, headers, env: { ...env, DATA } })
}

async function tablesOf(projectId: string): Promise<unknown[]> {
  const { auth } = await superAdmin()
  return (await request('GET', `/api/v1/db/meta/projects/${projectId}/tables`, { auth })).body.list
}

test('a file becomes a table', async () => {
  const { id } = await createProject((await superAdmin()).auth)
  expect((await importFile(id, 'Pens', 'Name,Qty\npen,3\n')).status).toBe(303)
  expect(await tablesOf(id)).toMatchObject([{ title: 'Pens' }])
})

test('a database that goes away between the table and its rows leaves no table, and the title free', async () => {
  const { id } = await createProject((await superAdmin()).auth)
  let isMade = false
  const away = tapD1(env.DATA, {
    before: () => {
      if (isMade) throw new Error('D1_ERROR: Network connection lost')
    },
    after: () => {
      isMade = true
    },
  })
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const { status } = await importFile(id, 'Pens', 'Name\npen\n', away)
  for (const spy of [log, warnings]) spy.mockRestore()
  expect(isMade).toBe(true)
  expect(status).toBe(503)
  expect(await tablesOf(id)).toEqual([])
  expect((await importFile(id, 'Pens', 'Name\npen\n')).status).toBe(303)
})
