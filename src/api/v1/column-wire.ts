/** Columns as clients of the v1 API write and read them: docs/contract/api-v1.md 3.4, 3.5. */
import { z } from '@hono/zod-openapi'
import { type ColumnPatch, SERVER_TIME } from '../../data/catalog/column-change'
import { columnNames } from '../../data/catalog/column-names'
import { MAX_DESCRIPTION, requireType } from '../../data/catalog/column-rules'
import type { ColumnSpec } from '../../data/catalog/column-spec'
import type { TextAnswers } from '../../data/catalog/text-conversion'
import { type AutoValue, type Column, MAX_NAME, type Table, keyMaker } from '../../data/types/column'
import { COLUMN_TYPES, type ColumnType, VIRTUAL_TYPES } from '../../data/types/column-types'
import { ApiError } from '../../errors'
import { quoteValue } from '../../lib/text'
import { timestamp } from '../../lib/time'
import { changedOptions, readOptions, writeOptionList } from './option-wire'

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

const nullable = z.null()

export const ColumnBody = z
  .object({
    id: z.string(),
    base_id: z.string(),
    project_id: z.string(),
    fk_model_id: z.string(),
    title: z.string(),
    column_name: z.string(),
    uidt: z.string(),
    dt: z.string(),
    np: nullable,
    ns: nullable,
    clen: nullable,
    cop: z.string(),
    pk: z.boolean(),
    pv: z.boolean(),
    rqd: z.boolean(),
    un: z.boolean(),
    ct: z.string(),
    ai: z.boolean(),
    unique: z.boolean(),
    cdf: z.string().nullable(),
    cc: nullable,
    csn: nullable,
    dtx: z.string(),
    dtxp: z.string(),
    dtxs: z.string(),
    au: z.boolean(),
    validate: nullable,
    virtual: z.boolean(),
    deleted: nullable,
    system: z.boolean(),
    order: z.number(),
    meta: z.record(z.string(), z.unknown()).nullable(),
    colOptions: z
      .object({
        options: z.array(
          z.object({
            id: z.string(),
            fk_column_id: z.string(),
            title: z.string(),
            color: z.string().nullable(),
            order: z.number(),
          }),
        ),
      })
      .nullable(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi('Column')

/** A new column. Throws INVALID_COLUMN, or NOT_IMPLEMENTED for a type that the contract knows and this server has not. */
export function toColumnSpec(request: ColumnRequestBody): ColumnSpec {
  const { title } = columnNames({ title: request.title ?? '', columnName: request.column_name ?? '' })
  const meta = readMeta(request.meta, title)
  const primaryKey = isPrimaryKey(request)
  const wanted = readType(request.uidt ?? 'SingleLineText', title)
  const type = primaryKey ? keyType(wanted, meta) : wanted
  return {
    title: request.title ?? '',
    columnName: request.column_name ?? '',
    type,
    primaryKey,
    autoIncrement: type === 'ID' || isOn(request.ai),
    auto: readAuto(type, request),
    required: isOn(request.rqd),
    unique: isOn(request.unique),
    displayValue: isOn(request.pv),
    defaultValue: readDefault(request.cdf),
    options: readOptions(request),
    ...(typeof request.order === 'number' && { order: request.order }),
    meta,
  }
}

/**
 * A change: a client may send the whole column back as it read it, with any one member changed. Null is left out, but in what
 * can be emptied: the default value and meta. Throws as toColumnSpec does.
 */
export function toColumnPatch(column: Column, request: ColumnRequestBody): ColumnPatch {
  const title = request.title ?? column.title
  const meta = request.meta === undefined ? undefined : readMeta(request.meta, title)
  const wanted = request.uidt === null || request.uidt === undefined ? column.type : readType(request.uidt, title)
  return dropUndefined({
    title: request.title ?? undefined,
    columnName: isGiven(request.column_name) ? request.column_name : undefined,
    type: column.primaryKey ? keyType(wanted, meta === undefined ? column.meta : meta) : wanted,
    primaryKey: flagOf(request.pk),
    autoIncrement: flagOf(request.ai),
    required: flagOf(request.rqd),
    unique: flagOf(request.unique),
    displayValue: flagOf(request.pv),
    defaultValue: request.cdf === undefined ? undefined : readDefault(request.cdf),
    options: changedOptions(column, request),
    order: request.order ?? undefined,
    meta,
  })
}

/** What the request says of texts that are to become values of another type. */
export function toTextAnswers({ decimal_mark, date_order }: ColumnRequestBody): TextAnswers {
  return { decimalMark: decimal_mark ?? null, dateOrder: date_order ?? null }
}

type Defined<Members> = { [Name in keyof Members]?: Exclude<Members[Name], undefined> }

/** What stands in a patch changes the column, so that what is left out must not stand in it. */
function dropUndefined<Members extends object>(members: Members): Defined<Members> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<Members>
}

function isGiven(value: string | null | undefined): value is string {
  return value !== undefined && value !== null && value !== ''
}

export function toColumnBody(column: Column, table: Table, baseId: string): z.infer<typeof ColumnBody> {
  const { dt } = COLUMN_TYPES[column.type]
  return {
    id: column.id,
    base_id: baseId,
    project_id: table.projectId,
    fk_model_id: table.id,
    title: column.title,
    column_name: column.columnName,
    uidt: column.primaryKey && keyMaker(column) !== null ? 'ID' : column.type,
    dt,
    np: null,
    ns: null,
    clen: null,
    cop: String(table.columns.indexOf(column)),
    pk: column.primaryKey,
    pv: column.displayValue,
    rqd: column.required || column.autoIncrement,
    un: column.autoIncrement,
    ct: dt,
    ai: column.autoIncrement,
    unique: column.unique,
    cdf: column.defaultValue ?? (column.auto === null ? null : SERVER_TIME),
    cc: null,
    csn: null,
    dtx: 'specificType',
    dtxp: writeOptionList(column.options),
    dtxs: '',
    au: column.auto === 'updated_at',
    validate: null,
    virtual: false,
    deleted: null,
    system: false,
    order: column.order,
    meta: column.meta,
    colOptions:
      column.options.length === 0
        ? null
        : { options: column.options.map((option, index) => ({ ...option, fk_column_id: column.id, order: index + 1 })) },
    created_at: timestamp(column.createdAt),
    updated_at: timestamp(column.updatedAt),
  }
}

/** Old clients write 1 for true. */
function isOn(flag: z.infer<typeof Flag>): boolean {
  return flag === true || flag === 1
}

function flagOf(flag: z.infer<typeof Flag>): boolean | undefined {
  return flag === null || flag === undefined ? undefined : isOn(flag)
}

function isPrimaryKey({ pk, uidt }: ColumnRequestBody): boolean {
  return isOn(pk) || (uidt === 'ID' && pk !== false && pk !== 0)
}

/** Keys that the server makes up are texts; clients ask for them, and read them, as IDs. */
function keyType(type: ColumnType, meta: Column['meta']): ColumnType {
  return type === 'ID' && keyMaker({ meta }) !== null ? 'SingleLineText' : type
}

function readDefault(cdf: ColumnRequestBody['cdf']): string | null {
  return cdf === null || cdf === undefined || cdf === '' ? null : String(cdf)
}

function readType(wanted: string, title: string): ColumnType {
  if (VIRTUAL_TYPES.some((type) => type === wanted)) {
    throw new ApiError('NOT_IMPLEMENTED', `Columns of type ${wanted} are not supported: "${title}" needs another type.`)
  }
  return requireType(wanted, title)
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
