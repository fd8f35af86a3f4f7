/** A file in parts, read on from where the last step ended. */
import { ApiError } from '../../errors'
import { type CsvRecord, type ReaderState, createReader } from './csv'
import type { Format } from './dialect'
import type { Import } from './state'
import { PART_SIZE, countOfParts, readPart } from './store'

/** Bytes read in one step: some tenths of a second of CPU, and a query a part. */
const PARTS_PER_STEP = 4

/** A record that does not end within these is longer than a row can be, in any encoding. */
const PARTS_PER_RECORD = 6

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
  for (let number = first; number <= last; number++) {
    const bytes = await readPart(data, one, number)
    for (const record of reader.push(number === first ? bytes.subarray(start % PART_SIZE) : bytes, number === last)) {
      records.push(record)
    }
    if (number === last) return { records, state: reader.state(), isDone: true }
    const read = number - first + 1
    if (records.length > 0 && read >= PARTS_PER_STEP) break
    if (read >= PARTS_PER_RECORD) throw endless()
  }
  return { records, state: reader.state(), isDone: start >= one.size }
}

function endless(): ApiError {
  const message = `A record goes on for more than ${PARTS_PER_RECORD - 1} MB: is a quotation mark missing, or is this another kind of file?`
  return new ApiError('INVALID_REQUEST_BODY', message)
}
