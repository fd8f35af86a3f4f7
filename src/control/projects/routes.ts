/** Projects over HTTP: docs/contract/api-v1.md 3.1. */
import { createRoute, z } from '@hono/zod-openapi'
import { ApiError } from '../../errors'
import { DEFAULT_LIMIT, PageQuery, listOf, readPage, pageInfo } from '../../http/page'
import { createRouter, errorResponses, json, jsonBody } from '../../http/router'
import { timestamp } from '../../lib/time'
import { needs, requireActor, requireProject } from '../access/guard'
import { param } from '../access/place'
import { auditSource } from '../audit/source'
import { VERSION } from '../../version'
import { type Project, createProject, getProject, markProjectDeleted, pageOfProjects, updateProject } from './store'
import { MAX_TITLE, titleProblem } from './title'

const Title = z
  .string()
  .superRefine((title, context) => {
    const problem = titleProblem(title)
    if (problem !== null) context.addIssue({ code: 'custom', message: problem })
  })
  .openapi({ minLength: 1, maxLength: MAX_TITLE, example: 'Shop' })

/** Bytes: a list has a thousand of them. */
const MAX_META = 16 * 1024

/** Free-form settings of a client. Old clients send them as JSON text. */
const Meta = z
  .union([z.string(), z.record(z.string(), z.unknown())])
  .refine(
    (meta) => new TextEncoder().encode(storedMeta(meta) ?? '').length <= MAX_META,
    `must have at most ${MAX_META} bytes as JSON`,
  )
  .nullish()
const Color = z.string().max(50).nullish()

const Base = z
  .object({
    id: z.string(),
    project_id: z.string(),
    alias: z.null(),
    meta: z.null(),
    is_meta: z.boolean(),
    type: z.string(),
    inflection_column: z.string(),
    inflection_table: z.string(),
    enabled: z.boolean(),
    order: z.number(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi('Base')

const ProjectBody = z
  .object({
    id: z.string().openapi({ example: 'p_k47jipj97xjjg1' }),
    title: z.string(),
    prefix: z.string(),
    description: z.string().nullable(),
    color: z.string().nullable(),
    status: z.string().nullable(),
    meta: z.unknown().openapi({ description: 'As it was stored' }),
    order: z.number().nullable(),
    is_meta: z.boolean(),
    deleted: z.boolean(),
    created_at: z.string(),
    updated_at: z.string(),
    bases: z.array(Base),
  })
  .openapi('Project')

const ProjectParameter = z.object({ projectId: z.string().openapi({ param: { name: 'projectId', in: 'path' } }) })
const inProject = { project: param('projectId') }
const tags = ['Projects']

/** Projects of a list where nothing else is asked for: old clients ask for no page. */
const ALL = 1000
const LIMIT = `Projects of the page; default and at most ${ALL}`

export const projectRoutes = createRouter()

projectRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/',
    operationId: 'project-list',
    summary: 'List your projects',
    tags,
    ...needs('projectList'),
    description: `All of them in one page, as far as there are no more than ${ALL}.`,
    request: { query: PageQuery.pick({ offset: true }).extend({ limit: PageQuery.shape.limit.openapi({ description: LIMIT }) }) },
    responses: {
      200: json(listOf(ProjectBody), 'A page of your projects'),
      ...errorResponses('AUTHENTICATION_REQUIRED', 'INVALID_PARAMETER'),
    },
  }),
  async (c) => {
    const query = c.req.valid('query')
    const { limit, offset } = readPage({ ...query, limit: query.limit ?? String(ALL) })
    const { projects, total } = await pageOfProjects(c.env.DB, requireActor(c), { limit, offset })
    // Without a limit, a page is as long as it is: old clients compare.
    const pageSize = query.limit === undefined && projects.length === total ? total || DEFAULT_LIMIT : limit
    return c.json({ list: projects.map(toBody), pageInfo: pageInfo(total, pageSize, offset) }, 200)
  },
)

projectRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/',
    operationId: 'project-create',
    summary: 'Create a project',
    tags,
    ...needs('projectCreate'),
    request: jsonBody(
      z
        .object({
          title: Title,
          description: z.string().max(10_000).nullish(),
          color: Color,
          meta: Meta,
          external: z.boolean().nullish().openapi({ description: 'A database of your own: not supported' }),
        })
        .openapi('NewProject'),
    ),
    responses: {
      200: json(ProjectBody, 'The new project; you are its owner'),
      ...errorResponses('INVALID_REQUEST_BODY', 'PROJECT_EXISTS', 'FORBIDDEN', 'NOT_IMPLEMENTED'),
    },
  }),
  async (c) => {
    const { title, description, color, meta, external } = c.req.valid('json')
    if (external === true) throw new ApiError('NOT_IMPLEMENTED', 'Projects on an external database are not supported.')
    const ownerId = requireActor(c).userId
    const form = { title, description: description ?? null, color: color ?? null, meta: storedMeta(meta) ?? null, ownerId }
    const project = await createProject(c.env.DB, form, await auditSource(c))
    return c.json(toBody(project), 200)
  },
)

projectRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/{projectId}',
    operationId: 'project-read',
    summary: 'Read a project',
    tags,
    ...needs('projectGet', inProject),
    request: { params: ProjectParameter },
    responses: { 200: json(ProjectBody, 'The project'), ...errorResponses('PROJECT_NOT_FOUND') },
  }),
  async (c) => c.json(toBody(await getProject(c.env.DB, requireProject(c).id)), 200),
)

projectRoutes.openapi(
  createRoute({
    method: 'patch',
    path: '/{projectId}',
    operationId: 'project-update',
    summary: 'Rename or decorate a project',
    tags,
    ...needs('projectUpdate', inProject),
    request: {
      params: ProjectParameter,
      ...jsonBody(
        z
          .object({ title: Title.optional(), color: Color, meta: Meta, status: z.string().max(50).nullish() })
          .openapi('ProjectUpdate'),
      ),
    },
    responses: {
      200: json(z.number().int().openapi({ example: 1 }), 'How many projects were changed: 1'),
      ...errorResponses('INVALID_REQUEST_BODY', 'PROJECT_EXISTS', 'PROJECT_NOT_FOUND', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    const { title, color, meta, status } = c.req.valid('json')
    const change = { title, color, meta: storedMeta(meta), status }
    return c.json(await updateProject(c.env.DB, requireProject(c).id, change, await auditSource(c)), 200)
  },
)

projectRoutes.openapi(
  createRoute({
    method: 'delete',
    path: '/{projectId}',
    operationId: 'project-delete',
    summary: 'Delete a project',
    description: 'It is out of reach at once; its tables are removed in the hours that follow, a few each hour.',
    tags,
    ...needs('projectDelete', inProject),
    request: { params: ProjectParameter },
    responses: {
      200: json(z.boolean().openapi({ example: true }), 'Deleted'),
      ...errorResponses('PROJECT_NOT_FOUND', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    await markProjectDeleted(c.env.DB, requireProject(c).id, await auditSource(c))
    return c.json(true, 200)
  },
)

projectRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/{projectId}/info',
    operationId: 'project-meta-get',
    summary: 'What the project runs on',
    tags,
    ...needs('projectInfoGet', inProject),
    request: { params: ProjectParameter },
    responses: {
      200: json(
        z
          .object({
            Node: z.string(),
            Arch: z.string(),
            Platform: z.string(),
            Docker: z.boolean(),
            RootDB: z.string(),
            PackageVersion: z.string(),
          })
          .openapi('ProjectInfo'),
        'About the server',
      ),
      ...errorResponses('PROJECT_NOT_FOUND'),
    },
  }),
  (c) =>
    c.json(
      { Node: 'workerd', Arch: 'wasm', Platform: 'cloudflare-workers', Docker: false, RootDB: 'd1', PackageVersion: VERSION },
      200,
    ),
)

function storedMeta(meta: string | Record<string, unknown> | null | undefined): string | null | undefined {
  return typeof meta === 'object' && meta !== null ? JSON.stringify(meta) : meta
}

function toBody(project: Project): z.infer<typeof ProjectBody> {
  const created_at = timestamp(project.created_at)
  const updated_at = timestamp(project.updated_at)
  return {
    id: project.id,
    title: project.title,
    prefix: project.prefix,
    description: project.description,
    color: project.color,
    status: project.status,
    meta: project.meta,
    order: project.order,
    is_meta: true,
    deleted: false,
    created_at,
    updated_at,
    bases: [
      {
        id: project.base_id,
        project_id: project.id,
        alias: null,
        meta: null,
        is_meta: true,
        type: 'sqlite3',
        inflection_column: 'camelize',
        inflection_table: 'camelize',
        enabled: true,
        order: 1,
        created_at,
        updated_at,
      },
    ],
  }
}
