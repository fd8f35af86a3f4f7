/** Many rows at once over HTTP: docs/contract/api-v1.md 4.7, and upsert. */
import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { needs } from '../../control/access/guard'
import type { AppEnv } from '../../env'
import { ApiError } from '../../errors'
import { createRouter, errorResponses, json, jsonBody } from '../../http/router'
import type { Table } from '../../data/types/column'
import { onlyValue } from '../../data/query/query'
import { tableScope } from '../../data/catalog/scope'
import { MAX_BULK_ROWS, deleteMany, deleteMatching, insertMany, updateMany, updateMatching } from '../../data/records/bulk'
import { changeRowsTogether } from '../../data/records/changes'
import { FilterParameters, RowBody, TableParameters, WRITE_REFUSALS, WriteHeaders, filterToWrite, perform } from './row-requests'
import type { Write } from '../../data/records/idempotency'
import { upsertColumn, upsertMany } from '../../data/records/upsert'

const Rows = z.array(RowBody).max(MAX_BULK_ROWS)
const Keys = z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))).openapi('Keys', {
  description: 'Keys of the rows by column name, in the order of the request',
  example: [{ id: 1 }, { id: 2 }],
})
const VersionedRows = z
  .array(
    z.strictObject({
      row: RowBody,
      version: z.number().int().nonnegative().optional().openapi({ description: 'The number in the `ETag` of the row' }),
    }),
  )
  .max(MAX_BULK_ROWS)
const Changes = z
  .strictObject({
    insert: Rows.optional(),
    restore: Rows.optional(),
    update: VersionedRows.optional(),
    delete: VersionedRows.optional(),
  })
  .openapi('RowChanges')
const NewRows = z.array(z.object({ rowId: z.string(), version: z.number().int() }))
const BULK_REFUSALS = ['INVALID_PARAMETER', ...WRITE_REFUSALS] as const
const Changed = z.number().int().openapi({ description: 'How many rows', example: 2 })
const ALL_DESCRIPTION =
  'Without `where`: every row of the table. A parameter other than `where`, `filterArrJson` and `viewId` is refused with ' +
  '`INVALID_PARAMETER`, so that a misspelt filter changes nothing. The filter has to fit in the URL: it cannot be a form.'
const path = '/bulk/{orgs}/{projectName}/{tableName}'
const tags = ['Rows in bulk']

/** Throws INVALID_PARAMETER for If-Match: a client that sends it relies on a check that many rows have no version for. */
function performBulk<Answer>(c: Context<AppEnv>, data: D1Database, table: Table, write: Write<Answer>): Promise<Answer> {
  if (c.req.header('if-match') !== undefined) throw new ApiError('INVALID_PARAMETER', 'If-Match belongs to a single row.')
  return perform(c, data, table, write)
}

export const bulkRoutes = createRouter()

bulkRoutes.openapi(
  createRoute({
    method: 'post',
    path: `${path}/upsert`,
    operationId: 'table-row-bulk-upsert',
    summary: 'Insert rows, or change those that are there',
    description:
      '`on` names a unique field. A row that is there keeps the fields that are left out, but each row must bring every required ' +
      'field without a default, as a new one. An addition to the API of NocoDB. All rows or none.',
    tags,
    ...needs('bulkDataUpsert'),
    request: {
      params: TableParameters,
      query: z.object({ on: z.string().optional().openapi({ description: 'A unique field, by title', example: 'Code' }) }),
      headers: WriteHeaders,
      ...jsonBody(Rows),
    },
    responses: { 200: json(Keys, 'Their keys'), ...errorResponses(...BULK_REFUSALS) },
  }),
  async (c) => {
    const { table, data } = await tableScope(c, c.req.valid('param').tableName)
    const on = upsertColumn(table, onlyValue(c.req.queries(), 'on'))
    return c.json(await performBulk(c, data, table, upsertMany(table, on, c.req.valid('json'), c.get('startedAt'))), 200)
  },
)

bulkRoutes.openapi(
  createRoute({
    method: 'post',
    path: `${path}/changes`,
    operationId: 'table-row-bulk-changes',
    summary: 'Insert, change and delete rows together',
    description:
      'All of it or nothing. A row to change or delete may name the version that it must have: `3` where its `ETag` is `"v3"`. ' +
      '`restore` inserts rows that were deleted, with their keys and times. Deletions come first, insertions last. Each bad row ' +
      'is named by its place, as in `update.3.Qty`. An addition to the API of NocoDB.',
    tags,
    ...needs('bulkDataChanges'),
    request: { params: TableParameters, headers: WriteHeaders, ...jsonBody(Changes) },
    responses: {
      200: json(z.object({ inserted: NewRows, restored: NewRows }).openapi('RowChangesAnswer'), 'The new rows'),
      ...errorResponses('ROW_NOT_FOUND', 'ROW_CHANGED', ...BULK_REFUSALS),
    },
  }),
  async (c) => {
    const { table, data } = await tableScope(c, c.req.valid('param').tableName)
    const { insert = [], restore = [], update = [], delete: gone = [] } = c.req.valid('json')
    const changes = { insert, restore, update, delete: gone }
    return c.json(await performBulk(c, data, table, changeRowsTogether(table, changes, c.get('startedAt'))), 200)
  },
)

bulkRoutes.openapi(
  createRoute({
    method: 'patch',
    path: `${path}/all`,
    operationId: 'table-row-bulk-update-all',
    summary: 'Change every row that matches',
    description: ALL_DESCRIPTION,
    tags,
    ...needs('bulkDataUpdateAll'),
    request: { params: TableParameters, query: FilterParameters, headers: WriteHeaders, ...jsonBody(RowBody) },
    responses: { 200: json(Changed, 'How many rows were changed'), ...errorResponses('INVALID_FILTER', ...BULK_REFUSALS) },
  }),
  async (c) => {
    const { table, data } = await tableScope(c, c.req.valid('param').tableName)
    const write = updateMatching(table, filterToWrite(c, table), c.req.valid('json'), c.get('startedAt'))
    return c.json(await performBulk(c, data, table, write), 200)
  },
)

bulkRoutes.openapi(
  createRoute({
    method: 'delete',
    path: `${path}/all`,
    operationId: 'table-row-bulk-delete-all',
    summary: 'Delete every row that matches',
    description: ALL_DESCRIPTION,
    tags,
    ...needs('bulkDataDeleteAll'),
    request: { params: TableParameters, query: FilterParameters, headers: WriteHeaders },
    responses: { 200: json(Changed, 'How many rows were deleted'), ...errorResponses('INVALID_FILTER', ...BULK_REFUSALS) },
  }),
  async (c) => {
    const { table, data } = await tableScope(c, c.req.valid('param').tableName)
    return c.json(await performBulk(c, data, table, deleteMatching(table, filterToWrite(c, table))), 200)
  },
)

bulkRoutes.openapi(
  createRoute({
    method: 'post',
    path,
    operationId: 'table-row-bulk-create',
    summary: 'Insert rows',
    description: 'All rows or none; each bad row is named by its index and field.',
    tags,
    ...needs('bulkDataInsert'),
    request: { params: TableParameters, headers: WriteHeaders, ...jsonBody(Rows) },
    responses: { 200: json(Keys, 'Their keys'), ...errorResponses(...BULK_REFUSALS) },
  }),
  async (c) => {
    const { table, data } = await tableScope(c, c.req.valid('param').tableName)
    return c.json(await performBulk(c, data, table, insertMany(table, c.req.valid('json'), c.get('startedAt'))), 200)
  },
)

bulkRoutes.openapi(
  createRoute({
    method: 'patch',
    path,
    operationId: 'table-row-bulk-update',
    summary: 'Change rows by their keys',
    description: 'All rows or none.',
    tags,
    ...needs('bulkDataUpdate'),
    request: { params: TableParameters, headers: WriteHeaders, ...jsonBody(Rows) },
    responses: { 200: json(Keys, 'Their keys'), ...errorResponses('ROW_NOT_FOUND', ...BULK_REFUSALS) },
  }),
  async (c) => {
    const { table, data } = await tableScope(c, c.req.valid('param').tableName)
    return c.json(await performBulk(c, data, table, updateMany(table, c.req.valid('json'), c.get('startedAt'))), 200)
  },
)

bulkRoutes.openapi(
  createRoute({
    method: 'delete',
    path,
    operationId: 'table-row-bulk-delete',
    summary: 'Delete rows by their keys',
    description: 'All rows or none.',
    tags,
    ...needs('bulkDataDelete'),
    request: { params: TableParameters, headers: WriteHeaders, ...jsonBody(Rows) },
    responses: { 200: json(Keys, 'Their keys'), ...errorResponses('ROW_NOT_FOUND', ...BULK_REFUSALS) },
  }),
  async (c) => {
    const { table, data } = await tableScope(c, c.req.valid('param').tableName)
    return c.json(await performBulk(c, data, table, deleteMany(table, c.req.valid('json'))), 200)
  },
)
