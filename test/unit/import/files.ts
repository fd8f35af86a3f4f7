/** Files as programs write them, and how they are read here. */
import { createReader } from '../../../src/data/import/csv'
import { detectFormat } from '../../../src/data/import/detect'
import type { CsvRecord, Encoding, Format } from '../../../src/data/inference/dialect'
import { type Proposal, proposeColumns } from '../../../src/data/inference/propose'
import { type Scan, scanRecords, startScan } from '../../../src/data/inference/scan'

export const PLAIN: Format = {
  encoding: 'utf-8',
  separator: ',',
  decimalMark: null,
  dateOrder: null,
  typed: false,
  headerLine: 1,
}

export function encode(text: string, encoding: Encoding = 'utf-8'): Uint8Array {
  if (encoding === 'utf-8') return new TextEncoder().encode(text)
  if (encoding === 'windows-1252') return new Uint8Array(Buffer.from(text.replaceAll('€', '\u0080'), 'latin1'))
  const bytes = Buffer.from(text, 'utf16le')
  return new Uint8Array(encoding === 'utf-16le' ? bytes : bytes.swap16())
}

/** In parts of these sizes (the last one again and again), each read by a new reader that knows only the state of the one before. */
export function readParts(bytes: Uint8Array, format: Format, sizes: readonly number[] = [bytes.length]): CsvRecord[] {
  const records: CsvRecord[] = []
  let state: ReturnType<ReturnType<typeof createReader>['state']> | undefined
  let end = 0
  for (let part = 0; end < bytes.length; part++) {
    end = Math.min(bytes.length, end + Math.max(1, sizes[Math.min(part, sizes.length - 1)] ?? bytes.length))
    const reader = createReader(format, state)
    for (const record of reader.push(bytes.subarray(state?.consumed ?? 0, end), end === bytes.length)) records.push(record)
    state = JSON.parse(JSON.stringify(reader.state())) as typeof state
  }
  return records
}

export function read(text: string, format: Partial<Format> = {}): CsvRecord[] {
  const full = { ...PLAIN, ...format }
  return readParts(encode(text, full.encoding), full)
}

export function scan(bytes: Uint8Array, given: Partial<Format> = {}, rowsAtATime?: number): { scan: Scan; format: Format } {
  const format = detectFormat(bytes, given)
  const [header, ...rows] = readParts(bytes, format)
  if (header === undefined) throw new Error('an empty file')
  let known = startScan(header, format)
  const size = rowsAtATime ?? Math.max(7, Math.ceil(rows.length / 5))
  for (let at = 0; at < rows.length; at += size) {
    scanRecords(known, rows.slice(at, at + size), format)
    known = JSON.parse(JSON.stringify(known)) as Scan
  }
  return { scan: known, format }
}

export function propose(text: string, given: Partial<Format> = {}): Proposal {
  const { scan: known, format } = scan(encode(text), given)
  return proposeColumns(known, format)
}
