/** How a file is written: what its first part says, where the person does not. */
import { SEP_LINE, createReader } from './csv'
import { type CsvRecord, type Encoding, type Format, type Separator, SEPARATORS } from '../inference/dialect'
import { decodeLines, detectEncoding } from './encoding'
import { typeOfHeading } from '../inference/header'
import { refuseOtherKinds } from './other-kinds'
import { parseShape, shapeKey } from '../inference/shape'

/** Bytes that tell the separator. */
const SAMPLE = 262_144

/** What `given` leaves open is found out from the first part of a file. */
export function detectFormat(head: Uint8Array, given: Partial<Format>): Format {
  refuseOtherKinds(head)
  const encoding = given.encoding ?? detectEncoding(head, false)
  const sample = head.subarray(0, SAMPLE)
  const separator = given.separator ?? separatorLine(sample, encoding) ?? bestSeparator(sample, encoding)
  const format: Format = {
    encoding,
    separator,
    decimalMark: given.decimalMark ?? null,
    dateOrder: given.dateOrder ?? null,
    typed: false,
    headerLine: given.headerLine ?? 1,
  }
  const records = sampleRecords(sample, format)
  if (format.headerLine > 0 && isTyped(records[0], separator)) return { ...format, decimalMark: '.', typed: true }
  return { ...format, headerLine: given.headerLine ?? headerLineOf(records) }
}

function isTyped(header: CsvRecord | undefined, separator: Separator): boolean {
  // A spreadsheet that saved an export with another separator has changed its numbers and dates, too.
  return separator === ',' && header !== undefined && header.cells.every((cell) => cell !== null && typeOfHeading(cell) !== null)
}

/** Records before the header row that a report or a bank puts a title and the like into. */
const MAX_PREAMBLE = 20
/** Cells of most lines, from which on a line of a few of them is told from a header row. */
const LEAST_CELLS = 4
/** Of those cells a header row has at least, and a line before it at most. */
const HEADED_SHARE = 0.75
const PREAMBLE_SHARE = 0.5

/** Of the first line that names most columns, if those before have few cells; else of the first line. */
function headerLineOf(records: readonly CsvRecord[]): number {
  const [width] = commonWidth(records)
  const first = records.slice(0, MAX_PREAMBLE)
  const index = first.findIndex((record) => filledCells(record).length > width * PREAMBLE_SHARE)
  const header = records[index]
  if (header === undefined || index === 0 || width < LEAST_CELLS) return 1
  const titles = filledCells(header)
  const isHeader = titles.length >= width * HEADED_SHARE && new Set(titles).size === titles.length && titles.every(isTitle)
  return isHeader ? header.line : 1
}

function filledCells({ cells }: CsvRecord): string[] {
  return cells.filter((cell) => cell !== null).filter((cell) => cell.trim() !== '')
}

function isTitle(cell: string): boolean {
  return parseShape(shapeKey(cell)).kind === 'text' || /^\p{L}+$/u.test(cell)
}

/** The number of cells above one that most records have, and how many do. */
function commonWidth(records: readonly CsvRecord[]): [width: number, count: number] {
  const counts = new Map<number, number>()
  for (const { cells, problem } of records) {
    if (problem === undefined && cells.length > 1) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1)
  }
  return [...counts].toSorted(([, one], [, other]) => other - one)[0] ?? [0, 0]
}

function separatorLine(sample: Uint8Array, encoding: Encoding): Separator | null {
  const [, mark] = SEP_LINE.exec(decodeLines(sample.subarray(0, 64), encoding).text) ?? []
  return SEPARATORS.find((separator) => separator === mark) ?? null
}

function bestSeparator(sample: Uint8Array, encoding: Encoding): Separator {
  let best: Separator = ','
  let most = 0
  for (const separator of SEPARATORS) {
    const format: Format = { encoding, separator, decimalMark: null, dateOrder: null, typed: false, headerLine: 1 }
    const score = consistency(sampleRecords(sample, format))
    if (score > most) [best, most] = [separator, score]
  }
  return best
}

function sampleRecords(sample: Uint8Array, format: Format): CsvRecord[] {
  const records = createReader(format).push(sample, false)
  return records.length > 0 ? records : createReader(format).push(sample, true)
}

/** How far records agree on a number of cells above one, and with the first of them, which names the columns. */
function consistency(records: readonly CsvRecord[]): number {
  const [width, count] = commonWidth(records)
  const share = count / Math.max(1, records.length)
  const named = records[0]?.cells.length === width ? 1 : 0.5
  return share * named * (isProse(records) ? 0.8 : 1) * (1 + Math.min(width, 10) / 20)
}

/** In a sentence a space follows a comma. */
function isProse(records: readonly CsvRecord[]): boolean {
  const after = records.flatMap(({ cells }) => cells.slice(1))
  return after.length > 0 && after.every((cell) => cell?.startsWith(' ') === true)
}
