/** CSV export: the whole answer is streamed, page by page by cursor, so that a table of any size costs no memory. */
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

/** Rows of one query. An invocation may make 1,000 of them, so that two million rows can leave in one answer. */
const CHUNK_ROWS = 2000

/** What a spreadsheet would take for the beginning of a formula (OWASP, CSV injection); the wide forms are of Asian keyboards. */
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/

/**
 * CSV (RFC 4180) with titles as its head. The first page is there when this returns: what cannot begin is an error, not a file
 * that ends early. Throws INVALID_PARAMETER for a random order, which has no pages.
 */
export async function csvStream(data: D1Database, table: Table, query: ListQuery): Promise<ReadableStream<Uint8Array>> {
  if (query.shuffle) throw new ApiError('INVALID_PARAMETER', 'shuffle: an export has an order.')
  const encoder = new TextEncoder()
  const pages = exportPages(data, table, query)
  let page = await pages.next()
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(csvLine(query.fields.map(({ title }) => cellText(title)))))
    },
    async pull(controller) {
      if (page.done === true) return controller.close()
      controller.enqueue(encoder.encode(page.value.map((row) => csvRow(query.fields, row)).join('')))
      page = await pages.next()
    },
  })
}

async function* exportPages(data: D1Database, table: Table, query: ListQuery): AsyncGenerator<Row[], void> {
  const columns = [...new Set([...query.fields, ...query.order.map(({ column }) => column)])]
  let after: Sql | null = null
  let offset = query.offset
  for (;;) {
    const where = both(query.where, after)
    const page = await rows<Row>(
      data,
      selectPage(table, { columns, where, orderBy: compileSort(query.order), limit: CHUNK_ROWS, offset }),
    )
    if (page.length > 0) yield page
    const last = page.at(-1)
    if (page.length < CHUNK_ROWS || last === undefined) return
    after = behind(query.order, positionOf(query.order, last))
    offset = 0
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

function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`
}
