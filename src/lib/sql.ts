/**
 * SQL as a tagged template whose type is a class: a request body, whatever its shape, can never pass for SQL.
 * Values become bound parameters. Identifiers come only from the catalog, through ident() and column().
 */
import tag, { type RawValue, Sql, empty, join, raw } from 'sql-template-tag'

export { Sql, empty, join }

declare const ROW: unique symbol

/** SQL that says which rows it answers with. Nothing checks that but the tests of each store, on the real schema. */
export type Query<Row> = Sql & { readonly [ROW]?: Row }

/** What a statement answers with, a column a member where it does not say. */
export type RowOf<Statement extends Sql> =
  Statement extends Query<infer Row> ? (unknown extends Row ? Record<string, unknown> : Row) : never

export function sql<Row>(strings: TemplateStringsArray, ...values: RawValue[]): Query<Row> {
  return tag(strings, ...values)
}

/** What D1 (its SQLite limits as workerd sets them) refuses to go beyond. test/worker/d1-limits.test.ts tells when one moves. */
export const D1_LIMITS = {
  /** Bound parameters of one statement. Way round: one JSON parameter read by json_each(). */
  parameters: 100,
  /** Depth of an expression tree: `a AND b AND …` a hundred times fails. Way round: all() and any() build balanced trees. */
  expressionDepth: 100,
  /** Bytes of a LIKE or GLOB pattern. Way round: instr() for "contains". */
  likePatternBytes: 50,
  /** Terms of one UNION / INTERSECT / EXCEPT chain. */
  compoundSelectTerms: 5,
  /** Columns of a table, or of a result. */
  columns: 100,
  /** Bytes of one string, and of one row. Not enforced locally, so ours to enforce. */
  rowBytes: 2_000_000,
  /** Bytes of one statement's text. */
  statementBytes: 100_000,
} as const

/** A quoted identifier. `name` must come from the catalog or from source code, never from a request. */
export function ident(name: string): Sql {
  return raw(`"${name.replaceAll('"', '""')}"`)
}

/**
 * A column as `t."name"`. The qualifier matters: SQLite reads an unknown bare `"name"` as a string constant (true for every
 * row of a comparison with itself), while an unknown `t."name"` is an error.
 */
export function column(name: string, table = 't'): Sql {
  return raw(`${table}."${name.replaceAll('"', '""')}"`)
}

/**
 * A column where no table can stand before it, as in CREATE INDEX: in brackets, an unknown name is an error and not a string.
 * `name` is a generated one, never the user's text.
 */
export function bracketed(name: string): Sql {
  if (!/^[a-z]\w*$/.test(name)) throw new TypeError('only generated names stand in SQL as text')
  return raw(`[${name}]`)
}

/** A whole number of our own (a position, a constant) as text of the statement, so that it takes no parameter. */
export function literal(number: number): Sql {
  if (!Number.isSafeInteger(number)) throw new TypeError('only whole numbers stand in SQL as text')
  return raw(String(number))
}

/** `'c1'`, the name of a member of a JSON object. `name` is a generated one, never the user's text. */
export function jsonKey(name: string): Sql {
  if (!/^[a-z]\w*$/.test(name)) throw new TypeError('only generated names stand in SQL as text')
  return raw(`'${name}'`)
}

/** All terms hold. Empty is true. A balanced tree, so that depth grows with the logarithm of the number of terms. */
export function all(terms: readonly Sql[]): Sql {
  return balanced(terms, ' AND ', '1')
}

/** At least one term holds. Empty is false. */
export function any(terms: readonly Sql[]): Sql {
  return balanced(terms, ' OR ', '0')
}

/** All terms together. Empty is 0. */
export function sum(terms: readonly Sql[]): Sql {
  return balanced(terms, ' + ', '0')
}

function balanced(terms: readonly Sql[], operator: ' AND ' | ' OR ' | ' + ', whenEmpty: '0' | '1'): Sql {
  const [first] = terms
  if (first === undefined) return raw(whenEmpty)
  if (terms.length === 1) return first
  const middle = terms.length >> 1
  const left = balanced(terms.slice(0, middle), operator, whenEmpty)
  const right = balanced(terms.slice(middle), operator, whenEmpty)
  return join([left, right], operator, '(', ')')
}
