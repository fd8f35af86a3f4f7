/** What is measured once: the bulk insert with its memory, the bundle, its start-up. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ROWS_PER_REQUEST } from './client.mjs'
import { costOf } from './load.mjs'

const ROOT = join(import.meta.dirname, '..')
const ROUNDS = 5

/**
 * Bulk inserts of 10,000 rows of 10 columns, one after another: how long each took, and what the isolate's memory had grown to
 * (V8's heap with its garbage, and buffers, MB). V8 does not give memory back so soon, so that is the most it held.
 * @param {import('./client.mjs').Call} call
 * @param {import('./client.mjs').Account} account
 * @param {string} inspector
 */
export async function bulkInserts(call, { auth, project }, inspector) {
  const columns = Array.from({ length: 10 }, (_, index) => ({
    title: `F${index}`,
    uidt: index % 2 === 0 ? 'SingleLineText' : 'Number',
  }))
  const { body: table } = await call(`/api/v1/db/meta/projects/${project}/tables`, { auth, body: { title: 'Bulk', columns } })
  const rows = Array.from({ length: ROWS_PER_REQUEST }, (_, index) =>
    Object.fromEntries(columns.map(({ title, uidt }) => [title, uidt === 'Number' ? index : `value ${index} of ${title}`])),
  )
  const rounds = []
  let headers = new Headers()
  const idleMb = await memoryMb(inspector)
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now()
    ;({ headers } = await call(`/api/v1/db/data/bulk/noco/${project}/${table.id}`, { auth, body: rows }))
    rounds.push({ ms: Math.round(performance.now() - started), mb: await memoryMb(inspector) })
  }
  return { rows: ROWS_PER_REQUEST, columns: columns.length, idleMb, rounds, cost: costOf(headers) }
}

/** @param {string} inspector */
async function memoryMb(inspector) {
  const socket = new WebSocket(inspector)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true })
    socket.addEventListener('error', () => reject(new Error(`nobody answers at ${inspector}`)), { once: true })
  })
  const answer = new Promise((resolve) =>
    socket.addEventListener('message', ({ data }) => resolve(JSON.parse(data)), { once: true }),
  )
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.getHeapUsage' }))
  const { totalSize, backingStorageSize } = (await answer).result
  socket.close()
  return Math.round((totalSize + backingStorageSize) / 2 ** 20)
}

/** KiB. */
export function bundleSize() {
  const bundle = readFileSync(join(ROOT, 'dist/index.js'))
  return { kib: Math.round(bundle.length / 1024), gzipKib: Math.round(gzipSync(bundle).length / 1024) }
}

/** Milliseconds in which workerd is busy before the bundle can answer: the best profile of `wrangler check startup`. */
export function startUp() {
  const wrangler = join(dirname(createRequire(import.meta.url).resolve('wrangler/package.json')), 'bin/wrangler.js')
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-start-up-'))
  const profile = join(folder, 'profile.json')
  const times = Array.from({ length: ROUNDS }, () => {
    execFileSync(process.execPath, [wrangler, 'check', 'startup', '--outfile', profile], { cwd: ROOT, stdio: 'pipe' })
    return busyMs(JSON.parse(readFileSync(profile, 'utf8')))
  })
  rmSync(folder, { recursive: true })
  return Math.round(Math.min(...times))
}

/** @param {{ nodes: { id: number, callFrame: { functionName: string } }[], samples: number[], timeDeltas: number[] }} profile V8's, times in µs */
function busyMs({ nodes, samples, timeDeltas }) {
  const idle = new Set(nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id))
  return samples.reduce((sum, id, index) => sum + (idle.has(id) ? 0 : (timeDeltas[index] ?? 0)), 0) / 1000
}
