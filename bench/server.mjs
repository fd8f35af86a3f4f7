/** The production bundle, and a bare Worker beside it, in one Miniflare on the same D1 files. No `wrangler dev`: it is 7 to 10 times slower. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from 'miniflare'

const ROOT = join(import.meta.dirname, '..')
/** Requests to the bare Worker carry this host. */
export const BARE_HOST = 'bare.test'
const SECRET = 'bench-only-5d0c8a1f94b7e263f0a9c417'
/** Databases go by these ids, so that both Workers have the same ones. */
const D1 = { DB: 'bench-control', DATA: 'bench-data' }
/** MB of heap for each isolate, so that more than the bulk insert may take ends the run. Production gives 128 MB in all. */
const MAX_HEAP_MB = 100
/** Attempts are limited in production; here they are what is measured. */
const UNLIMITED = { simple: { limit: 1_000_000_000, period: /** @type {const} */ (60) } }

/**
 * Starts it on empty databases. `inspector` is the address at which V8 of Latchkey's isolate can be asked; `stop` ends it and
 * removes the databases.
 */
export async function startBench() {
  process.env['MINIFLARE_WORKERD_V8_FLAGS'] = `--max-heap-size=${MAX_HEAP_MB}`
  const state = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  const compatibilityDate = /compatibility_date = "(.+)"/.exec(readFileSync(join(ROOT, 'wrangler.toml'), 'utf8'))?.[1] ?? ''
  /** @param {string} name @param {string} file */
  const worker = (name, file) => ({
    name,
    compatibilityDate,
    modules: [{ type: /** @type {const} */ ('ESModule'), path: 'index.js', contents: readFileSync(join(ROOT, file), 'utf8') }],
    d1Databases: D1,
  })
  const options = convertV4MiniflareOptions({
    port: 0,
    inspectorPort: 0,
    host: '127.0.0.1',
    cf: false,
    log: new Log(LogLevel.ERROR),
    workers: [
      {
        ...worker('latchkey', 'dist/index.js'),
        bindings: { NC_AUTH_JWT_SECRET: SECRET },
        ratelimits: {
          ATTEMPTS_BY_ADDRESS: { namespace_id: '2', ...UNLIMITED },
        },
      },
      { ...worker('bare', 'bench/bare.js'), routes: [`${BARE_HOST}/*`] },
    ],
  })
  options.resourcePersistencePath = state
  options.logRequests = false
  const miniflare = new Miniflare(options)
  const url = String(await miniflare.ready).replace(/\/$/, '')
  const inspector = new URL('/core:user:latchkey', await miniflare.getInspectorURL()).href
  await migrate(await miniflare.getD1Database('DB', 'latchkey'))
  const stop = async () => {
    await miniflare.dispose()
    rmSync(state, { recursive: true, force: true })
  }
  return { url, inspector, workerd: workerdProcess(), stop }
}

/** @param {{ prepare: (statement: string) => { run: () => Promise<unknown> } }} db */
async function migrate(db) {
  for (const file of readdirSync(join(ROOT, 'migrations')).toSorted()) {
    const text = readFileSync(join(ROOT, 'migrations', file), 'utf8').replaceAll(/--.*$/gm, '')
    for (const statement of text.split(';')) if (statement.trim() !== '') await db.prepare(statement).run()
  }
}

/** The id of the workerd that this process started. */
function workerdProcess() {
  for (const id of readdirSync('/proc')) {
    if (!/^\d+$/.test(id)) continue
    try {
      const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${id}/stat`, 'utf8')) ?? []
      if (Number(parent) === process.pid && readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('workerd')) return Number(id)
    } catch {
      // It ended while we looked.
    }
  }
  return null
}

/** Seconds of CPU that a process has used. Linux counts in hundredths. @param {number} id */
export function cpuSeconds(id) {
  const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}
