/** From what a person chose, and the reader proposes, to the table and columns that rows are loaded into. */
import { ApiError, type Issue, invalidInput } from '../../errors'
import { newId } from '../../lib/ids'
import { isSameText } from '../../lib/text'
import { type ColumnSpec, ID_COLUMN } from '../catalog/column-spec'
import { nameFromTitle } from '../catalog/table-names'
import { planTable } from '../catalog/tables'
import { type Catalog, getTable, primaryKey } from '../catalog/catalog'
import { type Column, type Table, MAX_COLUMNS, isRatingMax, ratingMax } from '../types/column'
import { upsertColumn } from '../records/upsert'
import { defaultFor } from '../types/values'
import type { FilePreview, PreviewColumn } from './preview'
import { type Scan, selectOptions } from '../inference/scan'
import type { Choices, ColumnChoice, LeftOut, LoadPlan, OnBad } from './state'
import { type ColumnType, isColumnType } from '../types/column-types'
import { rulesOf } from '../types/kinds'
import type { ProjectPlace } from '../catalog/database'

/** What the plan is made from. */
export interface PlanRequest {
  project: ProjectPlace
  catalog: Catalog
  /** Null for a new table. */
  tableId: string | null
  /** Title of a new table that was given none. */
  fileName: string
  preview: FilePreview
  scan: Scan
  choices: Choices
  now: number
}

/** A column of the file with what was chosen for it. */
interface ChosenColumn extends PreviewColumn {
  onBad: OnBad
}

/** Throws INVALID_REQUEST_BODY, INVALID_TABLE, INVALID_COLUMN, INVALID_PARAMETER or REQUIRED_FIELD_MISSING. */
export function planLoad(request: PlanRequest): LoadPlan {
  const { tableId, catalog, preview, choices } = request
  const table = tableId === null ? null : getTable(catalog, tableId)
  const columns = chooseColumns(preview.columns, choices.columns ?? [], table)
  if (columns.every(({ skip }) => skip)) {
    throw invalidInput([{ path: 'columns', message: 'every column of the file is skipped: nothing would be imported' }], 'body')
  }
  refuseOpenQuestions(request, columns)
  return table === null ? planNew(request, columns) : planExisting(request, table, columns)
}

function chooseColumns(
  proposed: readonly PreviewColumn[],
  choices: readonly ColumnChoice[],
  table: Table | null,
): ChosenColumn[] {
  const errors: Issue[] = []
  const byIndex = new Map<number, ColumnChoice>()
  for (const [position, choice] of choices.entries()) {
    const problem = choiceProblem(proposed, byIndex, choice, table !== null)
    if (problem !== null) errors.push({ path: `columns.${position}`, message: problem })
    byIndex.set(choice.index, choice)
  }
  if (errors.length > 0) throw invalidInput(errors, 'body')
  return proposed.map((column) => {
    const choice = byIndex.get(column.index)
    const columnId = choice?.columnId === undefined ? column.columnId : choice.columnId
    return {
      ...column,
      title: choice?.title ?? column.title,
      type: table?.columns.find(({ id }) => id === columnId)?.type ?? ((choice?.type ?? column.type) as ColumnType),
      columnId,
      // Who gives a column of the table for it wants it taken.
      skip: choice?.skip ?? (column.skip && choice?.columnId === undefined),
      onBad: choice?.onBad ?? 'stop',
    }
  })
}

/** What is wrong with a choice, in words; null when nothing is. */
function choiceProblem(
  proposed: readonly PreviewColumn[],
  chosen: ReadonlyMap<number, ColumnChoice>,
  { index, title, type, columnId, onBad }: ColumnChoice,
  isExisting: boolean,
): string | null {
  if (!proposed.some((column) => column.index === index)) return `the file has no column ${index}`
  if (chosen.has(index)) return `column ${index} is there twice`
  if (type !== undefined && !isColumnType(type)) return `there is no column type "${type}"`
  const foreign = isExisting ? { title, type } : { column_id: columnId }
  const wrong = Object.entries(foreign).find(([, value]) => value !== undefined)?.[0]
  const where = isExisting ? 'a new table' : 'a table that is there'
  if (wrong !== undefined) return `"${wrong}" is for importing into ${where}`
  return isExisting && onBad === 'text' ? '"text" is for importing into a new table' : null
}

/** Throws INVALID_REQUEST_BODY that names each question whose answer would change a value. */
function refuseOpenQuestions({ preview }: PlanRequest, columns: readonly ChosenColumn[]): void {
  const errors = preview.questions.flatMap(({ name, message, columns: about }) => {
    const isOpen = columns.some(({ index, skip, type }) => about.includes(index) && !skip && rulesOf({ type }).asks === name)
    return isOpen ? [{ path: name, message }] : []
  })
  if (errors.length > 0) throw invalidInput(errors, 'body')
}

function planNew(request: PlanRequest, chosen: readonly ChosenColumn[]): LoadPlan {
  const { project, catalog, choices, preview, scan, fileName, now } = request
  if (choices.mode === 'upsert' || choices.on !== undefined) {
    throw invalidInput([{ path: 'mode', message: 'a new table has no rows to be matched' }], 'body')
  }
  const wanted = chosen.filter(({ skip }) => !skip)
  const keys = wanted.filter(({ type }) => type === 'ID')
  if (keys.length > 1) {
    const errors = keys.map(({ index }) => ({ path: `columns.${index}`, message: 'only one column can be the ID' }))
    throw invalidInput(errors, 'body')
  }
  const title = (choices.title ?? fileName).trim()
  if (title === '') throw invalidTable('title', 'The new table needs a title.')
  if (catalog.tables.some((table) => isSameText(table.title, title))) throw titleTaken(title)
  const ordered = [...keys, ...wanted.filter(({ type }) => type !== 'ID')]
  const own = ordered.map((column) => specFor(column, scan))
  const { key, dates, leftOut } = serverColumns(own, keys.length > 0)
  refuseWidth(key.length, own.length)
  const table = planTable(project, catalog, { title, columns: [...key, ...own, ...dates] }, now)
  return {
    kind: 'new',
    format: preview.format,
    table,
    staging: table.physicalName,
    cells: ordered.map(({ index, onBad }, place) => ({ index, position: key.length + place, onBad })),
    on: null,
    leftOut: [...preview.leftOut, ...skipped(chosen), ...leftOut],
    lines: [...preview.lines],
    startedAt: now,
  }
}

export function titleTaken(title: string, cause?: unknown): ApiError {
  return invalidTable('title', `There is a table "${title}" already; give the new one another title.`, cause)
}

function invalidTable(path: string, message: string, cause?: unknown): ApiError {
  return new ApiError('INVALID_TABLE', message, { cause, details: { errors: [{ path, message }] } })
}

/** Throws INVALID_TABLE for a file that has all the columns of a table, and none that can be its key. */
function refuseWidth(keys: number, own: number): void {
  if (keys + own <= MAX_COLUMNS) return
  const message = `A table can have at most ${MAX_COLUMNS} columns, one of them its Id: of the ${own} of the file skip one.`
  throw invalidTable('columns', message)
}

/** The values of a file are its own: a type that the server fills would not keep them. */
const FILLED: Partial<Record<ColumnType, ColumnType>> = { CreateTime: 'DateTime', LastModifiedTime: 'DateTime' }

function specFor({ index, title, type, meta }: ChosenColumn, scan: Scan): ColumnSpec {
  if (type === 'ID') return { title, type, primaryKey: true, autoIncrement: true }
  const filled = FILLED[type] ?? type
  if (filled === 'Rating') return { title, type: filled, meta: { max: starsOf(scan, index) } }
  const { options: of } = rulesOf({ type: filled })
  if (of === null) return { title, type: filled, meta: filled === 'Currency' ? meta : null }
  const options = selectOptions(scan, index, of)
  if (options === null) {
    throw invalidInput([{ path: `columns.${index}`, message: `"${title}" has too many different values for a ${type}` }], 'body')
  }
  return { title, type: filled, options: options.map((option) => ({ title: option })) }
}

/** As many as the best rating of the file has, and no fewer than a rating has by itself. */
function starsOf({ columns }: Scan, index: number): number {
  const ratings = (columns[index]?.values ?? []).filter((value) => isRatingMax(value)).map(Number)
  return Math.max(ratingMax({ meta: null }), ...ratings)
}

/** The columns a table gets by itself, as far as the file leaves their names and room for them. */
function serverColumns(
  own: readonly ColumnSpec[],
  hasKey: boolean,
): { key: ColumnSpec[]; dates: ColumnSpec[]; leftOut: LeftOut[] } {
  const names = new Set(own.flatMap(({ title }) => [title ?? '', nameFromTitle(title ?? '')]))
  const key = hasKey ? [] : [freeKey(names)]
  const dates: ColumnSpec[] = []
  const leftOut: LeftOut[] = []
  for (const [title, auto] of [
    ['CreatedAt', 'created_at'],
    ['UpdatedAt', 'updated_at'],
  ] as const) {
    const why =
      names.has(title) || names.has(auto)
        ? 'The file has a column of that name; the values are those of the file.'
        : key.length + own.length + dates.length >= MAX_COLUMNS
          ? `A table can have at most ${MAX_COLUMNS} columns.`
          : null
    if (why === null) dates.push({ title, columnName: auto, type: 'DateTime', auto })
    else leftOut.push({ what: `${title} of the server`, why })
  }
  return { key, dates, leftOut }
}

/** `Id`, or where the file has a column of that name that cannot be the key, `RowId`. */
function freeKey(names: ReadonlySet<string>): ColumnSpec {
  if (!names.has('Id') && !names.has('id')) return ID_COLUMN
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? '' : String(number)
    const [title, columnName] = [`RowId${suffix}`, `row_id${suffix === '' ? '' : `_${suffix}`}`]
    if (!names.has(title) && !names.has(columnName)) return { ...ID_COLUMN, title, columnName }
  }
}

function skipped(chosen: readonly ChosenColumn[]): LeftOut[] {
  return chosen
    .filter(({ skip }) => skip)
    .map(({ title, note }) => ({ what: `The column "${title}"`, why: note ?? 'It was not to be imported.' }))
}

function planExisting(request: PlanRequest, table: Table, chosen: readonly ChosenColumn[]): LoadPlan {
  const { choices, preview, now } = request
  if (choices.title !== undefined) throw invalidInput([{ path: 'title', message: 'the table has a title' }], 'body')
  const wanted = chosen.filter(({ skip }) => !skip)
  const targets = wanted.map((column) => targetOf(table, column))
  refuseTargets(table, wanted, targets)
  const columns = targets.filter((column) => column !== null)
  refuseLacking(table, columns, now)
  const on = choices.mode === 'upsert' ? upsertColumn(table, choices.on) : null
  if (on === null && choices.on !== undefined) {
    throw invalidInput([{ path: 'on', message: 'is for the mode "upsert"' }], 'body')
  }
  if (on !== null) refuseUpsert(table, on, columns)
  return {
    kind: 'existing',
    format: preview.format,
    table,
    staging: newId('table'),
    cells: wanted.map(({ index, onBad }, place) => ({ index, position: columnAt(table, columns[place]), onBad })),
    on: on?.physicalName ?? null,
    leftOut: [...preview.leftOut, ...skipped(chosen)],
    lines: [...preview.lines],
    startedAt: now,
  }
}

function columnAt(table: Table, column: Column | undefined): number {
  return table.columns.findIndex(({ id }) => id === column?.id)
}

function targetOf(table: Table, { columnId }: ChosenColumn): Column | null {
  return columnId === null ? null : (table.columns.find(({ id }) => id === columnId) ?? null)
}

/** Throws INVALID_REQUEST_BODY that names each column of the file that has no place, or that of another one. */
function refuseTargets(table: Table, wanted: readonly ChosenColumn[], targets: readonly (Column | null)[]): void {
  const errors = wanted.flatMap(({ index, title }, place): Issue[] => {
    const path = `columns.${index}`
    const target = targets[place] ?? null
    if (target === null) {
      return [{ path, message: `"${table.title}" has no column for "${title}": skip it, or say which column takes it` }]
    }
    if (target.auto !== null) return [{ path, message: `the server fills "${target.title}" itself: skip "${title}"` }]
    const first = targets.findIndex((other) => other?.id === target.id)
    if (first === place) return []
    return [{ path, message: `"${title}" and "${wanted[first]?.title}" cannot both go into "${target.title}"` }]
  })
  if (errors.length > 0) throw invalidInput(errors, 'body')
}

/** Throws REQUIRED_FIELD_MISSING for a column that no new row may lack, and no column of the file goes into. */
function refuseLacking(table: Table, given: readonly Column[], now: number): void {
  for (const column of table.columns) {
    if (!column.autoIncrement && !given.some(({ id }) => id === column.id)) defaultFor(column, now)
  }
}

function refuseUpsert(table: Table, on: Column, columns: readonly Column[]): void {
  if (!columns.some(({ id }) => id === on.id)) {
    throw invalidInput([{ path: 'on', message: `no column of the file goes into "${on.title}"` }], 'body')
  }
  const key = primaryKey(table).find((column) => column.id !== on.id && columns.some(({ id }) => id === column.id))
  if (key !== undefined) {
    const message = `rows are matched by "${on.title}", and their key "${key.title}" cannot be changed: skip that column`
    throw invalidInput([{ path: 'on', message }], 'body')
  }
}
