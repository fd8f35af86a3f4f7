/**
 * How texts are sorted: as people expect (a, B, c), which D1 can do for the letters of ASCII only. Where a column asks for more
 * with `"meta": {"collate": "unicode"}`, each value has a sort key beside it, made here at every write.
 */
import { type Column, type Table } from './column'
import { rulesOf } from './kinds'

/** What SQL compares: the value as it is, or its letters without regard to their case, or its sort key. */
export type Collation = 'value' | 'letters' | 'key'

/** In this order, each deciding what those before leave open: of a text at last its code points, so that no two are tied. */
export function collationsOf(column: Column): Collation[] {
  if (!isText(column)) return ['value']
  return [hasSortKey(column) ? 'key' : 'letters', 'value']
}

export function isText(column: Column): boolean {
  return rulesOf(column).order === 'text'
}

export function hasSortKey(column: Column): boolean {
  return column.meta?.['collate'] === 'unicode' && isText(column) && !column.primaryKey
}

/** The name in D1 of the column that holds the sort keys of another. */
export function sortKeyName(physicalName: string): string {
  return `${physicalName}k`
}

const keyColumns = new WeakMap<Column, Column>()

/** The column of the sort keys, as rows are written with: one for each, for rows go by it. */
export function sortKeyColumn(column: Column): Column {
  const known = keyColumns.get(column)
  if (known !== undefined) return known
  const made: Column = { ...column, physicalName: sortKeyName(column.physicalName), unique: false, meta: null }
  keyColumns.set(column, made)
  return made
}

/** The columns of a table as they are written, each before that of its sort keys. */
export function writtenColumns({ columns }: Pick<Table, 'columns'>): Column[] {
  return columns.flatMap((column) => (hasSortKey(column) ? [column, sortKeyColumn(column)] : [column]))
}

/** Characters of a sort key. Texts that begin with as many that are the same are in the order of their code points. */
const MAX_SORT_KEY = 200

/**
 * The letters of a text without case and accents; null of null. What is stored was made by this function: when it changes, the
 * keys there are must be made anew.
 */
export function sortKey(text: unknown): string | null {
  if (typeof text !== 'string') return null
  const letters = text
    .slice(0, MAX_SORT_KEY * 4)
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]+/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[łøđðþßæœıħŧŋς]/g, (letter) => PLAIN[letter] ?? letter)
  return letters.slice(0, MAX_SORT_KEY).toWellFormed()
}

/** Letters that Unicode does not take apart. */
const PLAIN: Readonly<Record<string, string>> = {
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  ς: 'σ',
}
