/** API Tokens Management: the list, a new token shown once with snippets, and deleting one. Below a project, and for oneself. */
import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { needs, requireActor } from '../control/access/guard'
import { type Place, param } from '../control/access/place'
import { auditSource } from '../control/audit/source'
import { type ApiToken, findApiToken, pageOfApiTokens } from '../control/api-tokens/store'
import { MAX_DESCRIPTION, generateApiToken, revokeApiToken } from '../control/api-tokens/api-token'
import type { Table } from '../data/types/column'
import { projectScope } from '../data/catalog/scope'
import type { AppEnv } from '../http/app-env'
import { ApiError } from '../errors'
import { createRouter } from '../http/router'
import { Confirmation, Copyable, Empty, Field, Hidden, List, Time } from './controls'
import { readForm, textOf } from './form-guard'
import { Icon } from './icons'
import { AppPage, ProjectPage } from './layout'
import { originOf } from '../http/origin'
import { attempt, go, refusalOf, show } from './page'
import { usePage } from './page-info'
import { Pager, readOffset } from './pager'
import { SettingsTabs } from './settings-tabs'
import { Snippets, TOOLS } from './snippets'

/** Tokens of a page. */
const PAGE_SIZE = 50

interface FreshToken {
  name: string
  token: string
  origin: string
}

interface Screen {
  /** Path of the list. */
  base: string
  tokens: readonly ApiToken[]
  /** On this page and all others. */
  total: number
  offset: number
  tables: readonly Table[]
}

function routesAt(path: '/projects/:projectId/settings/api-tokens' | '/account/api-tokens', ...place: [] | [Place]) {
  const router = createRouter()

  router.get(path, needs('apiTokenList', ...place).middleware, async (c) => {
    return show(c, <Tokens screen={await screenOf(c)} adding={c.req.query('add') === '1'} />)
  })

  router.post(path, needs('apiTokenCreate', ...place).middleware, async (c) => {
    const name = textOf(await readForm(c), 'name')
    // Read before the token is made, which nobody could see again if the page failed.
    const before = await screenOf(c)
    const made = await attempt(async () => {
      const description = requireName(name)
      return generateApiToken(c.env.DB, { userId: requireActor(c).userId, description }, await auditSource(c))
    })
    const screen = await screenOf(c).catch(() => before)
    if (made instanceof ApiError) return show(c, <Tokens screen={screen} adding name={name} error={made} />, 400)
    return show(c, <Tokens screen={screen} fresh={{ name, token: made.token, origin: originOf(c) }} />)
  })

  router.get(`${path}/:id/delete`, needs('apiTokenDelete', ...place).middleware, async (c) => {
    const screen = await screenOf(c)
    const token = await findApiToken(c.env.DB, requireActor(c).userId, c.req.param('id'))
    return token === null ? go(c, screen.base) : show(c, <DeleteToken screen={screen} token={token} />)
  })

  router.post(`${path}/:id/delete`, needs('apiTokenDelete', ...place).middleware, async (c) => {
    const refused = await refusalOf(async () =>
      revokeApiToken(c.env.DB, { key: c.req.param('id'), actor: requireActor(c) }, await auditSource(c)),
    )
    if (refused !== null && refused.code !== 'TOKEN_NOT_FOUND') throw refused
    return go(c, baseOf(c), 'token-deleted')
  })

  return router
}

export const projectTokenRoutes = routesAt('/projects/:projectId/settings/api-tokens', { project: param('projectId') })
export const ownTokenRoutes = routesAt('/account/api-tokens')

function baseOf(c: Context<AppEnv>): string {
  const { project } = c.var
  return project === null ? '/account/api-tokens' : `/projects/${project.id}/settings/api-tokens`
}

async function screenOf(c: Context<AppEnv>): Promise<Screen> {
  const offset = readOffset(c)
  const [{ tokens, total }, tables] = await Promise.all([
    pageOfApiTokens(c.env.DB, requireActor(c).userId, { limit: PAGE_SIZE, offset }),
    c.get('project') === null ? [] : projectScope(c).then(({ catalog }) => catalog.tables),
  ])
  return { base: baseOf(c), tokens, total, offset, tables }
}

function requireName(name: string): string {
  if (name === '') throw new ApiError('INVALID_REQUEST_BODY', 'Give the token a name, so that you know it again.')
  if (name.length > MAX_DESCRIPTION)
    throw new ApiError('INVALID_REQUEST_BODY', `A name has at most ${MAX_DESCRIPTION} characters.`)
  return name
}

function Frame({ screen, title, children }: { screen: Screen; title: string; children: Child }) {
  const { project } = usePage()
  if (project === null) {
    return (
      <AppPage title={title}>
        <div class="page-head">
          <h1>Your API Tokens</h1>
          <a class="button button-quiet" href="/account">
            <Icon name="left" /> Account
          </a>
        </div>
        {children}
      </AppPage>
    )
  }
  return (
    <ProjectPage title={title} tables={screen.tables} open="settings">
      <SettingsTabs open="api-tokens" />
      {children}
    </ProjectPage>
  )
}

interface TokensProps {
  screen: Screen
  adding?: boolean
  name?: string
  error?: ApiError | null
  fresh?: FreshToken | null
}

function Tokens({ screen, adding = false, name = '', error = null, fresh = null }: TokensProps) {
  return (
    <Frame screen={screen} title="API Tokens Management">
      <div class="page-head">
        <p class="muted">A token acts as you, in all of your projects, until you delete it.</p>
        {!adding && (
          <a class="button button-primary" href={`${screen.base}?add=1`}>
            <Icon name="plus" /> Add New Token
          </a>
        )}
      </div>
      {fresh !== null && <Fresh fresh={fresh} table={screen.tables[0]} />}
      {adding && <NewToken base={screen.base} name={name} error={error} />}
      {screen.total === 0 && !adding && (
        <Empty title="No API tokens yet">
          <p>A program sends one in the header xc-token. Make one for each program, so that you can take each away alone.</p>
          <a class="button button-primary" href={`${screen.base}?add=1`}>
            <Icon name="plus" /> Add New Token
          </a>
        </Empty>
      )}
      {screen.tokens.length > 0 && <TokenList screen={screen} />}
      <Pager base={screen.base} query={[]} total={screen.total} offset={screen.offset} size={PAGE_SIZE} what="tokens" />
    </Frame>
  )
}

function NewToken({ base, name, error }: { base: string; name: string; error: ApiError | null }) {
  return (
    <section class="card">
      <form method="post" action={base} class="stack">
        <Hidden />
        <Field
          label="Name"
          name="name"
          value={name}
          maxlength={MAX_DESCRIPTION}
          placeholder="nightly export"
          hint="A name by which you know it again: the program that will use it."
          error={error?.message ?? null}
          autocomplete="off"
          required
          autofocus
        />
        <div class="actions">
          <button class="button button-primary" type="submit">
            Generate
          </button>
          <a class="button button-quiet" href={base}>
            Cancel
          </a>
        </div>
      </form>
    </section>
  )
}

/** The one time that the token is seen. */
function Fresh({ fresh, table }: { fresh: FreshToken; table: Table | undefined }) {
  const { project } = usePage()
  const target = {
    origin: fresh.origin,
    projectId: project?.id ?? 'PROJECT_ID',
    table: table ?? null,
    token: fresh.token,
    query: [['limit', '25']] as const,
  }
  return (
    <section class="card fresh" data-answers-form aria-labelledby="fresh-title">
      <h2 id="fresh-title">“{fresh.name}” is ready</h2>
      <p>Copy it now: it is shown this once, and only a hash of it is kept.</p>
      <Copyable text={fresh.token} label="The new API Token" copied="API Token copied." />
      <h3>Use it</h3>
      <Snippets target={target} tools={TOOLS} />
    </section>
  )
}

/** What lists of tokens say of one, below the heads Name, Token, Created and Last used. */
export function TokenCells({ token }: { token: ApiToken }) {
  return (
    <>
      <td>{token.description ?? <span class="muted">(no name)</span>}</td>
      <td class="mono">{token.hint}</td>
      <td data-label="Created">
        <Time at={token.created_at} />
      </td>
      <td data-label="Last used">
        {token.last_used_at === null ? <span class="muted">Never</span> : <Time at={token.last_used_at} />}
      </td>
    </>
  )
}

function TokenList({ screen }: { screen: Screen }) {
  return (
    <List
      label="Your API Tokens"
      what="tokens"
      head={['Name', 'Token', 'Created', 'Last used']}
      rows={screen.tokens.map((token) => (
        <tr>
          <TokenCells token={token} />
          <td class="end">
            <a class="button button-quiet button-small text-danger" href={`${screen.base}/${token.id}/delete`} data-dialog>
              <Icon name="trash" /> Delete<span class="visually-hidden"> {token.description}</span>
            </a>
          </td>
        </tr>
      ))}
    />
  )
}

function DeleteToken({ screen, token }: { screen: Screen; token: ApiToken }) {
  return (
    <Frame screen={screen} title="Delete token">
      <Confirmation
        level={2}
        question={`Delete “${token.description ?? token.hint}”?`}
        action={`${screen.base}/${token.id}/delete`}
        verb="Delete token"
        back={screen.base}
      >
        Every program that sends <span class="mono">{token.hint}</span> stops working at its next request.{' '}
        {token.last_used_at === null ? (
          'It has not been used so far.'
        ) : (
          <>
            It was last used <Time at={token.last_used_at} />.
          </>
        )}
      </Confirmation>
    </Frame>
  )
}
