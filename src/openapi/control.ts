/** The document of Latchkey's own fixed routes, generated from the routes that serve. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { SECURITY_SCHEMES } from '../control/access/guard'
import type { AppEnv } from '../env'
import { VERSION } from '../version'
import { type ErrorDocumentation, commonErrors, documentErrors } from './failures'

/** In the order in which one meets them. A test holds this against the routes. */
const TAGS = [
  { name: 'Auth', description: 'Accounts, sign-in and Auth Tokens' },
  { name: 'API Tokens', description: 'Tokens for programs, each acting as its owner' },
  { name: 'Projects', description: 'Projects and their descriptions' },
  { name: 'Project members', description: 'Who may do what in a project' },
  { name: 'Tables', description: 'Tables and their views' },
  { name: 'Columns', description: 'The fields of a table' },
  {
    name: 'Rows',
    description:
      'Rows of any table; the document of a project has these with its fields. A `GET` whose URL would be longer than 16 KB is ' +
      'sent as `POST` with the header `X-HTTP-Method-Override: GET` and its query parameters as a body of the type ' +
      '`application/x-www-form-urlencoded`.',
  },
  { name: 'Rows in bulk', description: 'Many rows in one request: all of them or none' },
  { name: 'Rows through a view', description: 'The same by way of the default view' },
  { name: 'Documentation', description: 'This document, and those of projects' },
  { name: 'Organisation users', description: 'For super admins: people and settings' },
  { name: 'Instance', description: 'Health and version' },
]

type Document = ReturnType<OpenAPIHono<AppEnv>['getOpenAPI31Document']>

/** Making a document takes milliseconds of CPU, and anyone may ask for it. The routes of an application never change. */
const documents = new WeakMap<OpenAPIHono<AppEnv>, Document>()

/** OpenAPI 3.1. `origin` is where the request came in, so that Try it out works behind any host. */
export function controlDocument(app: OpenAPIHono<AppEnv>, origin: string): Record<string, unknown> {
  const document = documents.get(app) ?? generate(app)
  documents.set(app, document)
  return { ...document, info: { ...document.info, contact: { name: 'Latchkey', url: origin } }, servers: [{ url: origin }] }
}

function generate(app: OpenAPIHono<AppEnv>): Document {
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) {
    app.openAPIRegistry.registerComponent('securitySchemes', name, scheme)
  }
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Latchkey',
      version: VERSION,
      description:
        'Accounts, Auth Tokens, API Tokens, projects, tables and rows. ' +
        'The routes of your own tables, with their fields, are in the document of each project.',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    security: [{ xcAuth: [] }, { xcToken: [] }, { bearer: [] }],
    tags: TAGS,
  })
  for (const item of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(item)) addCommonErrors(operation as Operation)
  }
  return document
}

interface Operation {
  security?: object[]
  requestBody?: object
  responses: Record<string, ErrorDocumentation>
}

/** What no route declares, because the middleware in front of all of them answers it. */
function addCommonErrors({ security, requestBody, responses }: Operation): void {
  const guarded = security === undefined || security.length > 0
  for (const [status, common] of documentErrors(commonErrors({ guarded, body: requestBody !== undefined }))) {
    const declared = responses[status]
    responses[status] = declared === undefined ? common : { ...common, description: mergeCodes(declared, common) }
  }
}

/** Codes that a route declares are not said twice. */
function mergeCodes(declared: ErrorDocumentation, common: ErrorDocumentation): string {
  const known = new Set(declared.description.split(', '))
  const added = common.description.split(', ').filter((code) => !known.has(code))
  return [...known, ...added].join(', ')
}
