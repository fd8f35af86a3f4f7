/** One's own account: the password, the tokens, the sessions, and leaving everywhere. */
import type { Context } from 'hono'
import { needs, requireActor } from '../control/access/guard'
import { auditSource } from '../control/audit/source'
import { changeOwnPassword, requestConfirmation } from '../control/auth/account'
import { clearRefreshCookie, forgetBrowser } from '../control/auth/cookie'
import { MIN_PASSWORD_LENGTH } from '../control/auth/new-password'
import { type ListedSession, endOtherSessions, endSessionOf, listSessions } from '../control/auth/session'
import { canSendMail } from '../control/mail'
import { actorWorkOf } from '../control/work'
import type { AppEnv } from '../http/app-env'
import { ApiError } from '../errors'
import { createRouter } from '../http/router'
import { Can, Field, Hidden, List, Problem, Time } from './controls'
import { rawTextOf, readForm, textOf } from './form-guard'
import { Icon } from './icons'
import { AppPage } from './layout'
import { attempt, go, refusalOf, show } from './page'
import { usePage } from './page-info'
import { statusOf } from './sign-in'

export const accountRoutes = createRouter()

accountRoutes.post('/account/confirmation', async (c) => {
  const asked = await attempt(async () => requestConfirmation(await actorWorkOf(c)))
  if (asked instanceof ApiError) return show(c, <Account own={await readOwn(c)} error={asked} />, statusOf(asked))
  return go(c, '/account', asked ? 'confirmation-mailed' : 'already-confirmed')
})

/** Sessions that the page lists: more than these are ended all at once. */
const LISTED_SESSIONS = 50

accountRoutes.get('/account', async (c) => show(c, <Account own={await readOwn(c)} />))

accountRoutes.post('/account/password', needs('passwordChange').middleware, async (c) => {
  const form = await readForm(c)
  const wish = {
    currentPassword: rawTextOf(form, 'current'),
    newPassword: rawTextOf(form, 'password'),
    endsApiTokens: textOf(form, 'end_api_tokens') === 'on',
  }
  const refused = await refusalOf(async () => changeOwnPassword(await actorWorkOf(c), wish))
  if (refused !== null) return show(c, <Account own={await readOwn(c)} error={refused} />, statusOf(refused))
  clearRefreshCookie(c)
  return go(c, '/', 'password-changed')
})

accountRoutes.post('/account/sessions/:sessionId/end', async (c) => {
  const id = c.req.param('sessionId')
  await endSessionOf(c.env.DB, { userId: requireActor(c).userId, id }, await auditSource(c))
  if (id !== c.get('sessionId')) return go(c, '/account', 'session-ended-there')
  forgetBrowser(c)
  return go(c, '/', 'signed-out')
})

accountRoutes.post('/account/end-other-sessions', async (c) => {
  const kept = c.get('sessionId')
  if (kept === null) throw new ApiError('AUTHENTICATION_REQUIRED')
  await endOtherSessions(c.env.DB, { userId: requireActor(c).userId, kept }, await auditSource(c))
  return go(c, '/account', 'other-sessions-ended')
})

interface Own {
  sessions: readonly ListedSession[]
  total: number
  /** The one that this page is read in. */
  current: string | null
  /** Whether a mail can confirm the address of the account. */
  canConfirm: boolean
}

async function readOwn(c: Context<AppEnv>): Promise<Own> {
  const list = await listSessions(c.env.DB, requireActor(c).userId, { limit: LISTED_SESSIONS, now: c.get('startedAt') })
  return { ...list, current: c.get('sessionId'), canConfirm: canSendMail({ mail: c.env.MAIL }) && !requireActor(c).emailVerified }
}

function Account({ own, error = null }: { own: Own; error?: ApiError | null }) {
  const elsewhere = error !== null && error.code !== 'INVALID_CREDENTIALS' && error.code !== 'INVALID_PASSWORD'
  return (
    <AppPage title="Account">
      <h1>Account</h1>
      <Problem error={elsewhere ? error : null} />
      <About canConfirm={own.canConfirm} />
      <ChangePassword error={error} />
      <Sessions own={own} />
      <SignOutEverywhere />
    </AppPage>
  )
}

function About({ canConfirm }: Pick<Own, 'canConfirm'>) {
  const { actor } = usePage()
  return (
    <section class="card">
      <dl class="facts">
        <dt>E-mail</dt>
        <dd>{actor?.email}</dd>
        <dt>Role on this server</dt>
        <dd>{roleWords(actor?.roles ?? [])}</dd>
      </dl>
      {canConfirm && (
        <form method="post" action="/account/confirmation">
          <Hidden />
          <p>Nobody has confirmed yet that this address is yours: projects that you are added to wait for it.</p>
          <button class="button" type="submit">
            Send the link that confirms it
          </button>
        </form>
      )}
      <Can permission="apiTokenList">
        <p>
          <a class="button" href="/account/api-tokens">
            <Icon name="key" /> Your API Tokens
          </a>
        </p>
      </Can>
    </section>
  )
}

function roleWords(roles: readonly string[]): string {
  if (roles.includes('super')) return 'Administrator'
  return roles.includes('org-level-creator') ? 'May create projects' : 'Member of projects'
}

function ChangePassword({ error }: { error: ApiError | null }) {
  const { actor } = usePage()
  const about = (code: ApiError['code']) => (error?.code === code ? error.message : null)
  return (
    <section class="card">
      <h2>Change password</h2>
      <p class="muted">It ends every session and Auth Token, this one too.</p>
      <form method="post" action="/account/password" class="stack">
        <Hidden />
        <input type="hidden" name="username" value={actor?.email} autocomplete="username" />
        <Field
          label="Current password"
          name="current"
          type="password"
          autocomplete="current-password"
          error={about('INVALID_CREDENTIALS')}
          required
        />
        <Field
          label="New password"
          name="password"
          type="password"
          autocomplete="new-password"
          hint={`At least ${MIN_PASSWORD_LENGTH} characters.`}
          error={about('INVALID_PASSWORD')}
          required
        />
        <label class="check">
          <input type="checkbox" name="end_api_tokens" /> Delete my API Tokens too: programs that send them stop working
        </label>
        <div class="actions">
          <button class="button button-primary" type="submit">
            Change password
          </button>
        </div>
      </form>
    </section>
  )
}

function SignOutEverywhere() {
  return (
    <section class="card">
      <div class="danger-zone">
        <div>
          <h2>Sign out everywhere</h2>
          <p class="muted">Ends your sessions in every browser, and the Auth Tokens copied from them.</p>
        </div>
        <form method="post" action="/session/sign-out-everywhere">
          <Hidden />
          <button class="button" type="submit">
            <Icon name="exit" /> Sign out everywhere
          </button>
        </form>
      </div>
    </section>
  )
}

function Sessions({ own: { sessions, total, current } }: { own: Own }) {
  const rows = sessions.map((session) => <SessionRow session={session} isCurrent={session.id === current} />)
  return (
    <>
      <div class="page-head">
        <div>
          <h2>Where you are signed in</h2>
          <p class="muted">Whoever ends a session ends the Auth Tokens copied from it too. API Tokens are no sessions.</p>
        </div>
        {total > 1 && (
          <form method="post" action="/account/end-other-sessions">
            <Hidden />
            <button class="button" type="submit">
              <Icon name="exit" /> End all others
            </button>
          </form>
        )}
      </div>
      <List label="Sessions" what="sessions" head={['Browser', 'Signed in', 'Last use']} rows={rows}>
        {total > sessions.length && <p class="muted">And {total - sessions.length} more, used before these.</p>}
      </List>
    </>
  )
}

function SessionRow({ session, isCurrent }: { session: ListedSession; isCurrent: boolean }) {
  const browser = session.browser ?? 'Unknown browser'
  return (
    <tr>
      <td>
        {browser} {isCurrent && <span class="muted">(this one)</span>}
      </td>
      <td>
        <Time at={session.createdAt} />
      </td>
      <td>{session.lastUsedAt === null ? '' : <Time at={session.lastUsedAt} />}</td>
      <td>
        <form method="post" action={`/account/sessions/${session.id}/end`}>
          <Hidden />
          <button class="button button-quiet" type="submit" aria-label={`End the session of ${browser}`}>
            End
          </button>
        </form>
      </td>
    </tr>
  )
}
