/** The super admin named by NC_ADMIN_EMAIL and NC_ADMIN_PASSWORD: made, or brought up to date, at the first request. */
import { createMiddleware } from 'hono/factory'
import type { AppEnv, Bindings, Config } from '../../env'
import { ApiError } from '../../errors'
import { batch, first, run } from '../../lib/d1'
import { hmacSha256 } from '../../lib/crypto'
import { sql } from '../../lib/sql'
import { hashPassword, passwordProblem } from '../auth/password'
import { normalizeEmail } from './email'
import { upsertSuperAdmin } from './store'

/** Under this name the settings remember, as a keyed fingerprint, which e-mail and password were last applied. */
const APPLIED = 'admin_fingerprint'

const applied = new WeakSet<Bindings>()

/** Until it has worked once in this isolate: one indexed read when nothing has changed. A failure is tried again. */
export const superAdmin = createMiddleware<AppEnv>(async (c, next) => {
  const { config, startedAt } = c.var
  if (config.admin !== null && !applied.has(c.env)) {
    await applySuperAdmin(c.env.DB, config, config.admin, startedAt)
    applied.add(c.env)
  }
  await next()
})

async function applySuperAdmin(
  db: D1Database,
  config: Config,
  admin: { email: string; password: string },
  now: number,
): Promise<void> {
  const email = normalizeEmail(admin.email)
  if (email === null) throw misconfigured('NC_ADMIN_EMAIL must be an e-mail address')
  const problem = passwordProblem(admin.password)
  if (problem !== null) throw misconfigured(`NC_ADMIN_PASSWORD: ${problem}`)
  const fingerprints = await Promise.all(config.jwtSecrets.map((secret) => hmacSha256(secret, `${email}\n${admin.password}`)))
  const [current] = fingerprints
  const stored = await first<{ value: string }>(db, sql`SELECT value FROM settings WHERE name = ${APPLIED}`)
  if (stored?.value === current) return
  const remember = sql`INSERT INTO settings (name, value) VALUES (${APPLIED}, ${current})
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`
  // The secret was rotated and nothing else: remembered anew while the previous one can still tell.
  if (stored !== null && fingerprints.includes(stored.value)) {
    await run(db, remember)
    return
  }
  const passwordHash = await hashPassword(admin.password, config.passwordHash)
  // Asked again inside: of two first requests at once, the second must not end a session that the first made possible.
  const isApplied = sql`EXISTS (SELECT 1 FROM settings WHERE name = ${APPLIED} AND value = ${current})`
  await batch(db, [...upsertSuperAdmin({ email, passwordHash, now }, sql`NOT ${isApplied}`), remember])
}

function misconfigured(cause: string): ApiError {
  return new ApiError('MISCONFIGURED', undefined, { cause })
}
