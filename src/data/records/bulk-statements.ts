/** The SQL of many rows at once: their values travel as JSON parameters, each under D1's size of a string. */
import { batch, requireChanges, requireThat } from '../../lib/d1'
import { jsonChunks } from '../../lib/json'
import { type Sql, all, column, empty, ident, join, jsonKey, literal, sql } from '../../lib/sql'
import type { TableAccess } from '../access/table-access'
import { primaryKey } from '../catalog/catalog'
import { writtenColumns } from '../types/collation'
import { VERSION_COLUMN } from '../catalog/ddl'
import type { Column, Table } from '../types/column'
import type { StoredRow } from './row'
import { reachable } from './selection'
import { byPhysicalName, columnList, condition, countAdded, countRemoved, nameList } from './statements'
import type { Stored } from '../types/kind'

const version = ident(VERSION_COLUMN)

interface InsertOptions {
  /** Their values come back, row by row, in the order of the rows. */
  returned?: readonly Column[]
  /** Rows whose value here is there already are left out. A value of a row that is out of reach is taken. */
  unlessThere?: Column
}

/** Inserts rows, and counts them. What a row does not hold is NULL: for the Id of a new row, the next one. */
export function insertRows(access: TableAccess, rows: readonly StoredRow[], { returned, unlessThere }: InsertOptions): Sql[] {
  const { table } = access
  const target = ident(table.physicalName)
  const held = writtenColumns(table).filter((candidate) => rows.some((row) => row.has(candidate)))
  const columns = held.length === 0 ? primaryKey(table) : held
  const values = members(columns.length)
  const back = returned === undefined ? empty : sql` RETURNING ${nameList(returned)}`
  const there =
    unlessThere === undefined
      ? null
      : sql`NOT EXISTS (SELECT 1 FROM ${target} t WHERE ${reachable(access, isSame(unlessThere, columns.indexOf(unlessThere)))})`
  return jsonChunks(rows.map((row) => columns.map((each) => row.get(each) ?? null))).flatMap(({ json }) => [
    sql`INSERT INTO ${target} (${nameList(columns)}) SELECT ${values} FROM json_each(${json}) j${condition(there)}${back}`,
    countAdded(table),
  ])
}

function isSame({ physicalName }: Column, index: number): Sql {
  return sql`${column(physicalName)} = ${member(index)}`
}

/** A change of one row: the values it is found by, and those it gets. */
export interface RowChange {
  key: readonly Stored[]
  change: StoredRow
}

/** Changes rows by their keys: all of them or, where one is not there, none. */
export function updateRows(access: TableAccess, changes: readonly RowChange[]): Sql[] {
  return changeRows(access, primaryKey(access.table), changes).flatMap(({ statement, count }) => [
    statement,
    requireChanges(count),
  ])
}

/**
 * Changes those rows that are there, each its own columns. The JSON of a row holds the values of `by` under `k`, and each new
 * value under the physical name; a column that a row does not name keeps its value.
 */
export function changeRows(
  access: TableAccess,
  by: readonly Column[],
  changes: readonly RowChange[],
): { statement: Sql; count: number }[] {
  const target = ident(access.table.physicalName)
  const touched = [...new Set(changes.flatMap(({ change }) => [...change.keys()]))]
  const settings = touched.map((each) => {
    const [name, value] = [ident(each.physicalName), jsonKey(each.physicalName)]
    if (changes.every(({ change }) => change.has(each))) return sql`${name} = j.value ->> ${value}`
    return sql`${name} = CASE WHEN j.value -> ${value} IS NULL THEN t.${name} ELSE j.value ->> ${value} END`
  })
  const matches = all(by.map((part, index) => sql`${column(part.physicalName)} = j.value -> '$.k' ->> ${literal(index)}`))
  return jsonChunks(changes.map(({ key, change }) => ({ k: key, ...byPhysicalName(change) }))).map(({ json, count }) => ({
    statement: sql`UPDATE ${target} AS t SET ${join([...settings, sql`${version} = t.${version} + 1`], ', ')}
        FROM json_each(${json}) j WHERE ${reachable(access, matches)}`,
    count,
  }))
}

/** What stands at a place of the JSON array that is a row. */
function member(index: number): Sql {
  return sql`j.value ->> ${literal(index)}`
}

function members(count: number): Sql {
  return join(
    Array.from({ length: count }, (_, index) => member(index)),
    ', ',
  )
}

/** Deletes rows: all of them or, where one is not there, none. */
export function deleteRows(access: TableAccess, keys: readonly (readonly Stored[])[]): Sql[] {
  const { table } = access
  const parts = primaryKey(table)
  const listed = sql`(${columnList(parts)}) IN`
  return jsonChunks(keys).flatMap(({ json, count }) => [
    sql`DELETE FROM ${ident(table.physicalName)} AS t
      WHERE ${reachable(access, sql`${listed} (SELECT ${members(parts.length)} FROM json_each(${json}) j)`)}`,
    requireChanges(count),
    countRemoved(table),
  ])
}

/** Undoes the batch unless every one of these rows is there. */
export function requireRows(access: TableAccess, keys: readonly (readonly Stored[])[]): Sql[] {
  return jsonChunks(keys).map(({ json }) => requireThat(sql`NOT EXISTS (${missing(access, json)})`))
}

/** A question about the items of a list from `from` on: a column `position`, counted from there. */
interface Question {
  from: number
  statement: Sql
}

/** Positions that a question answers with at most; a refusal names no more. */
const MAX_POSITIONS = literal(100)

function questions(items: readonly unknown[], ask: (json: string) => Sql): Question[] {
  let from = 0
  return jsonChunks(items).map(({ json, count }) => {
    from += count
    return { from: from - count, statement: sql`${ask(json)} LIMIT ${MAX_POSITIONS}` }
  })
}

/** Positions in the whole list, in order, in one round trip. */
export async function findPositions(data: D1Database, asked: readonly Question[]): Promise<number[]> {
  const answers = await batch(
    data,
    asked.map(({ statement }) => statement),
  )
  return answers.flatMap(({ results }, index) => results.map(({ position }) => (asked[index]?.from ?? 0) + Number(position)))
}

/** Positions in `keys` for which there is no row. */
export function selectMissing(access: TableAccess, keys: readonly (readonly Stored[])[]): Question[] {
  return questions(keys, (json) => missing(access, json))
}

/** Positions in a list of keys, each with a version after it, for which there is no row of that version. */
export function selectOutdated(access: TableAccess, versioned: readonly (readonly Stored[])[]): Question[] {
  const { table } = access
  const keys = primaryKey(table)
  const matches = all([
    ...keys.map((part, index) => sql`${column(part.physicalName)} = ${member(index)}`),
    sql`t.${version} = ${member(keys.length)}`,
  ])
  return questions(
    versioned,
    (json) => sql`SELECT j.key AS position FROM json_each(${json}) j
      WHERE NOT EXISTS (SELECT 1 FROM ${ident(table.physicalName)} t WHERE ${reachable(access, matches)})`,
  )
}

function missing(access: TableAccess, json: string): Sql {
  const { table } = access
  const matches = all(primaryKey(table).map((part, index) => sql`${column(part.physicalName)} = ${member(index)}`))
  return sql`SELECT j.key AS position FROM json_each(${json}) j
    WHERE NOT EXISTS (SELECT 1 FROM ${ident(table.physicalName)} t WHERE ${reachable(access, matches)})`
}

/**
 * Positions in `wanted` of values that a row of the table has, be it out of reach: its index knows no actor. An item holds a value for each of `columns`, then one for each
 * of `by`: the row that has those may have the others too.
 */
export function selectTaken(
  table: Table,
  { columns, by, wanted }: { columns: readonly Column[]; by: readonly Column[]; wanted: readonly (readonly Stored[])[] },
): Question[] {
  const same = all(columns.map((each, index) => sql`${column(each.physicalName)} = ${member(index)}`))
  const own = all(by.map((each, index) => sql`${column(each.physicalName)} = ${member(columns.length + index)}`))
  const other = by.length === 0 ? same : sql`${same} AND NOT (${own})`
  return questions(
    wanted,
    (json) => sql`SELECT j.key AS position FROM json_each(${json}) j
      WHERE EXISTS (SELECT 1 FROM ${ident(table.physicalName)} t WHERE ${other})`,
  )
}

export function deleteAll(table: Table, where: Sql | null): Sql {
  return sql`DELETE FROM ${ident(table.physicalName)} AS t${condition(where)}`
}
