/** `sort` and `sortArrJson`: the order of rows, always a total one. */
import { D1_LIMITS, type Sql, column, join, sql } from '../../lib/sql'
import { type Collation, collationsOf, isText, sortKeyName } from '../types/collation'
import type { Column, Table } from '../types/column'
import { fieldNotFound, invalidParameter } from './invalid-query'
import { MAX_NAMES } from './limits'
import { findColumn, findColumnById, splitNames } from './find-column'

/** A column that a request sorts by. */
interface Sorted {
  column: Column
  descending: boolean
}

/** One comparison of an order. */
export interface SortTerm extends Sorted {
  by: Collation
}

/** `sort=a,-b`, also repeated. A title that itself begins with `-` or contains a comma is found first as it is. */
export function parseSort(table: Table, values: readonly string[]): Sorted[] {
  const titles = new Set(table.columns.map(({ title }) => title))
  const isTitle = (name: string): boolean => titles.has(name) || (name.startsWith('-') && titles.has(name.slice(1)))
  return splitNames(table, 'sort', values, isTitle).map((name) => readTerm(table, name))
}

function readTerm(table: Table, name: string): Sorted {
  const ascending = findColumn(table, name)
  if (ascending !== undefined) return { column: ascending, descending: false }
  const written = name.trim()
  const target = written.startsWith('-') ? findColumn(table, written.slice(1)) : undefined
  if (target === undefined) throw fieldNotFound(name, 'sort')
  return { column: target, descending: true }
}

/** `sortArrJson`: a JSON array of `{fk_column_id, direction}`, direction `asc` (default) or `desc`. */
export function parseSortJson(table: Table, text: string): Sorted[] {
  if (text.trim() === '') return []
  const list = parseJson(text)
  if (!Array.isArray(list)) throw invalidParameter('sortArrJson', 'expected an array.')
  if (list.length > MAX_NAMES) throw invalidParameter('sortArrJson', `at most ${MAX_NAMES} items; here are more.`)
  return list.map((item: unknown, index) => {
    const id: unknown = isObject(item) ? item.fk_column_id : undefined
    const direction: unknown = isObject(item) ? (item.direction ?? 'asc') : undefined
    if (typeof id !== 'string' || (direction !== 'asc' && direction !== 'desc')) {
      throw invalidParameter('sortArrJson', `[${index}]: expected {"fk_column_id": "…", "direction": "asc" or "desc"}.`)
    }
    const target = findColumnById(table, id)
    if (target === undefined) throw fieldNotFound(id, 'sortArrJson')
    return { column: target, descending: direction === 'desc' }
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidParameter('sortArrJson', 'expected JSON.')
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/**
 * The sort of a request, texts as people expect (types/collation.ts), and after it the primary key as it is stored, so that
 * it is a total order and pages never overlap. What is compared twice counts once, the first time. D1 sorts by 100 terms: in a
 * longer order the texts whose letters are the same are tied.
 */
export function totalOrder(table: Table, sorted: readonly Sorted[]): SortTerm[] {
  const terms = sorted.flatMap(({ column, descending }) => orderOf(column, descending))
  const tail = table.columns.filter(({ primaryKey }) => primaryKey)
  const order: SortTerm[] = []
  for (const term of [...terms, ...tail.map((column): SortTerm => ({ column, descending: false, by: 'value' }))]) {
    if (!order.some(({ column, by }) => column === term.column && by === term.by)) order.push(term)
  }
  if (order.length <= D1_LIMITS.columns) return order
  return order.filter(({ column, by }) => by !== 'value' || column.primaryKey || !isText(column))
}

/** The order of a column's values. */
export function orderOf(column: Column, descending: boolean): SortTerm[] {
  return collationsOf(column).map((by) => ({ column, descending, by }))
}

/** What stands after ORDER BY. NULLs come first ascending and last descending, as SQLite has it. */
export function compileSort(order: readonly SortTerm[]): Sql {
  return join(
    order.map((term) => sql`${sortCell(term)} ${term.descending ? sql`DESC` : sql`ASC`}`),
    ', ',
  )
}

/** What a term compares. */
export function sortCell({ column: { physicalName }, by }: Pick<SortTerm, 'column' | 'by'>): Sql {
  if (by === 'key') return column(sortKeyName(physicalName))
  return by === 'letters' ? sql`${column(physicalName)} COLLATE NOCASE` : column(physicalName)
}
