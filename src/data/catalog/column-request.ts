/** From what a client asks for to the columns of a table: docs/contract/api-v1.md 3.4, 3.5. */
import { z } from '@hono/zod-openapi'
import { ApiError } from '../../errors'
import { newId } from '../../lib/ids'
import { D1_LIMITS } from '../../lib/sql'
import { isSameText, nameProblem, quoteValue } from '../../lib/text'
import { defaultFor } from '../types/values'
import { displayColumnAt } from './display-column'
import { freeName, nameFromTitle, titleFromName } from './names'
import { readOptions } from './options'
import { type AutoValue, type Column, MAX_NAME, isRatingMax, keyMaker } from '../types/column'
import { COLUMN_TYPES, type ColumnType, VIRTUAL_TYPES, isColumnType, kindOf } from '../types/column-types'
import { rulesOf } from '../types/kinds'

/** Characters of a table's columns as JSON. They travel to D1 in one parameter, where a character takes at most four bytes. */
const MAX_DESCRIPTION = D1_LIMITS.rowBytes / 4

/** Old clients send booleans as 0 and 1. */
const Flag = z.union([z.boolean(), z.literal(0), z.literal(1)]).nullish()
const Text = z.string().max(10_000).nullish()

const Option = z.object({ id: Text, title: z.string().max(MAX_NAME), color: z.string().max(50).nullish() })

export const ColumnRequest = z
  .object({
    title: Text.openapi({ description: 'The field name of the API', example: 'Qty' }),
    column_name: Text.openapi({ description: 'Derived from the title when left out', example: 'qty' }),
    uidt: Text.openapi({ description: 'The type', enum: Object.keys(COLUMN_TYPES), example: 'Number' }),
    pk: Flag.openapi({ description: 'Part of the primary key' }),
    pv: Flag.openapi({ description: 'The display value of a row' }),
    ai: Flag.openapi({ description: 'The database hands out the value; an ID column does so by itself' }),
    rqd: Flag.openapi({ description: 'Required' }),
    unique: Flag.openapi({ description: 'No two rows have the same value' }),
    cdf: z
      .union([z.string().max(10_000), z.number(), z.boolean()])
      .nullish()
      .openapi({ description: 'Default value' }),
    dtxp: z
      .union([z.string().max(MAX_DESCRIPTION), z.number()])
      .nullish()
      .openapi({ description: "Select options as 'a','b' or a,b" }),
    colOptions: z.object({ options: z.array(Option).max(1000).nullish() }).nullish(),
    meta: z
      .union([z.string().max(100_000), z.record(z.string(), z.unknown())])
      .nullish()
      .openapi({
        description:
          '`index: true` makes an index, `collate: "unicode"` sorts texts with accents beside their letter, `validate: true` checks e-mail addresses, URLs and phone numbers. `ag` on an ID makes it ' +
          'a text key that the server makes up where a row brings none: `nc` as `rc_` and 14 characters, another value as a UUID. ' +
          '`max` is how many stars a rating has, 5 where it is left out.',
      }),
    order: z.number().nullish(),
    decimal_mark: z
      .enum(['.', ','])
      .nullish()
      .openapi({ description: 'When texts become numbers: their decimal mark, where they leave it open (`1.234`)' }),
    date_order: z.enum(['dmy', 'mdy']).nullish().openapi({
      description: 'When texts become dates: whether the day or the month comes first, where they leave it open (`01/02/2026`)',
    }),
  })
  .openapi('ColumnRequest')

export type ColumnRequestBody = z.infer<typeof ColumnRequest>

/** What the caller of buildColumns knows that the request does not. */
interface BuildOptions {
  /** Number of the first physical column to give out. */
  nextColumn: number
  now: number
}

/**
 * The columns of a new table. Without a primary key in the request the table gets `Id` in front, and `CreatedAt` and
 * `UpdatedAt` behind unless they are there. Throws INVALID_COLUMN or NOT_IMPLEMENTED, naming the column.
 */
export function buildColumns(requests: readonly ColumnRequestBody[], options: BuildOptions): Column[] {
  const wanted = requests.some((request) => isPrimaryKey(request)) ? [...requests] : withStandardColumns(requests)
  const columns: Column[] = []
  for (const request of wanted)
    columns.push(buildColumn(request, columns, { ...options, nextColumn: options.nextColumn + columns.length }))
  for (const column of columns) checkStars(column)
  if (columns.filter((column) => column.autoIncrement).length > 0 && columns.filter((column) => column.primaryKey).length > 1) {
    const ids = columns.filter((column) => column.autoIncrement).map(({ title }) => `"${title}"`)
    throw new ApiError(
      'INVALID_COLUMN',
      `A primary key of several columns cannot hold an automatic id: make ${ids.join(', ')} a Number, or the one key column.`,
    )
  }
  // As they are read from the catalog.
  const ordered = columns.toSorted((one, other) => one.order - other.order)
  const display = displayColumn(ordered, requests)
  return ordered.map((column) => ({ ...column, displayValue: column === display }))
}

/** One column to stand beside `others`. Throws INVALID_COLUMN or NOT_IMPLEMENTED. */
export function buildColumn(request: ColumnRequestBody, others: readonly Column[], { nextColumn, now }: BuildOptions): Column {
  const { title, columnName } = columnNames(request, others)
  const meta = readMeta(request.meta, title)
  const primaryKey = isPrimaryKey(request)
  const type = readKeyType(readType(request, title), primaryKey ? keyMaker({ meta }) : null, title)
  const auto = readAuto(type, request)
  // A path could not name the JSON of a row, nor a client the moment at which the server wrote it.
  if (primaryKey && (kindOf({ type }) === 'json' || auto !== null)) {
    throw new ApiError(
      'INVALID_COLUMN',
      `The field "${title}" cannot be a primary key: a path cannot name its values. Choose a text, a number or a date that clients give.`,
      {
        details: { field: title },
      },
    )
  }
  const autoIncrement =
    primaryKey && rulesOf({ type }).sql === 'INTEGER' && (type === 'ID' || request.ai === true || request.ai === 1)
  return {
    id: newId('column'),
    title,
    columnName,
    physicalName: `c${nextColumn}`,
    type,
    primaryKey,
    autoIncrement,
    auto,
    required: !autoIncrement && (primaryKey || isOn(request.rqd)),
    unique: !primaryKey && isOn(request.unique),
    displayValue: false,
    defaultValue: auto === null ? readDefault(request.cdf) : null,
    options: readOptions(request, type, title),
    order: request.order ?? others.length + 1,
    meta,
    createdAt: now,
    updatedAt: now,
  }
}

export function readDefault(cdf: ColumnRequestBody['cdf']): string | null {
  return cdf === null || cdf === undefined || cdf === '' ? null : String(cdf)
}

/** Old clients write 1 for true. */
export function isOn(flag: z.infer<typeof Flag>): boolean {
  return flag === true || flag === 1
}

function isPrimaryKey(request: ColumnRequestBody): boolean {
  return isOn(request.pk) || (request.uidt === 'ID' && request.pk !== false && request.pk !== 0)
}

function withStandardColumns(requests: readonly ColumnRequestBody[]): ColumnRequestBody[] {
  const names = new Set(requests.flatMap(wantedNames))
  const standard = (title: string, column_name: string, uidt: ColumnType): ColumnRequestBody[] =>
    names.has(title) || names.has(column_name) ? [] : [{ title, column_name, uidt, cdf: 'CURRENT_TIMESTAMP' }]
  if (names.has('Id') || names.has('id')) {
    throw new ApiError(
      'INVALID_COLUMN',
      'A table without a primary key gets a column Id; another column has that name: mark it `pk`.',
    )
  }
  return [
    { title: 'Id', column_name: 'id', uidt: 'ID' },
    ...requests,
    ...standard('CreatedAt', 'created_at', 'DateTime'),
    ...standard('UpdatedAt', 'updated_at', 'DateTime'),
  ]
}

/** Both names of a column, as columnNames() will read them while none is taken. */
function wantedNames(request: ColumnRequestBody): [title: string, columnName: string] {
  const named = (request.column_name ?? '').normalize()
  const given = (request.title ?? '').normalize()
  const title = given === '' ? titleFromName(named) || named : given
  return [title, named === '' ? nameFromTitle(title) : named]
}

function readType(request: ColumnRequestBody, title: string): ColumnType {
  const wanted = request.uidt ?? 'SingleLineText'
  if (VIRTUAL_TYPES.some((type) => type === wanted)) {
    throw new ApiError('NOT_IMPLEMENTED', `Columns of type ${wanted} are not supported: "${title}" needs another type.`)
  }
  if (isColumnType(wanted)) return wanted
  const types = Object.keys(COLUMN_TYPES)
  const meant = types.find((type) => type.toLowerCase() === wanted.toLowerCase())
  const right = meant === undefined ? `The types are ${types.join(', ')}.` : `Did you mean ${meant}?`
  throw new ApiError('INVALID_COLUMN', `There is no column type ${quoteValue(wanted)}, as "${title}" would have. ${right}`, {
    details: { field: title },
  })
}

/** Throws INVALID_COLUMN for a rating that would have no stars, or half of one. */
export function checkStars({ type, meta, title }: Column): void {
  const max = meta?.['max']
  if (type !== 'Rating' || max === undefined || max === null || isRatingMax(max)) return
  throw new ApiError('INVALID_COLUMN', `The rating "${title}" can have 1 to 999 stars: \`meta.max\` is ${quoteValue(max)}.`, {
    details: { field: title },
  })
}

/** Keys that the server makes up are texts; clients ask for them, and read them, as IDs. */
function readKeyType(type: ColumnType, maker: ReturnType<typeof keyMaker>, title: string): ColumnType {
  if (maker === null) return type
  if (type === 'ID') return 'SingleLineText'
  if (kindOf({ type }) === 'text') return type
  throw new ApiError(
    'INVALID_COLUMN',
    `Keys that the server makes up (\`meta.ag\`) are texts: "${title}" cannot be of type ${type}.`,
    {
      details: { field: title },
    },
  )
}

function columnNames(request: ColumnRequestBody, others: readonly Column[]): { title: string; columnName: string } {
  const [title, wanted] = wantedNames(request)
  const taken = new Set(others.map((column) => column.columnName))
  const isGiven = request.column_name !== undefined && request.column_name !== null && request.column_name !== ''
  const columnName = isGiven ? wanted : freeName(wanted, taken)
  if ([...columnName].length > MAX_NAME) {
    throw new ApiError('INVALID_COLUMN', `Column name ${columnName} exceeds ${MAX_NAME} characters`, {
      details: { field: title },
    })
  }
  for (const [what, name] of [
    ['Column title', title],
    ['Column name', columnName],
  ] as const) {
    const problem = nameProblem(name, MAX_NAME)
    if (problem !== null) {
      throw new ApiError('INVALID_COLUMN', `${what} ${problem}: ${quoteValue(name)}`, { details: { field: name } })
    }
  }
  if (others.some((column) => isSameText(column.columnName, columnName))) throw duplicateColumn('name', columnName)
  if (others.some((column) => isSameText(column.title, title))) throw duplicateColumn('alias', title)
  return { title, columnName }
}

/** In the contract's words, and then in plain ones. */
export function duplicateColumn(what: 'name' | 'alias', name: string, cause?: unknown): ApiError {
  const plain = what === 'name' ? 'column_name' : 'title'
  return new ApiError(
    'INVALID_COLUMN',
    `Duplicate column ${what}: another column of the table has the ${plain} ${quoteValue(name)}; choose another one.`,
    { cause, details: { field: name } },
  )
}

/** Throws INVALID_COLUMN or INVALID_VALUE_FOR_FIELD for a default value that no row could have. */
export function checkDefault(column: Column, now: number): void {
  const { defaults, options } = rulesOf(column)
  const given = column.defaultValue
  if (given === null || column.auto !== null) return
  const problem = (message: string) => new ApiError('INVALID_COLUMN', message, { details: { field: column.title } })
  if (/^current_timestamp/i.test(given) && defaults.fromNow === null) {
    throw problem(`Default value '${given}' is for dates and texts only; "${column.title}" is a ${column.type}.`)
  }
  const chosen = options === 'one' ? [given] : options === 'several' ? given.split(',') : []
  const unknown = chosen.find((title) => !column.options.some((option) => isSameText(option.title, title)))
  if (unknown !== undefined) {
    throw problem(`Default value '${unknown}' is not a select option. Give "${column.title}" that option, or another default.`)
  }
  try {
    defaultFor(column, now)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw new ApiError(error.code, `The default value does not fit. ${error.message}`, { cause: error, details: error.details })
  }
}

/** Throws INVALID_TABLE when the catalog could not keep this in the parameters of one statement. */
export function refuseTooLarge(columns: readonly Column[], meta: Record<string, unknown> | null | undefined): void {
  for (const part of [columns, meta]) {
    if (JSON.stringify(part ?? null).length > MAX_DESCRIPTION) {
      throw new ApiError(
        'INVALID_TABLE',
        `A table's columns may have ${MAX_DESCRIPTION} characters: shorten options, defaults or meta.`,
      )
    }
  }
}

/** The dates that every client of the contract makes for itself, by the names and the default that its SDK gives them. */
const AUTO_NAMES: ReadonlyMap<string, AutoValue> = new Map([
  ['created_at', 'created_at'],
  ['updated_at', 'updated_at'],
])

/** A date of that name without the default is the user's, who may fill it with moments of long ago. */
function readAuto(type: ColumnType, { column_name, cdf }: ColumnRequestBody): AutoValue | null {
  if (type === 'CreateTime') return 'created_at'
  if (type === 'LastModifiedTime') return 'updated_at'
  if (type !== 'DateTime' || !/^(?:current_timestamp|now\(\))/i.test(String(cdf ?? ''))) return null
  return AUTO_NAMES.get(column_name ?? '') ?? null
}

function readMeta(meta: ColumnRequestBody['meta'], title: string): Record<string, unknown> | null {
  if (meta === null || meta === undefined || meta === '') return null
  if (typeof meta === 'object') return meta
  try {
    const parsed: unknown = JSON.parse(meta)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>
  } catch {
    // Answered below, like JSON that is not an object.
  }
  throw new ApiError('INVALID_COLUMN', `Column meta must be a JSON object: that of "${title}" is ${quoteValue(meta)}.`, {
    details: { field: title },
  })
}

/** The marked one, else the column after the last of the primary key, as displayColumnAt has it. */
function displayColumn(columns: readonly Column[], requests: readonly ColumnRequestBody[]): Column | undefined {
  const marked = requests.find((request) => isOn(request.pv))
  if (marked !== undefined) {
    const names = wantedNames(marked)
    const found = columns.find((column) => names.includes(column.title) || names.includes(column.columnName))
    if (found !== undefined) return found
  }
  return displayColumnAt(
    columns,
    columns.findLastIndex((column) => column.primaryKey),
  )
}
