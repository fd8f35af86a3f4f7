/**
 * Records of a file that comes in parts. Our own, not csv-parse: that one cannot go on at a byte after a record, nor tell `""`
 * from nothing, nor read lines that end in different ways.
 */
import type { CsvRecord, Format } from '../inference/dialect'
import { decodeLines, endOfWholeLines, startOfRest } from './encoding'
import { RecordReader } from './csv-records'

/** Where to read on. */
export interface ReaderState {
  /** Bytes of the file, up to the end of the last whole record. */
  consumed: number
  /** The next one, from 1. */
  line: number
  /** Cells of the first record; null before it. */
  width: number | null
}

/** The header row and the records after it, of those that a file begins with. Where no line names the columns, it is an empty one. */
export function splitHeader(
  records: readonly CsvRecord[],
  { headerLine }: Format,
): { header: CsvRecord | null; rows: readonly CsvRecord[] } {
  const [first] = records
  if (first === undefined) return { header: null, rows: [] }
  if (headerLine > 0) return { header: first, rows: records.slice(1) }
  return { header: { line: first.line, cells: first.cells.map(() => null) }, rows: records }
}

export interface CsvReader {
  /** The records that are whole with these bytes, which follow those before them. */
  push: (bytes: Uint8Array, isLast: boolean) => CsvRecord[]
  state: () => ReaderState
}

export const SEP_LINE = /^\ufeff?"?sep=([^\r\n]?)"?(?:\r\n|\r|\n|$)/i

/** With a state the first bytes are those after `consumed`. */
export function createReader(format: Format, from: ReaderState = { consumed: 0, line: 1, width: null }): CsvReader {
  const state = { ...from }
  let rest: Uint8Array = new Uint8Array()
  return {
    push(bytes, isLast) {
      const all = joined(rest, bytes)
      const end = isLast ? all.length : endOfWholeLines(all, format.encoding)
      const lines = all.subarray(0, end)
      const { text, invalid } = decodeLines(lines, format.encoding)
      const reader = new RecordReader(text, format.separator, state.line, isLast)
      if (state.consumed === 0) skipPreamble(reader)
      const records = readAll(reader, { format, state, invalid })
      const used = isLast ? all.length : startOfRest(lines, format.encoding, text.slice(reader.at))
      // A preamble without a record after it is read again.
      if (records.length === 0 && state.consumed === 0 && !isLast) {
        rest = all
        return records
      }
      state.consumed += used
      state.line = reader.line
      rest = all.slice(used)
      return records
    },
    state: () => ({ ...state }),
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}

/** A byte order mark, and the line by which some programs are told the separator. */
function skipPreamble(reader: RecordReader): void {
  const [line] = SEP_LINE.exec(reader.text) ?? []
  if (line !== undefined) reader.line++
  reader.at = line?.length ?? (reader.text.startsWith('\ufeff') ? 1 : 0)
}

interface Reading {
  format: Format
  state: ReaderState
  /** Lines that are not in the encoding of the file, from 0. */
  invalid: ReadonlySet<number>
}

function readAll(reader: RecordReader, { format, state, invalid }: Reading): CsvRecord[] {
  const records: CsvRecord[] = []
  const firstLine = state.line
  for (let record = reader.next(); record !== null; record = reader.next()) {
    if (record.line < format.headerLine || isBlank(record, state.width, format)) continue
    state.width ??= record.cells.length
    if (invalid.size > 0) markInvalid(record, [record.line - firstLine, reader.line - firstLine], invalid)
    records.push(record)
  }
  return records
}

/** A blank line is no record, but for a typed file of one column: there it is a row without a value. */
function isBlank({ cells }: CsvRecord, width: number | null, { typed }: Format): boolean {
  const [cell] = cells
  if (cells.length > 1) return false
  if (cell === null || cell === undefined) return !(typed && width === 1)
  return width !== 1 && cell !== '' && cell.trim() === ''
}

function markInvalid(record: CsvRecord, [from, to]: [number, number], invalid: ReadonlySet<number>): void {
  for (let line = from; line < to; line++) if (invalid.has(line)) record.problem ??= 'encoding'
}
