/** `sort` and `sortArrJson`: the order of rows, always a total one. */
import { type Sql, column, join, sql } from '../../lib/sql'
import type { Column, Table } from '../catalog/types'
import { fieldNotFound, invalidParameter } from './failures'
import { findColumn, findColumnById, splitNames } from './names'

export interface SortTerm {
  column: Column
  descending: boolean
}

/** `sort=a,-b`, also repeated. A title that itself begins with `-` or contains a comma is found first as it is. */
export function parseSort(table: Table, values: readonly string[]): SortTerm[] {
  const titles = new Set(table.columns.map(({ title }) => title))
  const isTitle = (name: string): boolean => titles.has(name) || (name.startsWith('-') && titles.has(name.slice(1)))
  return values.flatMap((value) => splitNames(table, value, isTitle)).map((name) => readTerm(table, name))
}

function readTerm(table: Table, name: string): SortTerm {
  const ascending = findColumn(table, name)
  if (ascending !== undefined) return { column: ascending, descending: false }
  const written = name.trim()
  const target = written.startsWith('-') ? findColumn(table, written.slice(1)) : undefined
  if (target === undefined) throw fieldNotFound(name, 'sort')
  return { column: target, descending: true }
}

/** `sortArrJson`: a JSON array of `{fk_column_id, direction}`, direction `asc` (default) or `desc`. */
export function parseSortJson(table: Table, text: string): SortTerm[] {
  if (text.trim() === '') return []
  const list = parseJson(text)
  if (!Array.isArray(list)) throw invalidParameter('sortArrJson', 'expected an array.')
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
 * The sort of a request with the primary key behind it, so that it is a total order and pages never overlap. A column sorted
 * twice counts once, the first time.
 */
export function totalOrder(table: Table, terms: readonly SortTerm[]): SortTerm[] {
  const tail = table.columns.filter(({ primaryKey }) => primaryKey).map((key) => ({ column: key, descending: false }))
  const order: SortTerm[] = []
  for (const term of [...terms, ...tail]) {
    if (!order.some(({ column: sorted }) => sorted === term.column)) order.push(term)
  }
  return order
}

/** What stands behind ORDER BY. NULLs come first ascending and last descending, as SQLite has it. */
export function compileSort(order: readonly SortTerm[]): Sql {
  return join(
    order.map(({ column: { physicalName }, descending }) => {
      return descending ? sql`${column(physicalName)} DESC` : sql`${column(physicalName)} ASC`
    }),
    ', ',
  )
}
