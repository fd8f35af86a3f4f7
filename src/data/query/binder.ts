/**
 * How values get into a filter's SQL. Usually each is a parameter. D1 takes 100 of them in a statement, so a filter with
 * more values than its share puts all of them into one JSON parameter:
 *
 *     (WITH vals(v) AS (SELECT ?),
 *      w0 AS MATERIALIZED (SELECT v->>0 AS a0, v->>1 AS a1, … FROM vals), …
 *      SELECT <the filter, with w0.a0, w0.a1, … for its values> FROM w0, …)
 *
 * The w tables have one row, are made once for a statement, and a value read from one costs one instruction. (A subquery
 * for each value was tried: 24 instructions, too many for 500 conditions; see cost.ts.) Numbers survive the way through
 * JSON: SQLite read 200,000 random doubles of JSON.stringify back to the bit; test/worker/query.test.ts repeats that.
 */
import { D1_LIMITS, Sql, join, sql } from '../../lib/sql'
import type { Scalar } from './predicate'

export interface Binder {
  /** An expression that is the value. */
  value(value: Scalar): Sql
  /** A SELECT of one column that gives the values, and that SQLite evaluates once. */
  list(values: readonly Scalar[]): Sql
}

/** Each value a parameter, each list a JSON parameter. */
export const parameters: Binder = {
  value: (value) => sql`${value}`,
  list: (values) => sql`SELECT value FROM json_each(${JSON.stringify(values)})`,
}

/** Collects all values for one parameter; `wrap` makes an expression of the filter that was built with them. */
export class Pool implements Binder {
  private readonly values: unknown[] = []
  private readonly scalars: number[] = []

  value(value: Scalar): Sql {
    const index = this.values.push(value) - 1
    const position = this.scalars.push(index) - 1
    return code(`w${Math.floor(position / D1_LIMITS.columns)}.a${index}`)
  }

  list(values: readonly Scalar[]): Sql {
    const index = this.values.push(values) - 1
    return code(`SELECT j.value FROM vals, json_each(v, '$[${index}]') AS j`)
  }

  wrap(filter: Sql): Sql {
    const tables: Sql[] = []
    for (let from = 0; from < this.scalars.length; from += D1_LIMITS.columns) {
      const columns = this.scalars.slice(from, from + D1_LIMITS.columns).map((index) => `v->>${index} AS a${index}`)
      tables.push(code(`w${tables.length} AS MATERIALIZED (SELECT ${columns.join(', ')} FROM vals)`))
    }
    const source = tables.length === 0 ? '' : ` FROM ${tables.map((_, index) => `w${index}`).join(', ')}`
    return sql`(WITH ${join([sql`vals(v) AS (SELECT ${JSON.stringify(this.values)})`, ...tables], ', ')} SELECT ${filter}${code(source)})`
  }
}

/** SQL text of our own making: words of this file and counters, never a value or a name. */
function code(text: string): Sql {
  return new Sql([text], [])
}
