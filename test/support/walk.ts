/** Every route of the router, each asked while one of its calls to D1 fails. */
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { createApp } from '../../src/app'
import { purge } from '../../src/data/catalog/purge'
import { removeAbandonedImports } from '../../src/data/import/abandoned'
import type { Bindings } from '../../src/config'
import { type Answer, ORIGIN, type RequestOptions, request } from './client'
import { ROUTE_REQUESTS, type RouteRequest } from './route-requests'
import { type Saved, type State, keep } from './saved-state'
import { tapD1 } from './tap-d1'
import { type World, csrfOf, makeWorld, withMail } from './world'

/** By method and path, as the router has them. */
export const ROUTES = [
  ...new Set(
    createApp()
      .routes.filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`),
  ),
]

/** A route of which there are two requests has a word behind its path in the name of the second. */
export const routeOf = (name: string): string => name.replace(/ \(.*\)$/, '')

export const isApi = (route: string): boolean => / \/(?:api\/|openapi\.json|docs)/.test(route)

/** As Cloudflare documents them. */
export const MESSAGES = [
  'D1_ERROR: Network connection lost.',
  'D1_ERROR: D1 DB reset because its code was updated.',
  'D1_ERROR: Internal error in D1 DB storage caused object to be reset.',
  'D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.',
  'D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.',
  'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
  'D1_ERROR: D1 DB is overloaded. Too many requests queued.',
  'D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.',
  'D1_ERROR: D1 DB exceeded its CPU time limit and was reset.',
  'D1_ERROR: D1 DB exceeded its memory limit and was reset.',
  'D1_ERROR: client disconnected',
] as const

/** Which of a request's calls fails, and whether before it takes effect or after. */
interface Fault {
  moment: 'before' | 'after'
  at: number
}

/** A world that is brought back as often as it is changed. */
export interface Stage {
  world: World
  saved: Saved
  /** The databases as they were kept, and so after the hourly job of a day later. */
  start: Outcome
}

interface Outcome {
  state: State
  tidied: State
}

export async function makeStage(): Promise<Stage> {
  const world = await makeWorld()
  const saved = await keep()
  return { world, saved, start: await outcomeOf(saved) }
}

/** Reads the state twice, and brings the kept one back. */
async function outcomeOf(saved: Saved): Promise<Outcome> {
  const state = await saved.read()
  await tidyUp()
  const tidied = await saved.read()
  await saved.restore()
  return { state, tidied }
}

const LATER_MS = 25 * 3_600_000

/** What of the hourly job finishes what was begun: what is no table's any more goes, and imports that nobody goes on with. */
async function tidyUp(): Promise<void> {
  const later = Date.now() + LATER_MS
  await removeAbandonedImports({ ...env }, later)
  while ((await purge({ ...env }, later + LATER_MS)) > 0);
}

const WRITES = /\b(?:INSERT|UPDATE|DELETE|CREATE|ALTER|DROP)\b/

interface Asked {
  answer: Answer
  /** Calls to both databases, in the background too, and whether each may write. */
  calls: boolean[]
  /** Whether a call that may write reached a database. */
  wrote: boolean
}

/** Asks the route; its call number `at` fails. */
async function ask(world: World, route: string, fault: Fault | null = null): Promise<Asked> {
  const made = requestOf(route, world)
  const counter = { calls: 0 }
  const calls: boolean[] = []
  let wrote = false
  const fail = (moment: Fault['moment'], call: number) => {
    if (fault?.moment === moment && fault.at === call) throw new Error(MESSAGES[call % MESSAGES.length])
  }
  const tap = {
    before: (call: number, sql: string) => {
      const writes = WRITES.test(sql)
      calls.push(writes)
      fail('before', call)
      wrote ||= writes
    },
    after: (call: number) => fail('after', call),
  }
  const usual: Bindings = made.mail === true ? withMail() : { ...env, NC_PASSWORD_HASH: 'pbkdf2' }
  const bindings = { ...usual, DB: tapD1(env.DB, tap, counter), DATA: tapD1(env.DATA, tap, counter) }
  const [method = '', pattern = ''] = routeOf(route).split(' ')
  const answer = await request(method, pathOf(pattern, made, world), { ...(await optionsOf(route, made, world)), env: bindings })
  return { answer, calls, wrote }
}

function requestOf(route: string, world: World): RouteRequest {
  const make = ROUTE_REQUESTS[route]
  if (make === undefined) throw new Error(`test/support/route-requests.ts has no request for ${route}`)
  return make(world)
}

function pathOf(
  pattern: string,
  { path = {}, query }: RouteRequest,
  { bob, otherSession, project, table, tokens, imports }: World,
): string {
  const values: Record<string, string> = {
    orgs: 'noco',
    projectId: project.id,
    projectName: project.id,
    baseId: project.baseId,
    tableId: table.id,
    tableName: table.id,
    viewName: table.title,
    columnId: table.columnId('Title'),
    groupColumnId: table.columnId('Qty'),
    rowId: '1',
    userId: bob.id,
    token: String(tokens.ada),
    id: String(tokens.ada),
    sessionId: otherSession,
    importId: imports.previewed,
    ...path,
  }
  const filled = pattern.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`nothing stands for ${name} of ${pattern}`)
    return encodeURIComponent(value)
  })
  return query === undefined ? filled : `${filled}?${query}`
}

const FORM = 'application/x-www-form-urlencoded'

async function optionsOf(route: string, { as, json, form, file, bytes }: RouteRequest, world: World): Promise<RequestOptions> {
  const person = as === 'nobody' ? null : world[as ?? 'ada']
  if (isApi(route)) {
    const credentials = person === null ? {} : { auth: person.auth, ...(/\/auth\//.test(route) && { refresh: person.refresh }) }
    if (bytes !== undefined) return { ...credentials, body: bytes.text, headers: { 'content-type': bytes.type } }
    return json === undefined ? credentials : { ...credentials, body: json }
  }
  const headers = { accept: 'text/html', origin: ORIGIN }
  const credentials = person === null ? {} : { refresh: person.refresh }
  if (route.startsWith('GET ')) return { ...credentials, headers }
  const fields = { ...form, ...(person !== null && { csrf: await csrfOf(person) }) }
  if (file === undefined) {
    return { ...credentials, headers: { ...headers, 'content-type': FORM }, body: new URLSearchParams(fields).toString() }
  }
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  data.set('file', new File([file], 'file.csv'))
  const encoded = new Response(data)
  const type = encoded.headers.get('content-type') ?? ''
  return { ...credentials, headers: { ...headers, 'content-type': type }, body: new Uint8Array(await encoded.arrayBuffer()) }
}

/** The route where nothing fails. */
interface Healthy {
  status: number
  end: Outcome
}

/** Fails each call before its effect, and after it: what only reads has none, so that the two are the same. */
export async function expectWholeAtEachFault(stage: Stage, route: string): Promise<void> {
  const { calls, ...healthy } = await askHealthy(stage, route)
  for (const [index, writes] of calls.entries()) {
    await expectWhole(stage, route, healthy, { moment: 'before', at: index + 1 })
    if (writes) await expectWhole(stage, route, healthy, { moment: 'after', at: index + 1 })
  }
}

async function askHealthy({ world, saved, start }: Stage, route: string): Promise<Healthy & Pick<Asked, 'calls'>> {
  const { answer, calls, wrote } = await ask(world, route)
  const end = wrote ? await outcomeOf(saved) : start
  expect([200, 303].includes(answer.status), `${route}: ${answer.status} ${JSON.stringify(answer.body)}`).toBe(true)
  const changes = requestOf(route, world).changes ?? !route.startsWith('GET ')
  expect([route, JSON.stringify(end.state) !== JSON.stringify(start.state)]).toEqual([route, changes])
  return { status: answer.status, calls, end }
}

/** One fault, and what must hold after it; where nothing has happened yet, the same request again does it. */
async function expectWhole(stage: Stage, route: string, healthy: Healthy, fault: Fault): Promise<void> {
  const { world, saved, start } = stage
  const { answer, wrote } = await ask(world, route, fault)
  try {
    if (answer.status !== healthy.status) expectUnavailable(route, answer)
    const isDone = wrote && !isSame(await expectOneOf([start, healthy.end], saved), start.state)
    if (isDone || route.startsWith('GET ')) return
    expect((await ask(world, route)).answer.status).toBe(healthy.status)
  } finally {
    await saved.restore()
  }
}

/** At once, or when the hourly job has finished what was begun. */
async function expectOneOf(outcomes: readonly Outcome[], saved: Saved): Promise<State> {
  const now = await saved.read()
  if (outcomes.some(({ state }) => isSame(now, state))) return now
  await tidyUp()
  const tidied = await saved.read()
  if (!outcomes.some((outcome) => isSame(tidied, outcome.tidied))) expect(tidied).toEqual(outcomes.at(-1)?.tidied)
  return now
}

function isSame(one: State, other: State): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function expectUnavailable(route: string, { status, headers, body }: Answer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  expect({ status, text }).toMatchObject({ status: 503 })
  expect(headers.get('retry-after')).toBe('2')
  expect(headers.get('set-cookie')).toBeNull()
  expect(headers.get('www-authenticate')).toBeNull()
  expect(text).not.toMatch(/D1_|D1 DB|SQLITE|connection lost|transient issue|client disconnected/i)
  if (isApi(route)) {
    expect(headers.get('access-control-allow-origin')).toBe('*')
    const message = 'The database is not available right now; try again shortly.'
    expect(body).toEqual({ error: 'DATABASE_UNAVAILABLE', message, msg: message, request_id: headers.get('x-request-id') })
  } else {
    expect(headers.get('content-type')).toMatch(/^text\/html/)
    expect(text).toContain('The database is away for a moment')
  }
}
