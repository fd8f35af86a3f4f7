/** Settings that an administrator changes while the server runs: docs/contract/api-v1.md 6.4, `app-settings`. */
import { batch, first } from '../../lib/d1'
import { type Sql, sql } from '../../lib/sql'
import type { AuditSource } from '../audit/source'
import { auditEvent } from '../audit/store'

const INVITE_ONLY = 'invite_only_signup'

export interface AppSettings {
  invite_only_signup: boolean
}

/** `fallback` holds until an administrator has set the switch (NC_INVITE_ONLY_SIGNUP). */
export async function getAppSettings(db: D1Database, fallback: { inviteOnlySignup: boolean }): Promise<AppSettings> {
  const row = await first<{ value: string }>(db, sql`SELECT value FROM settings WHERE name = ${INVITE_ONLY}`)
  return { invite_only_signup: row === null ? fallback.inviteOnlySignup : row.value === 'true' }
}

export async function setAppSettings(db: D1Database, settings: AppSettings, source: AuditSource): Promise<void> {
  const value = settings.invite_only_signup ? 'true' : 'false'
  await batch(db, [
    sql`INSERT INTO settings (name, value) VALUES (${INVITE_ONLY}, ${value}) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    auditEvent(source, { action: 'settings.changed', details: { invite_only_signup: value } }),
  ])
}

/** As a condition inside another statement, so that a switch thrown a moment ago counts. */
export function isInviteOnly(fallback: boolean): Sql {
  return sql`COALESCE((SELECT value FROM settings WHERE name = ${INVITE_ONLY}), ${String(fallback)}) = 'true'`
}
