/** Accounts and Auth Tokens over HTTP: contract/api-v1.md section 1. */
import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { AppEnv } from '../../env'
import { ApiError } from '../../errors'
import { Message, createRouter, errorResponses, json, jsonBody } from '../../http/router'
import { sha256 } from '../../lib/crypto'
import { newToken } from '../../lib/ids'
import { HOUR_MS } from '../../lib/time'
import { needs, requireActor } from '../access/guard'
import { findProjectRole } from '../access/store'
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
import { clearRefreshCookie, readRefreshCookie, setRefreshCookie } from './cookie'
import { canSendMail, sendMail } from '../mail'
import { hashPassword, needsRehash, passwordProblem, verifyPassword } from './password'
import { type Session, endSession, endSessionByRefreshToken, rotateSession, startSession } from './session'
import { signAuthToken, verifyAuthToken } from './token'

/** How long a password reset stays open: contract/api-v1.md 1.3. */
export const RESET_LIFETIME_MS = HOUR_MS

const Email = z.string().max(320).openapi({ format: 'email', example: 'ada@example.org' })
const Password = z.string().max(4096).openapi({ format: 'password', minLength: 8, example: 'correct horse battery' })
const PersonName = z.string().max(100).nullish().openapi({ example: 'Ada' })
const AuthToken = z
  .object({ token: z.string().openapi({ description: 'The Auth Token, a JWT: send it in the `xc-auth` header' }) })
  .openapi('AuthToken')
const TokenParameter = z.object({ token: z.string().openapi({ param: { name: 'token', in: 'path' } }) })
const tags = ['Auth']

export const authRoutes = createRouter()

authRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/user/signup',
    operationId: 'auth-signup',
    summary: 'Sign up',
    description: 'The first account of an instance becomes its super admin. With `token`, accepts an invitation.',
    tags,
    security: [],
    request: jsonBody(
      z
        .object({
          email: Email,
          password: Password,
          firstname: PersonName,
          lastname: PersonName,
          token: z.string().max(200).nullish().openapi({ description: 'Of an invitation' }),
        })
        .openapi('SignUp'),
    ),
    responses: {
      200: json(AuthToken, 'Signed up and signed in; the refresh cookie is set'),
      ...errorResponses(
        'INVALID_REQUEST_BODY',
        'INVALID_EMAIL',
        'INVALID_PASSWORD',
        'USER_EXISTS',
        'SIGNUP_NOT_ALLOWED',
        'INVALID_INVITE',
        'TOO_MANY_REQUESTS',
      ),
    },
  }),
  async (c) => {
    const body = c.req.valid('json')
    const email = requireEmail(body.email)
    const passwordHash = await hashNewPassword(c, body.password, email)
    const name = { firstname: body.firstname ?? null, lastname: body.lastname ?? null }
    if (typeof body.token === 'string' && body.token !== '') {
      const inviteHash = await sha256(body.token)
      return signIn(c, await acceptInvitation(c.env.DB, { email, inviteHash, passwordHash, ...name, now: c.var.startedAt }))
    }
    const verification = canSendMail(c) ? newToken() : null
    const user = await createAccount(c.env.DB, {
      email,
      passwordHash,
      ...name,
      emailVerificationHash: verification === null ? null : await sha256(verification),
      inviteOnlyByDefault: c.var.config.inviteOnlySignup,
      now: c.var.startedAt,
    })
    if (verification !== null) c.executionCtx.waitUntil(sendMail(c, email, 'verification', verification))
    return signIn(c, user)
  },
)

authRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/user/signin',
    operationId: 'auth-signin',
    summary: 'Sign in',
    description: 'An unknown e-mail and a wrong password get the same answer. At most 10 tries a minute per account.',
    tags,
    security: [],
    request: jsonBody(z.object({ email: Email, password: Password }).openapi('SignIn')),
    responses: {
      200: json(AuthToken, 'Signed in; the refresh cookie is set'),
      ...errorResponses('INVALID_REQUEST_BODY', 'INVALID_CREDENTIALS', 'TOO_MANY_REQUESTS'),
    },
  }),
  async (c) => {
    const { email: typed, password } = c.req.valid('json')
    const email = normalizeEmail(typed)
    await countAttempt(c, email)
    const user = email === null ? null : await findUserByEmail(c.env.DB, email)
    const hash = user?.password_hash ?? null
    const policy = c.var.config.passwordHash
    if (!(await verifyPassword(password, hash, policy)) || user === null || hash === null) throw new ApiError('INVALID_CREDENTIALS')
    if (needsRehash(hash, policy)) await replacePasswordHash(c.env.DB, user.id, hash, await hashPassword(password, policy))
    return signIn(c, user)
  },
)

const Me = z
  .object({
    id: z.string().optional(),
    email: z.string().optional(),
    firstname: z.string().nullish(),
    lastname: z.string().nullish(),
    email_verified: z.boolean().optional(),
    roles: z.record(z.string(), z.boolean()).openapi({ example: { 'org-level-creator': true } }),
    isAuthorized: z.boolean().optional(),
    token_version: z.string().optional(),
  })
  .openapi('Me')

authRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/user/me',
    operationId: 'auth-me',
    summary: 'Who am I',
    description: 'Without a credential the answer is the guest. With `project_id`, `roles` are those in that project.',
    tags,
    security: [{}, { xcAuth: [] }, { xcToken: [] }, { bearer: [] }],
    request: { query: z.object({ project_id: z.string().optional() }) },
    responses: {
      200: json(Me, 'The signed-in user, or the guest'),
      ...errorResponses('TOKEN_EXPIRED', 'TOKEN_REVOKED', 'TOKEN_INVALID'),
    },
  }),
  async (c) => {
    const { actor } = c.var
    if (actor === null) return c.json({ roles: { guest: true } }, 200)
    const projectId = c.req.valid('query').project_id
    const role = projectId === undefined ? null : await findProjectRole(c.env.DB, projectId, actor)
    const roles = role === null ? actor.roles : role === 'owner' ? ['owner', 'creator'] : [role]
    return c.json(
      {
        isAuthorized: true,
        id: actor.userId,
        email: actor.email,
        firstname: actor.firstname,
        lastname: actor.lastname,
        email_verified: actor.emailVerified,
        roles: Object.fromEntries(roles.map((name) => [name, true])),
        ...(actor.via === 'auth_token' ? { token_version: actor.tokenVersion } : {}),
      },
      200,
    )
  },
)

authRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/user/signout',
    operationId: 'auth-signout',
    summary: 'Sign out',
    description: 'Ends the session of the cookie and of the Auth Token that are sent, and with it their Auth Tokens.',
    tags,
    security: [],
    responses: { 200: json(Message, 'Signed out'), ...errorResponses('CROSS_SITE_REQUEST') },
  }),
  async (c) => {
    const refreshToken = readRefreshCookie(c)
    if (refreshToken !== null) await endSessionByRefreshToken(c.env.DB, refreshToken)
    const authToken = c.req.header('xc-auth')
    if (authToken !== undefined) {
      const verified = await verifyAuthToken(authToken, verification(c))
      if (verified.ok) await endSession(c.env.DB, verified.sessionId)
    }
    clearRefreshCookie(c)
    return c.json({ msg: 'Signed out successfully' }, 200)
  },
)

authRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/token/refresh',
    operationId: 'auth-token-refresh',
    summary: 'Renew the Auth Token',
    description: 'Spends the refresh cookie for a new one. A spent cookie shown again ends the session of that browser.',
    tags,
    security: [],
    responses: {
      200: json(AuthToken, 'A new Auth Token; the refresh cookie is replaced'),
      ...errorResponses('INVALID_REFRESH_TOKEN', 'CROSS_SITE_REQUEST'),
    },
  }),
  async (c) => {
    const refreshToken = readRefreshCookie(c)
    if (refreshToken === null) throw new ApiError('INVALID_REFRESH_TOKEN', 'Missing refresh token')
    const session = await rotateSession(c.env.DB, refreshToken, { jwtLifetime: c.var.config.jwtLifetime, now: c.var.startedAt })
    const user = session === null ? null : await findUserById(c.env.DB, session.userId)
    if (session === null || user === null) {
      clearRefreshCookie(c)
      throw new ApiError('INVALID_REFRESH_TOKEN')
    }
    return answerWithTokens(c, user, session)
  },
)

authRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/password/change',
    operationId: 'auth-password-change',
    summary: 'Change the password',
    description: 'Ends every session and Auth Token of the account, this one too: sign in again.',
    tags,
    ...needs('passwordChange', { apiTokens: false }),
    request: jsonBody(z.object({ currentPassword: Password, newPassword: Password }).openapi('PasswordChange')),
    responses: {
      200: json(Message, 'Changed'),
      ...errorResponses(
        'INVALID_REQUEST_BODY',
        'INVALID_PASSWORD',
        'INVALID_CREDENTIALS',
        'AUTHENTICATION_REQUIRED',
        'API_TOKEN_NOT_ALLOWED',
        'TOO_MANY_REQUESTS',
      ),
    },
  }),
  async (c) => {
    const { currentPassword, newPassword } = c.req.valid('json')
    const actor = requireActor(c)
    const problem = passwordProblem(newPassword)
    if (problem !== null) throw new ApiError('INVALID_PASSWORD', problem)
    await countAttempt(c, actor.email)
    const policy = c.var.config.passwordHash
    const user = await findUserById(c.env.DB, actor.userId)
    if (!(await verifyPassword(currentPassword, user?.password_hash ?? null, policy))) {
      throw new ApiError('INVALID_CREDENTIALS', 'Current password is wrong')
    }
    const passwordHash = await hashPassword(newPassword, policy)
    await changePassword(c.env.DB, actor.userId, { passwordHash, now: c.var.startedAt })
    clearRefreshCookie(c)
    return c.json({ msg: 'Password has been updated successfully' }, 200)
  },
)

authRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/password/forgot',
    operationId: 'auth-password-forgot',
    summary: 'Ask for a password reset',
    description: 'The answer is the same whether or not the e-mail has an account, and whether or not mail is configured.',
    tags,
    security: [],
    request: jsonBody(z.object({ email: Email }).openapi('PasswordForgot')),
    responses: {
      200: json(Message, 'If the e-mail has an account, a mail is on its way'),
      ...errorResponses('INVALID_REQUEST_BODY', 'INVALID_EMAIL', 'TOO_MANY_REQUESTS'),
    },
  }),
  async (c) => {
    const email = requireEmail(c.req.valid('json').email)
    await countAttempt(c, email)
    if (canSendMail(c)) c.executionCtx.waitUntil(mailReset(c, email))
    return c.json({ msg: 'Please check your email to reset the password' }, 200)
  },
)

authRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/token/validate/{token}',
    operationId: 'auth-reset-token-validate',
    summary: 'Check a reset token',
    tags,
    security: [],
    request: { params: TokenParameter },
    responses: { 200: json(Message, 'The reset is open'), ...errorResponses('INVALID_RESET_TOKEN', 'TOO_MANY_REQUESTS') },
  }),
  async (c) => {
    await countAttempt(c, null)
    await requireOpenReset(c, c.req.valid('param').token)
    return c.json({ msg: 'Token has been validated successfully' }, 200)
  },
)

authRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/password/reset/{token}',
    operationId: 'auth-password-reset',
    summary: 'Set a new password by a reset token',
    description: 'Ends every session and Auth Token of the account.',
    tags,
    security: [],
    request: { params: TokenParameter, ...jsonBody(z.object({ password: Password }).openapi('PasswordReset')) },
    responses: {
      200: json(Message, 'Reset'),
      ...errorResponses('INVALID_REQUEST_BODY', 'INVALID_PASSWORD', 'INVALID_RESET_TOKEN', 'TOO_MANY_REQUESTS'),
    },
  }),
  async (c) => {
    const { password } = c.req.valid('json')
    const { token } = c.req.valid('param')
    const user = await requireOpenReset(c, token)
    const passwordHash = await hashNewPassword(c, password, user.email)
    const changed = await changePassword(c.env.DB, user.id, {
      passwordHash,
      now: c.var.startedAt,
      resetHash: await sha256(token),
    })
    if (!changed) throw new ApiError('INVALID_RESET_TOKEN')
    return c.json({ msg: 'Password has been reset successfully' }, 200)
  },
)

authRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/email/validate/{token}',
    operationId: 'auth-email-validate',
    summary: 'Confirm an e-mail address',
    tags,
    security: [],
    request: { params: TokenParameter },
    responses: { 200: json(Message, 'Confirmed'), ...errorResponses('INVALID_VERIFICATION_TOKEN', 'TOO_MANY_REQUESTS') },
  }),
  async (c) => {
    await countAttempt(c, null)
    const verified = await verifyEmail(c.env.DB, await sha256(c.req.valid('param').token), c.var.startedAt)
    if (!verified) throw new ApiError('INVALID_VERIFICATION_TOKEN')
    return c.json({ msg: 'Email has been verified successfully' }, 200)
  },
)

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
  return hashPassword(password, c.var.config.passwordHash)
}

async function requireOpenReset(c: Context<AppEnv>, token: string): Promise<User> {
  const user = await findUserByResetHash(c.env.DB, await sha256(token))
  if (user === null) throw new ApiError('INVALID_RESET_TOKEN')
  if ((user.reset_expires_at ?? 0) <= c.var.startedAt) throw new ApiError('INVALID_RESET_TOKEN', 'Password reset url expired')
  return user
}

async function mailReset(c: Context<AppEnv>, email: string): Promise<void> {
  const user = await findUserByEmail(c.env.DB, email)
  if (user === null) return
  const token = newToken()
  await openReset(c.env.DB, user.id, { hash: await sha256(token), expiresAt: c.var.startedAt + RESET_LIFETIME_MS })
  await sendMail(c, user.email, 'reset', token)
}

function verification(c: Context<AppEnv>) {
  const { jwtSecret, jwtSecretPrevious, jwtLifetime } = c.var.config
  return { secrets: [jwtSecret, ...(jwtSecretPrevious === null ? [] : [jwtSecretPrevious])], lifetime: jwtLifetime, now: c.var.startedAt }
}

async function signIn(c: Context<AppEnv>, user: User) {
  const { jwtLifetime } = c.var.config
  return answerWithTokens(c, user, await startSession(c.env.DB, user.id, { jwtLifetime, now: c.var.startedAt }))
}

async function answerWithTokens(c: Context<AppEnv>, user: User, session: Session) {
  const token = await signAuthToken(
    {
      id: user.id,
      email: user.email,
      firstname: user.firstname,
      lastname: user.lastname,
      roles: user.roles,
      tokenVersion: user.token_version,
      sessionId: session.id,
    },
    { secret: c.var.config.jwtSecret, lifetime: c.var.config.jwtLifetime, now: c.var.startedAt },
  )
  setRefreshCookie(c, session)
  return c.json({ token }, 200)
}
