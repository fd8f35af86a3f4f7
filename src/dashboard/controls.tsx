/** The parts that screens are made of. */
import type { Child, PropsWithChildren } from 'hono/jsx'
import { type Permission, isAllowed } from '../control/access/roles'
import type { ApiError } from '../errors'
import { CSRF_FIELD } from './form-guard'
import { Icon, type IconName } from './icons'
import { usePage } from './page-info'

/** What proves that a form is one of our pages: stands in every form that changes something. */
export function Hidden() {
  const { csrf } = usePage()
  return <input type="hidden" name={CSRF_FIELD} value={csrf} />
}

/** Shows its content to those who may do it. What they may not is refused by the route, whatever is shown. */
export function Can({ permission, children }: { permission: Permission; children: Child }) {
  return may(usePage(), permission) ? <>{children}</> : null
}

/** For whoever the page is shown to: the role in the project counts, outside of projects those in the organisation. */
export function may({ actor, project }: Pick<ReturnType<typeof usePage>, 'actor' | 'project'>, permission: Permission): boolean {
  return actor !== null && isAllowed(project === null ? actor.roles : [project.role], permission)
}

interface MenuProps {
  id: string
  label: string
  icon: IconName
  button: string
  /** The label is for screen readers; people see the drawing. */
  short?: boolean
  children: Child
}

/** A button and the menu it opens; public/dashboard/main.js adds the arrow keys. */
export function Menu({ id, label, icon, button, short = false, children }: MenuProps) {
  return (
    <div class="menu-anchor">
      <button
        class={`button ${button}`}
        type="button"
        popovertarget={id}
        aria-haspopup="menu"
        {...(short ? { 'aria-label': `Account: ${label}` } : {})}
      >
        <Icon name={icon} />
        {!short && <span class="menu-label">{label}</span>}
        <Icon name="down" />
      </button>
      <div id={id} class="menu" popover="auto" role="menu" aria-label={short ? 'Account' : label}>
        {children}
      </div>
    </div>
  )
}

interface FieldProps {
  label: string
  name: string
  type?: 'text' | 'email' | 'password' | 'search' | 'file'
  value?: string
  hint?: Child
  /** What the server said about it. */
  error?: string | null
  required?: boolean
  autofocus?: boolean
  autocomplete?: string
  maxlength?: number
  minlength?: number
  placeholder?: string
  accept?: string
  readonly?: boolean
}

/** A labelled input with its hint, and its error right below it. */
export function Field({ label, name, type = 'text', value = '', hint, error = null, required = false, ...rest }: FieldProps) {
  return (
    <FieldFrame label={label} name={name} hint={hint} error={error}>
      <input
        id={name}
        name={name}
        type={type}
        {...(type === 'file' || type === 'password' ? {} : { value })}
        {...(required ? { required: true } : {})}
        {...describe(name, hint, error)}
        {...rest}
      />
    </FieldFrame>
  )
}

interface SelectProps {
  label: string
  name: string
  value: string
  options: readonly { value: string; label: string }[]
  hint?: Child
  error?: string | null
}

export function Select({ label, name, value, options, hint, error = null }: SelectProps) {
  return (
    <FieldFrame label={label} name={name} hint={hint} error={error}>
      <select id={name} name={name} {...describe(name, hint, error)}>
        {options.map((option) => (
          <option value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
    </FieldFrame>
  )
}

export function FieldFrame({
  label,
  name,
  hint,
  error,
  children,
}: {
  label: string
  name: string
  hint?: Child
  error: string | null
  children: Child
}) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {children}
      {hint !== undefined && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {error !== null && (
        <p class="error" id={`${name}-error`}>
          {error}
        </p>
      )}
    </div>
  )
}

/** The attributes by which a screen reader finds a field's hint and error. */
export function describe(name: string, hint: unknown, error: string | null) {
  const ids = [...(error === null ? [] : [`${name}-error`]), ...(hint === undefined ? [] : [`${name}-hint`])]
  return {
    ...(ids.length === 0 ? {} : { 'aria-describedby': ids.join(' ') }),
    ...(error === null ? {} : { 'aria-invalid': 'true' as const }),
  }
}

/** Why a form was refused, where no single field is to blame. */
export function Problem({ error }: { error: ApiError | string | null }) {
  if (error === null) return null
  return (
    <p class="problem" role="alert">
      {typeof error === 'string' ? error : error.message}
    </p>
  )
}

/** What a list says when there is nothing in it: what it is for, and what to do next. */
export function Empty({ title, children }: { title: string; children: Child }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  )
}

/** A moment of the past or the future, in UTC; the browser's script shows it in the reader's own zone. */
export function Time({ at }: { at: number }) {
  const iso = new Date(at).toISOString()
  return <time datetime={iso}>{`${iso.slice(0, 16).replace('T', ' ')} UTC`}</time>
}

/** A text with a button that copies it. */
export function Copyable({ text, label, copied }: { text: string; label: string; copied: string }) {
  return (
    <div class="copyable">
      <input type="text" readonly value={text} aria-label={label} data-select />
      <button class="button" type="button" data-copy={text} data-copied={copied}>
        <Icon name="copy" /> Copy
      </button>
    </div>
  )
}

interface ConfirmationProps {
  question: string
  /** Of the heading: 2 on a page that has one of its own. */
  level?: 1 | 2
  /** Where the form goes. */
  action: string
  /** What the button says; without it nothing can be confirmed. */
  verb: string | null
  /** Where Cancel leads. */
  back: string
  error?: ApiError | null
  /** Beside the CSRF token. */
  fields?: Child
  /** What will happen. */
  children: Child
}

/** Asks before something is taken away: a page of its own, which main.js shows as a dialog. Enter cancels. */
export function Confirmation({ question, level = 1, action, verb, back, error = null, fields, children }: ConfirmationProps) {
  return (
    <section class="card" data-dialog-body>
      {level === 1 ? <h1>{question}</h1> : <h2>{question}</h2>}
      <Problem error={error} />
      <p>{children}</p>
      <form method="post" action={action} class="actions">
        <Hidden />
        {fields}
        {verb !== null && (
          <button class="button button-danger" type="submit">
            {verb}
          </button>
        )}
        <a class="button button-quiet" href={back} data-close autofocus>
          Cancel
        </a>
      </form>
    </section>
  )
}

interface ListProps {
  /** Names it for screen readers. */
  label: string
  /** What its rows are, in a word: `users`. */
  what: string
  /** Heads of the columns; after them comes one for the actions on each row, where there are any. */
  head: readonly string[]
  actions?: boolean
  rows: Child
  /** Below the rows. */
  children?: Child
}

/** A card of rows with actions on each, which scrolls by itself where the screen is narrow. */
export function List({ label, what, head, actions = true, rows, children }: ListProps) {
  return (
    <section class="card card-list" aria-label={label}>
      <div class="scroll" tabindex={0} role="region" aria-label={`List of ${what}`}>
        <table class="list">
          <thead>
            <tr>
              {head.map((title) => (
                <th scope="col">{title}</th>
              ))}
              {actions && (
                <th scope="col">
                  <span class="visually-hidden">Actions</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>{rows}</tbody>
        </table>
      </div>
      {children}
    </section>
  )
}

/** Another role for somebody, chosen from a list: sent at once where there is a script, by the button where there is none. */
export function RoleForm({ action, email, children }: PropsWithChildren<{ action: string; email: string }>) {
  return (
    <form method="post" action={action} class="actions" data-submit-on-change>
      <Hidden />
      <select name="role" aria-label={`Role of ${email}`}>
        {children}
      </select>
      <button class="button button-small" type="submit" data-without-script>
        Change
      </button>
    </form>
  )
}
