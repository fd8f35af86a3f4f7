/** CSV export: streamed page by page, so that memory does not grow with the table. */
import { ApiError } from '../../errors'
import { rows } from '../../lib/d1'
import type { Sql } from '../../lib/sql'
import type { Column, Table } from '../catalog/types'
import type { ListQuery } from '../query/query'
import { compileSort } from '../query/sort'
import { behind, positionOf } from './cursor'
import type { Row } from './records'
import { both, selectPage } from './statements'
import { toJson } from './values'

/** Rows of the first query: ten of 2 MB, the largest that D1 has, are what an isolate can hold. */
const FIRST_ROWS = 10

/** Rows of a query. An invocation may make 1,000 of them, so that almost two million rows can leave in one answer. */
const MAX_ROWS = 2000

/** Characters of CSV that a query should yield: rows are asked for by the size of those before. */
const CHUNK_LENGTH = 4_000_000

/** What a spreadsheet would take for the beginning of a formula (OWASP, CSV injection); the wide forms are of Asian keyboards. */
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/

/**
 * CSV (RFC 4180) with titles as its head. The first page is there when this returns: what cannot begin is an error, not a file
 * that ends early. Throws INVALID_PARAMETER for a random order, which has no pages.
 */
export async function csvStream(data: D1Database, table: Table, query: ListQuery): Promise<ReadableStream<Uint8Array>> {
  if (query.shuffle) throw new ApiError('INVALID_PARAMETER', 'shuffle: an export has an order.')
  const encoder = new TextEncoder()
  const chunks = csvChunks(data, table, query)
  let chunk = await chunks.next()
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(csvLine(query.fields.map(({ title }) => cellText(title)))))
    },
    async pull(controller) {
      if (chunk.done === true) return controller.close()
      controller.enqueue(encoder.encode(chunk.value))
      chunk = await chunks.next()
    },
  })
}

async function* csvChunks(data: D1Database, table: Table, query: ListQuery): AsyncGenerator<string, void> {
  const columns = [...new Set([...query.fields, ...query.order.map(({ column }) => column)])]
  let after: Sql | null = null
  let offset = query.offset
  let limit = FIRST_ROWS
  for (;;) {
    const where = both(query.where, after)
    const page: Row[] = await rows<Row>(
      data,
      selectPage(table, { columns, where, orderBy: compileSort(query.order), limit, offset }),
    )
    const csv = page.map((row) => csvRow(query.fields, row)).join('')
    if (page.length > 0) yield csv
    const last = page.at(-1)
    if (page.length < limit || last === undefined) return
    after = behind(query.order, positionOf(query.order, last))
    offset = 0
    limit = Math.max(1, Math.min(MAX_ROWS, Math.floor((CHUNK_LENGTH * page.length) / csv.length)))
  }
}

function csvRow(fields: readonly Column[], row: Row): string {
  return csvLine(
    fields.map((column) => {
      const value = toJson(column, row[column.physicalName])
      if (value === null) return ''
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      // A number may begin with a minus; only text can hide a formula.
      return typeof value === 'number' ? text : cellText(text)
    }),
  )
}

/** A leading quote mark keeps a spreadsheet from running the cell. */
function cellText(text: string): string {
  return FORMULA_START.test(text) ? `'${text}` : text
}

/** Quoted also where a spreadsheet of another country splits a line. */
function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`
}
