/** How many fields a form has, found out without taking it apart: that costs time and memory for each of them. */
import { ApiError } from '../errors'

/** Above what any page of ours or any client sends: a page of 1,000 rows to be deleted, an import of all columns. */
const MAX_FIELDS = 5000

const BOUNDARY = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i

/** Throws PAYLOAD_TOO_LARGE for a form of more than MAX_FIELDS fields, in either of the encodings that forms have. */
export function refuseManyFields(bytes: ArrayBuffer, contentType: string): void {
  const [, quoted, bare] = BOUNDARY.exec(contentType) ?? []
  const boundary = quoted ?? bare
  const separator = boundary === undefined ? '&' : `--${boundary}`
  if (occursMoreThan(MAX_FIELDS, separator, Buffer.from(bytes))) {
    throw new ApiError('PAYLOAD_TOO_LARGE', `A form may have ${MAX_FIELDS} fields; this one has more.`)
  }
}

function occursMoreThan(count: number, text: string, bytes: Buffer): boolean {
  let found = 0
  for (let at = bytes.indexOf(text); at !== -1 && found <= count; at = bytes.indexOf(text, at + text.length)) found += 1
  return found > count
}
