/** The audit log: all of it for super admins, a project's for its owners; and whether it is as it was sealed. */
import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { needs, requireProject } from '../control/access/guard'
import { param } from '../control/access/place'
import type { StoredEvent } from '../control/audit/chain'
import { ACTIONS } from '../control/audit/events'
import { type Verification, verifyEvents } from '../control/audit/keep'
import { AuditQuery, cursorOf, filterOf, positionOf } from '../control/audit/routes'
import { type Head, listEvents } from '../control/audit/store'
import { projectScope } from '../data/catalog/scope'
import type { AppEnv } from '../http/app-env'
import { invalidInput, type ApiError } from '../errors'
import { createRouter } from '../http/router'
import { List, Problem, Time } from './controls'
import { Icon } from './icons'
import { AppPage, ProjectPage } from './layout'
import { show } from './page'
import { withQuery } from './pager'
import { SettingsTabs } from './settings-tabs'

/** Events of one page. */
const PAGE_SIZE = 50

export const auditRoutes = createRouter()
const PATH = '/admin/audit'
const PROJECT_PATH = '/projects/:projectId/settings/audit'
const inProject = { project: param('projectId') }

auditRoutes.get(PATH, needs('auditList').middleware, async (c) => {
  const { verify, ...query } = c.req.query()
  const screen = await screenOf(c, query, { base: PATH, project: null })
  const verification = verify === undefined ? null : await verifyEvents(c.env.DB, Number(verify) || null)
  return show(
    c,
    <AppPage title="Audit log" wide>
      <h1>Audit log</h1>
      <Log screen={screen}>
        <Check base={PATH} verification={verification} />
      </Log>
    </AppPage>,
    statusOf(screen),
  )
})

auditRoutes.get(PROJECT_PATH, needs('projectAuditList', inProject).middleware, async (c) => {
  const { catalog, project } = await projectScope(c)
  const screen = await screenOf(c, c.req.query(), {
    base: `/projects/${requireProject(c).id}/settings/audit`,
    project: project.id,
  })
  return show(
    c,
    <ProjectPage title="Audit log" tables={catalog.tables} open="settings" wide>
      <SettingsTabs open="audit" />
      <Log screen={screen} />
    </ProjectPage>,
    statusOf(screen),
  )
})

interface Screen {
  base: string
  /** The filter, as the address has it. */
  query: Readonly<Record<'action' | 'actor' | 'since' | 'before', string>>
  events: readonly StoredEvent[]
  isFirst: boolean
  hasMore: boolean
  head: Head | null
  error: ApiError | null
}

async function screenOf(
  c: Context<AppEnv>,
  asked: Readonly<Record<string, string>>,
  { base, project }: { base: string; project: string | null },
): Promise<Screen> {
  // A form sends the fields that are left empty too.
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== ''))
  const read = AuditQuery.safeParse(given)
  const { action = '', actor = '', since = '', before = '' } = given
  const query = { action, actor, since, before }
  const blank = { base, query, events: [], isFirst: true, hasMore: false, head: null }
  if (!read.success) {
    const issues = read.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
    return { ...blank, error: invalidInput(issues, 'parameter') }
  }
  const after = positionOf(read.data.cursor)
  const page = await listEvents(c.env.DB, filterOf(read.data, project), { limit: PAGE_SIZE, after })
  return { ...blank, ...page, isFirst: after === null, error: null }
}

function statusOf({ error }: Screen): 200 | 400 {
  return error === null ? 200 : 400
}

/** `children`: what stands below the seal, where there is one. */
function Log({ screen, children }: { screen: Screen; children?: Child }) {
  const { events, error } = screen
  return (
    <>
      <Seal head={screen.head}>{children}</Seal>
      <Filter screen={screen} />
      <Problem error={error} />
      <List
        label="Events"
        what="events"
        head={['When', 'What', 'Who', 'Address']}
        actions={false}
        rows={events.map((event) => (
          <EventRow event={event} />
        ))}
      >
        {events.length === 0 && error === null && <p class="drawer-empty">There are no events like that.</p>}
        <Pages screen={screen} />
      </List>
    </>
  )
}

/** Up to where nothing can have been changed unseen, and whether it was. */
function Seal({ head, children }: { head: Head | null; children?: Child }) {
  if (head === null) return null
  return (
    <section class="card" aria-label="Seal">
      <p>
        {head.at === null ? (
          'Nothing is sealed yet: that is done each hour, of the hours that are over.'
        ) : (
          <>
            Sealed up to event {head.id}, of <Time at={head.at} />. What came later is sealed when its hour is over.
          </>
        )}
      </p>
      <p class="muted">
        Gaps between the numbers of events are no loss: a sign-in is first counted as failed, and one that succeeds takes that
        event back.
      </p>
      {head.at !== null && children}
    </section>
  )
}

/** For super admins: the chain goes over the events of the whole server, and looking at them costs what there are. */
function Check({ base, verification }: { base: string; verification: Verification | null }) {
  if (verification !== null) return <Finding base={base} verification={verification} />
  return (
    <p>
      <a class="button" href={withQuery(base, [['verify', '0']])}>
        <Icon name="check" /> Check the seal
      </a>
    </p>
  )
}

function Finding({ base, verification: { checked, broken, last, hasMore } }: { base: string; verification: Verification }) {
  if (broken !== null) {
    return (
      <Problem error={`Event ${broken} is not as it was sealed, or one before it is missing. Up to ${last.id} all is well.`} />
    )
  }
  return (
    <p role="status">
      {checked.toLocaleString('en')} events were checked: none was changed, moved or taken out.{' '}
      {hasMore && <a href={withQuery(base, [['verify', String(last.id)]])}>Check the next, after event {last.id}</a>}
    </p>
  )
}

function Filter({ screen: { base, query } }: { screen: Screen }) {
  return (
    <form method="get" action={base} role="search" class="event-filter">
      <select name="action" aria-label="What was done">
        <option value="">Anything</option>
        {Object.entries(ACTIONS).map(([action, words]) => (
          <option value={action} selected={action === query.action}>
            {words}
          </option>
        ))}
      </select>
      <input type="search" name="actor" value={query.actor} placeholder="By e-mail or id" aria-label="By e-mail or id" />
      <label>
        From <input type="date" name="since" value={query.since} />
      </label>
      <label>
        Before <input type="date" name="before" value={query.before} />
      </label>
      <button class="button" type="submit">
        <Icon name="filter" /> Show
      </button>
    </form>
  )
}

function Pages({ screen: { base, query, events, isFirst, hasMore } }: { screen: Screen }) {
  const last = events.at(-1)
  if (isFirst && !hasMore) return null
  const at = (cursor: string) => withQuery(base, [...Object.entries(query), ['cursor', cursor]])
  return (
    <nav class="actions pager" aria-label="Pages">
      {!isFirst && <a href={at('')}>Newest</a>}
      {hasMore && last !== undefined && (
        <a href={at(cursorOf(last))} rel="next">
          Older
        </a>
      )}
    </nav>
  )
}

/** Of an action that is no more, its name has to do. */
const WORDS: Readonly<Record<string, string>> = ACTIONS

function EventRow({ event }: { event: StoredEvent }) {
  const { at, action, count, target, actor_email: who, address } = event
  return (
    <tr>
      <td>
        <Time at={at} />
      </td>
      <td>
        <details>
          <summary>
            {WORDS[action] ?? action}
            {target !== null && <>: {target}</>} {count > 1 && <span class="tag">{count} times</span>}
          </summary>
          <Facts event={event} />
        </details>
      </td>
      <td class="event-who">{who ?? <span class="muted">unknown</span>}</td>
      <td class="event-from">{address}</td>
    </tr>
  )
}

const VIA: Record<string, string> = { auth_token: 'Auth Token of session', api_token: 'API Token', session: 'Session' }

function Facts({ event }: { event: StoredEvent }) {
  const { id, via, credential, request_id: request, target_id: target, actor_id: actor, project_id: project, hash } = event
  const details = JSON.parse(event.details) as Record<string, string | number | null>
  const facts: (readonly [name: string, value: Child])[] = [
    ...Object.entries(details).map(([name, value]) => [name.replaceAll('_', ' '), String(value ?? 'none')] as const),
    ['by', via === null ? null : `${VIA[via] ?? via} ${credential}`],
    ['user', actor],
    ['target', target],
    ['project', project],
    ['request', request],
    ['event', id],
    ['seal', hash],
  ]
  return (
    <dl class="facts">
      {facts.map(([name, value]) =>
        value === null ? null : (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ),
      )}
    </dl>
  )
}
