/** Finding columns by the names that requests use. */
import { isSameText } from '../../lib/text'
import type { Column, Table } from '../types/column'
import { invalidParameter } from './invalid-query'
import { MAX_NAMES } from './limits'

/** A column by title; else by id, by column_name, by a title in another form of Unicode, or with spaces around it. */
export function findColumn(table: Table, name: string): Column | undefined {
  return (
    table.columns.find((column) => column.title === name) ??
    findColumnById(table, name) ??
    table.columns.find((column) => column.columnName === name) ??
    table.columns.find((column) => isSameText(column.title, name)) ??
    (name.trim() === name ? undefined : findColumn(table, name.trim()))
  )
}

export function findColumnById(table: Table, id: string): Column | undefined {
  return table.columns.find((column) => column.id === id)
}

/**
 * The names of comma-separated lists. A title may contain commas itself: at each place the longest piece that is a title
 * wins (`isTitle` says which are). Empty pieces are left out. No more is joined than the table's titles have commas, so
 * that a long list of commas costs no more than its length. Throws INVALID_PARAMETER for more than MAX_NAMES pieces.
 */
export function splitNames(
  table: Table,
  parameter: string,
  values: readonly string[],
  isTitle: (name: string) => boolean,
): string[] {
  const lists = values.map((text) => text.split(',', MAX_NAMES + 1))
  if (lists.reduce((sum, pieces) => sum + pieces.length, 0) > MAX_NAMES) {
    throw invalidParameter(parameter, `at most ${MAX_NAMES} names; here are more.`)
  }
  const mostCommas = Math.max(0, ...table.columns.map((column) => column.title.split(',').length - 1))
  return lists.flatMap((pieces) => joinTitles(pieces, mostCommas, isTitle))
}

function joinTitles(pieces: readonly string[], mostCommas: number, isTitle: (name: string) => boolean): string[] {
  const names: string[] = []
  for (let index = 0; index < pieces.length;) {
    const length = longestTitle(pieces, index, mostCommas, isTitle)
    const name = pieces.slice(index, index + length).join(',')
    if (name.trim() !== '') names.push(name)
    index += length
  }
  return names
}

function longestTitle(pieces: readonly string[], from: number, mostCommas: number, isTitle: (name: string) => boolean): number {
  for (let length = Math.min(mostCommas + 1, pieces.length - from); length > 1; length -= 1) {
    if (isTitle(pieces.slice(from, from + length).join(','))) return length
  }
  return 1
}
