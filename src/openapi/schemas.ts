/** From the catalog to JSON Schema: what a table's rows look like in answers, and what they may be in requests. */
import { primaryKey } from '../data/catalog/catalog'
import { type Column, MAX_CHOSEN_ID, keyMaker } from '../data/types/column'
import { defaultOf, isMisread, isReadOnly, isRequiredOnInsert, takesNull, upsertFields } from './column'
import { NO_KEYS } from '../data/records/row'
import { exampleValue } from './examples'
import type { NamedTable } from './names'
import { type ColumnType, kindOf } from '../data/types/column-types'
import type { Shape, Way } from '../data/types/kind'
import { rulesOf } from '../data/types/kinds'

export type JsonSchema = Readonly<Record<string, unknown>>

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
  const shape = rulesOf(column).schema(column, isReadOnly(column) ? 'answer' : way)
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
  const shape = rulesOf(column).schema(column, 'request')
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
  return { type: STORED[rulesOf(column).sql] }
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
