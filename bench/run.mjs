/**
 * npm run bench: how fast the production bundle is under Miniflare, as ratios to a bare Worker in the same run, and what each
 * kind of request costs D1. `npm run bench -- --quick` leaves out the table of a million rows. Writes bench/results.json.
 */
import { writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { LARGE, MIDDLE, SMALL, cases, count } from './cases.mjs'
import { caller, makeTable, signUp } from './client.mjs'
import { bulkInserts, bundleSize, startUp } from './facts.mjs'
import { costOfOne, load } from './load.mjs'
import { startBench } from './server.mjs'

const SIZES = process.argv.includes('--quick') ? [SMALL, MIDDLE] : [SMALL, MIDDLE, LARGE]
/** Each case that stands beside the bare Worker takes turns with it, so that both see the same moods of the machine. */
const ROUNDS = 5
const SECONDS = 3

const { inspector, stop, ...server } = await startBench()
const call = caller(server.url)
const account = await signUp(call)

// First of all: the memory of the isolate is then that of the bulk insert.
const bulk = await bulkInserts(call, account, inspector)

const tables = new Map()
for (const size of SIZES) {
  const started = Date.now()
  tables.set(size, await makeTable(call, account, size))
  console.log(`filled a table of ${count(size)} rows in ${((Date.now() - started) / 1000).toFixed(1)} s`)
}

/** @type {Awaited<ReturnType<typeof measure>>[]} */
const results = []
for (const one of await cases(call, account, tables)) {
  console.log(one.title)
  results.push(await measure(one))
}
await stop()

const machine = { cpu: cpus()[0]?.model, cores: cpus().length, system: release(), node: process.version }
const report = { date: new Date().toISOString().slice(0, 10), machine, results, bulk, bundle: bundleSize(), startUpMs: startUp() }
writeFileSync(join(import.meta.dirname, 'results.json'), `${JSON.stringify(report, null, 2)}\n`)
print(report)

/** @param {import('./cases.mjs').Measured} one */
async function measure({ bare, ...one }) {
  const rounds = []
  for (let round = 0; round < (bare === undefined ? 1 : ROUNDS); round++) {
    const base = bare === undefined ? null : await load(server, bare, SECONDS)
    const own = await load(server, one, SECONDS)
    rounds.push({ base, own, ratio: base === null ? Number.NaN : own.perSecond / base.perSecond })
  }
  const middle = rounds.toSorted((left, right) => left.ratio - right.ratio)[rounds.length >> 1]
  if (middle === undefined) throw new Error('no round')
  const cost = await costOfOne(server, one)
  return {
    title: one.title,
    ...middle.own,
    cost,
    bare: middle.base,
    ratio: middle.base === null ? null : middle.ratio,
    ratios: bare === undefined ? [] : rounds.map(({ ratio }) => ratio),
  }
}

/** @param {typeof report} figures */
function print({ results: measured, bulk: inserts, bundle, startUpMs }) {
  const head = ['', 'req/s', 'p50 ms', 'p99 ms', 'CPU ms', 'D1 calls', 'rows read', 'written', 'bare req/s', 'ratio', 'of rounds']
  const lines = measured.map(({ title, perSecond, p50, p99, ratio, ratios, bare, cost, cpuMs }) => [
    title,
    ...[perSecond, p50, p99].map((value) => number(value)),
    number(cpuMs, 2),
    ...[cost?.calls, cost?.rowsRead, cost?.rowsWritten, bare?.perSecond].map((value) => number(value)),
    number(ratio, 2),
    ratios.length === 0 ? '' : `${number(Math.min(...ratios), 2)}–${number(Math.max(...ratios), 2)}`,
  ])
  console.log(`\n| ${head.join(' | ')} |\n|${head.map((_, index) => (index === 0 ? ' --- |' : ' ---: |')).join('')}`)
  for (const line of lines) console.log(`| ${line.join(' | ')} |`)
  const [milliseconds, megabytes] = [inserts.rounds.map(({ ms }) => ms), inserts.rounds.map(({ mb }) => mb)]
  console.log(`
Bulk insert of ${count(inserts.rows)} rows × ${inserts.columns} columns, ${inserts.rounds.length} times: ${milliseconds.join(', ')} ms;
${inserts.cost?.calls} D1 calls each; memory of the isolate ${inserts.idleMb} MB before, ${megabytes.join(', ')} MB after.
Bundle ${bundle.kib} KiB, ${bundle.gzipKib} KiB gzip; start-up ${startUpMs} ms.`)
}

/** @param {number | null | undefined} value @param {number} [digits] */
function number(value, digits = 0) {
  return value === null || value === undefined || Number.isNaN(value) ? '' : value.toFixed(digits)
}
