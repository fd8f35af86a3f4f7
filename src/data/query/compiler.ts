/**
 * A checked filter as SQL over the table alias `t`. Values are bound, columns are catalog names. It has at
 * most MAX_PARAMETERS parameters, and given the limits of limits.ts an expression depth well under D1's 100.
 */
import { ApiError } from '../../errors'
import { type Sql, all, any, column, empty, literal, sql } from '../../lib/sql'
import { type Binder, Pool, parameters } from './binder'
import { MAX_INSTRUCTIONS, countInstructions } from './cost'
import type { Reading } from './letters'
import { MAX_FILTER_SQL, MAX_NESTED_READINGS } from './limits'
import type { Comparison, Constant, Predicate, Subject, Test } from './predicate'

/** Parameters that a filter may take; the rest of D1's 100 are for the statement around it. */
export const MAX_PARAMETERS = 80

/** The expression that is true for the rows selected. It may be NULL where it is not true. Throws INVALID_FILTER. */
export function compileFilter(predicate: Predicate): Sql {
  return runnable(predicate, compile(predicate))
}

/** The same with one parameter, whatever it holds: for a statement that has many of its own. */
export function compilePooled(predicate: Predicate): Sql {
  return runnable(predicate, pooled(predicate))
}

function runnable(predicate: Predicate, filter: Sql): Sql {
  if (countInstructions(predicate) > MAX_INSTRUCTIONS || filter.sql.length > MAX_FILTER_SQL) {
    throw new ApiError('INVALID_FILTER', 'The filter asks for more than one query can do; use fewer conditions or shorter lists.')
  }
  return filter
}

function compile(predicate: Predicate): Sql {
  const direct = build(predicate, parameters).sql
  if (direct.values.length <= MAX_PARAMETERS) return direct
  return pooled(predicate)
}

function pooled(predicate: Predicate): Sql {
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
      return { sql: compileTest(predicate.subject, predicate, binder), depth: depthOf(predicate.subject) }
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

/** What a test is deeper than others. */
function depthOf({ readings = [], first }: Subject): number {
  return (first?.readings ?? readings).length
}

function compileTest(subject: Subject, test: Test, binder: Binder): Sql {
  const cell = compileSubject(subject, binder)
  switch (test.test) {
    case 'null':
      return sql`${cell} IS NULL`
    case 'constant':
      return sql`${cell} = ${CONSTANTS[test.text]}`
    case 'compare':
      return sql`${cell} ${COMPARISONS[test.comparison]} ${binder.value(test.value)}`
    case 'oneOf':
      return sql`${cell} IN (${binder.list(test.values)})`
    case 'contains':
      return sql`instr(${cell}, ${binder.value(test.text)}) > 0`
    case 'startsWith':
      return sql`instr(${cell}, ${binder.value(test.text)}) = 1`
    case 'endsWith':
      return sql`substr(${cell}, ${binder.value(-[...test.text].length)}) = ${binder.value(test.text)}`
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
 * The first place of each piece is as good as any, so one walk tells: `r` is what is left of the cell after the first `i`
 * pieces. No row of that number, as when a piece is missing or the cell is NULL, is NULL. A walk has the same size and depth
 * for any number of pieces.
 */
function compilePieces(cell: Sql, { anchored, pieces, end }: Extract<Test, { test: 'pieces' }>, binder: Binder): Sql {
  const all = binder.value(JSON.stringify(pieces))
  const begins = anchored ? sql` AND (i > 0 OR instr(r, p->>i) = 1)` : empty
  const ends = end === '' ? sql`1` : sql`substr(r, ${literal(-[...end].length)}) = ${binder.value(end)}`
  const next = sql`SELECT p, i + 1, substr(r, instr(r, p->>i) + length(p->>i)) FROM s WHERE instr(r, p->>i) > 0${begins}`
  return sql`(WITH RECURSIVE s(p, i, r) AS (SELECT ${all}, 0, ${cell} UNION ALL ${next}) SELECT ${ends} FROM s WHERE i = ${literal(pieces.length)})`
}

const CONSTANTS = {
  '': sql`''`,
  null: sql`'null'`,
  '""': sql`'""'`,
  '[]': sql`'[]'`,
} as const satisfies Record<Constant, Sql>

const COMPARISONS = {
  '=': sql`=`,
  '<': sql`<`,
  '<=': sql`<=`,
  '>': sql`>`,
  '>=': sql`>=`,
} as const satisfies Record<Comparison, Sql>

function compileSubject(subject: Subject, binder: Binder): Sql {
  const cell = compileCell(subject)
  const { readings, first } = subject
  if (readings === undefined) return cell
  const lower = sql`lower(${cell})`
  const read = compileReadings(lower, readings, binder)
  if (first === undefined) return read
  return sql`iif(instr(${compileReadings(lower, first.readings, binder)}, ${binder.value(first.text)}) > 0, ${read}, NULL)`
}

/** Calls inside calls are quick, 0.2 µs each; beyond their depth one step of a walk for each reading. */
function compileReadings(cell: Sql, readings: readonly Reading[], binder: Binder): Sql {
  if (readings.length <= MAX_NESTED_READINGS) {
    return readings.reduce(
      (inner, [form, letter]) => sql`replace(${inner}, ${binder.value(form)}, ${binder.value(letter)})`,
      cell,
    )
  }
  const next = sql`SELECT p, i + 1, replace(r, p->i->>0, p->i->>1) FROM f WHERE i < ${literal(readings.length)}`
  const walk = sql`f(p, i, r) AS (SELECT ${binder.value(JSON.stringify(readings))}, 0, ${cell} UNION ALL ${next})`
  return sql`(WITH RECURSIVE ${walk} SELECT r FROM f WHERE i = ${literal(readings.length)})`
}

function compileCell({ physicalName, as }: Subject): Sql {
  const cell = column(physicalName)
  switch (as) {
    case 'plain':
      return cell
    case 'zeroForNull':
      return sql`coalesce(${cell}, 0)`
    case 'digits':
      return sql`CAST(${cell} AS TEXT)`
    case 'decimal':
      return compileDecimal(cell)
    case 'jsonString':
      return sql`iif(json_valid(${cell}) AND substr(${cell}, 1, 1) = '"', ${cell} ->> '$', NULL)`
    case 'day':
      return sql`substr(${cell}, 1, 10)`
  }
}

/**
 * A number as JavaScript and JSON write it: `5` for 5.0, as few digits `p` as tell it from all others, an exponent below
 * 0.000001 only.
 */
function compileDecimal(cell: Sql): Sql {
  const digits = sql`CASE x WHEN printf('%!.15g',x)+0 THEN 15 WHEN printf('%!.16g',x)+0 THEN 16 ELSE 17 END p`
  const small = sql`rtrim(printf('%!.*f',p+4+(abs(x)<1e-5),x),'0')`
  const usual = sql`replace(replace(printf('%!.*g',p,x),'.0e','e'),'e-0','e-')`
  return sql`(SELECT CASE WHEN x=round(x) THEN printf('%d',x) WHEN abs(x) BETWEEN 1e-6 AND 1e-4 THEN ${small} ELSE ${usual} END
    FROM (SELECT x,${digits} FROM (SELECT ${cell} x)) WHERE x NOT NULL)`
}

/** A comma-joined cell with a comma at either end, so that an item is found by its commas. */
function joined(cell: Sql): Sql {
  return sql`',' || ${cell} || ','`
}

function itemsOf(items: readonly string[], binder: Binder): Sql {
  return binder.value(JSON.stringify(items.map((item) => `,${item},`)))
}
