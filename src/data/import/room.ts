/** Whether a file will fit into the database, told before it is sent. */
import { ApiError } from '../../errors'
import { readFill } from './store'

/** The parts of the file, the rows that wait, and the rows where they go: each about as large as the file. */
const COPIES = 3

/** Throws PAYLOAD_TOO_LARGE. `limit`: bytes that the database may have. */
export async function refuseTooLarge(data: D1Database, size: number, limit: number): Promise<void> {
  const { bytes, expected } = await readFill(data)
  const room = Math.max(0, Math.floor((limit - bytes) / COPIES) - expected)
  if (size <= room) return
  const message = `The file has ${inWords(size)}, and the database has room for one of ${inWords(room)}: while a file is imported it takes ${COPIES} times its size. Delete what is not needed, or import a part of the file.`
  throw new ApiError('PAYLOAD_TOO_LARGE', message)
}

export function inWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB'] as const
  const power = Math.min(units.length - 1, bytes === 0 ? 0 : Math.floor(Math.log10(bytes) / 3))
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power] ?? ''}`
}
