/** Tables and columns as the whole data plane sees them. */
import { D1_LIMITS } from '../../lib/sql'
import type { ColumnType } from './column-types'

/** Characters of a table's or a column's name, prefix included. */
export const MAX_NAME = 255

/** Columns of a table: D1's limit, less the one that counts a row's writes. */
export const MAX_COLUMNS = D1_LIMITS.columns - 1

/** The largest Id that a client may choose: enough of those after it are whole numbers that JSON holds exactly. */
export const MAX_CHOSEN_ID = 2 ** 52

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
