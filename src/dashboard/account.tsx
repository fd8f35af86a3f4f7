/** One's own account: the password, the tokens, and leaving everywhere. */
import { needs } from '../control/access/guard'
import { changeOwnPassword } from '../control/auth/account'
import { clearRefreshCookie } from '../control/auth/cookie'
import { MIN_PASSWORD_LENGTH } from '../control/auth/new-password'
import type { ApiError } from '../errors'
import { createRouter } from '../http/router'
import { Can, Field, Hidden, Problem } from './controls'
import { rawTextOf, readForm, textOf } from './form-guard'
import { Icon } from './icons'
import { AppPage } from './layout'
import { go, refusalOf, show } from './page'
import { usePage } from './page-info'
import { statusOf } from './sign-in'

export const accountRoutes = createRouter()

accountRoutes.get('/account', (c) => show(c, <Account />))

accountRoutes.post('/account/password', needs('passwordChange').middleware, async (c) => {
  const form = await readForm(c)
  const wish = {
    currentPassword: rawTextOf(form, 'current'),
    newPassword: rawTextOf(form, 'password'),
    endsApiTokens: textOf(form, 'end_api_tokens') === 'on',
  }
  const refused = await refusalOf(() => changeOwnPassword(c, wish))
  if (refused !== null) return show(c, <Account error={refused} />, statusOf(refused))
  clearRefreshCookie(c)
  return go(c, '/', 'password-changed')
})

function Account({ error = null }: { error?: ApiError | null }) {
  const { actor } = usePage()
  const about = (code: ApiError['code']) => (error?.code === code ? error.message : null)
  const elsewhere = error !== null && error.code !== 'INVALID_CREDENTIALS' && error.code !== 'INVALID_PASSWORD'
  return (
    <AppPage title="Account">
      <h1>Account</h1>
      <section class="card">
        <dl class="facts">
          <dt>E-mail</dt>
          <dd>{actor?.email}</dd>
          <dt>Role on this server</dt>
          <dd>
            {actor?.roles.includes('super')
              ? 'Administrator'
              : actor?.roles.includes('org-level-creator')
                ? 'May create projects'
                : 'Member of projects'}
          </dd>
        </dl>
        <Can permission="apiTokenList">
          <p>
            <a class="button" href="/account/api-tokens">
              <Icon name="key" /> Your API Tokens
            </a>
          </p>
        </Can>
      </section>
      <section class="card">
        <h2>Change password</h2>
        <p class="muted">It ends every session and Auth Token, this one too.</p>
        <Problem error={elsewhere ? error : null} />
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
    </AppPage>
  )
}
