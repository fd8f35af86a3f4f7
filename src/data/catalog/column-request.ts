/** From what a client asks for to the columns of a table: contract/api-v1.md 3.4, 3.5. */
import { z } from '@hono/zod-openapi'
import { ApiError } from '../../errors'
import { newId } from '../../lib/ids'
import { D1_LIMITS } from '../../lib/sql'
import { nameProblem } from '../../lib/text'
import { defaultFor } from '../records/values'
import { MAX_NAME, freeName, nameFromTitle, titleFromName } from './names'
import { type AutoValue, COLUMN_TYPES, type Column, type ColumnType, type SelectOption, VIRTUAL_TYPES, keyMaker } from './types'

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
      .union([z.string().max(100_000), z.number()])
      .nullish()
      .openapi({ description: "Select options as 'a','b' or a,b" }),
    colOptions: z.object({ options: z.array(Option).max(1000).nullish() }).nullish(),
    meta: z
      .union([z.string().max(100_000), z.record(z.string(), z.unknown())])
      .nullish()
      .openapi({
        description:
          '`index: true` makes an index, `validate: true` checks e-mail addresses, URLs and phone numbers. `ag` on an ID makes it ' +
          'a text key that the server makes up where a row brings none: `nc` as `rc_` and 14 characters, another value as a UUID.',
      }),
    order: z.number().nullish(),
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
  if (columns.filter((column) => column.autoIncrement).length > 0 && columns.filter((column) => column.primaryKey).length > 1) {
    throw new ApiError('INVALID_COLUMN', 'A primary key of several columns cannot hold an automatic id.')
  }
  const display = displayColumn(columns, requests)
  return columns.map((column) => ({ ...column, displayValue: column === display }))
}

/** One column to stand beside `others`. Throws INVALID_COLUMN or NOT_IMPLEMENTED. */
export function buildColumn(request: ColumnRequestBody, others: readonly Column[], { nextColumn, now }: BuildOptions): Column {
  const { title, columnName } = columnNames(request, others)
  const meta = readMeta(request.meta, title)
  const primaryKey = isPrimaryKey(request)
  const type = readKeyType(readType(request), primaryKey ? keyMaker({ meta }) : null, title)
  const auto = readAuto(type, columnName)
  // A path could not name the JSON of a row, nor a client the moment at which the server wrote it.
  if (primaryKey && (COLUMN_TYPES[type].kind === 'json' || auto !== null)) {
    throw new ApiError('INVALID_COLUMN', `A column of type ${type}, called ${columnName}, cannot be a primary key.`, {
      details: { field: title },
    })
  }
  const autoIncrement =
    primaryKey && COLUMN_TYPES[type].sql === 'INTEGER' && (type === 'ID' || request.ai === true || request.ai === 1)
  const options = readOptions(request, type, title)
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
    defaultValue: request.cdf === null || request.cdf === undefined || request.cdf === '' ? null : String(request.cdf),
    options,
    order: request.order ?? others.length + 1,
    meta,
    createdAt: now,
    updatedAt: now,
  }
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
    names.has(title) || names.has(column_name) ? [] : [{ title, column_name, uidt }]
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
  const named = request.column_name ?? ''
  const title =
    request.title === undefined || request.title === null || request.title === '' ? titleFromName(named) || named : request.title
  return [title, named === '' ? nameFromTitle(title) : named]
}

function readType(request: ColumnRequestBody): ColumnType {
  const wanted = request.uidt ?? 'SingleLineText'
  if (VIRTUAL_TYPES.some((type) => type === wanted)) {
    throw new ApiError('NOT_IMPLEMENTED', `Columns of type ${wanted} are not supported.`)
  }
  if (!Object.hasOwn(COLUMN_TYPES, wanted)) throw new ApiError('INVALID_COLUMN', `There is no column type '${wanted}'.`)
  return wanted as ColumnType
}

/** Keys that the server makes up are texts; clients ask for them, and read them, as IDs. */
function readKeyType(type: ColumnType, maker: ReturnType<typeof keyMaker>, title: string): ColumnType {
  if (maker === null) return type
  if (type === 'ID') return 'SingleLineText'
  if (COLUMN_TYPES[type].kind === 'text') return type
  throw new ApiError('INVALID_COLUMN', `Keys that the server makes up (\`meta.ag\`) are texts, not values of type ${type}.`, {
    details: { field: title },
  })
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
    if (problem !== null) throw new ApiError('INVALID_COLUMN', `${what} ${problem}`, { details: { field: name } })
  }
  if (taken.has(columnName)) throw new ApiError('INVALID_COLUMN', 'Duplicate column name', { details: { field: columnName } })
  if (others.some((column) => column.title === title)) {
    throw new ApiError('INVALID_COLUMN', 'Duplicate column alias', { details: { field: title } })
  }
  return { title, columnName }
}

/** Throws INVALID_COLUMN or INVALID_VALUE_FOR_FIELD for a default value that no row could have. */
export function checkDefault(column: Column, now: number): void {
  const { kind } = COLUMN_TYPES[column.type]
  const given = column.defaultValue
  if (given === null || column.auto !== null) return
  const problem = (message: string) => new ApiError('INVALID_COLUMN', message, { details: { field: column.title } })
  if (/^current_timestamp/i.test(given) && kind !== 'date' && kind !== 'datetime' && kind !== 'text') {
    throw problem(`Default value '${given}' is for dates and texts only.`)
  }
  const chosen = kind === 'select' ? [given] : kind === 'multiselect' ? given.split(',') : []
  const unknown = chosen.find((title) => !column.options.some((option) => option.title === title))
  if (unknown !== undefined) throw problem(`Default value '${unknown}' is not a select option.`)
  defaultFor(column, now)
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

/** The columns every client of the contract makes for itself, by the names its SDK gives them. */
function readAuto(type: ColumnType, columnName: string): AutoValue | null {
  if (type === 'CreateTime' || (type === 'DateTime' && columnName === 'created_at')) return 'created_at'
  if (type === 'LastModifiedTime' || (type === 'DateTime' && columnName === 'updated_at')) return 'updated_at'
  return null
}

function readOptions(request: ColumnRequestBody, type: ColumnType, title: string): SelectOption[] {
  const kind = COLUMN_TYPES[type].kind
  if (kind !== 'select' && kind !== 'multiselect') return []
  const given =
    request.colOptions?.options?.map((option) => ({ title: option.title, color: option.color ?? null })) ??
    optionTitles(request.dtxp).map((option) => ({ title: option, color: null }))
  const problem = (message: string) => new ApiError('INVALID_COLUMN', message, { details: { field: title } })
  if (given.some((option) => option.title === '')) throw problem('Empty options are not allowed!')
  if (new Set(given.map((option) => option.title)).size < given.length) throw problem('Duplicates are not allowed!')
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (given.some((option) => /[\u0000-\u001f\u007f]/.test(option.title) || !option.title.isWellFormed())) {
    throw problem('An option must be well-formed Unicode without control characters')
  }
  if (kind === 'multiselect' && given.some((option) => option.title.includes(',')))
    throw problem("Illegal char(',') for MultiSelect")
  return given.map((option) => ({ id: newId('option'), ...option }))
}

/** `'a','it''s'` → a, it's; `a, b` → a, b. A number is the length of some other type. */
function optionTitles(list: ColumnRequestBody['dtxp']): string[] {
  if (typeof list !== 'string' || list.trim() === '') return []
  if (!list.trimStart().startsWith("'")) return list.split(',').map((title) => title.trim())
  return Array.from(list.matchAll(/'((?:[^']|'')*)'/g), (match) => (match[1] ?? '').replaceAll("''", "'"))
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
  throw new ApiError('INVALID_COLUMN', 'Column meta must be a JSON object', { details: { field: title } })
}

/** The marked one, else the column behind the last of the primary key, else the one before it. */
function displayColumn(columns: readonly Column[], requests: readonly ColumnRequestBody[]): Column | undefined {
  const marked = requests.find((request) => isOn(request.pv))
  if (marked !== undefined) {
    const names = [marked.title, marked.column_name]
    const found = columns.find((column) => names.includes(column.title) || names.includes(column.columnName))
    if (found !== undefined) return found
  }
  const lastKey = columns.findLastIndex((column) => column.primaryKey)
  return columns[lastKey + 1] ?? columns[lastKey - 1]
}
