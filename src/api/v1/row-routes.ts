/**
 * Rows over HTTP, API v1: docs/contract/api-v1.md section 4. Every route stands twice, below the table and below its default view,
 * which shows all columns. The typed contract of each table is openapi/project.ts.
 */
import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { needs } from '../../control/access/guard'
import { auditSource } from '../../control/audit/source'
import type { AppEnv } from '../../env'
import { ApiError } from '../../errors'
import { createRouter, errorResponses, json, jsonBody } from '../../http/router'
import type { Column, Table } from '../../data/types/column'
import { parseFields } from '../../data/query/fields'
import { findColumn } from '../../data/query/names'
import { onlyValue } from '../../data/query/query'
import { type Scope, tableScope } from '../../data/catalog/scope'
import { csvStream, parseCsvOptions } from '../../data/records/export'
import { type GroupSort, groupBy, groupedList, isGroupable } from '../../data/records/groups'
import {
  ExportParameters,
  FilterParameters,
  LIST_REFUSALS,
  ListParameters,
  PageBody,
  RowBody,
  RowParameters,
  RowWriteHeaders,
  TableParameters,
  WRITE_REFUSALS,
  WriteHeaders,
  expectedVersions,
  filterOf,
  listQuery,
  perform,
  setETag,
} from './row-requests'
import { countRows, deleteOne, exists, findOne, insertOne, listRows, readOne, updateOne } from '../../data/records/records'

const ViewParameter = {
  viewName: z.string().openapi({ param: { name: 'viewName', in: 'path' }, description: 'Id or title of the view' }),
}

/** The project, table and database of a route. Throws TABLE_NOT_FOUND, VIEW_NOT_FOUND. */
async function rowScope(c: Context<AppEnv>): Promise<Scope & { table: Table }> {
  const scope = await tableScope(c, c.req.param('tableName') ?? '')
  const view = c.req.param('viewName')
  if (view !== undefined && view !== scope.table.viewId && view !== scope.table.title) throw new ApiError('VIEW_NOT_FOUND')
  return scope
}

function rowRoutes(through: 'table' | 'view') {
  const router = createRouter()
  const inView = through === 'view'
  const path = `/{orgs}/{projectName}/{tableName}${inView ? '/views/{viewName}' : ''}` as const
  const table = inView ? TableParameters.extend(ViewParameter) : TableParameters
  const row = inView ? RowParameters.extend(ViewParameter) : RowParameters
  const prefix = inView ? 'view-row' : 'table-row'
  const tags = [inView ? 'Rows through a view' : 'Rows']

  router.openapi(
    createRoute({
      method: 'get',
      path: `${path}/find-one`,
      operationId: `${prefix}-find-one`,
      summary: 'The first row that matches',
      tags,
      ...needs('dataFindOne'),
      request: { params: table, query: ListParameters },
      responses: { 200: json(RowBody, 'The row, or {} when none matches'), ...errorResponses(...LIST_REFUSALS) },
    }),
    async (c) => {
      const scope = await rowScope(c)
      return c.json((await findOne(scope.data, scope.table, listQuery(c, scope.table))) ?? {}, 200)
    },
  )

  router.openapi(
    createRoute({
      method: 'get',
      path: `${path}/count`,
      operationId: `${prefix}-count`,
      summary: 'How many rows match',
      tags,
      ...needs('dataCount'),
      request: { params: table, query: FilterParameters },
      responses: {
        200: json(z.object({ count: z.number().int() }).openapi('Count'), 'The count'),
        ...errorResponses(...LIST_REFUSALS),
      },
    }),
    async (c) => {
      const scope = await rowScope(c)
      return c.json({ count: await countRows(scope.data, scope.table, filterOf(c, scope.table)) }, 200)
    },
  )

  router.openapi(
    createRoute({
      method: 'get',
      path: `${path}/groupby`,
      operationId: `${prefix}-group-by`,
      summary: 'Count rows by the value of a field',
      description:
        '`column_name` is the column’s physical name, or its title. `pageInfo.totalRows` counts rows, not groups. A column ' +
        'whose name is `count` is refused with `INVALID_PARAMETER`: entries have one member of that name, the number of rows.',
      tags,
      ...needs('dataGroupBy'),
      request: { params: table, query: ListParameters.extend({ column_name: z.string().openapi({ example: 'title' }) }) },
      responses: { 200: json(PageBody, 'One entry a value: {count, <column_name>}'), ...errorResponses(...LIST_REFUSALS) },
    }),
    async (c) => {
      const scope = await rowScope(c)
      const name = onlyValue(c.req.queries(), 'column_name') ?? ''
      const column = scope.table.columns.find(({ columnName }) => columnName === name) ?? findColumn(scope.table, name)
      if (column === undefined) throw fieldNotFound(scope.table, name, 'column_name')
      if (!isGroupable(column)) throw nameIsTaken(column)
      const { sort = [], s = [], 'sort[]': more = [], sortArrJson: _json, ...queries } = c.req.queries()
      const query = listQuery(c, scope.table, queries)
      const order = readGroupSort([...sort, ...s, ...more], [column.title, column.columnName])
      return c.json(await groupBy(scope.data, scope.table, column, query, order), 200)
    },
  )

  router.openapi(
    createRoute({
      method: 'get',
      path: `${path}/group/{groupColumnId}`,
      operationId: `${prefix}-grouped-list`,
      summary: 'A page of rows for each value of a field',
      description:
        'The options of a select in their order, and a group of rows without a value. Where a group has more rows, `next` of its ' +
        '`pageInfo` is a `cursor` for the list of rows with a filter for that value.',
      tags,
      ...needs('groupedDataList'),
      request: {
        params: table.extend({ groupColumnId: z.string().openapi({ param: { name: 'groupColumnId', in: 'path' } }) }),
        query: ListParameters,
      },
      responses: {
        200: json(z.array(z.object({ key: z.unknown(), value: PageBody })), 'The groups'),
        ...errorResponses('COLUMN_NOT_FOUND', ...LIST_REFUSALS),
      },
    }),
    async (c) => {
      const scope = await rowScope(c)
      const column = scope.table.columns.find(({ id }) => id === c.req.param('groupColumnId'))
      if (column === undefined) throw new ApiError('COLUMN_NOT_FOUND')
      const groups = await groupedList(scope.data, scope.table, column, listQuery(c, scope.table))
      return c.json(groups, 200)
    },
  )

  router.openapi(
    createRoute({
      method: 'get',
      path: `${path}/export/csv`,
      operationId: `${prefix}-export-csv`,
      summary: 'All rows as CSV',
      description:
        'Streamed. A text that a spreadsheet would run as a formula gets a leading quote mark. No value is an empty cell, the ' +
        'empty text a cell of two quotes.',
      tags,
      ...needs('exportCsv'),
      request: { params: table, query: ExportParameters },
      responses: {
        200: { description: 'The file', content: { 'text/csv': { schema: z.string() } } },
        ...errorResponses(...LIST_REFUSALS),
      },
    }),
    async (c) => {
      const scope = await rowScope(c)
      const name = `${encodeURIComponent(scope.table.title)}-export.csv`
      const options = parseCsvOptions(c.req.queries())
      const query = listQuery(c, scope.table)
      return c.body(await csvStream(scope, { query, options }, await auditSource(c)), 200, {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="${name}"; filename*=UTF-8''${name}`,
        'nc-export-offset': '-1',
        'access-control-expose-headers': 'nc-export-offset',
      })
    },
  )

  router.openapi(
    createRoute({
      method: 'get',
      path,
      operationId: `${prefix}-list`,
      summary: 'List rows',
      tags,
      ...needs('dataList'),
      request: { params: table, query: ListParameters },
      responses: { 200: json(PageBody, 'A page of rows'), ...errorResponses(...LIST_REFUSALS) },
    }),
    async (c) => {
      const scope = await rowScope(c)
      const cursor = onlyValue(c.req.queries(), 'cursor')
      const options = { cursor: cursor === '' ? undefined : cursor }
      return c.json(await listRows(scope.data, scope.table, listQuery(c, scope.table), options), 200)
    },
  )

  router.openapi(
    createRoute({
      method: 'post',
      path,
      operationId: `${prefix}-create`,
      summary: 'Insert a row',
      tags,
      ...needs('dataInsert'),
      request: { params: table, headers: WriteHeaders, ...jsonBody(RowBody) },
      responses: { 200: json(RowBody, 'The row as it was stored'), ...errorResponses(...WRITE_REFUSALS) },
    }),
    async (c) => {
      const scope = await rowScope(c)
      const inserted = await perform(c, scope.data, scope.table, insertOne(scope.table, c.req.valid('json'), c.get('startedAt')))
      setETag(c, inserted)
      return c.json(inserted.row, 200)
    },
  )

  router.openapi(
    createRoute({
      method: 'get',
      path: `${path}/{rowId}`,
      operationId: `${prefix}-read`,
      summary: 'Read a row',
      tags,
      ...needs('dataRead'),
      request: { params: row, query: ListParameters.pick({ fields: true }).loose() },
      responses: {
        200: json(RowBody, 'The row, with its version as ETag'),
        ...errorResponses('ROW_NOT_FOUND', ...LIST_REFUSALS),
      },
    }),
    async (c) => {
      const scope = await rowScope(c)
      const queries = c.req.queries()
      const fields = parseFields(scope.table, [
        ...(queries['fields'] ?? []),
        ...(queries['fields[]'] ?? []),
        ...(queries['f'] ?? []),
      ])
      const found = await readOne(scope.data, scope.table, c.req.param('rowId'), fields)
      setETag(c, found)
      return c.json(found.row, 200)
    },
  )

  router.openapi(
    createRoute({
      method: 'get',
      path: `${path}/{rowId}/exist`,
      operationId: `${prefix}-exist`,
      summary: 'Whether a row is there',
      tags,
      ...needs('dataExist'),
      request: { params: row },
      responses: {
        200: json(z.boolean(), 'Whether it is'),
        ...errorResponses('PROJECT_NOT_FOUND', 'TABLE_NOT_FOUND', 'VIEW_NOT_FOUND', 'FORBIDDEN'),
      },
    }),
    async (c) => {
      const scope = await rowScope(c)
      return c.json(await exists(scope.data, scope.table, c.req.param('rowId')), 200)
    },
  )

  router.openapi(
    createRoute({
      method: 'patch',
      path: `${path}/{rowId}`,
      operationId: `${prefix}-update`,
      summary: 'Change a row',
      tags,
      ...needs('dataUpdate'),
      request: { params: row, headers: RowWriteHeaders, ...jsonBody(RowBody) },
      responses: {
        200: json(RowBody, 'The whole row after the change'),
        ...errorResponses('ROW_NOT_FOUND', 'ROW_CHANGED', ...WRITE_REFUSALS),
      },
    }),
    async (c) => {
      const scope = await rowScope(c)
      const write = updateOne(scope.table, c.req.param('rowId'), c.req.valid('json'), expectedVersions(c), c.get('startedAt'))
      const updated = await perform(c, scope.data, scope.table, write)
      setETag(c, updated)
      return c.json(updated.row, 200)
    },
  )

  router.openapi(
    createRoute({
      method: 'delete',
      path: `${path}/{rowId}`,
      operationId: `${prefix}-delete`,
      summary: 'Delete a row',
      tags,
      ...needs('dataDelete'),
      request: { params: row, headers: RowWriteHeaders },
      responses: {
        200: json(z.number().int().openapi({ example: 1 }), 'How many rows were deleted: 1'),
        ...errorResponses(
          'ROW_NOT_FOUND',
          'ROW_CHANGED',
          'IDEMPOTENCY_KEY_REUSED',
          'PROJECT_NOT_FOUND',
          'TABLE_NOT_FOUND',
          'VIEW_NOT_FOUND',
          'FORBIDDEN',
        ),
      },
    }),
    async (c) => {
      const scope = await rowScope(c)
      return c.json(
        await perform(c, scope.data, scope.table, deleteOne(scope.table, c.req.param('rowId'), expectedVersions(c))),
        200,
      )
    },
  )

  return router
}

export const tableRowRoutes = rowRoutes('table')
export const viewRowRoutes = rowRoutes('view')

/** `sort` of group-by: the grouped field, or `count`. Throws INVALID_PARAMETER. */
function readGroupSort(values: readonly string[], names: readonly string[]): GroupSort[] {
  return values
    .flatMap((value) => (names.includes(value.replace(/^-/, '')) ? [value] : value.split(',')))
    .filter((name) => name.trim() !== '')
    .map((name) => {
      const descending = name.startsWith('-')
      const bare = descending ? name.slice(1) : name
      if (names.includes(bare)) return { by: 'value', descending }
      if (bare === 'count') return { by: 'count', descending }
      throw new ApiError('INVALID_PARAMETER', `sort: groups are sorted by "${names[0]}" or "count", not by "${bare}".`)
    })
}

function nameIsTaken({ title }: Column): ApiError {
  return new ApiError(
    'INVALID_PARAMETER',
    `column_name: "${title}" cannot be grouped by, since its column name is the one that the number of rows has in the answer.`,
  )
}

function fieldNotFound(table: Table, name: string, parameter: string): ApiError {
  return new ApiError('FIELD_NOT_FOUND', `The table "${table.title}" has no field "${name}" (${parameter}).`, {
    details: { field: name },
  })
}
