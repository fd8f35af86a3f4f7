/**
 * Importing a file into a new table or into one that is there: the file comes in parts, is read, previewed and loaded in
 * steps of bounded work, and all of its rows become visible at once. A step that a crash cut short is repeated exactly.
 */
import { isAllowed } from '../../control/access/roles'
import type { AuditSource } from '../../control/audit/source'
import { auditEvent } from '../../control/audit/store'
import { ApiError, unavailable } from '../../errors'
import { BatchUndone, batch } from '../../lib/d1'
import { newId } from '../../lib/ids'
import type { Sql } from '../../lib/sql'
import { getTable } from '../catalog/catalog'
import type { Table } from '../types/column'
import type { Scope } from '../catalog/scope'
import { addToTable, enterNewTable, isNamed } from './commit'
import { TextInstead, loadStep } from './load'
import { planLoad } from './plan'
import { type FilePreview, continueReading, isOtherFormat, previewOf } from './preview'
import { refuseTooLarge } from './room'
import { textType } from '../inference/scan'
import { dropStaging, makeStaging, renewStaging } from './staging'
import type { Choices, GivenFormat, Import, LoadPlan, LoadState, Loading, Report } from './state'
import {
  PART_SIZE,
  advance,
  countOfParts,
  deleteImport,
  deleteParts,
  findIdleImport,
  getImport,
  insertImport,
  keepPart,
} from './store'

/** Where an import happens, and who asks for it. */
export interface ImportScope extends Scope {
  userId: string
  /** Bytes that the data database may have. */
  databaseSize: number
  now: number
  /** Who asks, for the audit log. */
  source: AuditSource
}

/** Throws PAYLOAD_TOO_LARGE where the database has no room for the file, TOO_MANY_IMPORTS, TABLE_NOT_FOUND, FORBIDDEN. */
export async function beginImport(
  scope: ImportScope,
  { name, size, table: key }: { name: string; size: number; table: string | null },
): Promise<Import> {
  const { data, project, catalog, userId, now } = scope
  const tableId = key === null ? null : getTable(catalog, key).id
  refuseRole(scope, tableId)
  await refuseTooLarge(data, size, scope.databaseSize)
  const one = { id: newId('import'), projectId: project.id, userId, tableId, name, size }
  if (!(await insertImport(data, one, now))) {
    const idle = await findIdleImport(data, project.id, now)
    if (idle !== null) await giveUp(scope, idle)
    if (idle === null || !(await insertImport(data, one, now))) throw new ApiError('TOO_MANY_IMPORTS')
  }
  return { ...one, step: 0, given: {}, reading: null, load: null, report: null }
}

/** A new table takes the right to make tables, rows in one that is there take the right to insert. */
function refuseRole({ project }: ImportScope, tableId: string | null): void {
  const permission = tableId === null ? 'tableCreate' : 'bulkDataInsert'
  if (!isAllowed([project.role], permission)) throw new ApiError('FORBIDDEN', `${permission} - ${project.role} : Not allowed`)
}

/** The import of whoever asks. Throws IMPORT_NOT_FOUND, FORBIDDEN. */
export async function findImport(scope: ImportScope, id: string): Promise<Import> {
  const one = await getImport(scope.data, { projectId: scope.project.id, userId: scope.userId }, id)
  refuseRole(scope, one.tableId)
  return one
}

/** The table that is imported into; null for a new one. Throws TABLE_NOT_FOUND when it was deleted meanwhile. */
function tableOf({ catalog }: ImportScope, { tableId }: Import): Table | null {
  return tableId === null ? null : getTable(catalog, tableId)
}

/** How many parts there are by now. Throws INVALID_PARAMETER, INVALID_REQUEST_BODY. */
export async function storePart(scope: ImportScope, one: Import, number: number, bytes: ArrayBuffer): Promise<number> {
  const last = countOfParts(one) - 1
  if (number > last) throw new ApiError('INVALID_PARAMETER', `The file has ${last + 1} parts, counted from 0.`)
  const wanted = number === last ? one.size - last * PART_SIZE : PART_SIZE
  if (bytes.byteLength !== wanted) {
    throw new ApiError('INVALID_REQUEST_BODY', `Part ${number} must have ${wanted} bytes; this has ${bytes.byteLength}.`)
  }
  return keepBytes(scope, one, number, bytes)
}

/** A part whatever its size. */
export async function keepBytes({ data, now }: ImportScope, one: Import, number: number, bytes: ArrayBuffer): Promise<number> {
  try {
    const results = await batch(data, keepPart(one, number, bytes, now))
    return Number(results.at(-1)?.results[0]?.['received'])
  } catch (error) {
    if (!(error instanceof BatchUndone)) throw error
    throw new ApiError('INVALID_REQUEST_BODY', 'The file is being read already: its parts cannot change any more.', {
      cause: error,
    })
  }
}

/** Reads on. The preview is null until the whole file was read. */
export async function readFile(
  scope: ImportScope,
  one: Import,
  given: GivenFormat,
): Promise<{ read: number; preview: FilePreview | null }> {
  if (one.report !== null) throw new ApiError('INVALID_REQUEST_BODY', 'This import is done.')
  const merged = { ...one.given, ...given }
  const isChanged = isOtherFormat(one.given, merged)
  if (one.load !== null && isChanged) {
    throw new ApiError('INVALID_REQUEST_BODY', 'The rows are being loaded: how the file is read cannot change any more.')
  }
  const table = tableOf(scope, one)
  const reading =
    one.reading?.isDone === true && !isChanged
      ? one.reading
      : await inTurn(() => continueReading(scope.data, one, merged, scope.now))
  return { read: reading.reader.consumed, preview: reading.isDone ? previewOf(reading, merged, table) : null }
}

/** The preview as it is known; null until the whole file was read. */
export function currentPreview(scope: ImportScope, one: Import): FilePreview | null {
  return one.reading?.isDone === true ? previewOf(one.reading, one.given, tableOf(scope, one)) : null
}

/** Of two requests for the same step one is first; the other may retry with the next. */
async function inTurn<Answer>(step: () => Promise<Answer>): Promise<Answer> {
  try {
    return await step()
  } catch (error) {
    throw error instanceof BatchUndone
      ? unavailable(error, 'Another request works on this import at this very moment; try again.')
      : error
  }
}

/** How far the rows have come; the report when they are all there. */
export interface RunProgress {
  rows: number
  total: number
  report: Report | null
}

/**
 * Loads on, with choices the first time. What is refused (a bad cell that was to stop, a value or title that is taken) takes the
 * import back to its preview, with nothing made.
 */
export async function runStep(scope: ImportScope, one: Import, choices: Choices): Promise<RunProgress> {
  const { reading, report } = one
  if (report !== null) return { rows: report.rows, total: report.rows, report }
  if (reading?.isDone !== true) throw new ApiError('INVALID_REQUEST_BODY', 'Ask for the preview first, until it is there.')
  if (one.load !== null && Object.keys(choices).length > 0 && JSON.stringify(choices) !== JSON.stringify(one.load.choices)) {
    throw new ApiError('INVALID_REQUEST_BODY', 'The rows are being loaded with other choices: cancel the import to choose anew.')
  }
  const running = one.load === null ? await inTurn(() => startLoading(scope, one, choices)) : { ...one, load: one.load }
  const reached = await loadOrGoBack(scope, running)
  if (reached.load.isLoaded) return finish(scope, reached)
  return { rows: reached.load.rows, total: reading.rows, report: null }
}

async function startLoading(scope: ImportScope, one: Import, choices: Choices): Promise<Loading> {
  const { databases, data, project, catalog, now, source } = scope
  if (one.reading === null) throw new Error('an import is loaded before it was read')
  const { scan } = one.reading
  const { decimalMark, dateOrder } = choices
  const given = {
    ...one.given,
    ...(decimalMark !== undefined && { decimalMark }),
    ...(dateOrder !== undefined && { dateOrder }),
  }
  const preview = previewOf(one.reading, given, tableOf(scope, one))
  const fileName = one.name.replace(/\.[^.]*$/, '')
  const { tableId } = one
  const plan = planLoad({ project, catalog, tableId, fileName, preview, scan, choices, now })
  const load: LoadState = { choices, plan, reader: null, rows: 0, emptied: [], emptiedTotal: 0, isLoaded: false }
  await makeStaging(databases, project.database, plan, source)
  try {
    await batch(data, advance(one, { load, given }, now))
  } catch (error) {
    if (error instanceof BatchUndone) await dropStaging(databases, plan)
    throw error
  }
  return { ...one, load, given, step: one.step + 1 }
}

/** The next step. */
async function loadOrGoBack(scope: ImportScope, one: Loading): Promise<Loading> {
  const { plan } = one.load
  try {
    if (plan.kind === 'existing') refuseChanged(scope, plan)
    // Rows that are all there may have been entered already, when only that was not noted.
    if (one.load.isLoaded) return one
    await renewStaging(scope.databases.control, plan, scope.now)
    return await loadStep(scope.data, one, scope.now)
  } catch (error) {
    if (error instanceof BatchUndone) throw await notInTurn(scope, one, error)
    if (error instanceof TextInstead) return loadAsTexts(scope, one, error.indexes)
    if (error instanceof ApiError && error.status === 400) await goBack(scope, one)
    throw error
  }
}

/** Another request did this step; or, while nobody did, the rows that wait are not those of the file. */
async function notInTurn(scope: ImportScope, one: Import, cause: BatchUndone): Promise<Error> {
  const { step } = await findImport(scope, one.id)
  if (step !== one.step) return unavailable(cause, 'Another request works on this import at this very moment; try again.')
  return new Error('an import would not have as many rows as its file', { cause })
}

/** Rows were read for the columns that the table had. Throws INVALID_TABLE. */
function refuseChanged({ catalog }: ImportScope, { table }: LoadPlan): void {
  const { columns } = getTable(catalog, table.id)
  if (JSON.stringify(columns) === JSON.stringify(table.columns)) return
  throw new ApiError(
    'INVALID_TABLE',
    `The columns of "${table.title}" were changed meanwhile: look at the preview again. Nothing was imported.`,
  )
}

async function goBack({ databases, data, now }: ImportScope, one: Loading): Promise<Import> {
  await dropStaging(databases, one.load.plan)
  await inTurn(() => batch(data, advance(one, { load: null }, now)))
  return { ...one, load: null, step: one.step + 1 }
}

/** From the start, with those columns as texts. */
async function loadAsTexts(scope: ImportScope, one: Loading, indexes: readonly number[]): Promise<Loading> {
  const { choices } = one.load
  const columns = indexes.map((index) => ({
    ...choices.columns?.find((column) => column.index === index),
    index,
    type: one.reading === null ? 'LongText' : textType(one.reading.scan, index),
  }))
  const others = (choices.columns ?? []).filter(({ index }) => !indexes.includes(index))
  return startLoading(scope, await goBack(scope, one), { ...choices, columns: [...others, ...columns] })
}

/** All rows wait: now everyone sees them. */
async function finish(scope: ImportScope, one: Loading): Promise<RunProgress> {
  const { load } = one
  const { plan } = load
  try {
    const report =
      plan.kind === 'new' ? await finishNew(scope, one, load) : await addToTable(scope.data, one, load, reportOf(load), scope.now)
    await tidy(scope, one, report)
    return { rows: report.rows, total: report.rows, report }
  } catch (error) {
    if (error instanceof BatchUndone) throw await notInTurn(scope, one, error)
    if (error instanceof ApiError && error.status === 400) await goBack(scope, one)
    throw error
  }
}

async function finishNew(scope: ImportScope, one: Import, load: LoadState): Promise<Report> {
  const { databases, data, now } = scope
  const report = { ...reportOf(load), inserted: load.rows }
  await enterNewTable(databases.control, load.plan, doneEvent(scope, report))
  await batch(data, advance(one, { report, load: null }, now))
  return report
}

function reportOf({ plan, rows, emptied, emptiedTotal }: LoadState): Report {
  const { table, format, cells, leftOut, lines } = plan
  const columns = cells.map(({ position }) => table.columns[position])
  return {
    table: { id: table.id, title: table.title },
    rows,
    inserted: 0,
    updated: 0,
    columns: columns.filter((column) => column !== undefined).map(({ title, type }) => ({ title, type })),
    format,
    leftOut,
    lines,
    emptied,
    emptiedTotal,
  }
}

function doneEvent({ project, source }: ImportScope, { table, rows, inserted, updated }: Report): Sql {
  const target = { id: table.id, name: table.title }
  return auditEvent(source, { action: 'import.done', target, project: project.id, details: { rows, inserted, updated } })
}

/**
 * What is of no use any more; a failure only leaves it to the scheduled job. Rows that were added to a table are in another
 * database than the audit log: their event comes with the first thing that is done there.
 */
async function tidy(scope: ImportScope, one: Loading, report: Report): Promise<void> {
  const { databases, data } = scope
  const { plan } = one.load
  try {
    if (plan.kind === 'existing') await dropStaging(databases, plan, [doneEvent(scope, report)])
    await deleteParts(data, one)
  } catch (error) {
    console.warn(JSON.stringify({ import: one.id, left: 'to the scheduled job', cause: String(error) }))
  }
}

/** Leaves nothing of an import. False when it was done already: then the rows stay, where they went. */
export async function giveUp({ databases, data }: Pick<ImportScope, 'databases' | 'data'>, one: Import): Promise<boolean> {
  const plan = one.load?.plan ?? null
  // Who claims the new table first decides whether it will be seen.
  const isEntered = plan?.kind === 'new' && !(await dropStaging(databases, plan)) && (await isNamed(databases.control, plan))
  const wasOpen = await deleteImport(data, one)
  if (plan?.kind === 'existing') await dropStaging(databases, plan)
  return wasOpen && !isEntered
}
