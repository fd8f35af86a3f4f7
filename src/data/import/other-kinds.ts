/** Files that are no text at all, told by their first bytes: taken for CSV they would become rows of nonsense. */
import { ApiError } from '../../errors'

const WORKBOOK = 'Save or export it as CSV in your spreadsheet program, then import that file.'
const OTHER = 'Choose a CSV file.'

const KINDS: readonly { begins: string; what: string; instead: string }[] = [
  { begins: 'PK\x03\x04', what: 'an Excel or OpenDocument workbook, or another ZIP archive', instead: WORKBOOK },
  { begins: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', what: 'an old Excel workbook', instead: WORKBOOK },
  { begins: '%PDF-', what: 'a PDF', instead: OTHER },
  { begins: '\x89PNG\r\n', what: 'a picture', instead: OTHER },
  { begins: 'GIF8', what: 'a picture', instead: OTHER },
  { begins: '\xff\xd8\xff', what: 'a picture', instead: OTHER },
  { begins: '\x1f\x8b\x08', what: 'a gzip archive', instead: 'Unpack it first.' },
  { begins: 'SQLite format 3\0', what: 'an SQLite database', instead: OTHER },
]

export function refuseOtherKinds(head: Uint8Array): void {
  const kind = KINDS.find(({ begins }) => [...begins].every((byte, index) => head[index] === byte.charCodeAt(0)))
  if (kind !== undefined) throw new ApiError('INVALID_REQUEST_BODY', `This file is ${kind.what}, not CSV. ${kind.instead}`)
}
