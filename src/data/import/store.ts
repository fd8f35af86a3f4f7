/**
 * Imports under way and the parts of their files, in the data database: a step writes its rows and how far it came in one
 * batch. Both tables are made when they are first needed; a data database has no migrations.
 */
import { ApiError } from '../../errors'
import { SchemaChanged, batch, first, requireChanges, rows, run } from '../../lib/d1'
import { type Sql, join, sql } from '../../lib/sql'
import { MINUTE_MS } from '../../lib/time'
import type { GivenFormat, Import, LoadState, NewImport, Owner, ReadingState, Report } from './state'

/**
 * Bytes of a part. Its bytes travel as hexadecimal text, which may have 2,000,000: as a BLOB they would travel as a JSON array of
 * numbers, which takes ten times as long.
 */
export const PART_SIZE = 960 * 1024

/** Imports that a project may have under way at once: each takes room in the database. */
const MAX_OPEN_IMPORTS = 5

/** After that long without a step an import makes room for a new one, where there are too many. */
const IDLE_MS = 15 * MINUTE_MS

/** Missing parts that are named. */
const MAX_NAMED = 100

const CREATE_TABLES = [
  sql`CREATE TABLE IF NOT EXISTS imports (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL, user_id TEXT NOT NULL, table_id TEXT, name TEXT NOT NULL, size INTEGER NOT NULL,
    step INTEGER NOT NULL DEFAULT 0, given TEXT NOT NULL DEFAULT '{}', reading TEXT, load TEXT, report TEXT,
    created_at INTEGER NOT NULL, touched_at INTEGER NOT NULL
  ) STRICT`,
  sql`CREATE TABLE IF NOT EXISTS import_parts (
    import_id TEXT NOT NULL, number INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (import_id, number)
  ) STRICT`,
]

/** What a step changes. */
export type Progress = Partial<Pick<Import, 'given' | 'reading' | 'load' | 'report' | 'size'>>

interface ImportRow {
  id: string
  project_id: string
  user_id: string
  table_id: string | null
  name: string
  size: number
  step: number
  given: string
  reading: string | null
  load: string | null
  report: string | null
}

function toImport(row: ImportRow): Import {
  const parse = (text: string | null): unknown => (text === null ? null : JSON.parse(text))
  return {
    id: row.id,
    projectId: row.project_id,
    userId: row.user_id,
    tableId: row.table_id,
    name: row.name,
    size: row.size,
    step: row.step,
    given: parse(row.given) as GivenFormat,
    reading: parse(row.reading) as ReadingState | null,
    load: parse(row.load) as LoadState | null,
    report: parse(row.report) as Report | null,
  }
}

/** How full the data database is, and what the files of imports under way will add to that. */
export interface Fill {
  bytes: number
  expected: number
}

export async function readFill(data: D1Database): Promise<Fill> {
  const results = await batch(data, [
    ...CREATE_TABLES,
    sql`SELECT COALESCE(SUM(size), 0) AS expected FROM imports WHERE report IS NULL`,
  ])
  const [last] = results.slice(-1)
  return { bytes: last?.meta.size_after ?? 0, expected: Number(last?.results[0]?.['expected'] ?? 0) }
}

/** Enters an import; false when the project has as many as it may have. */
export async function insertImport(data: D1Database, one: NewImport, now: number): Promise<boolean> {
  const added = await run(
    data,
    sql`INSERT INTO imports (id, project_id, user_id, table_id, name, size, created_at, touched_at)
      SELECT ${one.id}, ${one.projectId}, ${one.userId}, ${one.tableId}, ${one.name}, ${one.size}, ${now}, ${now}
      WHERE (SELECT COUNT(*) FROM imports WHERE project_id = ${one.projectId} AND report IS NULL) < ${MAX_OPEN_IMPORTS}`,
  )
  return added === 1
}

/** The project's import that has waited longest for its next step, where that is long enough to let it go. */
export function findIdleImport(data: D1Database, projectId: string, now: number): Promise<Import | null> {
  return findOne(
    data,
    sql`project_id = ${projectId} AND report IS NULL AND touched_at <= ${now - IDLE_MS} ORDER BY touched_at LIMIT 1`,
  )
}

/** Throws IMPORT_NOT_FOUND. */
export async function getImport(data: D1Database, { projectId, userId }: Owner, id: string): Promise<Import> {
  const found = await findOne(data, sql`id = ${id} AND project_id = ${projectId} AND user_id = ${userId}`)
  if (found === null) throw new ApiError('IMPORT_NOT_FOUND')
  return found
}

/** What somebody began and has not finished, the latest first. */
export async function findUnfinished(data: D1Database, { projectId, userId }: Owner): Promise<Pick<Import, 'id' | 'name'>[]> {
  const query = sql`SELECT id, name FROM imports WHERE project_id = ${projectId} AND user_id = ${userId} AND report IS NULL
    ORDER BY created_at DESC, id`
  return ifMade(() => rows<Pick<Import, 'id' | 'name'>>(data, query), [])
}

/** Imports without a step since `before`, the longest waiting first. */
export async function findAbandoned(data: D1Database, before: number, limit: number): Promise<Import[]> {
  return select(data, sql`touched_at <= ${before} ORDER BY touched_at LIMIT ${limit}`)
}

async function findOne(data: D1Database, condition: Sql): Promise<Import | null> {
  return (await select(data, condition))[0] ?? null
}

async function select(data: D1Database, condition: Sql): Promise<Import[]> {
  return ifMade(async () => (await rows<ImportRow>(data, sql`SELECT * FROM imports WHERE ${condition}`)).map(toImport), [])
}

/** `otherwise` where nothing was ever imported, and there are no tables for it. */
async function ifMade<Answer>(ask: () => Promise<Answer>, otherwise: Answer): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof SchemaChanged) return otherwise
    throw error
  }
}

/**
 * For the batch of a step: what it did, and that it is done. Undoes the batch when the import is at another step by now, or
 * gone.
 */
export function advance(one: Import, progress: Progress, now: number): Sql[] {
  const settings = Object.entries(progress).map(([name, value]) =>
    name === 'size' ? sql`size = ${Number(value)}` : sql`${MEMBERS[name as keyof typeof MEMBERS]} = ${stored(value)}`,
  )
  return [
    sql`UPDATE imports SET ${join([...settings, sql`step = step + 1`, sql`touched_at = ${now}`], ', ')}
      WHERE id = ${one.id} AND step = ${one.step}`,
    requireChanges(1),
  ]
}

const MEMBERS = { given: sql`given`, reading: sql`reading`, load: sql`load`, report: sql`report` }

function stored(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value)
}

/** Keeps a part of a file, once more if need be. Undone when the import is gone, or its parts are being read. */
export function keepPart(one: Import, number: number, bytes: ArrayBuffer, now: number): Sql[] {
  return [
    sql`UPDATE imports SET touched_at = ${now} WHERE id = ${one.id} AND reading IS NULL AND report IS NULL`,
    requireChanges(1),
    sql`INSERT INTO import_parts (import_id, number, bytes) VALUES (${one.id}, ${number}, unhex(${Buffer.from(bytes).toString('hex')}))
      ON CONFLICT DO UPDATE SET bytes = excluded.bytes`,
    sql`SELECT COUNT(*) AS received FROM import_parts WHERE import_id = ${one.id}`,
  ]
}

/** Throws a plain error for a part that is not there: reading begins when all are. */
export async function readPart(data: D1Database, one: Import, number: number): Promise<Uint8Array> {
  const row = await first<{ bytes: string }>(
    data,
    sql`SELECT hex(bytes) AS bytes FROM import_parts WHERE import_id = ${one.id} AND number = ${number}`,
  )
  if (row === null) throw new Error(`part ${number} of an import is not there`)
  return Buffer.from(row.bytes, 'hex')
}

export function countOfParts({ size }: Pick<Import, 'size'>): number {
  return Math.ceil(size / PART_SIZE)
}

/** Which parts have come. */
export async function findParts(data: D1Database, one: Import): Promise<{ received: number; missing: number[] }> {
  const numbers = await rows<{ number: number }>(
    data,
    sql`SELECT number FROM import_parts WHERE import_id = ${one.id} ORDER BY number`,
  )
  const there = new Set(numbers.map(({ number }) => number))
  const missing: number[] = []
  for (let number = 0; number < countOfParts(one) && missing.length < MAX_NAMED; number++) {
    if (!there.has(number)) missing.push(number)
  }
  return { received: there.size, missing }
}

/** Parts deleted in one statement. */
const PARTS_AT_ONCE = 200

export async function deleteParts(data: D1Database, { id }: Pick<Import, 'id'>): Promise<void> {
  const some = sql`SELECT rowid FROM import_parts WHERE import_id = ${id} LIMIT ${PARTS_AT_ONCE}`
  while ((await run(data, sql`DELETE FROM import_parts WHERE rowid IN (${some})`)) === PARTS_AT_ONCE);
}

/** Its parts too. From the first statement on no step takes effect. Returns whether it was there, and not done. */
export async function deleteImport(data: D1Database, { id }: Pick<Import, 'id'>): Promise<boolean> {
  const deleted = await first<{ open: number }>(data, sql`DELETE FROM imports WHERE id = ${id} RETURNING report IS NULL AS open`)
  await deleteParts(data, { id })
  return deleted?.open === 1
}

/** Imports whose parts a crash left behind when they were deleted. */
export function findDeleted(data: D1Database): Promise<{ id: string }[]> {
  const parts = sql`SELECT DISTINCT import_id AS id FROM import_parts WHERE import_id NOT IN (SELECT id FROM imports)`
  return ifMade(() => rows<{ id: string }>(data, parts), [])
}
