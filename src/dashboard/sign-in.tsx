/** The way in: signing in, signing up, and the form for a forgotten password. */
import type { Context } from 'hono'
import { auditSource } from '../control/audit/source'
import { type SignedIn, requestReset, signIn, signUp } from '../control/auth/account'
import { readRefreshCookie, setRefreshCookie } from '../control/auth/cookie'
import { MIN_PASSWORD_LENGTH } from '../control/auth/new-password'
import { canSendMail } from '../control/mail'
import { getAppSettings } from '../control/users/settings'
import { hasUsers } from '../control/users/store'
import type { AppEnv } from '../http/app-env'
import { ApiError } from '../errors'
import { createRouter } from '../http/router'
import { beginning } from '../lib/text'
import { identifyBySession } from '../control/auth/identify'
import { workOf } from '../control/work'
import { Field, Problem } from './controls'
import { rawTextOf, readForm, textOf } from './form-guard'
import { PlainPage } from './layout'
import { attempt, go, refusalOf, show } from './page'

/** Pages that someone may have been sent away from to sign in. Only a path of our own: never another site. */
const RETURN_PATH = /^\/(?:(?:projects|account|admin)(?:\/[\w-]+)*|docs|api\/v\d\/db\/meta\/projects\/[\w-]+\/swagger)$/

export const signInRoutes = createRouter()

signInRoutes.get('/', async (c) => {
  if (await isSignedIn(c)) return go(c, '/projects')
  if (!(await hasUsers(c.env.DB))) return show(c, <FirstAccount />)
  return show(c, <SignIn mayJoin={await mayJoin(c)} next={readNext(c.req.query('next'))} />)
})

signInRoutes.post('/sign-in', async (c) => {
  const form = await readForm(c)
  const email = textOf(form, 'email')
  const next = readNext(textOf(form, 'next'))
  const signedIn = await attempt(async () => signIn(await workOf(c), { email, password: rawTextOf(form, 'password') }))
  if (!(signedIn instanceof ApiError)) return enter(c, signedIn, next)
  return show(c, <SignIn mayJoin={await mayJoin(c)} next={next} email={email} error={signedIn} />, statusOf(signedIn))
})

signInRoutes.get('/sign-up', async (c) => {
  if (!(await hasUsers(c.env.DB))) return go(c, '/')
  return show(c, (await mayJoin(c)) ? <SignUp /> : <InviteOnly />)
})

signInRoutes.post('/sign-up', async (c) => {
  const form = await readForm(c)
  const email = textOf(form, 'email')
  const signedIn = await attempt(async () => signUp(await workOf(c), readSignUp(form, null)))
  if (!(signedIn instanceof ApiError)) return enter(c, signedIn, '/projects')
  const Form = (await hasUsers(c.env.DB)) ? SignUp : FirstAccount
  return show(c, <Form email={email} error={signedIn} />, statusOf(signedIn))
})

signInRoutes.get('/forgot-password', (c) => show(c, <ForgotPassword mail={canSendMail({ mail: c.env.MAIL })} />))

signInRoutes.post('/forgot-password', async (c) => {
  const email = textOf(await readForm(c), 'email')
  const refused = await refusalOf(async () => requestReset(await workOf(c), email))
  if (refused !== null)
    return show(c, <ForgotPassword mail={canSendMail({ mail: c.env.MAIL })} email={email} error={refused} />, statusOf(refused))
  return show(c, <ResetRequested />)
})

/** What a sign-up form holds; with the token of an invitation it accepts that. */
export function readSignUp(form: FormData, token: string | null) {
  const name = (field: string) => beginning(textOf(form, field), 100) || null
  return {
    email: textOf(form, 'email'),
    password: rawTextOf(form, 'password'),
    firstname: name('firstname'),
    lastname: name('lastname'),
    token,
  }
}

/** Lets someone in who has just proved who they are. */
export function enter(c: Context<AppEnv>, signedIn: SignedIn, next: string): Response {
  setRefreshCookie(c, signedIn.session)
  return go(c, next)
}

export function statusOf(error: ApiError | null): 200 | 400 | 429 {
  if (error === null) return 200
  return error.status === 429 ? 429 : 400
}

async function isSignedIn(c: Context<AppEnv>): Promise<boolean> {
  const cookie = readRefreshCookie(c)
  return cookie !== null && (await identifyBySession(c.env.DB, cookie, null, await auditSource(c))) !== null
}

async function mayJoin(c: Context<AppEnv>): Promise<boolean> {
  return !(await getAppSettings(c.env.DB, c.get('config'))).invite_only_signup
}

function readNext(path: string | undefined): string {
  return path !== undefined && RETURN_PATH.test(path) ? path : '/projects'
}

interface FormState {
  email?: string | undefined
  error?: ApiError | null | undefined
}

function SignIn({ mayJoin, next, email = '', error = null }: FormState & { mayJoin: boolean; next: string }) {
  return (
    <PlainPage title="Sign in">
      <Problem error={error?.code === 'INVALID_CREDENTIALS' ? 'The e-mail or the password is not right.' : error} />
      <form method="post" action="/sign-in" class="stack">
        <input type="hidden" name="next" value={next} />
        <Field label="E-mail" name="email" type="email" value={email} autocomplete="username" required autofocus />
        <Field label="Password" name="password" type="password" autocomplete="current-password" required />
        <button class="button button-primary button-wide" type="submit">
          Sign in
        </button>
      </form>
      <p class="aside">
        <a href="/forgot-password">Forgot your password?</a>
        {mayJoin ? <a href="/sign-up">Sign up</a> : <span>New accounts are by invitation.</span>}
      </p>
    </PlainPage>
  )
}

function FirstAccount({ email, error }: FormState) {
  return (
    <PlainPage title="Create the first account" lead="It will be the administrator of this server.">
      <SignUpForm action="/sign-up" email={email} error={error} button="Create account" />
    </PlainPage>
  )
}

function SignUp({ email, error }: FormState) {
  return (
    <PlainPage title="Sign up">
      <SignUpForm action="/sign-up" email={email} error={error} button="Sign up" />
      <p class="aside">
        <a href="/">Sign in instead</a>
      </p>
    </PlainPage>
  )
}

function InviteOnly() {
  return (
    <PlainPage title="By invitation" lead="New accounts on this server need an invitation. Ask its administrator for a link.">
      <p class="aside">
        <a href="/">Sign in</a>
      </p>
    </PlainPage>
  )
}

/** Also behind the link of an invitation. */
export function SignUpForm({ action, email = '', error = null, button }: FormState & { action: string; button: string }) {
  const about = (code: ApiError['code']) => (error?.code === code ? error.message : null)
  const elsewhere = error !== null && !['INVALID_EMAIL', 'INVALID_PASSWORD', 'USER_EXISTS'].includes(error.code)
  return (
    <>
      <Problem error={elsewhere ? error : null} />
      <form method="post" action={action} class="stack">
        <Field
          label="E-mail"
          name="email"
          type="email"
          value={email}
          autocomplete="username"
          error={
            about('INVALID_EMAIL') ?? (error?.code === 'USER_EXISTS' ? 'There is an account with this e-mail already.' : null)
          }
          required
          autofocus
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autocomplete="new-password"
          hint={`At least ${MIN_PASSWORD_LENGTH} characters. A few words in a row are best.`}
          error={about('INVALID_PASSWORD')}
          required
        />
        <button class="button button-primary button-wide" type="submit">
          {button}
        </button>
      </form>
    </>
  )
}

function ForgotPassword({ mail, email = '', error = null }: FormState & { mail: boolean }) {
  return (
    <PlainPage
      title="Forgot your password?"
      lead={
        mail ? 'A link to set a new one comes by mail.' : 'This server sends no mail: ask its administrator for a reset link.'
      }
    >
      {mail && (
        <form method="post" action="/forgot-password" class="stack">
          <Field
            label="E-mail"
            name="email"
            type="email"
            value={email}
            autocomplete="username"
            error={error?.message ?? null}
            required
            autofocus
          />
          <button class="button button-primary button-wide" type="submit">
            Send the link
          </button>
        </form>
      )}
      <p class="aside">
        <a href="/">Back to sign in</a>
      </p>
    </PlainPage>
  )
}

function ResetRequested() {
  return (
    <PlainPage title="Look into your mail" lead="If that address has an account, a link is on its way. It works for one hour.">
      <p class="aside">
        <a href="/">Back to sign in</a>
      </p>
    </PlainPage>
  )
}
