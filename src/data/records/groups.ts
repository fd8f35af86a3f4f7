/** Group-by and the grouped list: contract/api-v1.md 4.6. */
import { ApiError } from '../../errors'
import { batch } from '../../lib/d1'
import { pageInfo } from '../../lib/paging'
import { type Sql, column as columnOf, ident, join, sql } from '../../lib/sql'
import { type Column, type Table } from '../types/column'
import type { ListQuery } from '../query/query'
import { compileSort, orderOf } from '../query/sort'
import type { Page } from './records'
import { toRecord } from './row'
import { selectRows } from './selection'
import { columnList, condition, selectCount } from './statements'
import { toJson } from '../types/values'
import { rulesOf } from '../types/kinds'
import type { Stored } from '../types/kind'

/** Groups of a grouped list: each brings a page of its own. */
const MAX_GROUPS = 100

/** Rows of all groups together: what an isolate holds at ease. */
const MAX_ROWS = 10_000

/** How group-by is sorted: by the number of rows, or by the value. */
export interface GroupSort {
  by: 'count' | 'value'
  descending: boolean
}

/** Whether group-by can answer with it: the number of rows is called `count`, and would be lost. */
export function isGroupable({ columnName }: Column): boolean {
  return columnName !== 'count'
}

/** `{count, <column name>}` for each value; `totalRows` is the number of rows that match, as clients of the contract expect. */
export async function groupBy(
  data: D1Database,
  table: Table,
  column: Column,
  query: Pick<ListQuery, 'filter' | 'limit' | 'offset'>,
  sort: readonly GroupSort[],
): Promise<Page> {
  const { limit, offset } = query
  const where = selectRows(table, query.filter)
  const terms = [...sort, ...(sort.some(({ by }) => by === 'value') ? [] : [{ by: 'value', descending: false } as const])]
  const order = terms.map(({ by, descending }) =>
    by === 'count' ? sql`1 ${direction(descending)}` : compileSort(orderOf(column, descending)),
  )
  const [groups, count] = await batch(data, [
    sql`SELECT COUNT(*) AS number, ${columnOf(column.physicalName)} AS value FROM ${ident(table.physicalName)} t${condition(where)}
        GROUP BY 2 ORDER BY ${join(order, ', ')} LIMIT ${limit} OFFSET ${offset}`,
    selectCount(table, where),
  ])
  const list = (groups?.results ?? []).map(({ number, value }) =>
    Object.fromEntries([
      ['count', number],
      [column.columnName, toJson(column, value)],
    ]),
  )
  return { list, pageInfo: pageInfo(Number(count?.results[0]?.['total'] ?? 0), limit, offset) }
}

function direction(descending: boolean): Sql {
  return descending ? sql`DESC` : sql`ASC`
}

export interface Group {
  key: unknown
  value: Page
}

/**
 * A page of rows for each value of a column: the options of a select in their order, else the values there are, in theirs;
 * and one for rows without a value. Throws INVALID_PARAMETER beyond MAX_GROUPS values or MAX_ROWS rows.
 */
export async function groupedList(data: D1Database, table: Table, column: Column, query: ListQuery): Promise<Group[]> {
  const { fields, limit, offset } = query
  const where = selectRows(table, query.filter)
  const [counted, found] = await batch(data, [selectTotals(table, column, where), selectGroupPages(table, column, where, query)])
  const totals = (counted?.results ?? []) as { value: Stored; total: number }[]
  if (totals.length > MAX_GROUPS)
    throw new ApiError('INVALID_PARAMETER', `The field "${column.title}" has more than ${MAX_GROUPS} values.`)
  if (found !== undefined && found.results.length > MAX_ROWS)
    throw new ApiError('INVALID_PARAMETER', `limit: the groups have more than ${MAX_ROWS} rows together; ask for fewer of each.`)
  const byValue = Map.groupBy(found?.results ?? [], (row) => row[column.physicalName] as Stored)
  return groupKeys(
    column,
    totals.map(({ value }) => value),
  ).map((value) => ({
    key: toJson(column, value),
    value: {
      list: (byValue.get(value) ?? []).map((row) => toRecord(fields, row)),
      pageInfo: pageInfo(totals.find((group) => group.value === value)?.total ?? 0, limit, offset),
    },
  }))
}

function selectTotals(table: Table, column: Column, where: Sql | null): Sql {
  return sql`SELECT ${columnOf(column.physicalName)} AS value, COUNT(*) AS total FROM ${ident(table.physicalName)} t${condition(where)}
    GROUP BY 1 ORDER BY ${compileSort(orderOf(column, false))} LIMIT ${MAX_GROUPS + 1}`
}

function selectGroupPages(
  table: Table,
  column: Column,
  where: Sql | null,
  { fields, order, limit, offset, shuffle }: ListQuery,
): Sql {
  const orderBy = shuffle ? sql`random()` : compileSort(order)
  const place = sql`ROW_NUMBER() OVER (PARTITION BY ${columnOf(column.physicalName)} ORDER BY ${orderBy}) AS place`
  return sql`SELECT * FROM (
      SELECT ${columnList([...new Set([...fields, column])])}, ${place} FROM ${ident(table.physicalName)} t${condition(where)})
    WHERE place > ${offset} AND place <= ${offset + limit} ORDER BY place LIMIT ${MAX_ROWS + 1}`
}

function groupKeys(column: Column, values: readonly Stored[]): Stored[] {
  const known = rulesOf(column).options === 'one' ? column.options.map(({ title }) => title) : values
  return [...new Set<Stored>([...known, ...values, null])].toSorted((one, other) => Number(one === null) - Number(other === null))
}
