/** Who belongs to a project. An owner can only be made, changed or removed by an owner, and one always remains. */
import type { ProjectRole } from '../../actor'
import { ApiError } from '../../errors'
import { batch, first, onlyRow } from '../../lib/d1'
import { newId } from '../../lib/ids'
import { type Sql, sql } from '../../lib/sql'
import type { Target } from '../audit/events'
import type { AuditSource } from '../audit/source'
import { auditChange, auditEvent } from '../audit/store'
import { DEFAULT_ROLES, type Invite, type Reach, insertInvited, renewInviteWithMembership } from '../users/store'

export interface Member {
  id: string
  email: string
  firstname: string | null
  lastname: string | null
  main_roles: string
  roles: ProjectRole
  invited: number
  email_verified: number
  /** The membership counts only when the address is confirmed. */
  waits: number
  created_at: number
}

const MEMBER = sql`u.id, u.email, u.firstname, u.lastname, u.roles AS main_roles, m.role AS roles,
  u.password_hash IS NULL AS invited, u.email_verified_at IS NOT NULL AS email_verified, m.waits, m.created_at`

export async function findMember(db: D1Database, projectId: string, userId: string): Promise<Member | null> {
  return first<Member>(
    db,
    sql`SELECT ${MEMBER} FROM project_members m JOIN users u ON u.id = m.user_id
        WHERE m.project_id = ${projectId} AND m.user_id = ${userId}`,
  )
}

/** A page of members and how many there are. `query` is part of an e-mail, lower case. */
export async function listMembers(
  db: D1Database,
  projectId: string,
  page: { query: string; limit: number; offset: number },
): Promise<{ members: Member[]; total: number }> {
  const matching = sql`FROM project_members m JOIN users u ON u.id = m.user_id
    WHERE m.project_id = ${projectId} AND (${page.query} = '' OR instr(u.email, ${page.query}))`
  const [list, count] = await batch(db, [
    sql<Member>`SELECT ${MEMBER} ${matching} ORDER BY m.created_at, u.id LIMIT ${page.limit} OFFSET ${page.offset}`,
    sql<{ total: number }>`SELECT COUNT(*) AS total ${matching}`,
  ])
  return { members: list.results, total: onlyRow(count).total }
}

/** Someone to add. Without a user id they get an account without a password; with an `invite`, an invitation. */
export interface NewMember {
  email: string
  userId: string | null
  invite: Invite | null
}

/**
 * Adds all or none, and returns the e-mails whose invitation the manager may see. A user who has not accepted yet gets the
 * new invitation with the membership, so that a link which someone else holds from before never opens this project.
 * `waits`: memberships count only when the address is confirmed. Throws UniqueViolation when one is a member already or an address got an account meanwhile.
 */
export async function addMembers(
  db: D1Database,
  { reach, members, role, waits }: { reach: Reach; members: readonly NewMember[]; role: ProjectRole; waits: boolean },
  source: AuditSource,
): Promise<Set<string>> {
  const now = source.at
  const added: { id: string; email: string }[] = []
  const statements = members.flatMap(({ email, userId, invite }) => {
    const id = userId ?? newId('user')
    added.push({ id, email })
    const isConfirmed = sql`COALESCE((SELECT email_verified_at FROM users WHERE id = ${id}), 0) > 0`
    const membership = sql`INSERT INTO project_members (project_id, user_id, role, created_at, waits)
      VALUES (${reach.projectId}, ${id}, ${role}, ${now}, ${waits ? 1 : 0} AND NOT ${isConfirmed})`
    if (invite === null) return [membership]
    return userId === null
      ? [insertInvited({ id, email, roles: DEFAULT_ROLES, invite, now }), membership]
      : [membership, renewInviteWithMembership(id, invite, now, reach)]
  })
  // One statement for all of them: an invocation may make 50 on the free plan.
  const event = {
    action: 'member.added',
    target: { id: sql`value ->> 'id'`, name: sql`value ->> 'email'` },
    project: reach.projectId,
    details: { role },
  } as const
  const events = auditEvent(source, event, sql`FROM json_each(${JSON.stringify(added)})`)
  const renewed = (await batch(db, [...statements, events])).flatMap(({ results }) => results)
  const mayShow = new Set(members.filter(({ userId, invite }) => userId === null && invite !== null).map(({ email }) => email))
  for (const { email, within_reach: isWithinReach } of renewed) if (isWithinReach === 1) mayShow.add(String(email))
  return mayShow
}

/** Throws USER_NOT_FOUND when the user is no member. */
export async function getMembership(
  db: D1Database,
  projectId: string,
  userId: string,
): Promise<{ role: ProjectRole; email: string }> {
  const row = await first<{ role: ProjectRole; email: string }>(
    db,
    sql`SELECT m.role, u.email FROM project_members m JOIN users u ON u.id = m.user_id
        WHERE m.project_id = ${projectId} AND m.user_id = ${userId}`,
  )
  if (row === null) throw new ApiError('USER_NOT_FOUND', `User with id '${userId}' doesn't exist`)
  return row
}

/**
 * True unless the member is the last owner who can act: an open invitation and a membership that waits are none. Asked inside
 * the statement that changes them.
 */
function anotherOwnerRemains(projectId: string, userId: string): Sql {
  return sql`(role <> 'owner' OR EXISTS (SELECT 1 FROM project_members
    JOIN users ON users.id = user_id AND password_hash IS NOT NULL
    WHERE project_id = ${projectId} AND user_id <> ${userId} AND role = 'owner' AND waits = 0))`
}

/** Who is no owner changes none, however the member became one. */
function isInReach(by: ProjectRole): Sql {
  return by === 'owner' ? sql`1` : sql`role <> 'owner'`
}

/** `by`: the role of whoever asks. Throws INVALID_MEMBER when the project would be left without an owner, and FORBIDDEN. */
export async function setMemberRole(
  db: D1Database,
  { member, role }: { member: MemberRef; role: ProjectRole },
  source: AuditSource,
): Promise<void> {
  const { projectId, userId, by } = member
  const details = { from: member.role, to: role }
  const [changed] = await batch(db, [
    sql`UPDATE project_members SET role = ${role} WHERE project_id = ${projectId} AND user_id = ${userId}
          AND ${isInReach(by)} AND (${role} = 'owner' OR ${anotherOwnerRemains(projectId, userId)})`,
    auditChange(source, { action: 'member.role_changed', target: targetOf(member), project: projectId, details }),
  ])
  if (changed.meta.changes === 0) throw unchanged(by)
}

/** Throws INVALID_MEMBER when the project would be left without an owner, and FORBIDDEN. */
export async function removeMember(db: D1Database, member: MemberRef, source: AuditSource): Promise<void> {
  const { projectId, userId, by } = member
  const [removed] = await batch(db, [
    sql`DELETE FROM project_members WHERE project_id = ${projectId} AND user_id = ${userId}
          AND ${isInReach(by)} AND ${anotherOwnerRemains(projectId, userId)}`,
    auditChange(source, {
      action: 'member.removed',
      target: targetOf(member),
      project: projectId,
      details: { role: member.role },
    }),
  ])
  if (removed.meta.changes === 0) throw unchanged(by)
}

/** A member as they were found, and the role in the project of whoever changes them. */
export interface MemberRef {
  projectId: string
  userId: string
  email: string
  role: ProjectRole
  by: ProjectRole
}

function targetOf({ userId, email }: MemberRef): Target {
  return { id: userId, name: email }
}

function unchanged(by: ProjectRole): ApiError {
  return by === 'owner'
    ? new ApiError('INVALID_MEMBER', 'A project needs an owner: make someone else an owner first.')
    : new ApiError('FORBIDDEN', OWNERS_ONLY)
}

export const OWNERS_ONLY = 'Only an owner of the project can make, change or remove an owner.'
