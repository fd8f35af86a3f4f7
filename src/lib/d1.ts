/** D1 with our SQL type, and with its error texts (it has no codes) turned into types in one place. */
import { addD1Cost } from './d1-cost'
import { type Call, NoAnswer, inTime } from './patience'
import { type RowOf, Sql, literal, sql } from './sql'

/** Not now: D1 is away, overloaded, or did not answer in time. */
export class Unavailable extends Error {
  constructor(
    cause: unknown,
    /** A write may have taken effect, or may yet, and nobody knows. */
    readonly isOutcomeUnknown: boolean,
  ) {
    super('the database is not available', { cause })
    this.name = 'Unavailable'
  }
}

/** The values are longer than D1 holds at once. */
export class TooLong extends Error {
  constructor(cause: unknown) {
    super('values are too long', { cause })
    this.name = 'TooLong'
  }
}

/** A statement of ours refused itself, and said with which code and why. */
export class StatementRefusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    cause: unknown,
  ) {
    super(message, { cause })
    this.name = 'StatementRefusal'
  }
}

/** A unique index refused a write. `columns` are physical names, in index order. */
export class UniqueViolation extends Error {
  constructor(
    readonly table: string,
    readonly columns: readonly string[],
    cause: unknown,
  ) {
    super(`unique constraint on ${table}(${columns.join(', ')})`, { cause })
    this.name = 'UniqueViolation'
  }
}

/**
 * A table or column of the statement is not there: the catalog it was made from is out of date. Nothing of the batch took
 * effect. http/retry-stale-schema.ts tries again once, with the catalog as it is by then; after that http/errors.ts says 503.
 */
export class SchemaChanged extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause })
    this.name = 'SchemaChanged'
  }
}

/** A table has as many columns as D1 allows, those that wait to be dropped among them. */
export class TooManyColumns extends Error {
  constructor(cause: unknown) {
    super('too many columns', { cause })
    this.name = 'TooManyColumns'
  }
}

/** A row names another one that is not there, or not any more. */
export class ReferenceViolation extends Error {
  constructor(cause: unknown) {
    super('foreign key constraint', { cause })
    this.name = 'ReferenceViolation'
  }
}

/** A statement of requireThat() undid its batch. */
export class BatchUndone extends Error {
  constructor(cause: unknown) {
    super('a condition of the batch did not hold', { cause })
    this.name = 'BatchUndone'
  }
}

/**
 * In a batch: unless the condition holds, the whole batch is undone and BatchUndone thrown. SQLite has no ROLLBACK in an
 * expression; an error is one, and no text of ours is ever malformed JSON.
 */
export function requireThat(condition: Sql): Sql {
  return sql`SELECT CASE WHEN ${condition} THEN 1 ELSE json('a condition does not hold') END`
}

/**
 * An expression that refuses the request (StatementRefusal), with that sentence, when a statement comes to it: before it has done anything, where
 * that depends on the database. SQLite tells what it cannot take for a path of JSON, and no path of ours is ever wrong.
 */
export function refusal(code: string, message: Sql): Sql {
  if (!/^[A-Z_]+$/.test(code)) throw new TypeError('only names of errors stand in SQL as text')
  return sql`json_extract('{}', ${new Sql([`'${code}: '`], [])} || ${message})`
}

/** Right after a statement in a batch: that one must have changed `count` rows. */
export function requireChanges(count: number): Sql {
  return requireThat(sql`changes() = ${literal(count)}`)
}

/** Messages of D1 that mean "not now" (developers.cloudflare.com/d1, debugging): the outcome of a write may be unknown. */
const UNAVAILABLE = [
  'Network connection lost',
  'storage caused object to be reset',
  'reset because its code was updated',
  'starting up D1 DB storage',
  'transient issue',
  'overloaded',
  'Too many requests queued',
  'exceeded timeout',
  'CPU time limit',
  'memory limit',
  'client disconnected',
  'database is locked',
]

function translate(error: unknown): unknown {
  if (error instanceof NoAnswer) return new Unavailable(error, !error.isRead)
  const text = error instanceof Error ? error.message : String(error)
  if (UNAVAILABLE.some((part) => text.includes(part))) return new Unavailable(error, false)
  if (/no such (?:table|column)\b|has no column named/.test(text)) return new SchemaChanged(text, error)
  // The request fits in a row, but not what the database makes of it: an answer to be kept, or a row as JSON.
  if (text.includes('string or blob too big')) return new TooLong(error)
  if (text.includes('too many columns')) return new TooManyColumns(error)
  if (text.includes('FOREIGN KEY constraint failed')) return new ReferenceViolation(error)
  if (text.includes('malformed JSON')) return new BatchUndone(error)
  const [, code, message] = /bad JSON path: '([A-Z_]+): (.+)'/.exec(text) ?? []
  if (code !== undefined && message !== undefined) return new StatementRefusal(code, message, error)
  const unique = /UNIQUE constraint failed: ([^:]+)/.exec(text)
  if (unique?.[1] !== undefined) {
    const columns = unique[1].split(', ').map((name) => name.slice(name.indexOf('.') + 1).trim())
    return new UniqueViolation(unique[1].slice(0, unique[1].indexOf('.')), columns, error)
  }
  return error
}

function prepare(db: D1Database, statement: Sql): D1PreparedStatement {
  return db.prepare(statement.sql).bind(...statement.values)
}

/** Keywords that SQL of ours has in capitals; values are bound, and names of the catalog are generated. */
const WRITES = /\b(?:INSERT|UPDATE|DELETE|CREATE|ALTER|DROP)\b/

function isRead(statements: readonly Sql[]): boolean {
  return !statements.some((statement) => WRITES.test(statement.sql))
}

/** One round trip: its cost is noted, its failure told in our types. */
async function call<Answer>(
  how: Call,
  metas: (answer: Answer) => readonly D1Meta[],
  ask: () => Promise<Answer>,
): Promise<Answer> {
  try {
    const answer = await inTime(how, ask)
    addD1Cost(metas(answer))
    return answer
  } catch (error) {
    throw translate(error)
  }
}

const one = ({ meta }: D1Result) => [meta]

/** The first row, or null. `Row` is unchecked: the worker test of each store, after the real migrations, checks it. */
export async function first<Row>(db: D1Database, statement: Sql): Promise<Row | null> {
  // Not .first(): that does not tell what it cost.
  return (await rows<Row>(db, statement))[0] ?? null
}

/** All rows. `patience`: milliseconds, for what is known to be slow. */
export async function rows<Row>(db: D1Database, statement: Sql, patience?: number): Promise<Row[]> {
  const how = { isRead: isRead([statement]), patience }
  return (await call<D1Result<Row>>(how, one, () => prepare(db, statement).all<Row>())).results
}

/** Runs a write. Returns how many rows it changed. */
export async function run(db: D1Database, statement: Sql): Promise<number> {
  return (await call({ isRead: false }, one, () => prepare(db, statement).run())).meta.changes
}

/**
 * Runs statements as one transaction in one round trip: all take effect or none. Results are in order. D1 takes no empty batch.
 */
export async function batch<const Statements extends readonly Sql[]>(
  db: D1Database,
  statements: Statements,
): Promise<Results<Statements>> {
  const prepared = () => db.batch(statements.map((statement) => prepare(db, statement)))
  const how = { isRead: isRead(statements) }
  const results = statements.length === 0 ? [] : await call(how, (all) => all.map(({ meta }) => meta), prepared)
  // As many as there are statements, each with the rows that its own says.
  return results as Results<Statements>
}

/** The row of a statement that always answers with one: a count, or what was inserted. */
export function onlyRow<Row>({ results: [row] }: D1Result<Row>): Row {
  if (row === undefined) throw new TypeError('a statement answered without its row')
  return row
}

export type Results<Statements extends readonly Sql[]> = {
  -readonly [Index in keyof Statements]: D1Result<RowOf<Statements[Index]>>
}
