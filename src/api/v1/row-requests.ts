/** What operations on rows read of a request: the table, the query, and the headers that make writes safe to repeat. */
import type { Context } from 'hono'
import { requireActor } from '../../control/access/guard'
import type { AppEnv } from '../../http/app-env'
import { ApiError } from '../../errors'
import { type AccessScope, accessScope } from '../../data/access/access-scope'
import type { Table } from '../../data/types/column'
import type { Predicate } from '../../data/query/predicate'
import { type ListQuery, type QueryParams, onlyValue, parseFilter, parseQuery } from '../../data/query/query'
import { type Write, readIdempotencyKey, runOnce } from '../../data/records/idempotency'
import { type VersionedRow, duplicateValue } from '../../data/records/records'
import type { AnswerOf, BodyName, BodyOf } from './row-bodies'
import type { OperationName, ROW_OPERATIONS } from './row-operations'

/** What a handler is given: the request, what its path names, and its body as the operation declares it. */
export interface RowRequest<Body> extends AccessScope {
  c: Context<AppEnv>
  body: Body
}

type Operation<Name extends OperationName> = (typeof ROW_OPERATIONS)[Name]
type BodyIn<Name extends OperationName> = Operation<Name> extends { body: infer Body extends BodyName } ? BodyOf<Body> : undefined

/** For each of the operations what it does: from its body to its answer. */
export type Handlers<Names extends OperationName> = {
  [Name in Names]: (request: RowRequest<BodyIn<Name>>) => Promise<AnswerOf<Operation<Name>['answer']>>
}

/** Throws PROJECT_NOT_FOUND, TABLE_NOT_FOUND, VIEW_NOT_FOUND. */
export async function rowScope(c: Context<AppEnv>): Promise<AccessScope> {
  const scope = await accessScope(c, c.req.param('tableName') ?? '')
  const view = c.req.param('viewName')
  if (view !== undefined && view !== scope.table.viewId && view !== scope.table.title) throw new ApiError('VIEW_NOT_FOUND')
  return scope
}

/** The request's query as data/query reads it. */
export function listQuery(c: Context<AppEnv>, table: Table, queries: QueryParams = c.req.queries()): ListQuery {
  return parseQuery(table, queries, { now: c.get('startedAt'), limits: c.get('config').limits })
}

/** The filter alone; null for none. */
export function filterOf(c: Context<AppEnv>, table: Table): Predicate | null {
  const queries = c.req.queries()
  const texts = { where: onlyValue(queries, 'where', 'w'), filterArrJson: onlyValue(queries, 'filterArrJson') }
  return parseFilter(table, texts, c.get('startedAt'))
}

/** `viewId` is the SDK's; the one view there is shows every row. */
const PARAMETERS_TO_WRITE: readonly string[] = ['where', 'w', 'filterArrJson', 'viewId']

/**
 * The filter of a write to every row that matches; null for every row there is. A parameter that is not known here may be a
 * misspelt filter, and a view that is not known may have one: to pass over them could change the whole table. Throws
 * INVALID_PARAMETER, VIEW_NOT_FOUND.
 */
export function filterToWrite(c: Context<AppEnv>, table: Table): Predicate | null {
  const queries = c.req.queries()
  // Not the keys of `queries`: those leave out a name that is empty.
  const unknown = [...new URL(c.req.url).searchParams.keys()].find((name) => !PARAMETERS_TO_WRITE.includes(name))
  if (unknown !== undefined) {
    const message = `"${unknown}" is no parameter here; expected where or filterArrJson. Nothing was changed.`
    throw new ApiError('INVALID_PARAMETER', message, { details: { errors: [{ path: unknown, message }] } })
  }
  const view = onlyValue(queries, 'viewId') ?? ''
  if (view !== '' && view !== table.viewId) throw new ApiError('VIEW_NOT_FOUND')
  return filterOf(c, table)
}

/** Runs a write, once for each Idempotency-Key. What a unique index refuses becomes DUPLICATE_VALUE. */
export async function perform<Answer>(c: Context<AppEnv>, data: D1Database, table: Table, write: Write<Answer>): Promise<Answer> {
  const header = c.req.header('idempotency-key')
  const request = {
    userId: requireActor(c).userId,
    method: c.req.method,
    url: c.req.url,
    body: header === undefined ? '' : await c.req.text(),
  }
  const idempotent = await readIdempotencyKey(header, request)
  try {
    const { answer, replayed } = await runOnce(data, write, idempotent, c.get('startedAt'))
    if (replayed) c.header('idempotency-replayed', 'true')
    return answer
  } catch (error) {
    throw duplicateValue(table, error)
  }
}

/** The row to answer with; the number of its writes goes into its ETag. */
export function withETag(c: Context<AppEnv>, { row, version }: VersionedRow): VersionedRow['row'] {
  c.header('etag', `"v${version}"`)
  return row
}

/**
 * The versions that If-Match lists (RFC 9110, 13.1.1), any of which will do; null for none, or `*`. A tag that is not ours
 * matches no version. A weak tag counts as the strong one: Cloudflare weakens tags of answers that it compresses, and ours
 * tell of a row's content, not of its bytes.
 */
export function expectedVersions(c: Context<AppEnv>): number[] | null {
  const header = c.req.header('if-match')?.trim()
  if (header === undefined || header === '*') return null
  return Array.from(header.matchAll(/(?:^|,)\s*(?:W\/)?"v(\d{1,15})"\s*(?=,|$)/g), ([, version]) => Number(version))
}
