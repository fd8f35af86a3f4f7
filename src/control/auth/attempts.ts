/**
 * Limits on guessing, counted before any password is hashed (hashing is what a flood would cost us). Addresses are counted by
 * the binding in wrangler.toml, which costs no query; accounts in D1, so that nobody locks another out: what counts are
 * failures from one address, and an account alone only where many addresses try.
 */
import { ApiError } from '../../errors'
import { hmacSha256 } from '../../lib/crypto'
import { first, run } from '../../lib/d1'
import { type Sql, sql } from '../../lib/sql'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../lib/time'
import type { Work } from '../work'

/** The window of the rate limit binding, seconds. */
const WINDOW_S = 60

interface Limit {
  /** Tries that are let through in a window. */
  tries: number
  /** ms */
  window: number
}

/** Wrong passwords for one account from one address. */
export const FAILURES: Limit = { tries: 10, window: 5 * MINUTE_MS }

/** From all addresses together: nine that try without end reach it, so that no single one can lock an account. */
export const FAILURES_OF_ACCOUNT: Limit = { tries: 1000, window: HOUR_MS }

/** Reset links for one account. Each that was mailed stays good, so that whoever uses the limit up locks nobody out. */
const RESET_LINKS: Limit = { tries: 3, window: HOUR_MS }

/** Mails that confirm the address of one account, which its owner asks for. */
const CONFIRMATIONS: Limit = { tries: 3, window: HOUR_MS }

/** Counts a request against the address it came from, where Cloudflare names one. Throws TOO_MANY_REQUESTS. */
export async function limitAddress(work: Work): Promise<void> {
  const { address } = work
  if (address === null) return
  const { success } = await work.addressLimit.limit({ key: await keyOf(work, 'address', address) })
  if (!success) throw tooMany(WINDOW_S * SECOND_MS)
}

type Counts = readonly { results: readonly Record<string, unknown>[] }[]

/**
 * A guess at the password of an account. It counts as failed before it is checked, so that many at once are no way round, and
 * is forgiven when it was right.
 */
export interface Guess {
  /** After what is read in a batch. */
  count: readonly Sql[]
  /** With what `count` gave. Throws TOO_MANY_REQUESTS. */
  check: (counts: Counts) => void
  /** For the batch that a right password leads to: the failures before it are forgiven. */
  forgive: readonly Sql[]
  /** When nobody looked at the password. */
  takeBack: readonly Sql[]
}

/** `account` is an e-mail in its normal form, so that no other spelling gets a count of its own. */
export async function newGuess(work: Work, account: string): Promise<Guess> {
  const now = work.now
  const { address } = work
  const ofAccount = await keyOf(work, 'account', account)
  const ofBoth = address === null ? null : await keyOf(work, 'guess', account, address)
  // An address beyond its limit no longer counts against the account.
  const isWithin = sql`COALESCE((SELECT count FROM attempts WHERE key = ${ofBoth} AND until > ${now}), 0) <= ${FAILURES.tries}`
  const countDown = (key: string | null) => sql`UPDATE attempts SET count = count - 1 WHERE key = ${key} AND count > 0`
  const limits = ofBoth === null ? [FAILURES_OF_ACCOUNT] : [FAILURES, FAILURES_OF_ACCOUNT]
  return {
    count: [...(ofBoth === null ? [] : [countUp(ofBoth, FAILURES, now)]), countUp(ofAccount, FAILURES_OF_ACCOUNT, now, isWithin)],
    check: (counts) => limits.forEach((limit, index) => requireWithin(limit, counts[index]?.results[0], now)),
    forgive: [sql`DELETE FROM attempts WHERE key = ${ofBoth}`, countDown(ofAccount)],
    takeBack: [countDown(ofBoth), countDown(ofAccount)],
  }
}

/** Counts a request for a reset link. Throws TOO_MANY_REQUESTS. */
export async function countResetLink(work: Work, account: string): Promise<void> {
  const now = work.now
  const counted = await first<Record<string, unknown>>(work.db, countUp(await keyOf(work, 'reset', account), RESET_LINKS, now))
  requireWithin(RESET_LINKS, counted ?? undefined, now, 'Links for this address were mailed already, and still work.')
}

/** Counts a mail that confirms an address. Throws TOO_MANY_REQUESTS. */
export async function countConfirmation(work: Work, account: string): Promise<void> {
  const now = work.now
  const counted = await first<Record<string, unknown>>(
    work.db,
    countUp(await keyOf(work, 'confirm', account), CONFIRMATIONS, now),
  )
  requireWithin(CONFIRMATIONS, counted ?? undefined, now, 'Links were mailed already; the newest works for 24 hours.')
}

/** The scheduled job's share. Returns how many counts there were. */
export async function deleteOldAttempts(db: D1Database, now: number = Date.now()): Promise<number> {
  return run(db, sql`DELETE FROM attempts WHERE until <= ${now}`)
}

function countUp(key: string, { window }: Limit, now: number, condition: Sql = sql`1`): Sql {
  return sql`INSERT INTO attempts (key, count, until) SELECT ${key}, 1, ${now + window} WHERE ${condition}
    ON CONFLICT (key) DO UPDATE SET count = IIF(until <= ${now}, 1, count + 1), until = IIF(until <= ${now}, excluded.until, until)
    RETURNING count, until`
}

function requireWithin({ tries }: Limit, row: Record<string, unknown> | undefined, now: number, why?: string): void {
  if (row !== undefined && Number(row['count']) > tries) throw tooMany(Number(row['until']) - now, why)
}

function tooMany(wait: number, why = 'Too many attempts.'): ApiError {
  const minutes = Math.max(1, Math.ceil(wait / MINUTE_MS))
  const message = `${why} Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`
  return new ApiError('TOO_MANY_REQUESTS', message, { headers: { 'retry-after': String(Math.ceil(wait / SECOND_MS)) } })
}

/** Under the secret: whoever has the counts learns no address and no e-mail from them. */
function keyOf(work: Pick<Work, 'config'>, ...parts: readonly string[]): Promise<string> {
  return hmacSha256(work.config.jwtSecrets[0], `attempt\n${parts.join('\n')}`)
}
