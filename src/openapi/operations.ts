/** The operations of every table's rows, one entry each: data/records/routes.ts serves them, project.ts lists them per table. */
import { type Permission, isAllowed } from '../control/access/roles'
import { primaryKey } from '../data/catalog/catalog'
import type { Table } from '../data/catalog/types'
import type { Limits } from '../data/query/page'
import { PROJECT_ROLES } from '../env'
import type { ErrorCode } from '../errors'
import { changeExample, fieldsExamples, newRowExample, rowIdExample, sortExamples, whereExamples } from './examples'
import { commonErrors, documentErrors } from './failures'
import { type JsonSchema, schemaRef } from './schemas'

type Described = Readonly<Record<string, unknown>>

export interface Operation {
  id: string
  method: 'get' | 'post' | 'patch' | 'delete'
  place: keyof typeof PLACES
  permission: Permission
  summary: string
  description: string
  /** Beside those of its place. */
  parameters?: (table: Table, limits: Limits) => Described[]
  body?: (table: Table) => Described
  answer: (table: Table) => Described
  /** Beside what every operation of its place, and every body, may run into. */
  errors: readonly ErrorCode[]
}

/** Paths carry ids: a title may hold anything, and may change. */
const PLACES = {
  rows: { path: (table: Table) => rowsPath(table), parameters: () => [], errors: [] },
  row: {
    path: (table: Table) => `${rowsPath(table)}/{rowId}`,
    parameters: rowIdParameter,
    errors: ['INVALID_PARAMETER', 'ROW_NOT_FOUND'],
  },
} as const satisfies Record<
  string,
  { path: (table: Table) => string; parameters: (table: Table) => Described[]; errors: readonly ErrorCode[] }
>

function rowsPath(table: Table): string {
  return `/api/v1/db/data/noco/${table.projectId}/${table.id}`
}

const FIELD_ERRORS = [
  'INVALID_REQUEST_BODY',
  'FIELD_NOT_FOUND',
  'INVALID_VALUE_FOR_FIELD',
  'REQUIRED_FIELD_MISSING',
  'DUPLICATE_VALUE',
] as const

const OPERATIONS: readonly Operation[] = [
  {
    id: 'list',
    method: 'get',
    place: 'rows',
    permission: 'dataList',
    summary: 'List rows',
    description: 'A page of the rows that pass the filter, in the order asked for, and how many pass it in all.',
    parameters: (table, limits) => [
      fieldsParameter(table),
      sortParameter(table),
      whereParameter(table),
      ...pageParameters(limits),
    ],
    answer: (table) => ({
      ...jsonAnswer('The page', {
        type: 'object',
        properties: {
          list: { type: 'array', items: schemaRef(table, 'fields') },
          pageInfo: { $ref: '#/components/schemas/PageInfo' },
        },
        required: ['list', 'pageInfo'],
      }),
      headers: {
        'xc-db-response': { description: 'Seconds that the database took', schema: { type: 'string', examples: ['0.004'] } },
      },
    }),
    errors: ['INVALID_FILTER', 'FIELD_NOT_FOUND', 'INVALID_PARAMETER'],
  },
  {
    id: 'insert',
    method: 'post',
    place: 'rows',
    permission: 'dataInsert',
    summary: 'Insert a row',
    description: 'Fields that are left out get their default, or no value. The answer is the row as it was stored.',
    body: (table) => jsonBody(schemaRef(table, 'new'), newRowExample(table)),
    answer: (table) => jsonAnswer('The new row', schemaRef(table, 'row')),
    errors: FIELD_ERRORS,
  },
  {
    id: 'read',
    method: 'get',
    place: 'row',
    permission: 'dataRead',
    summary: 'Read a row',
    description: 'One row, by its primary key.',
    parameters: (table) => [fieldsParameter(table)],
    answer: (table) => jsonAnswer('The row', schemaRef(table, 'fields')),
    errors: ['FIELD_NOT_FOUND'],
  },
  {
    id: 'update',
    method: 'patch',
    place: 'row',
    permission: 'dataUpdate',
    summary: 'Change a row',
    description: 'Changes the fields that the body names and no others. The primary key cannot be changed.',
    body: (table) => jsonBody(schemaRef(table, 'change'), changeExample(table)),
    answer: (table) => jsonAnswer('The whole row after the change', schemaRef(table, 'row')),
    errors: FIELD_ERRORS,
  },
  {
    id: 'delete',
    method: 'delete',
    place: 'row',
    permission: 'dataDelete',
    summary: 'Delete a row',
    description: 'The row is gone when this answers.',
    answer: () => jsonAnswer('How many rows were deleted: 1', { type: 'integer', examples: [1] }),
    errors: [],
  },
]

function fieldsParameter(table: Table): Described {
  return textParameter(
    'fields',
    'The fields to answer with, separated by commas: titles or column ids. All of them when left out.',
    fieldsExamples(table),
  )
}

function sortParameter(table: Table): Described {
  return textParameter(
    'sort',
    'The fields to sort by, separated by commas; a leading `-` sorts descending. The primary key decides between equals.',
    sortExamples(table),
  )
}

/** test/unit/openapi holds this against the operators that exist. */
const WHERE = [
  'A filter of conditions `(field,operator,value)`, joined by `~and`, `~or` and `~not` and grouped by parentheses. A field is a',
  'title, or a column id where the title holds a comma or a parenthesis. Operators: `eq` `neq` `not` `is` `isnot` `in` `null`',
  '`notnull` `empty` `notempty` `blank` `notblank` for every field; `gt` `ge` `gte` `lt` `le` `lte` `btw` `nbtw` for what has an',
  'order; `like` `nlike` for all but checkboxes; `checked` `notchecked` for checkboxes; `allof` `anyof` `nallof` `nanyof` for',
  'selects; `isWithin` for dates. `in`, `btw` and their like take values separated by commas; dates also `today`, `daysAgo,7`,',
  '`exactDate,2026-01-31` and so on.',
].join(' ')

function whereParameter(table: Table): Described {
  return textParameter('where', WHERE, whereExamples(table))
}

function textParameter(name: string, description: string, examples: Described): Described {
  return { name, in: 'query', description, schema: { type: 'string' }, examples }
}

/** No minimum or maximum in the schemas: what lies outside is brought inside, not refused. */
function pageParameters({ min, max, default: usual }: Limits): Described[] {
  const limit = Math.max(Math.min(usual, max), min)
  return [
    {
      name: 'limit',
      in: 'query',
      description: `Rows of the page, from ${min} to ${max}; a number outside counts as the nearest inside.`,
      schema: { type: 'integer', default: limit },
      example: limit,
    },
    { name: 'offset', in: 'query', description: 'Rows before the page.', schema: { type: 'integer', default: 0 }, example: 0 },
  ]
}

function rowIdParameter(table: Table): Described[] {
  const keys = primaryKey(table)
  const example = rowIdExample(table)
  return [
    {
      name: 'rowId',
      in: 'path',
      required: true,
      description: keys.length > 1 ? 'The parts of the primary key, in order, joined by `___`.' : 'The primary key.',
      schema: keys.length === 1 && keys[0]?.autoIncrement === true ? { type: 'integer' } : { type: 'string', minLength: 1 },
      ...(example !== undefined && { example }),
    },
  ]
}

function jsonBody(schema: JsonSchema, example: unknown): Described {
  return { required: true, content: { 'application/json': { schema, ...(example !== undefined && { example }) } } }
}

function jsonAnswer(description: string, schema: JsonSchema): Described {
  return { description, content: { 'application/json': { schema } } }
}

/** The paths of a table. One without a primary key has rows that nothing can name, so only its list. */
export function tablePaths(table: Table, limits: Limits): [path: string, item: Described][] {
  const items = new Map<string, Described>()
  for (const operation of OPERATIONS) {
    if (operation.place === 'row' && primaryKey(table).length === 0) continue
    const { path, parameters } = PLACES[operation.place]
    const item = items.get(path(table)) ?? { ...(parameters(table).length > 0 && { parameters: parameters(table) }) }
    items.set(path(table), { ...item, [operation.method]: describeOperation(operation, table, limits) })
  }
  return [...items]
}

function describeOperation(operation: Operation, table: Table, limits: Limits): Described {
  const { id, summary, description } = operation
  return {
    operationId: `${id}-${table.id}`,
    tags: [table.title],
    summary,
    description,
    ...(operation.parameters !== undefined && { parameters: operation.parameters(table, limits) }),
    ...(operation.body !== undefined && { requestBody: operation.body(table) }),
    responses: { 200: operation.answer(table), ...errorRefs(operation) },
  }
}

/** A project role without the permission is what makes FORBIDDEN possible. */
function errorsOf({ body, errors, permission, place }: Operation): ErrorCode[] {
  return [
    ...commonErrors({ guarded: true, body: body !== undefined }),
    ...(PROJECT_ROLES.every((role) => isAllowed([role], permission)) ? [] : (['FORBIDDEN'] as const)),
    'PROJECT_NOT_FOUND',
    'TABLE_NOT_FOUND',
    ...PLACES[place].errors,
    ...errors,
  ]
}

function errorRefs(operation: Operation): Described {
  const statuses = [...documentErrors(errorsOf(operation)).keys()]
  return Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/${operation.id}-${status}` }]))
}

/** The components that operations refer to: errors are the same for every table. */
export function errorComponents(): Described {
  return Object.fromEntries(
    OPERATIONS.flatMap((operation) =>
      [...documentErrors(errorsOf(operation))].map(([status, response]) => [`${operation.id}-${status}`, response]),
    ),
  )
}
