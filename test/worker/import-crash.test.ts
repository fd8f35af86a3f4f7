/** Imports, interrupted at each call to either database: all rows or none, whether the client goes on or not. */
import { env } from 'cloudflare:workers'
import { beforeAll, expect, test, vi } from 'vitest'
import { purge } from '../../src/data/catalog/purge'
import { removeAbandonedImports } from '../../src/data/import/abandoned'
import type { Bindings } from '../../src/config'
import { type Answer, type Person, createProject, createTable, request, signUpCreator, succeed, unique } from '../support/client'
import { type ImportClient, begin, importFile, preview, putPart, step, upload } from '../support/import'
import { tapD1 } from '../support/tap-d1'

type Json = Answer['body']

const LOST = 'D1_ERROR: Network connection lost.'
const DAY_MS = 86_400_000

let ada: Person
let project: string

beforeAll(async () => {
  ada = await signUpCreator()
  project = (await createProject(ada.auth)).id
  // So that all tables of imports are there.
  await importFile({ project, options: { auth: ada.auth } }, fileOf('x'))
  vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

const ROWS = 30
const fileOf = (text: string) => `Code,Text\n${Array.from({ length: ROWS }, (_, index) => `c${index},${text}\n`).join('')}`
const CSV = new TextEncoder().encode(fileOf('x'))

type Side = 'DB' | 'DATA'
type Moment = 'before' | 'after'

/** The usual bindings, with one call of one database that fails. `seen` learns how many there were. */
function failing(side: Side, moment: Moment, at: number, seen: (calls: number) => void): Bindings {
  const fail = (call: number) => {
    if (call === at) throw new Error(LOST)
  }
  const before = (call: number) => {
    seen(call)
    if (moment === 'before') fail(call)
  }
  return { ...env, [side]: tapD1(env[side], moment === 'before' ? { before } : { before, after: fail }) }
}

/** Where an import with one failure somewhere goes. */
interface Place {
  /** Null for a new table. */
  into: Json
  title: string
  bindings: Bindings
  /** Each request that fails is made once more, as clients do; else the client gives up. */
  isPatient: boolean
}

/** The answer of a request; null when it failed and the client gives up. */
async function ask(place: Place, send: () => Promise<Answer>): Promise<Json> {
  const answer = await send()
  if (answer.status === 200) return answer.body
  expect(answer.status).toBe(503)
  await expectAllOrNone(place)
  return place.isPatient ? (await succeed(send())).body : null
}

/** Returns whether it came to its end. */
async function importAll(place: Place): Promise<boolean> {
  const client: ImportClient = { project, options: { auth: ada.auth, env: place.bindings } }
  const into = place.into === null ? {} : { table_id: place.into.id }
  const made = await ask(place, () => begin(client, { name: 'a.csv', size: CSV.length, ...into }))
  if (made === null || (await ask(place, () => putPart(client, made.id, 0, CSV))) === null) return false
  return (await repeat(place, client, made.id, 'preview', {})) && runAll(place, client, made.id)
}

function runAll(place: Place, client: ImportClient, id: string): Promise<boolean> {
  return repeat(place, client, id, 'run', place.into === null ? { title: place.title } : { mode: 'upsert', on: 'Code' })
}

async function repeat(place: Place, client: ImportClient, id: string, what: 'preview' | 'run', first: object): Promise<boolean> {
  for (let body = first; ; body = {}) {
    const answer = await ask(place, () => step(client, id, what, body))
    if (answer === null || answer.done) return answer !== null
  }
}

/** How many rows a reader sees of the import; null while there is no table. */
async function seenRows({ into, title }: Place): Promise<number | null> {
  const rows = (table: string) => `/api/v1/db/data/noco/${project}/${encodeURIComponent(table)}?limit=1000&fields=Code`
  const { status, body } = await request('GET', rows(into === null ? title : into.id), { auth: ada.auth })
  if (status === 404) return null
  expect(body.pageInfo.totalRows).toBe(body.list.length)
  return body.list.length
}

async function expectAllOrNone(place: Place): Promise<void> {
  expect([place.into === null ? null : 1, ROWS]).toContain(await seenRows(place))
}

/** After the scheduled job nothing is left of imports that nobody goes on with. */
async function expectTidy(): Promise<void> {
  const later = Date.now() + 2 * DAY_MS
  await removeAbandonedImports(env, later)
  await purge(env, later)
  const names = async (db: D1Database, query: string) => (await db.prepare(query).all<{ name: string }>()).results
  const named = await names(env.DB, 'SELECT physical_name AS name FROM tables ORDER BY 1')
  expect({
    physical: await names(env.DATA, "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'md_*' ORDER BY 1"),
    counted: await names(env.DATA, 'SELECT table_name AS name FROM row_counts ORDER BY 1'),
    orphans: await names(env.DB, 'SELECT table_name AS name FROM orphans'),
    left: await names(env.DATA, 'SELECT id AS name FROM imports UNION ALL SELECT import_id FROM import_parts'),
  }).toEqual({ physical: named, counted: named, orphans: [], left: [] })
}

async function makeTable(): Promise<Json> {
  const columns = [
    { title: 'Code', uidt: 'SingleLineText', unique: true },
    { title: 'Text', uidt: 'LongText' },
  ]
  const table = await createTable(ada.auth, project, { title: unique('There '), columns })
  await succeed(
    request('POST', `/api/v1/db/data/noco/${project}/${table.id}`, { auth: ada.auth, body: { Code: 'c0', Text: 'old' } }),
  )
  return table
}

const moments = (['DATA', 'DB'] as const).flatMap((side) => (['before', 'after'] as const).map((moment) => ({ side, moment })))

test.each(moments)('a new table, with the $side lost $moment any call', { timeout: 120_000 }, async ({ side, moment }) => {
  await everyCut(side, moment, () => null)
})

// Its rows and its state are in one database; what it has in the other is the same for both.
test.each(moments.slice(0, 2))(
  'an upsert, with the $side lost $moment any call',
  { timeout: 120_000 },
  async ({ side, moment }) => {
    await everyCut(side, moment, makeTable)
  },
)

/** At each call once, with a client that goes on, and with one that gives up. */
async function everyCut(side: Side, moment: Moment, makeInto: () => Json): Promise<void> {
  let calls = 1
  const seen = (call: number) => {
    calls = Math.max(calls, call)
  }
  for (let at = 1; at <= calls; at++) {
    for (const isPatient of [true, false]) {
      const place: Place = { into: await makeInto(), title: unique('New '), bindings: failing(side, moment, at, seen), isPatient }
      const isDone = await importAll(place)
      if (isDone) expect(await seenRows(place)).toBe(ROWS)
      else await expectAllOrNone(place)
      // What the client did not notice (work after the answer was certain) it need not give up for.
      expect(isDone || !isPatient).toBe(true)
      await expectTidy()
    }
  }
  expect(calls).toBeGreaterThan(8)
}

test(
  'a file of several steps, with the answer of some call of a step lost: each row is there once',
  { timeout: 120_000 },
  async () => {
    let calls = 1
    const seen = (call: number) => {
      calls = Math.max(calls, call)
    }
    for (let at = 1; at <= calls; at += 4) {
      const usual: ImportClient = { project, options: { auth: ada.auth } }
      const place: Place = { into: null, title: unique('Long '), bindings: failing('DATA', 'after', at, seen), isPatient: true }
      const id = await upload(usual, fileOf('x'.repeat(70_000)))
      await preview(usual, id)
      await runAll(place, { project, options: { auth: ada.auth, env: place.bindings } }, id)
      expect(await seenRows(place)).toBe(ROWS)
      await expectTidy()
    }
    expect(calls).toBeGreaterThan(8)
  },
)
