/** A project's tables as requests need them, kept per isolate under the schema version that every request learns anyway. */
import type { ProjectContext } from '../../actor'
import { ApiError } from '../../errors'
import { isSameText } from '../../lib/text'
import { loadTables } from './store'
import type { Column, Table } from '../types/column'

export interface Catalog {
  tables: readonly Table[]
}

/** Projects whose catalog an isolate keeps; the one longest unused goes first. */
const MAX_CACHED = 100

const cache = new WeakMap<D1Database, Map<string, { version: number; catalog: Catalog }>>()

/** The catalog at least as new as the version the request was told. One control query when it is not cached. */
export async function getCatalog(db: D1Database, project: Pick<ProjectContext, 'id' | 'schemaVersion'>): Promise<Catalog> {
  const cached = cache.get(db) ?? new Map<string, { version: number; catalog: Catalog }>()
  cache.set(db, cached)
  const hit = cached.get(project.id)
  cached.delete(project.id)
  const entry =
    hit?.version === project.schemaVersion
      ? hit
      : { version: project.schemaVersion, catalog: { tables: await loadTables(db, project.id) } }
  cached.set(project.id, entry)
  const oldest = cached.keys().next()
  if (cached.size > MAX_CACHED && oldest.done === false) cached.delete(oldest.value)
  return entry.catalog
}

/** By id, else by title, in whichever form of Unicode. Throws TABLE_NOT_FOUND. */
export function getTable({ tables }: Catalog, key: string): Table {
  const table =
    tables.find(({ id }) => id === key) ??
    tables.find(({ title }) => title === key) ??
    tables.find(({ title }) => isSameText(title, key))
  if (table === undefined) throw new ApiError('TABLE_NOT_FOUND')
  return table
}

/** By id, with its table. Throws COLUMN_NOT_FOUND. */
export function getColumn(catalog: Catalog, id: string): { table: Table; column: Column } {
  for (const table of catalog.tables) {
    const column = table.columns.find((candidate) => candidate.id === id)
    if (column !== undefined) return { table, column }
  }
  throw new ApiError('COLUMN_NOT_FOUND')
}

/** The primary key's columns, in column order; empty for a table without one. */
export function primaryKey(table: Table): readonly Column[] {
  return table.columns.filter((column) => column.primaryKey)
}

/** The table as it is after a change made by this request, past the cache. Throws TABLE_NOT_FOUND. */
export async function reloadTable(db: D1Database, projectId: string, tableId: string): Promise<Table> {
  return getTable({ tables: await loadTables(db, projectId) }, tableId)
}
