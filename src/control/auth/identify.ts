/**
 * Who is asking, and what they are in the project the path names: one control query answers everything. Nothing about a
 * credential is cached, so what is revoked is refused at the next request, from any isolate.
 */
import type { Actor, OrgRole, ProjectContext, ProjectRole } from '../../actor'
import type { Config } from '../../config'
import { ApiError } from '../../errors'
import { first } from '../../lib/d1'
import { sha256 } from '../../lib/crypto'
import { type Sql, empty, sql } from '../../lib/sql'
import type { ProjectRef } from '../access/place'
import { projectRole } from '../access/roles'
import type { AuditSource } from '../audit/source'
import { type Credentials, isApiTokenShaped } from './credentials'
import type { Use } from './last-used'
import { lookUpUnlessRefused } from './refusals'
import { endCopiedSession, isWithinOverlap, spendOlderTokens } from './session'
import { verifyAuthToken } from './auth-token'

export interface Identity {
  actor: Actor
  /** Null when the path names no project, or one that does not exist for this actor. */
  project: ProjectContext | null
  use: Use
}

interface IdentityRow {
  id: string
  email: string
  firstname: string | null
  lastname: string | null
  roles: string
  token_version: string
  email_verified_at: number | null
  project_id: string | null
  title: string
  base_id: string
  prefix: string
  database: string
  schema_version: number
  member_role: ProjectRole | null
}

interface LastUsed {
  last_used_at: number | null
}

/** What a request asks for, and from where. */
interface Asked {
  project: ProjectRef | null
  config: Config
  /** As refusals are counted by. */
  address: string
  /** ms */
  now: number
}

/**
 * The actor behind the credentials, or null when none were shown. `xc-auth` is tried first; when it is bad and an API
 * token is good, the token counts. Throws TOKEN_EXPIRED, TOKEN_REVOKED or TOKEN_INVALID when all that was shown is
 * bad, and TOO_MANY_REQUESTS when it has been refused too often.
 */
export async function identify(db: D1Database, credentials: Credentials, asked: Asked): Promise<Identity | null> {
  let failure: ApiError | null = null
  if (credentials.authToken !== null) {
    const identity = await identifyByAuthToken(db, credentials.authToken, asked)
    if (!(identity instanceof ApiError)) return identity
    failure = identity
  }
  if (credentials.apiToken !== null) {
    const identity = await identifyByApiToken(db, credentials.apiToken, asked)
    if (!(identity instanceof ApiError)) return identity
    failure ??= identity
  }
  if (failure === null && credentials.unreadable !== null) failure = new ApiError('TOKEN_INVALID', credentials.unreadable)
  if (failure !== null) throw failure
  return null
}

async function identifyByAuthToken(
  db: D1Database,
  token: string,
  { project, config, address, now }: Asked,
): Promise<Identity | ApiError> {
  const verified = await verifyAuthToken(token, { secrets: config.jwtSecrets, lifetime: config.jwtLifetime, now })
  if (!verified.ok) {
    return verified.reason === 'expired'
      ? new ApiError('TOKEN_EXPIRED')
      : new ApiError('TOKEN_INVALID', 'This Auth Token (xc-auth) is not valid.')
  }
  return lookUpUnlessRefused(`${address} ${verified.sessionId} ${verified.tokenVersion}`, now, async () => {
    const holder = sql`users u JOIN sessions s ON s.user_id = u.id AND s.id = ${verified.sessionId} AND s.expires_at > ${now}`
    const condition = sql`u.id = ${verified.userId}`
    const row = await findIdentity<LastUsed>(db, holder, condition, project, sql`, s.last_used_at`)
    if (row === null || row.token_version !== verified.tokenVersion) return new ApiError('TOKEN_REVOKED')
    const use = { of: 'session', id: verified.sessionId, lastUsedAt: row.last_used_at } as const
    return toIdentity({ ...row, credential: verified.sessionId }, 'auth_token', use)
  })
}

async function identifyByApiToken(db: D1Database, token: string, { project, address, now }: Asked): Promise<Identity | ApiError> {
  if (!isApiTokenShaped(token)) {
    return new ApiError(
      'TOKEN_INVALID',
      token.split('.').length === 3
        ? 'This is an Auth Token: send it in the xc-auth header.'
        : 'This API Token is not valid: it must be the 40 characters shown when it was made.',
    )
  }
  const hash = await sha256(token)
  return lookUpUnlessRefused(`${address} ${hash}`, now, async () => {
    const row = await findIdentity<LastUsed & { token_id: number; hint: string }>(
      db,
      sql`api_tokens a JOIN users u ON u.id = a.user_id`,
      sql`a.token_hash = ${hash}`,
      project,
      sql`, a.id AS token_id, a.hint, a.last_used_at`,
    )
    if (row === null) return new ApiError('TOKEN_INVALID', 'This API Token does not exist, or was deleted.')
    const use = { of: 'api_token', id: row.token_id, lastUsedAt: row.last_used_at } as const
    return toIdentity({ ...row, credential: row.hint }, 'api_token', use)
  })
}

/**
 * The actor behind the refresh cookie of a browser, which is not spent by this: pages are loaded side by side. Null when
 * there is no such session, or it has ended. The first page that shows a new token spends those before it; one of those that
 * is shown later has been copied, and ends the session. For routes of the dashboard only.
 */
export async function identifyBySession(
  db: D1Database,
  refreshToken: string,
  project: ProjectRef | null,
  source: AuditSource,
): Promise<(Identity & { sessionId: string }) | null> {
  if (!isApiTokenShaped(refreshToken)) return null
  const now = source.at
  const hash = await sha256(refreshToken)
  const holder = sql`refresh_tokens r JOIN sessions s ON s.id = r.session_id AND s.expires_at > ${now} JOIN users u ON u.id = s.user_id`
  // What the API has spent has a successor named, and is good for nothing.
  const condition = sql`r.hash = ${hash} AND r.successor_hash IS NULL`
  const hasOlder = sql`EXISTS (SELECT 1 FROM refresh_tokens o
    WHERE o.session_id = r.session_id AND o.spent_at IS NULL AND o.created_at < r.created_at)`
  const more = sql`, s.id AS session_id, s.last_used_at, r.spent_at, ${hasOlder} AS has_older`
  const row = await findIdentity<LastUsed & { session_id: string; spent_at: number | null; has_older: number }>(
    db,
    holder,
    condition,
    project,
    more,
  )
  if (row === null) return null
  const { session_id: sessionId, spent_at: spentAt } = row
  if (spentAt !== null && !isWithinOverlap(spentAt, now)) {
    await endCopiedSession(db, sessionId, source)
    return null
  }
  if (spentAt === null && row.has_older === 1) await spendOlderTokens(db, hash)
  const use = { of: 'session', id: sessionId, lastUsedAt: row.last_used_at } as const
  return { ...toIdentity({ ...row, credential: sessionId }, 'session', use), sessionId }
}

function findIdentity<More = unknown>(
  db: D1Database,
  holder: Sql,
  condition: Sql,
  project: ProjectRef | null,
  more: Sql = empty,
): Promise<(IdentityRow & More) | null> {
  return first<IdentityRow & More>(
    db,
    sql`SELECT u.id, u.email, u.firstname, u.lastname, u.roles, u.token_version, u.email_verified_at,
          p.id AS project_id, p.title, p.base_id, p.prefix, p."database", p.schema_version, m.role AS member_role${more}
        FROM ${holder}
        LEFT JOIN projects p ON p.id = ${projectId(project)} AND p.deleted_at IS NULL
        LEFT JOIN project_members m ON m.project_id = p.id AND m.user_id = u.id AND m.waits = 0
        WHERE ${condition}`,
  )
}

function projectId(project: ProjectRef | null): Sql {
  switch (project?.by) {
    case undefined:
      return sql`NULL`
    case 'id':
      return sql`${project.key}`
    case 'name':
      // A title may look like an id; the id wins.
      return sql`COALESCE((SELECT id FROM projects WHERE id = ${project.key}),
        (SELECT id FROM projects WHERE title = ${project.key} AND deleted_at IS NULL))`
    case 'table':
      return sql`(SELECT project_id FROM tables WHERE id = ${project.key})`
    case 'column':
      return sql`(SELECT t.project_id FROM columns c JOIN tables t ON t.id = c.table_id WHERE c.id = ${project.key})`
  }
}

function toIdentity(row: IdentityRow & { credential: string }, via: Actor['via'], use: Use): Identity {
  const roles = row.roles.split(',') as OrgRole[]
  const role = row.project_id === null ? null : projectRole(row.member_role, roles, via)
  return {
    actor: {
      userId: row.id,
      email: row.email,
      firstname: row.firstname,
      lastname: row.lastname,
      roles,
      tokenVersion: row.token_version,
      emailVerified: row.email_verified_at !== null,
      via,
      apiTokenId: use.of === 'api_token' ? use.id : null,
      credential: row.credential,
    },
    use,
    project:
      row.project_id === null || role === null
        ? null
        : {
            id: row.project_id,
            title: row.title,
            baseId: row.base_id,
            prefix: row.prefix,
            database: row.database,
            schemaVersion: row.schema_version,
            role,
          },
  }
}
