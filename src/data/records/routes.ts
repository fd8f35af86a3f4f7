/** Rows over HTTP, API v1: contract/api-v1.md section 4. The typed contract of each table is openapi/project.ts. */
import { createRoute, z } from '@hono/zod-openapi'
import { needs } from '../../control/access/guard'
import { PageInfo } from '../../http/page'
import { createRouter, errorResponses, json, jsonBody } from '../../http/router'
import { parseFields } from '../query/fields'
import { parseQuery } from '../query/query'
import { tableScope } from '../scope'
import { deleteOne, insertOne, listRows, readOne, updateOne } from './records'

const parameter = (name: string, description: string) => z.string().openapi({ param: { name, in: 'path' }, description })

const TableParameters = z.object({
  orgs: parameter('orgs', 'Not looked at; `noco` by custom').openapi({ example: 'noco' }),
  projectName: parameter('projectName', 'Id or title of the project'),
  tableName: parameter('tableName', 'Id or title of the table'),
})
const RowParameters = TableParameters.extend({ rowId: parameter('rowId', 'Primary key; parts of a composite one joined by `___`') })

/** Documented here; read, with their short names and array forms, by data/query. */
const ListParameters = z.object({
  fields: z.string().optional().openapi({ description: 'Fields to answer with, by title, separated by commas' }),
  sort: z.string().optional().openapi({ description: 'Fields to sort by; a leading `-` sorts descending', example: '-CreatedAt' }),
  where: z.string().optional().openapi({ description: 'A filter such as `(Qty,gt,3)~and(Title,like,pen)`' }),
  limit: z.string().optional().openapi({ type: 'integer', description: 'Rows of the page' }),
  offset: z.string().optional().openapi({ type: 'integer', description: 'Rows before the page' }),
})

const RowBody = z.record(z.string(), z.unknown()).openapi('Row', { description: 'Values by field title' })
const tags = ['Rows']

export const recordRoutes = createRouter()

recordRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/{orgs}/{projectName}/{tableName}',
    operationId: 'table-row-list',
    summary: 'List rows',
    tags,
    ...needs('dataList'),
    request: { params: TableParameters, query: ListParameters.partial().loose() },
    responses: {
      200: json(z.object({ list: z.array(RowBody), pageInfo: PageInfo }), 'A page of rows'),
      ...errorResponses('INVALID_FILTER', 'FIELD_NOT_FOUND', 'INVALID_PARAMETER', 'PROJECT_NOT_FOUND', 'TABLE_NOT_FOUND', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    const { table, data } = await tableScope(c, c.req.valid('param').tableName)
    const query = parseQuery(table, c.req.queries(), { now: c.var.startedAt, limits: c.var.config.limits })
    const { list, pageInfo, seconds } = await listRows(data, table, query)
    return c.json({ list, pageInfo }, 200, { 'xc-db-response': seconds.toFixed(3) })
  },
)

recordRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/{orgs}/{projectName}/{tableName}',
    operationId: 'table-row-create',
    summary: 'Insert a row',
    tags,
    ...needs('dataInsert'),
    request: { params: TableParameters, ...jsonBody(RowBody) },
    responses: {
      200: json(RowBody, 'The row as it was stored'),
      ...errorResponses(
        'INVALID_REQUEST_BODY',
        'FIELD_NOT_FOUND',
        'INVALID_VALUE_FOR_FIELD',
        'REQUIRED_FIELD_MISSING',
        'DUPLICATE_VALUE',
        'PROJECT_NOT_FOUND',
        'TABLE_NOT_FOUND',
        'FORBIDDEN',
      ),
    },
  }),
  async (c) => {
    const { table, data } = await tableScope(c, c.req.valid('param').tableName)
    return c.json(await insertOne(data, table, c.req.valid('json'), c.var.startedAt), 200)
  },
)

recordRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/{orgs}/{projectName}/{tableName}/{rowId}',
    operationId: 'table-row-read',
    summary: 'Read a row',
    tags,
    ...needs('dataRead'),
    request: { params: RowParameters, query: ListParameters.pick({ fields: true }).loose() },
    responses: {
      200: json(RowBody, 'The row'),
      ...errorResponses('FIELD_NOT_FOUND', 'PROJECT_NOT_FOUND', 'TABLE_NOT_FOUND', 'ROW_NOT_FOUND', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    const { tableName, rowId } = c.req.valid('param')
    const { table, data } = await tableScope(c, tableName)
    const queries = c.req.queries()
    const fields = parseFields(table, [...(queries['fields'] ?? []), ...(queries['fields[]'] ?? []), ...(queries['f'] ?? [])])
    return c.json(await readOne(data, table, rowId, fields), 200)
  },
)

recordRoutes.openapi(
  createRoute({
    method: 'patch',
    path: '/{orgs}/{projectName}/{tableName}/{rowId}',
    operationId: 'table-row-update',
    summary: 'Change a row',
    tags,
    ...needs('dataUpdate'),
    request: { params: RowParameters, ...jsonBody(RowBody) },
    responses: {
      200: json(RowBody, 'The whole row after the change'),
      ...errorResponses(
        'INVALID_REQUEST_BODY',
        'FIELD_NOT_FOUND',
        'INVALID_VALUE_FOR_FIELD',
        'REQUIRED_FIELD_MISSING',
        'DUPLICATE_VALUE',
        'PROJECT_NOT_FOUND',
        'TABLE_NOT_FOUND',
        'ROW_NOT_FOUND',
        'FORBIDDEN',
      ),
    },
  }),
  async (c) => {
    const { tableName, rowId } = c.req.valid('param')
    const { table, data } = await tableScope(c, tableName)
    return c.json(await updateOne(data, table, rowId, c.req.valid('json'), c.var.startedAt), 200)
  },
)

recordRoutes.openapi(
  createRoute({
    method: 'delete',
    path: '/{orgs}/{projectName}/{tableName}/{rowId}',
    operationId: 'table-row-delete',
    summary: 'Delete a row',
    tags,
    ...needs('dataDelete'),
    request: { params: RowParameters },
    responses: {
      200: json(z.number().int().openapi({ example: 1 }), 'How many rows were deleted: 1'),
      ...errorResponses('PROJECT_NOT_FOUND', 'TABLE_NOT_FOUND', 'ROW_NOT_FOUND', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    const { tableName, rowId } = c.req.valid('param')
    const { table, data } = await tableScope(c, tableName)
    return c.json(await deleteOne(data, table, rowId), 200)
  },
)
