/** What a table adds to the document of its project: every operation on its rows, and what these refer to. */
import type { Table } from '../../data/types/column'
import { type ErrorDocumentation, commonErrors, documentErrors, errorExamples } from '../../openapi/failures'
import { type NamedTable, uncapitalized } from '../../openapi/names'
import { tableSchemas } from '../../openapi/schemas'
import { answerRef, bodyRef, tableAnswers, tableBodies } from './row-bodies'
import {
  type OperationName,
  type RowOperation,
  type Through,
  ROW_OPERATIONS,
  WAYS,
  operationSuffix,
  operationsThrough,
  pathParameters,
  refusalsOf,
} from './row-operations'
import { parameterRef, tableParameters } from './row-parameters'

/** Members of each section, as JSON without braces. */
export interface TableParts {
  paths: string
  schemas: string
  parameters: string
  requestBodies: string
  responses: string
}

/** `tags`: of the operations on the table, and of those through its view. */
export function tableParts(table: NamedTable, tags: Readonly<Record<Through, string>>): TableParts {
  const paths = new Map<string, string[]>()
  for (const through of WAYS) {
    for (const name of operationsOf(table, through)) {
      const operation: RowOperation = ROW_OPERATIONS[name]
      const path = pathOf(operation, table, through)
      const members = paths.get(path) ?? pathMembers(operation, table)
      paths.set(path, [...members, `"${operation.method}":{${describeOperation(name, table, through, tags[through])}}`])
    }
  }
  return {
    paths: Array.from(paths, ([path, members]) => `${JSON.stringify(path)}:{${members.join(',')}}`).join(','),
    schemas: membersOf(tableSchemas(table)),
    ...tableComponents(table),
  }
}

function operationsOf(table: Table, through: Through): OperationName[] {
  return operationsThrough(through).filter((name) => {
    const { isOf }: RowOperation = ROW_OPERATIONS[name]
    return isOf?.(table) ?? true
  })
}

/** Paths carry ids: a title may hold anything, and may change. */
function pathOf(operation: RowOperation, { id, projectId, viewId }: Table, through: Through): string {
  const table = `noco/${projectId}/${id}`
  if (operation.below === 'bulk') return `/api/v1/db/data/bulk/${table}${operation.path}`
  return `/api/v1/db/data/${table}${through === 'view' ? `/views/${viewId}` : ''}${operation.path}`
}

function pathMembers(operation: RowOperation, table: NamedTable): string[] {
  const names = pathParameters(operation)
  return names.length === 0 ? [] : [membersOf({ parameters: names.map((name) => parameterRef(table, name)) })]
}

function tableComponents(table: NamedTable): Omit<TableParts, 'paths' | 'schemas'> {
  const operations = operationsOf(table, 'table').map((name): RowOperation => ROW_OPERATIONS[name])
  const parameters = operations.flatMap((operation) => [...operation.parameters, ...pathParameters(operation)])
  const bodies = operations.flatMap(({ body }) => body ?? [])
  const answers = operations.map(({ answer }) => answer)
  return {
    parameters: membersOf(tableParameters(table, [...new Set(parameters)])),
    requestBodies: membersOf(tableBodies(table, [...new Set(bodies)])),
    responses: membersOf(tableAnswers(table, [...new Set(answers)])),
  }
}

function describeOperation(name: OperationName, table: NamedTable, through: Through, tag: string): string {
  const { parameters, body, answer }: RowOperation = ROW_OPERATIONS[name]
  const own = membersOf({
    operationId: uncapitalized(`${table.codeName}${operationSuffix(name, through)}`),
    tags: [tag],
    ...(parameters.length > 0 && { parameters: parameters.map((parameter) => parameterRef(table, parameter)) }),
    ...(body !== undefined && { requestBody: bodyRef(table, body) }),
  })
  const { words, errors } = SAME[through].get(name) ?? { words: '', errors: '' }
  return `${own},${words},"responses":{"200":${JSON.stringify(answerRef(table, answer))},${errors}}`
}

/** An object as JSON, without its braces. */
export function membersOf(object: object): string {
  return JSON.stringify(object).slice(1, -1)
}

/** What an operation says of every table, as text: a large project has thousands of each. */
interface SameForAll {
  words: string
  errors: string
}

/** Many errors are the same for many operations: each is a component, made once. */
export const ERROR_COMPONENTS: { responses: Record<string, ErrorDocumentation>; examples: Record<string, object> } = {
  responses: {},
  examples: {},
}

const SAME: Readonly<Record<Through, ReadonlyMap<OperationName, SameForAll>>> = {
  table: sameForAll('table'),
  view: sameForAll('view'),
}

/** Fills ERROR_COMPONENTS on the way. */
function sameForAll(through: Through): Map<OperationName, SameForAll> {
  return new Map(
    operationsThrough(through).map((name) => {
      const operation: RowOperation = ROW_OPERATIONS[name]
      const { method, summary, description } = operation
      const codes = [...commonErrors({ method }), ...refusalsOf(operation, through)]
      Object.assign(ERROR_COMPONENTS.examples, errorExamples(codes))
      const errors = [...documentErrors(codes)].map(([status, response]) => [status, errorRef(response)] as const)
      return [name, { words: membersOf({ summary, description }), errors: membersOf(Object.fromEntries(errors)) }]
    }),
  )
}

function errorRef(response: ErrorDocumentation): object {
  const { responses } = ERROR_COMPONENTS
  const known = Object.entries(responses).find(([, { description }]) => description === response.description)
  const name = known?.[0] ?? `error-${Object.keys(responses).length + 1}`
  responses[name] = response
  return { $ref: `#/components/responses/${name}` }
}
