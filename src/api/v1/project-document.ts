/** The document of one project's rows, computed from the catalog that also serves them: docs/contract/api-v1.md section 5. */
import { z } from '@hono/zod-openapi'
import { SECURITY_SCHEMES } from '../../control/access/guard'
import type { Table } from '../../data/types/column'
import type { Limits } from '../../data/query/page'
import type { ProjectContext } from '../../actor'
import { PageInfo } from '../../http/page'
import { ErrorBody, createRouter } from '../../http/router'
import { sharedHeaders } from '../../openapi/headers'
import { type NamedTable, nameTables } from '../../openapi/names'
import { SCHEMA_SUFFIXES, type JsonSchema } from '../../openapi/schemas'
import { type Origins, contactAt, serversAt } from '../../openapi/servers'
import { CursorPageInfo, sharedAnswerBodies, sharedAnswers } from './row-bodies'
import { OPERATION_SUFFIXES } from './row-operations'
import { sharedParameters } from './row-parameters'
import { ERROR_COMPONENTS, type TableParts, membersOf, tableParts } from './table-documentation'

const DESCRIPTION = `The rows of this project's tables.

Press **Authorize** and enter an API Token (\`xcToken\`, or as a Bearer token), or the Auth Token that sign-in gives (\`xcAuth\`).

- Bodies are JSON. Rows are objects whose members are the fields, by their titles. Of members with the same name the last counts.
- Everything that succeeds answers 200. What does not says why: \`{"error": "CODE", "message": "…", "msg": "…"}\`.
- Dates and times are UTC, written \`2026-01-31 09:30:00+00:00\`, or \`09:30:00.250+00:00\` where there are milliseconds;
  requests may use any ISO 8601 form. Of a fraction of a second three digits are kept.
- An empty text clears a number, a date, a choice, and a text that is checked.
- A URL ends at 16 KB. A longer \`GET\` is sent as \`POST\` with the header \`X-HTTP-Method-Override: GET\` and its query
  parameters as a body of the type \`application/x-www-form-urlencoded\`. (Not so the writes to all rows that match.)`

export interface ProjectDocument {
  project: Pick<ProjectContext, 'title' | 'schemaVersion'>
  /** Those to describe: all of the project, or a choice. */
  tables: readonly Table[]
  origins: Origins
  limits: Limits
}

/**
 * OpenAPI 3.1, as JSON text. Users' text (titles, options) stands only where it is plain: names of members, tags, schema
 * titles, values. Descriptions and summaries are Markdown to the pages that show them, and hold nothing but our own words.
 */
export function projectDocument({ project, tables, origins, limits }: ProjectDocument): string {
  const tags = tagsOf(nameTables(tables, CODE_SUFFIXES))
  const head = {
    openapi: '3.1.0',
    info: {
      title: project.title,
      version: String(project.schemaVersion),
      description: DESCRIPTION,
      contact: contactAt(origins),
    },
    servers: serversAt(origins),
    security: Object.keys(SECURITY_SCHEMES).map((scheme) => ({ [scheme]: [] })),
    // The views after all tables: they repeat what stands before.
    tags: [
      ...tags.map(({ table, tag }) => ({ name: tag.table, description: `Rows of the table with the id \`${table.id}\`` })),
      ...tags.map(({ table, tag }) => ({
        name: tag.view,
        description: `The same rows by way of the view with the id \`${table.viewId}\``,
      })),
    ],
  }
  const { paths, ...components } = tables.length === 0 ? { paths: '' } : sectionsOf(tags, limits)
  const members = Object.entries({ securitySchemes: membersOf(SECURITY_SCHEMES), ...components }).map(asMember)
  return `{${[membersOf(head), asMember(['paths', paths]), asMember(['components', members.join(',')])].join(',')}}`
}

/** All that generators may make names of, but for parameters, bodies and answers, which end in what these do not. */
const CODE_SUFFIXES = [...OPERATION_SUFFIXES, ...SCHEMA_SUFFIXES]

interface Tagged {
  table: NamedTable
  tag: { table: string; view: string }
}

/** Tags have names of their own: a table may be called what the tag of a view would be. */
function tagsOf(tables: readonly NamedTable[]): Tagged[] {
  const titles = new Set(tables.map(({ title }) => title))
  return tables.map((table) => {
    const view = `Default view of ${table.title}`
    return {
      table,
      tag: { table: table.title, view: titles.has(view) ? `Default view ${table.viewId} of ${table.title}` : view },
    }
  })
}

type Section = keyof TableParts | 'headers' | 'examples'

/**
 * The members of each section as text. Text by table, because a large project has a million of small objects, and an isolate
 * has 128 MB: what one table needs is gone before the next is looked at.
 */
function sectionsOf(tags: readonly Tagged[], limits: Limits): Record<Section, string> {
  const { schemas, answers } = sharedShapes()
  const texts: Record<Section, string[]> = {
    paths: [],
    schemas: [membersOf(schemas)],
    parameters: [membersOf(sharedParameters(limits))],
    headers: [membersOf(sharedHeaders())],
    examples: [membersOf(ERROR_COMPONENTS.examples)],
    requestBodies: [],
    responses: [membersOf({ ...sharedAnswers(answers), ...ERROR_COMPONENTS.responses })],
  }
  for (const { table, tag } of tags) {
    const parts = tableParts(table, tag)
    for (const section of Object.keys(parts) as (keyof TableParts)[]) texts[section].push(parts[section])
  }
  const joined = Object.entries(texts).map(([section, members]) => [section, members.filter((text) => text !== '').join(',')])
  return Object.fromEntries(joined) as Record<Section, string>
}

function asMember([name, members]: [string, string]): string {
  return `${JSON.stringify(name)}:{${members}}`
}

/** What the routes themselves declare, as JSON Schema. */
interface SharedShapes {
  schemas: Record<string, JsonSchema>
  /** Bodies of the answers that all tables share, by their names. */
  answers: Record<string, JsonSchema>
}

/** Made once. */
let shared: SharedShapes | null = null

function sharedShapes(): SharedShapes {
  shared ??= makeSharedShapes()
  return shared
}

function makeSharedShapes(): SharedShapes {
  const router = createRouter()
  const bodies = sharedAnswerBodies()
  router.openAPIRegistry.register('Error', ErrorBody)
  router.openAPIRegistry.register('PageInfo', PageInfo)
  router.openAPIRegistry.register('CursorPageInfo', CursorPageInfo)
  router.openAPIRegistry.register('answers', z.object(Object.fromEntries(bodies)))
  const { components } = router.getOpenAPI31Document({ openapi: '3.1.0', info: { title: '', version: '' } })
  const { answers, ...schemas } = { ...components?.schemas } as Record<string, JsonSchema>
  return { schemas, answers: answers?.['properties'] as Record<string, JsonSchema> }
}
