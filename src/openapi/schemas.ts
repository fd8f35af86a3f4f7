/** From the catalog to JSON Schema: what a table's rows look like in answers, and what they may be in requests. */
import { primaryKey } from '../data/catalog/catalog'
import {
  type Column,
  type ColumnType,
  type ValueKind,
  COLUMN_TYPES,
  MAX_CHOSEN_ID,
  keyMaker,
  kindOf,
  ratingMax,
} from '../data/types/column'
import { defaultOf, isMisread, isReadOnly, isRequiredOnInsert, takesNull, upsertFields } from './column'
import { NO_KEYS } from '../data/records/row'
import { PHONE_NUMBER } from '../data/types/validators'
import { exampleValue } from './examples'
import type { NamedTable } from './names'

export type JsonSchema = Readonly<Record<string, unknown>>

/** A schema before `null` is let in. */
interface Shape {
  type: string | readonly string[]
  enum?: readonly string[]
  format?: string
  pattern?: string
  minimum?: number
  maximum?: number
  items?: JsonSchema
  additionalProperties?: boolean
}

/** Which way a value goes. Requests may be looser than what comes back. */
type Way = 'request' | 'answer'

/** Beyond, a double has gaps between the integers, and values would be rounded: the server refuses them. */
const EXACT = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER } as const
const INTEGER = { type: 'integer', ...EXACT } as const
const DATETIME = '^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?\\+00:00$'
const ISO_8601 = '^\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+-]\\d\\d:?\\d\\d)?)?$'
const TIME = '^([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{3})?$'
const HOUR_MINUTE = '^([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,9})?)?$'

const SHAPES: Record<ValueKind, (column: Column, way: Way) => Shape> = {
  text: (column, way) => ({ type: 'string', ...textFormat(column, way) }),
  integer: (column, way) => wholeNumbers(column, way),
  number: () => ({ type: 'number', format: 'double', ...EXACT }),
  boolean: () => ({ type: 'boolean' }),
  date: () => ({ type: 'string', format: 'date' }),
  // Not the format `date-time`: RFC 3339 as JSON Schema reads it wants a T where NocoDB has a blank.
  datetime: (_column, way) => ({ type: 'string', pattern: way === 'answer' ? DATETIME : ISO_8601 }),
  time: (_column, way) => ({ type: 'string', pattern: way === 'answer' ? TIME : HOUR_MINUTE }),
  select: (column) => ({ type: 'string', ...optionTitles(column) }),
  multiselect: (column, way) =>
    way === 'answer'
      ? { type: 'string' }
      : { type: ['string', 'array'], ...optionList(column), items: { type: 'string', ...optionTitles(column) } },
  json: () => ({ type: ['object', 'array', 'string', 'number', 'boolean'], items: {}, additionalProperties: true }),
}

/** A row may be older than the number of stars that its rating has now. */
function wholeNumbers(column: Column, way: Way): Shape {
  if (column.type === 'Year') return { type: 'integer', minimum: 0, maximum: 9999 }
  return column.type === 'Rating' && way === 'request' ? { type: 'integer', minimum: 0, maximum: ratingMax(column) } : INTEGER
}

/** Always what a request should send; promised of answers only where the server checks it, and holds to nothing looser. */
function textFormat(column: Column, way: Way): { format?: string; pattern?: string } {
  const isChecked = column.meta?.['validate'] === true
  switch (column.type) {
    case 'PhoneNumber':
      return isChecked ? { pattern: PHONE_NUMBER.source } : {}
    case 'Email':
      return way === 'request' || isChecked ? { format: 'idn-email' } : {}
    case 'URL':
      return way === 'request' ? { format: 'uri' } : {}
    default:
      return {}
  }
}

/** JSON Schema knows no empty enum. */
function optionTitles(column: Column): { enum?: string[] } {
  return column.options.length === 0 ? {} : { enum: column.options.map((option) => option.title) }
}

/** Options separated by commas; none, too. */
function optionList({ options }: Column): { pattern?: string } {
  const titles = options.map(({ title }) => title.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`))
  return titles.length === 0 ? {} : { pattern: `^(?:(?:${titles.join('|')})(?:,(?!$)|$))*$` }
}

const NOTES: Partial<Record<ColumnType, string>> = {
  Attachment: 'Attachment: any JSON; by custom a list of objects with `url`, `title`, `mimetype`, `size`',
  DateTime: 'DateTime in UTC',
  CreateTime: 'When the row was made, in UTC',
  LastModifiedTime: 'When the row was last changed, in UTC',
  Duration: 'Duration in seconds',
  JSON: 'Any JSON',
  MultiSelect: 'MultiSelect: options separated by commas',
}

/** In our words only: descriptions are rendered as Markdown, and titles are the users' text. */
function describe(column: Column): string {
  return [
    NOTES[column.type] ?? column.type,
    ...(column.primaryKey ? ['primary key'] : []),
    ...(column.unique ? ['unique'] : []),
    ...(isReadOnly(column) ? ['set by the server'] : []),
    ...(column.primaryKey && keyMaker(column) !== null ? ['made up by the server where it is left out'] : []),
  ].join('; ')
}

function columnSchema(column: Column, way: Way): JsonSchema {
  const shape = SHAPES[kindOf(column)](column, isReadOnly(column) ? 'answer' : way)
  const nullable = way === 'answer' ? !column.primaryKey : takesNull(column)
  const example = way === 'answer' ? exampleValue(column) : undefined
  return {
    ...(nullable ? orNull(shape) : shape),
    description: describe(column),
    ...(example !== undefined && { examples: [example] }),
  }
}

/** A part of the key where a request names a row by it, whoever made the value. */
function keySchema(column: Column): JsonSchema {
  const shape = SHAPES[kindOf(column)](column, 'request')
  return { ...shape, ...(column.autoIncrement && { maximum: MAX_CHOSEN_ID }), description: describe(column) }
}

/**
 * A key of one part is a segment of paths, which `.`, `..` and the names of routes cannot be. Parts of a composite key are joined by `___` in paths;
 * nothing in them may look like that.
 */
function newKeyPattern(keys: readonly Column[], column: Column): { pattern?: string } {
  if (kindOf(column) !== 'text') return {}
  if (keys.length < 2) return { pattern: `^(?!(?:${NO_KEYS.map((name) => name.replaceAll('.', String.raw`\.`)).join('|')})$)` }
  return { pattern: String.raw`^(?![\s\S]*___)${column === keys.at(-1) ? '' : String.raw`(?![\s\S]*_$)`}` }
}

/** A part of the key as bulk operations answer with it: as it is stored. */
function storedSchema(column: Column): JsonSchema {
  return { type: STORED[COLUMN_TYPES[column.type].sql] }
}

const STORED = { INTEGER: 'integer', REAL: 'number', TEXT: 'string' } as const

function orNull({ type, ...shape }: Shape): JsonSchema {
  return {
    type: [...(typeof type === 'string' ? [type] : type), 'null'],
    ...shape,
    ...(shape.enum !== undefined && { enum: [...shape.enum, null] }),
  }
}

/** What follows the name of the table in the name of a component. */
const KINDS = {
  fields: 'Fields',
  row: 'Row',
  page: 'Page',
  groups: 'Groups',
  values: 'Values',
  change: 'Change',
  new: 'NewRow',
  upsert: 'Upsert',
  keyed: 'ChangeByKey',
  key: 'Key',
  keys: 'Keys',
} as const

export type SchemaKind = keyof typeof KINDS

export const SCHEMA_SUFFIXES: readonly string[] = Object.values(KINDS)

export function schemaRef({ codeName }: NamedTable, kind: SchemaKind): JsonSchema {
  return { $ref: `#/components/schemas/${codeName}${KINDS[kind]}` }
}

/**
 * The components of a table, with what generators make types of in mind. In answers `row` is all of a row, and `fields` what
 * `?fields=` leaves of it. In requests `values` is all that can be changed, in any number, which most others extend; only
 * `new` stands for itself, since it is what people write most. No request holds what the server sets. Titles, too, name the
 * table by its name for code: some generators make names of them, and users' text may hold anything. A table without a key
 * has no rows that a request could name.
 */
export function tableSchemas(table: NamedTable): Record<string, JsonSchema> {
  const keyed = primaryKey(table).length > 0
  const schemas: Partial<Record<SchemaKind, JsonSchema>> = {
    ...answerSchemas(table),
    ...requestSchemas(table),
    ...(keyed && keySchemas(table)),
  }
  const named = Object.entries(schemas) as [SchemaKind, JsonSchema][]
  return Object.fromEntries(named.map(([kind, schema]) => [`${table.codeName}${KINDS[kind]}`, schema]))
}

function answerSchemas(table: NamedTable) {
  const { codeName, columns } = table
  const values = members(columns, (column) => columnSchema(column, 'answer'))
  return {
    fields: { title: `Fields of ${codeName}`, type: 'object', ...values },
    row: { title: `Row of ${codeName}`, type: 'object', ...values, ...required(columns) },
    page: {
      title: `Page of ${codeName}`,
      type: 'object',
      properties: {
        list: { type: 'array', items: schemaRef(table, 'fields') },
        pageInfo: { $ref: '#/components/schemas/CursorPageInfo' },
      },
      required: ['list', 'pageInfo'],
    },
    groups: {
      title: `Groups of ${codeName}`,
      type: 'array',
      items: {
        type: 'object',
        properties: { key: { description: 'The value; null for none' }, value: schemaRef(table, 'page') },
        required: ['key', 'value'],
      },
    },
  }
}

function requestSchemas(table: NamedTable) {
  const { codeName, columns } = table
  const keys = primaryKey(table)
  const writable = columns.filter((column) => !isReadOnly(column))
  const others = writable.filter((column) => !column.primaryKey)
  const schemas = new Map(writable.map((column) => [column, columnSchema(column, 'request')]))
  const schemaOf = (column: Column): JsonSchema => schemas.get(column) ?? {}
  return {
    values: { title: `Values of ${codeName}`, type: 'object', ...members(others, schemaOf) },
    change: extended(table, `Change to ${codeName}`, {}),
    new: {
      title: `New row of ${codeName}`,
      type: 'object',
      ...members(writable, (column) => newMember(keys, column, schemaOf(column))),
      ...required(columns.filter(isRequiredOnInsert)),
      additionalProperties: false,
    },
  }
}

function keySchemas(table: NamedTable) {
  const { codeName, columns } = table
  const keys = primaryKey(table)
  const named = members(keys, keySchema)
  return {
    ...(upsertFields(table).length > 0 && {
      upsert: extended(table, `Row to upsert into ${codeName}`, {
        ...members(keys, (column) => ({ ...keySchema(column), ...newKeyPattern(keys, column) })),
        ...required(columns.filter(isRequiredOnInsert)),
      }),
    }),
    keyed: extended(table, `Change by key to ${codeName}`, { ...named, ...required(keys) }),
    key: { title: `Key of ${codeName}`, type: 'object', ...named, ...required(keys), additionalProperties: false },
    keys: {
      title: `Keys of ${codeName}`,
      type: 'array',
      items: {
        type: 'object',
        ...members(keys, storedSchema, ({ columnName }) => columnName),
        ...required(keys, ({ columnName }) => columnName),
        additionalProperties: false,
      },
    },
  }
}

/** The values of a table and more, but nothing that is no field. */
function extended(table: NamedTable, title: string, more: JsonSchema): JsonSchema {
  return { title, type: 'object', allOf: [schemaRef(table, 'values')], ...more, unevaluatedProperties: false }
}

/**
 * Defaults belong to inserts alone: a client that fills them in would reset what an update leaves out. They stand one level
 * down, for openapi-typescript takes a member with a bare default for one that is always there, as it is in answers.
 */
function newMember(keys: readonly Column[], column: Column, schema: JsonSchema): JsonSchema {
  const own = column.primaryKey ? { ...schema, ...newKeyPattern(keys, column) } : schema
  const value = defaultOf(column)
  if (value === null || value === undefined) return own
  const { description, ...shape } = own
  return { allOf: [{ ...shape, default: value }], description }
}

type NameOf = (column: Column) => string

const byTitle: NameOf = ({ title }) => title

function required(columns: readonly Column[], nameOf: NameOf = byTitle): { required?: string[] } {
  return columns.length === 0 ? {} : { required: columns.map(nameOf) }
}

/** Matches nothing. Of all patterns generators make one type, which every other member must fit: of this one it is any. */
export const NO_NAME = '(?!)'

/** JSON Schema for the members of an object; misread names as patterns, which say the same and are only text. */
function members(
  columns: readonly Column[],
  schemaOf: (column: Column) => JsonSchema,
  nameOf: NameOf = byTitle,
): Record<string, Record<string, JsonSchema>> {
  const plain = columns.filter((column) => !isMisread(nameOf(column)))
  const misread = columns.filter((column) => isMisread(nameOf(column)))
  return {
    ...(plain.length > 0 && { properties: Object.fromEntries(plain.map((column) => [nameOf(column), schemaOf(column)])) }),
    ...(misread.length > 0 && {
      patternProperties: {
        ...Object.fromEntries(misread.map((column) => [exactly(nameOf(column)), schemaOf(column)])),
        [NO_NAME]: {},
      },
    }),
  }
}

function exactly(name: string): string {
  return `^${name.replace('$', String.raw`\$`)}$`
}
