/** A file in parts, read on from where the last step ended. */
import { ApiError } from '../../errors'
import { sizeText } from '../../lib/text'
import { type ReaderState, createReader } from './csv'
import type { CsvRecord, Format } from '../inference/dialect'
import type { Import } from './state'
import { PART_SIZE, countOfParts, readPart } from './store'

/** Bytes read in one step: some tenths of a second of CPU, and a query a part. */
const STEP_SIZE = 2 * PART_SIZE

/** A record that does not end within these is longer than a row can be, in any encoding. */
const MAX_RECORD_SIZE = 6 * PART_SIZE

export interface ReadResult {
  records: CsvRecord[]
  /** Where to read on. */
  state: ReaderState
  isDone: boolean
}

/** The records of one step. Throws INVALID_REQUEST_BODY for one without an end. */
export async function readOn(data: D1Database, one: Import, format: Format, from: ReaderState | null): Promise<ReadResult> {
  const reader = createReader(format, from ?? undefined)
  const start = reader.state().consumed
  const records: CsvRecord[] = []
  const first = Math.floor(start / PART_SIZE)
  const last = countOfParts(one) - 1
  let size = 0
  for (let number = first; number <= last; number++) {
    const part = await readPart(data, one, number)
    const bytes = number === first ? part.subarray(start % PART_SIZE) : part
    for (const record of reader.push(bytes, number === last)) records.push(record)
    if (number === last) break
    size += bytes.byteLength
    if (records.length > 0 && size >= STEP_SIZE) return { records, state: reader.state(), isDone: false }
    if (size >= MAX_RECORD_SIZE) throw endless()
  }
  return { records, state: reader.state(), isDone: true }
}

function endless(): ApiError {
  const message = `A record goes on for more than ${sizeText(MAX_RECORD_SIZE)}: is a quotation mark missing, or is this another kind of file?`
  return new ApiError('INVALID_REQUEST_BODY', message)
}
