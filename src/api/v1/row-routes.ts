/**
 * Rows over HTTP: docs/contract/api-v1.md section 4. The routes are made of the declarations in row-operations.ts; what each does is its
 * handler. Those of single rows stand twice, below the table and below its default view, which shows all columns.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { needs } from '../../control/access/guard'
import { param } from '../../control/access/place'
import { createRouter, errorResponses } from '../../http/router'
import { BULK_HANDLERS } from './bulk-handlers'
import { answerForRouter, bodyForRouter } from './row-bodies'
import { ROW_HANDLERS } from './row-handlers'
import {
  type OperationName,
  type RowOperation,
  type Through,
  ROW_OPERATIONS,
  operationsThrough,
  pathParameters,
  refusalsOf,
} from './row-operations'
import { requestParameters } from './row-parameters'
import { type Handlers, type RowRequest, rowScope } from './row-requests'

/** A name without a handler does not compile. */
const HANDLERS: Handlers<OperationName> = { ...ROW_HANDLERS, ...BULK_HANDLERS }

const parameter = (name: string, description: string, example?: string) =>
  z.string().openapi({ param: { name, in: 'path', ...(example !== undefined && { example }) }, description })

const TABLE = {
  orgs: parameter('orgs', 'Not looked at; `noco` by custom', 'noco'),
  projectName: parameter('projectName', 'Id or title of the project'),
  tableName: parameter('tableName', 'Id or title of the table'),
}
const VIEW = { ...TABLE, viewName: parameter('viewName', 'Id or title of the view') }

function pathOf({ below, path }: RowOperation, through: Through): string {
  const table = '/{orgs}/{projectName}/{tableName}'
  if (below === 'bulk') return `/bulk${table}${path}`
  return `${table}${through === 'view' ? '/views/{viewName}' : ''}${path}`
}

function tagOf({ below }: RowOperation, through: Through): string {
  if (below === 'bulk') return 'Rows in bulk'
  return through === 'view' ? 'Rows through a view' : 'Rows'
}

function routeOf(operation: RowOperation, through: Through) {
  const { id, method, permission, summary, description, parameters, body, answer } = operation
  return createRoute({
    method,
    path: pathOf(operation, through),
    operationId: `${through}-row-${id}`,
    summary,
    description,
    tags: [tagOf(operation, through)],
    ...needs(permission, { project: param('projectName', 'name') }),
    request: {
      params: z.object({ ...(through === 'view' ? VIEW : TABLE), ...requestParameters('path', pathParameters(operation)) }),
      ...optionalParameters(parameters),
      // `required` matters: without it a body of another content type would be skipped, valid as `{}`.
      ...(body !== undefined && {
        body: { required: true, content: { 'application/json': { schema: bodyForRouter(body) } } },
      }),
    },
    responses: { 200: answerForRouter(answer), ...errorResponses(...refusalsOf(operation, through)) },
  })
}

/** Nothing is checked where nothing is declared. */
function optionalParameters(names: RowOperation['parameters']) {
  const [query, headers] = [requestParameters('query', names), requestParameters('header', names)]
  return {
    ...(Object.keys(query).length > 0 && { query: z.looseObject(query) }),
    ...(Object.keys(headers).length > 0 && { headers: z.looseObject(headers) }),
  }
}

export const rowRoutes = createRouter()

/** `bulk` would pass for a project (docs/contract/api-v1.md 4.1), and `views` for a row: those that name them come first. */
const isBulk = (name: OperationName): boolean => ROW_OPERATIONS[name].below === 'bulk'
const ofTable = operationsThrough('table')
for (const name of ofTable.filter(isBulk)) serve(name, 'table')
for (const name of operationsThrough('view')) serve(name, 'view')
for (const name of ofTable.filter((one) => !isBulk(one))) serve(name, 'table')

function serve(name: OperationName, through: Through): void {
  // Each name has its own body and answer, which only its handler needs to know.
  const handle = HANDLERS[name] as (request: RowRequest<unknown>) => Promise<unknown>
  rowRoutes.openapi(routeOf(ROW_OPERATIONS[name], through), async (c) => {
    const answer = await handle({ c, ...(await rowScope(c)), body: c.req.valid('json' as never) })
    return answer instanceof Response ? answer : c.json(answer, 200)
  })
}
