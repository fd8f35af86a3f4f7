/** An import in one request: its file into parts as it arrives, then step after step until it is done. */
import { ApiError, invalidInput, unavailable } from '../../errors'
import { isOutdated } from '../../http/errors'
import { batch } from '../../lib/d1'
import { type ImportScope, beginImport, findImport, giveUp, keepBytes, readFile, runStep } from './imports'
import type { FilePreview } from './preview'
import type { Choices, ColumnChoice, GivenFormat, Import, OnBad, Report } from './state'
import { PART_SIZE, advance } from './store'
import { sizeText } from '../../lib/text'

/** Bytes of a file that one request takes: reading it twice and loading it stays within the queries and the CPU of one. */
export const MAX_WHOLE = 32 * 1024 * 1024

/** What is asked for beside the file. */
export interface WholeRequest {
  name: string
  /** Id or title; null for a new one. */
  table: string | null
  given: GivenFormat
  choices: Choices
  /** For columns whose choice says nothing of it. */
  onBad: OnBad
  /** Titles of columns of the file that are left out. */
  skip: readonly string[]
  file: ReadableStream<Uint8Array>
  /** Bytes of the file, where they are known before they come. */
  size: number | null
}

/** Throws as the steps do, with nothing left of the import; PAYLOAD_TOO_LARGE names the stepwise way. */
export async function importWhole(scope: ImportScope, request: WholeRequest): Promise<Report> {
  const { name, table, size } = request
  if ((size ?? 0) > MAX_WHOLE) throw tooLarge()
  const one = await beginImport(scope, { name, size: size ?? MAX_WHOLE, table })
  try {
    await keepFile(scope, one, request.file)
    const preview = await readWhole(scope, one.id, request.given)
    return await loadWhole(scope, one.id, withDefaults(request, preview))
  } catch (error) {
    await giveUp(scope, await findImport(scope, one.id))
    // Its body is read, so http/retry-stale-schema.ts cannot try the request again: the client has to.
    throw isOutdated(error) ? unavailable(String(error)) : error
  }
}

export function tooLarge(): ApiError {
  const message = `One request takes a file of at most ${sizeText(MAX_WHOLE)}. Send a larger one in parts: POST …/imports, then PUT …/imports/{id}/parts/{n}.`
  return new ApiError('PAYLOAD_TOO_LARGE', message)
}

async function keepFile(scope: ImportScope, one: Import, file: ReadableStream<Uint8Array>): Promise<void> {
  let size = 0
  let number = 0
  for await (const part of inParts(file)) {
    size += part.byteLength
    if (size > MAX_WHOLE) throw tooLarge()
    await keepBytes(scope, one, number++, part)
  }
  if (size === 0) throw new ApiError('INVALID_REQUEST_BODY', 'The file is empty: its first line must name the columns.')
  await batch(scope.data, advance(one, { size }, scope.now))
}

/** The bytes of a stream, PART_SIZE at a time. */
async function* inParts(file: ReadableStream<Uint8Array>): AsyncGenerator<ArrayBuffer> {
  let part = new Uint8Array(PART_SIZE)
  let filled = 0
  for await (const chunk of file) {
    for (let taken = 0; taken < chunk.byteLength;) {
      const some = chunk.subarray(taken, taken + PART_SIZE - filled)
      part.set(some, filled)
      filled += some.byteLength
      taken += some.byteLength
      if (filled < PART_SIZE) continue
      yield part.buffer
      part = new Uint8Array(PART_SIZE)
      filled = 0
    }
  }
  if (filled > 0) yield part.slice(0, filled).buffer
}

async function readWhole(scope: ImportScope, id: string, given: GivenFormat): Promise<FilePreview> {
  for (;;) {
    const { preview } = await readFile(scope, await findImport(scope, id), given)
    if (preview !== null) return preview
  }
}

async function loadWhole(scope: ImportScope, id: string, choices: Choices): Promise<Report> {
  for (let asked = choices; ; asked = {}) {
    const { report } = await runStep(scope, await findImport(scope, id), asked)
    if (report !== null) return report
  }
}

/** The choices with what is said of every column, or of columns by their titles. */
function withDefaults({ choices, skip, onBad, table }: WholeRequest, preview: FilePreview): Choices {
  const unknown = skip.filter((title) => !preview.columns.some((column) => column.title === title))
  if (unknown.length > 0) {
    throw invalidInput(
      unknown.map((title) => ({ path: 'skip', message: `the file has no column "${title}"` })),
      'body',
    )
  }
  if (table !== null && onBad === 'text') throw invalidInput([{ path: 'on_bad', message: '"text" is for new tables' }], 'body')
  const all = preview.columns.map(({ index, title }): ColumnChoice => ({
    index,
    onBad,
    ...(skip.includes(title) && { skip: true }),
  }))
  const given = (choices.columns ?? []).map((choice) => ({ ...all.find(({ index }) => index === choice.index), ...choice }))
  const others = all.filter(({ index }) => !given.some((choice) => choice.index === index))
  return { ...choices, columns: [...given, ...others] }
}
