/** D1 has messages, not codes: which of them mean "not now", and which name a unique index. */
import { describe, expect, test } from 'vitest'
import { ApiError } from '../../../src/errors'
import { toApiError } from '../../../src/http/errors'
import { TooLong, Unavailable, UniqueViolation, batch, first, rows, run } from '../../../src/lib/d1'
import { sql } from '../../../src/lib/sql'

/** A database that answers everything with one error. */
function failing(message: string): D1Database {
  const fail = () => Promise.reject(new Error(message))
  const statement = { bind: () => statement, first: fail, all: fail, run: fail, raw: fail }
  return { prepare: () => statement, batch: fail } as unknown as D1Database
}

const WAYS: [string, (db: D1Database) => Promise<unknown>][] = [
  ['first', (db) => first(db, sql`SELECT 1`)],
  ['rows', (db) => rows(db, sql`SELECT 1`)],
  ['run', (db) => run(db, sql`SELECT 1`)],
  ['batch', (db) => batch(db, [sql`SELECT 1`])],
]

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  )

describe.each(WAYS)('%s', (_, ask) => {
  test.each([
    'D1_ERROR: Network connection lost.',
    'D1_ERROR: D1 DB reset because its code was updated.',
    'D1_ERROR: Internal error in D1 DB storage caused object to be reset.',
    'D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.',
    'D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.',
    'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
    'D1_ERROR: D1 DB is overloaded. Too many requests queued.',
    'D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.',
    'D1_ERROR: D1 DB exceeded its CPU time limit and was reset.',
    'D1_ERROR: D1 DB exceeded its memory limit and was reset.',
    'D1_ERROR: client disconnected',
    'D1_ERROR: database is locked: SQLITE_BUSY',
  ])('says DATABASE_UNAVAILABLE for "%s"', async (message) => {
    const error = await caught(ask(failing(message)))
    expect(error).toBeInstanceOf(Unavailable)
    const known = toApiError(error)
    expect(known).toMatchObject({ code: 'DATABASE_UNAVAILABLE', status: 503, headers: { 'retry-after': '2' } })
    expect(known.message).not.toContain('D1')
    expect(known.cause).toMatchObject({ message })
  })

  test('names the table and the columns of a unique index', async () => {
    const message = 'D1_ERROR: UNIQUE constraint failed: tables.project_id, tables.title: SQLITE_CONSTRAINT'
    const error = await caught(ask(failing(message)))
    expect(error).toBeInstanceOf(UniqueViolation)
    expect(error).toMatchObject({ table: 'tables', columns: ['project_id', 'title'] })
  })

  test('says PAYLOAD_TOO_LARGE for a text that production does not hold, although the local database does', async () => {
    const error = await caught(ask(failing('D1_ERROR: string or blob too big: SQLITE_TOOBIG')))
    expect(error).toBeInstanceOf(TooLong)
    const known = toApiError(error)
    expect(known).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', status: 413 })
    expect(known.message).not.toMatch(/SQLITE|blob/)
  })

  test('lets an error of ours through as it is', async () => {
    const error = await caught(ask(failing('D1_ERROR: no such table: nope: SQLITE_ERROR')))
    expect(error).not.toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ message: 'D1_ERROR: no such table: nope: SQLITE_ERROR' })
  })
})
