/** What the routes of rows share: parameters, bodies, and the headers that make writes safe to repeat. */
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { requireActor } from '../../control/access/guard'
import type { AppEnv } from '../../env'
import { ApiError } from '../../errors'
import { PageInfo } from '../../http/page'
import type { Table } from '../../data/types/column'
import type { Predicate } from '../../data/query/predicate'
import { type ListQuery, type QueryParams, onlyValue, parseFilter, parseQuery } from '../../data/query/query'
import { type Write, readIdempotencyKey, runOnce } from '../../data/records/idempotency'
import { type VersionedRow, duplicateValue } from '../../data/records/records'

const parameter = (name: string, description: string) => z.string().openapi({ param: { name, in: 'path' }, description })

export const TableParameters = z.object({
  orgs: parameter('orgs', 'Not looked at; `noco` by custom').openapi({ example: 'noco' }),
  projectName: parameter('projectName', 'Id or title of the project'),
  tableName: parameter('tableName', 'Id or title of the table'),
})
export const RowParameters = TableParameters.extend({
  rowId: parameter('rowId', 'Primary key; parts of a composite one joined by `___`'),
})

const integer = (description: string, example: number) => z.string().optional().openapi({ type: 'integer', description, example })

/** Names separated by commas; given more than once, those of all. */
const names = (description: string, example: string) =>
  z
    .union([z.string(), z.array(z.string())])
    .optional()
    .openapi({ type: 'string', description, example })

/** Documented here; read, with their short names and array forms, by data/query. */
export const ListParameters = z
  .object({
    fields: names('Fields to answer with, by title, separated by commas', 'Id,Title'),
    sort: names('Fields to sort by; a leading `-` sorts descending', '-Id'),
    where: z.string().optional().openapi({ description: 'A filter such as `(Qty,gt,3)~and(Title,like,pen)`' }),
    filterArrJson: z.string().optional().openapi({ description: 'A filter as a JSON array; ANDed with `where`' }),
    sortArrJson: z.string().optional().openapi({ description: 'The sort as a JSON array; used where `sort` is absent' }),
    limit: integer('Rows of the page', 25),
    offset: integer('Rows before the page', 0),
    cursor: z.string().optional().openapi({ description: '`pageInfo.next` of the page before' }),
    shuffle: z.string().optional().openapi({ description: '1: in random order' }),
  })
  .loose()

const flag = (description: string, usual: 0 | 1) =>
  z
    .string()
    .optional()
    .openapi({ type: 'integer', enum: [0, 1], default: usual, description })

export const ExportParameters = ListParameters.omit({ limit: true, cursor: true, shuffle: true }).extend({
  bom: flag('0: without the byte order mark that tells spreadsheets of UTF-8', 1),
  types: flag('1: headings are `Title (Type)`; the import gives such a file exactly these types', 0),
})

export const FilterParameters = ListParameters.pick({ where: true, filterArrJson: true }).loose()

/** Not z.record(): that drops a field called `__proto__`, and a field may have any name. */
export const RowBody = z
  .custom<Record<string, unknown>>(
    (body) => typeof body === 'object' && body !== null && !Array.isArray(body),
    'must be an object',
  )
  .openapi('Row', { type: 'object', additionalProperties: true, description: 'Values by field title' })

/** Not an extension of PageInfo: documents would say that every answer is one, and it has no `page` after a cursor. */
const CursorPageInfo = z
  .object({
    ...PageInfo.shape,
    page: PageInfo.shape.page.optional().openapi({ description: 'offset / limit + 1, not rounded; not known after a `cursor`' }),
    next: z.string().optional().openapi({ description: 'The `cursor` of the next page; absent on the last one' }),
  })
  .openapi('CursorPageInfo')

export const PageBody = z.object({ list: z.array(RowBody), pageInfo: CursorPageInfo })

export const WriteHeaders = z.object({
  'idempotency-key': z
    .string()
    .optional()
    .openapi({ description: 'Sent again within 24 hours, the same request takes effect once' }),
})
export const RowWriteHeaders = WriteHeaders.extend({
  'if-match': z
    .string()
    .optional()
    .openapi({ description: 'The `ETag` of the row as you read it: refused with 412 when it has changed' }),
})

export const LIST_REFUSALS = [
  'INVALID_FILTER',
  'FIELD_NOT_FOUND',
  'INVALID_PARAMETER',
  'INVALID_CURSOR',
  'PROJECT_NOT_FOUND',
  'TABLE_NOT_FOUND',
  'VIEW_NOT_FOUND',
  'FORBIDDEN',
] as const

export const WRITE_REFUSALS = [
  'INVALID_REQUEST_BODY',
  'FIELD_NOT_FOUND',
  'INVALID_VALUE_FOR_FIELD',
  'REQUIRED_FIELD_MISSING',
  'DUPLICATE_VALUE',
  'IDEMPOTENCY_KEY_REUSED',
  'PROJECT_NOT_FOUND',
  'TABLE_NOT_FOUND',
  'VIEW_NOT_FOUND',
  'FORBIDDEN',
] as const

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

/** Answers with a row and, as its ETag, the number of its writes. */
export function setETag(c: Context<AppEnv>, { version }: VersionedRow): void {
  c.header('etag', `"v${version}"`)
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
