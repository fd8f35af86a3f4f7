/** The parameters of data operations, each written once: those that name fields per table, the others for all. */
import { primaryKey } from '../data/catalog/catalog'
import type { Table } from '../data/types/column'
import type { Limits } from '../data/query/page'
import { groupFields, upsertFields } from './column'
import {
  type NamedExample,
  fieldsExamples,
  filterJsonExamples,
  groupExample,
  rowIdExample,
  sortExamples,
  sortJsonExamples,
  whereExamples,
  whereToWriteExamples,
} from './examples'
import { type NamedTable, capitalized } from './names'

type Described = Readonly<Record<string, unknown>>

/** test/unit/openapi holds this against the operators that exist. */
const WHERE = [
  'A filter of conditions `(field,operator,value)`, joined by `~and`, `~or` and `~not` and grouped by parentheses. A field is a',
  'title, or a column id where the title holds a comma or a parenthesis. Operators: `eq` `neq` `not` `is` `isnot` `in` `null`',
  '`notnull` `empty` `notempty` `blank` `notblank` for every field; `gt` `ge` `gte` `lt` `le` `lte` `btw` `nbtw` for what has an',
  'order; `like` `nlike` for all but checkboxes; `checked` `notchecked` for checkboxes; `allof` `anyof` `nallof` `nanyof` for',
  'selects; `isWithin` for dates. `in`, `btw` and their like take values separated by commas; dates also `today`, `daysAgo,7`,',
  '`exactDate,2026-01-31` and so on. Also `w`.',
].join(' ')

const OF_TABLE = {
  fields: (table) =>
    text(
      'fields',
      'The fields to answer with, separated by commas: titles or column ids. All of them when left out. Also `f`; or one at a ' +
        'time as `fields[]`.',
      fieldsExamples(table),
    ),
  sort: (table) =>
    text(
      'sort',
      'The fields to sort by, separated by commas; a leading `-` sorts descending. The primary key decides between equals. ' +
        'Also `s`; or one at a time as `sort[]`.',
      sortExamples(table),
    ),
  where: (table) => text('where', WHERE, whereExamples(table)),
  whereToWrite: (table) =>
    text(
      'where',
      'Which rows, by a filter as that of the list. Left out or empty: **every row of the table**. Also `w`; under any other ' +
        'name it is refused.',
      whereToWriteExamples(table),
    ),
  filterArrJson: (table) =>
    text(
      'filterArrJson',
      'A filter as JSON, for programs: `[{"fk_column_id", "comparison_op", "comparison_sub_op", "value", "logical_op", ' +
        '"is_group", "children"}]`. With `where`, both must hold.',
      filterJsonExamples(table),
    ),
  sortArrJson: (table) =>
    text(
      'sortArrJson',
      'The sort as JSON, for programs: `[{"fk_column_id", "direction"}]`. Used where `sort` is left out.',
      sortJsonExamples(table),
    ),
  groupColumn: groupColumnParameter,
  groupColumnId: groupColumnIdParameter,
  on: onParameter,
  rowId: rowIdParameter,
} as const satisfies Record<string, (table: Table) => Described>

type OfTable = keyof typeof OF_TABLE

/** No minimum or maximum in the schemas of numbers: what lies outside is brought inside, not refused. */
const SHARED = {
  limit: ({ min, max, default: usual }) => {
    const limit = Math.max(Math.min(usual, max), min)
    return {
      name: 'limit',
      in: 'query',
      description: `Rows of the page, from ${min} to ${max}; a number outside counts as the nearest inside. Also \`l\`.`,
      schema: { type: 'integer', default: limit },
      example: limit,
    }
  },
  offset: () => ({
    name: 'offset',
    in: 'query',
    description: 'Rows before the page. Also `o`.',
    schema: { type: 'integer', default: 0 },
    example: 0,
  }),
  cursor: () =>
    text(
      'cursor',
      '`pageInfo.next` of the page before, with the same sort. In the order of the key, or ascending by an indexed field, the ' +
        'last page costs what the first does.',
      {
        first: { summary: 'The first page', value: '' },
      },
    ),
  shuffle: () => ({
    name: 'shuffle',
    in: 'query',
    description: '1 for a random order. Also `r`.',
    schema: { type: 'integer', enum: [0, 1], default: 0 },
    example: 0,
  }),
  bom: () => ({
    name: 'bom',
    in: 'query',
    description: '0 leaves out the byte order mark, which tells spreadsheets that the file is UTF-8.',
    schema: { type: 'integer', enum: [0, 1], default: 1 },
    example: 1,
  }),
  types: () => ({
    name: 'types',
    in: 'query',
    description: '1 writes each heading as `Title (Type)`: such a file is imported with exactly these types.',
    schema: { type: 'integer', enum: [0, 1], default: 0 },
    example: 0,
  }),
  groupSort: () =>
    text('sort', 'What to sort the groups by: `count`, or the field; a leading `-` sorts descending. Also `s`, `sort[]`.', {
      default: { summary: 'By the value', value: '' },
      largest: { summary: 'The largest group first', value: '-count' },
    }),
  idempotencyKey: () => ({
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'A name of your own for this write. Sent again within 24 hours, the same request takes effect once and is answered the ' +
      'same; another request under the same name is refused with 422.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  }),
  ifMatch: () => ({
    name: 'If-Match',
    in: 'header',
    description: 'The `ETag` of the row as you read it: refused with 412 when the row was changed meanwhile. `*` takes any.',
    schema: { type: 'string', minLength: 1 },
    example: '*',
  }),
} as const satisfies Record<string, (limits: Limits) => Described>

type Shared = keyof typeof SHARED

export type ParameterName = OfTable | Shared

/** A reference to the parameter as operations of the table hold it. */
export function parameterRef(table: NamedTable, name: ParameterName): Described {
  return { $ref: `#/components/parameters/${name in SHARED ? name : nameOf(table, name)}` }
}

/** Not the bare name: generators make types of parameters, too, and there is a schema of that name. */
function nameOf({ codeName }: NamedTable, name: string): string {
  return `${codeName}${capitalized(name)}Parameter`
}

export function sharedParameters(limits: Limits): Described {
  return Object.fromEntries(Object.entries(SHARED).map(([name, describe]) => [name, describe(limits)]))
}

/** The components of a table with these names; those that all tables share are sharedParameters(). */
export function tableParameters(table: NamedTable, names: readonly ParameterName[]): Described {
  return Object.fromEntries(
    Object.entries(OF_TABLE)
      .filter(([name]) => names.some((used) => used === name))
      .map(([name, describe]) => [nameOf(table, name), describe(table)]),
  )
}

/** Without `contentMediaType` where the text is JSON: Swagger UI takes such a parameter for a file to upload, not to type. */
function text(name: string, description: string, examples: Record<string, NamedExample>): Described {
  return { name, in: 'query', description, schema: { type: 'string' }, examples }
}

function groupColumnParameter(table: Table): Described {
  const columns = groupFields(table)
  return {
    name: 'column_name',
    in: 'query',
    required: true,
    description: 'The field to group by: its column name, which is also its name in the answer.',
    schema: { type: 'string', enum: columns.map(({ columnName }) => columnName) },
    example: groupExample(columns)?.columnName,
  }
}

function groupColumnIdParameter(table: Table): Described {
  return {
    name: 'groupColumnId',
    in: 'path',
    required: true,
    description: 'The id of the field to group by. It may have at most 100 values.',
    schema: { type: 'string', enum: table.columns.map(({ id }) => id) },
    example: groupExample(table.columns)?.id,
  }
}

function onParameter(table: Table): Described {
  const fields = upsertFields(table)
  return {
    name: 'on',
    in: 'query',
    required: true,
    description: 'The field that says whether a row is there: a unique one, or the primary key.',
    schema: { type: 'string', enum: fields.map(({ title }) => title) },
    example: fields[0]?.title,
  }
}

function rowIdParameter(table: Table): Described {
  const keys = primaryKey(table)
  const example = rowIdExample(table)
  return {
    name: 'rowId',
    in: 'path',
    required: true,
    description: keys.length > 1 ? 'The parts of the primary key, in order, joined by `___`.' : 'The primary key.',
    schema: keys.length === 1 && keys[0]?.autoIncrement === true ? { type: 'integer' } : { type: 'string', minLength: 1 },
    ...(example !== undefined && { example }),
  }
}
