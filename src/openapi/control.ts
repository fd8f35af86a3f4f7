/** The document of Latchkey's own fixed routes, generated from the routes that serve. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { SECURITY_SCHEMES } from '../control/access/guard'
import type { AppEnv } from '../env'
import { VERSION } from '../version'

/** OpenAPI 3.1. `origin` is where the request came in, so that Try it out works behind any host. */
export function controlDocument(app: OpenAPIHono<AppEnv>, origin: string): Record<string, unknown> {
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
    servers: [{ url: origin }],
    security: [{ xcAuth: [] }, { xcToken: [] }, { bearer: [] }],
  })
  return { ...document }
}
