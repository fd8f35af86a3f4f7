/** The document of one project's rows, computed from the catalog that also serves them: contract/api-v1.md section 5. */
import { SECURITY_SCHEMES } from '../control/access/guard'
import type { Table } from '../data/catalog/types'
import type { Limits } from '../data/query/page'
import type { ProjectContext } from '../env'
import { PageInfo } from '../http/page'
import { ErrorBody, createRouter } from '../http/router'
import { errorComponents, tablePaths } from './operations'
import { type JsonSchema, tableSchemas } from './schemas'

const DESCRIPTION = `The rows of this project's tables.

Press **Authorize** and enter an API Token (\`xcToken\`, or as a Bearer token), or the Auth Token that sign-in gives (\`xcAuth\`).

- Bodies are JSON. Rows are objects whose members are the fields, by their titles.
- Everything that succeeds answers 200. What does not says why: \`{"error": "CODE", "message": "…", "msg": "…"}\`.
- Dates and times are UTC, written \`2026-01-31 09:30:00+00:00\`; requests may use any ISO 8601 form.`

/**
 * OpenAPI 3.1. Users' text (titles, options) stands only where it is plain: names of members, tags, schema titles, values.
 * Descriptions and summaries are Markdown to the pages that show them, and hold nothing but our own words.
 */
export function projectDocument({
  project,
  tables,
  origin,
  limits,
}: {
  project: Pick<ProjectContext, 'title' | 'schemaVersion'>
  tables: readonly Table[]
  origin: string
  limits: Limits
}): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: project.title,
      version: String(project.schemaVersion),
      description: DESCRIPTION,
      contact: { name: 'Latchkey', url: origin },
    },
    servers: [{ url: origin }],
    security: Object.keys(SECURITY_SCHEMES).map((scheme) => ({ [scheme]: [] })),
    tags: tables.map((table) => ({ name: table.title, description: `Rows of the table with the id \`${table.id}\`` })),
    paths: Object.fromEntries(tables.flatMap((table) => tablePaths(table, limits))),
    components: {
      securitySchemes: SECURITY_SCHEMES,
      ...(tables.length > 0 && {
        schemas: { ...sharedSchemas(), ...Object.fromEntries(tables.flatMap((table) => Object.entries(tableSchemas(table)))) },
        responses: errorComponents(),
      }),
    },
  }
}

/** What the routes themselves declare, as JSON Schema. Made once. */
let shared: Record<string, JsonSchema> | null = null

function sharedSchemas(): Record<string, JsonSchema> {
  if (shared === null) {
    const router = createRouter()
    router.openAPIRegistry.register('Error', ErrorBody)
    router.openAPIRegistry.register('PageInfo', PageInfo)
    const { components } = router.getOpenAPI31Document({ openapi: '3.1.0', info: { title: '', version: '' } })
    shared = { ...components?.schemas } as Record<string, JsonSchema>
  }
  return shared
}
