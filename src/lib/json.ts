/** Lists as JSON parameters: the way round D1's 100 bound parameters. */
import { D1_LIMITS } from './sql'

const encoder = new TextEncoder()

/** Room for the brackets, and for what else stands in the statement's parameters. */
const MAX_BYTES = D1_LIMITS.rowBytes - 10_000

/** Bytes that an item may have as JSON. Whoever may be given a longer one asks isLongerAsJson() first. */
export const MAX_ITEM_BYTES = MAX_BYTES - 10_000

/** At most: what JSON.stringify() makes of a control character (`\u0001`), and of a number with its comma. */
const UNIT_BYTES = 6
const NUMBER_BYTES = 25

/** Whether values take more bytes as a JSON array. They are written out only where their lengths do not tell. */
export function isLongerAsJson(values: readonly (string | number | null)[], bytes: number): boolean {
  const atMost = values.reduce(
    (sum: number, value) => sum + (typeof value === 'string' ? value.length * UNIT_BYTES + 3 : NUMBER_BYTES),
    2,
  )
  return atMost > bytes && encoder.encode(JSON.stringify(values)).length > bytes
}

export interface JsonChunk {
  /** A JSON array. */
  json: string
  /** Its items. */
  count: number
}

/** JSON arrays that together hold the items in order, each short enough for one parameter. None for no items. */
export function jsonChunks(items: readonly unknown[]): JsonChunk[] {
  const chunks: JsonChunk[] = []
  let texts: string[] = []
  let bytes = 0
  const close = () => {
    if (texts.length > 0) chunks.push({ json: `[${texts.join(',')}]`, count: texts.length })
    texts = []
    bytes = 0
  }
  for (const item of items) {
    const text = JSON.stringify(item)
    const size = encoder.encode(text).length + 1
    if (bytes + size > MAX_BYTES) close()
    texts.push(text)
    bytes += size
  }
  close()
  return chunks
}
