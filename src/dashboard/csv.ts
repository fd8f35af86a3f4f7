/** CSV files as rows: read whole, so that a file is imported whole or not at all. */
import { CsvError, parse } from 'csv-parse/sync'
import type { ColumnRequestBody } from '../data/catalog/column-request'
import { MAX_COLUMNS } from '../data/catalog/tables'
import { MAX_BULK_ROWS } from '../data/records/bulk'
import type { Column, ColumnType, Table } from '../data/catalog/types'
import { parseIsoDate } from '../data/iso-date'
import { ApiError, type Issue, MAX_ISSUES, issuesOf } from '../errors'
import { isFilled, readText } from './cells'

/** A record and the line of the file it begins on, from 1. */
interface Line {
  line: number
  cells: string[]
}

export interface CsvFile {
  head: string[]
  lines: Line[]
}

/** Characters beyond which a text gets a column for long texts. */
const LONG_TEXT = 255

/** Reads a file with a head. Throws INVALID_REQUEST_BODY, naming the lines. */
export function readCsv(bytes: ArrayBuffer): CsvFile {
  const text = decode(bytes)
  const [first, ...lines] = parseLines(text)
  if (first === undefined) throw new ApiError('INVALID_REQUEST_BODY', 'The file is empty: its first line must name the columns.')
  const head = first.cells.map((cell) => cell.trim())
  const problems = [
    ...head.flatMap((title, index) => (title === '' ? [issue(first.line, `Column ${index + 1} has no title.`)] : [])),
    ...repeated(head).map((title) => issue(first.line, `The title "${title}" is there twice.`)),
    ...lines.flatMap(({ line, cells }) =>
      cells.length === head.length ? [] : [issue(line, `has ${cells.length} cells, the head has ${head.length}.`)],
    ),
  ]
  refuse(problems)
  return { head, lines }
}

function repeated(titles: readonly string[]): string[] {
  const seen = new Set<string>()
  return titles.filter((title) => title !== '' && seen.size === seen.add(title).size)
}

function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch (error) {
    throw new ApiError('INVALID_REQUEST_BODY', 'The file is not UTF-8. Save it as "CSV UTF-8".', { cause: error })
  }
}

/** Stops at the first record too many or too wide: a file of marks alone would otherwise fill the memory with empty cells. */
function parseLines(text: string): Line[] {
  const delimiter = delimiterOf(text)
  // Counted before the head is cut: it may be the whole file.
  if (cellsOf(firstLineOf(text), delimiter) > MAX_COLUMNS) throw tooWide(1)
  const read: Line[] = []
  const keep = (cells: string[], { lines }: { lines: number }) => {
    // `lines` is where a record ends; a cell may hold line ends itself.
    const line = lines - lineEnds(cells)
    if (cells.length > MAX_COLUMNS) throw tooWide(line)
    if (read.push({ line, cells }) > MAX_BULK_ROWS + 1) {
      throw new ApiError('INVALID_REQUEST_BODY', `The file has more than ${MAX_BULK_ROWS} rows; split it.`)
    }
    return null
  }
  try {
    parse(text, { bom: true, delimiter, on_record: keep, relax_column_count: true, skip_empty_lines: true })
    return read
  } catch (error) {
    if (error instanceof CsvError)
      throw new ApiError('INVALID_REQUEST_BODY', `The file cannot be read: ${error.message}.`, { cause: error })
    throw error
  }
}

function tooWide(line: number): ApiError {
  return new ApiError(
    'INVALID_REQUEST_BODY',
    `Line ${line} has more than ${MAX_COLUMNS} cells, the most columns a table can have.`,
  )
}

function lineEnds(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0)
}

/** Spreadsheets write what their country's settings say: the mark that the first line has most of. */
function delimiterOf(text: string): string {
  const first = firstLineOf(text)
  const counts = [',', ';', '\t'].map((mark) => ({ mark, count: cellsOf(first, mark) }))
  return counts.reduce((best, candidate) => (candidate.count > best.count ? candidate : best)).mark
}

function firstLineOf(text: string): string {
  const [first = ''] = text.split(/\r?\n/, 1)
  return first.replaceAll(/"[^"]*"/g, '')
}

/** How many cells a line without quotes has; not counted on beyond what a table can hold. */
function cellsOf(line: string, delimiter: string): number {
  return line.split(delimiter, MAX_COLUMNS + 1).length
}

/** The rows as the record service takes them. Columns that the server fills are left out, whatever the file says. */
export function rowsFor(table: Table, { head, lines }: CsvFile): Record<string, unknown>[] {
  const columns = head.map((title) => findTitle(table, title))
  const unknown = head.filter((_, index) => columns[index] === undefined)
  if (unknown.length > 0) {
    const titles = table.columns.filter((column) => !isFilled(column)).map(({ title }) => title)
    throw new ApiError(
      'INVALID_REQUEST_BODY',
      `The table has no column "${unknown.join('", "')}". Its columns are ${titles.join(', ')}.`,
    )
  }
  const problems: Issue[] = []
  const rows = lines.map(({ line, cells }) =>
    Object.fromEntries(
      columns.flatMap((column, index) => {
        const text = cells[index] ?? ''
        if (column === undefined || isFilled(column) || text === '') return []
        try {
          return [[column.title, readText(column, text)]]
        } catch (error) {
          if (!(error instanceof ApiError)) throw error
          problems.push(issue(line, error.message))
          return []
        }
      }),
    ),
  )
  refuse(problems)
  return rows
}

function findTitle(table: Table, title: string): Column | undefined {
  return (
    table.columns.find((column) => column.title === title) ??
    table.columns.find((column) => column.title.toLowerCase() === title.toLowerCase())
  )
}

/** The columns of a new table for a file: the narrowest type that every value fits. Id and the like are made anew. */
export function columnsFor({ head, lines }: CsvFile): ColumnRequestBody[] {
  return head.flatMap((title, index) => {
    if (STANDARD.has(title.toLowerCase())) return []
    return [{ title, uidt: typeFor(lines.map(({ cells }) => cells[index] ?? '').filter((cell) => cell !== '')) }]
  })
}

/** Titles of what every new table has by itself. */
const STANDARD = new Set(['id', 'createdat', 'updatedat'])

function typeFor(cells: readonly string[]): ColumnType {
  if (cells.length === 0) return 'SingleLineText'
  const all = (fits: (cell: string) => boolean) => cells.every(fits)
  if (all((cell) => /^(?:true|false)$/.test(cell))) return 'Checkbox'
  // A leading zero is part of a code or a telephone number, not of a quantity.
  if (all((cell) => /^-?(?:0|[1-9]\d{0,14})$/.test(cell))) return 'Number'
  if (all((cell) => /^-?(?:0|[1-9]\d{0,8})(?:\.\d{1,6})?$/.test(cell))) return 'Decimal'
  if (all((cell) => parseIsoDate(cell)?.dateOnly === true)) return 'Date'
  if (all((cell) => parseIsoDate(cell) !== null)) return 'DateTime'
  return cells.some((cell) => cell.length > LONG_TEXT || cell.includes('\n')) ? 'LongText' : 'SingleLineText'
}

/** A refusal of the record service, whose errors name rows by index, in terms of the file's lines. */
export function inLines(error: ApiError, { lines }: CsvFile): Issue[] {
  return issuesOf(error).flatMap(({ path, message }) => {
    const line = lines[Number(path.split('.')[0])]?.line
    return line === undefined ? [] : [issue(line, message)]
  })
}

function issue(line: number, message: string): Issue {
  return { path: `Line ${line}`, message }
}

function refuse(problems: readonly Issue[]): void {
  if (problems.length === 0) return
  const errors = problems.toSorted((a, b) => lineOf(a) - lineOf(b)).slice(0, MAX_ISSUES)
  throw new ApiError('INVALID_REQUEST_BODY', 'The file was not imported. Mend these lines and send it again.', {
    details: { errors },
  })
}

function lineOf({ path }: Issue): number {
  return Number(path.slice('Line '.length))
}
