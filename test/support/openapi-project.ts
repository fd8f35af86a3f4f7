/** A project with every column type and every bad name, and its document as a client reads it. */
import { COLUMN_TYPES } from '../../src/data/types/column-types'
import type { Document } from '../unit/openapi/document'
import { HOSTILE_NAMES } from '../unit/openapi/tables'
import { createProject, createTable, createToken, request, succeed, superAdmin } from './client'

export interface DocumentedProject {
  /** Auth Token of an owner. */
  auth: string
  /** API Token of the same. */
  token: string
  id: string
  /** Path of its Swagger page. */
  swagger: string
  document: Document
}

const pick = { colOptions: { options: [{ title: 'red' }, { title: 'a, b (c)' }] } }
const tags = { colOptions: { options: [{ title: 'red' }, { title: 'light green' }] } }
const everyType = Object.keys(COLUMN_TYPES)
  .filter((type) => type !== 'ID')
  .map((uidt) => ({
    title: uidt,
    column_name: `c_${uidt}`,
    uidt,
    ...(uidt === 'SingleSelect' && pick),
    ...(uidt === 'MultiSelect' && tags),
  }))

const TABLES = [
  { title: 'Every type', columns: everyType },
  {
    title: 'Required',
    columns: everyType.map((column) => ({ ...column, rqd: column.uidt !== 'Button', meta: { validate: true } })),
  },
  {
    title: 'Two keys',
    columns: [
      { title: 'Code', uidt: 'SingleLineText', pk: true },
      { title: 'Day', uidt: 'Date', pk: true },
      { title: 'Name', uidt: 'SingleLineText', unique: true },
    ],
  },
  {
    title: 'Text key',
    columns: [
      { title: 'Code', uidt: 'SingleLineText', pk: true },
      { title: 'Number', uidt: 'Number', cdf: '5', rqd: true },
    ],
  },
  {
    title: 'Made up key',
    columns: [
      { title: 'Key', uidt: 'ID', meta: { ag: 'nc' } },
      { title: 'Name', uidt: 'SingleLineText', unique: true },
    ],
  },
  {
    title: 'Unique',
    columns: [
      { title: 'E-mail', uidt: 'Email', unique: true, rqd: true },
      { title: 'Number', uidt: 'Number', unique: true },
      { title: 'Paid', uidt: 'Currency' },
    ],
  },
  {
    title: '<script>alert(1)</script>',
    columns: [
      ...HOSTILE_NAMES.map((title, index) => ({ title, column_name: `c${index}`, uidt: 'SingleLineText' })),
      { title: 'Pick', uidt: 'SingleSelect', colOptions: { options: HOSTILE_NAMES.map((title) => ({ title })) } },
    ],
  },
]

export const TABLE_TITLES = TABLES.map(({ title }) => title)

export async function makeDocumentedProject(): Promise<DocumentedProject> {
  const { auth } = await superAdmin()
  const { token } = await createToken(auth)
  const { id } = await createProject(auth)
  for (const table of TABLES) await createTable(auth, id, table)
  const swagger = `/api/v1/db/meta/projects/${id}/swagger`
  const { body } = await succeed(request('GET', `${swagger}.json`, { auth }))
  return { auth, token, id, swagger, document: body }
}
