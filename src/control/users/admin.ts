/** The super admin named by NC_ADMIN_EMAIL and NC_ADMIN_PASSWORD: made, or brought up to date, at the first request. */
import { createMiddleware } from 'hono/factory'
import type { AppEnv, Bindings, Config } from '../../env'
import { ApiError } from '../../errors'
import { first } from '../../lib/d1'
import { hmacSha256 } from '../../lib/crypto'
import { sql } from '../../lib/sql'
import { hashPassword } from '../auth/password'
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
  if (email === null) throw new ApiError('MISCONFIGURED', undefined, { cause: 'NC_ADMIN_EMAIL is not an e-mail address' })
  const fingerprint = await hmacSha256(config.jwtSecret, `${email}\n${admin.password}`)
  const last = await first<{ value: string }>(db, sql`SELECT value FROM settings WHERE name = ${APPLIED}`)
  if (last?.value === fingerprint) return
  const passwordHash = await hashPassword(admin.password, config.passwordHash)
  await upsertSuperAdmin(
    db,
    { email, passwordHash, now },
    sql`INSERT INTO settings (name, value) VALUES (${APPLIED}, ${fingerprint})
        ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  )
}
