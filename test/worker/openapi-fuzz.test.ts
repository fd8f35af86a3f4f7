/** Requests by chance to every operation of both documents: whatever is sent, the answer is one that its document has. */
import { env } from 'cloudflare:workers'
import { beforeAll, expect, test, vi } from 'vitest'
import type { Bindings } from '../../src/config'
import { type Json, problemsOf } from '../unit/openapi/conforms'
import { type Answer, type RequestOptions, createToken, request } from '../support/client'
import { type Call, Fuzzer, type Known, type Operation, randomFrom, readOperations } from '../support/fuzz'
import { makeDocumentedProject } from '../support/openapi-project'
import { type Saved, keep } from '../support/saved-state'
import { tapD1 } from '../support/tap-d1'
import { type World, makeWorld } from '../support/world'

const REQUESTS = env.LONG === '1' ? 50_000 : 2000
/** ORACLE_SEED repeats a run. */
const SEED = env.ORACLE_SEED === '' ? Math.floor(Math.random() * 2 ** 31) : Number(env.ORACLE_SEED)

let world: World
let saved: Saved
let token: string
let control: Operation[]
let project: Operation[]

beforeAll(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const documented = await makeDocumentedProject()
  world = await makeWorld()
  token = (await createToken(world.ada.auth)).token
  control = readOperations((await request('GET', '/openapi.json')).body as Json)
  project = readOperations(documented.document)
  for (const { method, path, bodies } of project) {
    const example = bodies[0]?.[1]['example']
    if (method === 'POST' && /md_\w+$/.test(path) && example !== undefined) {
      await request('POST', path, { auth: documented.auth, body: example })
    }
  }
  saved = await keep()
}, 60_000)

/** New ones know nothing of tables as they were before the databases were brought back. */
function freshBindings(): Bindings {
  return { ...env, NC_PASSWORD_HASH: 'pbkdf2', DB: tapD1(env.DB, {}), DATA: tapD1(env.DATA, {}) }
}

const WORDS = [
  ...'Title Code Qty Id -Qty Pen a b Items Shop viewer owner SingleLineText Number 1 12.5 true 2026-01-31 [] {}'.split(' '),
  '(Qty,gt,1)',
  '(Title,like,%e%)',
  'two words',
  'new@example.org',
]

function knownThings(): Known {
  const { admin, ada, bob, invitee, project: own, table, imports, tokens, resetToken, verificationToken, otherSession } = world
  return {
    cursors: [],
    inPath: {
      projectId: [own.id],
      projectName: [own.id, 'Shop'],
      baseId: [own.baseId],
      tableId: [table.id],
      tableName: [table.id, table.title],
      viewName: [table.title],
      columnId: ['Title', 'Code', 'Qty'].map(table.columnId),
      groupColumnId: ['Qty', 'Title'].map(table.columnId),
      rowId: ['1', '2', '3', 'a', '1___2'],
      userId: [bob.id, ada.id, invitee.id],
      token: [String(tokens.ada), String(tokens.bob), resetToken, verificationToken, otherSession],
      importId: Object.values(imports),
      number: ['0', '1', '-1'],
      orgs: ['noco'],
    },
    words: [
      ...WORDS,
      ...[admin, bob, invitee].map(({ email }) => email),
      ada.password,
      own.id,
      table.id,
      table.columnId('Title'),
      invitee.inviteToken,
    ],
  }
}

function credentials(fuzzer: Fuzzer, isOwn: boolean): RequestOptions {
  const owner = isOwn ? world.ada : world.admin
  if (fuzzer.chance(0.8)) return { auth: owner.auth }
  return fuzzer.pick<RequestOptions>([
    {},
    { token: 'x'.repeat(40) },
    { auth: 'nobody' },
    { auth: world.bob.auth },
    { auth: world.admin.auth },
    { token },
    { auth: owner.auth, refresh: owner.refresh },
    { refresh: world.bob.refresh },
  ])
}

/** The operations that the path may mean: of one with odd values in it there may be others. */
function operationsAt({ method, path }: Call): Operation[] {
  const { pathname } = new URL(path, 'http://localhost')
  return [...control, ...project].filter(
    (operation) =>
      operation.method === method &&
      new RegExp(`^${operation.path.replaceAll(/[.+*?()]/g, String.raw`\$&`).replaceAll(/\{\w+\}/g, '[^/]+')}/?$`).test(pathname),
  )
}

function problemsOfAnswer({ document, responses }: Operation, { status, headers, body }: Answer): string[] {
  const described = responses[status]
  if (described === undefined) return [`${status} is not declared`]
  const type = headers.get('content-type')?.split(';')[0] ?? ''
  const content = described[type]
  if (content === undefined) return [`${status} has the content type ${type}`]
  return problemsOf(document, content.schema ?? {}, body)
}

/** What chance made of a path may be another operation's, or nobody's: then there is nothing that the answer must be. */
function problemsOfCall(call: Call, answer: Answer): string[] {
  if (answer.status >= 500) return [`${answer.status}`]
  const found = operationsAt(call).map((operation) => problemsOfAnswer(operation, answer))
  return found.some((problems) => problems.length === 0) ? [] : (found[0] ?? [])
}

/** What is wrong with an answer, told so that the request can be made again. */
interface Finding {
  problem: string
  call: Call
  answer: string
}

function findingOf(call: Call, answer: Answer): Finding | null {
  const [problem] = problemsOfCall(call, answer)
  if (problem === undefined) return null
  const short = (text: string) => text.slice(0, 500)
  return {
    problem: short(problem),
    call: call.body === undefined ? call : { ...call, body: short(call.body) },
    answer: short(`${answer.status} ${JSON.stringify(answer.body)}`),
  }
}

/** So seldom that the databases are what a request expects, so often that it takes no time. */
const RESTORE_AFTER = 50

async function sendAll(fuzzer: Fuzzer, known: Known): Promise<{ findings: Finding[]; successes: number }> {
  const findings = new Map<string, Finding>()
  let successes = 0
  let bindings = freshBindings()
  for (let count = 1; count <= REQUESTS; count++) {
    const isControl = fuzzer.chance(0.6)
    const operation = fuzzer.pick(isControl ? control : project)
    const call = fuzzer.callOf(operation)
    const { path, method, ...sent } = call
    const who = credentials(fuzzer, isControl && !/users|app-settings/.test(operation.path))
    const answer = await request(method, path, { ...who, ...sent, env: bindings })
    if (answer.status === 200 && operationsAt(call).length > 0) successes += 1
    const cursor: unknown = answer.body?.pageInfo?.next
    if (typeof cursor === 'string') known.cursors.push(cursor)
    const finding = findingOf(call, answer)
    // Of each kind one.
    if (finding !== null) findings.set(`${operation.method} ${operation.path} ${finding.problem.slice(0, 50)}`, finding)
    const isChange = answer.status === 200 && method !== 'GET' && !path.startsWith('/api/v1/db/data/')
    if (isChange || count % RESTORE_AFTER === 0) {
      await saved.restore()
      bindings = freshBindings()
    }
  }
  return { findings: [...findings.values()], successes }
}

test(`${REQUESTS} requests by chance get answers that the documents have`, { timeout: 3_600_000 }, async () => {
  const known = knownThings()
  const { findings, successes } = await sendAll(new Fuzzer(randomFrom(SEED), known), known)
  expect({ seed: SEED, findings }).toEqual({ seed: SEED, findings: [] })
  // Who asks for nothing that is there tests little.
  expect(successes).toBeGreaterThan(REQUESTS / 4)
})
