/** What a super admin does with the people of this server: behind the API's routes and the dashboard's forms. */
import type { Context } from 'hono'
import type { AppEnv, OrgRole } from '../../env'
import { ApiError } from '../../errors'
import { sha256 } from '../../lib/crypto'
import { UniqueViolation, batch } from '../../lib/d1'
import { newId, newToken } from '../../lib/ids'
import { HOUR_MS } from '../../lib/time'
import { requireActor } from '../access/guard'
import { auditSource } from '../audit/source'
import { auditEvent } from '../audit/store'
import { type ApiToken, deleteApiToken, listApiTokens } from '../api-tokens/store'
import { canSendMail, inBackground, mailLink, sendMail } from '../mail'
import { normalizeEmail } from '../users/email'
import { newInvite } from '../users/invitation'
import { openReset } from '../users/resets'
import { type User, deleteUser, findUserById, insertInvited, renewInvite, setRoles } from '../users/store'

/** A link for whoever has to pass it on by hand. */
export interface PersonLink {
  email: string
  token: string
  url: string
}

/** Throws INVALID_EMAIL, USER_EXISTS. */
export async function invitePerson(c: Context<AppEnv>, typed: string, roles: OrgRole): Promise<PersonLink> {
  const email = normalizeEmail(typed)
  if (email === null) throw new ApiError('INVALID_EMAIL', 'Invalid email address')
  const { token, invite } = await newInvite(c.get('startedAt'), canSendMail(c))
  const id = newId('user')
  const event = auditEvent(await auditSource(c), { action: 'user.invited', target: { id, name: email }, details: { roles } })
  try {
    await batch(c.env.DB, [insertInvited({ id, email, roles, invite, now: c.get('startedAt') }), event])
  } catch (error) {
    throw error instanceof UniqueViolation ? new ApiError('USER_EXISTS') : error
  }
  inBackground(c, sendMail(c, email, 'invitation', token))
  return { email, token, url: mailLink(c, 'invitation', token) }
}

/** The older link no longer works. Throws USER_NOT_FOUND, USER_EXISTS. */
export async function reinvitePerson(c: Context<AppEnv>, userId: string): Promise<PersonLink> {
  const user = await requireUser(c.env.DB, userId)
  const { token, invite } = await newInvite(c.get('startedAt'), canSendMail(c))
  const renewed = await renewInvite(c.env.DB, { user, invite, within: 'organisation' }, await auditSource(c))
  if (!renewed) throw new ApiError('USER_EXISTS', 'This user has signed up already.')
  inBackground(c, sendMail(c, user.email, 'invitation', token))
  return { email: user.email, token, url: mailLink(c, 'invitation', token) }
}

/** A super admin may be demoted by another, but not the one of the settings. Throws USER_NOT_FOUND, INVALID_MEMBER. */
export async function changeOrgRole(c: Context<AppEnv>, userId: string, roles: OrgRole): Promise<void> {
  const user = await requireUser(c.env.DB, userId)
  if (user.id === requireActor(c).userId) throw new ApiError('INVALID_MEMBER', 'Another super admin can change your role.')
  const configured = c.get('config').admin
  if (configured !== null && user.email === normalizeEmail(configured.email)) {
    throw new ApiError('INVALID_MEMBER', 'NC_ADMIN_EMAIL names this account: it is super admin until that setting changes.')
  }
  if (await setRoles(c.env.DB, user, roles, await auditSource(c))) return
  throw new ApiError('INVALID_MEMBER', 'This server needs a super admin.')
}

/** The API Tokens of somebody, by their hints. Throws USER_NOT_FOUND. */
export async function listTokensOf(c: Context<AppEnv>, userId: string): Promise<{ user: User; tokens: ApiToken[] }> {
  const user = await requireUser(c.env.DB, userId)
  return { user, tokens: await listApiTokens(c.env.DB, user.id) }
}

/** Throws TOKEN_NOT_FOUND. */
export async function revokeTokenOf(c: Context<AppEnv>, userId: string, key: string): Promise<void> {
  if ((await deleteApiToken(c.env.DB, { key, reach: { ownerId: userId } }, await auditSource(c))) === 0)
    throw new ApiError('TOKEN_NOT_FOUND')
}

/** Throws USER_NOT_FOUND, INVALID_MEMBER. */
export async function removePerson(c: Context<AppEnv>, userId: string): Promise<void> {
  const user = await requireUser(c.env.DB, userId)
  if (isSuperAdmin(user)) throw new ApiError('INVALID_MEMBER', 'Cannot delete super admin: first take that role away.')
  const orphaned = await deleteUser(c.env.DB, user, await auditSource(c))
  if (orphaned.length > 0) {
    const titles = orphaned.map((title) => `“${title}”`).join(', ')
    throw new ApiError('INVALID_MEMBER', `A project needs an owner: first make someone else an owner of ${titles}, or delete it.`)
  }
}

/** For a user who cannot get mail; their sessions go on until it is used. Throws USER_NOT_FOUND. */
export async function makeResetLink(c: Context<AppEnv>, userId: string): Promise<PersonLink> {
  const user = await requireUser(c.env.DB, userId)
  const token = newToken()
  const reset = { user, hash: await sha256(token), expiresAt: c.get('startedAt') + HOUR_MS, isMailed: false }
  await openReset(c.env.DB, reset, await auditSource(c))
  return { email: user.email, token, url: mailLink(c, 'reset', token) }
}

async function requireUser(db: D1Database, id: string): Promise<User> {
  const user = await findUserById(db, id)
  if (user === null) throw new ApiError('USER_NOT_FOUND')
  return user
}

function isSuperAdmin(user: User): boolean {
  return user.roles.split(',').includes('super')
}
