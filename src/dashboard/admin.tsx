/** The users of this server and its switches, for the super admin. */
import type { Context } from 'hono'
import { needs } from '../control/access/guard'
import type { ApiToken } from '../control/api-tokens/store'
import { auditSource } from '../control/audit/source'
import {
  type PersonLink,
  changeOrgRole,
  invitePerson,
  listTokensOf,
  makeResetLink,
  reinvitePerson,
  removePerson,
  revokeTokenOf,
} from '../control/organisation/people'
import { getAppSettings, setAppSettings } from '../control/users/settings'
import { type User, findUserById, listUsers } from '../control/users/store'
import { actorWorkOf, workOf } from '../control/work'
import type { OrgRole } from '../actor'
import type { AppEnv } from '../http/app-env'
import { ApiError } from '../errors'
import { createRouter } from '../http/router'
import { Confirmation, Copyable, Field, Hidden, List, Problem, RoleForm, Select } from './controls'
import { TokenCells } from './api-tokens'
import { readForm, textOf } from './form-guard'
import { Icon } from './icons'
import { AppPage } from './layout'
import { Links } from './members'
import { attempt, go, refusalOf, show } from './page'
import { usePage } from './page-info'
import { Pager, readOffset } from './pager'

const PAGE_SIZE = 50

const ROLES = [
  { value: 'org-level-viewer', label: 'Member: works in projects they are added to' },
  { value: 'org-level-creator', label: 'Creator: makes projects of their own' },
] as const

interface Screen {
  users: readonly User[]
  total: number
  offset: number
  query: string
  inviteOnly: boolean
}

export const adminRoutes = createRouter()
const BASE = '/admin/users'

adminRoutes.get(BASE, needs('orgUserList').middleware, async (c) => show(c, <Users screen={await screenOf(c)} />))

adminRoutes.post(BASE, needs('orgUserAdd').middleware, async (c) => {
  const form = await readForm(c)
  const email = textOf(form, 'email')
  // Read before the link is made, which nobody could see again if the page failed.
  const before = await screenOf(c)
  const made = await attempt(async () => invitePerson(await workOf(c), email, readRole(textOf(form, 'role'))))
  const screen = await screenOf(c).catch(() => before)
  if (made instanceof ApiError) return show(c, <Users screen={screen} email={email} error={made} />, 400)
  return show(c, <Users screen={screen} links={[made]} />)
})

adminRoutes.post('/admin/settings', needs('appSettingsSet').middleware, async (c) => {
  const form = await readForm(c)
  await setAppSettings(c.env.DB, { invite_only_signup: textOf(form, 'invite_only') === 'on' }, await auditSource(c))
  return go(c, BASE, 'settings-saved')
})

adminRoutes.post(`${BASE}/:userId/role`, needs('orgUserUpdate').middleware, async (c) => {
  const role = textOf(await readForm(c), 'role')
  const refused = await refusalOf(async () => changeOrgRole(await actorWorkOf(c), c.req.param('userId'), readRole(role)))
  return refused === null ? go(c, BASE, 'role-changed') : show(c, <Users screen={await screenOf(c)} listError={refused} />, 400)
})

adminRoutes.post(`${BASE}/:userId/invite`, needs('orgUserAdd').middleware, async (c) => {
  const screen = await screenOf(c)
  const made = await attempt(async () => reinvitePerson(await workOf(c), c.req.param('userId')))
  if (made instanceof ApiError) return show(c, <Users screen={screen} listError={made} />, 400)
  return show(c, <Users screen={screen} links={[made]} />)
})

adminRoutes.post(`${BASE}/:userId/reset-link`, needs('orgUserResetUrl').middleware, async (c) => {
  const screen = await screenOf(c)
  const made = await attempt(async () => makeResetLink(await workOf(c), c.req.param('userId')))
  if (made instanceof ApiError) return show(c, <Users screen={screen} listError={made} />, 400)
  return show(c, <Users screen={screen} reset={made} />)
})

adminRoutes.get(`${BASE}/:userId/remove`, needs('orgUserDelete').middleware, async (c) => {
  const user = await findUserById(c.env.DB, c.req.param('userId'))
  return user === null ? go(c, BASE) : show(c, <RemoveUser user={user} />)
})

adminRoutes.post(`${BASE}/:userId/remove`, needs('orgUserDelete').middleware, async (c) => {
  const refused = await refusalOf(async () => removePerson(await workOf(c), c.req.param('userId')))
  return refused === null ? go(c, BASE, 'user-removed') : show(c, <Users screen={await screenOf(c)} listError={refused} />, 400)
})

adminRoutes.get(`${BASE}/:userId/api-tokens`, needs('orgUserTokenList').middleware, async (c) => {
  const found = await attempt(async () => listTokensOf(await workOf(c), c.req.param('userId')))
  return found instanceof ApiError ? go(c, BASE) : show(c, <TokensOf user={found.user} tokens={found.tokens} />)
})

adminRoutes.post(`${BASE}/:userId/api-tokens/:id/delete`, needs('orgUserTokenDelete').middleware, async (c) => {
  const { userId, id } = c.req.param()
  const refused = await refusalOf(async () => revokeTokenOf(await workOf(c), userId, id))
  return refused === null ? go(c, `${BASE}/${encodeURIComponent(userId)}/api-tokens`, 'token-deleted') : go(c, BASE)
})

async function screenOf(c: Context<AppEnv>): Promise<Screen> {
  const query = (c.req.query('q') ?? '').trim().toLowerCase()
  const offset = readOffset(c)
  const [{ users, total }, settings] = await Promise.all([
    listUsers(c.env.DB, { query, limit: PAGE_SIZE, offset }),
    getAppSettings(c.env.DB, c.get('config')),
  ])
  return { users, total, offset, query, inviteOnly: settings.invite_only_signup }
}

function readRole(text: string): OrgRole {
  const role = ROLES.find(({ value }) => value === text)
  if (role === undefined) throw new ApiError('INVALID_REQUEST_BODY', 'Choose a role.')
  return role.value
}

interface UsersProps {
  screen: Screen
  email?: string
  error?: ApiError | null
  listError?: ApiError | null
  links?: readonly PersonLink[]
  reset?: PersonLink | null
}

function Users({ screen, email = '', error = null, listError = null, links = [], reset = null }: UsersProps) {
  return (
    <AppPage title="Users of this server" wide>
      <div class="page-head">
        <h1>Users of this server</h1>
        <form method="get" action={BASE} role="search">
          <input type="search" name="q" value={screen.query} placeholder="Search by e-mail" aria-label="Search by e-mail" />
        </form>
      </div>
      {links.length > 0 && <Links links={links} />}
      {reset !== null && (
        <section class="card fresh" data-answers-form aria-labelledby="reset-title">
          <h2 id="reset-title">Reset link for {reset.email}</h2>
          <p class="muted">Pass it on: it works once, for one hour. Their sessions go on until it is used.</p>
          <Copyable text={reset.url} label={`Reset link for ${reset.email}`} copied="Link copied." />
        </section>
      )}
      <section class="card">
        <h2>Who may sign up</h2>
        <form method="post" action="/admin/settings" class="stack">
          <Hidden />
          <label class="check">
            <input type="checkbox" name="invite_only" checked={screen.inviteOnly} /> By invitation only
          </label>
          <div class="actions">
            <button class="button" type="submit">
              Save
            </button>
          </div>
        </form>
      </section>
      <section class="card">
        <h2>Invite to this server</h2>
        <form method="post" action={BASE} class="stack">
          <Hidden />
          <Field label="E-mail" name="email" value={email} autocomplete="off" error={error?.message ?? null} required />
          <Select label="Role" name="role" value="org-level-creator" options={ROLES} />
          <div class="actions">
            <button class="button button-primary" type="submit">
              Invite
            </button>
          </div>
        </form>
      </section>
      <Problem error={listError} />
      <UserList screen={screen} />
    </AppPage>
  )
}

function UserList({ screen }: { screen: Screen }) {
  return (
    <List
      label="Users"
      what="users"
      head={['User', 'Role']}
      rows={screen.users.map((user) => (
        <UserRow user={user} />
      ))}
    >
      {screen.users.length === 0 && <p class="drawer-empty">Nobody has an e-mail like that.</p>}
      <Pager
        base={BASE}
        query={[['q', screen.query]]}
        total={screen.total}
        offset={screen.offset}
        size={PAGE_SIZE}
        what="users"
      />
    </List>
  )
}

function UserRow({ user }: { user: User }) {
  const { actor } = usePage()
  const isSuper = user.roles.split(',').includes('super')
  const invited = user.password_hash === null
  return (
    <tr>
      <td>
        {user.email} {invited && <span class="tag">invited</span>}
        {user.id === actor?.userId && <span class="tag">you</span>}
      </td>
      <td>
        {user.id === actor?.userId ? (
          'Administrator'
        ) : (
          <RoleForm action={`${BASE}/${user.id}/role`} email={user.email}>
            {isSuper && <option selected>Administrator</option>}
            {ROLES.map(({ value, label }) => (
              <option value={value} selected={!isSuper && user.roles.split(',').includes(value)}>
                {label.slice(0, label.indexOf(':'))}
              </option>
            ))}
          </RoleForm>
        )}
      </td>
      <td>
        <div class="actions">
          <form method="post" action={`${BASE}/${user.id}/${invited ? 'invite' : 'reset-link'}`}>
            <Hidden />
            <button class="button button-quiet button-small" type="submit">
              <Icon name="link" /> {invited ? 'New link' : 'Reset link'}
              <span class="visually-hidden"> for {user.email}</span>
            </button>
          </form>
          {!invited && (
            <a class="button button-quiet button-small" href={`${BASE}/${user.id}/api-tokens`}>
              <Icon name="key" /> API Tokens<span class="visually-hidden"> of {user.email}</span>
            </a>
          )}
          {!isSuper && (
            <a class="button button-quiet button-small text-danger" href={`${BASE}/${user.id}/remove`} data-dialog>
              Remove<span class="visually-hidden"> {user.email}</span>
            </a>
          )}
        </div>
      </td>
    </tr>
  )
}

function TokensOf({ user, tokens }: { user: User; tokens: readonly ApiToken[] }) {
  return (
    <AppPage title="API Tokens of a user" wide>
      <div class="page-head">
        <h1>API Tokens of {user.email}</h1>
        <a class="button button-quiet" href={BASE}>
          <Icon name="left" /> Users
        </a>
      </div>
      <p class="muted">Each acts as {user.email}. Whatever sends one that you delete is refused from its next request on.</p>
      <List
        label={`API Tokens of ${user.email}`}
        what="tokens"
        head={['Name', 'Token', 'Created', 'Last used']}
        rows={tokens.map((token) => (
          <tr>
            <TokenCells token={token} />
            <td class="end">
              <form method="post" action={`${BASE}/${user.id}/api-tokens/${token.id}/delete`}>
                <Hidden />
                <button class="button button-quiet button-small text-danger" type="submit">
                  <Icon name="trash" /> Delete<span class="visually-hidden"> {token.hint}</span>
                </button>
              </form>
            </td>
          </tr>
        ))}
      >
        {tokens.length === 0 && <p class="drawer-empty">There are none.</p>}
      </List>
    </AppPage>
  )
}

function RemoveUser({ user }: { user: User }) {
  return (
    <AppPage title="Remove user">
      <Confirmation
        question={`Remove ${user.email} from this server?`}
        action={`${BASE}/${user.id}/remove`}
        verb="Remove"
        back={BASE}
      >
        Their sessions end, their API Tokens are deleted, and they are no longer a member of any project. What they wrote stays.
      </Confirmation>
    </AppPage>
  )
}
