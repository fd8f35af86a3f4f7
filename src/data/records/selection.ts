/** Which rows a statement is about: the filter of a request as SQL, the one place where filters become that. */
import { refusal } from '../../lib/d1'
import { type Sql, all, ident, jsonKey, literal, sql } from '../../lib/sql'
import type { TableAccess } from '../access/table-access'
import { ROW_COUNTS } from '../catalog/ddl'
import { compileFilter, compilePooled } from '../query/compiler'
import { FREE_STEPS, MAX_STEPS, countSteps } from '../query/cost'
import { type Predicate, and } from '../query/predicate'
import type { Table } from '../types/column'

/**
 * The condition over the alias `t` that selects the rows of a filter, of those that the actor reaches; null selects every row.
 * Throws INVALID_FILTER.
 */
export function selectRows({ table, rows }: TableAccess, filter: Predicate | null): Sql | null {
  const predicate = rows === null || filter === null ? (rows ?? filter) : and(rows, filter)
  if (predicate === null) return null
  const where = compileFilter(predicate)
  const steps = countSteps(predicate)
  return steps <= FREE_STEPS ? where : sql`${withinBudget(table, steps)} AND (${where})`
}

/** Those of the rows under a condition that the actor reaches: for statements that name rows by their keys. */
export function reachable({ rows }: TableAccess, condition: Sql): Sql {
  return rows === null ? condition : all([condition, compilePooled(rows)])
}

/**
 * True where the table has few enough rows for so many steps a row; else the statement ends before it has looked at any, and
 * the request is refused. Without a parameter, for a statement may have used up its own (compiler.ts).
 */
function withinBudget({ physicalName }: Table, steps: number): Sql {
  const rows = sql`(SELECT total FROM ${ident(ROW_COUNTS)} WHERE table_name = ${jsonKey(physicalName)})`
  const most = literal(Math.floor(MAX_STEPS / steps))
  const message = sql`'The filter takes ${literal(steps)} steps for each of ' || ${rows} || ' rows, and a table of that size may take '
    || (${literal(MAX_STEPS)} / ${rows}) || '; use fewer conditions, above all fewer like, or shorter lists.'`
  return sql`(CASE WHEN ${rows} > ${most} THEN ${refusal('INVALID_FILTER', message)} ELSE 1 END)`
}
