/** From the catalog to JSON Schema: what a table's rows look like in answers, and what they may be in requests. */
import { COLUMN_TYPES, type Column, type ColumnType, type Table, type ValueKind } from '../data/catalog/types'
import { defaultOf, isMisread, isReadOnly, isRequiredOnInsert, takesNull } from './column'
import { exampleValue } from './examples'

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
}

/** Which way a value goes. Requests may be looser than what comes back. */
type Way = 'request' | 'answer'

const INTEGER = { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER } as const
const DATETIME = '^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\+00:00$'
const ISO_8601 = '^\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+-]\\d\\d:?\\d\\d)?)?$'
const TIME = '^([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d$'
const HOUR_MINUTE = '^([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?$'

const SHAPES: Record<ValueKind, (column: Column, way: Way) => Shape> = {
  text: (column, way) => ({ type: 'string', ...textFormat(column, way) }),
  integer: (column) => (column.type === 'Year' ? { type: 'integer', minimum: 0, maximum: 9999 } : INTEGER),
  number: () => ({ type: 'number', format: 'double' }),
  boolean: () => ({ type: 'boolean' }),
  date: () => ({ type: 'string', format: 'date' }),
  // Not the format `date-time`: RFC 3339 as JSON Schema reads it wants a T where NocoDB has a blank.
  datetime: (_column, way) => ({ type: 'string', pattern: way === 'answer' ? DATETIME : ISO_8601 }),
  time: (_column, way) => ({ type: 'string', pattern: way === 'answer' ? TIME : HOUR_MINUTE }),
  select: (column) => ({ type: 'string', ...optionTitles(column) }),
  multiselect: (column, way) =>
    way === 'answer' ? { type: 'string' } : { type: ['string', 'array'], items: { type: 'string', ...optionTitles(column) } },
  json: () => ({ type: ['object', 'array', 'string', 'number', 'boolean'], items: {} }),
}

const TEXT_FORMATS: Partial<Record<ColumnType, string>> = { Email: 'email', URL: 'uri' }

/** Always what a request should send; promised of answers only where the server checks it. */
function textFormat(column: Column, way: Way): { format?: string } {
  const format = TEXT_FORMATS[column.type]
  return format !== undefined && (way === 'request' || column.meta?.['validate'] === true) ? { format } : {}
}

/** JSON Schema knows no empty enum. */
function optionTitles(column: Column): { enum?: string[] } {
  return column.options.length === 0 ? {} : { enum: column.options.map((option) => option.title) }
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
  ].join('; ')
}

function columnSchema(column: Column, way: Way): JsonSchema {
  const shape = SHAPES[COLUMN_TYPES[column.type].kind](column, isReadOnly(column) ? 'answer' : way)
  const nullable = way === 'answer' ? !column.primaryKey : takesNull(column)
  const example = way === 'answer' ? exampleValue(column) : undefined
  return {
    ...(nullable ? orNull(shape) : shape),
    description: describe(column),
    ...(isReadOnly(column) && { readOnly: true }),
    ...(example !== undefined && { examples: [example] }),
  }
}

function orNull({ type, ...shape }: Shape): JsonSchema {
  return {
    type: [...(typeof type === 'string' ? [type] : type), 'null'],
    ...shape,
    ...(shape.enum !== undefined && { enum: [...shape.enum, null] }),
  }
}

/** What a component is named after: the table's id, for titles may hold anything. */
const KINDS = ['row', 'fields', 'new', 'change'] as const

export function schemaRef(table: Table, kind: (typeof KINDS)[number]): JsonSchema {
  return { $ref: `#/components/schemas/${table.id}-${kind}` }
}

/**
 * The components of a table. `fields` is what `?fields=` leaves of a row, `row` all of it; `change` is what an update takes,
 * `new` the same with what an insert needs. The larger ones extend the smaller, so that a column is written twice, not four
 * times. Users' text comes last in a title, so that a mark which turns the writing direction turns nothing of ours.
 */
export function tableSchemas(table: Table): Record<string, JsonSchema> {
  const { title, columns } = table
  const fields = {
    title: `Fields of ${title}`,
    type: 'object',
    ...members(columns, (column) => columnSchema(column, 'answer')),
    minProperties: 1,
  }
  const row = { title: `Row of ${title}`, allOf: [schemaRef(table, 'fields')], ...required(columns) }
  const change = {
    title: `Change to ${title}`,
    type: 'object',
    ...members(columns, (column) => columnSchema(column, 'request')),
    additionalProperties: false,
  }
  // Defaults belong to inserts alone: a client that fills them in would reset what an update leaves out.
  const defaults = members(columns.filter(hasDefault), (column) => ({ default: defaultOf(column) }))
  const added = {
    title: `New row of ${title}`,
    allOf: [schemaRef(table, 'change')],
    ...defaults,
    ...required(columns.filter(isRequiredOnInsert)),
  }
  const schemas: Record<(typeof KINDS)[number], JsonSchema> = { fields, row, change, new: added }
  return Object.fromEntries(KINDS.map((kind) => [`${table.id}-${kind}`, schemas[kind]]))
}

function hasDefault(column: Column): boolean {
  const value = isReadOnly(column) ? null : defaultOf(column)
  return value !== null && value !== undefined
}

function required(columns: readonly Column[]): { required?: string[] } {
  return columns.length === 0 ? {} : { required: columns.map(({ title }) => title) }
}

/** JSON Schema for the members of an object; misread names as patterns, which say the same and are only text. */
function members(
  columns: readonly Column[],
  schemaOf: (column: Column) => JsonSchema,
): Record<string, Record<string, JsonSchema>> {
  const plain = columns.filter((column) => !isMisread(column))
  const misread = columns.filter(isMisread)
  return {
    ...(plain.length > 0 && { properties: Object.fromEntries(plain.map((column) => [column.title, schemaOf(column)])) }),
    ...(misread.length > 0 && {
      patternProperties: Object.fromEntries(misread.map((column) => [exactly(column.title), schemaOf(column)])),
    }),
  }
}

function exactly(title: string): string {
  return `^${title.replace('$', String.raw`\$`)}$`
}
