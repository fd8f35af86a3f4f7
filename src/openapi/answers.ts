/** What data operations answer when all is well, and the bodies they take: components, which several operations share. */
import { MAX_BULK_ROWS } from '../data/records/bulk'
import {
  changeExample,
  changesExample,
  keysExample,
  newRowExample,
  newRowsExample,
  togetherExample,
  upsertExample,
} from './examples'
import { COST, headerRefs } from './headers'
import { type NamedTable, capitalized } from './names'
import { type JsonSchema, type SchemaKind, schemaRef } from './schemas'

type Described = Readonly<Record<string, unknown>>

const READ = headerRefs(...COST)
const WRITE = headerRefs(...COST, 'idempotency-replayed')

const COUNT: JsonSchema = { type: 'integer', minimum: 0 }

/** `{count, <column name>}` for each value. The name of the second member depends on what is asked for. */
const GROUPED: JsonSchema = {
  type: 'object',
  properties: {
    list: {
      type: 'array',
      items: {
        type: 'object',
        properties: { count: COUNT },
        required: ['count'],
        additionalProperties: { description: 'The value, under the column name' },
      },
    },
    pageInfo: { $ref: '#/components/schemas/PageInfo' },
  },
  required: ['list', 'pageInfo'],
}

const NEW_ROW: JsonSchema = {
  type: 'object',
  properties: {
    rowId: { type: 'string', description: 'As paths name the row' },
    version: { type: 'integer', description: 'The number in its `ETag`' },
  },
  required: ['rowId', 'version'],
}

const NEW_ROWS: JsonSchema = {
  type: 'object',
  properties: { inserted: { type: 'array', items: NEW_ROW }, restored: { type: 'array', items: NEW_ROW } },
  required: ['inserted', 'restored'],
}

const SHARED = {
  count: jsonAnswer('How many rows match', { type: 'object', properties: { count: COUNT }, required: ['count'] }),
  grouped: jsonAnswer('The values, and how many rows have each; `pageInfo.totalRows` counts rows', GROUPED),
  exists: jsonAnswer('Whether the row is there', { type: 'boolean' }),
  deleted: jsonAnswer('How many rows were deleted: 1', { type: 'integer', minimum: 1, maximum: 1 }, WRITE),
  changed: jsonAnswer('How many rows', COUNT, WRITE),
  newRows: jsonAnswer('The new rows, each list in the order of the request', NEW_ROWS, WRITE),
  csv: {
    description: 'The file, streamed',
    headers: headerRefs(...COST, 'content-disposition', 'nc-export-offset'),
    content: { 'text/csv': { schema: { type: 'string' } } },
  },
} as const satisfies Record<string, Described>

const OF_TABLE = {
  page: { description: 'The page', schema: 'page', headers: READ },
  found: { description: 'The row; an empty object when none matches', schema: 'fields', headers: READ },
  groups: { description: 'The groups, one of rows without a value among them', schema: 'groups', headers: READ },
  row: { description: 'The whole row as it is stored', schema: 'row', headers: { ...headerRefs('etag'), ...WRITE } },
  read: { description: 'The row', schema: 'fields', headers: { ...headerRefs('etag'), ...READ } },
  keys: { description: 'The keys of the rows, in the order of the request', schema: 'keys', headers: WRITE },
} as const satisfies Record<string, { description: string; schema: SchemaKind; headers: Described }>

export type AnswerName = keyof typeof SHARED | keyof typeof OF_TABLE

export function answerRef(table: NamedTable, name: AnswerName): Described {
  return { $ref: `#/components/responses/${name in SHARED ? name : answerName(table, name)}` }
}

function answerName({ codeName }: NamedTable, name: string): string {
  return `${codeName}${capitalized(name)}Answer`
}

export function sharedAnswers(): Described {
  return SHARED
}

/** The components of a table with these names; those that all tables share are sharedAnswers(). */
export function tableAnswers(table: NamedTable, names: readonly AnswerName[]): Described {
  return Object.fromEntries(
    Object.entries(OF_TABLE)
      .filter(([name]) => names.some((used) => used === name))
      .map(([name, { description, schema, headers }]) => [
        answerName(table, name),
        jsonAnswer(description, schemaRef(table, schema), headers),
      ]),
  )
}

function jsonAnswer(description: string, schema: JsonSchema, headers: Described = READ): Described {
  return { description, headers, content: { 'application/json': { schema } } }
}

const BODIES = {
  new: (table) => jsonBody(schemaRef(table, 'new'), newRowExample(table)),
  change: (table) => jsonBody(schemaRef(table, 'change'), changeExample(table)),
  newRows: (table) => jsonBody(many(schemaRef(table, 'new')), newRowsExample(table)),
  upsert: (table) => jsonBody(many(schemaRef(table, 'upsert')), upsertExample(table)),
  changes: (table) => jsonBody(many(schemaRef(table, 'keyed')), changesExample(table)),
  together: (table) => jsonBody(together(table), togetherExample(table)),
  keys: (table) => jsonBody({ ...many(schemaRef(table, 'key')), uniqueItems: true }, keysExample(table)),
} as const satisfies Record<string, (table: NamedTable) => Described>

export type BodyName = keyof typeof BODIES

/** What follows the name of the table in the name of a body. */
const BODY_SUFFIXES: Readonly<Record<BodyName, string>> = {
  new: 'NewRowBody',
  change: 'ChangeBody',
  newRows: 'NewRowsBody',
  upsert: 'UpsertBody',
  changes: 'ChangesByKeyBody',
  together: 'ChangesTogetherBody',
  keys: 'KeysBody',
}

export function bodyRef(table: NamedTable, name: BodyName): Described {
  return { $ref: `#/components/requestBodies/${bodyName(table, name)}` }
}

function bodyName({ codeName }: NamedTable, name: BodyName): string {
  return `${codeName}${BODY_SUFFIXES[name]}`
}

export function tableBodies(table: NamedTable, names: readonly BodyName[]): Described {
  return Object.fromEntries(names.map((name) => [bodyName(table, name), BODIES[name](table)]))
}

function together(table: NamedTable): JsonSchema {
  const versioned = (row: JsonSchema): JsonSchema => ({
    type: 'object',
    properties: { row, version: { type: 'integer', minimum: 0 } },
    required: ['row'],
    additionalProperties: false,
  })
  return {
    type: 'object',
    properties: {
      insert: many(schemaRef(table, 'new')),
      restore: many(schemaRef(table, 'row')),
      update: many(versioned(schemaRef(table, 'keyed'))),
      delete: many(versioned(schemaRef(table, 'key'))),
    },
    additionalProperties: false,
  }
}

function many(items: JsonSchema): JsonSchema {
  return { type: 'array', items, maxItems: MAX_BULK_ROWS }
}

function jsonBody(schema: JsonSchema, example: unknown): Described {
  return { required: true, content: { 'application/json': { schema, ...(example !== undefined && { example }) } } }
}
