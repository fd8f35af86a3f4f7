/** API Tokens over HTTP, for a project's owners and for everyone's own: docs/contract/api-v1.md section 2. */
import { createRoute, z } from '@hono/zod-openapi'
import { PageQuery, listOf, readPage, pageInfo, wholeList } from '../../http/page'
import { createRouter, errorResponses, json, jsonBody } from '../../http/router'
import { timestamp } from '../../lib/time'
import { needs, requireActor } from '../access/guard'
import { type Place, param } from '../access/place'
import { auditSource } from '../audit/source'
import { type ApiToken, listApiTokens, pageOfApiTokens } from './store'
import { MAX_DESCRIPTION, generateApiToken, revokeApiToken } from './api-token'

export const ListedToken = z
  .object({
    id: z.number().int(),
    description: z.string().nullable(),
    token: z
      .string()
      .openapi({ description: 'A hint, never the token: its first and last four characters', example: 'AbCd…wxyz' }),
    fk_user_id: z.string(),
    created_by: z.string().openapi({ description: 'E-mail of the owner' }),
    project_id: z.null().openapi({ description: 'A token acts as its owner, in every project of theirs' }),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi('ListedApiToken')

const CreatedToken = z
  .object({
    id: z.number().int(),
    project_id: z.null(),
    db_alias: z.null(),
    description: z.string().nullable(),
    permissions: z.null(),
    token: z
      .string()
      .openapi({ description: 'The token, shown this once: send it in the `xc-token` header', minLength: 40, maxLength: 40 }),
    expiry: z.null(),
    enabled: z.number().int(),
    fk_user_id: z.string(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi('CreatedApiToken')

const UNLIMITED = 'tokens do not expire yet, and may do what their owner may'

/**
 * Nothing else is passed over: who asks for a token that expires or may do less must not take one that lives on and may do all
 * for it. `fk_user_id` is of the SDK; the owner is who asks.
 */
const NewToken = z
  .strictObject(
    {
      description: z
        .string()
        .max(MAX_DESCRIPTION)
        .nullish()
        .openapi({ description: 'A recognisable name', example: 'nightly export' }),
      fk_user_id: z.string().nullish().openapi({ description: 'Not looked at: the owner is who asks' }),
      expiry: z.null(UNLIMITED).optional(),
      permissions: z.null(UNLIMITED).optional(),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `a new token takes a description only, and not ${issue.keys.join(', ')}: ${UNLIMITED}`
          : undefined,
    },
  )
  .openapi('NewApiToken')

export const Deleted = z.number().int().openapi({ description: 'How many tokens were deleted: 1', example: 1 })
const tags = ['API Tokens']

/** One set of routes, mounted twice: below a project and for the organisation. They differ in who may call them. */
function apiTokenRoutes(scope: 'project' | 'org') {
  const router = createRouter()
  const mount = mountOf(scope)
  addList(router, mount)
  addCreation(router, mount)
  addDeletion(router, mount)
  return router
}

function mountOf(scope: 'project' | 'org') {
  const inProject = scope === 'project'
  return {
    inProject,
    path: inProject ? '/{projectId}/api-tokens' : '/tokens',
    prefix: inProject ? 'api-token' : 'org-token',
    where: inProject ? 'project' : 'organisation',
    place: placeOf(inProject),
    params: inProject ? { projectId: z.string().openapi({ param: { name: 'projectId', in: 'path' } }) } : {},
    // docs/contract/api-v1.md 2.1: only the organisation's list is paged.
    query: inProject ? z.object({}) : PageQuery.omit({ query: true }),
    refusals: inProject ? (['PROJECT_NOT_FOUND', 'FORBIDDEN'] as const) : ([] as const),
  }
}

/** Tokens are of an account; who may see them is said by the role in the project, where the path names one. */
function placeOf(inProject: boolean): [] | [Place] {
  return inProject ? [{ project: param('projectId') }] : []
}

type Mount = ReturnType<typeof mountOf>
type Router = ReturnType<typeof createRouter>

function addList(router: Router, { inProject, path, place, prefix, where, params, query, refusals }: Mount): void {
  router.openapi(
    createRoute({
      method: 'get',
      path,
      operationId: `${prefix}-list`,
      summary: `List your API Tokens (${where})`,
      tags,
      ...needs('apiTokenList', ...place),
      request: { params: z.object(params), query },
      responses: {
        200: json(listOf(ListedToken), 'Your tokens, by their hints'),
        ...errorResponses(...(inProject ? refusals : (['INVALID_PARAMETER'] as const))),
      },
    }),
    async (c) => {
      const { userId } = requireActor(c)
      if (inProject) return c.json(wholeList((await listApiTokens(c.env.DB, userId)).map(toListed)), 200)
      const page = readPage(c.req.valid('query'))
      const { tokens, total } = await pageOfApiTokens(c.env.DB, userId, page)
      return c.json({ list: tokens.map(toListed), pageInfo: pageInfo(total, page.limit, page.offset) }, 200)
    },
  )
}

function addCreation(router: Router, { path, place, prefix, where, params, refusals }: Mount): void {
  router.openapi(
    createRoute({
      method: 'post',
      path,
      operationId: `${prefix}-create`,
      summary: `Generate an API Token (${where})`,
      description: 'The token is in this answer and never again: only its hash is kept.',
      tags,
      ...needs('apiTokenCreate', ...place),
      request: { params: z.object(params), ...jsonBody(NewToken) },
      responses: { 200: json(CreatedToken, 'The new token'), ...errorResponses('INVALID_REQUEST_BODY', ...refusals) },
    }),
    async (c) => {
      const actor = requireActor(c)
      const description = c.req.valid('json').description ?? null
      const { token, ...row } = await generateApiToken(c.env.DB, { userId: actor.userId, description }, await auditSource(c))
      const created = timestamp(row.created_at)
      return c.json(
        {
          id: row.id,
          project_id: null,
          db_alias: null,
          description,
          permissions: null,
          token,
          expiry: null,
          enabled: 1,
          fk_user_id: actor.userId,
          created_at: created,
          updated_at: created,
        },
        200,
      )
    },
  )
}

function addDeletion(router: Router, { path, place, prefix, where, params, refusals }: Mount): void {
  router.openapi(
    createRoute({
      method: 'delete',
      path: `${path}/{token}`,
      operationId: `${prefix}-delete`,
      summary: `Delete an API Token (${where})`,
      description:
        'By its id or by the token itself. It is refused from the next request on. An API Token may delete itself and no other.',
      tags,
      ...needs('apiTokenDelete', ...place),
      request: {
        params: z.object({
          ...params,
          token: z.string().openapi({ param: { name: 'token', in: 'path' }, description: 'Id, or the token' }),
        }),
      },
      responses: {
        200: json(Deleted, 'Deleted'),
        ...errorResponses('TOKEN_NOT_FOUND', 'API_TOKEN_NOT_ALLOWED', ...refusals),
      },
    }),
    async (c) => {
      const actor = requireActor(c)
      const deleted = await revokeApiToken(c.env.DB, { key: c.req.valid('param').token, actor }, await auditSource(c))
      return c.json(deleted, 200)
    },
  )
}

export const projectApiTokenRoutes = apiTokenRoutes('project')
export const orgApiTokenRoutes = apiTokenRoutes('org')

export function toListed(token: ApiToken): z.infer<typeof ListedToken> {
  const created = timestamp(token.created_at)
  return {
    id: token.id,
    description: token.description,
    token: token.hint,
    fk_user_id: token.user_id,
    created_by: token.email,
    project_id: null,
    created_at: created,
    updated_at: created,
  }
}
