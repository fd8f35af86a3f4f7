/** Who has shown no credential makes the server read next to nothing, whatever they send and wherever to. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { PUBLIC_ROUTES, createApp } from '../../src/app'
import { hmacSha256 } from '../../src/lib/crypto'
import { type Person, claimsOf, createProject, createTable, request, signUpCreator } from '../support/client'

const MIB = 1024 * 1024
const CHUNK = 16 * 1024
const PUBLIC_LIMIT = 64 * 1024
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** Ten MiB that come as they are asked for, and how much was. */
function flood(pattern: string): { body: ReadableStream<Uint8Array>; read: () => number } {
  const chunk = new TextEncoder().encode(pattern.repeat(CHUNK / pattern.length))
  let sent = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (sent >= 10 * MIB) return controller.close()
        sent += chunk.byteLength
        controller.enqueue(chunk)
      },
    },
    { highWaterMark: 0 },
  )
  return { body, read: () => sent }
}

const routes = [...new Set(createApp().routes.map(({ method, path }) => `${method} ${path}`))].filter((key) =>
  /^(?:POST|PUT|PATCH|DELETE) /.test(key),
)
const [open, guarded] = [
  routes.filter((key) => PUBLIC_ROUTES[key] !== undefined),
  routes.filter((key) => PUBLIC_ROUTES[key] === undefined),
]

/** Serves here: on the way to another Worker the runtime reads ahead. */
const direct = { ...env }

/** As `METHOD /path`, with a form or with JSON as the route takes it. */
async function sendFlood(key: string, headers: Record<string, string> = {}) {
  const [method = '', path = ''] = key.replaceAll(/:\w+/g, 'x').split(' ')
  const isApi = path.startsWith('/api/')
  const { body, read } = flood(isApi ? '[],"",1,' : 'a&a&a&a&')
  const answer = await request(method, path, { body, headers: { ...(isApi ? {} : FORM), ...headers }, env: direct })
  return { status: answer.status, read: read() }
}

describe('ten MiB without a credential', () => {
  test.each(guarded)('to %s are 401, unread', async (key) => {
    expect(await sendFlood(key)).toEqual({ status: 401, read: 0 })
  })

  test.each(open)('to %s are 413 after 64 KiB, and unread where they are announced', async (key) => {
    const { status, read } = await sendFlood(key)
    expect(status).toBe(413)
    expect(read).toBeLessThanOrEqual(PUBLIC_LIMIT + CHUNK)
    expect(await sendFlood(key, { 'content-length': String(10 * MIB) })).toEqual({ status: 413, read: 0 })
  })

  test.each([
    ['POST /nowhere', 404],
    ['POST /sign-in/x', 404],
    ['PUT /sign-in', 405],
    ['POST /api/v1/nowhere', 404],
    ['DELETE /api/v1/auth/user/signin', 405],
  ])('to %s, which is no route, are %i, unread', async (key, status) => {
    expect(await sendFlood(key)).toEqual({ status, read: 0 })
  })

  test('as a query of rows are 401, unread', async () => {
    const headers = { ...FORM, 'x-http-method-override': 'GET' }
    expect(await sendFlood('POST /api/v1/db/data/noco/p/t', headers)).toEqual({ status: 401, read: 0 })
  })
})

describe('who is signed in', () => {
  let ada: Person
  let project: string
  let formHeaders: Record<string, string>

  beforeAll(async () => {
    ada = await signUpCreator()
    project = (await createProject(ada.auth)).id
    const csrf = await hmacSha256(env.NC_AUTH_JWT_SECRET, `form:${String(claimsOf(ada.auth)['sid'])}`)
    formHeaders = { 'x-csrf-token': csrf, ...FORM }
  })

  const sendForm = (body: string, path = '/projects/new', headers = formHeaders) =>
    request('POST', path, { refresh: ada.refresh, body, headers })

  test('sends a form of a mebibyte, and none larger', async () => {
    const title = 'title=By form&x='
    expect((await sendForm(title.padEnd(MIB, 'x'))).status).toBe(303)
    const refused = await sendForm(title.padEnd(MIB + 1, 'x'))
    expect([refused.status, refused.body.message]).toEqual([413, 'The request body is larger than 1 MB.'])
  })

  test('sends a form of 5,000 fields, and none of more, in either encoding', async () => {
    const parts = (count: number) =>
      `${'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n\r\n'.repeat(count - 1)}--b\r\ncontent-disposition: form-data; name="title"\r\n\r\nParts\r\n--b--\r\n`
    const multipart = { ...formHeaders, 'content-type': 'multipart/form-data; boundary="b"' }
    expect((await sendForm(`title=Many&${'a&'.repeat(4999)}`)).status).toBe(303)
    expect((await sendForm(parts(4999), '/projects/new', multipart)).status).toBe(303)
    for (const refused of [
      await sendForm(`title=More&${'a&'.repeat(5000)}`),
      await sendForm(parts(5001), '/projects/new', multipart),
      await sendForm(`title=More&${'a&'.repeat(MIB / 2 - 10)}`),
    ]) {
      expect([refused.status, refused.body.message]).toEqual([413, 'A form may have 5000 fields; this one has more.'])
    }
  })

  test('sends rows of more than a mebibyte, and files', async () => {
    const { id } = await createTable(ada.auth, project)
    const rows = Array.from({ length: 30 }, () => ({ Title: 'x'.repeat(50_000) }))
    expect((await request('POST', `/api/v1/db/data/bulk/noco/${project}/${id}`, { auth: ada.auth, body: rows })).status).toBe(200)
    const file = `--b\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\nA\r\n${'x'.repeat(99)}\n`
    const form = `${file}${`${'x'.repeat(99)}\n`.repeat(15_000)}\r\n--b--\r\n`
    const sent = await sendForm(form, `/projects/${project}/import`, {
      ...formHeaders,
      'content-type': 'multipart/form-data; boundary=b',
    })
    expect([sent.status, sent.headers.get('location')]).toEqual([303, expect.stringMatching(/\/imports\/im_/)])
  })
})
