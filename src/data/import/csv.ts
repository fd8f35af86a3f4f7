import type { Format } from './dialect'
export interface ReaderState {
  consumed: number
  line: number
}
export interface CsvRecord {
  line: number
  cells: (string | null)[]
}
export function createReader(format: Format, state: ReaderState = { consumed: 0, line: 1 }) {
  let { consumed, line } = state
  let rest = new Uint8Array()
  const decoder = new TextDecoder('utf-8')
  return {
    push(bytes: Uint8Array, isLast: boolean): CsvRecord[] {
      const all = new Uint8Array(rest.length + bytes.length)
      all.set(rest)
      all.set(bytes, rest.length)
      const end = isLast ? all.length : all.lastIndexOf(10) + 1
      const text = decoder.decode(all.subarray(0, end))
      consumed += end
      rest = all.slice(end)
      const records: CsvRecord[] = []
      for (const row of text.split('\n')) {
        if (row === '') continue
        records.push({ line: line++, cells: row.split(format.separator).map((cell) => (cell === '' ? null : cell)) })
      }
      return records
    },
    state(): ReaderState {
      return { consumed, line }
    },
  }
}
