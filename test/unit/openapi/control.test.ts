import { describe, expect, test } from 'vitest'
import { createApp } from '../../../src/app'
import { controlDocument } from '../../../src/openapi/control'
import { beyond, redocly, spectral } from './lint'
import { ORIGIN } from './tables'

interface Response {
  description: string
  'x-error-codes'?: string[]
  content?: Record<string, { examples?: object }>
}

const app = createApp()
const document = controlDocument(app, [ORIGIN]) as {
  tags: { name: string }[]
  paths: Record<string, Record<string, { tags: string[]; security?: object[]; responses: Record<string, Response> }>>
}
const operations = Object.values(document.paths).flatMap((item) => Object.values(item))

describe('the document of the fixed routes', () => {
  test('is clean to Redocly', async () => {
    const findings = await redocly(document)
    // Health, version and pages: nothing that a client sends is wrong there. And NocoDB's paths are as they are: a literal
    // segment (`bulk`, `count`) wins over a parameter.
    expect(beyond(findings, 'operation-4xx-response', 'no-ambiguous-paths')).toEqual([])
  })

  test('is clean to Spectral', async () => {
    // A summary that says all needs no second sentence.
    expect(beyond(await spectral(document), 'operation-description')).toEqual([])
  })

  test('describes every tag that a route has, and no other', () => {
    expect(new Set(document.tags.map(({ name }) => name))).toEqual(new Set(operations.flatMap(({ tags }) => tags)))
  })

  const statusesOf = (chosen: typeof operations): Set<string>[] => chosen.map(({ responses }) => new Set(Object.keys(responses)))
  const isGuarded = ({ security }: (typeof operations)[number]): boolean => security === undefined || security.length > 0

  test('says 401 of what needs a credential, and of nothing else', () => {
    expect(statusesOf(operations.filter(isGuarded)).every((statuses) => statuses.has('401'))).toBe(true)
    expect(statusesOf(operations.filter((operation) => !isGuarded(operation))).some((statuses) => statuses.has('401'))).toBe(
      false,
    )
  })

  test('says 400, 413 and 415 of every write, for a body is looked at wherever it comes, and 503 of everything', () => {
    const writes = Object.values(document.paths).flatMap((item) =>
      Object.entries(item).flatMap(([method, write]) => (method === 'get' ? [] : write)),
    )
    expect(statusesOf(writes).every((statuses) => ['400', '413', '415'].every((status) => statuses.has(status)))).toBe(true)
    const reads = Object.values(document.paths).flatMap(({ get }) => get ?? [])
    expect(statusesOf(reads).some((statuses) => statuses.has('413') || statuses.has('415'))).toBe(false)
    expect(statusesOf(operations).every((statuses) => statuses.has('503'))).toBe(true)
  })

  test('adds to the codes of a status that a route declares, without saying one twice', () => {
    const create = document.paths['/api/v1/db/meta/projects/{projectId}/tables']?.['post']
    const codes = create?.responses['400']?.['x-error-codes']
    expect(codes).toEqual(expect.arrayContaining(['INVALID_TABLE', 'BAD_JSON']))
    for (const { responses } of operations) {
      for (const { 'x-error-codes': listed = [] } of Object.values(responses)) {
        expect(new Set(listed).size).toBe(listed.length)
      }
    }
  })

  test('shows an answer with each code that a status has', () => {
    const { examples } = (document as unknown as { components: { examples: Record<string, { value: { error: string } }> } })
      .components
    for (const { responses } of operations) {
      for (const [status, { description, content, 'x-error-codes': codes = [] }] of Object.entries(responses)) {
        expect(codes.length > 0).toBe(status !== '200')
        if (codes.length > 0) expect(description).toBe(codes.map((code) => `\`${code}\``).join(', '))
        const shown = Object.keys(content?.['application/json']?.examples ?? {})
        expect(shown).toEqual(codes)
        expect(shown.map((code) => examples[code]?.value.error)).toEqual(codes)
      }
    }
  })

  test('is generated once, whatever address it is asked for at', () => {
    const size = app.openAPIRegistry.definitions.length
    const other = controlDocument(app, ['https://other.test'])
    expect(other).toMatchObject({ servers: [{ url: 'https://other.test' }] })
    expect(document).toMatchObject({ servers: [{ url: ORIGIN }] })
    expect(other['paths']).toBe(document.paths)
    expect(app.openAPIRegistry.definitions).toHaveLength(size)
  })
})
