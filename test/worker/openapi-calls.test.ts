/** Every operation of a project's document, called: with what fits its schemas, and with what does not, one thing at a time. */
import { type Arbitrary, asyncProperty, assert as check, constant, constantFrom, gen, integer, option } from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Json, problemsOf } from '../unit/openapi/conforms'
import { type Described, type Operation, type Parameter, METHODS, operationOf, operationsOf } from '../unit/openapi/document'
import { type Answer, addMember, request, signUp, unique } from '../support/client'
import { type DocumentedProject, TABLE_TITLES, makeDocumentedProject } from '../support/openapi-project'
import { flatten, spoil, valuesOf } from '../support/openapi-values'

/** Requests of each operation. */
const RUNS = 5

let project: DocumentedProject

beforeAll(async () => {
  project = await makeDocumentedProject()
})

/** Those on a table, and through its view; first what changes nothing. */
function operationsOn(title: string): Operation[] {
  const own = operationsOf(project.document).filter(({ tags }) => tags[0] === title || tags[0] === `Default view of ${title}`)
  return METHODS.flatMap((method) => own.filter((operation) => operation.method === method))
}

interface Call {
  path: string
  query: [name: string, value: string][]
  headers: Record<string, string>
  body?: unknown
}

function send(
  { method }: Operation,
  { path, query, headers, body }: Call,
  credentials: object = { token: project.token },
): Promise<Answer> {
  const search = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
  return request(method.toUpperCase(), `${path}?${search}`, { ...credentials, headers, ...(body !== undefined && { body }) })
}

/** What of an answer is not as the document has it. */
function problemsOfAnswer(operation: Operation, { status, headers, body }: Answer): string[] {
  const described = operation.responses[status]
  if (described === undefined) return [`${status} is not documented: ${JSON.stringify(body)}`]
  const [type, content] = Object.entries(described.content ?? {})[0] ?? []
  const isOfType = headers.get('content-type')?.startsWith(String(type)) === true
  return [
    ...(isOfType ? [] : [`the content type is ${headers.get('content-type')}`]),
    ...problemsOf(project.document, content?.schema ?? {}, body),
    ...(status === 200 ? [] : unknownMembers(body as Json)),
    ...(status === 200 ? problemsOfHeaders(described, headers) : []),
  ]
}

/** The document leaves room for more members of an error, for clients not to stumble over one day; today these are all. */
function unknownMembers(body: Json): string[] {
  const known = Object.keys(project.document.components.schemas['Error']?.['properties'] ?? {})
  return Object.keys(body).flatMap((name) => (known.includes(name) ? [] : [`${name} of an error is not documented`]))
}

/** Those that say something of this answer and no other. */
const SPEAKING_HEADERS = ['etag', 'server-timing', 'x-d1-rows-read', 'idempotency-replayed', 'nc-export-offset']

function problemsOfHeaders({ headers = {} }: Described, sent: Headers): string[] {
  const unknown = SPEAKING_HEADERS.filter((name) => sent.has(name) && headers[name] === undefined)
  const found = Object.entries(headers).flatMap(([name, { schema, required }]) => {
    const value = sent.get(name)
    if (value === null) return required === true ? [`there is no header ${name}`] : []
    return problemsOf(project.document, schema, schema['type'] === 'integer' ? Number(value) : value, name)
  })
  return [...unknown.map((name) => `the header ${name} is not documented`), ...found]
}

interface Row {
  rowId: string
  etag: string
  /** Its key by title. */
  key: Json
}

/** A new row of the operation's table, for what needs one that is there. */
async function makeRow(operation: Operation, body: unknown): Promise<Row> {
  const {
    body: row,
    headers,
    status,
  } = await send(insertOf(operation), { path: insertOf(operation).path, query: [], headers: {}, body })
  if (status !== 200) throw new Error(`the row cannot be made: ${JSON.stringify([row, body])}`)
  const key = keyTitles(operation).map((title) => [title, row[title]] as const)
  return {
    rowId: key.map(([, value]) => String(value)).join('___'),
    etag: headers.get('etag') ?? '',
    key: Object.fromEntries(key),
  }
}

function insertOf(operation: Operation): Operation {
  return sibling(operation, 'insertRow')
}

function sibling({ tableId }: Operation, name: string): Operation {
  return operationOf(project.document, name, tableId)
}

async function deleteRows(operation: Operation, headers: Record<string, string> = {}): Promise<void> {
  const all = sibling(operation, 'deleteMatchingRows')
  expect(await send(all, { path: all.path, query: [['where', '']], headers })).toMatchObject({ status: 200 })
}

function keyTitles(operation: Operation): string[] {
  const body = sibling(operation, 'deleteRows').body
  return flatten(project.document, body?.schema['items'] as Json).required
}

/** Text that a field, filter or cursor cannot be made of by chance is one of the parameter's examples. */
function parameterValues({ schema, example, examples }: Parameter): Arbitrary<string> {
  if (examples !== undefined) return constantFrom(...Object.values(examples).map(({ value }) => value))
  if (schema['enum'] === undefined && schema['type'] === 'string') return constant(String(example))
  return valuesOf(project.document, schema).map(String)
}

type Draw = <Value>(values: Arbitrary<Value>) => Value

/** A request of the operation that fits its parameters and its body. */
async function drawCall(operation: Operation, draw: Draw): Promise<Call> {
  const bodies = valuesOf(project.document, insertOf(operation).body?.schema ?? {})
  const rows = [await makeRow(operation, draw(bodies)), await makeRow(operation, draw(bodies))]
  const call: Call = { path: operation.path, query: [], headers: {} }
  for (const parameter of operation.parameters) {
    const value = draw(
      parameter.required === true ? drawable(parameter, rows) : option(drawable(parameter, rows), { nil: undefined }),
    )
    if (value === undefined) continue
    if (parameter.in === 'path') call.path = call.path.replace(`{${parameter.name}}`, encodeURIComponent(value))
    else if (parameter.in === 'header') call.headers[parameter.name] = value
    else call.query.push([parameter.name, value])
  }
  if (operation.body === undefined) return call
  // Changes together are drawn as their parts: a body of four lists, all of it fitting, is hardly ever found by chance.
  const isTogether = operation.name === 'changeRowsTogether'
  const drawn = isTogether ? { insert: [draw(bodies)] } : draw(valuesOf(project.document, operation.body.schema))
  return { ...call, body: withKeys(operation, call, drawn, rows) }
}

function drawable(parameter: Parameter, [row]: Row[]): Arbitrary<string> {
  if (parameter.name === 'rowId') return constant(row?.rowId ?? '')
  if (parameter.name === 'If-Match') return constantFrom('*', row?.etag ?? '')
  if (parameter.name === 'Idempotency-Key') return integer().map((number) => unique(`key ${number} `))
  return parameterValues(parameter)
}

/** What JSON Schema cannot say: which rows are there, and that a value for all rows is not one that must be unique. */
function withKeys(operation: Operation, { query }: Call, drawn: unknown, rows: Row[]): unknown {
  const items = (Array.isArray(drawn) ? drawn : []) as Json[]
  switch (operation.name) {
    case 'updateRows':
      return items.slice(0, rows.length).map((item, index) => mergeOwn(item, rows[index]?.key ?? {}))
    case 'deleteRows':
      return rows.slice(0, items.length).map(({ key }) => key)
    case 'changeRowsTogether': {
      const update = rows.slice(0, 1).map(({ key, etag }) => ({ row: key, version: Number(etag.slice(2, -1)) }))
      return mergeOwn(drawn as Json, { update, delete: rows.slice(1).map(({ key }) => ({ row: key })) })
    }
    case 'updateMatchingRows':
      return omit(drawn as Json, ['E-mail', 'Number', 'Name'])
    case 'upsertRows': {
      const on = query.find(([name]) => name === 'on')?.[1] ?? ''
      const keys = keyTitles(operation).filter((title) => title !== on)
      const named = items.slice(0, rows.length).map((item, index) => mergeOwn(rows[index]?.key ?? {}, omit(item, keys)))
      return named.map((item) => omit(item, keys)).filter((item) => Object.hasOwn(item, on) && item[on] !== null)
    }
    default:
      return drawn
  }
}

/** Members stay members, `__proto__` too. */
function mergeOwn(one: Json, other: Json): Json {
  return Object.fromEntries([...Object.entries(one), ...Object.entries(other)])
}

function omit(object: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
}

describe('with what fits its schemas every operation answers 200, as the document has it', { timeout: 120_000 }, () => {
  test.each(TABLE_TITLES)('%s', async (title) => {
    const operations = operationsOn(title)
    expect(operations.length).toBeGreaterThanOrEqual(27)
    for (const operation of operations) {
      // A grouped list has at most a hundred groups.
      await deleteRows(operation)
      await check(
        asyncProperty(gen(), async (draw) => {
          const call = await drawCall(operation, (values) => draw(() => values))
          const answer = await send(operation, call)
          const { status, body } = answer
          const refusal = status === 200 ? null : body
          const again = call.headers['Idempotency-Key'] === undefined ? [] : [await send(operation, call)]
          const problems = refusal === null ? [answer, ...again].flatMap((one) => problemsOfAnswer(operation, one)) : []
          expect({ id: operation.id, call, refusal, problems }).toMatchObject({ refusal: null, problems: [] })
        }),
        { numRuns: RUNS, endOnFailure: true },
      )
    }
  })
})

/** A request that fits, to be spoiled: of the examples, with every parameter left out that may be. */
interface Good {
  call: Call
  /** An Idempotency-Key of another request. */
  usedKey: string
}

/** What is wrong with a request, how it is sent, and with which status it must be refused. */
interface Bad {
  what: string
  call: Call
  status: number
  credentials?: object
}

function badParameters(operation: Operation, { call }: Good): Bad[] {
  const inQuery = operation.parameters.filter((parameter) => parameter.in === 'query')
  return inQuery.flatMap((parameter) => [
    ...badValues(parameter).map((value) => withParameter(call, parameter, [value])),
    ...(TAKES_MANY.has(parameter.name) ? [] : [withParameter(call, parameter, ['', ''])]),
    ...(parameter.required === true ? [withParameter(call, parameter, [])] : []),
  ])
}

/** These may be repeated. */
const TAKES_MANY = new Set(['fields', 'sort'])

function withParameter(call: Call, { name }: Parameter, values: string[]): Bad {
  const others = call.query.filter(([other]) => other !== name)
  const added = values.map((value): [string, string] => [name, value])
  return { what: `${name}=${JSON.stringify(values)}`, call: { ...call, query: [...others, ...added] }, status: 400 }
}

function badValues({ name, schema }: Parameter): string[] {
  if (schema['type'] === 'integer') return ['many', '1.5', '1e400', 'NaN']
  switch (name) {
    case 'where':
      return ['(', '(nobody,eq,1)', '(((((', '~and', '('.repeat(8000), "x' OR 1=1 --"]
    case 'filterArrJson':
      return ['{', '7', '[{"fk_column_id":"nobody","comparison_op":"eq","value":"1"}]', '['.repeat(1000)]
    case 'sortArrJson':
      return ['{', '{}', '[{"fk_column_id":"nobody"}]', '[null]']
    case 'cursor':
      return ['nobody', 'WzFd', 'e30']
    default:
      return ['nobody knows this', 'toString']
  }
}

function badHeaders(operation: Operation, { call, usedKey }: Good): Bad[] {
  const names = operation.parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name)
  const sent = (name: string, value: string, status: number): Bad[] =>
    names.includes(name) ? [{ what: `${name}: ${value}`, call: { ...call, headers: { [name]: value } }, status }] : []
  return [
    ...sent('Idempotency-Key', ' ', 400),
    ...sent('Idempotency-Key', 'k'.repeat(300), 400),
    ...sent('Idempotency-Key', usedKey, 422),
    ...sent('If-Match', '"v999"', 412),
    ...sent('If-Match', 'nobody', 412),
  ]
}

function badPaths(operation: Operation, { call }: Good): Bad[] {
  const replaced = (what: string, from: RegExp, to: string): Bad[] =>
    from.test(call.path) ? [{ what, call: { ...call, path: call.path.replace(from, to) }, status: 404 }] : []
  // `exist` says false of a row that is not there.
  const asks = operation.path.endsWith('/exist')
  const row = operation.path.includes('{rowId}') && !asks ? operation.path.replace('{rowId}', 'nobody') : null
  const column = operation.path.includes('{groupColumnId}') ? operation.path.replace('{groupColumnId}', 'cl_nobody') : null
  return [
    ...replaced('an unknown project', /\/p_\w+/, '/p_nobody'),
    ...replaced('an unknown table', /\/md_\w+/, '/md_nobody'),
    ...replaced('an unknown view', /\/vw_\w+/, '/vw_nobody'),
    ...[row, column].flatMap((path) => (path === null ? [] : [{ what: 'an unknown id', call: { ...call, path }, status: 404 }])),
    { what: 'a broken path', call: { ...call, path: call.path.replace(/\/md_/, '/%zz') }, status: 400 },
  ]
}

function badBodies(operation: Operation, { call }: Good): Bad[] {
  const { body } = operation
  if (operation.method === 'get') return []
  const anyBody = [
    { what: 'another content type', call: { ...call, body: 'text', headers: { 'content-type': 'text/plain' } }, status: 415 },
    { what: 'a NUL', call: { ...call, body: '"\\u0000"' }, status: 400 },
  ]
  if (body === undefined) return anyBody
  const plain = JSON.stringify(call.body)
  return [
    ...anyBody,
    ...spoil(project.document, body.schema, call.body).map(({ what, value }) => ({
      what,
      call: { ...call, body: value },
      status: 400,
    })),
    // No body at all is an empty row: old clients send none where they have nothing to say.
    ...(plain.startsWith('[') ? [{ what: 'no body', call: { ...call, body: undefined }, status: 400 }] : []),
    { what: 'half a body', call: { ...call, body: plain.slice(0, -1) }, status: 400 },
    { what: 'NaN', call: { ...call, body: plain.replace(/[\]}]$/, 'NaN$&') }, status: 400 },
  ]
}

let viewer = ''

/** Who may not: nobody, someone whose token is none, and a viewer where more is asked for. */
function badCredentials(operation: Operation, { call }: Good): Bad[] {
  const forbidden =
    operation.responses['403'] === undefined ? [] : [{ what: 'as a viewer', call, credentials: { auth: viewer }, status: 403 }]
  return [
    { what: 'without a credential', call, credentials: {}, status: 401 },
    { what: 'with a bad token', call, credentials: { token: 'x'.repeat(40) }, status: 401 },
    ...forbidden,
  ]
}

async function goodCall(operation: Operation): Promise<Good> {
  const usedKey = unique('used ')
  await deleteRows(operation, { 'Idempotency-Key': usedKey })
  const rows = [await makeRow(operation, insertOf(operation).body?.example)]
  const call: Call = { path: operation.path, query: [], headers: {}, body: operation.body?.example }
  for (const parameter of operation.parameters.filter(({ required }) => required === true)) {
    const value = parameter.name === 'rowId' ? (rows[0]?.rowId ?? '') : String(parameter.example)
    if (parameter.in === 'path') call.path = call.path.replace(`{${parameter.name}}`, encodeURIComponent(value))
    else call.query.push([parameter.name, value])
  }
  if (operation.body !== undefined) call.body = withKeys(operation, call, call.body, rows)
  return { call, usedKey }
}

describe('with anything that does not fit every operation answers 4xx, as the document has it', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    const person = await signUp()
    await addMember(project.auth, project.id, person.email, 'viewer')
    viewer = person.auth
  })

  test.each(TABLE_TITLES)('%s', async (title) => {
    for (const operation of operationsOn(title)) {
      const good = await goodCall(operation)
      const bad = [badParameters, badHeaders, badPaths, badBodies, badCredentials].flatMap((make) => make(operation, good))
      const wrong = []
      for (const { what, call, status, credentials } of bad) {
        const answer = await send(operation, call, credentials)
        const problems = problemsOfAnswer(operation, answer)
        if (answer.status !== status || problems.length > 0)
          wrong.push({ what, wanted: status, got: answer.status, problems, body: answer.body })
      }
      expect({ id: operation.id, wrong }).toEqual({ id: operation.id, wrong: [] })
    }
  })
})
