/** Both databases, kept as they are and brought back: so that hundreds of requests each start from the same state. */
import { env } from 'cloudflare:workers'

const DATABASES = ['DB', 'DATA'] as const
interface SchemaEntry {
  type: string
  name: string
  sql: string
}

/** A copy of a table is called like it, with this before. */
const COPY = 'kept_'

const OWN = String.raw`sql IS NOT NULL AND name NOT LIKE '\_cf%' ESCAPE '\' AND name NOT LIKE 'sqlite%' AND name <> 'd1_migrations'`

async function readSchema(db: D1Database): Promise<SchemaEntry[]> {
  const { results } = await db.prepare(`SELECT type, name, sql FROM sqlite_schema WHERE ${OWN} ORDER BY name`).all<SchemaEntry>()
  return results.filter(({ name, type }) => !name.startsWith(COPY) && ['table', 'index'].includes(type))
}

const tablesOf = (schema: readonly SchemaEntry[]) => schema.filter(({ type }) => type === 'table').map(({ name }) => name)

const sameSchema = (one: readonly SchemaEntry[], other: readonly SchemaEntry[]) => JSON.stringify(one) === JSON.stringify(other)

/** The rows and the schema of both as text. What is made by chance or by the clock is not told apart, unless it was there when kept. */
export type State = string[]

export interface Saved {
  restore: () => Promise<void>
  read: () => Promise<State>
}

/** Ids, tokens and hashes, short forms of tokens, prefixes of table names, versions of rows, times in milliseconds and as text. */
const BY_CHANCE =
  /\b[a-z]{1,2}_[a-z0-9]{14}\b|[\w+/=$-]{22,}|[\w-]{4}…[\w-]{4}|nc_\w{4}__|"v":\d+|\b1[6-9]\d{11}\b|\b20\d\d-\d\d-\d\d[ T]\d\d:\d\d[\d:.]*(?:\+00:00|Z)?/g

/** Counted before a password is looked at, whatever comes after. */
const IGNORED_TABLES = ['attempts']
/** Written after the answer, for lists that people read; numbers of which some may go unused, so that none is used twice; and where a request came from. */
const IGNORED_COLUMNS = ['last_used_at', 'next_column', 'address']
/** Events that are counted as those attempts are; and of what happens in the other database, where no transaction has both. */
const IGNORED_EVENTS = ['table.exported', 'import.started', 'import.done']
const isIgnored = ({ counted_as: counted, action }: Record<string, unknown>) =>
  typeof counted === 'string' || IGNORED_EVENTS.some((ignored) => ignored === action)

/** Keeps both databases as they are now. */
export async function keep(): Promise<Saved> {
  const schemas = { DB: await readSchema(env.DB), DATA: await readSchema(env.DATA) }
  for (const side of DATABASES) {
    const copies = [...tablesOf(schemas[side]), 'sqlite_sequence'].map((name) =>
      env[side].prepare(`CREATE TABLE "${COPY}${name}" AS SELECT * FROM "${name}"`),
    )
    await env[side].batch(copies)
  }
  const known = new Set((await readLines()).flatMap((line) => line.match(BY_CHANCE) ?? []))
  const read = async () => (await readLines()).map((line) => mask(line, known)).toSorted()
  const restore = async () => {
    for (const side of DATABASES) await restoreOne(env[side], schemas[side])
  }
  return { read, restore }
}

function mask(text: string, known: ReadonlySet<string>): string {
  return text.replaceAll(BY_CHANCE, (found) => (known.has(found) ? found : '(new)'))
}

async function readLines(): Promise<string[]> {
  const lines = await Promise.all(DATABASES.map((side) => linesOf(env[side])))
  return lines.flat()
}

async function linesOf(db: D1Database): Promise<string[]> {
  const schema = await readSchema(db)
  const tables = tablesOf(schema).filter((name) => !IGNORED_TABLES.includes(name))
  const results = await db.batch<Record<string, unknown>>(tables.map((name) => db.prepare(`SELECT * FROM "${name}"`)))
  const rows = tables.flatMap((name, index) =>
    (results[index]?.results ?? []).filter((row) => !isIgnored(row)).map((row) => `${name} ${textOf(row)}`),
  )
  return [...schema.map(({ sql }) => sql), ...rows]
}

function textOf(row: Record<string, unknown>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(row).filter(([name]) => !IGNORED_COLUMNS.includes(name))))
}

async function restoreOne(db: D1Database, schema: readonly SchemaEntry[]): Promise<void> {
  const now = await readSchema(db)
  const statements = ['PRAGMA defer_foreign_keys = on']
  if (!sameSchema(now, schema)) {
    statements.push(
      ...tablesOf(now).map((name) => `DROP TABLE "${name}"`),
      ...schema.filter(({ type }) => type === 'table').map(({ sql }) => sql),
    )
    statements.push(...schema.filter(({ type }) => type === 'index').map(({ sql }) => sql))
  }
  const tables = tablesOf(schema)
  // All are emptied before any is filled: to delete a row deletes those that name it.
  statements.push(...tables.map((name) => `DELETE FROM "${name}"`), 'DELETE FROM sqlite_sequence')
  statements.push(...[...tables, 'sqlite_sequence'].map((name) => `INSERT INTO "${name}" SELECT * FROM "${COPY}${name}"`))
  await db.batch(statements.map((statement) => db.prepare(statement)))
}
