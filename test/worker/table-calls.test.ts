/** What the pages show as snippets is answered 200, in the order insert, list, update, upsert, delete, on tables of every kind. */
import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { tableCalls } from '../../src/api/v1/table-calls'
import { getCatalog } from '../../src/data/catalog/catalog'
import type { Table } from '../../src/data/types/column'
import { request } from '../support/client'
import { type DocumentedProject, TABLE_TITLES, makeDocumentedProject } from '../support/openapi-project'

const ORDER = ['insert', 'list', 'update', 'upsert', 'delete'] as const

let project: DocumentedProject
let tables: readonly Table[]

beforeAll(async () => {
  project = await makeDocumentedProject()
  tables = (await getCatalog(env.DB, { id: project.id, schemaVersion: -1 })).tables
})

test.each(TABLE_TITLES)('the calls of "%s" work as they stand', async (title) => {
  const table = tables.find((one) => one.title === title)
  if (table === undefined) throw new Error(`There is no ${title}`)
  const calls = tableCalls({
    origin: 'https://a.example',
    projectId: project.id,
    table,
    token: project.token,
    query: [['limit', '5']],
  })
  expect(calls.map(({ id }) => id)).toEqual(expect.arrayContaining(['list', 'update', 'delete']))
  for (const id of ORDER) {
    const asked = calls.find((call) => call.id === id)?.request
    if (asked === undefined) continue
    const { pathname, search } = new URL(asked.url)
    const { status, body } = await request(asked.method, pathname + search, { token: project.token, body: asked.body })
    expect({ id, status, body }).toEqual({ id, status: 200, body: expect.anything() })
  }
})
