/** From an OpenAPI document to requests: most fit it, many nearly do, and some are what nobody would think of. */
import { type Json, resolve } from '../unit/openapi/conforms'
import { flatten } from './openapi-values'

/** A number from 0 to 1, the same ones for the same seed. */
export type Random = () => number

/** Mulberry32: 32 bits of state, good enough to choose by. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface Parameter {
  name: string
  in: 'query' | 'path' | 'header'
  required?: boolean
  schema: Json
  example?: unknown
  examples?: Record<string, { value: unknown }>
}

export interface Operation {
  document: Json
  method: string
  path: string
  parameters: Parameter[]
  /** Schema of the body by content type; empty where none is taken. */
  bodies: [type: string, schema: Json][]
  /** By status: the schema by content type. */
  responses: Record<string, Record<string, { schema?: Json }>>
}

export function readOperations(document: Json): Operation[] {
  const follow = (node: unknown): Json => {
    const reference = (node as Json)['$ref']
    return typeof reference === 'string' ? resolve(document, reference) : (node as Json)
  }
  const contentOf = (node: unknown) => (follow(node)['content'] ?? {}) as Record<string, { schema?: Json }>
  return Object.entries(document['paths'] as Record<string, Json>).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Json>)
      .filter(([method]) => method !== 'parameters')
      .map(([method, operation]) => ({
        document,
        method: method.toUpperCase(),
        path,
        parameters: [item['parameters'], operation['parameters']].flatMap((list) =>
          ((list ?? []) as Json[]).map((node) => follow(node) as unknown as Parameter),
        ),
        bodies: Object.entries(contentOf(operation['requestBody'] ?? {})).map(([type, { schema = {} }]): [string, Json] => [
          type,
          schema,
        ]),
        responses: Object.fromEntries(
          Object.entries(operation['responses'] as Json).map(([status, node]) => [status, contentOf(node)]),
        ),
      })),
  )
}

export interface Call {
  method: string
  /** With the query. */
  path: string
  headers: Record<string, string>
  body?: string
}

/** What is there, for a request to name: by parameter of a path; and words that bodies and queries may hold. */
export interface Known {
  inPath: Record<string, readonly string[]>
  words: readonly string[]
  /** Of pages that were answered. */
  cursors: string[]
}

const ODD_TEXTS = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  'a\u0301\u0323',
  '\u202e(evil)',
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  '\ufeffTitle',
  '__proto__',
  'constructor',
  "'; DROP TABLE users; --",
  '"quoted", and \\ more',
  '../../etc/passwd',
  '%',
  '%zz',
  '${7*7}',
  '1e400',
  '-0',
  'null',
  '2026-02-30',
  '9'.repeat(400),
] as const
const HUGE = 'x'.repeat(20_000)
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e20,
  2 ** 53,
  -1e308,
  [],
  {},
  [[[[[]]]]],
  [null],
  { toString: 1 },
  JSON.parse('{"__proto__": {"a": 1}}'),
  HUGE,
]
const ODD_PATHS = ['%', '%zz', '%00', '%2F', '%e0%a4%a', '%F0%9F%92%A9', '.', '..', '%20', 'x'.repeat(2000), '%ED%A0%80']
const ODD_TYPES = [
  'text/plain',
  'application/xml',
  'application/json; charset=utf-16',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  ';',
  'APPLICATION/JSON',
  'application/vnd.api+json',
]
const ODD_BODIES = [
  '',
  '{',
  '[',
  'nul',
  '{"a":1}}',
  '[1,]',
  '{"a":1e999}',
  '"\\ud800"',
  '\u0000',
  '{"a":1,"a":2}',
  '['.repeat(5000),
  '{}',
  '[]',
]
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Makes requests of operations. */
export class Fuzzer {
  constructor(
    private readonly random: Random,
    private readonly known: Known,
  ) {}

  chance(share: number): boolean {
    return this.random() < share
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.random() * items.length)]
    if (item === undefined && items.length === 0) throw new Error('nothing to pick from')
    return item as Item
  }

  callOf(operation: Operation): Call {
    const headers: Record<string, string> = {}
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => this.pathValue(name))
    for (const parameter of operation.parameters) {
      if (parameter.in === 'header' && this.chance(0.3)) headers[parameter.name] = this.headerValue(parameter.name)
    }
    const body = this.body(operation, headers)
    const method = this.chance(0.03) ? this.pick(METHODS) : operation.method
    const call: Call = { method, path: this.spoiltPath(path) + this.query(operation), headers }
    return body === undefined || method === 'GET' ? call : { ...call, body }
  }

  private pathValue(name: string): string {
    if (this.chance(0.03)) return this.pick(ODD_PATHS)
    if (this.chance(0.03)) return encodeURIComponent(this.pick(ODD_TEXTS).toWellFormed())
    const others = Object.values(this.known.inPath).flat()
    const values = this.chance(0.04) ? [...others, 'nobody'] : (this.known.inPath[name] ?? ['nobody'])
    return encodeURIComponent(this.pick(values))
  }

  private spoiltPath(path: string): string {
    if (this.chance(0.01)) return `${path}/${this.pick(ODD_PATHS)}`
    return this.chance(0.02) ? `${path}/` : path
  }

  private headerValue(name: string): string {
    if (/match/i.test(name)) return this.pick(['*', '"v1"', '"v999"', 'W/"v1"', 'nobody', '""', '*, *'])
    return this.pick(['key one', 'key two', 'key three', '', ' ', 'k'.repeat(300)])
  }

  private query({ parameters, document }: Operation): string {
    const parts = parameters
      .filter((parameter) => parameter.in === 'query' && this.chance(parameter.required === true ? 0.95 : 0.2))
      .flatMap((parameter) => Array.from({ length: this.chance(0.04) ? 2 : 1 }, () => this.queryPart(document, parameter)))
    if (this.chance(0.02)) parts.push(this.pick(['%', 'a=%zz', '=', '&&', 'limit[]=1', 'nobody=1', '__proto__=1', 'where=%00']))
    return parts.length === 0 ? '' : `?${parts.join('&')}`
  }

  private queryPart(document: Json, parameter: Parameter): string {
    return `${encodeURIComponent(parameter.name)}=${encodeURIComponent(this.queryValue(document, parameter).toWellFormed())}`
  }

  private queryValue(document: Json, { name, schema, example, examples }: Parameter): string {
    if (this.chance(0.1)) return this.pick(ODD_TEXTS)
    if (name === 'cursor' && this.known.cursors.length > 0) return this.pick(this.known.cursors)
    const shown = [...Object.values(examples ?? {}).map(({ value }) => value), ...(example === undefined ? [] : [example])]
    const value = shown.length > 0 && this.chance(0.7) ? this.pick(shown) : this.value(document, schema)
    return typeof value === 'string' ? value : JSON.stringify(value)
  }

  private body({ bodies, document }: Operation, headers: Record<string, string>): string | undefined {
    const [type, schema] = bodies.length === 0 ? ['application/json', {}] : this.pick(bodies)
    headers['content-type'] = this.chance(0.03) ? this.pick(ODD_TYPES) : type
    if (this.chance(0.04)) return this.pick(ODD_BODIES)
    if (bodies.length === 0) return undefined
    if (type !== 'application/json')
      return this.pick(['Name,Qty\nPen,1\n', '', '\u0000', 'a\tb\n1\t2\n', '"', HUGE, '\ufeffName\nx\n'])
    const text = JSON.stringify(this.value(document, schema))
    return this.chance(0.02) ? text.slice(0, -1) : text
  }

  /** Of the schema but for what chance spoils. */
  private value(document: Json, schema: Json, depth = 0): unknown {
    if (this.chance(0.03)) return this.chance(0.5) ? this.pick(ODD_VALUES) : this.pick(ODD_TEXTS)
    const flat = flatten(document, schema)
    const { enum: choices, anyOf, type, example, examples } = flat.schema
    if (Array.isArray(anyOf)) return this.value(document, this.pick(anyOf as Json[]), depth)
    if (Array.isArray(choices)) return this.pick(choices as unknown[])
    if (example !== undefined && this.chance(0.4)) return example
    if (Array.isArray(examples) && examples.length > 0 && this.chance(0.4)) return this.pick(examples as unknown[])
    const name = Array.isArray(type) ? this.pick(type as string[]) : String(type)
    switch (name) {
      case 'object':
        return this.object(document, flat, depth)
      case 'array':
        return Array.from({ length: Math.floor(this.random() * 4) }, () =>
          this.value(document, (flat.schema['items'] ?? {}) as Json, depth + 1),
        )
      case 'integer':
      case 'number':
        return this.pick([0, 1, 2, 7, 25, -1, 1000, 2 ** 31, name === 'number' ? 0.5 : 3])
      case 'boolean':
        return this.chance(0.5)
      case 'null':
        return null
      default:
        return this.text(flat.schema)
    }
  }

  private object(document: Json, { properties, required }: ReturnType<typeof flatten>, depth: number): unknown {
    const members = [...properties].filter(([name, member]) => {
      if (member['readOnly'] === true) return this.chance(0.05)
      return this.chance(required.includes(name) ? 0.96 : depth > 3 ? 0.05 : 0.35)
    })
    const entries = members.map(([name, member]) => [name, this.value(document, member, depth + 1)] as const)
    if (this.chance(0.03)) entries.push([this.pick(ODD_TEXTS), this.pick(ODD_VALUES)])
    return Object.fromEntries(entries)
  }

  private text({ format }: Json): string {
    if (this.chance(0.1)) return this.pick(ODD_TEXTS)
    switch (format) {
      case 'email':
      case 'idn-email':
        return this.pick(this.known.words.filter((word) => word.includes('@')))
      case 'date':
        return '2026-01-31'
      case 'uri':
        return 'https://example.org/a?b=c'
      default:
        return this.pick(this.known.words)
    }
  }
}
