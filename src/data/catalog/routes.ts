/** Tables over HTTP: contract/api-v1.md 3.3, 3.6. */
import { createRoute, z } from '@hono/zod-openapi'
import { needs } from '../../control/access/guard'
import { listOf } from '../../http/page'
import { Message, createRouter, errorResponses, json, jsonBody } from '../../http/router'
import { wholeList } from '../../lib/paging'
import { projectScope, tableScope } from '../scope'
import { ColumnRequest } from './column-request'
import { TableBody, TableSummary, ViewBody, toDefaultView, toTableBody, toTableSummary } from './json'
import { changeTable, createTable, removeTable } from './tables'

const ProjectParameter = z.object({ projectId: z.string().openapi({ param: { name: 'projectId', in: 'path' } }) })
const TableParameter = z.object({ tableId: z.string().openapi({ param: { name: 'tableId', in: 'path' } }) })

const TableRequest = z
  .object({
    title: z.string().max(1000).nullish().openapi({ description: 'Derived from `table_name` when left out', example: 'Items' }),
    table_name: z.string().max(1000).nullish().openapi({ description: 'Derived from the title when left out', example: 'items' }),
    columns: z.array(ColumnRequest).max(1000).openapi({ description: 'Without a primary key, Id, CreatedAt and UpdatedAt are added' }),
    meta: z.record(z.string(), z.unknown()).nullish(),
    order: z.number().nullish(),
  })
  .openapi('NewTable')

const tags = ['Tables']

export const tableRoutes = createRouter()

tableRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/projects/{projectId}/tables',
    operationId: 'db-table-list',
    summary: 'List the tables',
    tags,
    ...needs('tableList'),
    request: { params: ProjectParameter },
    responses: { 200: json(listOf(TableSummary), 'All of them, without their columns'), ...errorResponses('PROJECT_NOT_FOUND') },
  }),
  async (c) => {
    const { catalog, project } = await projectScope(c)
    return c.json(wholeList(catalog.tables.map((table) => toTableSummary(table, project.baseId))), 200)
  },
)

tableRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/projects/{projectId}/tables',
    operationId: 'db-table-create',
    summary: 'Create a table',
    tags,
    ...needs('tableCreate'),
    request: { params: ProjectParameter, ...jsonBody(TableRequest) },
    responses: {
      200: json(TableBody, 'The new table'),
      ...errorResponses('INVALID_REQUEST_BODY', 'INVALID_TABLE', 'INVALID_COLUMN', 'PROJECT_NOT_FOUND', 'FORBIDDEN', 'NOT_IMPLEMENTED'),
    },
  }),
  async (c) => {
    const { catalog, project, databases } = await projectScope(c)
    const table = await createTable(databases, project, catalog, c.req.valid('json'), c.var.startedAt)
    return c.json(toTableBody(table, project.baseId), 200)
  },
)

tableRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/tables/{tableId}',
    operationId: 'db-table-read',
    summary: 'Read a table with its columns',
    tags,
    ...needs('tableGet'),
    request: { params: TableParameter },
    responses: { 200: json(TableBody, 'The table'), ...errorResponses('TABLE_NOT_FOUND') },
  }),
  async (c) => {
    const { table, project } = await tableScope(c, c.req.valid('param').tableId)
    return c.json(toTableBody(table, project.baseId), 200)
  },
)

tableRoutes.openapi(
  createRoute({
    method: 'patch',
    path: '/tables/{tableId}',
    operationId: 'db-table-update',
    summary: 'Rename or decorate a table',
    tags,
    ...needs('tableUpdate'),
    request: {
      params: TableParameter,
      ...jsonBody(TableRequest.omit({ columns: true, order: true }).openapi('TableUpdate', { description: 'What is left out stays' })),
    },
    responses: {
      200: json(Message, 'Changed'),
      ...errorResponses('INVALID_REQUEST_BODY', 'INVALID_TABLE', 'TABLE_NOT_FOUND', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    const { table, catalog, project } = await tableScope(c, c.req.valid('param').tableId)
    await changeTable(c.env.DB, project, catalog, table, c.req.valid('json'), c.var.startedAt)
    return c.json({ msg: 'The table has been updated successfully' }, 200)
  },
)

tableRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/tables/{tableId}/reorder',
    operationId: 'db-table-reorder',
    summary: 'Give a table another place in the list',
    tags,
    ...needs('tableReorder'),
    request: { params: TableParameter, ...jsonBody(z.object({ order: z.number() }).openapi('TableOrder')) },
    responses: {
      200: json(z.boolean().openapi({ example: true }), 'Moved'),
      ...errorResponses('INVALID_REQUEST_BODY', 'TABLE_NOT_FOUND', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    const { table, catalog, project } = await tableScope(c, c.req.valid('param').tableId)
    await changeTable(c.env.DB, project, catalog, table, { order: c.req.valid('json').order }, c.var.startedAt)
    return c.json(true, 200)
  },
)

tableRoutes.openapi(
  createRoute({
    method: 'delete',
    path: '/tables/{tableId}',
    operationId: 'db-table-delete',
    summary: 'Delete a table with its rows',
    tags,
    ...needs('tableDelete'),
    request: { params: TableParameter },
    responses: { 200: json(z.boolean().openapi({ example: true }), 'Deleted'), ...errorResponses('TABLE_NOT_FOUND', 'FORBIDDEN') },
  }),
  async (c) => {
    const { table, project, databases } = await tableScope(c, c.req.valid('param').tableId)
    await removeTable(databases, project.database, table, c.var.startedAt)
    return c.json(true, 200)
  },
)

tableRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/tables/{tableId}/views',
    operationId: 'db-view-list',
    summary: 'List the views of a table',
    tags,
    ...needs('viewList'),
    request: { params: TableParameter },
    responses: { 200: json(listOf(ViewBody), 'The default grid'), ...errorResponses('TABLE_NOT_FOUND') },
  }),
  async (c) => {
    const { table, project } = await tableScope(c, c.req.valid('param').tableId)
    return c.json(wholeList([toDefaultView(table, project.baseId)]), 200)
  },
)
