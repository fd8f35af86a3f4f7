/** Users Management of a project: members, invitations, roles. */
import type { Context } from 'hono'
import { needs, requireProject } from '../control/access/guard'
import { param } from '../control/access/place'
import { type Member, findMember, listMembers } from '../control/projects/members'
import { canSendMail } from '../control/mail'
import { projectWorkOf } from '../control/work'
import {
  type InvitationLink,
  type Invited,
  changeMemberRole,
  expelMember,
  inviteMembers,
  reinviteMember,
} from '../control/projects/membership'
import type { Table } from '../data/types/column'
import { projectScope } from '../data/catalog/scope'
import { PROJECT_ROLES, type ProjectRole } from '../actor'
import type { AppEnv } from '../http/app-env'
import { ApiError } from '../errors'
import { createRouter } from '../http/router'
import { Confirmation, Copyable, Field, Hidden, List, Problem, RoleForm, Select } from './controls'
import { readForm, textOf } from './form-guard'
import { Icon } from './icons'
import { ProjectPage } from './layout'
import type { Notice } from './notices'
import { attempt, go, refusalOf, show } from './page'
import { usePage } from './page-info'
import { Pager, readOffset } from './pager'
import { SettingsTabs } from './settings-tabs'

const ROLE_WORDS: Record<ProjectRole, string> = {
  owner: 'Owner: everything, owners too',
  creator: 'Creator: tables, members and rows',
  editor: 'Editor: rows',
  commenter: 'Commenter: reads',
  viewer: 'Viewer: reads',
}

/** Members of one page. */
const PAGE_SIZE = 50

interface Screen {
  tables: readonly Table[]
  members: readonly Member[]
  total: number
  offset: number
  query: string
}

export const memberRoutes = createRouter()
const PATH = '/projects/:projectId/settings/users'
const inProject = { project: param('projectId') }

memberRoutes.get(PATH, needs('userList', inProject).middleware, async (c) => show(c, <Members screen={await screenOf(c)} />))

memberRoutes.post(PATH, needs('userInvite', inProject).middleware, async (c) => {
  const form = await readForm(c)
  const email = textOf(form, 'email')
  const role = textOf(form, 'role')
  // Read before the links are made, which nobody could see again if the page failed.
  const before = await screenOf(c)
  const invited = await attempt(async () => inviteMembers(await projectWorkOf(c), email, readRole(role)))
  if (invited instanceof ApiError) {
    return show(c, <Members screen={await screenOf(c)} email={email} role={role} error={invited} />, 400)
  }
  if (invited.links.length === 0) return go(c, baseOf(c), noticeOf(c, invited))
  const screen = await screenOf(c).catch(() => before)
  return show(c, <Members screen={screen} links={invited.links} />)
})

memberRoutes.post(`${PATH}/:userId/role`, needs('projectUserUpdate', inProject).middleware, async (c) => {
  const role = textOf(await readForm(c), 'role')
  const refused = await refusalOf(async () => changeMemberRole(await projectWorkOf(c), c.req.param('userId'), readRole(role)))
  return refused === null
    ? go(c, baseOf(c), 'role-changed')
    : show(c, <Members screen={await screenOf(c)} listError={refused} />, 400)
})

memberRoutes.post(`${PATH}/:userId/invite`, needs('projectUserInviteResend', inProject).middleware, async (c) => {
  const screen = await screenOf(c)
  const link = await attempt(async () => reinviteMember(await projectWorkOf(c), c.req.param('userId')))
  if (link instanceof ApiError) return show(c, <Members screen={screen} listError={link} />, 400)
  return link === null ? go(c, baseOf(c), 'invitation-mailed') : show(c, <Members screen={screen} links={[link]} />)
})

memberRoutes.get(`${PATH}/:userId/remove`, needs('projectUserDelete', inProject).middleware, async (c) => {
  const { catalog, project } = await projectScope(c)
  const member = await findMember(c.env.DB, project.id, c.req.param('userId'))
  return member === null ? go(c, baseOf(c)) : show(c, <RemoveMember tables={catalog.tables} member={member} />)
})

memberRoutes.post(`${PATH}/:userId/remove`, needs('projectUserDelete', inProject).middleware, async (c) => {
  const refused = await refusalOf(async () => expelMember(await projectWorkOf(c), c.req.param('userId')))
  return refused === null
    ? go(c, baseOf(c), 'member-removed')
    : show(c, <Members screen={await screenOf(c)} listError={refused} />, 400)
})

function noticeOf(c: Context<AppEnv>, { unconfirmed }: Invited): Notice {
  if (unconfirmed.length === 0) return canSendMail({ mail: c.env.MAIL }) ? 'member-added-by-mail' : 'member-added'
  return canSendMail({ mail: c.env.MAIL }) ? 'member-waits' : 'member-unconfirmed'
}

function baseOf(c: Context<AppEnv>): string {
  return `/projects/${requireProject(c).id}/settings/users`
}

async function screenOf(c: Context<AppEnv>): Promise<Screen> {
  const { catalog, project } = await projectScope(c)
  const query = (c.req.query('q') ?? '').trim().toLowerCase()
  const offset = readOffset(c)
  const { members, total } = await listMembers(c.env.DB, project.id, { query, limit: PAGE_SIZE, offset })
  return { tables: catalog.tables, members, total, offset, query }
}

function readRole(text: string): ProjectRole {
  const role = PROJECT_ROLES.find((known) => known === text)
  if (role === undefined) throw new ApiError('INVALID_REQUEST_BODY', 'Choose a role.')
  return role
}

interface MembersProps {
  screen: Screen
  email?: string
  role?: string
  error?: ApiError | null
  listError?: ApiError | null
  links?: readonly InvitationLink[]
}

function Members({ screen, email = '', role = 'editor', error = null, listError = null, links = [] }: MembersProps) {
  const { project } = usePage()
  const base = `/projects/${project?.id}/settings/users`
  return (
    <ProjectPage title="Users Management" tables={screen.tables} open="settings">
      <SettingsTabs open="users" />
      {links.length > 0 && <Links links={links} />}
      <section class="card">
        <h2>Invite to this project</h2>
        <form method="post" action={base} class="stack">
          <Hidden />
          <Field
            label="E-mail"
            name="email"
            value={email}
            autocomplete="off"
            hint="Several at once: separate them by commas. Whoever has no account yet gets a link to make one."
            error={error?.message ?? null}
            required
          />
          <Select
            label="Role"
            name="role"
            value={role}
            options={rolesFor(project?.role).map((value) => ({ value, label: ROLE_WORDS[value] }))}
          />
          <div class="actions">
            <button class="button button-primary" type="submit">
              Invite
            </button>
          </div>
        </form>
      </section>
      <Problem error={listError} />
      <MemberList screen={screen} base={base} />
    </ProjectPage>
  )
}

/** Only an owner makes owners. */
function rolesFor(own: ProjectRole | undefined): ProjectRole[] {
  return PROJECT_ROLES.filter((role) => role !== 'owner' || own === 'owner')
}

export function Links({ links }: { links: readonly { email: string; url: string }[] }) {
  return (
    <section class="card fresh" data-answers-form aria-labelledby="links-title">
      <h2 id="links-title">{links.length === 1 ? 'Pass this link on' : 'Pass these links on'}</h2>
      <p class="muted">It works once, for 24 hours. Where this server sends mail, it is on its way already.</p>
      {links.map(({ email, url }) => (
        <div class="field">
          <span class="label">{email}</span>
          <Copyable text={url} label={`Invitation link for ${email}`} copied="Link copied." />
        </div>
      ))}
    </section>
  )
}

function MemberList({ screen, base }: { screen: Screen; base: string }) {
  return (
    <List
      label="Members"
      what="members"
      head={['Member', 'Role']}
      rows={screen.members.map((member) => (
        <MemberRow member={member} base={base} />
      ))}
    >
      <Pager
        base={base}
        query={[['q', screen.query]]}
        total={screen.total}
        offset={screen.offset}
        size={PAGE_SIZE}
        what="members"
      />
    </List>
  )
}

function MemberRow({ member, base }: { member: Member; base: string }) {
  const { actor, project } = usePage()
  return (
    <tr>
      <td>
        {member.email} {member.invited === 1 && <span class="tag">invited</span>}
        {member.invited === 0 && member.email_verified === 0 && (
          <span class="tag">{member.waits === 1 ? 'waits: address not confirmed' : 'address not confirmed'}</span>
        )}
        {member.id === actor?.userId && <span class="tag">you</span>}
      </td>
      <td>
        {member.roles === 'owner' && project?.role !== 'owner' ? (
          'owner'
        ) : (
          <RoleForm action={`${base}/${member.id}/role`} email={member.email}>
            {rolesFor(project?.role).map((role) => (
              <option value={role} selected={role === member.roles}>
                {role}
              </option>
            ))}
          </RoleForm>
        )}
      </td>
      <td>
        <div class="actions">
          {member.invited === 1 && (
            <form method="post" action={`${base}/${member.id}/invite`}>
              <Hidden />
              <button class="button button-quiet button-small" type="submit">
                <Icon name="link" /> New link<span class="visually-hidden"> for {member.email}</span>
              </button>
            </form>
          )}
          {member.id !== actor?.userId && (
            <a class="button button-quiet button-small text-danger" href={`${base}/${member.id}/remove`} data-dialog>
              Remove<span class="visually-hidden"> {member.email}</span>
            </a>
          )}
        </div>
      </td>
    </tr>
  )
}

function RemoveMember({ tables, member }: { tables: readonly Table[]; member: Member }) {
  const { project } = usePage()
  const base = `/projects/${project?.id}/settings/users`
  return (
    <ProjectPage title="Remove member" tables={tables} open="settings">
      <Confirmation question={`Remove ${member.email}?`} action={`${base}/${member.id}/remove`} verb="Remove" back={base}>
        They and their API Tokens can no longer reach this project, from their next request on. What they wrote stays.
      </Confirmation>
    </ProjectPage>
  )
}
