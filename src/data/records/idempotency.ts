/**
 * `Idempotency-Key`: a write that is sent again, because its answer was lost, takes effect once. The key, the effect and the
 * answer go into the data database in one batch, so there is no moment at which one is there without the others.
 */
import { ApiError } from '../../errors'
import { BatchUndone, UniqueViolation, batch, first, run } from '../../lib/d1'
import { sha256 } from '../../lib/crypto'
import { type Sql, sql } from '../../lib/sql'
import { DAY_MS } from '../../lib/time'

/** How long an answer is kept, ms (security.md 4.2). */
const KEPT_MS = DAY_MS
const MAX_KEY_LENGTH = 255
const TABLE = 'idempotency_keys'

/** A write, and how its answer is known to the database itself at the end of its batch. */
export interface Write<Answer> {
  /** One transaction. */
  statements: readonly Sql[]
  /** The answer from the batch's results. */
  read(results: readonly D1Result<Record<string, unknown>>[]): Answer
  /** Why a condition of the batch did not hold, found out afterwards; where it has conditions. */
  refused?(data: D1Database): Promise<ApiError>
  /** Which rows a unique index refused, found out afterwards; null when none is to blame any more. Where it has many rows. */
  duplicates?(data: D1Database, violation: UniqueViolation): Promise<ApiError | null>
  /** The same answer as an SQL expression of JSON text, evaluated after the statements. Asked for only where it is kept. */
  answer: () => Sql
  /** From that JSON to the answer. */
  restore(stored: unknown): Answer
}

/** Whose request, and which: what has to be the same for an answer to be given again. */
export interface IdempotentRequest {
  /** Hash of caller and key. */
  key: string
  /** Hash of method, path, query and body. */
  request: string
}

/** The request's key, hashed; null when it has none. Throws INVALID_PARAMETER for one that is empty or too long. */
export async function readIdempotencyKey(
  header: string | undefined,
  request: { userId: string; method: string; url: string; body: string },
): Promise<IdempotentRequest | null> {
  if (header === undefined) return null
  if (header.trim() === '' || header.length > MAX_KEY_LENGTH) {
    throw new ApiError('INVALID_PARAMETER', `Idempotency-Key must have 1 to ${MAX_KEY_LENGTH} characters.`)
  }
  const { pathname, search } = new URL(request.url)
  const [key, fingerprint] = await Promise.all([
    sha256(JSON.stringify([request.userId, header])),
    sha256(JSON.stringify([request.method, pathname, search, request.body])),
  ])
  return { key, request: fingerprint }
}

/** Runs a write once. `replayed`: the answer is the one of an earlier request. Throws IDEMPOTENCY_KEY_REUSED. */
export async function runOnce<Answer>(
  data: D1Database,
  write: Write<Answer>,
  idempotent: IdempotentRequest | null,
  now: number,
): Promise<{ answer: Answer; replayed: boolean }> {
  const earlier = idempotent === null ? null : await findAnswer(data, idempotent, now)
  if (earlier !== null) return { answer: write.restore(earlier.answer), replayed: true }
  try {
    const keeping = idempotent === null ? [] : [keepAnswer(idempotent, write.answer(), now)]
    return { answer: write.read(await batch(data, [...write.statements, ...keeping])), replayed: false }
  } catch (error) {
    if (!(error instanceof UniqueViolation || error instanceof BatchUndone)) throw error
    // When the same request ran beside this one and was first, the whole batch was undone, and its answer stands.
    const other = idempotent === null ? null : await findAnswer(data, idempotent, now)
    if (other !== null) return { answer: write.restore(other.answer), replayed: true }
    throw (await whyRefused(data, write, error)) ?? error
  }
}

/** What a refusal means for the client, as far as the write can tell. */
async function whyRefused(
  data: D1Database,
  write: Write<unknown>,
  error: UniqueViolation | BatchUndone,
): Promise<ApiError | null | undefined> {
  return error instanceof BatchUndone ? write.refused?.(data) : write.duplicates?.(data, error)
}

const CREATE_TABLE = sql`CREATE TABLE IF NOT EXISTS idempotency_keys (
  key TEXT PRIMARY KEY, request TEXT NOT NULL, answer TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID`

function keepAnswer({ key, request }: IdempotentRequest, answer: Sql, now: number): Sql {
  return sql`INSERT INTO idempotency_keys (key, request, answer, created_at) VALUES (${key}, ${request}, ${answer}, ${now})`
}

async function findAnswer(
  data: D1Database,
  { key, request }: IdempotentRequest,
  now: number,
): Promise<{ answer: unknown } | null> {
  const [, , found] = await batch(data, [
    CREATE_TABLE,
    sql`DELETE FROM idempotency_keys WHERE key = ${key} AND created_at <= ${now - KEPT_MS}`,
    sql<{ request: string; answer: string }>`SELECT request, answer FROM idempotency_keys WHERE key = ${key}`,
  ])
  const [row] = found.results
  if (row === undefined) return null
  if (row.request !== request) throw new ApiError('IDEMPOTENCY_KEY_REUSED')
  return { answer: JSON.parse(row.answer) }
}

/** The scheduled job's share: forgets answers that are no longer kept. */
export async function deleteOldAnswers(data: D1Database, now: number = Date.now()): Promise<number> {
  const exists = await first(data, sql`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ${TABLE}`)
  return exists === null ? 0 : run(data, sql`DELETE FROM idempotency_keys WHERE created_at <= ${now - KEPT_MS}`)
}
