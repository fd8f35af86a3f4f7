/** What the operations on many rows at once do: docs/contract/api-v1.md 4.7, and two that NocoDB has not. */
import type { Context } from 'hono'
import type { AppEnv } from '../../http/app-env'
import { ApiError } from '../../errors'
import { primaryKey } from '../../data/catalog/catalog'
import { onlyValue } from '../../data/query/query'
import { type Key, deleteMany, deleteMatching, insertMany, updateMany, updateMatching } from '../../data/records/bulk'
import { changeRowsTogether } from '../../data/records/changes'
import type { Write } from '../../data/records/idempotency'
import { upsertColumn, upsertMany } from '../../data/records/upsert'
import type { Table } from '../../data/types/column'
import type { Stored } from '../../data/types/kind'
import { type Handlers, filterToWrite, perform } from './row-requests'

type KeyBody = Record<string, Stored>

type Names =
  | 'insertRows'
  | 'updateRows'
  | 'deleteRows'
  | 'updateMatchingRows'
  | 'deleteMatchingRows'
  | 'upsertRows'
  | 'changeRowsTogether'

export const BULK_HANDLERS: Handlers<Names> = {
  insertRows({ c, data, table, access, body }) {
    return performForKeys(c, data, table, insertMany(access, body, c.get('startedAt')))
  },

  updateRows({ c, data, table, access, body }) {
    return performForKeys(c, data, table, updateMany(access, body, c.get('startedAt')))
  },

  deleteRows({ c, data, table, access, body }) {
    return performForKeys(c, data, table, deleteMany(access, body))
  },

  updateMatchingRows({ c, data, table, access, body }) {
    return performBulk(c, data, table, updateMatching(access, filterToWrite(c, table), body, c.get('startedAt')))
  },

  deleteMatchingRows({ c, data, table, access }) {
    return performBulk(c, data, table, deleteMatching(access, filterToWrite(c, table)))
  },

  upsertRows({ c, data, table, access, body }) {
    const on = upsertColumn(table, onlyValue(c.req.queries(), 'on'))
    return performForKeys(c, data, table, upsertMany(access, on, body, c.get('startedAt')))
  },

  changeRowsTogether({ c, data, table, access, body }) {
    const { insert = [], restore = [], update = [], delete: gone = [] } = body
    const changes = { insert, restore, update, delete: gone }
    return performBulk(c, data, table, changeRowsTogether(access, changes, c.get('startedAt')))
  },
}

/** Answers with keys by column name: docs/contract/api-v1.md 4.7. */
async function performForKeys(c: Context<AppEnv>, data: D1Database, table: Table, write: Write<Key[]>): Promise<KeyBody[]> {
  const names = primaryKey(table).map(({ columnName }) => columnName)
  const keys = await performBulk(c, data, table, write)
  return keys.map((key) => Object.fromEntries(names.map((name, index) => [name, key[index] ?? null])))
}

/** Throws INVALID_PARAMETER for If-Match: a client that sends it relies on a check that many rows have no version for. */
function performBulk<Answer>(c: Context<AppEnv>, data: D1Database, table: Table, write: Write<Answer>): Promise<Answer> {
  if (c.req.header('if-match') !== undefined) throw new ApiError('INVALID_PARAMETER', 'If-Match belongs to a single row.')
  return perform(c, data, table, write)
}
