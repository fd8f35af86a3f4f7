/** The rows of `users`. E-mails are in their normal form here; tokens come and go as hashes. */
import type { OrgRole, ProjectRole } from '../../actor'
import { ApiError } from '../../errors'
import { UniqueViolation, batch, first, onlyRow, rows, run } from '../../lib/d1'
import { newId, newToken } from '../../lib/ids'
import { type Sql, empty, sql } from '../../lib/sql'
import type { AuditEvent } from '../audit/events'
import type { AuditSource } from '../audit/source'
import { auditChange, auditEvent, auditUser } from '../audit/store'
import { closeResets } from './resets'
import { isInviteOnly } from './settings'
import type { Verification } from './verification'

export interface User {
  id: string
  email: string
  password_hash: string | null
  firstname: string | null
  lastname: string | null
  roles: string
  token_version: string
  email_verified_at: number | null
  invite_hash: string | null
  invite_expires_at: number | null
  created_at: number
  updated_at: number
}

/** The roles of a user as the comma list that is stored and that old clients read. */
const SUPER_ADMIN_ROLES = 'org-level-creator,super'
/** What is left to somebody who was one. */
const FORMER_ADMIN_ROLES = 'org-level-creator' satisfies OrgRole
const isSuper = sql`(',' || users.roles || ',' LIKE '%,super,%')`
export const DEFAULT_ROLES = 'org-level-viewer' satisfies OrgRole

export async function findUserByEmail(db: D1Database, email: string): Promise<User | null> {
  return first<User>(db, sql`SELECT * FROM users WHERE email = ${email}`)
}

export async function findUserById(db: D1Database, id: string): Promise<User | null> {
  return first<User>(db, sql`SELECT * FROM users WHERE id = ${id}`)
}

export async function hasUsers(db: D1Database): Promise<boolean> {
  return (await first(db, sql`SELECT 1 FROM users LIMIT 1`)) !== null
}

interface NewAccount {
  email: string
  passwordHash: string
  tokenVersion: string
  firstname: string | null
  lastname: string | null
  /** Null where no mail is sent. */
  verification: Verification | null
  /** Said by the settings of the deployment, until an administrator says otherwise. */
  inviteOnlyByDefault: boolean
  now: number
}

/**
 * Makes an account for whoever signs up. Whether they are the first, and so the super admin, is decided inside the one
 * statement: two sign-ups at once cannot both be. Throws SIGNUP_NOT_ALLOWED or USER_EXISTS. `session` starts their session
 * in the same transaction, so that nobody is left with an account and an error.
 */
export async function createAccount(db: D1Database, account: NewAccount, session: readonly Sql[]): Promise<User> {
  const { now } = account
  try {
    const [created] = await batch(db, [
      sql<User>`INSERT INTO users (id, email, password_hash, firstname, lastname, roles, token_version, email_verification_hash,
            email_verification_expires_at, created_at, updated_at)
          SELECT ${newId('user')}, ${account.email}, ${account.passwordHash}, ${account.firstname}, ${account.lastname},
            CASE WHEN EXISTS (SELECT 1 FROM users) THEN ${DEFAULT_ROLES} ELSE ${SUPER_ADMIN_ROLES} END,
            ${account.tokenVersion}, ${account.verification?.hash ?? null}, ${account.verification?.expiresAt ?? null}, ${now}, ${now}
          WHERE NOT EXISTS (SELECT 1 FROM users) OR NOT ${isInviteOnly(account.inviteOnlyByDefault)}
          RETURNING *`,
      ...session,
    ])
    const [user] = created.results
    if (user === undefined) throw new ApiError('SIGNUP_NOT_ALLOWED')
    return user
  } catch (error) {
    if (error instanceof UniqueViolation) throw new ApiError('USER_EXISTS', undefined, { cause: error })
    throw error
  }
}

interface Acceptance {
  email: string
  inviteHash: string
  passwordHash: string
  tokenVersion: string
  firstname: string | null
  lastname: string | null
  now: number
}

/** In a batch: memberships of those of these users whose address is confirmed by now count from now on. */
function endWaiting(users: Sql): Sql {
  return sql`UPDATE project_members SET waits = 0 WHERE waits = 1 AND user_id IN
    (SELECT id FROM users WHERE ${users} AND email_verified_at IS NOT NULL)`
}

/** Turns an open invitation into an account, and starts `session`. One that came by mail confirms the address. Throws INVALID_INVITE when there is none, or it has expired. */
export async function acceptInvitation(db: D1Database, acceptance: Acceptance, session: readonly Sql[]): Promise<User> {
  const [accepted] = await batch(db, [
    sql<User>`UPDATE users SET password_hash = ${acceptance.passwordHash}, token_version = ${acceptance.tokenVersion},
          firstname = COALESCE(${acceptance.firstname}, firstname), lastname = COALESCE(${acceptance.lastname}, lastname),
          invite_hash = NULL, invite_expires_at = NULL, updated_at = ${acceptance.now},
          email_verified_at = COALESCE(email_verified_at, IIF(invite_mailed = 1, ${acceptance.now}, NULL)), invite_mailed = 0
        WHERE email = ${acceptance.email} AND invite_hash = ${acceptance.inviteHash} AND invite_expires_at > ${acceptance.now}
        RETURNING *`,
    ...session,
    endWaiting(sql`email = ${acceptance.email}`),
  ])
  const [user] = accepted.results
  if (user !== undefined) return user
  const expired = await first(
    db,
    sql`SELECT 1 FROM users WHERE email = ${acceptance.email} AND invite_hash = ${acceptance.inviteHash}`,
  )
  if (expired === null) throw new ApiError('INVALID_INVITE')
  throw new ApiError('INVALID_INVITE', 'Expired invite url, Please contact super admin to get a new invite url')
}

/** A user who has been invited and has no password yet. */
export function insertInvited(user: { id: string; email: string; roles: OrgRole; invite: Invite; now: number }): Sql {
  return sql`INSERT INTO users (id, email, roles, token_version, invite_hash, invite_expires_at, invite_mailed, created_at, updated_at)
    VALUES (${user.id}, ${user.email}, ${user.roles}, ${newToken()}, ${user.invite.hash}, ${user.invite.expiresAt},
      ${user.invite.isMailed ? 1 : 0}, ${user.now}, ${user.now})`
}

export interface Invite {
  hash: string
  expiresAt: number
  isMailed: boolean
}

/** Who manages which project, when they ask for a link of one of its members. */
export interface Reach {
  projectId: string
  managerId: string
}

/**
 * Of a row of `users`: whether all that the account opens is the manager's to give. Whoever holds the link becomes the user,
 * so the link of someone who was also invited elsewhere, or with a higher role, is not a project's to show.
 */
function isWithin({ projectId, managerId }: Reach): Sql {
  return sql`(users.roles = ${DEFAULT_ROLES} AND NOT EXISTS (SELECT 1 FROM project_members m
    WHERE m.user_id = users.id AND m.project_id <> ${projectId} AND NOT EXISTS (SELECT 1 FROM project_members own
      WHERE own.project_id = m.project_id AND own.user_id = ${managerId}
        AND (own.role = 'owner' OR (own.role = 'creator' AND m.role <> 'owner')))))`
}

function setInvite(userId: string, invite: Invite, now: number): Sql {
  return sql`UPDATE users SET invite_hash = ${invite.hash}, invite_expires_at = ${invite.expiresAt},
      invite_mailed = ${invite.isMailed ? 1 : 0}, updated_at = ${now}
    WHERE id = ${userId} AND password_hash IS NULL`
}

/** Of a row of `users`: whether they are a member whom that role may invite anew. Whoever holds the link becomes the member. */
function isInvitableBy(by: ProjectRole, projectId: string): Sql {
  return sql`EXISTS (SELECT 1 FROM project_members m
    WHERE m.project_id = ${projectId} AND m.user_id = users.id AND (${by} = 'owner' OR m.role <> 'owner'))`
}

/**
 * A new invitation for a user who has not signed up yet; the older one no longer works. False when they have, or when
 * `within` a manager's reach is not enough: `by` is the manager's role in the project.
 */
export async function renewInvite(
  db: D1Database,
  {
    user,
    invite,
    within,
  }: { user: Pick<User, 'id' | 'email' | 'roles'>; invite: Invite; within: (Reach & { by: ProjectRole }) | 'organisation' },
  source: AuditSource,
): Promise<boolean> {
  const target = { id: user.id, name: user.email }
  const inReach =
    within === 'organisation' ? empty : sql`AND ${isWithin(within)} AND ${isInvitableBy(within.by, within.projectId)}`
  const event: AuditEvent =
    within === 'organisation'
      ? { action: 'user.invited', target, details: { roles: user.roles } }
      : { action: 'member.invited', target, project: within.projectId }
  const [renewed] = await batch(db, [sql`${setInvite(user.id, invite, source.at)} ${inReach}`, auditChange(source, event)])
  return renewed.meta.changes > 0
}

/**
 * For the batch that makes such a user a member: the older link dies whoever asks, for it would open this project too. Its
 * row says in `within_reach` whether they may see the new one.
 */
export function renewInviteWithMembership(userId: string, invite: Invite, now: number, reach: Reach): Sql {
  return sql`${setInvite(userId, invite, now)} RETURNING email, ${isWithin(reach)} AS within_reach`
}

/** What proves the right to a new password. */
export type PasswordProof = { resetHash: string } | { passwordHash: string }

interface PasswordChange {
  passwordHash: string
  now: number
  provedBy: PasswordProof
  /** Whether the API Tokens of the account end too. */
  endsApiTokens: boolean
}

/**
 * A new password ends every session and Auth Token of the user, and any open invitation or reset; and, where asked for, their API
 * Tokens. A reset by a link that was mailed confirms the address. False when the proof no longer stands: of two changes at
 * once, one is made. `also` is for what goes with it; it gets a query for the user that has a row when the change was made.
 */
export async function changePassword(
  db: D1Database,
  userId: string,
  { passwordHash, now, provedBy, endsApiTokens }: PasswordChange,
  also: (changed: Sql) => readonly Sql[],
): Promise<boolean> {
  const isChanged = sql`SELECT id FROM users WHERE id = ${userId} AND password_hash = ${passwordHash}`
  const [updated] = await batch(db, [
    sql`UPDATE users SET password_hash = ${passwordHash}, token_version = ${newToken()}, invite_hash = NULL,
          invite_expires_at = NULL, updated_at = ${now}, email_verified_at = COALESCE(email_verified_at, ${confirmedBy(provedBy, now)})
        WHERE id = ${userId} AND ${stands(provedBy, now)}`,
    sql`DELETE FROM sessions WHERE user_id IN (${isChanged})`,
    closeResets(isChanged),
    endWaiting(sql`id = ${userId}`),
    ...(endsApiTokens ? [sql`DELETE FROM api_tokens WHERE user_id IN (${isChanged})`] : []),
    ...also(isChanged),
  ])
  return updated.meta.changes > 0
}

function stands(proof: PasswordProof, now: number): Sql {
  return 'resetHash' in proof
    ? sql`EXISTS (SELECT 1 FROM password_resets r WHERE r.hash = ${proof.resetHash} AND r.user_id = users.id AND r.expires_at > ${now})`
    : sql`password_hash = ${proof.passwordHash}`
}

/** When the address was confirmed by the proof itself, or NULL. */
function confirmedBy(proof: PasswordProof, now: number): Sql {
  if (!('resetHash' in proof)) return sql`NULL`
  return sql`(SELECT ${now} FROM password_resets WHERE hash = ${proof.resetHash} AND mailed = 1)`
}

/** Ends every session and Auth Token of the user. Their API Tokens go on. */
export async function endAllSessions(db: D1Database, userId: string, source: AuditSource): Promise<void> {
  const sessions = sql`(SELECT COUNT(*) FROM sessions WHERE user_id = ${userId})`
  await batch(db, [
    auditEvent(source, { action: 'sessions.ended', details: { which: 'all', sessions } }),
    sql`UPDATE users SET token_version = ${newToken()} WHERE id = ${userId}`,
    sql`DELETE FROM sessions WHERE user_id = ${userId}`,
  ])
}

/** The same password under a newer policy: nothing else changes. */
export async function replacePasswordHash(db: D1Database, userId: string, oldHash: string, newHash: string): Promise<void> {
  await run(db, sql`UPDATE users SET password_hash = ${newHash} WHERE id = ${userId} AND password_hash = ${oldHash}`)
}

/** Marks the e-mail confirmed whose token this is; false when no user has it, or it has expired. */
export async function verifyEmail(
  db: D1Database,
  { hash, now }: { hash: string; now: number },
  source: AuditSource,
): Promise<boolean> {
  const isTheirs = sql`email_verification_hash = ${hash} AND email_verification_expires_at > ${now}`
  const [verified] = await batch(db, [
    sql`UPDATE users SET email_verified_at = ${now} WHERE ${isTheirs}`,
    endWaiting(isTheirs),
    auditUser(
      source,
      { action: 'email.confirmed' },
      sql`u.email_verification_hash = ${hash} AND u.email_verification_expires_at > ${now}`,
    ),
    sql`UPDATE users SET email_verification_hash = NULL, email_verification_expires_at = NULL WHERE ${isTheirs}`,
  ])
  return verified.meta.changes > 0
}

/** For another link that confirms the address; the older one no longer works. False when it is confirmed by now. */
export async function setVerification(db: D1Database, userId: string, { hash, expiresAt }: Verification): Promise<boolean> {
  const changed = await run(
    db,
    sql`UPDATE users SET email_verification_hash = ${hash}, email_verification_expires_at = ${expiresAt}
        WHERE id = ${userId} AND email_verified_at IS NULL`,
  )
  return changed > 0
}

/** A page of users, newest last, and how many there are. `query` is part of an e-mail, lower case. */
export async function listUsers(
  db: D1Database,
  page: { query: string; limit: number; offset: number },
): Promise<{ users: User[]; total: number }> {
  const matching = sql`FROM users WHERE ${page.query} = '' OR instr(email, ${page.query})`
  const [list, count] = await batch(db, [
    sql<User>`SELECT * ${matching} ORDER BY created_at, id LIMIT ${page.limit} OFFSET ${page.offset}`,
    sql<{ total: number }>`SELECT COUNT(*) AS total ${matching}`,
  ])
  return { users: list.results, total: onlyRow(count).total }
}

/** False when nobody would be super admin any more: asked inside the statement, for two may demote each other at once. */
export async function setRoles(db: D1Database, user: User, roles: OrgRole, source: AuditSource): Promise<boolean> {
  const target = { id: user.id, name: user.email }
  const [changed] = await batch(db, [
    sql`UPDATE users SET roles = ${roles}, updated_at = ${source.at} WHERE id = ${user.id}
          AND (NOT ${isSuper} OR EXISTS (SELECT 1 FROM users other WHERE other.id <> ${user.id} AND other.password_hash IS NOT NULL
            AND ',' || other.roles || ',' LIKE '%,super,%'))`,
    auditChange(source, { action: 'user.role_changed', target, details: { from: user.roles, to: roles } }),
  ])
  return changed.meta.changes > 0
}

/**
 * Removes a user with their sessions, tokens and memberships, unless a project would be left without an owner. Returns the
 * titles of a few such projects: none when the user is gone.
 */
export async function deleteUser(
  db: D1Database,
  { id: userId, email }: Pick<User, 'id' | 'email'>,
  source: AuditSource,
): Promise<string[]> {
  const solelyOwned = sql`SELECT p.title FROM project_members m JOIN projects p ON p.id = m.project_id AND p.deleted_at IS NULL
    WHERE m.user_id = ${userId} AND m.role = 'owner' AND NOT EXISTS (SELECT 1 FROM project_members other
      WHERE other.project_id = m.project_id AND other.user_id <> ${userId} AND other.role = 'owner'
        AND other.waits = 0 AND (SELECT password_hash FROM users WHERE id = other.user_id) IS NOT NULL)`
  const [, , left] = await batch(db, [
    sql`DELETE FROM users WHERE id = ${userId} AND NOT ${isSuper} AND NOT EXISTS (${solelyOwned})`,
    auditChange(source, { action: 'user.removed', target: { id: userId, name: email } }),
    sql<{ title: string }>`${solelyOwned} ORDER BY p.title LIMIT 3`,
  ])
  return left.results.map(({ title }) => title)
}

/** The users with these e-mails, in one query. */
export async function findUsersByEmail(db: D1Database, emails: readonly string[]): Promise<User[]> {
  return rows<User>(db, sql`SELECT * FROM users WHERE email IN (SELECT value FROM json_each(${JSON.stringify(emails)}))`)
}

/**
 * Makes the super admin that the deployment's settings name, or gives an existing account that role and password, ending
 * what was open before, API Tokens too: whoever held the account until now would be super admin by them. It is the only one:
 * who was super admin by earlier settings, or by having been first, is no more. Statements for a batch; they do nothing
 * unless `condition` holds.
 */
export function upsertSuperAdmin(admin: { email: string; passwordHash: string; now: number }, condition: Sql): Sql[] {
  const isTheirs = sql`user_id = (SELECT id FROM users WHERE email = ${admin.email})`
  return [
    sql`INSERT INTO users (id, email, password_hash, roles, token_version, created_at, updated_at)
        SELECT ${newId('user')}, ${admin.email}, ${admin.passwordHash}, ${SUPER_ADMIN_ROLES}, ${newToken()}, ${admin.now}, ${admin.now}
        WHERE ${condition}
        ON CONFLICT (email) DO UPDATE SET password_hash = excluded.password_hash, roles = excluded.roles,
          token_version = excluded.token_version, invite_hash = NULL, invite_expires_at = NULL,
          updated_at = excluded.updated_at`,
    sql`DELETE FROM password_resets WHERE ${isTheirs} AND ${condition}`,
    sql`UPDATE users SET roles = ${FORMER_ADMIN_ROLES}, updated_at = ${admin.now}
        WHERE ${isSuper} AND email <> ${admin.email} AND ${condition}`,
    sql`DELETE FROM sessions WHERE ${isTheirs} AND ${condition}`,
    sql`DELETE FROM api_tokens WHERE ${isTheirs} AND ${condition}`,
  ]
}
