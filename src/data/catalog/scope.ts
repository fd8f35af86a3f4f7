/** What a route of the data plane works on: the project of its path, that project's catalog and its database. */
import type { Context } from 'hono'
import { requireProject } from '../../control/access/guard'
import type { ProjectContext } from '../../actor'
import type { AppEnv } from '../../http/app-env'
import { type Catalog, getCatalog, getColumn, getTable } from './catalog'
import type { Column, Table } from '../types/column'
import { type Databases, dataBinding } from './database'

export interface Scope {
  project: ProjectContext
  catalog: Catalog
  data: D1Database
  /** Both, for what changes tables. */
  databases: Databases
}

export async function projectScope(c: Context<AppEnv>): Promise<Scope> {
  const project = requireProject(c)
  const data = dataBinding(c.env, project.database)
  return { project, catalog: await getCatalog(c.env.DB, project), data, databases: { control: c.env.DB, data } }
}

/** `key`: id or title. Throws TABLE_NOT_FOUND. */
export async function tableScope(c: Context<AppEnv>, key: string): Promise<Scope & { table: Table }> {
  const scope = await projectScope(c)
  return { ...scope, table: getTable(scope.catalog, key) }
}

/** `id`: of a column. Throws COLUMN_NOT_FOUND. */
export async function columnScope(c: Context<AppEnv>, id: string): Promise<Scope & { table: Table; column: Column }> {
  const scope = await projectScope(c)
  return { ...scope, ...getColumn(scope.catalog, id) }
}
