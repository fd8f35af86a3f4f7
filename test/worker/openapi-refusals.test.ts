/** The document of the fixed routes: whatever the server refuses of an operation, its answer is one that the document has. */
import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Json, problemsOf, resolve } from '../unit/openapi/conforms'
import {
  type Answer,
  type RequestOptions,
  addMember,
  createProject,
  createTable,
  createToken,
  forgetEverything,
  request,
  signUp,
  superAdmin,
} from '../support/client'

interface Operation {
  method: string
  path: string
  operationId: string
  security?: object[]
  requestBody?: { content: object }
  responses: Record<string, { headers?: object; content?: Record<string, { schema: Json }> }>
}

const SMALL = { ...env, NC_REQUEST_BODY_SIZE: '10' }

let document: Json
/** Deletions come late, those of what holds most after those of what it holds, and sign-out at the very end. */
let operations: Operation[]

/** What stands in paths for their parameters. */
let values: Record<string, string>
let admin: RequestOptions
let viewer: RequestOptions
let stranger: RequestOptions
let token: RequestOptions

beforeAll(async () => {
  document = (await request('GET', '/openapi.json')).body
  const paths = Object.entries(document['paths'] as Record<string, Record<string, Operation>>)
  const all = paths.flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ ...operation, method, path })))
  const rank = ({ method, path }: Operation): number =>
    method === 'delete' ? 1000 - path.length : Number(path.endsWith('/signout')) * 2000
  operations = all.toSorted((one, other) => rank(one) - rank(other))
})

beforeEach(async () => {
  await forgetEverything()
  const { auth } = await superAdmin()
  const person = await signUp()
  const project = await createProject(auth)
  const table = await createTable(auth, project.id)
  await addMember(auth, project.id, person.email, 'viewer')
  admin = { auth }
  viewer = { auth: person.auth }
  stranger = { auth: (await signUp()).auth }
  token = { token: (await createToken(auth)).token }
  values = {
    orgs: 'noco',
    projectId: project.id,
    projectName: project.id,
    tableId: table.id,
    tableName: table.id,
    viewName: table.title,
    columnId: table.columns.at(-1)?.id ?? '',
    rowId: '1',
    number: '0',
  }
})

/** What of a refusal is not as the document has it, and which headers of what is none. */
function problemsOfAnswer(operation: Operation, { status, headers, body }: Answer): string[] {
  if (status < 400) return problemsOfHeaders(operation, headers)
  const described = operation.responses[status]
  if (described === undefined) return [`${status} ${body.error} is not documented`]
  const unknown = Object.keys(body).filter(
    (name) => !Object.hasOwn(resolve(document, '#/components/schemas/Error')['properties'] as Json, name),
  )
  return [
    ...problemsOf(document, described.content?.['application/json']?.schema ?? {}, body),
    ...unknown.map((name) => `${name} of an error is not documented`),
  ]
}

const SPEAKING_HEADERS = ['etag', 'server-timing', 'x-d1-rows-read', 'nc-export-offset']

function problemsOfHeaders({ responses }: Operation, sent: Headers): string[] {
  const documented = Object.keys(responses['200']?.headers ?? {})
  return SPEAKING_HEADERS.filter((name) => sent.has(name) !== documented.includes(name)).map(
    (name) => `${name} is ${sent.has(name) ? 'not ' : ''}documented`,
  )
}

/** A way to be refused. */
interface Refusal {
  options: () => RequestOptions
  /** The operations that it is for; all by default. */
  isFor?: (operation: Operation) => boolean
  pathOf?: (path: string) => string
  /** Where all of them must refuse. */
  status?: number
}

const isGuarded = ({ security }: Operation): boolean =>
  security === undefined || (security.length > 0 && security.every((schemes) => Object.keys(schemes).length > 0))
const isWrite = ({ method }: Operation): boolean => method !== 'get'
/** Not those that take a file. */
const isJsonWrite = (operation: Operation): boolean =>
  isWrite(operation) && !('application/octet-stream' in (operation.requestBody?.content ?? {}))

const REFUSALS: Record<string, Refusal> = {
  'without a credential': { options: () => ({}), isFor: isGuarded, status: 401 },
  'with a bad credential': { options: () => ({ token: 'x'.repeat(40) }), isFor: isGuarded, status: 401 },
  'with a NUL in the path': {
    options: () => admin,
    isFor: ({ path }) => path.includes('{'),
    pathOf: (path) => path.replace(/\{\w+\}/, '%00'),
    status: 400,
  },
  'with a text for a body': {
    options: () => ({ ...admin, body: 'text', headers: { 'content-type': 'text/plain' } }),
    isFor: isJsonWrite,
    status: 415,
  },
  'with a NUL in the body': { options: () => ({ ...admin, body: '"\\u0000"' }), isFor: isJsonWrite, status: 400 },
  'with a body that is too large': {
    options: () => ({ ...admin, body: '"xxxxxxxxxx"', env: SMALL }),
    isFor: isJsonWrite,
    status: 413,
  },
  'with a list for a body': { options: () => ({ ...admin, body: [{ Nobody: 1 }] }), isFor: isWrite },
  'with a bad query': {
    options: () => admin,
    pathOf: (path) => `${path}?limit=many&where=(&fields=nobody&sort=nobody&on=x`,
  },
  'with an example of a row': { options: () => ({ ...admin, body: { Title: 'x' } }), isFor: isWrite },
  'as a viewer': { options: () => viewer },
  'as a stranger': { options: () => stranger },
  'with an API Token': { options: () => token },
}

describe('whatever is refused, the document of the fixed routes has the answer', () => {
  test.each(Object.entries(REFUSALS))('%s', async (_, { options, isFor = () => true, pathOf = (path) => path, status }) => {
    const chosen = operations.filter(isFor)
    const wrong = []
    for (const operation of chosen) {
      const path = pathOf(operation.path).replaceAll(/\{(\w+)\}/g, (_part, name: string) => values[name] ?? 'nobody')
      const answer = await request(operation.method.toUpperCase(), path, options())
      const problems = problemsOfAnswer(operation, answer)
      if (problems.length > 0 || answer.status !== (status ?? answer.status))
        wrong.push({ id: operation.operationId, status: answer.status, body: answer.body, problems })
    }
    expect(chosen.length).toBeGreaterThan(20)
    expect(wrong).toEqual([])
  })
})
