/** Group-by and the grouped list: docs/contract/api-v1.md 4.6. */
import { ApiError } from '../../errors'
import { batch, onlyRow } from '../../lib/d1'
import { type Query, type Sql, column as columnOf, ident, join, sql } from '../../lib/sql'
import { type Column, type Table } from '../types/column'
import type { TableAccess } from '../access/table-access'
import type { ListQuery } from '../query/query'
import { compileSort, orderOf } from '../query/sort'
import { writeCursor } from './cursor'
import type { Row, RowPage } from './records'
import { toRecord } from './row'
import { selectRows } from './selection'
import { columnList, condition, isBeyond, selectCount, withinBytes } from './statements'
import { toJson } from '../types/values'
import { rulesOf } from '../types/kinds'
import type { Stored } from '../types/kind'

/** Groups of a grouped list: each brings a page of its own. */
const MAX_GROUPS = 100

/** Rows of all groups together: what an isolate holds at ease. */
const MAX_ROWS = 10_000

/** Names beside those of columns, which are generated: how many rows a group has, and the place of a row in its group, from 1. */
const NUMBER = 'number'
const PLACE = 'place'

/** How group-by is sorted: by the number of rows, or by the value. */
export interface GroupSort {
  by: 'count' | 'value'
  descending: boolean
}

/** Whether group-by can answer with it: the number of rows is called `count`, and would be lost. */
export function isGroupable({ columnName }: Column): boolean {
  return columnName !== 'count'
}

/** A value as JSON, and how many rows have it. */
export interface ValueCount {
  value: unknown
  count: number
}

export interface ValueCounts {
  counts: ValueCount[]
  /** Rows that match. */
  total: number
  /** As of a RowPage. */
  size: number
  offset: number
}

/** How many rows have each value. */
export async function groupBy(
  data: D1Database,
  access: TableAccess,
  column: Column,
  query: Pick<ListQuery, 'filter' | 'limit' | 'offset'>,
  sort: readonly GroupSort[],
): Promise<ValueCounts> {
  const { table } = access
  const { limit, offset } = query
  const where = selectRows(access, query.filter)
  const terms = [...sort, ...(sort.some(({ by }) => by === 'value') ? [] : [{ by: 'value', descending: false } as const])]
  const order = terms.map(({ by, descending }) =>
    by === 'count' ? sql`1 ${direction(descending)}` : compileSort(orderOf(column, descending)),
  )
  const groups = sql`SELECT COUNT(*) AS ${ident(NUMBER)}, ${columnList([column])} FROM ${ident(table.physicalName)} t${condition(where)}
    GROUP BY 2 ORDER BY ${join(order, ', ')} LIMIT ${limit} OFFSET ${offset}`
  const [page, count] = await batch(data, [withinBytes(groups, [column], NUMBER), selectCount(table, where)])
  const found = page.results
  const shown = found.filter((row) => !isBeyond(row, NUMBER))
  const counts = shown.map((row) => ({ value: toJson(column, row[column.physicalName]), count: Number(row[NUMBER]) }))
  // Cut short for its size: who goes on by `offset` counts in pages of what came.
  const size = shown.length < found.length ? shown.length : limit
  return { counts, total: onlyRow(count).total, size, offset }
}

function direction(descending: boolean): Sql {
  return descending ? sql`DESC` : sql`ASC`
}

export interface RowGroup {
  key: unknown
  page: RowPage
}

/**
 * A page of rows for each value of a column: the options of a select in their order, else the values there are, in theirs;
 * and one for rows without a value. Together they have at most so many bytes (withinBytes): then the pages end early. Throws INVALID_PARAMETER beyond MAX_GROUPS values or MAX_ROWS rows.
 */
export async function groupedList(data: D1Database, access: TableAccess, column: Column, query: ListQuery): Promise<RowGroup[]> {
  const { table } = access
  const where = selectRows(access, query.filter)
  const [counted, found] = await batch(data, [selectTotals(table, column, where), selectGroupPages(table, column, where, query)])
  const totals = counted.results
  if (totals.length > MAX_GROUPS)
    throw new ApiError('INVALID_PARAMETER', `The field "${column.title}" has more than ${MAX_GROUPS} values.`)
  if (found.results.length > MAX_ROWS)
    throw new ApiError('INVALID_PARAMETER', `limit: the groups have more than ${MAX_ROWS} rows together; ask for fewer of each.`)
  const shown = found.results.filter((row) => !isBeyond(row, PLACE))
  const byValue = Map.groupBy(shown, (row) => row[column.physicalName] as Stored)
  return groupKeys(
    column,
    totals.map(({ value }) => value),
  ).map((value) => ({
    key: toJson(column, value),
    page: pageOf(table, query, byValue.get(value) ?? [], totals.find((group) => group.value === value)?.total ?? 0),
  }))
}

/** The rows of one group. `next` goes on in the list of all rows, with a filter for the group. */
function pageOf(table: Table, query: ListQuery, rows: readonly Row[], total: number): RowPage {
  const { fields, order, limit, offset, shuffle } = query
  const wanted = Math.max(0, Math.min(limit, total - offset))
  const hasMore = total > offset + rows.length
  const last = hasMore && !shuffle ? rows.at(-1) : undefined
  return {
    rows: rows.map((row) => toRecord(fields, row)),
    total,
    size: rows.length < wanted ? Math.max(1, rows.length) : limit,
    offset,
    hasMore,
    ...(last === undefined ? {} : { next: writeCursor(table, order, last) }),
  }
}

function selectTotals(table: Table, column: Column, where: Sql | null): Query<{ value: Stored; total: number }> {
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
  const from = ident(table.physicalName)
  // The places of all rows first, and then the values of those few that are shown.
  const place = sql`ROW_NUMBER() OVER (PARTITION BY ${columnOf(column.physicalName)} ORDER BY ${orderBy}) AS ${ident(PLACE)}`
  const places = sql`SELECT t.rowid AS id, ${place} FROM ${from} t${condition(where)}`
  const columns = [...new Set([...fields, column, ...order.map((term) => term.column)])]
  const page = sql`SELECT ${columnList(columns)}, p.${ident(PLACE)} FROM (${places}) p JOIN ${from} t ON t.rowid = p.id
    WHERE p.${ident(PLACE)} > ${offset} AND p.${ident(PLACE)} <= ${offset + limit} ORDER BY p.${ident(PLACE)}, t.rowid LIMIT ${MAX_ROWS + 1}`
  return withinBytes(page, columns, PLACE)
}

function groupKeys(column: Column, values: readonly Stored[]): Stored[] {
  const known = rulesOf(column).options === 'one' ? column.options.map(({ title }) => title) : values
  return [...new Set<Stored>([...known, ...values, null])].toSorted((one, other) => Number(one === null) - Number(other === null))
}
