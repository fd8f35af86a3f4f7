/** What a column asks of a request: the code that fills new rows answers, so that nothing is decided twice. */
import { primaryKey } from '../data/catalog/catalog'
import { type Column, type Table, keyMaker } from '../data/types/column'
import { isGroupable } from '../data/records/groups'
import { defaultFor, toJson } from '../data/types/values'
import { DAY_MS } from '../lib/time'

/** The server hands out the value. */
export function isReadOnly(column: Column): boolean {
  return column.autoIncrement || column.auto !== null
}

/** Whether a request may say `null`. A row may hold it anywhere but in its key: it can be older than the rule that forbids it. */
export function takesNull(column: Column): boolean {
  return !column.primaryKey && !column.required && !isReadOnly(column)
}

/** Whether an insert that leaves the field out is refused. */
export function isRequiredOnInsert(column: Column): boolean {
  return !isReadOnly(column) && defaultsOf(column)[0] === undefined
}

/** The JSON value of a row that does not say, null included; undefined when there is none, or it depends on the moment. */
export function defaultOf(column: Column): unknown {
  const [stored, later] = defaultsOf(column)
  return stored === undefined || stored !== later ? undefined : toJson(column, stored)
}

type Default = ReturnType<typeof defaultFor> | undefined

/** Finding out that there is none means to catch an error, which takes long; and columns never change, new ones take their place. */
const known = new WeakMap<Column, readonly [now: Default, later: Default]>()

function defaultsOf(column: Column): readonly [now: Default, later: Default] {
  const found = known.get(column) ?? [storedDefault(column, 0), storedDefault(column, DAY_MS)]
  known.set(column, found)
  return found
}

function storedDefault(column: Column, now: number): Default {
  try {
    return defaultFor(column, now)
  } catch {
    // Required without a default, or with one that is not of its type.
    return undefined
  }
}

/**
 * Names that every object inherits (`constructor`, `__proto__`), and `$ref`, mean something else to many a reader of documents:
 * as members they make validators answer wrongly and linters fall over.
 */
export function isMisread(name: string): boolean {
  return name in Object.prototype || name === '$ref'
}

/**
 * What `on` of an upsert may name. A unique field only where the key makes itself: with another key, a row must bring it to be
 * inserted and must not to be changed.
 */
export function upsertFields(table: Table): Column[] {
  const [key, ...more] = primaryKey(table)
  if (key === undefined || more.length > 0) return []
  return key.autoIncrement || keyMaker(key) !== null ? [...table.columns.filter(({ unique }) => unique), key] : [key]
}

/** Columns that rows can be grouped by. */
export function groupFields(table: Table): Column[] {
  return table.columns.filter(isGroupable)
}
