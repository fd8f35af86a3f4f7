/** Columns over HTTP: docs/contract/api-v1.md 3.4. Changes answer with the whole table, as clients of the contract expect. */
import { createRoute, z } from '@hono/zod-openapi'
import { needs } from '../../control/access/guard'
import { param } from '../../control/access/place'
import { auditSource } from '../../control/audit/source'
import { createRouter, errorResponses, json, jsonBody } from '../../http/router'
import { columnScope, tableScope } from '../../data/catalog/scope'
import { reloadTable } from '../../data/catalog/catalog'
import { addColumn, changeColumn, chooseDisplayColumn, removeColumn } from '../../data/catalog/columns'
import { ColumnBody, ColumnRequest, toColumnBody, toColumnPatch, toColumnSpec, toTextAnswers } from './column-wire'
import { TableBody, toTableBody } from './table-wire'

const TableParameter = z.object({ tableId: z.string().openapi({ param: { name: 'tableId', in: 'path' } }) })
const ColumnParameter = z.object({ columnId: z.string().openapi({ param: { name: 'columnId', in: 'path' } }) })
const byTable = { project: param('tableId', 'table') }
const byColumn = { project: param('columnId', 'column') }
const REFUSALS = [
  'INVALID_REQUEST_BODY',
  'INVALID_COLUMN',
  'INVALID_VALUE_FOR_FIELD',
  'DUPLICATE_VALUE',
  'NOT_IMPLEMENTED',
  'FORBIDDEN',
] as const
const tags = ['Columns']

export const columnRoutes = createRouter()

columnRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/tables/{tableId}/columns',
    operationId: 'db-table-column-create',
    summary: 'Add a column',
    description: 'Rows that are there get the default value. `"meta": {"index": true}` makes an index.',
    tags,
    ...needs('columnAdd', byTable),
    request: { params: TableParameter, ...jsonBody(ColumnRequest) },
    responses: { 200: json(TableBody, 'The whole table'), ...errorResponses('TABLE_NOT_FOUND', ...REFUSALS) },
  }),
  async (c) => {
    const { databases, project, table } = await tableScope(c, c.req.valid('param').tableId)
    await addColumn({ databases, project, source: await auditSource(c) }, table, toColumnSpec(c.req.valid('json')))
    return c.json(toTableBody(await reloadTable(c.env.DB, project.id, table.id), project.baseId), 200)
  },
)

columnRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/columns/{columnId}',
    operationId: 'db-table-column-get',
    summary: 'Read a column',
    tags,
    ...needs('columnGet', byColumn),
    request: { params: ColumnParameter },
    responses: { 200: json(ColumnBody, 'The column'), ...errorResponses('COLUMN_NOT_FOUND') },
  }),
  async (c) => {
    const { table, column, project } = await columnScope(c, c.req.valid('param').columnId)
    return c.json(toColumnBody(column, table, project.baseId), 200)
  },
)

columnRoutes.openapi(
  createRoute({
    method: 'patch',
    path: '/columns/{columnId}',
    operationId: 'db-table-column-update',
    summary: 'Rename, retype or otherwise change a column',
    description:
      'What is left out stays. Another type converts every value or, naming the first rows that do not convert, none. Texts are read ' +
      'as in an import; a select without options takes them from its texts. A default value that the column can no longer hold goes.',
    tags,
    ...needs('columnUpdate', byColumn),
    request: { params: ColumnParameter, ...jsonBody(ColumnRequest) },
    responses: { 200: json(TableBody, 'The whole table'), ...errorResponses('COLUMN_NOT_FOUND', 'TABLE_NOT_FOUND', ...REFUSALS) },
  }),
  async (c) => {
    const { databases, project, table, column } = await columnScope(c, c.req.valid('param').columnId)
    const request = c.req.valid('json')
    const change = { patch: toColumnPatch(column, request), answers: toTextAnswers(request) }
    await changeColumn({ databases, project, source: await auditSource(c) }, { table, column }, change)
    return c.json(toTableBody(await reloadTable(c.env.DB, project.id, table.id), project.baseId), 200)
  },
)

columnRoutes.openapi(
  createRoute({
    method: 'delete',
    path: '/columns/{columnId}',
    operationId: 'db-table-column-delete',
    summary: 'Delete a column with its values',
    tags,
    ...needs('columnDelete', byColumn),
    request: { params: ColumnParameter },
    responses: {
      200: json(TableBody, 'The whole table'),
      ...errorResponses('COLUMN_NOT_FOUND', 'TABLE_NOT_FOUND', 'INVALID_COLUMN', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    const { databases, project, table, column } = await columnScope(c, c.req.valid('param').columnId)
    await removeColumn({ databases, project, source: await auditSource(c) }, table, column)
    return c.json(toTableBody(await reloadTable(c.env.DB, project.id, table.id), project.baseId), 200)
  },
)

columnRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/columns/{columnId}/primary',
    operationId: 'db-table-column-primary-set',
    summary: 'Make a column the display value of its table',
    tags,
    ...needs('columnSetAsPrimary', byColumn),
    request: { params: ColumnParameter },
    responses: { 200: json(z.boolean().openapi({ example: true }), 'Set'), ...errorResponses('COLUMN_NOT_FOUND', 'FORBIDDEN') },
  }),
  async (c) => {
    const { table, column } = await columnScope(c, c.req.valid('param').columnId)
    await chooseDisplayColumn(c.env.DB, { table, column }, await auditSource(c))
    return c.json(true, 200)
  },
)
