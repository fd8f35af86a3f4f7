/** What a route of rows works on: a table, and what the actor may do with it. */
import type { Context } from 'hono'
import type { AppEnv } from '../../http/app-env'
import { type Scope, tableScope } from '../catalog/scope'
import type { Table } from '../types/column'
import { type TableAccess, accessTo, visibleTable } from './table-access'

export interface AccessScope extends Scope {
  /** As the actor sees it. */
  table: Table
  access: TableAccess
}

/** `key`: id or title of the table. Throws TABLE_NOT_FOUND. */
export async function accessScope(c: Context<AppEnv>, key: string): Promise<AccessScope> {
  const scope = await tableScope(c, key)
  const access = accessTo(scope.table)
  return { ...scope, table: visibleTable(access), access }
}
