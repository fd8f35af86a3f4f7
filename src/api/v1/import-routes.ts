/** Importing files over HTTP, an addition to the contract: step by step, or all in one request. */
import { createRoute, z } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { except } from 'hono/combine'
import { needs, requireActor } from '../../control/access/guard'
import { param } from '../../control/access/place'
import { auditSource } from '../../control/audit/source'
import type { AppEnv } from '../../http/app-env'
import { ApiError, type ErrorCode, invalidInput } from '../../errors'
import { createRouter, errorResponses, json, jsonBody } from '../../http/router'
import { projectScope } from '../../data/catalog/scope'
import {
  type ImportScope,
  beginImport,
  currentPreview,
  findImport,
  giveUp,
  readFile,
  runStep,
  storePart,
} from '../../data/import/imports'
import { PART_SIZE, countOfParts, findParts } from '../../data/import/store'
import { MAX_WHOLE, type WholeRequest, importWhole, tooLarge } from '../../data/import/whole'
import {
  CancelAnswer,
  ColumnChoices,
  NewImportAnswer,
  NewImportBody,
  PartAnswer,
  ReadAnswer,
  ReadBody,
  ReportBody,
  RunAnswer,
  RunBody,
  StatusAnswer,
  WholeOptions,
  toChoices,
  toGivenFormat,
  toPreviewBody,
  toReportBody,
  toStatus,
} from './import-wire'
import { sizeText } from '../../lib/text'

const tags = ['Imports']
const ProjectParameter = z.object({ projectId: z.string().openapi({ param: { name: 'projectId', in: 'path' } }) })
const inProject = { project: param('projectId') }
const ImportParameters = ProjectParameter.extend({
  importId: z.string().openapi({ param: { name: 'importId', in: 'path' }, example: 'im_0g0x02ppqq6hfp' }),
})
const PartParameters = ImportParameters.extend({
  number: z
    .string()
    .regex(/^\d{1,6}$/, 'expected a number from 0')
    .openapi({ param: { name: 'number', in: 'path' }, type: 'integer' }),
})

const BEGIN_REFUSALS = [
  'INVALID_REQUEST_BODY',
  'PROJECT_NOT_FOUND',
  'TABLE_NOT_FOUND',
  'FORBIDDEN',
  'TOO_MANY_IMPORTS',
  'PAYLOAD_TOO_LARGE',
] as const satisfies ErrorCode[]
const STEP_REFUSALS = [
  'INVALID_REQUEST_BODY',
  'PROJECT_NOT_FOUND',
  'IMPORT_NOT_FOUND',
  'TABLE_NOT_FOUND',
  'FORBIDDEN',
] as const satisfies ErrorCode[]
const RUN_REFUSALS = [
  'INVALID_TABLE',
  'INVALID_COLUMN',
  'INVALID_PARAMETER',
  'INVALID_VALUE_FOR_FIELD',
  'REQUIRED_FIELD_MISSING',
  'DUPLICATE_VALUE',
  'NOT_IMPLEMENTED',
] as const satisfies ErrorCode[]

const bytes = z.string().openapi({ type: 'string', format: 'binary' })

/** The bodies that are files and no JSON, with limits of their own. */
const UPLOADS: readonly (readonly [method: string, path: RegExp])[] = [
  ['PUT', /^\/api\/v1\/db\/meta\/projects\/[^/]+\/imports\/[^/]+\/parts\/[^/]+$/],
  ['POST', /^\/api\/v1\/db\/meta\/projects\/[^/]+\/import$/],
]

export function isUpload(c: Context<AppEnv>): boolean {
  return UPLOADS.some(([method, path]) => c.req.method === method && path.test(c.req.path))
}

export async function importScope(c: Context<AppEnv>): Promise<ImportScope> {
  const { databaseSize } = c.get('config')
  const scope = await projectScope(c)
  return { ...scope, userId: requireActor(c).userId, databaseSize, now: c.get('startedAt'), source: await auditSource(c) }
}

export const importRoutes = createRouter()

importRoutes.use(
  '/:projectId/imports/:importId/parts/:number',
  limited(PART_SIZE, () => `A part has at most ${sizeText(PART_SIZE)}.`),
)

importRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/{projectId}/imports',
    operationId: 'import-create',
    summary: 'Begin an import',
    description:
      'For files of any size: send the parts, ask for the preview until it is done, then run until that is done. Nothing is seen of ' +
      'the rows before all are there. Into a new table it takes the right to make tables, else that to insert rows.',
    tags,
    ...needs('bulkDataInsert', inProject),
    request: { params: ProjectParameter, ...jsonBody(NewImportBody) },
    responses: { 200: json(NewImportAnswer, 'Where to send the parts'), ...errorResponses(...BEGIN_REFUSALS) },
  }),
  async (c) => {
    const { name, size, table_id } = c.req.valid('json')
    const one = await beginImport(await importScope(c), { name, size, table: table_id ?? null })
    return c.json({ id: one.id, part_size: PART_SIZE, parts: countOfParts(one) }, 200)
  },
)

importRoutes.openapi(
  createRoute({
    method: 'put',
    path: '/{projectId}/imports/{importId}/parts/{number}',
    operationId: 'import-part',
    summary: 'Send a part of the file',
    description: 'Every part but the last has exactly `part_size` bytes. In any order; a part may be sent twice.',
    tags,
    ...needs('bulkDataInsert', inProject),
    request: {
      params: PartParameters,
      body: { required: true, content: { 'application/octet-stream': { schema: bytes } } },
    },
    responses: { 200: json(PartAnswer, 'How many parts have come'), ...errorResponses('PAYLOAD_TOO_LARGE', ...STEP_REFUSALS) },
  }),
  async (c) => {
    refuseJson(c)
    const scope = await importScope(c)
    const { importId, number } = c.req.valid('param')
    const one = await findImport(scope, importId)
    const received = await storePart(scope, one, Number(number), await c.req.arrayBuffer())
    return c.json({ received, parts: countOfParts(one) }, 200)
  },
)

function limited(maxSize: number, message: () => string): MiddlewareHandler<AppEnv> {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new ApiError('PAYLOAD_TOO_LARGE', message())
    },
  })
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i

function refuseJson(c: Context<AppEnv>): void {
  if (!JSON_TYPE.test(c.req.header('content-type') ?? '')) return
  throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Send the bytes of the file as application/octet-stream.')
}

importRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/{projectId}/imports/{importId}/preview',
    operationId: 'import-preview',
    summary: 'Read on, for the preview',
    description: 'Call it until `done`. What is said of the file is kept; another value begins the reading anew.',
    tags,
    ...needs('bulkDataInsert', inProject),
    request: { params: ImportParameters, ...jsonBody(ReadBody) },
    responses: {
      200: json(ReadAnswer, 'How far the file was read, and at its end the preview'),
      ...errorResponses(...STEP_REFUSALS),
    },
  }),
  async (c) => {
    const scope = await importScope(c)
    const one = await findImport(scope, c.req.valid('param').importId)
    const { read, preview } = await readFile(scope, one, toGivenFormat(c.req.valid('json')))
    const answer = { done: preview !== null, read, size: one.size }
    return c.json(preview === null ? answer : { ...answer, preview: toPreviewBody(preview) }, 200)
  },
)

importRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/{projectId}/imports/{importId}/run',
    operationId: 'import-run',
    summary: 'Load on',
    description:
      'Call it with the choices, then with `{}` until `done`. A refused run makes nothing, and can be run again with other choices.',
    tags,
    ...needs('bulkDataInsert', inProject),
    request: { params: ImportParameters, ...jsonBody(RunBody) },
    responses: {
      200: json(RunAnswer, 'How many rows were loaded, and at the end the report'),
      ...errorResponses(...STEP_REFUSALS, ...RUN_REFUSALS),
    },
  }),
  async (c) => {
    const scope = await importScope(c)
    const one = await findImport(scope, c.req.valid('param').importId)
    const { rows, total, report } = await runStep(scope, one, toChoices(c.req.valid('json')))
    const answer = { done: report !== null, rows, total }
    return c.json(report === null ? answer : { ...answer, report: toReportBody(report) }, 200)
  },
)

importRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/{projectId}/imports/{importId}',
    operationId: 'import-read',
    summary: 'Where an import stands',
    tags,
    ...needs('bulkDataInsert', inProject),
    request: { params: ImportParameters },
    responses: { 200: json(StatusAnswer, 'The import'), ...errorResponses(...STEP_REFUSALS) },
  }),
  async (c) => {
    const scope = await importScope(c)
    const one = await findImport(scope, c.req.valid('param').importId)
    return c.json(toStatus(one, await findParts(scope.data, one), currentPreview(scope, one)), 200)
  },
)

importRoutes.openapi(
  createRoute({
    method: 'delete',
    path: '/{projectId}/imports/{importId}',
    operationId: 'import-cancel',
    summary: 'Cancel an import',
    description: 'Leaves nothing of it.',
    tags,
    ...needs('bulkDataInsert', inProject),
    request: { params: ImportParameters },
    responses: { 200: json(CancelAnswer, 'Gone'), ...errorResponses(...STEP_REFUSALS) },
  }),
  async (c) => {
    const scope = await importScope(c)
    return c.json({ cancelled: await giveUp(scope, await findImport(scope, c.req.valid('param').importId)) }, 200)
  },
)

/** What a form takes beside the file. */
const FORM_OVERHEAD = 1024 * 1024
const FORM_TYPE = /^multipart\/form-data\s*;/i
const FILE_TYPE = /^(?:text\/csv|text\/tab-separated-values|application\/octet-stream)\s*(?:;|$)/i
const TSV_TYPE = /^text\/tab-separated-values/i

const formLimit = limited(MAX_WHOLE + FORM_OVERHEAD, () => tooLarge().message)

// A form is read whole; the bytes of a file alone go on as they come, and are counted there.
importRoutes.use(
  '/:projectId/import',
  except((c: Context<AppEnv>) => !isForm(c), formLimit),
)

function isForm(c: Context<AppEnv>): boolean {
  return FORM_TYPE.test(c.req.header('content-type') ?? '')
}

importRoutes.openAPIRegistry.register('ImportForm', WholeOptions.extend({ file: bytes }))

importRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/{projectId}/import',
    operationId: 'import-file',
    summary: 'Import a file in one request',
    description:
      `A file of at most ${sizeText(MAX_WHOLE)}, as the body with the options in the query, or as the field \`file\` of a form with the ` +
      'options as fields. All rows or none. Larger files are sent in parts.',
    tags,
    ...needs('bulkDataInsert', inProject),
    request: {
      params: ProjectParameter,
      query: WholeOptions.loose(),
      body: {
        required: true,
        content: {
          'text/csv': { schema: bytes },
          'text/tab-separated-values': { schema: bytes },
          'application/octet-stream': { schema: bytes },
          // By name, since a schema would be checked where the body is a form and where it is none.
          'multipart/form-data': { schema: { $ref: '#/components/schemas/ImportForm' } },
        },
      },
    },
    responses: { 200: json(ReportBody, 'What was made'), ...errorResponses(...BEGIN_REFUSALS, ...RUN_REFUSALS) },
  }),
  async (c) => {
    const upload = await readUpload(c)
    const scope = await importScope(c)
    return c.json(toReportBody(await importWhole(scope, upload)), 200)
  },
)

/** The file and its options. Throws UNSUPPORTED_MEDIA_TYPE, INVALID_REQUEST_BODY, INVALID_PARAMETER. */
async function readUpload(c: Context<AppEnv>): Promise<WholeRequest> {
  const type = c.req.header('content-type') ?? ''
  if (isForm(c)) return readForm(c)
  if (!FILE_TYPE.test(type)) {
    const message = 'Send the file as text/csv, text/tab-separated-values, application/octet-stream or multipart/form-data.'
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', message)
  }
  const options = readOptions(c.req.queries(), 'parameter')
  const length = c.req.header('content-length')
  const separator = TSV_TYPE.test(type) ? { separator: '\t' as const } : {}
  return {
    ...options,
    given: { ...separator, ...options.given },
    file: (c.req.raw.body ?? new Blob([]).stream()) as ReadableStream<Uint8Array>,
    size: length === undefined ? null : Number(length),
  }
}

async function readForm(c: Context<AppEnv>): Promise<WholeRequest> {
  const form = await formOf(c)
  const [file, another]: unknown[] = form.getAll('file')
  if (!(file instanceof File)) throw invalidInput([{ path: 'file', message: 'the form has no such file' }], 'body')
  if (another !== undefined) throw invalidInput([{ path: 'file', message: 'one request imports one file' }], 'body')
  form.delete('file')
  const fields = new Map<string, string[]>()
  for (const [name, value] of form) {
    if (typeof value !== 'string') throw invalidInput([{ path: name, message: 'only the field "file" is a file' }], 'body')
    fields.set(name, [...(fields.get(name) ?? []), value])
  }
  const options = readOptions({ ...c.req.queries(), ...Object.fromEntries(fields) }, 'body')
  const stream = file.stream() as ReadableStream<Uint8Array>
  return { ...options, name: options.name === '' ? file.name : options.name, file: stream, size: file.size }
}

async function formOf(c: Context<AppEnv>): Promise<FormData> {
  try {
    return await c.req.formData()
  } catch (error) {
    throw new ApiError('INVALID_REQUEST_BODY', 'The form cannot be read.', { cause: error })
  }
}

type Options = Omit<WholeRequest, 'file' | 'size'>

/** Throws for what is not known, and for what may be given once and is given twice. */
function readOptions(values: Readonly<Record<string, readonly string[]>>, where: 'body' | 'parameter'): Options {
  const { skip = [], ...others } = values
  const single = Object.fromEntries(Object.entries(others).map(([name, list]) => [name, list.length === 1 ? list[0] : list]))
  const read = WholeOptions.safeParse({ ...single, skip })
  if (!read.success) {
    throw invalidInput(
      read.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message })),
      where,
    )
  }
  const { title, table_id, mode, on, date_order, encoding, separator, decimal_mark, header_line, on_bad, columns } = read.data
  const choices = toChoices({ title, mode, on, columns: columns === undefined ? undefined : readColumns(columns, where) })
  return {
    name: title ?? '',
    table: table_id ?? null,
    given: toGivenFormat({ encoding, separator, decimal_mark, date_order, header_line }),
    choices,
    onBad: on_bad ?? 'stop',
    skip: read.data.skip === undefined ? [] : [read.data.skip].flat(),
  }
}

function readColumns(text: string, where: 'body' | 'parameter'): z.infer<typeof ColumnChoices> {
  const problem = (message: string) => invalidInput([{ path: 'columns', message }], where)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw problem('expected JSON')
  }
  const read = ColumnChoices.safeParse(json)
  if (read.success) return read.data
  throw problem(read.error.issues.map(({ path, message }) => [...path, message].map(String).join(': ')).join('; '))
}
