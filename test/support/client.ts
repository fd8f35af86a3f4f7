/** A client for worker tests: the whole application, in workerd, on real D1. Each file starts with empty databases. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env, exports } from 'cloudflare:workers'
import { createApp } from '../../src/app'
import type { ProjectRole } from '../../src/actor'
import type { Bindings } from '../../src/config'

export const ORIGIN = 'http://localhost'
export const PASSWORD = 'correct horse battery'

/** What JSON.parse gives: tests say what they expect of it. */
type Json = ReturnType<JSON['parse']>

export interface Answer {
  status: number
  headers: Headers
  /** Parsed when it is JSON, else the text. */
  body: Json
}

export interface RequestOptions {
  /** Auth Token, sent as `xc-auth`. */
  auth?: string | undefined
  /** API Token, sent as `xc-token`. */
  token?: string | undefined
  /** Refresh token, sent as the cookie. */
  refresh?: string | undefined
  /** Sent as JSON; a string, bytes or a stream as it is. */
  body?: unknown
  /** These win over all others. */
  headers?: Record<string, string>
  /** Serve with these bindings instead of the usual ones: make the object once, settings are cached under it. */
  env?: Bindings
}

const app = createApp()

/** A request to the application. `path` may be a whole URL. Each request comes from an address of its own. */
export async function request(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
  const call = new Request(new URL(path, ORIGIN), {
    method,
    headers: headersOf(options),
    redirect: 'manual',
    ...bodyOf(options.body),
  })
  const response = options.env === undefined ? await exports.default.fetch(call) : await serveWith(options.env, call)
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: isJson(response) && text !== '' ? JSON.parse(text) : text }
}

/** With everything that the request left to do in the background done. */
async function serveWith(bindings: Bindings, call: Request): Promise<Response> {
  const context = createExecutionContext()
  const response = await app.fetch(call, bindings, context)
  await waitOnExecutionContext(context)
  return response
}

function headersOf({ auth, token, refresh, body, headers }: RequestOptions): Record<string, string> {
  return {
    'cf-connecting-ip': randomAddress(),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(auth === undefined ? {} : { 'xc-auth': auth }),
    ...(token === undefined ? {} : { 'xc-token': token }),
    ...(refresh === undefined ? {} : { cookie: `refresh_token=${refresh}` }),
    ...headers,
  }
}

function bodyOf(body: unknown): { body?: BodyInit } {
  if (body === undefined) return {}
  if (typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream) return { body }
  return { body: JSON.stringify(body) }
}

function isJson(response: Response): boolean {
  return /json/.test(response.headers.get('content-type') ?? '')
}

export function randomAddress(): string {
  return `10.${[...crypto.getRandomValues(new Uint8Array(3))].join('.')}`
}

let count = 0

/** A name nothing else has in this file. */
export function unique(prefix: string): string {
  return `${prefix}${++count}`
}

export interface Person {
  id: string
  email: string
  password: string
  /** Auth Token. */
  auth: string
  /** Refresh token. */
  refresh: string
}

let first: Promise<Person> | null = null

/** The first account of the file, and so the super admin. */
export function superAdmin(): Promise<Person> {
  first ??= enter('signup', { email: `${unique('super')}@example.org`, password: PASSWORD })
  return first
}

/** An ordinary account, `org-level-viewer`. */
export async function signUp({ email = `${unique('user')}@example.org`, password = PASSWORD } = {}): Promise<Person> {
  await superAdmin()
  return enter('signup', { email, password })
}

/** An account that may create projects, `org-level-creator`. */
export async function signUpCreator(): Promise<Person> {
  const { auth } = await superAdmin()
  const person = await signUp()
  await succeed(request('PATCH', `/api/v1/users/${person.id}`, { auth, body: { roles: 'org-level-creator' } }))
  return person
}

/** The same person from another browser. */
export function signIn({ email, password }: Pick<Person, 'email' | 'password'>): Promise<Person> {
  return enter('signin', { email, password })
}

/** Tests make many accounts: with the policy that hashes ten times faster. auth.test.ts signs up under the default one. */
const quick: Bindings = { ...env, NC_PASSWORD_HASH: 'pbkdf2' }

async function enter(how: 'signup' | 'signin', { email, password }: { email: string; password: string }): Promise<Person> {
  const { body, headers } = await succeed(request('POST', `/api/v1/auth/user/${how}`, { body: { email, password }, env: quick }))
  return { id: String(claimsOf(body.token)['id']), email, password, auth: body.token, refresh: refreshTokenOf(headers) }
}

export function claimsOf(jwt: string): Record<string, unknown> {
  const [, payload = ''] = jwt.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}

/** The refresh token that an answer sets; empty when it clears or does not touch the cookie. */
export function refreshTokenOf(headers: Headers): string {
  return /^refresh_token=([^;]*)/.exec(headers.get('set-cookie') ?? '')?.[1] ?? ''
}

/** An API Token and its id. */
export async function createToken(auth: string, description?: string): Promise<{ id: number; token: string }> {
  const { body } = await succeed(request('POST', '/api/v1/tokens', { auth, body: { description } }))
  return { id: body.id, token: body.token }
}

export async function createProject(auth: string, title: string = unique('Project ')): Promise<{ id: string; title: string }> {
  return (await succeed(request('POST', '/api/v1/db/meta/projects/', { auth, body: { title } }))).body
}

export async function addMember(auth: string, projectId: string, email: string, roles: ProjectRole): Promise<void> {
  await succeed(request('POST', `/api/v1/db/meta/projects/${projectId}/users`, { auth, body: { email, roles } }))
}

/** A table as the API answers with it; without `columns` it has Id, Title, CreatedAt and UpdatedAt. */
export async function createTable(
  auth: string,
  projectId: string,
  { title = unique('Table '), columns = [{ column_name: 'title', title: 'Title', uidt: 'SingleLineText' }] as unknown[] } = {},
): Promise<Json> {
  const body = { title, table_name: title.toLowerCase(), columns }
  return (await succeed(request('POST', `/api/v1/db/meta/projects/${projectId}/tables`, { auth, body }))).body
}

/** The answer of a request that a test only needs to work. */
export async function succeed(answer: Promise<Answer>): Promise<Answer> {
  const { status, headers, body } = await answer
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`)
  return { status, headers, body }
}

/** All rows of a database, by table: of all tables, or of some. */
export async function dump(db: D1Database, only?: readonly string[]): Promise<Record<string, Record<string, unknown>[]>> {
  const names = only ?? (await tableNames(db))
  if (names.length === 0) return {}
  const answers = await db.batch<Record<string, unknown>>(names.map((name) => db.prepare(`SELECT * FROM "${name}"`)))
  return Object.fromEntries(names.map((name, index) => [name, answers[index]?.results ?? []]))
}

async function tableNames(db: D1Database): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'`,
    )
    .all<{ name: string }>()
  return results.map(({ name }) => name)
}

/** As on the first day: no accounts, and with them no credentials, projects or settings. */
export async function forgetEverything(): Promise<void> {
  first = null
  await env.DB.batch(['users', 'projects', 'settings'].map((table) => env.DB.prepare(`DELETE FROM ${table}`)))
}
