/** Tables and columns as the whole data plane sees them. */
import { D1_LIMITS } from '../../lib/sql'

/** Characters of a table's or a column's name, prefix included. */
export const MAX_NAME = 255

/** Columns of a table: D1's limit, less the one that counts a row's writes. */
export const MAX_COLUMNS = D1_LIMITS.columns - 1

/** The largest Id that a client may choose: enough of those after it are whole numbers that JSON holds exactly. */
export const MAX_CHOSEN_ID = 2 ** 52

/** How a column type behaves, by the names clients use (contract/api-v1.md 3.5). */
export const COLUMN_TYPES = {
  ID: { sql: 'INTEGER', kind: 'integer', dt: 'integer' },
  SingleLineText: { sql: 'TEXT', kind: 'text', dt: 'varchar' },
  LongText: { sql: 'TEXT', kind: 'text', dt: 'text' },
  Attachment: { sql: 'TEXT', kind: 'json', dt: 'text' },
  Checkbox: { sql: 'INTEGER', kind: 'boolean', dt: 'boolean' },
  SingleSelect: { sql: 'TEXT', kind: 'select', dt: 'text' },
  MultiSelect: { sql: 'TEXT', kind: 'multiselect', dt: 'text' },
  Number: { sql: 'INTEGER', kind: 'integer', dt: 'integer' },
  Decimal: { sql: 'REAL', kind: 'number', dt: 'decimal' },
  Currency: { sql: 'REAL', kind: 'number', dt: 'double precision' },
  Percent: { sql: 'REAL', kind: 'number', dt: 'double' },
  Duration: { sql: 'REAL', kind: 'number', dt: 'decimal' },
  Rating: { sql: 'INTEGER', kind: 'integer', dt: 'integer' },
  Date: { sql: 'TEXT', kind: 'date', dt: 'date' },
  DateTime: { sql: 'TEXT', kind: 'datetime', dt: 'datetime' },
  CreateTime: { sql: 'TEXT', kind: 'datetime', dt: 'datetime' },
  LastModifiedTime: { sql: 'TEXT', kind: 'datetime', dt: 'datetime' },
  Time: { sql: 'TEXT', kind: 'time', dt: 'time' },
  Year: { sql: 'INTEGER', kind: 'integer', dt: 'year' },
  Email: { sql: 'TEXT', kind: 'text', dt: 'varchar' },
  URL: { sql: 'TEXT', kind: 'text', dt: 'varchar' },
  PhoneNumber: { sql: 'TEXT', kind: 'text', dt: 'varchar' },
  JSON: { sql: 'TEXT', kind: 'json', dt: 'text' },
  GeoData: { sql: 'TEXT', kind: 'text', dt: 'text' },
  AutoNumber: { sql: 'INTEGER', kind: 'integer', dt: 'integer' },
  Count: { sql: 'INTEGER', kind: 'integer', dt: 'integer' },
  ForeignKey: { sql: 'TEXT', kind: 'text', dt: 'varchar' },
  Collaborator: { sql: 'TEXT', kind: 'text', dt: 'varchar' },
  Geometry: { sql: 'TEXT', kind: 'text', dt: 'varchar' },
  Button: { sql: 'TEXT', kind: 'text', dt: 'varchar' },
  SpecificDBType: { sql: 'TEXT', kind: 'text', dt: 'varchar' },
} as const satisfies Record<string, { sql: 'INTEGER' | 'REAL' | 'TEXT'; kind: ValueKind; dt: string }>

/** Types without a column in SQL: contract/api-v1.md 3.5. */
export const VIRTUAL_TYPES = ['LinkToAnotherRecord', 'Lookup', 'Rollup', 'Formula', 'Barcode', 'QrCode', 'Links'] as const

export type ColumnType = keyof typeof COLUMN_TYPES

/**
 * The few ways in which values differ in SQL and in JSON.
 * date `2026-01-31`; datetime `2026-01-31 09:30:00+00:00` (UTC); time `09:30:00`: all TEXT that sorts as time does.
 * boolean is 0/1 in SQL; multiselect is a comma-joined TEXT; json is JSON text.
 */
export type ValueKind =
  | 'text'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'time'
  | 'select'
  | 'multiselect'
  | 'json'

/** What its values are. */
export function kindOf({ type }: Pick<Column, 'type'>): (typeof COLUMN_TYPES)[ColumnType]['kind'] {
  return COLUMN_TYPES[type].kind
}

/** Which columns the server fills by itself, and when. */
export type AutoValue = 'created_at' | 'updated_at'

export interface SelectOption {
  id: string
  title: string
  color: string | null
}

export interface Column {
  id: string
  /** The API field name: response keys, `fields`, `sort`, `where`. Any Unicode text. */
  title: string
  /** The name clients call physical: group-by output, and accepted as a key in writes. */
  columnName: string
  /** The name in D1, `c1`, `c2`, …: generated, never the user's text. The only name that reaches SQL. */
  physicalName: string
  type: ColumnType
  primaryKey: boolean
  /** The database hands out the value (INTEGER PRIMARY KEY). */
  autoIncrement: boolean
  auto: AutoValue | null
  required: boolean
  unique: boolean
  /** The column shown as a row's name. */
  displayValue: boolean
  /** As given by the client, or null. */
  defaultValue: string | null
  options: readonly SelectOption[]
  order: number
  meta: Record<string, unknown> | null
  createdAt: number
  updatedAt: number
}

/** How the server makes up the keys of rows that bring none: as `meta.ag` asks for it, null where the client must bring them. */
export function keyMaker({ meta }: Pick<Column, 'meta'>): 'nc' | 'uuid' | null {
  const wanted = meta?.['ag']
  if (wanted === undefined || wanted === null || wanted === false || wanted === '') return null
  return wanted === 'nc' ? 'nc' : 'uuid'
}

/** Stars of a rating that does not say how many it has. */
const DEFAULT_STARS = 5

/** The most stars of a rating, as its `meta.max` has them: a whole number, which column-request.ts sees to. */
export function ratingMax({ meta }: Pick<Column, 'meta'>): number {
  const max = meta?.['max']
  return isRatingMax(max) ? Number(max) : DEFAULT_STARS
}

export function isRatingMax(max: unknown): boolean {
  return (typeof max === 'number' || typeof max === 'string') && /^[1-9]\d{0,2}$/.test(String(max))
}

export interface Table {
  id: string
  projectId: string
  title: string
  tableName: string
  /** The name in D1: generated, never the user's text. */
  physicalName: string
  viewId: string
  order: number
  meta: Record<string, unknown> | null
  createdAt: number
  updatedAt: number
  /** In column order. */
  columns: readonly Column[]
}
