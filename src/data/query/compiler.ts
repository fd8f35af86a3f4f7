/**
 * A checked filter as SQL over the table alias `t`. Values are bound, columns are catalog names. It has at
 * most MAX_PARAMETERS parameters, and given the limits of limits.ts an expression depth well under D1's 100.
 */
import { type Sql, all, any, column, empty, literal, sql } from '../../lib/sql'
import { type Binder, Pool, parameters } from './binder'
import type { Comparison, Predicate, Subject, Test } from './predicate'

/** Parameters that a filter may take; the rest of D1's 100 are for the statement around it. */
export const MAX_PARAMETERS = 80

/** The expression that is true for the rows selected. It may be NULL where it is not true. */
export function compileFilter(predicate: Predicate): Sql {
  const direct = build(predicate, parameters).sql
  if (direct.values.length <= MAX_PARAMETERS) return direct
  const pool = new Pool()
  return pool.wrap(build(predicate, pool).sql)
}

/** SQL, and how deep it is. */
interface Built {
  sql: Sql
  depth: number
}

function build(predicate: Predicate, binder: Binder): Built {
  switch (predicate.type) {
    case 'test':
      return { sql: compileTest(predicate.subject, predicate, binder), depth: 0 }
    case 'not': {
      // NOT would leave NULL as it is; a row is either selected or not.
      const child = build(predicate.child, binder)
      return { sql: sql`(${child.sql}) IS NOT TRUE`, depth: child.depth + 1 }
    }
    case 'and':
    case 'or': {
      const combine = predicate.type === 'and' ? all : any
      return balance(
        predicate.children.map((child) => build(child, binder)),
        combine,
      )
    }
  }
}

/**
 * Joins terms so that the deep ones end up near the root: with 20 nested groups of many conditions each, a tree balanced
 * only by count would add its full depth at every level and pass 100.
 */
function balance(terms: readonly Built[], combine: (terms: readonly Sql[]) => Sql): Built {
  const deepest = Math.max(0, ...terms.map(({ depth }) => depth))
  if (terms.every(({ depth }) => depth === deepest)) {
    return { sql: combine(terms.map((term) => term.sql)), depth: deepest + Math.ceil(Math.log2(Math.max(1, terms.length))) }
  }
  const [first, second, ...others] = terms.toSorted((one, other) => one.depth - other.depth)
  if (first === undefined || second === undefined) return { sql: combine([]), depth: 0 }
  const pair = { sql: combine([first.sql, second.sql]), depth: second.depth + 1 }
  return others.length === 0 ? pair : balance([...others, pair], combine)
}

function compileTest(subject: Subject, test: Test, binder: Binder): Sql {
  const cell = compileSubject(subject)
  switch (test.test) {
    case 'null':
      return sql`${cell} IS NULL`
    case 'emptyText':
      return sql`${cell} = ''`
    case 'emptyJson':
      return sql`${cell} IN ('[]', 'null')`
    case 'compare':
      return sql`${cell} ${COMPARISONS[test.comparison]} ${binder.value(test.value)}`
    case 'oneOf':
      return sql`${cell} IN (${binder.list(test.values)})`
    case 'contains':
      return sql`instr(lower(${cell}), ${binder.value(test.text)}) > 0`
    case 'startsWith':
      return sql`instr(lower(${cell}), ${binder.value(test.text)}) = 1`
    case 'endsWith':
      return sql`substr(lower(${cell}), ${binder.value(-[...test.text].length)}) = ${binder.value(test.text)}`
    case 'pattern':
      return sql`${cell} LIKE ${binder.value(test.text)} ESCAPE '!'`
    case 'pieces':
      return compilePieces(cell, test, binder)
    case 'hasItem':
      return sql`instr(${joined(cell)}, ${binder.value(`,${test.item},`)}) > 0`
    case 'hasAnyItem':
      return sql`(SELECT max(instr(${joined(cell)}, j.value)) FROM json_each(${itemsOf(test.items, binder)}) AS j) > 0`
    case 'hasAllItems':
      return sql`(SELECT min(instr(${joined(cell)}, j.value)) FROM json_each(${itemsOf(test.items, binder)}) AS j) > 0`
  }
}

/**
 * The first place of each piece is as good as any, so one walk tells: `r` is what is left of the cell behind the first `i`
 * pieces. No row of that number, as when a piece is missing or the cell is NULL, is NULL. A walk has the same size and depth
 * for any number of pieces.
 */
function compilePieces(cell: Sql, { anchored, pieces, end }: Extract<Test, { test: 'pieces' }>, binder: Binder): Sql {
  const all = binder.value(JSON.stringify(pieces))
  const begins = anchored ? sql` AND (i > 0 OR instr(r, p->>i) = 1)` : empty
  const ends = end === '' ? sql`1` : sql`substr(r, ${literal(-[...end].length)}) = ${binder.value(end)}`
  const next = sql`SELECT p, i + 1, substr(r, instr(r, p->>i) + length(p->>i)) FROM s WHERE instr(r, p->>i) > 0${begins}`
  return sql`(WITH RECURSIVE s(p, i, r) AS (SELECT ${all}, 0, lower(${cell}) UNION ALL ${next}) SELECT ${ends} FROM s WHERE i = ${literal(pieces.length)})`
}

const COMPARISONS = {
  '=': sql`=`,
  '<': sql`<`,
  '<=': sql`<=`,
  '>': sql`>`,
  '>=': sql`>=`,
} as const satisfies Record<Comparison, Sql>

function compileSubject({ physicalName, as }: Subject): Sql {
  const cell = column(physicalName)
  switch (as) {
    case 'plain':
      return cell
    case 'zeroForNull':
      return sql`coalesce(${cell}, 0)`
    case 'digits':
      // 5.0 is "5" to whoever reads it as JSON.
      return sql`CAST(iif(${cell} = CAST(${cell} AS INTEGER), CAST(${cell} AS INTEGER), ${cell}) AS TEXT)`
    case 'day':
      return sql`substr(${cell}, 1, 10)`
  }
}

/** A comma-joined cell with a comma at either end, so that an item is found by its commas. */
function joined(cell: Sql): Sql {
  return sql`',' || ${cell} || ','`
}

function itemsOf(items: readonly string[], binder: Binder): Sql {
  return binder.value(JSON.stringify(items.map((item) => `,${item},`)))
}
