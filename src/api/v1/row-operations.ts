/**
 * The operations on rows, each declared once: row-routes.ts serves them, the document of the fixed routes has them as the router
 * does, and project-document.ts lists them for each table. What they hold of a table (parameters, bodies, answers) has a name.
 */
import { type ProjectPermission, isAllowed } from '../../control/access/roles'
import { primaryKey } from '../../data/catalog/catalog'
import type { Table } from '../../data/types/column'
import { PROJECT_ROLES } from '../../actor'
import type { ErrorCode } from '../../errors'
import { groupFields, upsertFields } from '../../openapi/column'
import { capitalized } from '../../openapi/names'
import type { AnswerName, BodyName } from './row-bodies'
import type { ParameterName } from './row-parameters'

export interface RowOperation {
  /** In the document of the fixed routes, after `table-row-` or `view-row-`. */
  id: string
  method: 'get' | 'post' | 'patch' | 'delete'
  /** Below the rows of the table or its view, or below its bulk routes, which no view has. */
  below: 'rows' | 'bulk'
  path: '' | `/${string}`
  permission: ProjectPermission
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

/** The way to the rows: of the table itself, or of its default view, which shows all columns. */
export const WAYS = ['table', 'view'] as const
export type Through = (typeof WAYS)[number]

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
export const ROW_OPERATIONS = {
  listRows: {
    id: 'list',
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
  insertRow: {
    id: 'create',
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
  findRow: {
    id: 'find-one',
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
  countRows: {
    id: 'count',
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
  countRowsByField: {
    id: 'group-by',
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
  listRowsByField: {
    id: 'grouped-list',
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
  exportCsv: {
    id: 'export-csv',
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
  readRow: {
    id: 'read',
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
  updateRow: {
    id: 'update',
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
  deleteRow: {
    id: 'delete',
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
  rowExists: {
    id: 'exist',
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
  insertRows: {
    id: 'bulk-create',
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
  updateRows: {
    id: 'bulk-update',
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
  deleteRows: {
    id: 'bulk-delete',
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
  updateMatchingRows: {
    id: 'bulk-update-all',
    method: 'patch',
    below: 'bulk',
    path: '/all',
    permission: 'bulkDataUpdateAll',
    summary: 'Change all rows that match',
    description: 'The same change to every row that passes the filter; **without a filter, to every row of the table**.',
    parameters: ['whereToWrite', 'filterArrJson', 'idempotencyKey'],
    body: 'change',
    answer: 'changed',
    errors: ['INVALID_FILTER', ...FIELD_ERRORS, 'VIEW_NOT_FOUND'],
  },
  deleteMatchingRows: {
    id: 'bulk-delete-all',
    method: 'delete',
    below: 'bulk',
    path: '/all',
    permission: 'bulkDataDeleteAll',
    summary: 'Delete all rows that match',
    description: 'Deletes every row that passes the filter; **without a filter, every row of the table**.',
    parameters: ['whereToWrite', 'filterArrJson', 'idempotencyKey'],
    answer: 'changed',
    errors: [...FILTER_ERRORS, 'VIEW_NOT_FOUND'],
  },
  upsertRows: {
    id: 'bulk-upsert',
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
  changeRowsTogether: {
    id: 'bulk-changes',
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
} as const satisfies Record<string, RowOperation>

/** What follows the name of the table in the id of an operation. */
export type OperationName = keyof typeof ROW_OPERATIONS

export const OPERATION_NAMES = Object.keys(ROW_OPERATIONS) as OperationName[]

/** Those that there are on this way: no view has the bulk routes. */
export function operationsThrough(through: Through): OperationName[] {
  return OPERATION_NAMES.filter((name) => through === 'table' || ROW_OPERATIONS[name].below === 'rows')
}

export function operationSuffix(name: OperationName, through: Through): string {
  return `${through === 'view' ? 'View' : ''}${capitalized(name)}`
}

export const OPERATION_SUFFIXES: readonly string[] = OPERATION_NAMES.flatMap((name) =>
  WAYS.map((through) => operationSuffix(name, through)),
)

const PATH_PARAMETERS = ['rowId', 'groupColumnId'] as const satisfies ParameterName[]

export function pathParameters({ path }: RowOperation): ParameterName[] {
  return PATH_PARAMETERS.filter((name) => path.includes(`{${name}}`))
}

/** Its own, and those of any request for rows. A project role without the permission is what makes FORBIDDEN possible. */
export function refusalsOf({ method, errors, permission }: RowOperation, through: Through): ErrorCode[] {
  return [
    ...(PROJECT_ROLES.every((role) => isAllowed([role], permission)) ? [] : (['FORBIDDEN'] as const)),
    'PROJECT_NOT_FOUND',
    'TABLE_NOT_FOUND',
    ...(through === 'view' ? (['VIEW_NOT_FOUND'] as const) : []),
    ...(method === 'get' ? [] : (['IDEMPOTENCY_KEY_REUSED'] as const)),
    ...errors,
  ]
}
