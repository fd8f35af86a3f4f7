/** The catalog's rows in the control database. */
import { batch } from '../../lib/d1'
import { type Sql, sql } from '../../lib/sql'
import type { AutoValue, Column, ColumnType, SelectOption, Table } from './types'

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

/** All tables of a project with their columns, in one round trip. */
export async function loadTables(db: D1Database, projectId: string): Promise<Table[]> {
  const [tables, columns] = await batch(db, [
    sql`SELECT * FROM tables WHERE project_id = ${projectId} ORDER BY "order", created_at, id`,
    sql`SELECT c.* FROM columns c JOIN tables t ON t.id = c.table_id WHERE t.project_id = ${projectId} ORDER BY c."order", c.rowid`,
  ])
  const columnsOf = Map.groupBy((columns?.results ?? []) as unknown as ColumnRow[], (column) => column.table_id)
  return ((tables?.results ?? []) as unknown as TableRow[]).map((row) => toTable(row, columnsOf.get(row.id) ?? []))
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

/** Enters a table whose physical table stands; does nothing when the sweep has claimed that one meanwhile. */
export function insertTable(table: Table): Sql {
  return sql`INSERT INTO tables (id, project_id, view_id, title, table_name, physical_name, next_column, meta, "order", created_at, updated_at)
    SELECT ${table.id}, ${table.projectId}, ${table.viewId}, ${table.title}, ${table.tableName}, ${table.physicalName},
      ${table.columns.length + 1}, ${stored(table.meta)}, ${table.order}, ${table.createdAt}, ${table.updatedAt}
    FROM table_drops WHERE physical_name = ${table.physicalName}`
}

/** One statement for any number of columns: their values travel as one JSON parameter. */
export function insertColumns(tableId: string, columns: readonly Column[]): Sql {
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
    FROM json_each(${JSON.stringify(values)})`
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

/** Work for the scheduled job: a physical table to drop once `notBefore` (ms) has passed. */
export function scheduleDrop(physicalName: string, database: string, notBefore: number): Sql {
  return sql`INSERT INTO table_drops (physical_name, "database", not_before) VALUES (${physicalName}, ${database}, ${notBefore})`
}

export function cancelDrop(physicalName: string): Sql {
  return sql`DELETE FROM table_drops WHERE physical_name = ${physicalName}`
}
