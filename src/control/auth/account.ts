/**
 * What people do with their accounts: the rules behind signing up, signing in and passwords. The API's routes and the
 * dashboard's forms both call these, so that neither can be laxer than the other.
 */
import type { Context } from 'hono'
import type { AppEnv } from '../../env'
import { ApiError } from '../../errors'
import { sha256 } from '../../lib/crypto'
import { newToken } from '../../lib/ids'
import { HOUR_MS } from '../../lib/time'
import { requireActor } from '../access/guard'
import { canSendMail, inBackground, sendMail } from '../mail'
import { normalizeEmail } from '../users/email'
import {
  type User,
  acceptInvitation,
  changePassword,
  createAccount,
  findUserByEmail,
  findUserById,
  findUserByResetHash,
  openReset,
  replacePasswordHash,
  verifyEmail,
} from '../users/store'
import { countAttempt } from './attempts'
import { hashPassword, needsRehash, passwordProblem, verifyPassword } from './password'
import { type NewSession, newSession, startSession } from './session'
import { signAuthToken } from './token'

/** How long a password reset stays open: contract/api-v1.md 1.3. */
const RESET_LIFETIME_MS = HOUR_MS

export interface SignedIn {
  user: User
  session: NewSession
}

interface SignUp {
  email: string
  password: string
  firstname: string | null
  lastname: string | null
  /** Of an invitation. */
  token: string | null
}

/** A new account, or an accepted invitation, signed in. Throws what createAccount and acceptInvitation throw, and more. */
export async function signUp(c: Context<AppEnv>, form: SignUp): Promise<SignedIn> {
  const email = requireEmail(form.email)
  const passwordHash = await hashNewPassword(c, form.password, email)
  const tokenVersion = newToken()
  const { session, statements } = await newSession({ email, tokenVersion }, sessionOptions(c))
  const { firstname, lastname } = form
  const account = { email, passwordHash, tokenVersion, firstname, lastname, now: c.get('startedAt') }
  if (form.token !== null) {
    const inviteHash = await sha256(form.token)
    return { user: await acceptInvitation(c.env.DB, { ...account, inviteHash }, statements), session }
  }
  const verification = canSendMail(c) ? newToken() : null
  const emailVerificationHash = verification === null ? null : await sha256(verification)
  const inviteOnlyByDefault = c.get('config').inviteOnlySignup
  const user = await createAccount(c.env.DB, { ...account, emailVerificationHash, inviteOnlyByDefault }, statements)
  if (verification !== null) inBackground(c, sendMail(c, email, 'verification', verification))
  return { user, session }
}

/** An unknown e-mail and a wrong password are the same INVALID_CREDENTIALS, for the same work. */
export async function signIn(
  c: Context<AppEnv>,
  { email: typed, password }: { email: string; password: string },
): Promise<SignedIn> {
  const email = normalizeEmail(typed)
  await countAttempt(c, email)
  const user = email === null ? null : await findUserByEmail(c.env.DB, email)
  const hash = user?.password_hash ?? null
  const policy = c.get('config').passwordHash
  if (!(await verifyPassword(password, hash, policy)) || user === null || hash === null) throw new ApiError('INVALID_CREDENTIALS')
  if (needsRehash(hash, policy)) await replacePasswordHash(c.env.DB, user.id, hash, await hashPassword(password, policy))
  const session = await startSession(c.env.DB, { email: user.email, tokenVersion: user.token_version }, sessionOptions(c))
  if (session === null) throw new ApiError('INVALID_CREDENTIALS')
  return { user, session }
}

/** Ends every session of the actor, this one too. Throws INVALID_PASSWORD or INVALID_CREDENTIALS. */
export async function changeOwnPassword(c: Context<AppEnv>, currentPassword: string, newPassword: string): Promise<void> {
  const actor = requireActor(c)
  const problem = passwordProblem(newPassword)
  if (problem !== null) throw new ApiError('INVALID_PASSWORD', problem)
  await countAttempt(c, actor.email)
  const policy = c.get('config').passwordHash
  const current = (await findUserById(c.env.DB, actor.userId))?.password_hash ?? null
  const isProved = await verifyPassword(currentPassword, current, policy)
  if (!isProved || current === null) throw new ApiError('INVALID_CREDENTIALS', 'Current password is wrong')
  const passwordHash = await hashPassword(newPassword, policy)
  const provedBy = { passwordHash: current }
  const changed = await changePassword(c.env.DB, actor.userId, { passwordHash, now: c.get('startedAt'), provedBy })
  if (!changed) throw new ApiError('INVALID_CREDENTIALS', 'Current password is wrong')
}

/** Mails a reset link where there is an account and mail is configured; says nothing of either. */
export async function requestReset(c: Context<AppEnv>, typed: string): Promise<void> {
  const email = requireEmail(typed)
  await countAttempt(c, email)
  if (canSendMail(c)) inBackground(c, mailReset(c, email))
}

/** Throws INVALID_RESET_TOKEN unless the reset is open. */
export async function checkReset(c: Context<AppEnv>, token: string): Promise<User> {
  await countAttempt(c, null)
  return requireOpenReset(c, token)
}

/** Ends every session of the account. Throws INVALID_RESET_TOKEN or INVALID_PASSWORD. */
export async function resetPassword(c: Context<AppEnv>, token: string, password: string): Promise<void> {
  await countAttempt(c, null)
  const user = await requireOpenReset(c, token)
  const passwordHash = await hashNewPassword(c, password, user.email)
  const provedBy = { resetHash: await sha256(token) }
  const changed = await changePassword(c.env.DB, user.id, { passwordHash, now: c.get('startedAt'), provedBy })
  if (!changed) throw new ApiError('INVALID_RESET_TOKEN')
}

/** Throws INVALID_VERIFICATION_TOKEN. */
export async function confirmEmail(c: Context<AppEnv>, token: string): Promise<void> {
  await countAttempt(c, null)
  const verified = await verifyEmail(c.env.DB, await sha256(token), c.get('startedAt'))
  if (!verified) throw new ApiError('INVALID_VERIFICATION_TOKEN')
}

/** An Auth Token that ends with the session. */
export async function issueAuthToken(
  c: Context<AppEnv>,
  user: Pick<User, 'id' | 'email' | 'firstname' | 'lastname' | 'roles' | 'token_version'>,
  sessionId: string,
): Promise<string> {
  const { id, email, firstname, lastname, roles, token_version: tokenVersion } = user
  const { jwtSecrets, jwtLifetime } = c.get('config')
  return signAuthToken(
    { id, email, firstname, lastname, roles, tokenVersion, sessionId },
    { secret: jwtSecrets[0], lifetime: jwtLifetime, now: c.get('startedAt') },
  )
}

export function sessionOptions(c: Context<AppEnv>) {
  return { jwtLifetime: c.get('config').jwtLifetime, now: c.get('startedAt') }
}

function requireEmail(typed: string): string {
  const email = normalizeEmail(typed)
  if (email === null) throw new ApiError('INVALID_EMAIL')
  return email
}

/** The hash of a password someone chooses, after the policy and the limit on attempts. */
async function hashNewPassword(c: Context<AppEnv>, password: string, email: string): Promise<string> {
  const problem = passwordProblem(password)
  if (problem !== null) throw new ApiError('INVALID_PASSWORD', problem)
  await countAttempt(c, email)
  return hashPassword(password, c.get('config').passwordHash)
}

async function requireOpenReset(c: Context<AppEnv>, token: string): Promise<User> {
  const user = await findUserByResetHash(c.env.DB, await sha256(token))
  if (user === null) throw new ApiError('INVALID_RESET_TOKEN')
  if ((user.reset_expires_at ?? 0) <= c.get('startedAt')) throw new ApiError('INVALID_RESET_TOKEN', 'Password reset url expired')
  return user
}

async function mailReset(c: Context<AppEnv>, email: string): Promise<void> {
  const user = await findUserByEmail(c.env.DB, email)
  if (user === null) return
  const token = newToken()
  await openReset(c.env.DB, user.id, { hash: await sha256(token), expiresAt: c.get('startedAt') + RESET_LIFETIME_MS })
  await sendMail(c, user.email, 'reset', token)
}
