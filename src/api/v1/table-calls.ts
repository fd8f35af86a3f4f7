/** What programs ask of a table most, as requests of the API, version 1: another version is another of these. */
import { type HttpRequest, inPath, urlOf } from '../../../public/snippets/snippets.js'
import { changeExample, newRowsExample, rowIdExample, upsertExample } from '../../openapi/examples'
import { upsertFields } from '../../openapi/column'
import { primaryKey } from '../../data/catalog/catalog'
import type { Table } from '../../data/types/column'

export interface TableTarget {
  origin: string
  projectId: string
  /** Null: none is there yet, and words stand for one. */
  table: Table | null
  /** An API Token, or a word that stands for one. */
  token: string
  /** Parameters of the list, in order. */
  query: readonly (readonly [name: string, value: string])[]
}

type Row = Record<string, unknown>

/** One thing to ask, in parts: for HTTP, and for tools that make the request themselves. */
export interface TableCall {
  id: 'list' | 'insert' | 'update' | 'upsert' | 'delete'
  label: string
  request: HttpRequest
  table: string
  rowId: string
  row: Row
}

/** The calls that the table can take: a table without a key has no row to name. */
export function tableCalls({ origin, projectId, table, token, query }: TableTarget): TableCall[] {
  const examples = table === null ? NO_TABLE : examplesOf(table)
  const { title, rowId = '' } = examples
  const path = `noco/${inPath(projectId)}/${inPath(title)}`
  const rows = `${origin}/api/v1/db/data/${path}`
  const upserts = urlOf(`${origin}/api/v1/db/data/bulk/${path}/upsert`, [['on', examples.on ?? '']])
  const to = (method: string, url: string, body?: unknown): HttpRequest => ({
    method,
    url,
    headers: [['xc-token', token]],
    ...(body !== undefined && { body }),
  })
  const call = (id: TableCall['id'], label: string, request: HttpRequest, row: Row = {}): TableCall => ({
    id,
    label,
    request,
    table: title,
    rowId,
    row,
  })
  const { row, change, upsert } = examples
  return [
    call('list', 'List', to('GET', urlOf(rows, query))),
    ...(row === undefined ? [] : [call('insert', 'Insert', to('POST', rows, row), row)]),
    ...(rowId === '' ? [] : [call('update', 'Update', to('PATCH', `${rows}/${inPath(rowId)}`, change), change)]),
    ...(upsert === undefined ? [] : [call('upsert', 'Upsert', to('POST', upserts, [upsert]), upsert)]),
    ...(rowId === '' ? [] : [call('delete', 'Delete', to('DELETE', `${rows}/${inPath(rowId)}`))]),
  ]
}

interface Examples {
  /** Of the table, as paths name it. */
  title: string
  row?: Row | undefined
  change: Row
  rowId?: string
  /** The field that says which row is meant, and a row. */
  on?: string | undefined
  upsert?: Row | undefined
}

const NO_TABLE: Examples = {
  title: 'TABLE',
  row: { Title: 'Blue pen' },
  change: { Title: 'Green pen' },
  rowId: '1',
  on: 'Id',
  upsert: { Id: 1, Title: 'Green pen' },
}

function examplesOf(table: Table): Examples {
  const [on] = upsertFields(table)
  const row = newRowsExample(table)?.[0]
  return {
    // These two are steps in a path, whatever one encodes.
    title: ['.', '..'].includes(table.title) ? table.id : table.title,
    row,
    change: changeExample(table),
    rowId: rowIdOf(table, row),
    on: on?.title,
    upsert: on === undefined ? undefined : upsertExample(table)?.[0],
  }
}

/** Of the row that the insert makes in an empty table; empty where no path can name it. */
function rowIdOf(table: Table, row: Row | undefined): string {
  const keys = primaryKey(table).map(({ title }) => title)
  if (keys.length === 0) return ''
  const parts = keys.map((title) => row?.[title])
  return parts.every((part) => typeof part === 'string' || typeof part === 'number')
    ? parts.join('___')
    : String(rowIdExample(table) ?? '')
}
