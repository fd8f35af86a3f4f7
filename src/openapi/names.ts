/** What tables are called in code that is generated from a document: `Books`, so that there are `booksListRows` and `BooksRow`. */
import transliterate from '@sindresorhus/transliterate'
import type { Table } from '../data/types/column'

export interface NamedTable extends Table {
  /** An identifier in any language, whatever the title holds: A-Z, a-z, 0-9, and a capital letter in front. */
  codeName: string
}

/** Characters of a name that is made of a title, before what is added to it. */
const MAX_CODE_NAME = 60

/**
 * The tables with their names. `suffixes` are all that is added to a name: no two results are the same, in small letters
 * either, for some generators write a file for each. The older of two tables keeps its name when a second comes.
 */
export function nameTables(tables: readonly Table[], suffixes: readonly string[]): NamedTable[] {
  const taken = new Set<string>()
  const results = (name: string) => suffixes.map((suffix) => `${name}${suffix}`.toLowerCase())
  const names = new Map<string, string>()
  for (const table of tables.toSorted(byAge)) {
    const base = codeName(table)
    let name = base
    for (let number = 2; results(name).some((result) => taken.has(result)); number++) name = `${base}${number}`
    for (const result of results(name)) taken.add(result)
    names.set(table.id, name)
  }
  return tables.map((table) => ({ ...table, codeName: names.get(table.id) ?? codeName(table) }))
}

function byAge(one: Table, other: Table): number {
  return one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1)
}

/** From the id where no letter of the title has one of A to Z that stands for it. */
function codeName({ id, title }: Table): string {
  const name = pascalCase(transliterate(title)).slice(0, MAX_CODE_NAME)
  if (name === '') return pascalCase(`table ${id}`)
  return /^\d/.test(name) ? `Table${name}` : name
}

/** `order items`, `order_items` → `OrderItems`; `ISBN list` → `IsbnList` */
function pascalCase(text: string): string {
  const words = text.match(/[A-Za-z0-9]+/g) ?? []
  return words
    .map((word) => (/[a-z]/.test(word) ? word : word.toLowerCase()))
    .map(capitalized)
    .join('')
}

export function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

export function uncapitalized(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
