/** CSV export: streamed page by page, so that memory does not grow with the table. */
import type { AuditSource } from '../../control/audit/source'
import { auditEvent } from '../../control/audit/store'
import { ApiError } from '../../errors'
import { rows, run } from '../../lib/d1'
import { CHANGING_MS } from '../../lib/patience'
import type { Sql } from '../../lib/sql'
import type { Column } from '../types/column'
import { auditTarget } from '../catalog/tables'
import { guarded } from '../types/formula-guard'
import type { TableAccess } from '../access/table-access'
import { parseFlag } from '../query/page'
import { type ListQuery, type QueryParams, onlyValue } from '../query/query'
import { compileSort } from '../query/sort'
import { rowsAfter, positionOf } from './cursor'
import type { Row } from './records'
import { selectRows } from './selection'
import { both, selectPage } from './statements'
import { toJson } from '../types/values'
import { rulesOf } from '../types/kinds'
import type { Databases } from '../catalog/database'

/** Rows of the first query: ten of 2 MB, the largest that D1 has, are what an isolate can hold. */
const FIRST_ROWS = 10

/** Rows of a query. An invocation may make 1,000 of them, so that almost two million rows can leave in one answer. */
const MAX_ROWS = 2000

/** Characters of CSV that a query should yield: rows are asked for by the size of those before. */
const CHUNK_LENGTH = 4_000_000

/** Tells spreadsheets that the file is UTF-8. */
const BYTE_ORDER_MARK = '\ufeff'

const NEEDS_QUOTES = /^$|[",;|\t\r\n]|^\s|\s$/

export interface CsvOptions {
  /** Begin with a byte order mark. */
  byteOrderMark: boolean
  /** Write each heading as `Title (Type)`: such a file is imported with exactly these types. */
  types: boolean
}

/** `bom` (1) and `types` (0). Throws INVALID_PARAMETER. */
export function parseCsvOptions(params: QueryParams): CsvOptions {
  return {
    byteOrderMark: parseFlag('bom', onlyValue(params, 'bom'), true),
    types: parseFlag('types', onlyValue(params, 'types'), false),
  }
}

/**
 * CSV (RFC 4180) with titles in its header row. The first page is there when this returns: what cannot begin is an error, not a file
 * that ends early. The audit log is written while that page is read, so that it costs no time, and no row leaves unless it
 * was. Throws INVALID_PARAMETER for a random order, which has no pages.
 */
export async function csvStream(
  { databases, access }: { databases: Databases; access: TableAccess },
  { query, options }: { query: ListQuery; options: CsvOptions },
  source: AuditSource,
): Promise<ReadableStream<Uint8Array>> {
  if (query.shuffle) throw new ApiError('INVALID_PARAMETER', 'shuffle: an export has an order.')
  const encoder = new TextEncoder()
  const chunks = csvChunks(databases.data, access, query)
  const event = auditEvent(source, { action: 'table.exported', ...auditTarget(access.table) })
  let [chunk] = await Promise.all([chunks.next(), run(databases.control, event)])
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(csvHead(query.fields, options)))
    },
    async pull(controller) {
      if (chunk.done === true) return controller.close()
      controller.enqueue(encoder.encode(chunk.value))
      chunk = await chunks.next()
    },
  })
}

async function* csvChunks(data: D1Database, access: TableAccess, query: ListQuery): AsyncGenerator<string, void> {
  const columns = [...new Set([...query.fields, ...query.order.map(({ column }) => column)])]
  const selected = selectRows(access, query.filter)
  let after: Sql | null = null
  let offset = query.offset
  let limit = FIRST_ROWS
  for (;;) {
    const where = both(selected, after)
    const page: Row[] = await rows<Row>(
      data,
      selectPage(access.table, { columns, where, orderBy: compileSort(query.order), limit, offset }),
      // Whoever asks for a whole table can wait for it.
      CHANGING_MS,
    )
    const csv = page.map((row) => csvRow(query.fields, row)).join('')
    if (page.length > 0) yield csv
    const last = page.at(-1)
    if (page.length < limit || last === undefined) return
    after = rowsAfter(query.order, positionOf(query.order, last))
    offset = 0
    limit = Math.max(1, Math.min(MAX_ROWS, Math.floor((CHUNK_LENGTH * page.length) / csv.length)))
  }
}

function csvHead(fields: readonly Column[], { byteOrderMark, types }: CsvOptions): string {
  const line = csvLine(fields.map(({ title, type }) => guarded(types ? `${title} (${type})` : title)))
  return byteOrderMark ? BYTE_ORDER_MARK + line : line
}

function csvRow(fields: readonly Column[], row: Row): string {
  return csvLine(fields.map((column) => csvCell(column, row[column.physicalName])))
}

function csvCell(column: Column, stored: unknown): string | null {
  const value = toJson(column, stored)
  return value === null ? null : rulesOf(column).toText(value)
}

/** No value is nothing at all, the empty text is a pair of quotes. Quoted also where a spreadsheet of another country splits a line, or a reader trims. */
function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => (cell === null ? '' : NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`
}
