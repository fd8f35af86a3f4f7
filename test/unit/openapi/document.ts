/** A project's document as a reader of it sees it: every operation, with all that it refers to. */
import type { Table } from '../../../src/data/types/column'
import { OPERATION_SUFFIXES } from '../../../src/api/v1/row-operations'
import { projectDocument } from '../../../src/api/v1/project-document'
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
  'x-error-codes'?: string[]
  headers?: Record<string, { required?: boolean; schema: Json }>
  content?: Record<string, { schema: Json; example?: unknown; examples?: Record<string, { $ref: string }> }>
}

export type Method = 'get' | 'post' | 'patch' | 'delete'
export const METHODS: readonly Method[] = ['get', 'post', 'patch', 'delete']

export interface Operation {
  id: string
  /** The id without the table: `listRows`, `viewListRows`. */
  name: string
  tableId: string
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

/** Of the documents that were read: following all that one refers to takes a tenth of a second. */
const read = new WeakMap<Document, Operation[]>()

export function operationsOf(document: Document): readonly Operation[] {
  const operations = read.get(document) ?? readOperations(document)
  read.set(document, operations)
  return operations
}

function readOperations(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => readOperation(document, path, method)),
  )
}

/** The operation of a name, such as `listRows`, on the rows of a table. */
export function operationOf(document: Document, name: string, tableId: string): Operation {
  const found = operationsOf(document).find((operation) => operation.name === name && operation.tableId === tableId)
  if (found === undefined) throw new Error(`the document has no ${name} of ${tableId}`)
  return found
}

function nameOf(id: string, path: string): string {
  const isOfView = (suffix: string): boolean => suffix.startsWith('View')
  const suffix = OPERATION_SUFFIXES.find((one) => id.endsWith(one) && isOfView(one) === path.includes('/views/'))
  if (suffix === undefined) throw new Error(`${id} is the name of no operation`)
  return suffix.charAt(0).toLowerCase() + suffix.slice(1)
}

function readOperation(document: Document, path: string, method: Method): Operation {
  const item = document.paths[path] ?? {}
  const operation = item[method] as Json
  const follow = (node: unknown): unknown => followed(document, node)
  const body = operation['requestBody'] === undefined ? undefined : (follow(operation['requestBody']) as Described)
  const responses = Object.entries(operation['responses'] as Json)
  return {
    id: String(operation['operationId']),
    name: nameOf(String(operation['operationId']), path),
    tableId: /md_\w+/.exec(path)?.[0] ?? '',
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
