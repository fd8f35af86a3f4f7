/**
 * The parameters of operations on rows, each written once: as the router takes it, as the document of the fixed routes has it,
 * and, with a table's fields in examples and choices, as the document of a project has it.
 */
import { z } from '@hono/zod-openapi'
import { primaryKey } from '../../data/catalog/catalog'
import type { Limits } from '../../data/query/page'
import type { Table } from '../../data/types/column'
import { groupFields, upsertFields } from '../../openapi/column'
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
} from '../../openapi/examples'
import { type NamedTable, capitalized } from '../../openapi/names'

type Described = Readonly<Record<string, unknown>>

interface Parameter {
  name: string
  in: 'query' | 'path' | 'header'
  description: string
  required?: boolean
  /** That it is missing is said by what reads it, and in better words: which values there are. */
  isMissedLater?: true
  /** One string by default. */
  schema?: { type: 'string' | 'integer'; minLength?: number; maxLength?: number; enum?: (string | number)[]; default?: number }
  example?: unknown
  examples?: Record<string, NamedExample>
  /** Names of fields, which may be given more than once. */
  isList?: true
  /** What it is for the rows of one table. */
  ofTable?: (table: Table) => Described
  /** What it is on a server with these limits. */
  ofLimits?: (limits: Limits) => Described
}

/** test/unit/openapi holds this against the operators that exist. */
const WHERE = [
  'A filter of conditions `(field,operator,value)`, joined by `~and`, `~or` and `~not` and grouped by parentheses. A field is a',
  'title, or a column id where the title holds a comma or a parenthesis. Operators: `eq` `neq` `not` `is` `isnot` `in` `null`',
  '`notnull` `empty` `notempty` `blank` `notblank` for every field; `gt` `ge` `gte` `lt` `le` `lte` `btw` `nbtw` for what has an',
  'order; `like` `nlike` for all but checkboxes; `checked` `notchecked` for checkboxes; `allof` `anyof` `nallof` `nanyof` for',
  'selects; `isWithin` for dates. `in`, `btw` and their like take values separated by commas; dates also `today`, `daysAgo,7`,',
  '`exactDate,2026-01-31` and so on. Also `w`.',
].join(' ')

/**
 * No minimum or maximum in the schemas of numbers: what lies outside is brought inside, not refused. And no
 * `contentMediaType` where the text is JSON: Swagger UI takes such a parameter for a file to upload, not to type.
 */
const PARAMETERS = {
  fields: {
    name: 'fields',
    in: 'query',
    description:
      'The fields to answer with, separated by commas: titles or column ids. All of them when left out. Also `f`; or one at a ' +
      'time as `fields[]`.',
    isList: true,
    ofTable: (table) => ({ examples: fieldsExamples(table) }),
  },
  sort: {
    name: 'sort',
    in: 'query',
    description:
      'The fields to sort by, separated by commas; a leading `-` sorts descending. The primary key decides between equals. ' +
      'Also `s`; or one at a time as `sort[]`.',
    isList: true,
    ofTable: (table) => ({ examples: sortExamples(table) }),
  },
  where: { name: 'where', in: 'query', description: WHERE, ofTable: (table) => ({ examples: whereExamples(table) }) },
  whereToWrite: {
    name: 'where',
    in: 'query',
    description:
      'Which rows, by a filter as that of the list. Left out or empty: **every row of the table**. Also `w`; under any other ' +
      'name it is refused.',
    ofTable: (table) => ({ examples: whereToWriteExamples(table) }),
  },
  filterArrJson: {
    name: 'filterArrJson',
    in: 'query',
    description:
      'A filter as JSON, for programs: `[{"fk_column_id", "comparison_op", "comparison_sub_op", "value", "logical_op", ' +
      '"is_group", "children"}]`. With `where`, both must hold.',
    ofTable: (table) => ({ examples: filterJsonExamples(table) }),
  },
  sortArrJson: {
    name: 'sortArrJson',
    in: 'query',
    description: 'The sort as JSON, for programs: `[{"fk_column_id", "direction"}]`. Used where `sort` is left out.',
    ofTable: (table) => ({ examples: sortJsonExamples(table) }),
  },
  groupColumn: {
    name: 'column_name',
    in: 'query',
    required: true,
    description: 'The field to group by: its column name, which is also its name in the answer.',
    ofTable: groupColumnOf,
  },
  groupColumnId: {
    name: 'groupColumnId',
    in: 'path',
    required: true,
    description: 'The id of the field to group by. It may have at most 100 values.',
    ofTable: groupColumnIdOf,
  },
  on: {
    name: 'on',
    in: 'query',
    required: true,
    isMissedLater: true,
    description: 'The field that says whether a row is there: a unique one, or the primary key.',
    ofTable: onOf,
  },
  rowId: {
    name: 'rowId',
    in: 'path',
    required: true,
    description: 'The primary key; the parts of a composite one, in order, joined by `___`.',
    ofTable: rowIdOf,
  },
  limit: {
    name: 'limit',
    in: 'query',
    description: 'Rows of the page; a number outside of what the server allows counts as the nearest inside. Also `l`.',
    schema: { type: 'integer' },
    ofLimits: limitOf,
  },
  offset: {
    name: 'offset',
    in: 'query',
    description: 'Rows before the page. Also `o`.',
    schema: { type: 'integer', default: 0 },
    example: 0,
  },
  cursor: {
    name: 'cursor',
    in: 'query',
    description:
      '`pageInfo.next` of the page before, with the same sort. In the order of the key, or ascending by an indexed field, the ' +
      'last page costs what the first does.',
    examples: { first: { summary: 'The first page', value: '' } },
  },
  shuffle: {
    name: 'shuffle',
    in: 'query',
    description: '1 for a random order. Also `r`.',
    schema: { type: 'integer', enum: [0, 1], default: 0 },
    example: 0,
  },
  bom: {
    name: 'bom',
    in: 'query',
    description: '0 leaves out the byte order mark, which tells spreadsheets that the file is UTF-8.',
    schema: { type: 'integer', enum: [0, 1], default: 1 },
    example: 1,
  },
  types: {
    name: 'types',
    in: 'query',
    description: '1 writes each heading as `Title (Type)`: such a file is imported with exactly these types.',
    schema: { type: 'integer', enum: [0, 1], default: 0 },
    example: 0,
  },
  groupSort: {
    name: 'sort',
    in: 'query',
    description: 'What to sort the groups by: `count`, or the field; a leading `-` sorts descending. Also `s`, `sort[]`.',
    isList: true,
    examples: {
      default: { summary: 'By the value', value: '' },
      largest: { summary: 'The largest group first', value: '-count' },
    },
  },
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'A name of your own for this write. Sent again within 24 hours, the same request takes effect once and is answered the ' +
      'same; another request under the same name is refused with 422.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
  ifMatch: {
    name: 'If-Match',
    in: 'header',
    description: 'The `ETag` of the row as you read it: refused with 412 when the row was changed meanwhile. `*` takes any.',
    schema: { type: 'string', minLength: 1 },
    example: '*',
  },
} as const satisfies Record<string, Parameter>

export type ParameterName = keyof typeof PARAMETERS

const parameterOf = (name: ParameterName): Parameter => PARAMETERS[name]

/** Those of the names that stand in one place, for the router: what they may hold is for data/query to read. */
export function requestParameters(place: Parameter['in'], names: readonly ParameterName[]): Record<string, z.ZodType> {
  const own = names.map(parameterOf).filter((parameter) => parameter.in === place)
  // Requests have the names of headers in small letters.
  return Object.fromEntries(own.map((one) => [place === 'header' ? one.name.toLowerCase() : one.name, toZod(one)]))
}

function toZod({ name, in: place, description, required = false, isMissedLater, schema, example, isList }: Parameter): z.ZodType {
  const text = isList === true ? z.union([z.string(), z.array(z.string())]) : z.string()
  const param = {
    name: place === 'header' ? name.toLowerCase() : name,
    in: place,
    required,
    ...(example !== undefined && { example }),
  }
  const described = { type: 'string' as const, ...schema, description, param }
  return required && isMissedLater !== true ? text.openapi(described) : text.optional().openapi(described)
}

/** A reference to the parameter as operations of the table hold it. */
export function parameterRef(table: NamedTable, name: ParameterName): Described {
  return { $ref: `#/components/parameters/${isOfTable(name) ? componentName(table, name) : name}` }
}

function isOfTable(name: ParameterName): boolean {
  return parameterOf(name).ofTable !== undefined
}

/** Not the bare name: generators make types of parameters, too, and there is a schema of that name. */
function componentName({ codeName }: NamedTable, name: string): string {
  return `${codeName}${capitalized(name)}Parameter`
}

/** The components that all tables share. */
export function sharedParameters(limits: Limits): Described {
  const names = (Object.keys(PARAMETERS) as ParameterName[]).filter((name) => !isOfTable(name))
  return Object.fromEntries(names.map((name) => [name, describe(parameterOf(name), parameterOf(name).ofLimits?.(limits))]))
}

/** The components of a table with these names; those that all tables share are sharedParameters(). */
export function tableParameters(table: NamedTable, names: readonly ParameterName[]): Described {
  return Object.fromEntries(
    names
      .filter(isOfTable)
      .map((name) => [componentName(table, name), describe(parameterOf(name), parameterOf(name).ofTable?.(table))]),
  )
}

function describe(parameter: Parameter, more: Described = {}): Described {
  const {
    isList: _list,
    isMissedLater: _later,
    ofTable: _table,
    ofLimits: _limits,
    schema = { type: 'string' },
    ...own
  } = parameter
  return { ...own, schema, ...more }
}

function limitOf({ min, max, default: usual }: Limits): Described {
  const limit = Math.max(Math.min(usual, max), min)
  return {
    description: `Rows of the page, from ${min} to ${max}; a number outside counts as the nearest inside. Also \`l\`.`,
    schema: { type: 'integer', default: limit },
    example: limit,
  }
}

function groupColumnOf(table: Table): Described {
  const columns = groupFields(table)
  return {
    schema: { type: 'string', enum: columns.map(({ columnName }) => columnName) },
    example: groupExample(columns)?.columnName,
  }
}

function groupColumnIdOf({ columns }: Table): Described {
  return { schema: { type: 'string', enum: columns.map(({ id }) => id) }, example: groupExample(columns)?.id }
}

function onOf(table: Table): Described {
  const fields = upsertFields(table)
  return { schema: { type: 'string', enum: fields.map(({ title }) => title) }, example: fields[0]?.title }
}

function rowIdOf(table: Table): Described {
  const keys = primaryKey(table)
  const example = rowIdExample(table)
  return {
    description: keys.length > 1 ? 'The parts of the primary key, in order, joined by `___`.' : 'The primary key.',
    schema: keys.length === 1 && keys[0]?.autoIncrement === true ? { type: 'integer' } : { type: 'string', minLength: 1 },
    ...(example !== undefined && { example }),
  }
}
