/** The organisation: its users and its switches, for the super admin. docs/contract/api-v1.md 6.4 */
import { createRoute, z } from '@hono/zod-openapi'
import { actorWorkOf, workOf } from '../work'
import { PageQuery, listOf, readPage, pageInfo, wholeList } from '../../http/page'
import { Message, createRouter, errorResponses, json, jsonBody } from '../../http/router'
import { timestamp } from '../../lib/time'
import { needs } from '../access/guard'
import { Deleted, ListedToken, toListed } from '../api-tokens/routes'
import { auditSource } from '../audit/source'
import { changeOrgRole, invitePerson, listTokensOf, makeResetLink, reinvitePerson, removePerson, revokeTokenOf } from './people'
import { getAppSettings, setAppSettings } from '../users/settings'
import { DEFAULT_ROLES, type User, listUsers } from '../users/store'

const OrgRoleName = z.enum(['org-level-creator', 'org-level-viewer']).openapi('OrgRole')

const OrgUser = z
  .object({
    id: z.string(),
    email: z.string(),
    firstname: z.string().nullable(),
    lastname: z.string().nullable(),
    roles: z.string().openapi({ description: 'Comma separated' }),
    email_verified: z.boolean(),
    invited: z.boolean().openapi({ description: 'Invited, and has not signed up yet' }),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi('OrgUser')

/** An answer that may carry a link, for whoever has to pass it on by hand. */
export const Invited = z
  .object({
    msg: z.string().optional(),
    invite_token: z.string().optional(),
    invite_url: z.string().optional(),
    email: z.string().optional(),
  })
  .openapi('Invited')

const UserParameter = z.object({ userId: z.string().openapi({ param: { name: 'userId', in: 'path' } }) })
const tags = ['Organisation users']

export const orgUserRoutes = createRouter()

orgUserRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/users',
    operationId: 'org-users-list',
    summary: 'List the users',
    tags,
    ...needs('orgUserList'),
    request: { query: PageQuery },
    responses: { 200: json(listOf(OrgUser), 'A page of users'), ...errorResponses('FORBIDDEN', 'INVALID_PARAMETER') },
  }),
  async (c) => {
    const page = readPage(c.req.valid('query'))
    const { users, total } = await listUsers(c.env.DB, page)
    return c.json({ list: users.map(toOrgUser), pageInfo: pageInfo(total, page.limit, page.offset) }, 200)
  },
)

orgUserRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/users',
    operationId: 'org-users-add',
    summary: 'Invite a user',
    tags,
    ...needs('orgUserAdd'),
    request: jsonBody(
      z.object({ email: z.string().max(320), roles: OrgRoleName.default(DEFAULT_ROLES) }).openapi('OrgUserInvite'),
    ),
    responses: {
      200: json(Invited, 'Invited. The link is in the answer, and in a mail where mail is configured.'),
      ...errorResponses('INVALID_REQUEST_BODY', 'INVALID_EMAIL', 'USER_EXISTS', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    const body = c.req.valid('json')
    const { email, token, url } = await invitePerson(await workOf(c), body.email, body.roles)
    return c.json({ invite_token: token, invite_url: url, email }, 200)
  },
)

orgUserRoutes.openapi(
  createRoute({
    method: 'patch',
    path: '/users/{userId}',
    operationId: 'org-users-update',
    summary: 'Change a user’s organisation role',
    description: 'Also of a super admin, who is none after that; but not your own, and not of the one that the settings name.',
    tags,
    ...needs('orgUserUpdate'),
    request: { params: UserParameter, ...jsonBody(z.object({ roles: OrgRoleName }).openapi('OrgUserUpdate')) },
    responses: {
      200: json(Message, 'Changed; it counts at the next request of that user'),
      ...errorResponses('INVALID_REQUEST_BODY', 'USER_NOT_FOUND', 'INVALID_MEMBER', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    await changeOrgRole(await actorWorkOf(c), c.req.valid('param').userId, c.req.valid('json').roles)
    return c.json({ msg: 'The user has been updated successfully' }, 200)
  },
)

orgUserRoutes.openapi(
  createRoute({
    method: 'delete',
    path: '/users/{userId}',
    operationId: 'org-users-delete',
    summary: 'Remove a user',
    description: 'Ends their sessions and deletes their API Tokens and memberships. Not while a project has no other owner.',
    tags,
    ...needs('orgUserDelete'),
    request: { params: UserParameter },
    responses: { 200: json(Message, 'Removed'), ...errorResponses('USER_NOT_FOUND', 'INVALID_MEMBER', 'FORBIDDEN') },
  }),
  async (c) => {
    await removePerson(await workOf(c), c.req.valid('param').userId)
    return c.json({ msg: 'The user has been deleted successfully' }, 200)
  },
)

orgUserRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/users/{userId}/resend-invite',
    operationId: 'org-users-resend-invite',
    summary: 'Make a new invitation link',
    tags,
    ...needs('orgUserAdd'),
    request: { params: UserParameter },
    responses: {
      200: json(Invited, 'The older link no longer works'),
      ...errorResponses('USER_NOT_FOUND', 'USER_EXISTS', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    const { email, token, url } = await reinvitePerson(await workOf(c), c.req.valid('param').userId)
    return c.json({ msg: 'The invitation has been sent to the user', invite_token: token, invite_url: url, email }, 200)
  },
)

orgUserRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/users/{userId}/generate-reset-url',
    operationId: 'org-users-generate-reset-url',
    summary: 'Make a password reset link',
    description: 'For a user who cannot get mail. Works for one hour, once; sessions go on until it is used.',
    tags,
    ...needs('orgUserResetUrl'),
    request: { params: UserParameter },
    responses: {
      200: json(z.object({ reset_password_token: z.string(), reset_password_url: z.string() }).openapi('ResetUrl'), 'The link'),
      ...errorResponses('USER_NOT_FOUND', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    const { token, url } = await makeResetLink(await workOf(c), c.req.valid('param').userId)
    return c.json({ reset_password_token: token, reset_password_url: url }, 200)
  },
)

orgUserRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/users/{userId}/api-tokens',
    operationId: 'org-users-api-tokens-list',
    summary: 'List the API Tokens of a user',
    description: 'By their hints: nobody can see a token again.',
    tags,
    ...needs('orgUserTokenList'),
    request: { params: UserParameter },
    responses: { 200: json(listOf(ListedToken), 'Their tokens'), ...errorResponses('USER_NOT_FOUND', 'FORBIDDEN') },
  }),
  async (c) => c.json(wholeList((await listTokensOf(await workOf(c), c.req.valid('param').userId)).tokens.map(toListed)), 200),
)

orgUserRoutes.openapi(
  createRoute({
    method: 'delete',
    path: '/users/{userId}/api-tokens/{token}',
    operationId: 'org-users-api-tokens-delete',
    summary: 'Delete an API Token of a user',
    description: 'It is refused from the next request on.',
    tags,
    ...needs('orgUserTokenDelete'),
    request: {
      params: UserParameter.extend({
        token: z.string().openapi({ param: { name: 'token', in: 'path' }, description: 'Id, or the token' }),
      }),
    },
    responses: { 200: json(Deleted, 'Deleted'), ...errorResponses('TOKEN_NOT_FOUND', 'FORBIDDEN') },
  }),
  async (c) => {
    const { userId, token } = c.req.valid('param')
    await revokeTokenOf(await workOf(c), userId, token)
    return c.json(1, 200)
  },
)

const AppSettings = z.object({ invite_only_signup: z.boolean() }).openapi('AppSettings')

orgUserRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/app-settings',
    operationId: 'org-app-settings-get',
    summary: 'Read the switches of the instance',
    tags,
    ...needs('appSettingsGet'),
    responses: { 200: json(AppSettings, 'The switches'), ...errorResponses('FORBIDDEN') },
  }),
  async (c) => c.json(await getAppSettings(c.env.DB, c.get('config')), 200),
)

orgUserRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/app-settings',
    operationId: 'org-app-settings-set',
    summary: 'Set the switches of the instance',
    tags,
    ...needs('appSettingsSet'),
    request: jsonBody(AppSettings),
    responses: { 200: json(Message, 'Set'), ...errorResponses('INVALID_REQUEST_BODY', 'FORBIDDEN') },
  }),
  async (c) => {
    await setAppSettings(c.env.DB, c.req.valid('json'), await auditSource(c))
    return c.json({ msg: 'The app settings have been saved' }, 200)
  },
)

function toOrgUser(user: User): z.infer<typeof OrgUser> {
  return {
    id: user.id,
    email: user.email,
    firstname: user.firstname,
    lastname: user.lastname,
    roles: user.roles,
    email_verified: user.email_verified_at !== null,
    invited: user.password_hash === null,
    created_at: timestamp(user.created_at),
    updated_at: timestamp(user.updated_at),
  }
}
