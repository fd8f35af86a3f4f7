/** Who may bring whom into a project, change their role or remove them: behind the API's routes and the dashboard's forms. */
import type { Context } from 'hono'
import type { AppEnv, ProjectRole } from '../../env'
import { ApiError } from '../../errors'
import { UniqueViolation } from '../../lib/d1'
import { requireActor, requireProject } from '../access/guard'
import { auditSource } from '../audit/source'
import { canSendMail, inBackground, mailLink, sendMail } from '../mail'
import { MAX_INVITED, newInvite, readEmails } from '../users/invitation'
import { type User, findUserById, findUsersByEmail, renewInvite, setVerification } from '../users/store'
import { newVerification } from '../users/verification'
import { type NewMember, OWNERS_ONLY, addMembers, getMembership, removeMember, setMemberRole } from './members'

/** An invitation, for whoever has to pass it on by hand. */
export interface InvitationLink {
  email: string
  token: string
  url: string
}

export interface Invited {
  emails: string[]
  /** For whoever has to pass them on by hand: where the server sends mail, only the invited get theirs. */
  links: InvitationLink[]
  /** Who have an account, but never showed that the address is theirs. Where the server sends mail, their membership waits. */
  unconfirmed: string[]
}

/**
 * Adds the people of a comma-separated list, all or none; those without an account are invited, and those who
 * have not accepted an invitation are invited anew. Throws FORBIDDEN, INVALID_EMAIL, INVALID_MEMBER.
 */
export async function inviteMembers(c: Context<AppEnv>, list: string, role: ProjectRole): Promise<Invited> {
  refuseOwnership(c, role)
  const { emails, invalid } = readEmails(list)
  if (invalid.length > 0) throw new ApiError('INVALID_EMAIL', `Invalid email address : ${invalid.join(', ')}`)
  if (emails.length === 0) throw new ApiError('INVALID_EMAIL', 'Invalid email address')
  if (emails.length > MAX_INVITED) throw new ApiError('INVALID_MEMBER', `At most ${MAX_INVITED} people can be added at once.`)
  const invitees = await readInvitees(c, emails)
  const mayShow = await addAll(
    c,
    invitees.map(({ email, user, invitation }) => ({ email, userId: user?.id ?? null, invite: invitation?.invite ?? null })),
    role,
  )
  const links: InvitationLink[] = []
  const unconfirmed: string[] = []
  for (const { email, user, invitation } of invitees) {
    if (invitation !== null) {
      inBackground(c, sendMail(c, email, 'invitation', invitation.token))
      const { token } = invitation
      if (mayShow.has(email) && !canSendMail(c)) links.push({ email, token, url: mailLink(c, 'invitation', token) })
    } else if (user?.email_verified_at === null) {
      unconfirmed.push(email)
      if (canSendMail(c)) inBackground(c, mailConfirmation(c, user))
    }
  }
  return { emails, links, unconfirmed }
}

async function mailConfirmation(c: Context<AppEnv>, { id, email }: User): Promise<void> {
  const { token, verification } = await newVerification(c.get('startedAt'))
  await setVerification(c.env.DB, id, verification)
  await sendMail(c, email, 'verification', token)
}

/** Everyone who has no password yet gets a new invitation. */
async function readInvitees(c: Context<AppEnv>, emails: readonly string[]) {
  const users = new Map((await findUsersByEmail(c.env.DB, emails)).map((user) => [user.email, user]))
  return Promise.all(
    emails.map(async (email) => {
      const user = users.get(email)
      const isPending = user === undefined || user.password_hash === null
      const invitation = isPending ? await newInvite(c.get('startedAt'), canSendMail(c)) : null
      return { email, user: user ?? null, invitation }
    }),
  )
}

/** Throws FORBIDDEN, USER_NOT_FOUND, INVALID_MEMBER. */
export async function changeMemberRole(c: Context<AppEnv>, userId: string, role: ProjectRole): Promise<void> {
  const { id } = requireProject(c)
  refuseOwnership(c, role)
  const found = await getMembership(c.env.DB, id, userId)
  refuseOwnership(c, found.role)
  const member = { ...found, projectId: id, userId, by: requireProject(c).role }
  await setMemberRole(c.env.DB, { member, role }, await auditSource(c))
}

/** Throws FORBIDDEN, USER_NOT_FOUND, INVALID_MEMBER. */
export async function expelMember(c: Context<AppEnv>, userId: string): Promise<void> {
  const { id } = requireProject(c)
  if (userId === requireActor(c).userId) throw new ApiError('INVALID_MEMBER', "Admin can't delete themselves!")
  const found = await getMembership(c.env.DB, id, userId)
  refuseOwnership(c, found.role)
  await removeMember(c.env.DB, { ...found, projectId: id, userId, by: requireProject(c).role }, await auditSource(c))
}

/** The older link no longer works. Null: the new one is in the mail. Throws USER_NOT_FOUND, USER_EXISTS, FORBIDDEN. */
export async function reinviteMember(c: Context<AppEnv>, userId: string): Promise<InvitationLink | null> {
  const { id: projectId, role: by } = requireProject(c)
  const user = await findUserById(c.env.DB, userId)
  const { token, invite } = await newInvite(c.get('startedAt'), canSendMail(c))
  const within = { projectId, managerId: requireActor(c).userId, by }
  const renewed = user !== null && (await renewInvite(c.env.DB, { user, invite, within }, await auditSource(c)))
  if (!renewed) {
    refuseOwnership(c, (await getMembership(c.env.DB, projectId, userId)).role)
    if (user?.password_hash !== null) throw new ApiError('USER_EXISTS', 'This user has signed up already.')
    throw new ApiError('FORBIDDEN', 'This user was invited by others too: only a super admin can make a new link.')
  }
  inBackground(c, sendMail(c, user.email, 'invitation', token))
  if (canSendMail(c)) return null
  return { email: user.email, token, url: mailLink(c, 'invitation', token) }
}

/** Only an owner makes, changes or removes an owner. Throws FORBIDDEN. */
function refuseOwnership(c: Context<AppEnv>, role: ProjectRole): void {
  if (role === 'owner' && requireProject(c).role !== 'owner') {
    throw new ApiError('FORBIDDEN', OWNERS_ONLY)
  }
}

/** The e-mails whose invitation the actor may see. Throws INVALID_MEMBER when one of them is a member already. */
async function addAll(c: Context<AppEnv>, members: readonly NewMember[], role: ProjectRole): Promise<Set<string>> {
  const reach = { projectId: requireProject(c).id, managerId: requireActor(c).userId }
  try {
    return await addMembers(c.env.DB, { reach, members, role, waits: canSendMail(c) }, await auditSource(c))
  } catch (error) {
    if (error instanceof UniqueViolation) {
      throw new ApiError('INVALID_MEMBER', 'Someone of these already exists in this project; nobody was added.', { cause: error })
    }
    throw error
  }
}
