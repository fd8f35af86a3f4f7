/** What the door does with requests that are wrong before any feature sees them. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Bindings } from '../../src/config'
import { ORIGIN, type Person, type RequestOptions, createProject, dump, request, signUpCreator } from '../support/client'
import { tapD1 } from '../support/tap-d1'
import { fastest } from '../support/fastest'

const PROJECTS = '/api/v1/db/meta/projects'

let ada: Person

beforeAll(async () => {
  ada = await signUpCreator()
})

const post = (body: unknown, headers: Record<string, string> = {}) => request('POST', PROJECTS, { auth: ada.auth, body, headers })

const bytes = (...parts: (string | number)[]) =>
  new Uint8Array(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...new TextEncoder().encode(part)])))

describe('a body that cannot be read is refused, and leaves nothing', () => {
  test.each<[string, unknown, number, string]>([
    ['is cut short', '{"title":"x"', 400, 'BAD_JSON'],
    ['is empty', '', 400, 'BAD_JSON'],
    ['is no JSON', 'title=x', 400, 'BAD_JSON'],
    ['has a comma too many', '{"title":"x",}', 400, 'BAD_JSON'],
    ['has single quotes', "{'title':'x'}", 400, 'BAD_JSON'],
    ['has something behind it', '{"title":"x"}{}', 400, 'BAD_JSON'],
    ['says NaN', '{"title":NaN}', 400, 'BAD_JSON'],
    ['holds a NUL as an escape', '{"title":"a\\u0000b"}', 400, 'BAD_JSON'],
    ['holds a NUL as an escape in a name', '{"title":"x","a\\u0000":1}', 400, 'BAD_JSON'],
    ['holds a NUL as it is', bytes('{"title":"a', 0, 'b"}'), 400, 'BAD_JSON'],
    ['is not UTF-8', bytes('{"title":"', 0xff, '"}'), 400, 'BAD_JSON'],
    ['spells a character in too many bytes', bytes('{"title":"', 0xc0, 0xaf, '"}'), 400, 'BAD_JSON'],
    ['holds half a character as bytes', bytes('{"title":"', 0xed, 0xa0, 0x80, '"}'), 400, 'BAD_JSON'],
    ['is UTF-16', new Uint8Array(new Uint16Array([...'{"title":"x"}'].map((c) => c.charCodeAt(0))).buffer), 400, 'BAD_JSON'],
    ['is nested 33 levels deep', `{"title":"x","meta":${'['.repeat(32)}${']'.repeat(32)}}`, 400, 'BAD_JSON'],
    ['is nested 100,000 levels deep', '['.repeat(100_000), 400, 'BAD_JSON'],
    ['is a list', '[]', 400, 'INVALID_REQUEST_BODY'],
    ['is null', 'null', 400, 'INVALID_REQUEST_BODY'],
    ['is text', '"title"', 400, 'INVALID_REQUEST_BODY'],
    ['holds half of a surrogate pair', '{"title":"a\\ud800"}', 400, 'INVALID_REQUEST_BODY'],
    ['holds half of a surrogate pair in a name', '{"title":"x","meta":{"\\udc00":1}}', 400, 'INVALID_REQUEST_BODY'],
    ['holds a number beyond every double', '{"title":"x","meta":{"a":1e400}}', 400, 'INVALID_REQUEST_BODY'],
    ['holds a number with more digits than a double', '{"title":"x","meta":[12345678901234567890]}', 400, 'INVALID_REQUEST_BODY'],
  ])('that %s', async (_, body, status, code) => {
    const before = await dump(env.DB)
    const answer = await post(body)
    expect([answer.status, answer.body.error]).toEqual([status, code])
    expect(answer.body.message).not.toMatch(/position|JSON\.parse|Unexpected|SyntaxError/)
    expect(await dump(env.DB)).toEqual(before)
  })

  test.each<[string, Record<string, string>]>([
    ['and no content type', {}],
    ['of a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['of JSON', { 'content-type': 'application/json' }],
  ])('that is not there, %s', async (_, headers) => {
    const { id } = await createProject(ada.auth)
    const before = await dump(env.DB)
    for (const [method, path] of [
      ['POST', PROJECTS],
      ['PATCH', `${PROJECTS}/${id}`],
      ['POST', `${PROJECTS}/${id}/tables`],
    ] as const) {
      const answer = await request(method, path, { auth: ada.auth, headers })
      expect([method, answer.status, answer.body.error]).toEqual([method, 400, 'BAD_JSON'])
    }
    expect(await dump(env.DB)).toEqual(before)
  })

  test('while these are fine: a byte order mark, brackets in text, 32 levels, an escaped backslash before u0000', async () => {
    expect((await post(bytes(0xef, 0xbb, 0xbf, '{"title":"bom"}'))).status).toBe(200)
    expect((await post({ title: 'brackets', description: '['.repeat(100) + '"' + '{'.repeat(100) })).status).toBe(200)
    expect((await post(`{"title":"deep","meta":{"a":${'['.repeat(30)}${']'.repeat(30)}}}`)).status).toBe(200)
    expect((await post('{"title":"backslash","description":"\\\\u0000"}')).status).toBe(200)
  })

  test('a name that is a part of every object changes no object', async () => {
    expect(
      (await post('{"title":"proto","__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}')).status,
    ).toBe(200)
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined()
  })
})

describe('the content type', () => {
  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'text/json',
    'application/jsonp',
    'application/json-patch',
    'x, application/json',
    '',
  ])('"%s" is refused', async (type) => {
    const { status, body } = await post('{"title":"type"}', { 'content-type': type })
    expect([status, body.error]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
  })

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON', 'application/vnd.x+json'])(
    '"%s" is taken, and its body is read',
    async (type) => {
      const { status, body } = await post({ title: `as ${type}` }, { 'content-type': type })
      expect([status, body.title]).toEqual([200, `as ${type}`])
    },
  )

  test('of no body does not matter', async () => {
    const { status } = await request('POST', '/api/v1/auth/user/signout', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(status).toBe(200)
  })
})

describe('a body over the limit', () => {
  const small = { ...env, NC_REQUEST_BODY_SIZE: '200' }
  const ofSize = (size: number) => `{"title":"size ${size}"}`.padEnd(size)
  const send = (body: unknown, headers: Record<string, string> = {}) =>
    request('POST', PROJECTS, { auth: ada.auth, body, headers, env: small })

  /** Without a length that could be believed. */
  const chunked = (text: string) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (const part of text.match(/.{1,50}/gs) ?? []) controller.enqueue(bytes(part))
        controller.close()
      },
    })

  test.each<[string, (text: string) => unknown]>([
    ['of known length', (text) => text],
    ['in chunks', chunked],
  ])('%s is 413, and one of just the limit is not', async (_, form) => {
    const fits = await send(form(ofSize(200)))
    expect(fits.status).toBe(typeof form('') === 'string' ? 200 : 400)
    const before = await dump(env.DB)
    const answer = await send(form(ofSize(201)))
    expect([answer.status, answer.body]).toEqual([
      413,
      {
        error: 'PAYLOAD_TOO_LARGE',
        message: 'The request body is larger than 200 bytes.',
        msg: 'The request body is larger than 200 bytes.',
      },
    ])
    expect(await dump(env.DB)).toEqual(before)
  })

  test('is 413 also where its length is understated', async () => {
    expect((await send(ofSize(201), { 'content-length': '5' })).status).toBe(413)
  })

  test('is 413 also for routes that read no body', async () => {
    const answer = await request('POST', '/api/v1/auth/user/signout', { body: ofSize(201), env: small })
    expect(answer.status).toBe(413)
  })

  test('logs nothing: it is no failure of ours', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    await send(chunked(ofSize(201)))
    expect(log).not.toHaveBeenCalled()
    log.mockRestore()
  })

  test('is one of more than a mebibyte by default', async () => {
    expect((await post(`{"title":"x","description":"${'x'.repeat(10 * 1024 * 1024)}"}`)).status).toBe(413)
  })
})

describe('a long password', () => {
  test('is refused in under 200 ms', async () => {
    const body = { email: 'x@example.org', password: 'x'.repeat(60_000) }
    const refuse = async () => expect((await request('POST', '/api/v1/auth/user/signin', { body })).status).toBe(400)
    expect(await fastest(200, refuse)).toBeLessThan(200)
  })
})

describe('paths', () => {
  test.each([
    '/nowhere',
    '/api/v1',
    '/api/v1/',
    '/api/v2/meta/nothing',
    '/api/v1/db//meta/projects',
    '/API/V1/HEALTH',
    '/api/v1/health/x',
    '/api/v1/heal%74h',
    '/api/v1/auth/user/%73ignin',
    '/.dev.vars',
    '/__scheduled',
    '/cdn-cgi/handler/scheduled',
    '/src/index.ts',
    '/wrangler.toml',
  ])('%s is 404, as JSON', async (path) => {
    const { status, headers, body } = await request('GET', path, { headers: { accept: 'application/json' } })
    expect(status).toBe(404)
    expect(headers.get('content-type')).toBe('application/json')
    expect(body.error).toBe('NOT_FOUND')
    expect(body.msg).toBe(body.message)
  })

  test.each(['/api/v1/db/meta/projects/%00', '/api/v1/db/meta/projects/a%00b/users'])('%s: NUL is 400', async (path) => {
    const { status, body } = await request('GET', path, { auth: ada.auth })
    expect([status, body.error, body.message]).toEqual([400, 'INVALID_PARAMETER', 'The path holds a NUL character.'])
  })

  test.each(['%', '%zz', '%E0%A4%A', '%C0%AF', '%ED%A0%80'])('a broken encoding, %s, is 400', async (text) => {
    for (const path of [`${PROJECTS}/${text}`, `${PROJECTS}?where=${text}`]) {
      const { status, body } = await request('GET', path, { auth: ada.auth })
      expect([path, status, body.error]).toEqual([path, 400, 'INVALID_PARAMETER'])
    }
  })

  test('an encoded slash stays inside its segment: it reaches no other route', async () => {
    const { id } = await createProject(ada.auth)
    expect((await request('GET', `/api/v1/db/meta/projects/${id}%2Fusers`, { auth: ada.auth })).body.error).toBe(
      'PROJECT_NOT_FOUND',
    )
    expect((await request('GET', `/api/v1/db/meta/projects%2F${id}`, { auth: ada.auth })).status).toBe(404)
    expect((await request('GET', '/api/v1/db/meta/projects/..%2F..%2F..%2Fusers', { auth: ada.auth })).body.error).toBe(
      'PROJECT_NOT_FOUND',
    )
  })

  test('a slash at the end does not matter', async () => {
    expect((await request('GET', '/api/v1/health/')).status).toBe(200)
    expect((await request('GET', `${ORIGIN}//api/v1//health`)).status).toBe(200)
    expect((await request('GET', `${PROJECTS}/`, { auth: ada.auth })).status).toBe(200)
    expect((await request('GET', PROJECTS, { auth: ada.auth })).status).toBe(200)
  })
})

describe('methods', () => {
  test.each([
    ['DELETE', '/api/v1/health', 'GET'],
    ['PUT', '/api/v1/auth/user/signin', 'POST'],
    ['GET', '/api/v1/auth/user/signin', 'POST'],
    ['HEAD', '/api/v1/auth/user/signin', 'POST'],
    ['PUT', '/api/v1/db/meta/projects/', 'GET, POST'],
    ['POST', '/api/v1/db/meta/projects/p_x', 'GET, PATCH, DELETE'],
    ['PURGE', '/api/v1/health', 'GET'],
  ])('%s %s is 405 and says what is allowed: %s', async (method, path, allow) => {
    const { status, headers, body } = await request(method, path)
    expect([status, headers.get('allow')]).toEqual([405, allow])
    if (method !== 'HEAD') expect(body.error).toBe('METHOD_NOT_ALLOWED')
  })

  test('a method that is not allowed is refused before anyone is asked who they are, and does nothing', async () => {
    const { id } = await createProject(ada.auth)
    const before = await dump(env.DB)
    expect((await request('PUT', `${PROJECTS}/${id}`, { auth: ada.auth, body: { title: 'x' } })).status).toBe(405)
    expect(await dump(env.DB)).toEqual(before)
  })

  test('HEAD is GET without the body, and as well guarded', async () => {
    const head = await request('HEAD', '/api/v1/health')
    expect([head.status, head.body]).toEqual([200, ''])
    expect(head.headers.get('content-type')).toBe('application/json')
    expect((await request('HEAD', PROJECTS)).status).toBe(401)
    expect((await request('HEAD', PROJECTS, { auth: ada.auth })).status).toBe(200)
  })

  test('no header and no field makes one method another', async () => {
    const { id } = await createProject(ada.auth)
    const headers = { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE', 'x-http-method': 'DELETE' }
    expect((await request('GET', `${PROJECTS}/${id}?_method=DELETE`, { auth: ada.auth, headers })).body.id).toBe(id)
    expect((await request('GET', `${PROJECTS}/${id}`, { auth: ada.auth })).status).toBe(200)
  })
})

describe('other origins', () => {
  const preflight = (origin: string, bindings: Bindings = env) =>
    request('OPTIONS', PROJECTS, {
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'xc-auth,content-type' },
      env: bindings,
    })

  test('may call by default, with the headers of credentials and without cookies', async () => {
    const { status, headers } = await preflight('https://app.test')
    expect(status).toBe(204)
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-allow-methods')).toBe('GET,POST,PATCH,PUT,DELETE')
    expect(headers.get('access-control-allow-headers')).toBe('xc-auth,content-type')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  })

  test('may send what libraries that trace and monitor a page add, from a base URL as it was pasted', async () => {
    const added = 'traceparent,tracestate,baggage,sentry-trace,x-request-id,x-datadog-trace-id,newrelic,xc-token'
    const headers = {
      origin: 'https://app.test',
      'access-control-request-method': 'GET',
      'access-control-request-headers': added,
    }
    for (const path of [PROJECTS, `${PROJECTS}/`, `/${PROJECTS}`, '//api/v1//db/meta/projects//', '/auth/user/signin']) {
      const answer = await request('OPTIONS', `${ORIGIN}${path}`, { headers })
      expect([path, answer.status, answer.headers.get('access-control-allow-headers')]).toEqual([path, 204, added])
    }
  })

  const misset = (settings: Partial<Bindings>): Bindings => ({ ...env, ...settings })
  const down = { ...env, DB: tapD1(env.DB, { before: () => Promise.reject(new Error('D1_ERROR: D1 DB is overloaded.')) }) }

  test.each<[status: number, method: string, path: string, options: RequestOptions]>([
    [200, 'GET', '/api/v1/health', {}],
    [401, 'GET', PROJECTS, {}],
    [404, 'GET', '/api/v1/nowhere', {}],
    [405, 'DELETE', '/api/v1/health', {}],
    [400, 'GET', `${PROJECTS}/%zz`, {}],
    [400, 'GET', `${PROJECTS}/%00`, {}],
    [400, 'GET', `${PROJECTS}?where=%zz`, {}],
    [400, 'POST', '/api/v1/auth/user/signin', { body: '{' }],
    [413, 'POST', '/api/v1/auth/user/signin', { body: ' '.repeat(70_000) }],
    [415, 'POST', '/api/v1/auth/user/signin', { body: 'a=b', headers: { 'content-type': 'text/plain' } }],
    [403, 'POST', 'http://api.example.org/api/v1/auth/user/signin', { body: {} }],
    [308, 'GET', 'http://api.example.org/api/v1/health', {}],
    [503, 'GET', '/api/v1/ready', { env: down }],
    [503, 'GET', '/api/v1/health', { env: misset({ NC_AUTH_JWT_SECRET: '' }) }],
    [503, 'GET', '/api/v1/health', { env: misset({ NC_CORS_ORIGINS: 'nonsense' }) }],
  ])('may read %i, of %s %s', async (status, method, path, options) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const answer = await request(method, path, { ...options, headers: { origin: 'https://app.test', ...options.headers } })
    log.mockRestore()
    expect(answer.status).toBe(status)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-expose-headers')).toContain('x-request-id')
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
  })

  test('may send a preflight to a server whose settings are wrong, so that they can read so', async () => {
    expect((await preflight('https://app.test', misset({ NC_AUTH_JWT_SECRET: '' }))).status).toBe(204)
  })

  test('may read no page of the dashboard', async () => {
    const { headers } = await request('GET', '/projects', { headers: { origin: 'https://app.test' } })
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  test('are those of NC_CORS_ORIGINS where it is set', async () => {
    const narrow = { ...env, NC_CORS_ORIGINS: 'https://app.test,https://other.test' }
    const allowed = await preflight('https://app.test', narrow)
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.test')
    expect(allowed.headers.get('vary')).toMatch(/origin/i)
    for (const origin of ['https://evil.test', 'https://app.test.evil.test', 'http://app.test', 'null']) {
      expect((await preflight(origin, narrow)).headers.get('access-control-allow-origin')).toBeNull()
    }
  })
})

describe('every answer', () => {
  test.each([
    ['a good one', '/api/v1/health', 200],
    ['401', PROJECTS, 401],
    ['404', '/nowhere', 404],
    ['400', '/%zz', 400],
  ])('%s has the headers that keep browsers from guessing, framing and keeping it', async (_, path, status) => {
    const answer = await request('GET', path, { headers: { accept: 'application/json' } })
    expect(answer.status).toBe(status)
    const headers = Object.fromEntries(answer.headers)
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
      'strict-transport-security': 'max-age=31536000',
      'cross-origin-opener-policy': 'same-origin',
    })
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(headers).not.toHaveProperty('x-powered-by')
    expect(headers).not.toHaveProperty('server')
  })
})

describe('what nobody expected', () => {
  test('shows the client a code and the request id, and the log the cause', async () => {
    const secretive = new Error('SELECT password_hash FROM users -- D1_ERROR: near FORM: syntax error')
    const broken = {
      ...env,
      DB: {
        prepare: () => {
          throw secretive
        },
      } as unknown as D1Database,
    }
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { status, headers, body } = await request('GET', PROJECTS, { auth: ada.auth, env: broken })
    const logged = log.mock.calls.flat().join('\n')
    log.mockRestore()
    expect(status).toBe(500)
    const message = 'Something went wrong on the server.'
    expect(body).toEqual({ error: 'INTERNAL_ERROR', message, msg: message, request_id: headers.get('x-request-id') })
    expect(logged).toContain('near FORM')
    expect(logged).toContain(body.request_id)
    expect(logged).not.toContain(ada.auth)
  })
})
