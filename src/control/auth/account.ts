/**
 * What people do with their accounts: the rules behind signing up, signing in and passwords. The API's routes and the
 * dashboard's forms both call these, so that neither can be laxer than the other.
 */
import { ApiError } from '../../errors'
import { sha256 } from '../../lib/crypto'
import { batch } from '../../lib/d1'
import { newToken } from '../../lib/ids'
import { type Sql, sql } from '../../lib/sql'
import { HOUR_MS } from '../../lib/time'
import { auditCount, auditEvent, auditSession, auditUser, takeBackCount } from '../audit/store'
import { canSendMail, inBackground, sendMail } from '../mail'
import { normalizeEmail } from '../users/email'
import { type Reset, findReset, openReset } from '../users/resets'
import {
  type User,
  acceptInvitation,
  changePassword,
  createAccount,
  findUserByEmail,
  replacePasswordHash,
  setVerification,
  verifyEmail,
} from '../users/store'
import { newVerification } from '../users/verification'
import type { ActorWork, Work } from '../work'
import { type Guess, countConfirmation, countResetLink, limitAddress, newGuess } from './attempts'
import { browserOf } from './browser'
import { hasRoom, requireRoom } from './hash-queue'
import { newPasswordProblem, passwordContext } from './new-password'
import { hashPassword, needsRehash, verifyPassword } from './password'
import { type NewSession, newSession, startSession } from './session'
import { signAuthToken } from './auth-token'

/** How long a password reset stays open: docs/contract/api-v1.md 1.3. */
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
export async function signUp(work: Work, form: SignUp): Promise<SignedIn> {
  const email = requireEmail(form.email)
  await limitAddress(work)
  const passwordHash = await hashNewPassword(work, email, form.password)
  const tokenVersion = newToken()
  const { session, statements } = await newSession({ email, tokenVersion }, sessionOptions(work))
  const { firstname, lastname } = form
  const account = { email, passwordHash, tokenVersion, firstname, lastname, now: work.now }
  const action = form.token === null ? 'sign_up' : 'invitation.accepted'
  const start = [...statements, auditSession(work.source, { action }, sql`s.id = ${session.id}`)]
  if (form.token !== null) {
    const inviteHash = await sha256(form.token)
    return { user: await acceptInvitation(work.db, { ...account, inviteHash }, start), session }
  }
  const mailed = canSendMail(work) ? await newVerification(work.now) : null
  const verification = mailed?.verification ?? null
  const inviteOnlyByDefault = work.config.inviteOnlySignup
  const user = await createAccount(work.db, { ...account, verification, inviteOnlyByDefault }, start)
  if (mailed !== null) inBackground(work, sendMail(work, email, { kind: 'verification', token: mailed.token }))
  return { user, session }
}

/** An unknown e-mail and a wrong password are the same INVALID_CREDENTIALS, for the same work. */
export async function signIn(work: Work, { email: typed, password }: { email: string; password: string }): Promise<SignedIn> {
  const email = normalizeEmail(typed)
  const { user, forgive } = await provePassword(work, {
    who: email === null ? null : sql`u.email = ${email}`,
    account: email,
    password,
    failure: 'sign_in.failed',
  })
  if (user === null) throw new ApiError('INVALID_CREDENTIALS')
  const policy = work.config.passwordHash
  // Can wait for another sign-in, where others wait for their turn.
  if (needsRehash(user.password_hash, policy) && hasRoom()) {
    await replacePasswordHash(work.db, user.id, user.password_hash, await hashPassword(password, policy))
  }
  const who = { email: user.email, tokenVersion: user.token_version }
  const source = work.source
  const started = (id: string) => auditSession(source, { action: 'sign_in' }, sql`s.id = ${id}`)
  const session = await startSession(work.db, who, sessionOptions(work), (id) => [...forgive, started(id)])
  if (session === null) throw new ApiError('INVALID_CREDENTIALS')
  return { user, session }
}

export interface PasswordWish {
  currentPassword: string
  newPassword: string
  /** Whether the API Tokens of the account end with the old password. */
  endsApiTokens: boolean
}

/** Ends every session of the actor, this one too. Throws INVALID_PASSWORD or INVALID_CREDENTIALS. */
export async function changeOwnPassword(work: ActorWork, wish: PasswordWish): Promise<void> {
  const { actor } = work
  await requireGoodPassword(work, actor.email, wish.newPassword)
  const { user, forgive } = await provePassword(work, {
    who: sql`u.id = ${actor.userId}`,
    account: actor.email,
    password: wish.currentPassword,
    failure: 'password.change_failed',
  })
  if (user === null) throw new ApiError('INVALID_CREDENTIALS', 'Current password is wrong')
  const change = {
    passwordHash: await hashPassword(wish.newPassword, work.config.passwordHash),
    now: work.now,
    provedBy: { passwordHash: user.password_hash },
    endsApiTokens: wish.endsApiTokens,
  }
  const details = { api_tokens: wish.endsApiTokens ? ('deleted' as const) : ('go on' as const) }
  const source = work.source
  const changed = await changePassword(work.db, user.id, change, (done) => [
    ...forgive,
    auditEvent(source, { action: 'password.changed', details }, sql`WHERE EXISTS (${done})`),
  ])
  if (!changed) throw new ApiError('INVALID_CREDENTIALS', 'Current password is wrong')
}

type UserWithPassword = User & { password_hash: string }

/**
 * The user whose password this is, or null; and what forgives the guess that was counted. The user is read and the guess
 * counted in one round trip. Throws TOO_MANY_REQUESTS and SERVER_BUSY.
 */
async function provePassword(
  work: Work,
  { who, account, password, failure }: Proof,
): Promise<{ user: UserWithPassword | null; forgive: Guess['forgive'] }> {
  await limitAddress(work)
  requireRoom()
  const guess = account === null ? null : await newGuess(work, account)
  const [found, noted, ...counts] =
    who === null || guess === null
      ? []
      : await batch(work.db, [
          sql<User>`SELECT u.* FROM users u WHERE ${who}`,
          auditCount(work.source, failure, who),
          ...guess.count,
        ])
  guess?.check(counts)
  // In the log too it is a failure until it has turned out to be none.
  const takeBack = takeBackCount(Number(noted?.results[0]?.['id'] ?? 0))
  const user = found?.results[0] ?? null
  const hash = user?.password_hash ?? null
  const isRight = await verifyPassword(password, hash, work.config.passwordHash).catch(async (error: unknown) => {
    // Nobody looked at the password.
    if (guess !== null) await batch(work.db, [...guess.takeBack, ...takeBack])
    throw error
  })
  if (!isRight || user === null || hash === null) return { user: null, forgive: [] }
  return { user: { ...user, password_hash: hash }, forgive: [...(guess?.forgive ?? []), ...takeBack] }
}

interface Proof {
  /** A condition on `users u`; null: nobody can be meant. */
  who: Sql | null
  account: string | null
  password: string
  /** How the log calls it when the password is wrong. */
  failure: 'sign_in.failed' | 'password.change_failed'
}

/** Mails a reset link where there is an account and mail is configured; says nothing of either. */
export async function requestReset(work: Work, typed: string): Promise<void> {
  const email = requireEmail(typed)
  await limitAddress(work)
  if (!canSendMail(work)) return
  await countResetLink(work, email)
  inBackground(work, mailReset(work, email))
}

/** Throws INVALID_RESET_TOKEN unless the reset is open. */
export async function checkReset(work: Work, token: string): Promise<Reset> {
  await limitAddress(work)
  return requireOpenReset(work, token)
}

/** Ends every session and API Token of the account. Throws INVALID_RESET_TOKEN or INVALID_PASSWORD. */
export async function resetPassword(work: Work, token: string, password: string): Promise<void> {
  await limitAddress(work)
  const { userId, email } = await requireOpenReset(work, token)
  const change = {
    passwordHash: await hashNewPassword(work, email, password),
    now: work.now,
    provedBy: { resetHash: await sha256(token) },
    // Whoever had the account until now may have made some.
    endsApiTokens: true,
  }
  const source = work.source
  const event = (done: Sql) => auditUser(source, { action: 'password.reset' }, sql`u.id IN (${done})`)
  if (!(await changePassword(work.db, userId, change, (done) => [event(done)]))) throw new ApiError('INVALID_RESET_TOKEN')
}

/** Throws INVALID_VERIFICATION_TOKEN. */
export async function confirmEmail(work: Work, token: string): Promise<void> {
  await limitAddress(work)
  const hash = await sha256(token)
  const verified = await verifyEmail(work.db, { hash, now: work.now }, work.source)
  if (!verified) throw new ApiError('INVALID_VERIFICATION_TOKEN')
}

/** Mails the actor another link that confirms their address; false when it is confirmed. Throws TOO_MANY_REQUESTS, FORBIDDEN. */
export async function requestConfirmation(work: ActorWork): Promise<boolean> {
  const { userId, email, emailVerified } = work.actor
  if (!canSendMail(work)) throw new ApiError('FORBIDDEN', 'This server sends no mail.')
  if (emailVerified) return false
  await countConfirmation(work, email)
  const { token, verification } = await newVerification(work.now)
  const isSet = await setVerification(work.db, userId, verification)
  if (isSet) inBackground(work, sendMail(work, email, { kind: 'verification', token: token }))
  return isSet
}

/** An Auth Token that ends with the session. */
export async function issueAuthToken(
  work: Pick<Work, 'config' | 'now'>,
  user: Pick<User, 'id' | 'email' | 'firstname' | 'lastname' | 'roles' | 'token_version'>,
  session: Pick<NewSession, 'id' | 'expiresAt'>,
): Promise<string> {
  const { id, email, firstname, lastname, roles, token_version: tokenVersion } = user
  const now = work.now
  const lifetime = Math.floor((authTokenEnd(work, session) - now) / 1000)
  return signAuthToken(
    { id, email, firstname, lastname, roles, tokenVersion, sessionId: session.id },
    { secret: work.config.jwtSecrets[0], lifetime, now },
  )
}

/** When an Auth Token that is made now ends, ms. */
export function authTokenEnd(work: Pick<Work, 'config' | 'now'>, session: Pick<NewSession, 'expiresAt'>): number {
  return Math.min(work.now + work.config.jwtLifetime * 1000, session.expiresAt)
}

export function sessionOptions(work: Pick<Work, 'config' | 'now' | 'userAgent'>) {
  const browser = browserOf(work.userAgent)
  return { jwtLifetime: work.config.jwtLifetime, now: work.now, browser }
}

function requireEmail(typed: string): string {
  const email = normalizeEmail(typed)
  if (email === null) throw new ApiError('INVALID_EMAIL')
  return email
}

/** The hash of a password that someone chooses. Throws INVALID_PASSWORD, SERVER_BUSY. */
async function hashNewPassword(work: Work, email: string, password: string): Promise<string> {
  await requireGoodPassword(work, email, password)
  return hashPassword(password, work.config.passwordHash)
}

async function requireGoodPassword(work: Work, email: string, password: string): Promise<void> {
  const problem = await newPasswordProblem(password, passwordContext(work, email))
  if (problem !== null) throw new ApiError('INVALID_PASSWORD', problem)
}

async function requireOpenReset(work: Work, token: string): Promise<Reset> {
  const reset = await findReset(work.db, await sha256(token))
  if (reset === null) throw new ApiError('INVALID_RESET_TOKEN')
  if (reset.expiresAt <= work.now) throw new ApiError('INVALID_RESET_TOKEN', 'Password reset url expired')
  return reset
}

async function mailReset(work: Work, email: string): Promise<void> {
  const user = await findUserByEmail(work.db, email)
  if (user === null) return
  const token = newToken()
  const expiresAt = work.now + RESET_LIFETIME_MS
  const source = { ...work.source, actor: null }
  await openReset(work.db, { user, hash: await sha256(token), expiresAt, isMailed: true }, source)
  await sendMail(work, user.email, { kind: 'reset', token: token })
}
