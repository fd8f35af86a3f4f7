import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { problemsOf } from '../unit/openapi/conforms'
import { type Document, type Method, type Operation, operationsOf } from '../unit/openapi/document'
import { type Answer, type RequestOptions, request, signUp, succeed } from '../support/client'
import { TABLE_TITLES, makeDocumentedProject } from '../support/openapi-project'

let auth = ''
let token = ''
let swagger = ''
let document: Document

beforeAll(async () => {
  ;({ auth, token, swagger, document } = await makeDocumentedProject())
})

describe('who may read the document of a project', () => {
  test('an Auth Token and an API Token get the same', async () => {
    const answers = [await request('GET', `${swagger}.json`, { auth }), await request('GET', `${swagger}.json`, { token })]
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(answers[0]?.body).toEqual(answers[1]?.body)
    expect(document.servers).toEqual([{ url: 'http://localhost' }])
    expect(document.tags).toHaveLength(2 * TABLE_TITLES.length)
  })

  test('its servers are the one that was asked, by the scheme a proxy names, and the one that is configured', async () => {
    const bindings = { ...env, NC_PUBLIC_URL: 'https://api.example.org' }
    const serversOf = async (path: string, options: RequestOptions): Promise<string[]> => {
      const { body } = await succeed(request('GET', path, { auth, ...options }))
      return (body as Document).servers.map(({ url }) => url)
    }
    for (const path of [`${swagger}.json`, '/openapi.json']) {
      const elsewhere = `https://other.test:8443${path}`
      expect(await serversOf(elsewhere, {})).toEqual(['https://other.test:8443'])
      expect(await serversOf(elsewhere, { env: bindings })).toEqual(['https://other.test:8443', 'https://api.example.org'])
      expect(await serversOf(`https://api.example.org${path}`, { env: bindings })).toEqual(['https://api.example.org'])
      const proxied = { headers: { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.test' } }
      expect(await serversOf(`http://other.test${path}`, proxied)).toEqual(['https://other.test'])
    }
  })

  test('without a credential it is 401', async () => {
    expect(await request('GET', `${swagger}.json`)).toMatchObject({ status: 401, body: { error: 'AUTHENTICATION_REQUIRED' } })
  })

  test("someone else's project is not there, as one that does not exist", async () => {
    const stranger = await signUp()
    const foreign = await request('GET', `${swagger}.json`, { auth: stranger.auth })
    const missing = await request('GET', '/api/v1/db/meta/projects/p_00000000000000/swagger.json', { auth: stranger.auth })
    expect([foreign.status, missing.status]).toEqual([404, 404])
    expect(foreign.body).toEqual(missing.body)
  })

  test('the page is for anyone, and runs no script but its own', async () => {
    const { status, headers, body } = await request('GET', swagger)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toMatch(/^text\/html/)
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*script-src 'self'/)
    expect(headers.get('content-security-policy')).not.toContain('unsafe-eval')
    expect(String(body)).not.toContain('alert(1)')
  })

  test('the document of the fixed routes and its page are for anyone', async () => {
    expect(await request('GET', '/openapi.json')).toMatchObject({
      status: 200,
      body: { openapi: '3.1.0', servers: [{ url: 'http://localhost' }] },
    })
    expect((await request('GET', '/docs')).status).toBe(200)
  })
})

/** In the order in which rows live: made, read, changed, gone; all of them last. */
const LIFE: readonly Method[] = ['post', 'get', 'patch', 'delete']

function operationsOn(tag: string): Operation[] {
  const own = operationsOf(document).filter(({ tags }) => tags[0] === tag)
  const isLast = ({ path }: Operation): number => Number(path.endsWith('/all'))
  return LIFE.flatMap((method) => own.filter((operation) => operation.method === method)).toSorted(
    (one, other) => isLast(one) - isLast(other),
  )
}

/** Every query that the examples of an operation make: each alone (the first are empty), and the last of each together. */
function queries({ parameters }: Operation): URLSearchParams[] {
  const inQuery = parameters.filter((parameter) => parameter.in === 'query')
  const values = inQuery.map(({ name, required, example, examples }) => ({
    name,
    required,
    values: examples === undefined ? [String(example)] : Object.values(examples).map(({ value }) => value),
  }))
  const needed = values
    .filter(({ required }) => required === true)
    .map((parameter) => [parameter.name, parameter.values[0] ?? ''])
  const alone = values.flatMap((parameter) =>
    parameter.values.map(
      (value) => new URLSearchParams([...needed.filter(([name]) => name !== parameter.name), [parameter.name, value]]),
    ),
  )
  return alone.length === 0
    ? [new URLSearchParams()]
    : [...alone, new URLSearchParams(values.map(({ name, values: all }) => [name, all.at(-1) ?? '']))]
}

function fillPath({ path, parameters }: Operation): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(parameters.find((parameter) => parameter.name === name)?.example)),
  )
}

function call(operation: Operation, query: URLSearchParams): Promise<Answer> {
  const body = operation.body?.example
  // The header examples, too: a page that fills them in sends them.
  const headers = operation.parameters.filter(({ in: place, example }) => place === 'header' && example !== undefined)
  return request(operation.method.toUpperCase(), `${fillPath(operation)}?${query.toString()}`, {
    token,
    headers: Object.fromEntries(headers.map(({ name, example }) => [name, String(example)])),
    ...(body !== undefined && { body }),
  })
}

function problemsOfAnswer(operation: Operation, { status, body }: Answer): string[] {
  const described = operation.responses[status]
  if (described === undefined) return [`${status} is not documented`]
  const [content] = Object.values(described.content ?? {})
  return problemsOf(document, content?.schema ?? {}, body)
}

describe.each([
  ['the table', (title: string) => title],
  ['its view', (title: string) => `Default view of ${title}`],
])('through %s every operation answers 200 to its own examples, as its schema says', { timeout: 60_000 }, (_through, tagOf) => {
  // Examples name the first rows of tables that never had any.
  beforeAll(async () => {
    ;({ auth, token, swagger, document } = await makeDocumentedProject())
  })

  test.each(TABLE_TITLES)('%s', async (title) => {
    const operations = operationsOn(tagOf(title))
    expect(operations.length).toBeGreaterThanOrEqual(11)
    for (const operation of operations) {
      const inserts = /^(view)?insertRows?$/i.test(operation.name)
      for (const query of inserts ? [new URLSearchParams()] : queries(operation)) {
        const answer = await call(operation, query)
        const found = { id: operation.id, query: String(query), status: answer.status, body: answer.body }
        expect({ ...found, problems: problemsOfAnswer(operation, answer) }).toMatchObject({ status: 200, problems: [] })
      }
    }
  })
})

test('a filter of the examples finds the row of the example, and its opposite does not', async () => {
  ;({ token, document } = await makeDocumentedProject())
  const [list, insert] = ['List rows', 'Insert a row'].map((summary) =>
    operationsOn(TABLE_TITLES[0] ?? '').find((operation) => operation.summary === summary),
  )
  if (list === undefined || insert === undefined) throw new Error('the document lacks operations')
  expect(await call(insert, new URLSearchParams())).toMatchObject({ status: 200 })
  const where = String(list.parameters.find(({ name }) => name === 'where')?.examples?.['both']?.value)
  const found = await call(list, new URLSearchParams({ where }))
  const others = await call(list, new URLSearchParams({ where: `~not(${where})` }))
  expect([found.body.pageInfo.totalRows, others.body.pageInfo.totalRows]).toEqual([1, 0])
})
