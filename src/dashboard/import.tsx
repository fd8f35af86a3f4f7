/** Importing a CSV file: choosing it, and the pages of an import under way. public/dashboard/import.js sends large files in parts. */
import type { Context } from 'hono'
import { needs } from '../control/access/guard'
import { param } from '../control/access/place'
import { getTable } from '../data/catalog/catalog'
import {
  type ImportScope,
  beginImport,
  currentPreview,
  findImport,
  giveUp,
  readFile,
  runStep,
  storePart,
} from '../data/import/imports'
import { importScope } from '../api/v1/import-routes'
import type { Choices, GivenFormat, Import } from '../data/import/state'
import type { FilePreview } from '../data/import/preview'
import { PART_SIZE, findParts, findUnfinished } from '../data/import/store'
import type { AppEnv } from '../http/app-env'
import { ApiError } from '../errors'
import { createRouter } from '../http/router'
import { readForm, textOf } from './form-guard'
import { type Answers, choicesOf, proposedAnswers, readAnswers, readFormat } from './import-answers'
import { ImportPreview } from './import-preview'
import { ImportChooser, ImportDone, ImportProgress } from './import-screens'
import { attempt, go, refusalOf, show } from './page'

export const importRoutes = createRouter()
const PROJECT = '/projects/:projectId'
const inProject = { project: param('projectId') }

/** Steps of one request without a script: within the queries that a request may make. */
const MAX_STEPS = 100

importRoutes.get(`${PROJECT}/import`, needs('tableCreate', inProject).middleware, (c) => choose(c, null))
importRoutes.get(`${PROJECT}/tables/:tableId/import`, needs('bulkDataInsert', inProject).middleware, (c) =>
  choose(c, c.req.param('tableId')),
)
importRoutes.post(`${PROJECT}/import`, needs('tableCreate', inProject).middleware, (c) => receive(c, null))
importRoutes.post(`${PROJECT}/tables/:tableId/import`, needs('bulkDataInsert', inProject).middleware, (c) =>
  receive(c, c.req.param('tableId')),
)

async function choose(c: Context<AppEnv>, tableId: string | null, error: ApiError | null = null): Promise<Response> {
  const { catalog, data, project, userId } = await importScope(c)
  const table = tableId === null ? null : getTable(catalog, tableId)
  const props = { tables: catalog.tables, table, limit: c.get('config').bodySize, error }
  const unfinished = await findUnfinished(data, { projectId: project.id, userId })
  return show(c, <ImportChooser {...props} unfinished={unfinished} />, error === null ? 200 : 400)
}

/** Whether a form carries a file: it may be as large as the largest body. */
export function isFileForm(c: Context<AppEnv>): boolean {
  return /^\/projects\/[^/]+(?:\/tables\/[^/]+)?\/import$/.test(c.req.path)
}

/** A file that came as a form, without a script. */
async function receive(c: Context<AppEnv>, tableId: string | null): Promise<Response> {
  const form = await readForm(c)
  const scope = await importScope(c)
  const begun = await attempt(async () => takeFile(scope, tableId, fileOf(form)))
  return begun instanceof ApiError ? choose(c, tableId, begun) : go(c, pathOf(scope, begun))
}

function fileOf(form: FormData): File {
  const file: unknown = form.get('file')
  if (!(file instanceof File) || (file.size === 0 && file.name === ''))
    throw new ApiError('INVALID_REQUEST_BODY', 'Choose a file.')
  if (file.size === 0) throw new ApiError('INVALID_REQUEST_BODY', 'The file is empty: its first line must name the columns.')
  return file
}

/** Keeps the file and reads it; when it cannot be read, nothing stays of it. */
async function takeFile(scope: ImportScope, tableId: string | null, file: File): Promise<Import> {
  const one = await beginImport(scope, { name: file.name, size: file.size, table: tableId })
  try {
    for (let number = 0; number * PART_SIZE < file.size; number++) {
      const part = file.slice(number * PART_SIZE, (number + 1) * PART_SIZE)
      await storePart(scope, one, number, await part.arrayBuffer())
    }
    await readOn(scope, one.id, {}, MAX_STEPS)
    return one
  } catch (error) {
    await giveUp(scope, one)
    throw error
  }
}

importRoutes.get(`${PROJECT}/imports/:importId`, needs('bulkDataInsert', inProject).middleware, async (c) => {
  const scope = await importScope(c)
  const one = await attempt(async () => findImport(scope, c.req.param('importId')))
  if (one instanceof ApiError) return go(c, `/projects/${scope.project.id}`, 'no-import')
  return showImport(c, scope, one)
})

/** The page of an import, whatever has come of it so far. */
async function showImport(
  c: Context<AppEnv>,
  scope: ImportScope,
  one: Import,
  { answers, error = null }: { answers?: Answers; error?: ApiError | null } = {},
): Promise<Response> {
  const { tables } = scope.catalog
  const status = error === null ? 200 : 400
  if (one.report !== null) return show(c, <ImportDone tables={tables} one={one} report={one.report} />, status)
  const preview = currentPreview(scope, one)
  if (preview === null || one.load !== null) {
    const { received } = await findParts(scope.data, one)
    return show(c, <ImportProgress tables={tables} one={one} received={received} error={error} />, status)
  }
  const table = one.tableId === null ? null : getTable(scope.catalog, one.tableId)
  const shown = answers ?? proposedAnswers(one, preview)
  return show(
    c,
    <ImportPreview tables={tables} table={table} one={one} preview={preview} answers={shown} error={error} />,
    status,
  )
}

importRoutes.post(`${PROJECT}/imports/:importId`, needs('bulkDataInsert', inProject).middleware, async (c) => {
  const form = await readForm(c)
  const scope = await importScope(c)
  const one = await attempt(async () => findImport(scope, c.req.param('importId')))
  if (one instanceof ApiError) return go(c, `/projects/${scope.project.id}`, 'no-import')
  // A script shows the progress from step to step.
  const steps = textOf(form, 'steps') === '1' ? 1 : MAX_STEPS
  switch (textOf(form, 'do')) {
    case 'cancel':
      return cancel(c, scope, one)
    case 'run':
      return run(c, scope, one, { form, steps })
    case 'continue':
      return goOn(c, scope, one, { form, steps })
    default:
      return preview(c, scope, one, { form, steps })
  }
})

interface Posted {
  form: FormData
  steps: number
}

async function cancel(c: Context<AppEnv>, scope: ImportScope, one: Import): Promise<Response> {
  await giveUp(scope, one)
  return go(c, placeOf(scope, one), 'import-cancelled')
}

/** Reads the file in another way; what was chosen for its columns stays as far as they are the same. */
async function preview(c: Context<AppEnv>, scope: ImportScope, one: Import, { form, steps }: Posted): Promise<Response> {
  const before = currentPreview(scope, one)
  const given = before === null ? {} : readFormat(form, before)
  const refused = await refusalOf(() => readOn(scope, one.id, given, steps))
  return showAnswers(c, scope, one, form, refused)
}

/** The preview as it is now, with the answers that the form had. */
async function showAnswers(c: Context<AppEnv>, scope: ImportScope, { id }: Import, form: FormData, error: ApiError | null) {
  const one = await findImport(scope, id)
  const current = currentPreview(scope, one)
  return showImport(c, scope, one, current === null ? { error } : { answers: readAnswers(form, one, current), error })
}

async function run(c: Context<AppEnv>, scope: ImportScope, one: Import, { form, steps }: Posted): Promise<Response> {
  const before = currentPreview(scope, one)
  if (before === null) return go(c, pathOf(scope, one))
  const { dateOrder, ...others } = readFormat(form, before)
  if (Object.keys(others).length > 0) return preview(c, scope, one, { form, steps })
  const choices = choicesOf(readAnswers(form, one, before), one)
  const refused = await refusalOf(() => loadOn(scope, one.id, dateOrder ? { ...choices, dateOrder } : choices, steps))
  return refused === null ? go(c, pathOf(scope, one)) : showAnswers(c, scope, one, form, refused)
}

async function goOn(c: Context<AppEnv>, scope: ImportScope, one: Import, { form, steps }: Posted): Promise<Response> {
  const refused = await refusalOf(() => (one.load === null ? readOn(scope, one.id, {}, steps) : loadOn(scope, one.id, {}, steps)))
  return showAnswers(c, scope, one, form, refused)
}

/** The preview, or null when there is more to read than these steps do. */
async function readOn(scope: ImportScope, id: string, given: GivenFormat, steps: number): Promise<FilePreview | null> {
  for (let step = 0; step < steps; step++) {
    const { preview: found } = await readFile(scope, await findImport(scope, id), step === 0 ? given : {})
    if (found !== null) return found
  }
  return null
}

async function loadOn(scope: ImportScope, id: string, choices: Choices, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) {
    const { report } = await runStep(scope, await findImport(scope, id), step === 0 ? choices : {})
    if (report !== null) return
  }
}

function pathOf({ project }: ImportScope, { id }: Import): string {
  return `/projects/${project.id}/imports/${id}`
}

/** Where people came from. */
function placeOf({ project }: ImportScope, { tableId }: Import): string {
  return `/projects/${project.id}${tableId === null ? '' : `/tables/${tableId}`}`
}
