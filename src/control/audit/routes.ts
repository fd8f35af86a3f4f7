/** The audit log over HTTP: all of it for super admins, a project's for its owners. An addition to the contract. */
import { createRoute, z } from '@hono/zod-openapi'
import { createRouter, errorResponses, json } from '../../http/router'
import { timestamp } from '../../lib/time'
import { needs, requireProject } from '../access/guard'
import { param } from '../access/place'
import type { StoredEvent } from './chain'
import { ACTIONS, type AuditAction } from './events'
import { type EventFilter, type Position, listEvents } from './store'

const DEFAULT_LIMIT = 25
const MAX_LIMIT = 1000

const ActionName = z.enum(Object.keys(ACTIONS) as [AuditAction, ...AuditAction[]])

const AskedAction = z.enum(Object.keys(ACTIONS) as [AuditAction, ...AuditAction[]], {
  error: `must be one of ${Object.keys(ACTIONS).join(', ')}`,
})

const EventBody = z
  .object({
    id: z.number().int().openapi({ example: 1207, description: 'Rises from event to event' }),
    at: z.string().openapi({ example: '2026-01-31 09:30:00+00:00' }),
    action: ActionName.openapi({ example: 'member.role_changed' }),
    count: z.number().int().openapi({
      example: 1,
      description:
        'How often. Failed sign-ins of one account from one address in an hour are one event, and so are refusals of one API Token',
    }),
    actor_id: z
      .string()
      .nullable()
      .openapi({ example: 'us_k47jipj97xjjg1', description: 'Who did it; null: nobody who is known' }),
    actor_email: z.string().nullable().openapi({ example: 'ada@example.org', description: 'As it was then' }),
    via: z.enum(['auth_token', 'api_token', 'session']).nullable().openapi({ example: 'auth_token' }),
    credential: z.string().nullable().openapi({
      example: 'se_0g0x02ppqq6hfp',
      description: 'By what: the hint of the API Token, or the id of the session',
    }),
    address: z.string().nullable().openapi({
      example: '6f1ed002ab559585',
      description: 'From where: the same for the same address, and the address itself where NC_AUDIT_ADDRESS is plain',
    }),
    request_id: z.string().nullable().openapi({ example: '8f1c2d3e4a5b6c7d-FRA' }),
    project_id: z.string().nullable().openapi({ example: 'p_k47jipj97xjjg1' }),
    target_id: z.string().nullable().openapi({ example: 'us_0g0x02ppqq6hfp', description: 'What or whom it was done to' }),
    target: z
      .string()
      .nullable()
      .openapi({ example: 'bob@example.org', description: 'Its title, e-mail or hint, as it was then' }),
    details: z
      .record(z.string(), z.union([z.string(), z.number(), z.null()]))
      .openapi({ example: { from: 'viewer', to: 'editor' } }),
    hash: z.string().nullable().openapi({
      example: null,
      description: 'The seal, over this event and the hash of the one before; null until its hour is over',
    }),
  })
  .openapi('AuditEvent')

const EventList = z
  .object({
    list: z.array(EventBody),
    pageInfo: z.object({
      pageSize: z.number().int(),
      isFirstPage: z.boolean(),
      isLastPage: z.boolean(),
      next: z.string().optional().openapi({ description: 'The `cursor` of the next page; absent on the last one' }),
    }),
  })
  .openapi('AuditEventList')

const MOMENT = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/i

const Moment = (name: string, description: string) =>
  z
    .string()
    .refine(isMoment, 'must be a date, or a time with its zone, such as 2026-01-31 or 2026-01-31T09:30:00Z')
    .optional()
    .openapi({ description, example: '2026-01-31', param: { name, in: 'query', required: false } })

function isMoment(text: string): boolean {
  const day = text.slice(0, 10)
  // Date.parse() takes the 31st of February for the 3rd of March.
  return MOMENT.test(text) && !Number.isNaN(Date.parse(text)) && new Date(Date.parse(day)).toISOString().startsWith(day)
}

/** The moment and the id of the last event of a page. */
const CURSOR = /^(\d{1,15})-(\d{1,15})$/

const Whole = z.string().regex(/^\d{1,15}$/, 'must be a whole number')

/** A parameter that is misspelled would narrow nothing, and who reads the answer would not know. */
export const AuditQuery = z.strictObject(
  {
    action: AskedAction.optional().openapi({ description: 'Events of this action only' }),
    actor: z
      .string()
      .min(1, 'must not be empty')
      .max(320)
      .optional()
      .openapi({ description: 'Id or e-mail of who did it', example: 'ada@example.org' }),
    since: Moment('since', 'From this moment on; a date begins at 00:00 UTC'),
    before: Moment('before', 'Before this moment'),
    limit: Whole.optional().openapi({
      type: 'integer',
      description: `Events of the page; default ${DEFAULT_LIMIT}, at most ${MAX_LIMIT}`,
      param: { name: 'limit', in: 'query', required: false },
    }),
    cursor: z
      .string()
      .regex(CURSOR, 'must be pageInfo.next of the page before')
      .optional()
      .openapi({ description: '`pageInfo.next` of the page before, with the same filters' }),
  },
  { error: ({ code, keys }) => (code === 'unrecognized_keys' ? unknownParameter(keys) : undefined) },
)

function unknownParameter(names: unknown): string {
  return `there is no parameter ${(names as string[]).join(', ')} here`
}

const OrgQuery = AuditQuery.extend({
  project: z
    .string()
    .min(1, 'must not be empty')
    .max(100)
    .optional()
    .openapi({ description: 'Id of a project', example: 'p_k47jipj97xjjg1' }),
})

const ProjectParameter = z.object({ projectId: z.string().openapi({ param: { name: 'projectId', in: 'path' } }) })
const inProject = { project: param('projectId') }
const tags = ['Audit log']
const description =
  'The newest events first. Kept for 90 days unless NC_AUDIT_DAYS says otherwise. Reads of rows are no events; exports are. ' +
  'For people alone: no API Token reads it.'

export const auditRoutes = createRouter()

auditRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/audit',
    operationId: 'audit-list',
    summary: 'What was done on this server',
    description,
    tags,
    ...needs('auditList'),
    request: { query: OrgQuery },
    responses: { 200: json(EventList, 'A page of events'), ...errorResponses('FORBIDDEN', 'INVALID_PARAMETER') },
  }),
  async (c) => {
    const query = c.req.valid('query')
    return c.json(await page(c.env.DB, query, query.project ?? null), 200)
  },
)

auditRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/db/meta/projects/{projectId}/audit',
    operationId: 'project-audit-list',
    summary: 'What was done in a project',
    description,
    tags,
    ...needs('projectAuditList', inProject),
    request: { params: ProjectParameter, query: AuditQuery },
    responses: {
      200: json(EventList, 'A page of events'),
      ...errorResponses('PROJECT_NOT_FOUND', 'FORBIDDEN', 'INVALID_PARAMETER'),
    },
  }),
  async (c) => c.json(await page(c.env.DB, c.req.valid('query'), requireProject(c).id), 200),
)

async function page(
  db: D1Database,
  query: z.infer<typeof AuditQuery>,
  project: string | null,
): Promise<z.infer<typeof EventList>> {
  const limit = Math.min(Math.max(Number(query.limit ?? DEFAULT_LIMIT), 1), MAX_LIMIT)
  const after = positionOf(query.cursor)
  const { events, hasMore } = await listEvents(db, filterOf(query, project), { limit, after })
  const last = events.at(-1)
  return {
    list: events.map(toBody),
    pageInfo: {
      pageSize: limit,
      isFirstPage: after === null,
      isLastPage: !hasMore,
      ...(hasMore && last !== undefined ? { next: cursorOf(last) } : {}),
    },
  }
}

export function cursorOf({ at, id }: Position): string {
  return `${at}-${id}`
}

/** Null: from the newest event on. */
export function positionOf(cursor: string | undefined): Position | null {
  const [, at, id] = CURSOR.exec(cursor ?? '') ?? []
  return at === undefined ? null : { at: Number(at), id: Number(id) }
}

/** What a query asks for. */
export function filterOf(
  { action, actor, since, before }: Pick<z.infer<typeof AuditQuery>, 'action' | 'actor' | 'since' | 'before'>,
  project: string | null,
): EventFilter {
  const moment = (text: string | undefined) => (text === undefined ? null : Date.parse(text))
  return { project, action: action ?? null, actor: actor ?? null, since: moment(since), before: moment(before) }
}

function toBody(event: StoredEvent): z.infer<typeof EventBody> {
  return {
    id: event.id,
    at: timestamp(event.at),
    action: event.action as AuditAction,
    count: event.count,
    actor_id: event.actor_id,
    actor_email: event.actor_email,
    via: event.via as z.infer<typeof EventBody>['via'],
    credential: event.credential,
    address: event.address,
    request_id: event.request_id,
    project_id: event.project_id,
    target_id: event.target_id,
    target: event.target,
    details: JSON.parse(event.details) as z.infer<typeof EventBody>['details'],
    hash: event.hash,
  }
}
