/** How a file is written, and a record of it as it stands there. */

export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const
export type Encoding = (typeof ENCODINGS)[number]

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

export interface CsvRecord {
  /** Line of the file that it begins on, from 1. */
  line: number
  /** Null is nothing between two separators, '' a pair of quotation marks. */
  cells: (string | null)[]
  /** How it was read other than it says, where that was needed. */
  problem?: RecordProblem
}

export type RecordProblem = 'unclosed-quote' | 'stray-quote' | 'encoding'
