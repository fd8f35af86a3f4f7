/** The super admin named by NC_ADMIN_EMAIL and NC_ADMIN_PASSWORD: made, or brought up to date, at the first request. */
import { createMiddleware } from 'hono/factory'
import type { Bindings, Config } from '../../config'
import type { AppEnv } from '../../http/app-env'
import { ApiError } from '../../errors'
import { batch, rows } from '../../lib/d1'
import { hmacSha256 } from '../../lib/crypto'
import { type Sql, sql } from '../../lib/sql'
import { auditUser } from '../audit/store'
import { newPasswordProblem, passwordContext } from '../auth/new-password'
import { hashPassword, verifyPassword } from '../auth/password'
import { normalizeEmail } from '../users/email'
import { upsertSuperAdmin } from '../users/store'
import { type Work, workOf } from '../work'

/** What the settings remember of what was last applied: quick to compare under the JWT secret of today, */
const FINGERPRINT = 'admin_fingerprint'
/** and, whatever became of that secret, slow: the e-mail, and the password as any password is kept. */
const RECORD = 'admin_applied'

interface Applied {
  email: string
  passwordHash: string
}

const applied = new WeakSet<Bindings>()

/** Until it has worked once in this isolate: one indexed read when nothing has changed. A failure is tried again. */
export const superAdmin = createMiddleware<AppEnv>(async (c, next) => {
  const { admin } = c.var.config
  if (admin !== null && !applied.has(c.env)) {
    await applySuperAdmin(await workOf(c), admin)
    applied.add(c.env)
  }
  await next()
})

/**
 * Applies the settings when they are others than before. A new JWT secret makes them no others: the password that the person
 * has set since stays, and so do their sessions and tokens.
 */
async function applySuperAdmin(work: Work, admin: { email: string; password: string }): Promise<void> {
  const { db, config, now } = work
  const email = normalizeEmail(admin.email)
  if (email === null) throw misconfigured('NC_ADMIN_EMAIL must be an e-mail address')
  const printUnder = (secret: string) => hmacSha256(secret, `${email}\n${admin.password}`)
  const print = await printUnder(config.jwtSecrets[0])
  const prints = await Promise.all(config.jwtSecrets.map(printUnder))
  const { fingerprint, record } = await readApplied(db)
  if (fingerprint === print && record !== null) return
  const isSame = prints.includes(fingerprint ?? '') || (await isRecorded(record, email, admin.password, config))
  const problem = isSame ? null : await newPasswordProblem(admin.password, passwordContext(work, email))
  if (problem !== null) throw misconfigured(`NC_ADMIN_PASSWORD: ${problem}`)
  const passwordHash = isSame && record !== null ? record.passwordHash : await hashPassword(admin.password, config.passwordHash)
  const remember = [set(FINGERPRINT, print), set(RECORD, JSON.stringify({ email, passwordHash } satisfies Applied))]
  // Asked again inside: of two first requests at once, the second must not end a session that the first made possible.
  const isApplied = sql`EXISTS (SELECT 1 FROM settings WHERE name = ${FINGERPRINT} AND value = ${print})`
  const source = { ...work.source, actor: null, address: null }
  const event = auditUser(source, { action: 'administrator.applied' }, sql`u.email = ${email} AND NOT ${isApplied}`)
  const apply = isSame ? [] : [...upsertSuperAdmin({ email, passwordHash, now }, sql`NOT ${isApplied}`), event]
  await batch(db, [...apply, ...remember])
}

async function readApplied(db: D1Database): Promise<{ fingerprint: string | null; record: Applied | null }> {
  const found = await rows<{ name: string; value: string }>(
    db,
    sql`SELECT name, value FROM settings WHERE name IN (${FINGERPRINT}, ${RECORD})`,
  )
  const valueOf = (wanted: string) => found.find(({ name }) => name === wanted)?.value ?? null
  const record = valueOf(RECORD)
  return { fingerprint: valueOf(FINGERPRINT), record: record === null ? null : (JSON.parse(record) as Applied) }
}

async function isRecorded(record: Applied | null, email: string, password: string, config: Config): Promise<boolean> {
  return record?.email === email && (await verifyPassword(password, record.passwordHash, config.passwordHash))
}

function set(name: string, value: string): Sql {
  return sql`INSERT INTO settings (name, value) VALUES (${name}, ${value}) ON CONFLICT (name) DO UPDATE SET value = excluded.value`
}

function misconfigured(cause: string): ApiError {
  return new ApiError('MISCONFIGURED', undefined, { cause })
}
