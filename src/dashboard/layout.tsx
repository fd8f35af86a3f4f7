/** The one layout: the document around every page, and the frame of top bar and drawer around those of a project. */
import type { Child } from 'hono/jsx'
import type { Table } from '../data/types/column'
import { Can, Hidden, Menu } from './controls'
import { Icon, Mark } from './icons'
import { usePage } from './page-info'

/** What main.js imports, loaded beside it and not after it. */
const MODULES = [
  'auth',
  'copy',
  'dialogs',
  'filter',
  'forms',
  'import',
  'import-upload',
  'looks',
  'menus',
  'moments',
  'retry',
  'tell',
  'times',
  'unsaved',
  'values',
  'zone',
]

interface DocumentProps {
  title: string
  /** plain: a card in the middle of nothing; app: with a top bar. */
  kind: 'plain' | 'app'
  children: Child
}

export function Document({ title, kind, children }: DocumentProps) {
  const { actor, csrf, notice } = usePage()
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        {/* With the header's no-referrer a browser would send `Origin: null` with our own forms. */}
        <meta name="referrer" content="same-origin" />
        <meta name="csrf" content={csrf} data-user={actor?.userId} />
        <title>{`${title} – Latchkey`}</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/dashboard.css" />
        {MODULES.map((name) => (
          <link rel="modulepreload" href={`/dashboard/${name}.js`} />
        ))}
        <script type="module" src="/dashboard/main.js" />
      </head>
      <body class={kind}>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        {children}
        <div id="toast" role="status" aria-live="polite">
          {kind === 'app' && notice !== null && <p class="toast">{notice}</p>}
        </div>
      </body>
    </html>
  )
}

/** A card in the middle: what people see before they are signed in. */
export function PlainPage({ title, lead, children }: { title: string; lead?: Child; children: Child }) {
  const { notice } = usePage()
  return (
    <Document title={title} kind="plain">
      <main id="main" class="entry">
        <p class="brand">
          <Mark /> Latchkey
        </p>
        <section class="card">
          <h1>{title}</h1>
          {lead !== undefined && <p class="lead">{lead}</p>}
          {notice !== null && <p class="note">{notice}</p>}
          {children}
        </section>
      </main>
    </Document>
  )
}

/** A page outside of projects. */
export function AppPage({ title, wide = false, children }: { title: string; wide?: boolean; children: Child }) {
  return (
    <Document title={title} kind="app">
      <header class="topbar">
        <Home />
        <span class="grow" />
        <AccountMenu />
      </header>
      <main id="main" class={wide ? 'content content-wide' : 'content'}>
        {children}
      </main>
    </Document>
  )
}

interface ProjectPageProps {
  title: string
  tables: readonly Table[]
  /** What the drawer shows as open: the id of a table, or a settings screen. */
  open: string | null
  /** fill: the content takes the whole height and scrolls inside, as a grid does. */
  fill?: boolean
  wide?: boolean
  children: Child
}

/** A page of a project: its tables in the drawer on the left, its menu at the right end of the top bar. */
export function ProjectPage({ title, tables, open, fill = false, wide = false, children }: ProjectPageProps) {
  const { project } = usePage()
  return (
    <Document title={title} kind="app">
      <header class="topbar">
        <button class="button button-icon only-narrow" type="button" popovertarget="drawer" aria-label="Tables and settings">
          <Icon name="menu" />
        </button>
        <Home />
        <span class="crumb-mark" aria-hidden="true">
          /
        </span>
        <a class="crumb" href={`/projects/${project?.id}`} title={project?.title}>
          {project?.title}
        </a>
        <span class="grow" />
        <AccountMenu />
        <ProjectMenu />
      </header>
      <Drawer tables={tables} open={open} />
      <main id="main" class={fill ? 'content-fill' : wide ? 'content content-wide' : 'content'} tabindex={-1}>
        {children}
      </main>
    </Document>
  )
}

function Home() {
  return (
    <a class="home" href="/projects">
      <Mark />
      <span class="home-name">Projects</span>
    </a>
  )
}

/** The rightmost button: what a program needs to reach this project. */
function ProjectMenu() {
  const { project } = usePage()
  if (project === null) return null
  const document = `/api/v1/db/meta/projects/${project.id}/swagger.json`
  return (
    <Menu id="project-menu" label="API" icon="code" button="button-accent">
      <button role="menuitem" type="button" data-copy-auth-token>
        <Icon name="key" /> Copy Auth Token
      </button>
      <a role="menuitem" href={`/api/v1/db/meta/projects/${project.id}/swagger`} data-swagger={document}>
        <Icon name="book" /> Swagger APIs Doc
      </a>
      <hr />
      <button role="menuitem" type="button" data-copy={project.id} data-copied="Project ID copied.">
        <Icon name="copy" /> Copy Project ID
      </button>
      <button
        role="menuitem"
        type="button"
        data-copy-url={`/api/v1/db/data/noco/${project.id}`}
        data-copied="API URL copied. After it comes the title of a table."
      >
        <Icon name="link" /> Copy API URL
      </button>
    </Menu>
  )
}

function AccountMenu() {
  const { actor } = usePage()
  if (actor === null) return null
  return (
    <Menu id="account-menu" label={actor.email} icon="person" button="button-quiet" short>
      <p class="menu-note">
        Signed in as <strong>{actor.email}</strong>
      </p>
      <a role="menuitem" href="/account">
        <Icon name="person" /> Account
      </a>
      {actor.roles.includes('super') && (
        <>
          <a role="menuitem" href="/admin/users">
            <Icon name="people" /> Users of this server
          </a>
          <a role="menuitem" href="/admin/audit">
            <Icon name="clock" /> Audit log
          </a>
        </>
      )}
      <a role="menuitem" href="/docs">
        <Icon name="book" /> API of this server
      </a>
      <hr />
      <form method="post" action="/session/sign-out">
        <Hidden />
        <button role="menuitem" type="submit">
          <Icon name="exit" /> Sign out
        </button>
      </form>
    </Menu>
  )
}

function Drawer({ tables, open }: { tables: readonly Table[]; open: string | null }) {
  const { project } = usePage()
  const base = `/projects/${project?.id}`
  const current = (name: string) => (open === name ? { 'aria-current': 'page' as const } : {})
  return (
    <nav id="drawer" class="drawer" popover="auto" aria-label="Project">
      <div class="drawer-head">
        <h2>Tables</h2>
        <Can permission="tableCreate">
          <a class="button button-quiet button-small" href={`${base}/tables/new`}>
            <Icon name="plus" /> Add Table
          </a>
        </Can>
      </div>
      <ul class="drawer-list">
        {tables.map((table) => (
          <li>
            <a href={`${base}/tables/${table.id}`} title={table.title} {...current(table.id)}>
              <Icon name="table" /> <span>{table.title}</span>
            </a>
          </li>
        ))}
        {tables.length === 0 && <li class="drawer-empty">No tables yet.</li>}
      </ul>
      <div class="drawer-foot">
        <a href={`${base}/settings`} {...current('settings')}>
          <Icon name="gear" /> <span>Team &amp; Settings</span>
        </a>
      </div>
    </nav>
  )
}
