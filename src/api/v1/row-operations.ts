/**
 * The operations on every table's rows, one entry each: data/records/routes.ts and bulk-routes.ts serve them, project.ts lists
 * them per table. What they hold of a table (parameters, bodies, answers) are components, so that the operations through the
 * default view say the same in few words.
 */
import { type Permission, isAllowed } from '../../control/access/roles'
import { primaryKey } from '../../data/catalog/catalog'
import type { Table } from '../../data/types/column'
import { PROJECT_ROLES } from '../../env'
import type { ErrorCode } from '../../errors'
import { type AnswerName, type BodyName, answerRef, bodyRef, tableAnswers, tableBodies } from '../../openapi/answers'
import { groupFields, upsertFields } from '../../openapi/column'
import { type ErrorDocumentation, commonErrors, documentErrors, errorExamples } from '../../openapi/failures'
import { type NamedTable, capitalized, uncapitalized } from '../../openapi/names'
import { type ParameterName, parameterRef, tableParameters } from '../../openapi/parameters'
import { tableSchemas } from '../../openapi/schemas'

type Described = Readonly<Record<string, unknown>>

interface Operation {
  /** What follows the name of the table in its id. */
  name: string
  method: 'get' | 'post' | 'patch' | 'delete'
  /** Below the rows of the table or its view, or below its bulk routes, which no view has. */
  below: 'rows' | 'bulk'
  path: '' | `/${string}`
  permission: Permission
  summary: string
  description: string
  /** Those of the path are found in the path. */
  parameters: readonly ParameterName[]
  body?: BodyName
  answer: AnswerName
  /** Beside what every operation, every row, and every body may run into. */
  errors: readonly ErrorCode[]
  /** Whether the table has it; every table by default. */
  isOf?: (table: Table) => boolean
}

type Through = 'table' | 'view'

const hasKey = (table: Table): boolean => primaryKey(table).length > 0
const hasUpsert = (table: Table): boolean => upsertFields(table).length > 0
const hasGroups = (table: Table): boolean => groupFields(table).length > 0

const FILTER = ['where', 'filterArrJson'] as const
const SORT = ['sort', 'sortArrJson'] as const
const PAGE = ['limit', 'offset'] as const
const FILTER_ERRORS = ['INVALID_FILTER', 'FIELD_NOT_FOUND'] as const
const FIELD_ERRORS = [
  'INVALID_REQUEST_BODY',
  'FIELD_NOT_FOUND',
  'INVALID_VALUE_FOR_FIELD',
  'REQUIRED_FIELD_MISSING',
  'DUPLICATE_VALUE',
] as const

/** Paths that a parameter could swallow stand before it, as in the router. */
const OPERATIONS: readonly Operation[] = [
  {
    name: 'listRows',
    method: 'get',
    below: 'rows',
    path: '',
    permission: 'dataList',
    summary: 'List rows',
    description: 'A page of the rows that pass the filter, in the order asked for, and how many pass it in all.',
    parameters: ['fields', ...SORT, ...FILTER, ...PAGE, 'cursor', 'shuffle'],
    answer: 'page',
    errors: [...FILTER_ERRORS, 'INVALID_CURSOR'],
  },
  {
    name: 'insertRow',
    method: 'post',
    below: 'rows',
    path: '',
    permission: 'dataInsert',
    summary: 'Insert a row',
    description: 'Fields that are left out get their default, or no value. The answer is the row as it was stored.',
    parameters: ['idempotencyKey'],
    body: 'new',
    answer: 'row',
    errors: FIELD_ERRORS,
  },
  {
    name: 'findRow',
    method: 'get',
    below: 'rows',
    path: '/find-one',
    permission: 'dataFindOne',
    summary: 'Find a row',
    description: 'The first of the rows that pass the filter.',
    parameters: ['fields', ...SORT, ...FILTER, 'offset', 'shuffle'],
    answer: 'found',
    errors: FILTER_ERRORS,
  },
  {
    name: 'countRows',
    method: 'get',
    below: 'rows',
    path: '/count',
    permission: 'dataCount',
    summary: 'Count rows',
    description: 'How many rows pass the filter.',
    parameters: FILTER,
    answer: 'count',
    errors: FILTER_ERRORS,
  },
  {
    name: 'countRowsByField',
    method: 'get',
    below: 'rows',
    path: '/groupby',
    permission: 'dataGroupBy',
    summary: 'Count rows by the value of a field',
    description:
      'Each value that the field has in the rows that pass the filter, and how many of them have it. A field whose column name ' +
      'is `count` is refused, since that is the name of the number of rows in the answer.',
    parameters: ['groupColumn', 'groupSort', ...FILTER, ...PAGE],
    answer: 'grouped',
    errors: FILTER_ERRORS,
    isOf: hasGroups,
  },
  {
    name: 'listRowsByField',
    method: 'get',
    below: 'rows',
    path: '/group/{groupColumnId}',
    permission: 'groupedDataList',
    summary: 'List rows by the value of a field',
    description:
      'A page of rows for each value of the field: the options of a select in their order, then rows without a value. ' +
      'Where a group has more rows, `next` of its `pageInfo` is a `cursor` for the list of rows with a filter for that value.',
    parameters: ['fields', ...SORT, ...FILTER, ...PAGE, 'shuffle'],
    answer: 'groups',
    errors: [...FILTER_ERRORS, 'COLUMN_NOT_FOUND'],
  },
  {
    name: 'exportCsv',
    method: 'get',
    below: 'rows',
    path: '/export/csv',
    permission: 'exportCsv',
    summary: 'Export rows as CSV',
    description:
      'All rows that pass the filter. A text that a spreadsheet would run as a formula gets a quote mark in front. No value is ' +
      'an empty cell, the empty text a cell of two quotes.',
    parameters: ['fields', ...SORT, ...FILTER, 'offset', 'bom', 'types'],
    answer: 'csv',
    errors: FILTER_ERRORS,
  },
  {
    name: 'readRow',
    method: 'get',
    below: 'rows',
    path: '/{rowId}',
    permission: 'dataRead',
    summary: 'Read a row',
    description: 'One row, by its primary key.',
    parameters: ['fields'],
    answer: 'read',
    errors: ['FIELD_NOT_FOUND', 'ROW_NOT_FOUND'],
    isOf: hasKey,
  },
  {
    name: 'updateRow',
    method: 'patch',
    below: 'rows',
    path: '/{rowId}',
    permission: 'dataUpdate',
    summary: 'Change a row',
    description: 'Changes the fields that the body names and no others. The primary key cannot be changed.',
    parameters: ['idempotencyKey', 'ifMatch'],
    body: 'change',
    answer: 'row',
    errors: [...FIELD_ERRORS, 'ROW_NOT_FOUND', 'ROW_CHANGED'],
    isOf: hasKey,
  },
  {
    name: 'deleteRow',
    method: 'delete',
    below: 'rows',
    path: '/{rowId}',
    permission: 'dataDelete',
    summary: 'Delete a row',
    description: 'The row is gone when this answers.',
    parameters: ['idempotencyKey', 'ifMatch'],
    answer: 'deleted',
    errors: ['ROW_NOT_FOUND', 'ROW_CHANGED'],
    isOf: hasKey,
  },
  {
    name: 'rowExists',
    method: 'get',
    below: 'rows',
    path: '/{rowId}/exist',
    permission: 'dataExist',
    summary: 'Ask whether a row is there',
    description: 'True or false, and never 404 for a row that is not.',
    parameters: [],
    answer: 'exists',
    errors: [],
    isOf: hasKey,
  },
  {
    name: 'insertRows',
    method: 'post',
    below: 'bulk',
    path: '',
    permission: 'bulkDataInsert',
    summary: 'Insert rows',
    description: 'All rows or none. A refusal names each bad row by its index and field.',
    parameters: ['idempotencyKey'],
    body: 'newRows',
    answer: 'keys',
    errors: FIELD_ERRORS,
    isOf: hasKey,
  },
  {
    name: 'updateRows',
    method: 'patch',
    below: 'bulk',
    path: '',
    permission: 'bulkDataUpdate',
    summary: 'Change rows',
    description: 'Each row names its key, once, and the fields to change. All rows or none.',
    parameters: ['idempotencyKey'],
    body: 'changes',
    answer: 'keys',
    errors: [...FIELD_ERRORS, 'ROW_NOT_FOUND'],
    isOf: hasKey,
  },
  {
    name: 'deleteRows',
    method: 'delete',
    below: 'bulk',
    path: '',
    permission: 'bulkDataDelete',
    summary: 'Delete rows',
    description: 'The rows with these keys: all of them or none.',
    parameters: ['idempotencyKey'],
    body: 'keys',
    answer: 'keys',
    errors: ['INVALID_REQUEST_BODY', 'FIELD_NOT_FOUND', 'INVALID_VALUE_FOR_FIELD', 'REQUIRED_FIELD_MISSING', 'ROW_NOT_FOUND'],
    isOf: hasKey,
  },
  {
    name: 'updateMatchingRows',
    method: 'patch',
    below: 'bulk',
    path: '/all',
    permission: 'bulkDataUpdateAll',
    summary: 'Change all rows that match',
    description: 'The same change to every row that passes the filter; **without a filter, to every row of the table**.',
    parameters: ['whereToWrite', 'filterArrJson', 'idempotencyKey'],
    body: 'change',
    answer: 'changed',
    errors: ['INVALID_FILTER', ...FIELD_ERRORS],
  },
  {
    name: 'deleteMatchingRows',
    method: 'delete',
    below: 'bulk',
    path: '/all',
    permission: 'bulkDataDeleteAll',
    summary: 'Delete all rows that match',
    description: 'Deletes every row that passes the filter; **without a filter, every row of the table**.',
    parameters: ['whereToWrite', 'filterArrJson', 'idempotencyKey'],
    answer: 'changed',
    errors: FILTER_ERRORS,
  },
  {
    name: 'upsertRows',
    method: 'post',
    below: 'bulk',
    path: '/upsert',
    permission: 'bulkDataUpsert',
    summary: 'Insert rows, or change those that are there',
    description:
      'Each row names the field `on`, with a value of its own. A row that has this value is changed and keeps the fields that are ' +
      'left out; others are inserted. Each must bring every required field without a default, also where its row is there. The ' +
      'primary key belongs into a row only where it is the field `on`. All rows or none. NocoDB has no such call.',
    parameters: ['on', 'idempotencyKey'],
    body: 'upsert',
    answer: 'keys',
    errors: FIELD_ERRORS,
    isOf: hasUpsert,
  },
  {
    name: 'changeRowsTogether',
    method: 'post',
    below: 'bulk',
    path: '/changes',
    permission: 'bulkDataChanges',
    summary: 'Insert, change and delete rows together',
    description:
      'All of it or nothing. A row to change or delete may name the version that it must have, which is the number in its `ETag`: ' +
      'refused with 412 when it has another. `restore` inserts rows that were deleted, as they were. Deletions come first, ' +
      'insertions last. A refusal names each bad row by its place, as in `update.3.Qty`. NocoDB has no such call.',
    parameters: ['idempotencyKey'],
    body: 'together',
    answer: 'newRows',
    errors: [...FIELD_ERRORS, 'ROW_NOT_FOUND', 'ROW_CHANGED'],
    isOf: hasKey,
  },
]

function operationSuffix(name: string, through: Through): string {
  return `${through === 'view' ? 'View' : ''}${capitalized(name)}`
}

export const OPERATION_SUFFIXES: readonly string[] = OPERATIONS.flatMap(({ name }) => [
  operationSuffix(name, 'table'),
  operationSuffix(name, 'view'),
])

const PATH_PARAMETERS = ['rowId', 'groupColumnId'] as const satisfies ParameterName[]

function pathParameters({ path }: Operation): (typeof PATH_PARAMETERS)[number][] {
  return PATH_PARAMETERS.filter((name) => path.includes(`{${name}}`))
}

/** Paths carry ids: a title may hold anything, and may change. */
function pathOf(operation: Operation, { id, projectId, viewId }: Table, through: Through): string {
  const table = `noco/${projectId}/${id}`
  if (operation.below === 'bulk') return `/api/v1/db/data/bulk/${table}${operation.path}`
  return `/api/v1/db/data/${table}${through === 'view' ? `/views/${viewId}` : ''}${operation.path}`
}

/** What a table adds to the document. */
export interface TableParts {
  paths: Described
  schemas: Described
  parameters: Described
  requestBodies: Described
  responses: Described
}

/** `tags`: of the operations on the table, and of those through its view. */
export function tableParts(table: NamedTable, tags: Readonly<Record<Through, string>>): TableParts {
  const operations = OPERATIONS.filter(({ isOf }) => isOf?.(table) ?? true)
  const paths: Record<string, Described> = {}
  for (const through of ['table', 'view'] as const) {
    for (const operation of operations.filter(({ below }) => through === 'table' || below === 'rows')) {
      const path = pathOf(operation, table, through)
      const item = paths[path] ?? pathItem(operation, table)
      paths[path] = { ...item, [operation.method]: describeOperation(operation, table, through, tags[through]) }
    }
  }
  return { paths, schemas: tableSchemas(table), ...tableComponents(operations, table) }
}

function pathItem(operation: Operation, table: NamedTable): Described {
  const names = pathParameters(operation)
  return names.length === 0 ? {} : { parameters: names.map((name) => parameterRef(table, name)) }
}

function tableComponents(operations: readonly Operation[], table: NamedTable): Omit<TableParts, 'paths' | 'schemas'> {
  const parameters = operations.flatMap((operation) => [...operation.parameters, ...pathParameters(operation)])
  const bodies = new Set(operations.flatMap(({ body }) => body ?? []))
  return {
    parameters: tableParameters(table, [...new Set(parameters)]),
    requestBodies: tableBodies(table, [...bodies]),
    responses: tableAnswers(table, [...new Set(operations.map(({ answer }) => answer))]),
  }
}

function describeOperation(operation: Operation, table: NamedTable, through: Through, tag: string): Described {
  const { name, summary, description, parameters, body, answer } = operation
  return {
    operationId: uncapitalized(`${table.codeName}${operationSuffix(name, through)}`),
    tags: [tag],
    summary,
    description,
    ...(parameters.length > 0 && { parameters: parameters.map((name) => parameterRef(table, name)) }),
    ...(body !== undefined && { requestBody: bodyRef(table, body) }),
    responses: { 200: answerRef(table, answer), ...NAMED_ERRORS.refs[through].get(operation) },
  }
}

/** A project role without the permission is what makes FORBIDDEN possible. */
function errorsOf({ method, errors, permission }: Operation, through: Through): ErrorCode[] {
  return [
    ...commonErrors({ method }),
    ...(PROJECT_ROLES.every((role) => isAllowed([role], permission)) ? [] : (['FORBIDDEN'] as const)),
    'PROJECT_NOT_FOUND',
    'TABLE_NOT_FOUND',
    ...(through === 'view' ? (['VIEW_NOT_FOUND'] as const) : []),
    ...(method === 'get' ? [] : (['IDEMPOTENCY_KEY_REUSED'] as const)),
    ...errors,
  ]
}

const OF_THROUGH: Readonly<Record<Through, readonly Operation[]>> = {
  table: OPERATIONS,
  view: OPERATIONS.filter(({ below }) => below === 'rows'),
}

/** Errors are the same for every table, and many are the same for many operations: each is a component, made once. */
interface NamedErrors {
  responses: Record<string, ErrorDocumentation>
  examples: Record<string, object>
  /** Of each operation by status. */
  refs: Record<Through, Map<Operation, Described>>
}

const NAMED_ERRORS = nameErrors()

function nameErrors(): NamedErrors {
  const named: NamedErrors = { responses: {}, examples: {}, refs: { table: new Map(), view: new Map() } }
  const names = new Map<string, string>()
  for (const through of ['table', 'view'] as const) {
    for (const operation of OF_THROUGH[through]) {
      const codes = errorsOf(operation, through)
      const refs = [...documentErrors(codes)].map(([status, response]) => {
        const name = names.get(response.description) ?? `error-${names.size + 1}`
        names.set(response.description, name)
        named.responses[name] = response
        return [status, { $ref: `#/components/responses/${name}` }]
      })
      named.refs[through].set(operation, Object.fromEntries(refs) as Described)
      Object.assign(named.examples, errorExamples(codes))
    }
  }
  return named
}

/** The components that operations refer to. */
export function errorComponents(): Pick<NamedErrors, 'responses' | 'examples'> {
  return NAMED_ERRORS
}
