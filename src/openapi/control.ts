/** The document of Latchkey's own fixed routes, generated from the routes that serve. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { SECURITY_SCHEMES } from '../control/access/guard'
import type { AppEnv } from '../http/app-env'
import type { ErrorCode } from '../errors'
import { VERSION } from '../version'
import { commonErrors, documentErrors, errorExamples } from './failures'
import { COST, headerRefs, sharedHeaders } from './headers'
import { type Origins, contactAt, serversAt } from './servers'

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
  { name: 'Imports', description: 'Files into tables, an addition to the API of NocoDB: all rows or none' },
  { name: 'Rows through a view', description: 'The same by way of the default view' },
  { name: 'Documentation', description: 'This document, and those of projects' },
  { name: 'Organisation users', description: 'For super admins: people and settings' },
  { name: 'Audit log', description: 'What was done, by whom, when and from where' },
  { name: 'Instance', description: 'Health and version' },
]

type Document = Omit<ReturnType<OpenAPIHono<AppEnv>['getOpenAPI31Document']>, 'components'> & { components: object }

/** Making a document takes milliseconds of CPU, and anyone may ask for it. The routes of an application never change. */
const documents = new WeakMap<OpenAPIHono<AppEnv>, Document>()

/** OpenAPI 3.1. */
export function controlDocument(app: OpenAPIHono<AppEnv>, origins: Origins): Record<string, unknown> {
  const document = documents.get(app) ?? generate(app)
  documents.set(app, document)
  return { ...document, info: { ...document.info, contact: contactAt(origins) }, servers: serversAt(origins) }
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
  const operations = Object.values(document.paths ?? {}).flatMap((item) =>
    Object.entries(item).map(([method, operation]) => ({ method, operation: operation as Operation })),
  )
  for (const { method, operation } of operations) {
    const common = commonErrors({ method, security: operation.security })
    const errors = documentErrors([...declaredErrors(operation), ...common])
    operation.responses = { ...withHeaders(operation), ...Object.fromEntries(errors) }
  }
  const examples = errorExamples(operations.flatMap(({ operation }) => declaredErrors(operation)))
  return { ...document, components: { ...document.components, headers: sharedHeaders(), examples } }
}

interface Operation {
  security?: object[]
  responses: Record<string, Response>
}

interface Response {
  description: string
  headers?: Record<string, object>
  content?: object
  'x-error-codes'?: readonly ErrorCode[]
}

/** An answer of success with its headers: those that its route declares, and what every credential is told of the cost. */
function withHeaders({ security, responses }: Operation): Operation['responses'] {
  const { 200: answer, ...others } = responses
  if (answer === undefined) return responses
  const isCounted = security === undefined || security.some((schemes) => 'xcAuth' in schemes)
  const headers = { ...(isCounted && headerRefs(...COST)), ...answer.headers }
  return Object.keys(headers).length === 0 ? responses : { ...others, 200: { ...answer, headers } }
}

function declaredErrors({ responses }: Operation): ErrorCode[] {
  return Object.values(responses).flatMap((response) => response['x-error-codes'] ?? [])
}
