/**
 * Snippets are pasted into shells and programs. Each language that this machine has runs what is written for it, against a
 * server that keeps what it was asked: whatever a title or a value holds, it arrives as it is, and nothing else is asked.
 */
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parser as goParser } from '@lezer/go'
import { parser as phpParser } from '@lezer/php'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type HttpRequest, LANGUAGES, inPath, urlOf } from '../../public/snippets/snippets.js'

const TOKEN = 'T'.repeat(40)
const HOSTILE = [
  `a'b"c\`d$(id)\\ \u00e4\n`,
  "'; touch owned; '",
  '"); process.exit(1) //',
  '${HOME} {$x} #{x} %s %d',
  '</script><!-- ?> */ """ \'\'\'',
  '\u202Egnp.exe\u2066 \u2028 \uFEFF',
  '__proto__',
  'JSON\nJSON;',
  '@file',
  '0',
  '!!',
]

interface Received {
  method: string
  url: string
  token: string | undefined
  type: string | undefined
  body: unknown
}

let server: Server
let origin: string
let received: Received[] = []
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-snippets-'))
  server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const text = Buffer.concat(parts).toString()
      const { 'xc-token': token, 'content-type': type } = request.headers
      const body: unknown = text === '' ? undefined : JSON.parse(text)
      received.push({ method: request.method ?? '', url: request.url ?? '', token: String(token), type, body })
      response.setHeader('content-type', 'application/json').end('{"fine": true}')
    })
  })
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done)
  })
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

beforeEach(() => {
  received = []
})

/** How a program of each language is run, many after each other in one process where that can be. */
const RUN: Record<string, { command: string; probe: string; run: (programs: readonly string[]) => Promise<unknown> }> = {
  curl: {
    command: 'curl',
    probe: '--version',
    run: (programs) => execute('sh', ['-c', `set -e\n${programs.map((program) => `${program} -sS --fail`).join('\n')}`]),
  },
  javascript: {
    command: process.execPath,
    probe: '--version',
    run: (programs) =>
      execute(process.execPath, ['--input-type=module', '-e', programs.map((program) => `{\n${program}\n}`).join('\n')]),
  },
  python: {
    command: 'python3',
    probe: '--version',
    run: (programs) => execute('python3', [file('program.py', programs.join('\n'))]),
  },
  php: {
    command: 'php',
    probe: '--version',
    run: (programs) =>
      execute('php', [file('program.php', `<?php\n${programs.map((program) => program.replace('<?php', '')).join('\n')}`)]),
  },
  go: {
    command: 'go',
    probe: 'version',
    run: async (programs) => {
      for (const program of programs) await execute('go', ['run', file('program.go', program)])
    },
  },
}

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

function execute(command: string, args: readonly string[]): Promise<unknown> {
  return promisify(execFile)(command, args, { cwd: folder, timeout: 60_000, maxBuffer: 2 ** 26 })
}

function isHere({ command, probe }: { command: string; probe: string }): boolean {
  try {
    execFileSync(command, [probe], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'] as const
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE))
/** `.` and `..` are no parts of a path: whoever writes one takes the id there. */
const part = text.filter((title) => !['', '.', '..'].includes(title))

const requests = fc.record({
  method: fc.constantFrom(...METHODS),
  parts: fc.array(part, { minLength: 1, maxLength: 3 }),
  query: fc.array(fc.tuple(part, text), { maxLength: 3 }),
  body: fc.option(fc.dictionary(text, fc.oneof(text, fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' }))), { nil: undefined }),
})

function requestOf({ method, parts, query, body }: typeof requests extends fc.Arbitrary<infer Case> ? Case : never): HttpRequest {
  const path = `${origin}/${parts.map(inPath).join('/')}`
  return {
    method,
    url: urlOf(path, query),
    headers: [['xc-token', TOKEN]],
    ...(method !== 'GET' && body !== undefined && { body }),
  }
}

/** What the server is to get: a lone surrogate is no text, and arrives as the sign for that. */
function expectedOf({ method, url, body }: HttpRequest): Received {
  const type = body === undefined ? undefined : 'application/json'
  return { method, url: url.slice(origin.length), token: TOKEN, type, body: body === undefined ? undefined : wellFormed(body) }
}

function wellFormed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(/\\ud[89a-f]../g, '\uFFFD'))
}

function hostileRequests(): HttpRequest[] {
  return METHODS.flatMap((method) =>
    HOSTILE.map((title) =>
      requestOf({
        method,
        parts: [title],
        query: [['where', `(${title},eq,"x")`]],
        body: { [title]: title, more: [title, 1, {}] },
      }),
    ),
  )
}

describe.each(LANGUAGES)('$label', ({ id, write }) => {
  const language = RUN[id]
  if (language === undefined) throw new Error(`No test runs ${id}`)

  // A language that is not on the machine cannot be run on it. For PHP and Go the tests by their grammars, below, always run.
  test.skipIf(!isHere(language))('asks for exactly what the request says, whatever is in it', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    const all = [...hostileRequests(), ...fc.sample(requests, { seed, numRuns: 60 }).map(requestOf)]
    // Each program of Go is compiled by itself, which takes a second: one of each method will do.
    const asked = id === 'go' ? METHODS.flatMap((method) => all.find((request) => request.method === method) ?? []) : all
    await language.run(asked.map(write))
    expect(received, `seed ${seed}`).toEqual(asked.map(expectedOf))
  })

  test('shows no character that cannot be seen, but for the ends of lines', () => {
    const seen = hostileRequests().map(write).join('')
    expect(/[^\P{C}\n\t]|[\u2028\u2029]/u.exec(seen)).toBeNull()
  })
})

/** Without PHP and Go on the machine: their grammars, and what their strings say. */
describe.each([
  { id: 'go', parser: goParser, strings: ['String'], read: goString },
  { id: 'php', parser: phpParser, strings: ['String', 'Interpolation'], read: phpString },
])('$id by its grammar', ({ id, parser, strings, read }) => {
  const write = LANGUAGES.find((language) => language.id === id)?.write

  test('has no syntax error, and strings that say what the request says', () => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    for (const request of [...hostileRequests(), ...fc.sample(requests, { seed, numRuns: 100 }).map(requestOf)]) {
      const program = write?.(request) ?? ''
      const found: string[] = []
      parser.parse(program).iterate({
        enter: ({ type, from, to }) => {
          if (type.isError) throw new Error(`Syntax error at ${from} (seed ${seed}):\n${program}`)
          if (strings.includes(type.name)) found.push(read(program.slice(from, to)))
        },
      })
      expect(found).toContain(request.url)
      for (const wanted of stringsOf(id, request)) expect(found, `seed ${seed}\n${program}`).toContain(wanted)
    }
  })
})

function stringsOf(id: string, { method, body }: HttpRequest): string[] {
  if (typeof body !== 'object' || body === null) return [method]
  if (id === 'php') return [method, ...Object.keys(body).map((name) => String(wellFormed(name)))]
  return [method]
}

function goString(source: string): string {
  return source.startsWith('`') ? source.slice(1, -1) : String(JSON.parse(source))
}

function phpString(source: string): string {
  const inner = source.slice(1, -1)
  if (source.startsWith("'")) return inner.replaceAll(/\\([\\'])/g, '$1')
  return inner.replaceAll(/\\u\{(\w+)\}|\\(.)/gs, (_, code?: string, sign = '') =>
    code === undefined ? sign : String.fromCodePoint(parseInt(code, 16)),
  )
}

test('the body of a Go program is the JSON of the request', () => {
  const body = { 'a`b': '`', "it's": ['"', null, true, 1.5] }
  const program = LANGUAGES.find(({ id }) => id === 'go')?.write({ method: 'POST', url: 'https://a/', headers: [], body }) ?? ''
  const [, written] = /NewReader\(`([^`]*)`\)/.exec(program) ?? []
  expect(JSON.parse(written ?? '')).toEqual(body)
})
