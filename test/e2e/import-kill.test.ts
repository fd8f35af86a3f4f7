/** The server is killed while it imports, again and again: after each start there are all rows of a file or none, and it goes on. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from '../support/http'
import { type Project, type Run, copyProject, freePort, runDev } from '../support/server'

type Json = Awaited<ReturnType<typeof call>>

/** Several steps of reading and of loading. */
const ROWS = 45_000
const line = (row: number) => `Person ${row},${'some text that goes on '.repeat(5)}${row},${row % 1000}\n`
const FILE = new TextEncoder().encode(`Name,Text,Qty\n${Array.from({ length: ROWS }, (_, row) => line(row)).join('')}`)

/** Moments after a run began, ms: from its first step to about its end. */
const KILLS = [60, 300, 900]

let project: Project
let port: number
let server: Run
let auth: string
let base: string

async function start(): Promise<void> {
  server = runDev(project.path, ['--port', String(port)])
  await server.waitFor('Latchkey is ready')
}

beforeAll(async () => {
  project = copyProject()
  port = await freePort()
  await start()
  const url = `http://localhost:${port}`
  const account = { email: 'ada@example.org', password: 'correct horse battery' }
  auth = (await call(`${url}/api/v1/auth/user/signup`, { body: account })).token
  const { id } = await call(`${url}/api/v1/db/meta/projects`, { auth, body: { title: 'Shop' } })
  base = `${url}/api/v1/db/meta/projects/${id}`
})

afterAll(async () => {
  await server.stop()
  project.remove()
})

async function upload(): Promise<string> {
  const { id, parts, part_size } = await call(`${base}/imports`, { auth, body: { name: 'people.csv', size: FILE.length } })
  for (let part = 0; part < parts; part++) {
    const body = FILE.slice(part * part_size, (part + 1) * part_size)
    const headers = { 'xc-auth': auth, 'content-type': 'application/octet-stream' }
    expect((await fetch(`${base}/imports/${id}/parts/${part}`, { method: 'PUT', headers, body })).status).toBe(200)
  }
  return id
}

/** Until it is done, or the server is gone: then null. */
async function repeat(id: string, what: 'preview' | 'run'): Promise<Json> {
  for (;;) {
    const answer = await call(`${base}/imports/${id}/${what}`, { auth, body: {} }).catch(() => null)
    if (answer === null || answer.done) return answer
  }
}

async function tables(): Promise<Json[]> {
  return (await call(`${base}/tables`, { auth })).list
}

async function rowsIn(table: Json): Promise<number> {
  const rows = `${base.replace(/\/meta\/projects\/.*/, '/data/noco')}/${table.project_id}/${table.id}`
  const { pageInfo } = await call(`${rows}?where=(Qty,ge,0)&limit=1`, { auth })
  return pageInfo.totalRows
}

test(
  `a kill -9 at any moment of a run leaves all rows or none; the run goes on after the start`,
  { timeout: 240_000 },
  async () => {
    let id = await upload()
    await repeat(id, 'preview')
    for (const moment of KILLS) {
      const running = repeat(id, 'run')
      await sleep(moment)
      // Everything in its process group, so that nothing gets to an end.
      if (server.process.pid !== undefined) process.kill(-server.process.pid, 'SIGKILL')
      await server.exit
      await running
      await start()
      const seen = await tables()
      for (const table of seen) expect(await rowsIn(table)).toBe(ROWS)
      if (seen.length > 0) {
        // It was through: once more, for the moments that are left.
        await fetch(`${base.replace(/\/projects\/.*/, '')}/tables/${seen[0].id}`, {
          method: 'DELETE',
          headers: { 'xc-auth': auth },
        })
        id = await upload()
        await repeat(id, 'preview')
      }
    }
    const done = await repeat(id, 'run')
    expect(done.report.rows).toBe(ROWS)
    const [table, ...others] = await tables()
    expect([table.title, others]).toEqual(['people', []])
    expect(await rowsIn(table)).toBe(ROWS)
  },
)
