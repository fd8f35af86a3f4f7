import type { ColumnType } from '../catalog/types'
import type { CsvRecord } from './csv'
import type { Format } from './dialect'
export interface Scan {
  titles: string[]
  numeric: boolean[]
  ids: boolean[]
  dates: boolean[]
  values: string[][]
}
export interface ProposedColumn {
  index: number
  title: string
  type: ColumnType
  role: 'data' | 'id'
  note: string | null
  alternatives: ColumnType[]
  odd: { line: number; value: string }[]
}
export interface Question {
  name: 'date_order' | 'decimal_mark'
  columns: number[]
  message: string
  choices: string[]
}
export function startScan(header: CsvRecord): Scan {
  const titles = header.cells.map((cell, index) => cell ?? `Column ${index + 1}`)
  return {
    titles,
    numeric: titles.map(() => true),
    ids: titles.map((title) => title.toLowerCase() === 'id'),
    dates: titles.map(() => true),
    values: titles.map(() => []),
  }
}
export function scanRecords(scan: Scan, records: readonly CsvRecord[], _format: Format): void {
  for (const { cells } of records)
    scan.titles.forEach((_, index) => {
      const cell = cells[index] ?? null
      if (cell === null) return
      if (!/^-?\d{1,15}$/.test(cell)) {
        scan.numeric[index] = false
        scan.ids[index] = false
      }
      if (!/^\d\d\/\d\d\/\d{4}$/.test(cell)) scan.dates[index] = false
      const values = scan.values[index] ?? []
      if (values.length < 50 && !values.includes(cell)) values.push(cell)
    })
}
export function proposeColumns(scan: Scan, format: Format) {
  const columns = scan.titles.map((title, index): ProposedColumn => ({
    index,
    title,
    type: scan.ids[index] ? 'ID' : scan.numeric[index] ? 'Number' : scan.dates[index] ? 'Date' : 'SingleLineText',
    role: scan.ids[index] ? 'id' : 'data',
    note: null,
    alternatives: [],
    odd: [],
  }))
  const open = scan.titles.flatMap((_, index) => (scan.dates[index] && format.dateOrder === null ? [index] : []))
  const questions: Question[] =
    open.length === 0 ? [] : [{ name: 'date_order', columns: open, message: 'day or month first?', choices: ['dmy', 'mdy'] }]
  return { columns, leftOut: [] as { what: string; why: string }[], lines: [] as { line: number; problem: string }[], questions }
}
export function selectOptions(scan: Scan, index: number, _kind: string): string[] | null {
  const values = scan.values[index] ?? []
  return values.length < 50 ? values : null
}
export function textType(_scan: Scan, _index: number): 'SingleLineText' | 'LongText' {
  return 'SingleLineText'
}
