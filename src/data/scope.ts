/** What a route of the data plane works on: the project of its path, that project's catalog and its database. */
import type { Context } from 'hono'
import { requireProject } from '../control/access/guard'
import type { AppEnv, ProjectContext } from '../env'
import { type Catalog, getCatalog, getTable } from './catalog/catalog'
import type { Table } from './catalog/types'
import { dataBinding } from './database'

export interface Scope {
  project: ProjectContext
  catalog: Catalog
  data: D1Database
}

export async function projectScope(c: Context<AppEnv>): Promise<Scope> {
  const project = requireProject(c)
  return { project, catalog: await getCatalog(c.env.DB, project), data: dataBinding(c.env, project.database) }
}

/** `key`: id or title. Throws TABLE_NOT_FOUND. */
export async function tableScope(c: Context<AppEnv>, key: string): Promise<Scope & { table: Table }> {
  const scope = await projectScope(c)
  return { ...scope, table: getTable(scope.catalog, key) }
}
