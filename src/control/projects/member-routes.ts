/** Members of a project over HTTP: docs/contract/api-v1.md 3.2. */
import { createRoute, z } from '@hono/zod-openapi'
import { projectWorkOf } from '../work'
import { PROJECT_ROLES } from '../../actor'
import { PageQuery, listOf, readPage, pageInfo } from '../../http/page'
import { Message, createRouter, errorResponses, json, jsonBody } from '../../http/router'
import { timestamp } from '../../lib/time'
import { needs, requireProject } from '../access/guard'
import { param } from '../access/place'
import { MAX_INVITED } from '../users/invitation'
import { Invited } from '../organisation/routes'
import { listMembers } from './members'
import { changeMemberRole, expelMember, inviteMembers, reinviteMember } from './membership'

const RoleName = z.enum(PROJECT_ROLES).openapi('ProjectRole')

const MemberBody = z
  .object({
    id: z.string(),
    email: z.string(),
    firstname: z.string().nullable(),
    lastname: z.string().nullable(),
    main_roles: z.string().openapi({ description: 'Organisation roles' }),
    project_id: z.string(),
    roles: RoleName,
    invited: z.boolean().openapi({ description: 'Invited, and has not signed up yet' }),
    email_verified: z.boolean().openapi({ description: 'Whether they showed that the address is theirs' }),
    waits: z.boolean().openapi({ description: 'The membership counts only when the address is confirmed' }),
    created_at: z.string(),
  })
  .openapi('Member')

const ProjectParameter = z.object({ projectId: z.string().openapi({ param: { name: 'projectId', in: 'path' } }) })
const inProject = { project: param('projectId') }
const MemberParameters = ProjectParameter.extend({ userId: z.string().openapi({ param: { name: 'userId', in: 'path' } }) })
const tags = ['Project members']

export const memberRoutes = createRouter()

memberRoutes.openapi(
  createRoute({
    method: 'get',
    path: '/{projectId}/users',
    operationId: 'project-user-list',
    summary: 'List the members',
    tags,
    ...needs('userList', inProject),
    request: { params: ProjectParameter, query: PageQuery },
    responses: {
      200: json(z.object({ users: listOf(MemberBody) }), 'A page of members'),
      ...errorResponses('PROJECT_NOT_FOUND', 'FORBIDDEN', 'INVALID_PARAMETER'),
    },
  }),
  async (c) => {
    const page = readPage(c.req.valid('query'))
    const projectId = requireProject(c).id
    const { members, total } = await listMembers(c.env.DB, projectId, page)
    const list = members.map((member) => ({
      ...member,
      project_id: projectId,
      invited: member.invited === 1,
      email_verified: member.email_verified === 1,
      waits: member.waits === 1,
      created_at: timestamp(member.created_at),
    }))
    return c.json({ users: { list, pageInfo: pageInfo(total, page.limit, page.offset) } }, 200)
  },
)

memberRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/{projectId}/users',
    operationId: 'project-user-add',
    summary: 'Add or invite members',
    description: `E-mails without an account get an invitation; a link from before no longer works. At most ${MAX_INVITED} at once, all or none.`,
    tags,
    ...needs('userInvite', inProject),
    request: {
      params: ProjectParameter,
      ...jsonBody(
        z
          .object({
            email: z
              .string()
              .max(10_000)
              .openapi({ description: 'One, or several separated by commas', example: 'ada@example.org' }),
            roles: RoleName,
          })
          .openapi('NewMembers'),
      ),
    },
    responses: {
      200: json(
        Invited.extend({
          invitations: z.array(Invited).optional(),
          unconfirmed: z.array(z.string()).optional().openapi({
            description: 'Who have an account with an address that nobody has confirmed: make sure that it is theirs',
          }),
        }).openapi('MembersAdded'),
        'Added. Links for those who have no account yet are in mails where mail is configured, else in the answer, except of people invited by others too. Where mail is configured, members with an address that nobody has confirmed wait for that.',
      ),
      ...errorResponses('INVALID_REQUEST_BODY', 'INVALID_EMAIL', 'INVALID_MEMBER', 'PROJECT_NOT_FOUND', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    const { email: list, roles: role } = c.req.valid('json')
    const { emails, links: invited, unconfirmed: doubtful } = await inviteMembers(await projectWorkOf(c), list, role)
    const unconfirmed = doubtful.length === 0 ? {} : { unconfirmed: doubtful }
    const links = invited.map(({ email, token, url }) => ({ email, invite_token: token, invite_url: url }))
    if (links.length === 0) return c.json({ msg: 'The user has been invited successfully', ...unconfirmed }, 200)
    return c.json(
      emails.length === 1
        ? { ...links[0] }
        : { msg: 'The users have been invited successfully', invitations: links, ...unconfirmed },
      200,
    )
  },
)

memberRoutes.openapi(
  createRoute({
    method: 'patch',
    path: '/{projectId}/users/{userId}',
    operationId: 'project-user-update',
    summary: 'Change a member’s role',
    tags,
    ...needs('projectUserUpdate', inProject),
    request: { params: MemberParameters, ...jsonBody(z.object({ roles: RoleName }).openapi('MemberUpdate')) },
    responses: {
      200: json(Message, 'Changed; it counts at the next request of that member'),
      ...errorResponses('INVALID_REQUEST_BODY', 'USER_NOT_FOUND', 'INVALID_MEMBER', 'PROJECT_NOT_FOUND', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    await changeMemberRole(await projectWorkOf(c), c.req.valid('param').userId, c.req.valid('json').roles)
    return c.json({ msg: 'The user has been updated successfully' }, 200)
  },
)

memberRoutes.openapi(
  createRoute({
    method: 'delete',
    path: '/{projectId}/users/{userId}',
    operationId: 'project-user-remove',
    summary: 'Remove a member',
    tags,
    ...needs('projectUserDelete', inProject),
    request: { params: MemberParameters },
    responses: {
      200: json(Message, 'Removed; it counts at the next request of that member'),
      ...errorResponses('USER_NOT_FOUND', 'INVALID_MEMBER', 'PROJECT_NOT_FOUND', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    await expelMember(await projectWorkOf(c), c.req.valid('param').userId)
    return c.json({ msg: 'The user has been removed successfully' }, 200)
  },
)

memberRoutes.openapi(
  createRoute({
    method: 'post',
    path: '/{projectId}/users/{userId}/resend-invite',
    operationId: 'project-user-resend-invite',
    summary: 'Make a new invitation link',
    tags,
    ...needs('projectUserInviteResend', inProject),
    request: { params: MemberParameters },
    responses: {
      200: json(Invited, 'The older link no longer works'),
      ...errorResponses('USER_NOT_FOUND', 'USER_EXISTS', 'PROJECT_NOT_FOUND', 'FORBIDDEN'),
    },
  }),
  async (c) => {
    const link = await reinviteMember(await projectWorkOf(c), c.req.valid('param').userId)
    const msg = 'The invitation has been sent to the user'
    return c.json(link === null ? { msg } : { msg, invite_token: link.token, invite_url: link.url, email: link.email }, 200)
  },
)
