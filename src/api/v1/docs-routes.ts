/** The OpenAPI documents, and the Swagger pages that show them: docs/contract/api-v1.md section 5. */
import { type OpenAPIHono, createRoute, z } from '@hono/zod-openapi'
import type { Context, TypedResponse } from 'hono'
import { needs, requireProject } from '../../control/access/guard'
import { param } from '../../control/access/place'
import { getCatalog } from '../../data/catalog/catalog'
import type { AppEnv } from '../../http/app-env'
import { createRouter, errorResponses, json } from '../../http/router'
import { controlDocument } from '../../openapi/control'
import { DOCS_CSP, type DocsPage, docsPage } from '../../openapi/page'
import { projectDocument } from './project-document'
import { originsOf } from '../../openapi/servers'

const ProjectParameter = z.object({ projectId: z.string().openapi({ param: { name: 'projectId', in: 'path' } }) })
const inProject = { project: param('projectId') }
const Document = z.record(z.string(), z.unknown()).openapi('OpenAPIDocument', { description: 'OpenAPI 3.1' })
const html = { description: 'Swagger UI', content: { 'text/html': { schema: z.string() } } } as const
const tags = ['Documentation']
/** Those of the API whose documents a project has; the page shows a switch between two. */
const VERSIONS = [{ label: 'v1', href: '' }]

const CONTROL_DOCUMENT = createRoute({
  method: 'get',
  path: '/openapi.json',
  operationId: 'openapi',
  summary: 'This document',
  tags,
  security: [],
  responses: { 200: json(Document, 'OpenAPI 3.1') },
})

const CONTROL_PAGE = createRoute({
  method: 'get',
  path: '/docs',
  operationId: 'docs',
  summary: 'Swagger UI of this document',
  tags,
  security: [],
  responses: { 200: html },
})

const PROJECT_DOCUMENT = createRoute({
  method: 'get',
  path: '/api/v1/db/meta/projects/{projectId}/swagger.json',
  operationId: 'project-swagger-json',
  summary: 'OpenAPI document of a project',
  tags,
  ...needs('swaggerJson', inProject),
  request: { params: ProjectParameter },
  responses: {
    200: json(Document, 'OpenAPI 3.1, with the tables of the project'),
    ...errorResponses('PROJECT_NOT_FOUND', 'FORBIDDEN'),
  },
})

const PROJECT_PAGE = createRoute({
  method: 'get',
  path: '/api/v1/db/meta/projects/{projectId}/swagger',
  operationId: 'project-swagger',
  summary: 'Swagger UI of a project',
  description: 'Anyone may open the page; it asks for a token when the document needs one.',
  tags,
  security: [],
  request: { params: ProjectParameter },
  responses: { 200: html },
})

/** `app` is the whole application: its document lists every route that serves. */
export function docsRoutes(app: OpenAPIHono<AppEnv>) {
  const router = createRouter()

  router.openapi(CONTROL_DOCUMENT, (c) => c.json(controlDocument(app, originsOf(c)), 200))

  router.openapi(CONTROL_PAGE, (c) =>
    page(c, { title: 'Latchkey API', documentUrl: '/openapi.json', path: c.req.path, projectId: null, versions: [] }),
  )

  router.openapi(PROJECT_DOCUMENT, async (c) => {
    const project = requireProject(c)
    const { tables } = await getCatalog(c.env.DB, project)
    return jsonText(c, projectDocument({ project, tables, origins: originsOf(c), limits: c.get('config').limits }))
  })

  router.openapi(PROJECT_PAGE, (c) => {
    const { projectId } = c.req.valid('param')
    const documentUrl = `/api/v1/db/meta/projects/${encodeURIComponent(projectId)}/swagger.json`
    return page(c, { title: 'Swagger APIs Doc', documentUrl, path: c.req.path, projectId, versions: VERSIONS })
  })

  return router
}

/** As c.json() with what the text says; Hono cannot know what that is. */
function jsonText(c: Context<AppEnv>, text: string): TypedResponse<Record<string, never>, 200, 'json'> {
  const response: unknown = c.body(text, 200, { 'content-type': 'application/json' })
  return response as TypedResponse<Record<string, never>, 200, 'json'>
}

/** The page, which is the same for everybody. */
async function page(c: Context<AppEnv, string>, options: DocsPage): Promise<Response> {
  c.header('content-security-policy', DOCS_CSP)
  c.header('x-robots-tag', 'noindex')
  return (await docsPage(options)(c, () => Promise.resolve())) ?? c.notFound()
}
