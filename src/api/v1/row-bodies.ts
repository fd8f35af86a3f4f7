/**
 * What operations on rows take and answer, each shape written once: as the router checks it, which knows no table, and as the
 * document of a project has it, by the table's own fields.
 */
import { z } from '@hono/zod-openapi'
import { MAX_BULK_ROWS } from '../../data/records/bulk'
import { PageInfo } from '../../http/page'
import {
  changeExample,
  changesExample,
  keysExample,
  newRowExample,
  newRowsExample,
  togetherExample,
  upsertExample,
} from '../../openapi/examples'
import { COST, type HeaderName, headerRefs } from '../../openapi/headers'
import { type NamedTable, capitalized } from '../../openapi/names'
import { type JsonSchema, type SchemaKind, schemaRef } from '../../openapi/schemas'

type Described = Readonly<Record<string, unknown>>

/** Not z.record(): that drops a field called `__proto__`, and a field may have any name. */
const RowBody = z
  .custom<Record<string, unknown>>(
    (body) => typeof body === 'object' && body !== null && !Array.isArray(body),
    'must be an object',
  )
  .openapi('Row', { type: 'object', additionalProperties: true, description: 'Values by field title' })

/** Not an extension of PageInfo: documents would say that every answer is one, and it has no `page` after a cursor. */
export const CursorPageInfo = z
  .object({
    ...PageInfo.shape,
    page: PageInfo.shape.page.optional().openapi({ description: 'offset / limit + 1, not rounded; not known after a `cursor`' }),
    next: z.string().optional().openapi({ description: 'The `cursor` of the next page; absent on the last one' }),
  })
  .openapi('CursorPageInfo')

const PageBody = z.object({ list: z.array(RowBody), pageInfo: CursorPageInfo })
const GroupsBody = z.array(z.object({ key: z.unknown().openapi({ description: 'The value; null for none' }), value: PageBody }))
/** The name of its second member depends on what is asked for. */
const Group = z.custom<Record<string, unknown>>().openapi({
  type: 'object',
  properties: { count: { type: 'integer', minimum: 0 } },
  required: ['count'],
  additionalProperties: { description: 'The value, under the column name' },
})
const GroupedBody = z.object({ list: z.array(Group), pageInfo: PageInfo })
const CountBody = z.object({ count: z.number().int().min(0) }).openapi('Count')
const KeysBody = z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))).openapi('Keys', {
  description: 'Keys of the rows by column name, in the order of the request',
  example: [{ id: 1 }, { id: 2 }],
})
const NewRows = z.array(
  z.object({
    rowId: z.string().openapi({ description: 'As paths name the row' }),
    version: z.number().int().openapi({ description: 'The number in its `ETag`' }),
  }),
)

const Rows = z.array(RowBody).max(MAX_BULK_ROWS)
const VersionedRows = z
  .array(
    z.strictObject({
      row: RowBody,
      version: z.number().int().nonnegative().optional().openapi({ description: 'The number in the `ETag` of the row' }),
    }),
  )
  .max(MAX_BULK_ROWS)
const Changes = z
  .strictObject({
    insert: Rows.optional(),
    restore: Rows.optional(),
    update: VersionedRows.optional(),
    delete: VersionedRows.optional(),
  })
  .openapi('RowChanges')

interface Answer {
  description: string
  body: z.ZodType
  /** What the body is of a table; the same for all tables where it is left out. */
  ofTable?: SchemaKind
  /** JSON by default. */
  type?: 'text/csv'
  /** Beside those that say what the request cost. */
  headers: readonly HeaderName[]
}

const WRITE = ['idempotency-replayed'] as const

/** Of success. */
const ANSWERS = {
  page: { description: 'The page', body: PageBody, ofTable: 'page', headers: [] },
  found: { description: 'The row; an empty object when none matches', body: RowBody, ofTable: 'fields', headers: [] },
  groups: {
    description: 'The groups, one of rows without a value among them',
    body: GroupsBody,
    ofTable: 'groups',
    headers: [],
  },
  row: { description: 'The whole row as it is stored', body: RowBody, ofTable: 'row', headers: ['etag', ...WRITE] },
  read: { description: 'The row', body: RowBody, ofTable: 'fields', headers: ['etag'] },
  keys: { description: 'The keys of the rows, in the order of the request', body: KeysBody, ofTable: 'keys', headers: WRITE },
  count: { description: 'How many rows match', body: CountBody, headers: [] },
  grouped: {
    description: 'The values, and how many rows have each; `pageInfo.totalRows` counts rows',
    body: GroupedBody,
    headers: [],
  },
  exists: { description: 'Whether the row is there', body: z.boolean(), headers: [] },
  deleted: { description: 'How many rows were deleted: 1', body: z.number().int().min(1).max(1), headers: WRITE },
  changed: { description: 'How many rows', body: z.number().int().min(0), headers: WRITE },
  newRows: {
    description: 'The new rows, each list in the order of the request',
    body: z.object({ inserted: NewRows, restored: NewRows }).openapi('RowChangesAnswer'),
    headers: WRITE,
  },
  csv: {
    description: 'The file, streamed',
    body: z.string(),
    type: 'text/csv',
    headers: ['content-disposition', 'nc-export-offset'],
  },
} as const satisfies Record<string, Answer>

export type AnswerName = keyof typeof ANSWERS

/** What the handler of an operation gives. */
export type AnswerOf<Name extends AnswerName> = Name extends 'csv' ? Response : z.input<(typeof ANSWERS)[Name]['body']>

const answerOf = (name: AnswerName): Answer => ANSWERS[name]

/** For the router, and the document of the fixed routes. */
export function answerForRouter(name: AnswerName) {
  const { description, body, type = 'application/json', headers } = answerOf(name)
  return { description, headers: headerRefs(...headers), content: { [type]: { schema: body } } }
}

export function answerRef(table: NamedTable, name: AnswerName): Described {
  return { $ref: `#/components/responses/${answerOf(name).ofTable === undefined ? name : answerName(table, name)}` }
}

function answerName({ codeName }: NamedTable, name: AnswerName): string {
  return `${codeName}${capitalized(name)}Answer`
}

/** The shapes of the answers that all tables share, for whoever makes JSON Schema of them. */
export function sharedAnswerBodies(): [AnswerName, z.ZodType][] {
  const names = Object.keys(ANSWERS) as AnswerName[]
  return names.filter((name) => answerOf(name).ofTable === undefined).map((name) => [name, answerOf(name).body])
}

/** The components of answers with these names; those of tables are tableAnswers(). */
export function sharedAnswers(schemas: Readonly<Record<string, JsonSchema>>): Described {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, describe(name as AnswerName, schema)]))
}

/** The components of a table with these names; those that all tables share are sharedAnswers(). */
export function tableAnswers(table: NamedTable, names: readonly AnswerName[]): Described {
  return Object.fromEntries(
    names.flatMap((name) => {
      const { ofTable } = answerOf(name)
      return ofTable === undefined ? [] : [[answerName(table, name), describe(name, schemaRef(table, ofTable))]]
    }),
  )
}

function describe(name: AnswerName, schema: JsonSchema): Described {
  const { description, type = 'application/json', headers } = answerOf(name)
  return { description, headers: headerRefs(...COST, ...headers), content: { [type]: { schema } } }
}

interface Body {
  body: z.ZodType
  /** What follows the name of the table in the name of the component. */
  suffix: string
  ofTable: (table: NamedTable) => JsonSchema
  example: (table: NamedTable) => unknown
}

const BODIES = {
  new: { body: RowBody, suffix: 'NewRowBody', ofTable: (table) => schemaRef(table, 'new'), example: newRowExample },
  change: { body: RowBody, suffix: 'ChangeBody', ofTable: (table) => schemaRef(table, 'change'), example: changeExample },
  newRows: {
    body: Rows,
    suffix: 'NewRowsBody',
    ofTable: (table) => many(schemaRef(table, 'new')),
    example: newRowsExample,
  },
  upsert: {
    body: Rows,
    suffix: 'UpsertBody',
    ofTable: (table) => many(schemaRef(table, 'upsert')),
    example: upsertExample,
  },
  changes: {
    body: Rows,
    suffix: 'ChangesByKeyBody',
    ofTable: (table) => many(schemaRef(table, 'keyed')),
    example: changesExample,
  },
  together: { body: Changes, suffix: 'ChangesTogetherBody', ofTable: together, example: togetherExample },
  keys: {
    body: Rows,
    suffix: 'KeysBody',
    ofTable: (table) => ({ ...many(schemaRef(table, 'key')), uniqueItems: true }),
    example: keysExample,
  },
} as const satisfies Record<string, Body>

export type BodyName = keyof typeof BODIES

/** What the handler of an operation is given. */
export type BodyOf<Name extends BodyName> = z.output<(typeof BODIES)[Name]['body']>

export function bodyForRouter(name: BodyName): z.ZodType {
  return BODIES[name].body
}

export function bodyRef(table: NamedTable, name: BodyName): Described {
  return { $ref: `#/components/requestBodies/${bodyName(table, name)}` }
}

function bodyName({ codeName }: NamedTable, name: BodyName): string {
  return `${codeName}${BODIES[name].suffix}`
}

export function tableBodies(table: NamedTable, names: readonly BodyName[]): Described {
  return Object.fromEntries(names.map((name) => [bodyName(table, name), describeBody(table, BODIES[name])]))
}

function describeBody(table: NamedTable, { ofTable, example }: Body): Described {
  const shown = example(table)
  return {
    required: true,
    content: { 'application/json': { schema: ofTable(table), ...(shown !== undefined && { example: shown }) } },
  }
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
