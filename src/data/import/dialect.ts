/** How a file is written. */
import type { Encoding } from './encoding'

export type { Encoding }

export const SEPARATORS = [',', ';', '\t', '|'] as const
export type Separator = (typeof SEPARATORS)[number]

export interface Format {
  encoding: Encoding
  separator: Separator
  /** Null while the file leaves it open. */
  decimalMark: '.' | ',' | null
  /** Whether the day or the month comes first; null while the file leaves it open. */
  dateOrder: 'dmy' | 'mdy' | null
  /** Every heading names a type, as in an export with types: nothing is inferred, and '' is a text. */
  typed: boolean
  /** Line that the header row begins on: what stands before it, a title or the like, is no record. 0: no line names the columns. */
  headerLine: number
}
