/** Tables over HTTP: docs/contract/api-v1.md 3.3, 3.6. */
import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { needs } from '../../control/access/guard'
import { param } from '../../control/access/place'
import { auditSource } from '../../control/audit/source'
import type { AppEnv } from '../../http/app-env'
import { ApiError } from '../../errors'
import { listOf, wholeList } from '../../http/page'
import { Message, createRouter, errorResponses, json, jsonBody } from '../../http/router'
import { type Scope, projectScope, tableScope } from '../../data/catalog/scope'
import {
  TableBody,
  TableRequest,
  TableSummary,
  ViewBody,
  toDefaultView,
  toTableBody,
  toTablePatch,
  toTableSpec,
  toTableSummary,
} from './table-wire'
import { changeTable, createTable, removeTable } from '../../data/catalog/tables'

const ProjectParameter = z.object({ projectId: z.string().openapi({ param: { name: 'projectId', in: 'path' } }) })
const TableParameter = z.object({ tableId: z.string().openapi({ param: { name: 'tableId', in: 'path' } }) })
const inProject = { project: param('projectId') }
const byTable = { project: param('tableId', 'table') }

const tags = ['Tables']

export const tableRoutes = createRouter()

const BaseParameters = ProjectParameter.extend({
  baseId: z.string().openapi({ param: { name: 'baseId', in: 'path' }, description: 'The one data source of the project' }),
})

/** The project of the path. Throws BASE_NOT_FOUND when the path names a data source and it is not the project's. */
async function baseScope(c: Context<AppEnv>): Promise<Scope> {
  const scope = await projectScope(c)
  const baseId = c.req.param('baseId')
  if (baseId !== undefined && baseId !== scope.project.baseId) throw new ApiError('BASE_NOT_FOUND')
  return scope
}

/** The tables of a project stand below it and below its data source, which it has one of. */
for (const { path, params, prefix } of [
  { path: '/projects/{projectId}/tables', params: ProjectParameter, prefix: 'db' },
  { path: '/projects/{projectId}/{baseId}/tables', params: BaseParameters, prefix: 'base' },
] as const) {
  tableRoutes.openapi(
    createRoute({
      method: 'get',
      path,
      operationId: `${prefix}-table-list`,
      summary: 'List the tables',
      tags,
      ...needs('tableList', inProject),
      request: { params },
      responses: {
        200: json(listOf(TableSummary), 'All of them, without their columns'),
        ...errorResponses('PROJECT_NOT_FOUND', 'BASE_NOT_FOUND'),
      },
    }),
    async (c) => {
      const { catalog, project } = await baseScope(c)
      return c.json(wholeList(catalog.tables.map((table) => toTableSummary(table, project.baseId))), 200)
    },
  )

  tableRoutes.openapi(
    createRoute({
      method: 'post',
      path,
      operationId: `${prefix}-table-create`,
      summary: 'Create a table',
      tags,
      ...needs('tableCreate', inProject),
      request: { params, ...jsonBody(TableRequest) },
      responses: {
        200: json(TableBody, 'The new table'),
        ...errorResponses(
          'INVALID_REQUEST_BODY',
          'INVALID_TABLE',
          'INVALID_COLUMN',
          'INVALID_VALUE_FOR_FIELD',
          'PROJECT_NOT_FOUND',
          'BASE_NOT_FOUND',
          'FORBIDDEN',
          'NOT_IMPLEMENTED',
        ),
      },
    }),
    async (c) => {
      const { catalog, project, databases } = await baseScope(c)
      const table = await createTable(
        { databases, project, source: await auditSource(c) },
        catalog,
        toTableSpec(c.req.valid('json')),
      )
      return c.json(toTableBody(table, project.baseId), 200)
    },
  )
}

tableRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/tables/{tableId}',
    operationId: 'db-table-read',
    summary: 'Read a table with its columns',
    tags,
    ...needs('tableGet', byTable),
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
    ...needs('tableUpdate', byTable),
    request: {
      params: TableParameter,
      ...jsonBody(
        TableRequest.omit({ columns: true, order: true }).openapi('TableUpdate', { description: 'What is left out stays' }),
      ),
    },
    responses: {
      200: json(Message, 'Changed'),
      ...errorResponses('INVALID_REQUEST_BODY', 'INVALID_TABLE', 'TABLE_NOT_FOUND', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    const { table, catalog, project, databases } = await tableScope(c, c.req.valid('param').tableId)
    await changeTable({ databases, project, source: await auditSource(c) }, { catalog, table }, toTablePatch(c.req.valid('json')))
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
    ...needs('tableReorder', byTable),
    request: { params: TableParameter, ...jsonBody(z.object({ order: z.number() }).openapi('TableOrder')) },
    responses: {
      200: json(z.boolean().openapi({ example: true }), 'Moved'),
      ...errorResponses('INVALID_REQUEST_BODY', 'TABLE_NOT_FOUND', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    const { table, catalog, project, databases } = await tableScope(c, c.req.valid('param').tableId)
    await changeTable(
      { databases, project, source: await auditSource(c) },
      { catalog, table },
      { order: c.req.valid('json').order },
    )
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
    ...needs('tableDelete', byTable),
    request: { params: TableParameter },
    responses: {
      200: json(z.boolean().openapi({ example: true }), 'Deleted'),
      ...errorResponses('TABLE_NOT_FOUND', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    const { table, project, databases } = await tableScope(c, c.req.valid('param').tableId)
    await removeTable({ databases, project, source: await auditSource(c) }, table)
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
    ...needs('viewList', byTable),
    request: { params: TableParameter },
    responses: { 200: json(listOf(ViewBody), 'The default grid'), ...errorResponses('TABLE_NOT_FOUND') },
  }),
  async (c) => {
    const { table, project } = await tableScope(c, c.req.valid('param').tableId)
    return c.json(wholeList([toDefaultView(table, project.baseId)]), 200)
  },
)
