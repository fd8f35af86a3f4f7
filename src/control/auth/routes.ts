/** Accounts and Auth Tokens over HTTP: docs/contract/api-v1.md section 1. */
import { createRoute, z } from '@hono/zod-openapi'
import { actorWorkOf, workOf } from '../work'
import type { Context } from 'hono'
import type { AppEnv } from '../../http/app-env'
import { ApiError } from '../../errors'
import { Message, createRouter, errorResponses, json, jsonBody } from '../../http/router'
import { needs } from '../access/guard'
import { findProjectRole } from '../access/store'
import { auditSource } from '../audit/source'
import {
  type SignedIn,
  changeOwnPassword,
  checkReset,
  confirmEmail,
  issueAuthToken,
  requestReset,
  resetPassword,
  sessionOptions,
  signIn,
  signUp,
} from './account'
import { limitAddress } from './attempts'
import { clearRefreshCookie, forgetBrowser, isCrossSite, readRefreshCookie, setRefreshCookie } from './cookie'
import { rotateSession, signOut, signOutByRefreshToken } from './session'
import { verifyAuthToken } from './auth-token'

const Email = z.string().max(320).openapi({ format: 'email', example: 'ada@example.org' })
const Password = z.string().max(4096).openapi({ format: 'password', minLength: 8, example: 'correct horse battery' })
const NewPassword = Password.openapi({
  description:
    'None of the 10,000 commonest, and more than the e-mail address, the part before its @, the host or the name of the product',
})
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
          password: NewPassword,
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
        'SERVER_BUSY',
      ),
    },
  }),
  async (c) => {
    const { email, password, firstname = null, lastname = null, token } = c.req.valid('json')
    return answerWithTokens(c, await signUp(await workOf(c), { email, password, firstname, lastname, token: token || null }))
  },
)

authRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/user/signin',
    operationId: 'auth-signin',
    summary: 'Sign in',
    description:
      'An unknown e-mail and a wrong password get the same answer. At most 10 wrong ones in five minutes from one address.',
    tags,
    security: [],
    request: jsonBody(z.object({ email: Email, password: Password }).openapi('SignIn')),
    responses: {
      200: json(AuthToken, 'Signed in; the refresh cookie is set'),
      ...errorResponses('INVALID_REQUEST_BODY', 'INVALID_CREDENTIALS', 'TOO_MANY_REQUESTS', 'SERVER_BUSY'),
    },
  }),
  async (c) => answerWithTokens(c, await signIn(await workOf(c), c.req.valid('json'))),
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
    description:
      'Ends the session of the cookie and of the Auth Token that are sent, and with it their Auth Tokens. ' +
      'A page of another site can only end the session whose Auth Token it holds.',
    tags,
    security: [],
    responses: { 200: json(Message, 'Signed out'), ...errorResponses('CROSS_SITE_REQUEST') },
  }),
  async (c) => {
    const authToken = c.req.header('xc-auth')
    const crossSite = isCrossSite(c)
    if (crossSite && authToken === undefined) throw new ApiError('CROSS_SITE_REQUEST')
    const source = await auditSource(c)
    if (authToken !== undefined) {
      const { jwtSecrets: secrets, jwtLifetime: lifetime } = c.get('config')
      const verified = await verifyAuthToken(authToken, { secrets, lifetime, now: c.get('startedAt') })
      if (verified.ok) await signOut(c.env.DB, verified.sessionId, source)
    }
    if (!crossSite) {
      const refreshToken = readRefreshCookie(c)
      if (refreshToken !== null) await signOutByRefreshToken(c.env.DB, refreshToken, source)
      forgetBrowser(c)
    }
    return c.json({ msg: 'Signed out successfully' }, 200)
  },
)

authRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/token/refresh',
    operationId: 'auth-token-refresh',
    summary: 'Renew the Auth Token',
    description:
      'Spends the refresh cookie for a new one. A spent cookie shown again later than ten seconds after that ends the session. 30 days after the sign-in it is over in any case.',
    tags,
    security: [],
    responses: {
      200: json(AuthToken, 'A new Auth Token; the refresh cookie is replaced'),
      ...errorResponses('INVALID_REFRESH_TOKEN', 'CROSS_SITE_REQUEST', 'TOO_MANY_REQUESTS'),
    },
  }),
  async (c) => {
    if (isCrossSite(c)) throw new ApiError('CROSS_SITE_REQUEST')
    const work = await workOf(c)
    await limitAddress(work)
    const refreshToken = readRefreshCookie(c)
    if (refreshToken === null) throw new ApiError('INVALID_REFRESH_TOKEN', 'Missing refresh token')
    const rotated = await rotateSession(work.db, refreshToken, sessionOptions(work), work.source)
    // The cookie is left as it is: a second tab may have lost to a first one, whose new cookie must not be cleared.
    if (rotated === null) throw new ApiError('INVALID_REFRESH_TOKEN')
    return answerWithTokens(c, rotated)
  },
)

authRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/password/change',
    operationId: 'auth-password-change',
    summary: 'Change the password',
    description:
      'Ends every session and Auth Token of the account, this one too: sign in again. API Tokens go on, unless `endApiTokens` is true.',
    tags,
    ...needs('passwordChange'),
    request: jsonBody(
      z
        .object({
          currentPassword: Password,
          newPassword: NewPassword,
          endApiTokens: z.boolean().optional().openapi({ description: 'Whether your API Tokens are deleted too' }),
        })
        .openapi('PasswordChange'),
    ),
    responses: {
      200: json(Message, 'Changed'),
      ...errorResponses(
        'INVALID_REQUEST_BODY',
        'INVALID_PASSWORD',
        'INVALID_CREDENTIALS',
        'AUTHENTICATION_REQUIRED',
        'API_TOKEN_NOT_ALLOWED',
        'TOO_MANY_REQUESTS',
        'SERVER_BUSY',
      ),
    },
  }),
  async (c) => {
    const { currentPassword, newPassword, endApiTokens: endsApiTokens = false } = c.req.valid('json')
    await changeOwnPassword(await actorWorkOf(c), { currentPassword, newPassword, endsApiTokens })
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
    await requestReset(await workOf(c), c.req.valid('json').email)
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
    await checkReset(await workOf(c), c.req.valid('param').token)
    return c.json({ msg: 'Token has been validated successfully' }, 200)
  },
)

authRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/password/reset/{token}',
    operationId: 'auth-password-reset',
    summary: 'Set a new password by a reset token',
    description: 'Ends every session and Auth Token of the account, and deletes its API Tokens.',
    tags,
    security: [],
    request: { params: TokenParameter, ...jsonBody(z.object({ password: NewPassword }).openapi('PasswordReset')) },
    responses: {
      200: json(Message, 'Reset'),
      ...errorResponses('INVALID_REQUEST_BODY', 'INVALID_PASSWORD', 'INVALID_RESET_TOKEN', 'TOO_MANY_REQUESTS', 'SERVER_BUSY'),
    },
  }),
  async (c) => {
    await resetPassword(await workOf(c), c.req.valid('param').token, c.req.valid('json').password)
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
    await confirmEmail(await workOf(c), c.req.valid('param').token)
    return c.json({ msg: 'Email has been verified successfully' }, 200)
  },
)

async function answerWithTokens(c: Context<AppEnv>, { user, session }: SignedIn) {
  const token = await issueAuthToken(await workOf(c), user, session)
  setRefreshCookie(c, session)
  return c.json({ token }, 200)
}
