/** The pages behind the links of mails: an invitation, a password reset, the confirmation of an address. */
import { checkReset, confirmEmail, resetPassword, signUp } from '../control/auth/account'
import { MIN_PASSWORD_LENGTH } from '../control/auth/new-password'
import { workOf } from '../control/work'
import { ApiError } from '../errors'
import { createRouter } from '../http/router'
import { Field, Problem } from './controls'
import { rawTextOf, readForm, textOf } from './form-guard'
import { PlainPage } from './layout'
import { attempt, go, refusalOf, show } from './page'
import { SignUpForm, enter, readSignUp, statusOf } from './sign-in'

export const mailLinkRoutes = createRouter()

mailLinkRoutes.get('/auth/signup/:token', (c) => show(c, <Invitation token={c.req.param('token')} />))

mailLinkRoutes.post('/sign-up/:token', async (c) => {
  const form = await readForm(c)
  const token = c.req.param('token')
  const signedIn = await attempt(async () => signUp(await workOf(c), readSignUp(form, token)))
  if (!(signedIn instanceof ApiError)) return enter(c, signedIn, '/projects')
  return show(c, <Invitation token={token} email={textOf(form, 'email')} error={signedIn} />, statusOf(signedIn))
})

mailLinkRoutes.get('/auth/password/reset/:token', async (c) => {
  const token = c.req.param('token')
  const refused = await refusalOf(async () => checkReset(await workOf(c), token))
  return refused === null
    ? show(c, <NewPassword token={token} />)
    : show(c, <DeadLink what="reset" error={refused} />, statusOf(refused))
})

mailLinkRoutes.post('/reset-password/:token', async (c) => {
  const token = c.req.param('token')
  const password = rawTextOf(await readForm(c), 'password')
  const refused = await refusalOf(async () => resetPassword(await workOf(c), token, password))
  if (refused === null) return go(c, '/', 'password-reset')
  if (refused.code === 'INVALID_RESET_TOKEN') return show(c, <DeadLink what="reset" error={refused} />, 400)
  return show(c, <NewPassword token={token} error={refused} />, statusOf(refused))
})

/** The link only asks: programs that look through mails open links, and must not confirm anything by that. */
mailLinkRoutes.get('/auth/email/verify/:token', (c) => show(c, <ConfirmAddress token={c.req.param('token')} />))

mailLinkRoutes.post('/verify-email/:token', async (c) => {
  const refused = await refusalOf(async () => confirmEmail(await workOf(c), c.req.param('token')))
  return refused === null
    ? go(c, '/', 'email-confirmed')
    : show(c, <DeadLink what="confirmation" error={refused} />, statusOf(refused))
})

function Invitation({ token, email, error }: { token: string; email?: string; error?: ApiError | null }) {
  return (
    <PlainPage title="Accept your invitation" lead="Sign up with the e-mail address that was invited.">
      <SignUpForm
        action={`/sign-up/${encodeURIComponent(token)}`}
        email={email ?? ''}
        error={error ?? null}
        button="Create account"
      />
      <p class="aside">
        <a href="/">I have an account already</a>
      </p>
    </PlainPage>
  )
}

function NewPassword({ token, error = null }: { token: string; error?: ApiError | null }) {
  const isAboutPassword = error?.code === 'INVALID_PASSWORD'
  return (
    <PlainPage title="Set a new password" lead="Every session of your account ends with it, and its API Tokens are deleted.">
      <Problem error={isAboutPassword ? null : error} />
      <form method="post" action={`/reset-password/${encodeURIComponent(token)}`} class="stack">
        <Field
          label="New password"
          name="password"
          type="password"
          autocomplete="new-password"
          hint={`At least ${MIN_PASSWORD_LENGTH} characters.`}
          error={isAboutPassword ? error.message : null}
          required
          autofocus
        />
        <button class="button button-primary button-wide" type="submit">
          Set the password
        </button>
      </form>
    </PlainPage>
  )
}

function ConfirmAddress({ token }: { token: string }) {
  return (
    <PlainPage title="Confirm your e-mail address" lead="One click, and it is yours.">
      <form method="post" action={`/verify-email/${encodeURIComponent(token)}`}>
        <button class="button button-primary button-wide" type="submit">
          Confirm
        </button>
      </form>
    </PlainPage>
  )
}

function DeadLink({ what, error }: { what: 'reset' | 'confirmation'; error: ApiError }) {
  return (
    <PlainPage title={error.status === 429 ? 'Too many attempts' : 'This link no longer works'}>
      <p>{sentenceFor(what, error)}</p>
      <p class="aside">
        {what === 'reset' && <a href="/forgot-password">Ask for another link</a>}
        <a href="/">Sign in</a>
      </p>
    </PlainPage>
  )
}

function sentenceFor(what: 'reset' | 'confirmation', error: ApiError): string {
  if (error.status === 429) return error.message
  return what === 'reset'
    ? 'Links for a new password work once, for one hour.'
    : 'It works once, for 24 hours, and only the newest one: the address may be confirmed already. Sign in, and Account sends another.'
}
