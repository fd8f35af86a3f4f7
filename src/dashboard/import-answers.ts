/** What the form of an import's preview says: how the file is to be read, and what becomes of its columns. */
import type { Format } from '../data/inference/dialect'
import type { Choices, GivenFormat, Import, OnBad } from '../data/import/state'
import type { FilePreview, PreviewColumn } from '../data/import/preview'
import { textOf } from './form-guard'

export interface ColumnAnswer {
  isTaken: boolean
  title: string
  type: string
  /** Of the table that is there; '' for none. */
  columnId: string
  /** Null: not chosen yet, though there are cells that do not fit. */
  onBad: OnBad | null
}

export interface Answers {
  title: string
  mode: 'insert' | 'upsert'
  /** Id of the unique column that rows are matched by. */
  on: string
  columns: ReadonlyMap<number, ColumnAnswer>
}

/** Names of the fields of a column. */
export function fieldsOf({ index }: Pick<PreviewColumn, 'index'>) {
  const name = `c${index}`
  return {
    before: `${name}.before`,
    taken: `${name}.taken`,
    title: `${name}.title`,
    type: `${name}.type`,
    columnId: `${name}.column`,
    onBad: `${name}.bad`,
  }
}

/** What the preview proposes, as the form keeps it: so that it can tell what was changed by hand. */
export function proposalText(column: PreviewColumn): string {
  return JSON.stringify([column.title, column.type, column.columnId ?? ''])
}

export function proposedAnswers({ name }: Import, preview: FilePreview): Answers {
  const columns = preview.columns.map((column) => [column.index, proposedAnswer(column)] as const)
  return { title: titleFrom(name), mode: 'insert', on: '', columns: new Map(columns) }
}

function titleFrom(fileName: string): string {
  return fileName.replace(/\.[^.]*$/, '')
}

function proposedAnswer({ title, type, columnId, skip, odd }: PreviewColumn): ColumnAnswer {
  return { isTaken: !skip, title, type, columnId: columnId ?? '', onBad: odd.length > 0 ? null : 'stop' }
}

/** The answers of the form, where they are about a column that is still there. */
export function readAnswers(form: FormData, { name }: Import, preview: FilePreview): Answers {
  return {
    title: form.has('title') ? textOf(form, 'title') : titleFrom(name),
    mode: textOf(form, 'mode') === 'upsert' ? 'upsert' : 'insert',
    on: textOf(form, 'on'),
    columns: new Map(preview.columns.map((column) => [column.index, readAnswer(form, column)])),
  }
}

function readAnswer(form: FormData, column: PreviewColumn): ColumnAnswer {
  const fields = fieldsOf(column)
  const proposed = proposedAnswer(column)
  const [title, type, columnId] = readProposal(textOf(form, fields.before))
  if (title !== column.title) return proposed
  // What was not changed by hand follows the proposal.
  const chosen = (before: string | undefined, given: string, now: string) => (given === before ? now : given)
  return {
    isTaken: form.has(fields.taken) || textOf(form, fields.columnId) !== '',
    title: chosen(title, textOf(form, fields.title), proposed.title),
    type: chosen(type, textOf(form, fields.type), proposed.type),
    columnId: chosen(columnId, textOf(form, fields.columnId), proposed.columnId),
    onBad: ON_BAD.find((choice) => choice === textOf(form, fields.onBad)) ?? proposed.onBad,
  }
}

function readProposal(text: string): string[] {
  try {
    const read: unknown = JSON.parse(text)
    return Array.isArray(read) ? read.map(String) : []
  } catch {
    return []
  }
}

const ON_BAD: readonly OnBad[] = ['stop', 'empty', 'text']

type FormatName = 'encoding' | 'separator' | 'decimalMark' | 'dateOrder'

const FORMAT_VALUES: { [Name in FormatName]: readonly NonNullable<Format[Name]>[] } = {
  encoding: ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'],
  separator: [',', ';', '\t', '|'],
  decimalMark: ['.', ','],
  dateOrder: ['dmy', 'mdy'],
}

/** What the form says of the file that is not as it was read. */
export function readFormat(form: FormData, { format }: FilePreview): GivenFormat {
  const changed = Object.entries(FORMAT_VALUES).flatMap(([name, values]) => {
    // Not trimmed: a separator may be a tab.
    const value = (values as readonly string[]).find((candidate) => candidate === form.get(name))
    return value === undefined || value === format[name as FormatName] ? [] : [[name, value]]
  })
  const line = textOf(form, 'headerLine')
  const isOther = /^\d{1,3}$/.test(line) && Number(line) !== format.headerLine
  return { ...(Object.fromEntries(changed) as GivenFormat), ...(isOther && { headerLine: Number(line) }) }
}

/** The answers as an import takes them. */
export function choicesOf({ title, mode, on, columns }: Answers, { tableId }: Import): Choices {
  const isNew = tableId === null
  const chosen = [...columns].map(([index, column]) => {
    if (!column.isTaken || (!isNew && column.columnId === '')) return { index, skip: true }
    const { title: heading, type, columnId } = column
    const onBad = column.onBad ?? 'stop'
    return isNew ? { index, skip: false, title: heading, type, onBad } : { index, columnId, onBad }
  })
  if (isNew) return { title, columns: chosen }
  return mode === 'upsert' ? { mode, on, columns: chosen } : { columns: chosen }
}
