/**
 * npm run bench: how fast the production bundle is under Miniflare, as ratios to a bare Worker in the same run, and what each
 * kind of request costs D1. `npm run bench -- --quick` leaves out the table of a million rows. Writes bench/results.json.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import autocannon from 'autocannon'
import { BARE_HOST, cpuSeconds, peakMemory, startBench } from './server.mjs'

const ROOT = join(import.meta.dirname, '..')
const QUICK = process.argv.includes('--quick')
const SIZES = QUICK ? [1_000, 100_000] : [1_000, 100_000, 1_000_000]
const SECONDS = QUICK ? 3 : 5
const CONNECTIONS = 8
const ROWS_PER_REQUEST = 10_000
const COLUMNS =
  'c1 AS "Id", c2 AS "Title", c3 AS "Qty", c4 AS "Code", c5 AS "Price", c6 AS "Done", c7 AS "CreatedAt", c8 AS "UpdatedAt"'

const { url, workerd, stop } = await startBench()

/** @param {string} path @param {{ auth?: string, method?: string, body?: unknown }} [options] */
async function call(path, { auth, body, method = body === undefined ? 'GET' : 'POST' } = {}) {
  const headers = {
    ...(auth === undefined ? {} : { 'xc-auth': auth }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  const response = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  if (!response.ok) throw new Error(`${response.status} ${path}: ${await response.text()}`)
  return { headers: response.headers, body: await response.json() }
}

/** @param {number} index */
const row = (index) => ({
  Title: `Item ${index}`,
  Qty: index % 1000,
  Code: `code-${index % 5000}`,
  Price: index / 100,
  Done: index % 3 === 0,
})

/** @param {string} auth @param {string} project @param {number} size */
async function makeTable(auth, project, size) {
  const columns = [
    { title: 'Title', uidt: 'SingleLineText' },
    { title: 'Qty', uidt: 'Number' },
    { title: 'Code', uidt: 'SingleLineText', meta: { index: true } },
    { title: 'Price', uidt: 'Decimal' },
    { title: 'Done', uidt: 'Checkbox' },
  ]
  const { body: table } = await call(`/api/v1/db/meta/projects/${project}/tables`, { auth, body: { title: `T${size}`, columns } })
  for (let from = 0; from < size; from += ROWS_PER_REQUEST) {
    const rows = Array.from({ length: Math.min(ROWS_PER_REQUEST, size - from) }, (_, index) => row(from + index))
    await call(`/api/v1/db/data/bulk/noco/${project}/${table.id}`, { auth, body: rows })
  }
  return table.id
}

/** What one request of a kind costs D1, as its own answer tells. @param {Headers} headers */
function costOf(headers) {
  const timing = headers.get('server-timing') ?? ''
  return {
    calls: Number(/desc="(\d+)/.exec(timing)?.[1] ?? Number.NaN),
    rowsRead: Number(headers.get('x-d1-rows-read') ?? Number.NaN),
    rowsWritten: Number(headers.get('x-d1-rows-written') ?? Number.NaN),
  }
}

/** @typedef {{ title: string, method?: 'GET' | 'POST' | 'PATCH', path: string, headers?: Record<string, string>, body?: string, setup?: (request: any) => any, host?: string, connections?: number, wanted?: number }} Case */

/** @param {Case} one */
async function measure({
  title,
  method = 'GET',
  path,
  headers = {},
  body,
  setup,
  host,
  connections = CONNECTIONS,
  wanted = 200,
}) {
  const options = {
    ...headers,
    ...(host === undefined ? {} : { host }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  /** @param {number} duration */
  const load = (duration) =>
    autocannon({
      url: url + path,
      method,
      headers: options,
      body,
      connections,
      duration,
      ...(setup ? { requests: [{ setupRequest: setup }] } : {}),
    })
  await load(1)
  const before = workerd === null ? 0 : cpuSeconds(workerd)
  const result = await load(SECONDS)
  const cpu = workerd === null ? Number.NaN : cpuSeconds(workerd) - before
  const unwanted = Object.entries(result.statusCodeStats ?? {}).filter(([status]) => Number(status) !== wanted)
  if (unwanted.length > 0 || result.errors > 0)
    throw new Error(`${title}: ${JSON.stringify(result.statusCodeStats)} ${result.errors} errors`)
  return {
    title,
    perSecond: Math.round(result.requests.average),
    p50: result.latency.p50,
    p99: result.latency.p99,
    cpuMs: (cpu * 1000) / result.requests.total,
  }
}

const { body: account } = await call('/api/v1/auth/user/signup', {
  body: { email: 'bench@example.org', password: 'correct horse' },
})
const auth = account.token
const { body: project } = await call('/api/v1/db/meta/projects', { auth, body: { title: 'Bench' } })
const { body: token } = await call('/api/v1/tokens', { auth, body: { description: 'bench' } })
const apiToken = { 'xc-token': token.token }

// First of all, while nothing else has made workerd's memory grow.
const bulk = await measureBulk()

const tables = new Map()
for (const size of SIZES) {
  const started = Date.now()
  tables.set(size, await makeTable(auth, project.id, size))
  console.log(`filled a table of ${size.toLocaleString('en')} rows in ${((Date.now() - started) / 1000).toFixed(1)} s`)
}
const largest = SIZES.at(-1) ?? 0
const middle = 100_000

/** @param {number} size */
const data = (size) => `/api/v1/db/data/noco/${project.id}/${tables.get(size)}`
/** @param {number} size @param {string} [more] */
const bare = (size, more = '') =>
  `/?project=${project.id}&table=${tables.get(size)}&columns=${encodeURIComponent(COLUMNS)}${more}`
const newRow = JSON.stringify(row(1))
let turn = 0
/** @param {any} request */
const randomRow = (request) => ({ ...request, path: `${data(middle)}/${1 + ((turn++ * 7919) % middle)}` })
/** @param {any} request */
const randomToken = (request) => ({ ...request, headers: { ...request.headers, 'xc-token': String(turn++).padStart(40, 'x') } })

/** @type {(Case & { ratioTo?: string })[]} */
const cases = [
  { title: 'bare: list 25', path: bare(middle), headers: apiToken, host: BARE_HOST },
  ...SIZES.map((size) => ({
    title: `list 25 of ${size.toLocaleString('en')}, API Token`,
    path: data(size),
    headers: apiToken,
    ratioTo: 'bare: list 25',
  })),
  { title: 'list 25, Auth Token', path: data(middle), headers: { 'xc-auth': auth }, ratioTo: 'bare: list 25' },
  { title: 'list 25 at offset 50,000', path: `${data(middle)}?offset=50000`, headers: apiToken },
  { title: 'list 25 by cursor at 50,000', path: `${data(middle)}?cursor=${await cursorAt(50_000)}`, headers: apiToken },
  ...(largest === middle
    ? []
    : [
        {
          title: `filter on an index of ${largest.toLocaleString('en')}`,
          path: `${data(largest)}?where=(Code,eq,code-77)&sort=-Id`,
          headers: apiToken,
        },
      ]),
  { title: 'filter on an index of 100,000', path: `${data(middle)}?where=(Code,eq,code-77)&sort=-Id`, headers: apiToken },
  { title: 'filter and sort, no index, 100,000', path: `${data(middle)}?where=(Qty,lt,10)&sort=-Price`, headers: apiToken },
  { title: 'bare: read', path: bare(middle, '&id=777'), headers: apiToken, host: BARE_HOST },
  { title: 'read by id', path: `${data(middle)}/777`, headers: apiToken, ratioTo: 'bare: read' },
  { title: 'bare: insert', method: 'POST', path: bare(1_000), headers: apiToken, body: newRow, host: BARE_HOST },
  { title: 'insert', method: 'POST', path: data(1_000), headers: apiToken, body: newRow, ratioTo: 'bare: insert' },
  { title: 'update', method: 'PATCH', path: data(middle), headers: apiToken, body: '{"Qty":5}', setup: randomRow },
  { title: `count of ${largest.toLocaleString('en')}`, path: `${data(largest)}/count`, headers: apiToken },
  {
    title: 'bad token, a new one each time',
    path: data(middle),
    headers: { 'xc-token': 'x'.repeat(40) },
    setup: randomToken,
    wanted: 401,
  },
  {
    title: 'sign-in',
    method: 'POST',
    path: '/api/v1/auth/user/signin',
    body: JSON.stringify({ email: 'bench@example.org', password: 'correct horse' }),
    connections: 1,
  },
]

/** @param {number} position */
async function cursorAt(position) {
  const { body } = await call(`${data(middle)}?offset=${position - 25}`, { auth })
  return body.pageInfo.next
}

/** One request of each kind, for its cost. @param {Case} one */
async function costOfCase({ method = 'GET', path, headers, body, setup, host, wanted = 200 }) {
  if (host !== undefined || wanted !== 200 || path.includes('/auth/')) return null
  const target = setup === undefined ? path : setup({ path, headers }).path
  const response = await fetch(url + target, {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
  })
  await response.arrayBuffer()
  return costOf(response.headers)
}

/** @type {any[]} */
const results = []
for (const one of cases) {
  const result = { ...(await measure(one)), cost: await costOfCase(one) }
  const base = results.find(({ title }) => title === one.ratioTo)
  results.push({ ...result, ratio: base === undefined ? null : result.perSecond / base.perSecond })
}

const report = {
  machine: {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    system: release(),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  },
  results,
  bulk,
  bundle: bundleSize(),
  startUpMs: startUp(),
}
await stop()
writeFileSync(join(import.meta.dirname, 'results.json'), `${JSON.stringify(report, null, 2)}\n`)
print(report)

async function measureBulk() {
  const columns = Array.from({ length: 10 }, (_, index) => ({
    title: `F${index}`,
    uidt: index % 2 === 0 ? 'SingleLineText' : 'Number',
  }))
  const { body: table } = await call(`/api/v1/db/meta/projects/${project.id}/tables`, { auth, body: { title: 'Bulk', columns } })
  const rows = Array.from({ length: ROWS_PER_REQUEST }, (_, index) =>
    Object.fromEntries(columns.map(({ title, uidt }) => [title, uidt === 'Number' ? index : `value ${index} of ${title}`])),
  )
  const times = []
  let headers = new Headers()
  const before = workerd === null ? 0 : peakMemory(workerd)
  for (let round = 0; round < 5; round++) {
    const started = performance.now()
    ;({ headers } = await call(`/api/v1/db/data/bulk/noco/${project.id}/${table.id}`, { auth, body: rows }))
    times.push(Math.round(performance.now() - started))
  }
  const after = workerd === null ? 0 : peakMemory(workerd)
  return {
    rows: ROWS_PER_REQUEST,
    columns: 10,
    ms: times,
    cost: costOf(headers),
    workerdPeakMb: { before: Math.round(before), after: Math.round(after) },
  }
}

/** KiB. */
function bundleSize() {
  const bundle = readFileSync(join(ROOT, 'dist/index.js'))
  return { kib: Math.round(bundle.length / 1024), gzipKib: Math.round(gzipSync(bundle).length / 1024) }
}

/** Milliseconds to read and run the bundle's top level, best of five, in a Node of its own each: V8 as in workerd. */
function startUp() {
  const script = `const t = performance.now(); await import(${JSON.stringify(join(ROOT, 'dist/index.js'))}); console.log(performance.now() - t)`
  const times = Array.from({ length: 5 }, () =>
    Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })),
  )
  return Math.round(Math.min(...times))
}

/** @param {typeof report} report */
function print({ results, bulk, bundle, startUpMs }) {
  /** @param {number | null | undefined} value @param {number} [digits] */
  const number = (value, digits = 0) =>
    value === null || value === undefined || Number.isNaN(value) ? '' : value.toFixed(digits)
  const head = ['', 'req/s', 'p50 ms', 'p99 ms', 'to bare', 'D1 calls', 'rows read', 'written', 'CPU ms']
  const lines = results.map(({ title, perSecond, p50, p99, ratio, cost, cpuMs }) => [
    title,
    number(perSecond),
    number(p50),
    number(p99),
    number(ratio, 2),
    number(cost?.calls),
    number(cost?.rowsRead),
    number(cost?.rowsWritten),
    number(cpuMs, 2),
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0)))
  for (const line of [head, ...lines]) {
    console.log(
      line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '),
    )
  }
  console.log(
    `\nbulk insert of ${bulk.rows} rows × ${bulk.columns} columns: ${bulk.ms.join(', ')} ms; ${bulk.cost.calls} D1 calls; workerd peak ${bulk.workerdPeakMb.before} → ${bulk.workerdPeakMb.after} MB`,
  )
  console.log(`bundle ${bundle.kib} KiB, ${bundle.gzipKib} KiB gzip; start-up ${startUpMs} ms`)
}
