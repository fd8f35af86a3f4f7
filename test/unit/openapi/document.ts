/** A project's document as a reader of it sees it: every operation, with all that it refers to. */
import type { Table } from '../../../src/data/types/column'
import { projectDocument } from '../../../src/openapi/project'
import { type Json, resolve } from './conforms'
import { LIMITS, ORIGIN, PROJECT } from './tables'

export interface Parameter {
  name: string
  in: 'query' | 'path' | 'header'
  required?: boolean
  description: string
  schema: Json
  example?: unknown
  examples?: Record<string, { summary: string; value: string }>
}

export interface Described {
  description: string
  headers?: Record<string, { required?: boolean; schema: Json }>
  content?: Record<string, { schema: Json; example?: unknown; examples?: Record<string, { $ref: string }> }>
}

export type Method = 'get' | 'post' | 'patch' | 'delete'
export const METHODS: readonly Method[] = ['get', 'post', 'patch', 'delete']

export interface Operation {
  id: string
  method: Method
  path: string
  tags: string[]
  summary: string
  /** Those of its path too. */
  parameters: Parameter[]
  body: { schema: Json; example?: unknown } | undefined
  /** By status. */
  responses: Record<string, Described>
}

export type Document = Json & {
  info: { title: string }
  servers: { url: string }[]
  tags: { name: string; description: string }[]
  paths: Record<string, Json>
  components: Record<'schemas' | 'parameters' | 'responses' | 'requestBodies' | 'headers' | 'examples', Record<string, Json>>
}

export function documentOf(tables: readonly Table[], { title = PROJECT.title, limits = LIMITS } = {}): Document {
  return JSON.parse(projectDocument({ project: { ...PROJECT, title }, tables, origins: [ORIGIN], limits })) as Document
}

export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => readOperation(document, path, method)),
  )
}

/** The operation whose id begins with `id`, such as `list`, on the rows of a table. */
export function operationOf(document: Document, id: string, tableId: string): Operation {
  const found = operationsOf(document).find((operation) => operation.id === `${id}-${tableId}`)
  if (found === undefined) throw new Error(`the document has no ${id}-${tableId}`)
  return found
}

function readOperation(document: Document, path: string, method: Method): Operation {
  const item = document.paths[path] ?? {}
  const operation = item[method] as Json
  const follow = (node: unknown): unknown => followed(document, node)
  const body = operation['requestBody'] === undefined ? undefined : (follow(operation['requestBody']) as Described)
  const responses = Object.entries(operation['responses'] as Json)
  return {
    id: String(operation['operationId']),
    method,
    path,
    tags: operation['tags'] as string[],
    summary: String(operation['summary']),
    parameters: [...listOf(item['parameters']), ...listOf(operation['parameters'])].map((node) => follow(node) as Parameter),
    body: body?.content?.['application/json'],
    responses: Object.fromEntries(
      responses.map(([status, node]) => {
        const response = follow(node) as Described
        const headers = Object.entries(response.headers ?? {}).map(([name, header]) => [name, follow(header)])
        return [status, { ...response, headers: Object.fromEntries(headers) as Described['headers'] & object }]
      }),
    ),
  }
}

function followed(document: Document, node: unknown): unknown {
  const reference = (node as Json)['$ref']
  return typeof reference === 'string' ? resolve(document, reference) : node
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
