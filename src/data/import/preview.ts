/** What is known of a file before anything is made of it, found out step by step. */
import { ApiError, type Issue, invalidInput } from '../../errors'
import { batch } from '../../lib/d1'
import { isSameText } from '../../lib/text'
import type { Column, Table } from '../types/column'
import { findColumn } from '../query/find-column'
import { splitHeader } from './csv'
import { detectFormat } from './detect'
import type { CsvRecord, Format } from '../inference/dialect'
import { readOn } from './read-parts'
import { type ProposedColumn, type Question, proposeColumns } from '../inference/propose'
import { scanRecords, startScan } from '../inference/scan'
import type { GivenFormat, Import, LeftOut, ReadingState } from './state'
import { advance, findParts, readPart } from './store'
import type { ColumnType } from '../types/column-types'

/** Rows that are shown. */
const SHOWN_ROWS = 10
/** Characters of a cell that are shown. */
const SHOWN_CHARACTERS = 300

/** A column of the file. `columnId`: of the table that is there; null where none has that title. */
export interface PreviewColumn extends ProposedColumn {
  columnId: string | null
  /** Left out unless it is asked for: why, says `note`. */
  skip: boolean
}

export interface FilePreview {
  format: Format
  questions: readonly Question[]
  columns: readonly PreviewColumn[]
  rows: readonly (readonly (string | null)[])[]
  totalRows: number
  leftOut: readonly LeftOut[]
  lines: readonly { line: number; problem: string }[]
}

/**
 * `given`: what the file is read with; null is to be found out. Another encoding, separator or header row begins the reading anew. Throws
 * INVALID_REQUEST_BODY while parts are missing.
 */
export async function continueReading(data: D1Database, one: Import, given: GivenFormat, now: number): Promise<ReadingState> {
  const before = isOtherFormat(one.given, given, ['encoding', 'separator', 'headerLine']) ? null : one.reading
  const format = before?.format ?? (await findFormat(data, one, given))
  const reading = before?.isDone === true ? before : await readStep(data, one, format, before)
  await batch(data, advance(one, { given, reading }, now))
  return reading
}

const GIVEN = ['encoding', 'separator', 'headerLine', 'decimalMark', 'dateOrder'] as const

/** Whether one of `names` says otherwise. */
export function isOtherFormat(one: GivenFormat, other: GivenFormat, names: readonly (keyof GivenFormat)[] = GIVEN): boolean {
  return names.some((name) => (one[name] ?? null) !== (other[name] ?? null))
}

async function findFormat(data: D1Database, one: Import, given: GivenFormat): Promise<Format> {
  const { missing } = await findParts(data, one)
  if (missing.length > 0) {
    const errors: Issue[] = missing.map((number) => ({ path: `parts.${number}`, message: 'is missing' }))
    throw invalidInput(errors, 'body')
  }
  const known = Object.entries(given).filter(([, value]) => value !== null)
  return detectFormat(await readPart(data, one, 0), Object.fromEntries(known))
}

async function readStep(data: D1Database, one: Import, format: Format, before: ReadingState | null): Promise<ReadingState> {
  const { records, state, isDone } = await readOn(data, one, format, before?.reader ?? null)
  const { header, rows } = before === null ? splitHeader(records, format) : { header: null, rows: records }
  if (before === null && header === null) throw emptyFile(format)
  const scan = before?.scan ?? startScan(header as CsvRecord, format)
  scanRecords(scan, rows, format)
  return {
    format,
    reader: state,
    scan,
    shown: [...(before?.shown ?? []), ...rows.slice(0, SHOWN_ROWS).map(shorten)].slice(0, SHOWN_ROWS),
    rows: (before?.rows ?? 0) + rows.length,
    isDone,
  }
}

function emptyFile({ headerLine }: Format): ApiError {
  const message =
    headerLine > 1
      ? `The file has nothing from line ${headerLine} on, which was to name the columns.`
      : 'The file is empty: its first line must name the columns.'
  return new ApiError('INVALID_REQUEST_BODY', message)
}

function shorten({ cells }: CsvRecord): (string | null)[] {
  return cells.map((cell) => (cell !== null && cell.length > SHOWN_CHARACTERS ? `${cell.slice(0, SHOWN_CHARACTERS)}…` : cell))
}

/** `given` answers what the file leaves open. `table`: the one that is there; null for a new one. */
export function previewOf(
  { scan, format: found, shown, rows }: ReadingState,
  given: GivenFormat,
  table: Table | null,
): FilePreview {
  const marks = { decimalMark: given.decimalMark ?? null, dateOrder: given.dateOrder ?? null }
  const { format, columns, leftOut, lines, questions } = proposeColumns(scan, found.typed ? found : { ...found, ...marks })
  return {
    format,
    questions,
    columns: columns.map((column) => (table === null ? { ...column, columnId: null, skip: false } : matched(column, table))),
    rows: shown,
    totalRows: rows,
    leftOut,
    lines,
  }
}

function matched(column: ProposedColumn, table: Table): PreviewColumn {
  const target = matchingColumn(table, column.title)
  if (target === undefined) return { ...column, columnId: null, skip: false }
  const type: ColumnType = target.type
  if (target.auto === null) return { ...column, type, alternatives: [], columnId: target.id, skip: false }
  return { ...column, type, columnId: null, skip: true, note: `The server fills "${target.title}" itself.` }
}

/** The column that a heading names, whatever its case or Unicode form. */
function matchingColumn(table: Table, title: string): Column | undefined {
  const name = title.toLowerCase()
  return findColumn(table, title) ?? table.columns.find((column) => isSameText(column.title.toLowerCase(), name))
}
