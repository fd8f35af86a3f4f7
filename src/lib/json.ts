/** Lists as JSON parameters: the way round D1's 100 bound parameters. */
import { D1_LIMITS } from './sql'

const encoder = new TextEncoder()

/** Room for the brackets, and for what else stands in the statement's parameters. */
const MAX_BYTES = D1_LIMITS.rowBytes - 10_000

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
