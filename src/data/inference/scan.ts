/** What is known of each column of a file, added to record by record: JSON, and of a bounded size however long the file is. */
import { ApiError } from '../../errors'
import { quoteValue } from '../../lib/text'
import { MAX_COLUMNS } from '../types/column'
import { unguarded } from '../types/formula-guard'
import type { CsvRecord, Format, RecordProblem } from './dialect'
import { type Heading, readHeadings } from './header'
import { type IdScan, addIds, startIds } from './ids'
import { parseShape, shapeKey } from './shape'
import { rulesOf } from '../types/kinds'
import { splitOptions } from '../types/multiselect'

/** Cells of one shape. */
export interface ShapeCount {
  count: number
  /** The first of them: line and beginning of the text. */
  first: [line: number, value: string][]
}

export interface ColumnScan {
  heading: Heading
  /** Cells with something in them other than spaces. */
  filled: number
  /** Characters of the longest cell. */
  longest: number
  hasLineEnd: boolean
  shapes: Record<string, ShapeCount>
  /** Different values, in the order of their coming and trimmed but for a typed file; null: too many. */
  values: string[] | null
  /** The same of the items between commas or semicolons. */
  items: string[] | null
  /** Null: is not called Id, or cannot be one. */
  ids: IdScan | null
}

export interface LineProblem {
  line: number
  problem: string
}

export interface Scan {
  typed: boolean
  /** Cells of the header row. */
  width: number
  columns: ColumnScan[]
  /** The first of them; `lineTotal` are all. */
  lines: LineProblem[]
  lineTotal: number
}

/** Cells of a shape that are kept, and characters of each. */
const MAX_EXAMPLES = 10
const MAX_EXAMPLE = 80
/** Shapes of a column whose cells are kept. */
const MAX_SHAPES = 12

const MAX_LINES = 100

/** Options of a select column that is made of a column: more are no choice any more. */
const MAX_VALUES = 300
/** Of a typed file, which has had that many. */
const MAX_TYPED_VALUES = 1000
/** Characters of all values together, and of those of one column. */
const MAX_ALL_VALUES = 300_000
const MAX_VALUE = 255

/** Cells after which a column with this share of plain texts is one of texts, whatever the others are. */
const TEXT_AFTER = 500
const TEXT_SHARE = 1 / 10

/** Throws INVALID_REQUEST_BODY for more columns than a table can have. */
export function startScan(header: CsvRecord, { typed }: Pick<Format, 'typed'>): Scan {
  const { cells, line } = header
  const width = cells.findLastIndex((cell) => cell !== null && cell.trim() !== '') + 1
  refuseWidth(line, width)
  const scan: Scan = { typed, width: Math.min(cells.length, MAX_COLUMNS), columns: [], lines: [], lineTotal: 0 }
  scan.columns = readHeadings(cells.slice(0, MAX_COLUMNS), typed).map((heading) => startColumn(heading))
  if (header.problem !== undefined) addLine(scan, line, PROBLEMS[header.problem])
  const value = typed ? undefined : cells.find((cell) => cell !== null && isValue(cell))
  if (value !== undefined) addLine(scan, line, headerNote(value))
  return scan
}

const VALUE_KINDS: ReadonlySet<string> = new Set(['number', 'date', 'time', 'email', 'url', 'json'])

/** Whether a heading looks like a value. Years are headings, too. */
function isValue(cell: string): boolean {
  const shape = parseShape(shapeKey(cell))
  return VALUE_KINDS.has(shape.kind) && !(shape.kind === 'number' && shape.size === 'year')
}

function headerNote(value: string | null): string {
  return `was read as the names of the columns, though ${quoteValue(value)} looks like a value: if it is a row, say that no line names them`
}

function refuseWidth(line: number, width: number): void {
  if (width <= MAX_COLUMNS) return
  throw new ApiError(
    'INVALID_REQUEST_BODY',
    `Line ${line} has ${width} cells; a table can have at most ${MAX_COLUMNS} columns. Is this the right separator?`,
  )
}

function startColumn(heading: Heading): ColumnScan {
  const ids = heading.title.toLowerCase() === 'id' ? startIds() : null
  return { heading, filled: 0, longest: 0, hasLineEnd: false, shapes: {}, values: [], items: [], ids }
}

/** Adds the records after the header row. `format` is that of the file; its order of dates and its decimal mark change nothing. */
export function scanRecords(scan: Scan, records: readonly CsvRecord[], _format: Format): void {
  for (const record of records) checkRecord(scan, record)
  for (const [index, column] of scan.columns.entries()) scanColumn(scan, column, index, records)
}

function counted(cells: number): string {
  return cells === 1 ? 'one cell' : `${cells} cells`
}

const PROBLEMS: Record<RecordProblem, string> = {
  'unclosed-quote': 'a quotation mark begins a cell and nothing ends it: the cell was read to the end of the line',
  'stray-quote': 'a quotation mark stands inside a quoted cell: the cell was read as it stands',
  encoding: 'is not in UTF-8 as other lines are: it was read as Windows-1252',
}

function checkRecord(scan: Scan, { line, cells, problem }: CsvRecord): void {
  if (problem !== undefined) addLine(scan, line, PROBLEMS[problem])
  if (cells.length < scan.width) {
    addLine(scan, line, `has ${counted(cells.length)}, the header row has ${scan.width}: those that lack are left empty`)
  } else if (cells.length > scan.width) checkLong(scan, line, cells)
}

/** What stands after the last heading is no column until something is in it. */
function checkLong(scan: Scan, line: number, cells: readonly (string | null)[]): void {
  const width = cells.findLastIndex((cell) => cell !== null && cell.trim() !== '') + 1
  if (width <= scan.width) return
  refuseWidth(line, width)
  addLine(
    scan,
    line,
    `has ${width} cells, the header row has ${scan.width}: those after the last heading get columns of their own`,
  )
  for (let index = scan.columns.length; index < width; index++) {
    const titles = [...scan.columns.map(({ heading }) => heading.title), null]
    const heading = readHeadings(titles, false).at(-1)
    if (heading !== undefined) scan.columns.push(startColumn(heading))
  }
}

function addLine(scan: Scan, line: number, problem: string): void {
  scan.lineTotal++
  if (scan.lines.length < MAX_LINES) scan.lines.push({ line, problem })
}

function scanColumn(scan: Scan, column: ColumnScan, index: number, records: readonly CsvRecord[]): void {
  const isOptions = isOptionColumn(column, scan)
  const values = new Distinct(isOptions ? column.values : null, scan)
  const items = new Distinct(isOptions ? column.items : null, scan)
  for (const { line, cells } of records) {
    const cell = cells[index] ?? ''
    if (cell === '' || cell.trim() === '') continue
    const text = cell.startsWith("'") ? unguarded(cell) : cell
    column.filled++
    measure(column, text)
    if (!scan.typed) count(column, line, text)
    values.add(text)
    if (!items.isFull) items.addAll(splitOptions(text, scan.typed))
  }
  column.values = values.list
  column.items = items.list
  if (column.ids !== null && !scan.typed)
    column.ids = addIds(
      column.ids,
      records.map(({ cells }) => cells[index] ?? null),
    )
}

/** A typed file says which columns have options, or as many stars as their best rating. */
function isOptionColumn({ heading, values, items }: ColumnScan, { typed }: Scan): boolean {
  if (values === null && items === null) return false
  const hasOptions = heading.type !== null && rulesOf({ type: heading.type }).options !== null
  return !typed || heading.type === 'Rating' || hasOptions
}

function measure(column: ColumnScan, text: string): void {
  if (text.length > column.longest) column.longest = text.length
  if (!column.hasLineEnd && (text.includes('\n') || text.includes('\r'))) column.hasLineEnd = true
}

function count(column: ColumnScan, line: number, text: string): void {
  const { shapes, filled } = column
  const texts = shapes['text']
  const isText = texts !== undefined && filled > TEXT_AFTER && texts.count > filled * TEXT_SHARE
  const key = !isText || text.includes('\0') ? shapeKey(text) : 'text'
  const shape = (shapes[key] ??= { count: 0, first: [] })
  shape.count++
  if (shape.first.length >= MAX_EXAMPLES) return
  if (shape.first.length === 0 && Object.keys(shapes).length > MAX_SHAPES) return
  shape.first.push([line, text.slice(0, MAX_EXAMPLE)])
}

/** Different texts, up to a bound. */
class Distinct {
  readonly #known: Set<string>
  readonly #typed: boolean
  readonly #most: number
  readonly #characters: number
  #length: number
  isFull: boolean

  /** `known`: null when they are too many already. */
  constructor(known: readonly string[] | null, { typed, columns }: Scan) {
    this.#known = new Set(known)
    this.isFull = known === null
    this.#typed = typed
    this.#most = typed ? MAX_TYPED_VALUES : MAX_VALUES
    this.#characters = Math.floor(MAX_ALL_VALUES / columns.length)
    this.#length = known?.reduce((sum, text) => sum + text.length, 0) ?? 0
  }

  add(text: string): void {
    const value = this.#typed ? text : text.trim()
    if (this.isFull || this.#known.has(value)) return
    this.#known.add(value)
    this.#length += value.length
    this.isFull = value.length > MAX_VALUE || this.#known.size > this.#most || this.#length > this.#characters
  }

  addAll(texts: readonly string[]): void {
    for (const text of texts) this.add(text)
  }

  get list(): string[] | null {
    return this.isFull ? null : [...this.#known]
  }
}

/** What the options of a column would be, in the order of the file; null when there are too many. */
export function selectOptions(scan: Scan, index: number, of: 'one' | 'several'): string[] | null {
  const column = scan.columns[index]
  if (column === undefined) return null
  const options = of === 'one' ? column.values : column.items
  // oxlint-disable-next-line no-control-regex -- no title has one
  return options === null || options.some((option) => /[\u0000-\u001f\u007f]/.test(option)) ? null : options
}

/** The narrowest type for texts that holds all of the column. */
export function textType(scan: Scan, index: number): 'SingleLineText' | 'LongText' {
  const column = scan.columns[index]
  return column !== undefined && (column.hasLineEnd || column.longest > MAX_VALUE) ? 'LongText' : 'SingleLineText'
}
