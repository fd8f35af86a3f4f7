/** `fields`: which columns a row is answered with. */
import type { Column, Table } from '../types/column'
import { fieldNotFound } from './invalid-query'
import { findColumn, splitNames } from './find-column'

/**
 * The columns named by `fields=a,b` and `fields[]=a`, each once, in the order of the request. `*` stands for all columns;
 * so does saying nothing.
 */
export function parseFields(table: Table, values: readonly string[]): Column[] {
  const isTitle = (name: string): boolean => table.columns.some((column) => column.title === name)
  const names = splitNames(table, 'fields', values, isTitle)
  if (names.length === 0) return [...table.columns]
  const columns = names.flatMap((name) => {
    if (name.trim() === '*') return table.columns
    const column = findColumn(table, name)
    if (column === undefined) throw fieldNotFound(name, 'fields')
    return [column]
  })
  return [...new Set(columns)]
}
