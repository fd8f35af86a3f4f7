/** What a super admin does with the people of this server: behind the API's routes and the dashboard's forms. */
import type { OrgRole } from '../../actor'
import { ApiError } from '../../errors'
import { sha256 } from '../../lib/crypto'
import { UniqueViolation, batch } from '../../lib/d1'
import { newId, newToken } from '../../lib/ids'
import { HOUR_MS } from '../../lib/time'
import { auditEvent } from '../audit/store'
import { type ApiToken, deleteApiToken, listApiTokens } from '../api-tokens/store'
import { canSendMail, inBackground, mailLink, sendMail } from '../mail'
import { normalizeEmail } from '../users/email'
import { newInvite } from '../users/invitation'
import { openReset } from '../users/resets'
import { type User, deleteUser, findUserById, insertInvited, renewInvite, setRoles } from '../users/store'
import type { ActorWork, Work } from '../work'

/** A link for whoever has to pass it on by hand. */
export interface PersonLink {
  email: string
  token: string
  url: string
}

/** Throws INVALID_EMAIL, USER_EXISTS. */
export async function invitePerson(work: Work, typed: string, roles: OrgRole): Promise<PersonLink> {
  const email = normalizeEmail(typed)
  if (email === null) throw new ApiError('INVALID_EMAIL', 'Invalid email address')
  const { token, invite } = await newInvite(work.now, canSendMail(work))
  const id = newId('user')
  const event = auditEvent(work.source, { action: 'user.invited', target: { id, name: email }, details: { roles } })
  try {
    await batch(work.db, [insertInvited({ id, email, roles, invite, now: work.now }), event])
  } catch (error) {
    throw error instanceof UniqueViolation ? new ApiError('USER_EXISTS') : error
  }
  inBackground(work, sendMail(work, email, { kind: 'invitation', token: token }))
  return { email, token, url: mailLink(work, 'invitation', token) }
}

/** The older link no longer works. Throws USER_NOT_FOUND, USER_EXISTS. */
export async function reinvitePerson(work: Work, userId: string): Promise<PersonLink> {
  const user = await requireUser(work.db, userId)
  const { token, invite } = await newInvite(work.now, canSendMail(work))
  const renewed = await renewInvite(work.db, { user, invite, within: 'organisation' }, work.source)
  if (!renewed) throw new ApiError('USER_EXISTS', 'This user has signed up already.')
  inBackground(work, sendMail(work, user.email, { kind: 'invitation', token: token }))
  return { email: user.email, token, url: mailLink(work, 'invitation', token) }
}

/** A super admin may be demoted by another, but not the one of the settings. Throws USER_NOT_FOUND, INVALID_MEMBER. */
export async function changeOrgRole(work: ActorWork, userId: string, roles: OrgRole): Promise<void> {
  const user = await requireUser(work.db, userId)
  if (user.id === work.actor.userId) throw new ApiError('INVALID_MEMBER', 'Another super admin can change your role.')
  const configured = work.config.admin
  if (configured !== null && user.email === normalizeEmail(configured.email)) {
    throw new ApiError('INVALID_MEMBER', 'NC_ADMIN_EMAIL names this account: it is super admin until that setting changes.')
  }
  if (await setRoles(work.db, user, roles, work.source)) return
  throw new ApiError('INVALID_MEMBER', 'This server needs a super admin.')
}

/** The API Tokens of somebody, by their hints. Throws USER_NOT_FOUND. */
export async function listTokensOf(work: Work, userId: string): Promise<{ user: User; tokens: ApiToken[] }> {
  const user = await requireUser(work.db, userId)
  return { user, tokens: await listApiTokens(work.db, user.id) }
}

/** Throws TOKEN_NOT_FOUND. */
export async function revokeTokenOf(work: Work, userId: string, key: string): Promise<void> {
  if ((await deleteApiToken(work.db, { key, reach: { ownerId: userId } }, work.source)) === 0)
    throw new ApiError('TOKEN_NOT_FOUND')
}

/** Throws USER_NOT_FOUND, INVALID_MEMBER. */
export async function removePerson(work: Work, userId: string): Promise<void> {
  const user = await requireUser(work.db, userId)
  if (isSuperAdmin(user)) throw new ApiError('INVALID_MEMBER', 'Cannot delete super admin: first take that role away.')
  const orphaned = await deleteUser(work.db, user, work.source)
  if (orphaned.length > 0) {
    const titles = orphaned.map((title) => `“${title}”`).join(', ')
    throw new ApiError('INVALID_MEMBER', `A project needs an owner: first make someone else an owner of ${titles}, or delete it.`)
  }
}

/** For a user who cannot get mail; their sessions go on until it is used. Throws USER_NOT_FOUND. */
export async function makeResetLink(work: Work, userId: string): Promise<PersonLink> {
  const user = await requireUser(work.db, userId)
  const token = newToken()
  const reset = { user, hash: await sha256(token), expiresAt: work.now + HOUR_MS, isMailed: false }
  await openReset(work.db, reset, work.source)
  return { email: user.email, token, url: mailLink(work, 'reset', token) }
}

async function requireUser(db: D1Database, id: string): Promise<User> {
  const user = await findUserById(db, id)
  if (user === null) throw new ApiError('USER_NOT_FOUND')
  return user
}

function isSuperAdmin(user: User): boolean {
  return user.roles.split(',').includes('super')
}
