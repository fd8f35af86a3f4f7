/** Who may bring whom into a project, change their role or remove them: behind the API's routes and the dashboard's forms. */
import type { ProjectRole } from '../../actor'
import { ApiError } from '../../errors'
import { UniqueViolation } from '../../lib/d1'
import { canSendMail, inBackground, mailLink, sendMail } from '../mail'
import { MAX_INVITED, newInvite, readEmails } from '../users/invitation'
import { type User, findUserById, findUsersByEmail, renewInvite, setVerification } from '../users/store'
import { newVerification } from '../users/verification'
import type { ProjectWork } from '../work'
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
export async function inviteMembers(work: ProjectWork, list: string, role: ProjectRole): Promise<Invited> {
  refuseOwnership(work, role)
  const { emails, invalid } = readEmails(list)
  if (invalid.length > 0) throw new ApiError('INVALID_EMAIL', `Invalid email address : ${invalid.join(', ')}`)
  if (emails.length === 0) throw new ApiError('INVALID_EMAIL', 'Invalid email address')
  if (emails.length > MAX_INVITED) throw new ApiError('INVALID_MEMBER', `At most ${MAX_INVITED} people can be added at once.`)
  const invitees = await readInvitees(work, emails)
  const mayShow = await addAll(
    work,
    invitees.map(({ email, user, invitation }) => ({ email, userId: user?.id ?? null, invite: invitation?.invite ?? null })),
    role,
  )
  const links: InvitationLink[] = []
  const unconfirmed: string[] = []
  for (const { email, user, invitation } of invitees) {
    if (invitation !== null) {
      inBackground(work, sendMail(work, email, { kind: 'invitation', token: invitation.token }))
      const { token } = invitation
      if (mayShow.has(email) && !canSendMail(work)) links.push({ email, token, url: mailLink(work, 'invitation', token) })
    } else if (user?.email_verified_at === null) {
      unconfirmed.push(email)
      if (canSendMail(work)) inBackground(work, mailConfirmation(work, user))
    }
  }
  return { emails, links, unconfirmed }
}

async function mailConfirmation(work: ProjectWork, { id, email }: User): Promise<void> {
  const { token, verification } = await newVerification(work.now)
  await setVerification(work.db, id, verification)
  await sendMail(work, email, { kind: 'verification', token: token })
}

/** Everyone who has no password yet gets a new invitation. */
async function readInvitees(work: ProjectWork, emails: readonly string[]) {
  const users = new Map((await findUsersByEmail(work.db, emails)).map((user) => [user.email, user]))
  return Promise.all(
    emails.map(async (email) => {
      const user = users.get(email)
      const isPending = user === undefined || user.password_hash === null
      const invitation = isPending ? await newInvite(work.now, canSendMail(work)) : null
      return { email, user: user ?? null, invitation }
    }),
  )
}

/** Throws FORBIDDEN, USER_NOT_FOUND, INVALID_MEMBER. */
export async function changeMemberRole(work: ProjectWork, userId: string, role: ProjectRole): Promise<void> {
  const { id } = work.project
  refuseOwnership(work, role)
  const found = await getMembership(work.db, id, userId)
  refuseOwnership(work, found.role)
  const member = { ...found, projectId: id, userId, by: work.project.role }
  await setMemberRole(work.db, { member, role }, work.source)
}

/** Throws FORBIDDEN, USER_NOT_FOUND, INVALID_MEMBER. */
export async function expelMember(work: ProjectWork, userId: string): Promise<void> {
  const { id } = work.project
  if (userId === work.actor.userId) throw new ApiError('INVALID_MEMBER', "Admin can't delete themselves!")
  const found = await getMembership(work.db, id, userId)
  refuseOwnership(work, found.role)
  await removeMember(work.db, { ...found, projectId: id, userId, by: work.project.role }, work.source)
}

/** The older link no longer works. Null: the new one is in the mail. Throws USER_NOT_FOUND, USER_EXISTS, FORBIDDEN. */
export async function reinviteMember(work: ProjectWork, userId: string): Promise<InvitationLink | null> {
  const { id: projectId, role: by } = work.project
  const user = await findUserById(work.db, userId)
  const { token, invite } = await newInvite(work.now, canSendMail(work))
  const within = { projectId, managerId: work.actor.userId, by }
  const renewed = user !== null && (await renewInvite(work.db, { user, invite, within }, work.source))
  if (!renewed) {
    refuseOwnership(work, (await getMembership(work.db, projectId, userId)).role)
    if (user?.password_hash !== null) throw new ApiError('USER_EXISTS', 'This user has signed up already.')
    throw new ApiError('FORBIDDEN', 'This user was invited by others too: only a super admin can make a new link.')
  }
  inBackground(work, sendMail(work, user.email, { kind: 'invitation', token: token }))
  if (canSendMail(work)) return null
  return { email: user.email, token, url: mailLink(work, 'invitation', token) }
}

/** Only an owner makes, changes or removes an owner. Throws FORBIDDEN. */
function refuseOwnership(work: ProjectWork, role: ProjectRole): void {
  if (role === 'owner' && work.project.role !== 'owner') {
    throw new ApiError('FORBIDDEN', OWNERS_ONLY)
  }
}

/** The e-mails whose invitation the actor may see. Throws INVALID_MEMBER when one of them is a member already. */
async function addAll(work: ProjectWork, members: readonly NewMember[], role: ProjectRole): Promise<Set<string>> {
  const reach = { projectId: work.project.id, managerId: work.actor.userId }
  try {
    return await addMembers(work.db, { reach, members, role, waits: canSendMail(work) }, work.source)
  } catch (error) {
    if (error instanceof UniqueViolation) {
      throw new ApiError('INVALID_MEMBER', 'Someone of these already exists in this project; nobody was added.', { cause: error })
    }
    throw error
  }
}
