/** What is known of an import under way, as the data database keeps it. */
import type { Table } from '../types/column'
import type { ReaderState } from './csv'
import type { Format } from '../inference/dialect'
import type { LineProblem, Scan } from '../inference/scan'

/** What a person says of the file; null or absent is to be found out. */
export type GivenFormat = { [Name in Exclude<keyof Format, 'typed'>]?: Format[Name] | null }

/** How far a file was read, and what is known of it. */
export interface ReadingState {
  format: Format
  reader: ReaderState
  scan: Scan
  /** The first rows, as texts. */
  shown: (string | null)[][]
  /** Records after the header row. */
  rows: number
  isDone: boolean
}

/** What to do with a cell that does not fit its column. */
export type OnBad = 'text' | 'empty' | 'stop'

/** What is left out is as the preview proposes. */
export interface ColumnChoice {
  index: number
  title?: string | undefined
  type?: string | undefined
  columnId?: string | null | undefined
  skip?: boolean | undefined
  onBad?: OnBad | undefined
}

export interface Choices {
  title?: string | undefined
  columns?: readonly ColumnChoice[] | undefined
  mode?: 'insert' | 'upsert' | undefined
  on?: string | undefined
  decimalMark?: Format['decimalMark'] | undefined
  dateOrder?: Format['dateOrder'] | undefined
}

/** Which cell of a record goes into which column. */
export interface CellPlan {
  index: number
  /** Place among the columns of the table. */
  position: number
  onBad: OnBad
}

export interface LoadPlan {
  kind: 'new' | 'existing'
  format: Format
  /** A new one as the catalog will have it; an existing one as it was when the rows began to be read for it. */
  table: Table
  /** Physical table that rows are loaded into: for a new table its own. */
  staging: string
  cells: CellPlan[]
  /** Physical name of the column that rows are matched by; null inserts all. */
  on: string | null
  leftOut: LeftOut[]
  lines: LineProblem[]
  startedAt: number
}

/** How far the rows of a file have come. */
export interface LoadState {
  choices: Choices
  plan: LoadPlan
  reader: ReaderState | null
  rows: number
  emptied: EmptiedCell[]
  emptiedTotal: number
  /** All rows wait, and are as many as the file has. */
  isLoaded: boolean
}

/** What was left out, and why. */
export interface LeftOut {
  what: string
  why: string
}

/** A cell that did not fit its column and was left empty, as asked. */
export interface EmptiedCell {
  line: number
  column: string
  value: string
}

/** What an import made, told when it is done. */
export interface Report {
  table: { id: string; title: string }
  rows: number
  inserted: number
  updated: number
  /** How the file was read. */
  format: Format
  columns: { title: string; type: string }[]
  leftOut: LeftOut[]
  /** Lines that were read other than they say, the first of them. */
  lines: LineProblem[]
  /** The first of them. */
  emptied: EmptiedCell[]
  emptiedTotal: number
}

/** Whose import it has to be: anybody else's is not found. */
export interface Owner {
  projectId: string
  userId: string
}

/** What is known before the first byte. `tableId`: null for a new table. */
export interface NewImport extends Owner {
  id: string
  tableId: string | null
  name: string
  size: number
}

export interface Import extends NewImport {
  /** Counts what was done; a batch made for one step takes effect only while nobody did the next. */
  step: number
  given: GivenFormat
  reading: ReadingState | null
  load: LoadState | null
  report: Report | null
}

/** An import whose rows are being loaded. */
export type Loading = Import & { load: LoadState }
