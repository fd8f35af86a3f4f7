/** The catalog's rows in the control database. */
import { ApiError } from '../../errors'
import { batch, first } from '../../lib/d1'
import { type Sql, sql } from '../../lib/sql'
import { type Orphan, isOrphan } from './orphans'
import type { AutoValue, Column, SelectOption, Table } from '../types/column'
import type { ColumnType } from '../types/column-types'

interface TableRow {
  id: string
  project_id: string
  view_id: string
  title: string
  table_name: string
  physical_name: string
  meta: string | null
  order: number
  created_at: number
  updated_at: number
}

interface ColumnRow {
  id: string
  table_id: string
  title: string
  column_name: string
  physical_name: string
  type: ColumnType
  primary_key: number
  auto_increment: number
  auto: AutoValue | null
  required: number
  unique: number
  display_value: number
  default_value: string | null
  options: string
  meta: string | null
  order: number
  created_at: number
  updated_at: number
}

/** How a table's physical table is known among the orphans. */
export function physicalTable(table: Pick<Table, 'physicalName'>): Orphan {
  return { kind: 'table', table: table.physicalName, column: '' }
}

/** All tables of a project with their columns, in one round trip. */
export async function loadTables(db: D1Database, projectId: string): Promise<Table[]> {
  const [tables, columns] = await batch(db, [
    sql<TableRow>`SELECT * FROM tables WHERE project_id = ${projectId} ORDER BY "order", created_at, id`,
    sql<ColumnRow>`SELECT c.* FROM columns c JOIN tables t ON t.id = c.table_id WHERE t.project_id = ${projectId} ORDER BY c."order", c.rowid`,
  ])
  const columnsOf = Map.groupBy(columns.results, (column) => column.table_id)
  return tables.results.map((row) => toTable(row, columnsOf.get(row.id) ?? []))
}

function toTable(row: TableRow, columns: readonly ColumnRow[]): Table {
  return {
    id: row.id,
    projectId: row.project_id,
    viewId: row.view_id,
    title: row.title,
    tableName: row.table_name,
    physicalName: row.physical_name,
    meta: parseObject(row.meta),
    order: row.order,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    columns: columns.map(toColumn),
  }
}

function toColumn(row: ColumnRow): Column {
  return {
    id: row.id,
    title: row.title,
    columnName: row.column_name,
    physicalName: row.physical_name,
    type: row.type,
    primaryKey: row.primary_key === 1,
    autoIncrement: row.auto_increment === 1,
    auto: row.auto,
    required: row.required === 1,
    unique: row.unique === 1,
    displayValue: row.display_value === 1,
    defaultValue: row.default_value,
    options: JSON.parse(row.options) as SelectOption[],
    meta: parseObject(row.meta),
    order: row.order,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function parseObject(text: string | null): Record<string, unknown> | null {
  return text === null ? null : (JSON.parse(text) as Record<string, unknown>)
}

/** Enters a table whose physical table stands; does nothing when the scheduled job has claimed that one meanwhile. */
export function insertTable(table: Table): Sql {
  return sql`INSERT INTO tables (id, project_id, view_id, title, table_name, physical_name, next_column, meta, "order", created_at, updated_at)
    SELECT ${table.id}, ${table.projectId}, ${table.viewId}, ${table.title}, ${table.tableName}, ${table.physicalName},
      ${table.columns.length + 1}, ${stored(table.meta)}, ${table.order}, ${table.createdAt}, ${table.updatedAt}
    WHERE ${isOrphan(physicalTable(table))}`
}

/** One statement for any number of columns: their values travel as one JSON parameter. `standing`: only while that holds. */
export function insertColumns(tableId: string, columns: readonly Column[], standing: Sql = sql`TRUE`): Sql {
  const values = columns.map((column) => ({
    ...column,
    primaryKey: Number(column.primaryKey),
    autoIncrement: Number(column.autoIncrement),
    required: Number(column.required),
    unique: Number(column.unique),
    displayValue: Number(column.displayValue),
    options: JSON.stringify(column.options),
    meta: stored(column.meta),
  }))
  return sql`INSERT INTO columns (id, table_id, title, column_name, physical_name, type, primary_key, auto_increment, auto, required,
      "unique", display_value, default_value, options, meta, "order", created_at, updated_at)
    SELECT value ->> 'id', ${tableId}, value ->> 'title', value ->> 'columnName', value ->> 'physicalName', value ->> 'type',
      value ->> 'primaryKey', value ->> 'autoIncrement', value ->> 'auto', value ->> 'required', value ->> 'unique',
      value ->> 'displayValue', value ->> 'defaultValue', value ->> 'options', value ->> 'meta', value ->> 'order',
      value ->> 'createdAt', value ->> 'updatedAt'
    FROM json_each(${JSON.stringify(values)}) WHERE ${standing}`
}

function stored(meta: Record<string, unknown> | null): string | null {
  return meta === null ? null : JSON.stringify(meta)
}

export function deleteTable(projectId: string, tableId: string): Sql {
  return sql`DELETE FROM tables WHERE id = ${tableId} AND project_id = ${projectId}`
}

/** Every change of a project's tables ends with this, in the same batch: readers then load the catalog anew. */
export function raiseSchemaVersion(projectId: string): Sql {
  return sql`UPDATE projects SET schema_version = schema_version + 1 WHERE id = ${projectId}`
}

/** Takes the number of the next physical column, so that none is ever given out twice. */
export async function takeColumnNumber(db: D1Database, tableId: string): Promise<number> {
  const row = await first<{ taken: number }>(
    db,
    sql`UPDATE tables SET next_column = next_column + 1 WHERE id = ${tableId} RETURNING next_column - 1 AS taken`,
  )
  if (row === null) throw new ApiError('TABLE_NOT_FOUND')
  return row.taken
}

/** What stands in the catalog of a table itself; its columns have statements of their own. */
/** Only while the table is as `from` says: of two changes at once neither takes back the other. */
export function updateTable(from: Table, table: Table): Sql {
  return sql`UPDATE tables SET title = ${table.title}, table_name = ${table.tableName}, meta = ${stored(table.meta)},
      "order" = ${table.order}, updated_at = ${table.updatedAt}
    WHERE id = ${table.id} AND project_id = ${table.projectId} AND title = ${from.title} AND table_name = ${from.tableName}
      AND meta IS ${stored(from.meta)} AND "order" = ${from.order}`
}

/**
 * Everything that can change of a column, its physical name too. Only while it stands in the data database as `from` says,
 * and `standing` holds.
 */
export function updateColumn(from: Column, column: Column, standing: Sql = sql`TRUE`): Sql {
  return sql`UPDATE columns SET title = ${column.title}, column_name = ${column.columnName}, physical_name = ${column.physicalName},
      type = ${column.type}, auto = ${column.auto}, required = ${Number(column.required)}, "unique" = ${Number(column.unique)},
      default_value = ${column.defaultValue}, options = ${JSON.stringify(column.options)}, meta = ${stored(column.meta)},
      "order" = ${column.order}, updated_at = ${column.updatedAt}
    WHERE id = ${column.id} AND physical_name = ${from.physicalName} AND "unique" = ${Number(from.unique)}
      AND COALESCE(json_type(meta, '$.index') = 'true', 0) = ${Number(from.meta?.['index'] === true)} AND ${standing}`
}

/** Makes one column the display value of its table. */
export function setDisplayColumn(tableId: string, columnId: string): Sql {
  return sql`UPDATE columns SET display_value = (id = ${columnId}) WHERE table_id = ${tableId}`
}

/** Only while it stands in the data database as the caller knows it. */
export function deleteColumn({ id, physicalName }: Column): Sql {
  return sql`DELETE FROM columns WHERE id = ${id} AND physical_name = ${physicalName}`
}
