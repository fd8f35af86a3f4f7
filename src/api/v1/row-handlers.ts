/** What the operations on rows do that stand below the table and below its view. */
import type { Context } from 'hono'
import { auditSource } from '../../control/audit/source'
import type { AppEnv } from '../../http/app-env'
import { ApiError } from '../../errors'
import { parseFields } from '../../data/query/fields'
import { findColumn } from '../../data/query/find-column'
import { onlyValue } from '../../data/query/query'
import { csvStream, parseCsvOptions } from '../../data/records/export'
import { type GroupSort, groupBy, groupedList, isGroupable } from '../../data/records/groups'
import { countRows, deleteOne, exists, findOne, insertOne, listRows, readOne, updateOne } from '../../data/records/records'
import type { Column, Table } from '../../data/types/column'
import { toCounts, toGroups, toPage } from './page-wire'
import { type Handlers, expectedVersions, filterOf, listQuery, perform, withETag } from './row-requests'

type Names =
  | 'listRows'
  | 'insertRow'
  | 'findRow'
  | 'countRows'
  | 'countRowsByField'
  | 'listRowsByField'
  | 'exportCsv'
  | 'readRow'
  | 'updateRow'
  | 'deleteRow'
  | 'rowExists'

export const ROW_HANDLERS: Handlers<Names> = {
  async listRows({ c, data, table, access }) {
    const cursor = onlyValue(c.req.queries(), 'cursor')
    return toPage(await listRows(data, access, listQuery(c, table), { cursor: cursor === '' ? undefined : cursor }))
  },

  async insertRow({ c, data, table, access, body }) {
    return withETag(c, await perform(c, data, table, insertOne(access, body, c.get('startedAt'))))
  },

  async findRow({ c, data, table, access }) {
    return (await findOne(data, access, listQuery(c, table))) ?? {}
  },

  async countRows({ c, data, table, access }) {
    return { count: await countRows(data, access, filterOf(c, table)) }
  },

  async countRowsByField({ c, data, table, access }) {
    const name = onlyValue(c.req.queries(), 'column_name') ?? ''
    const column = table.columns.find(({ columnName }) => columnName === name) ?? findColumn(table, name)
    if (column === undefined) throw fieldNotFound(table, name, 'column_name')
    if (!isGroupable(column)) throw nameIsTaken(column)
    const { sort = [], s = [], 'sort[]': more = [], sortArrJson: _json, ...queries } = c.req.queries()
    const order = readGroupSort([...sort, ...s, ...more], [column.title, column.columnName])
    return toCounts(column, await groupBy(data, access, column, listQuery(c, table, queries), order))
  },

  async listRowsByField({ c, data, table, access }) {
    const column = table.columns.find(({ id }) => id === c.req.param('groupColumnId'))
    if (column === undefined) throw new ApiError('COLUMN_NOT_FOUND')
    return toGroups(await groupedList(data, access, column, listQuery(c, table)))
  },

  async exportCsv({ c, ...scope }) {
    const { table } = scope
    const name = `${encodeURIComponent(table.title)}-export.csv`
    const options = parseCsvOptions(c.req.queries())
    const query = listQuery(c, table)
    return c.body(await csvStream(scope, { query, options }, await auditSource(c)), 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${name}"; filename*=UTF-8''${name}`,
      'nc-export-offset': '-1',
      'access-control-expose-headers': 'nc-export-offset',
    })
  },

  async readRow({ c, data, table, access }) {
    const { fields = [], 'fields[]': more = [], f = [] } = c.req.queries()
    return withETag(c, await readOne(data, access, rowId(c), parseFields(table, [...fields, ...more, ...f])))
  },

  async updateRow({ c, data, table, access, body }) {
    const write = updateOne(access, rowId(c), body, expectedVersions(c), c.get('startedAt'))
    return withETag(c, await perform(c, data, table, write))
  },

  deleteRow({ c, data, table, access }) {
    return perform(c, data, table, deleteOne(access, rowId(c), expectedVersions(c)))
  },

  rowExists({ c, data, access }) {
    return exists(data, access, rowId(c))
  },
}

function rowId(c: Context<AppEnv>): string {
  return c.req.param('rowId') ?? ''
}

/** `sort` of group-by: the grouped field, or `count`. Throws INVALID_PARAMETER. */
function readGroupSort(values: readonly string[], names: readonly string[]): GroupSort[] {
  return values
    .flatMap((value) => (names.includes(value.replace(/^-/, '')) ? [value] : value.split(',')))
    .filter((name) => name.trim() !== '')
    .map((name) => {
      const descending = name.startsWith('-')
      const bare = descending ? name.slice(1) : name
      if (names.includes(bare)) return { by: 'value', descending }
      if (bare === 'count') return { by: 'count', descending }
      throw new ApiError('INVALID_PARAMETER', `sort: groups are sorted by "${names[0]}" or "count", not by "${bare}".`)
    })
}

function nameIsTaken({ title }: Column): ApiError {
  return new ApiError(
    'INVALID_PARAMETER',
    `column_name: "${title}" cannot be grouped by, since its column name is the one that the number of rows has in the answer.`,
  )
}

function fieldNotFound(table: Table, name: string, parameter: string): ApiError {
  return new ApiError('FIELD_NOT_FOUND', `The table "${table.title}" has no field "${name}" (${parameter}).`, {
    details: { field: name },
  })
}
