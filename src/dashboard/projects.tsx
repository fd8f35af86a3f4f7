/** The list of projects, a new one, and the way into one. */
import type { Context } from 'hono'
import { needs, requireActor, requireProject } from '../control/access/guard'
import { param } from '../control/access/place'
import { auditSource } from '../control/audit/source'
import {
  type ListedProject,
  createProject,
  markProjectDeleted,
  pageOfProjects,
  searchProjects,
  updateProject,
} from '../control/projects/store'
import { MAX_TITLE, titleProblem } from '../control/projects/title'
import { projectScope } from '../data/catalog/scope'
import type { Table } from '../data/types/column'
import type { AppEnv } from '../http/app-env'
import { ApiError } from '../errors'
import { createRouter } from '../http/router'
import { Can, Confirmation, Empty, Field, Hidden, Time, may } from './controls'
import { readForm, textOf } from './form-guard'
import { Icon } from './icons'
import { AppPage, ProjectPage } from './layout'
import { attempt, go, readNotice, refusalOf, show } from './page'
import { usePage } from './page-info'
import { Pager, readOffset } from './pager'
import { SettingsTabs } from './settings-tabs'

/** From this many projects on, the list has a search. */
const MANY = 9

/** Projects of a page. */
const PAGE_SIZE = 60

const inProject = { project: param('projectId') }

export const projectRoutes = createRouter()

projectRoutes.get('/projects', needs('projectList').middleware, async (c) => {
  return show(c, <Projects page={await pageOf(c)} />)
})

async function pageOf(c: Context<AppEnv>): Promise<ProjectsPage> {
  const search = (c.req.query('q') ?? '').trim()
  const offset = readOffset(c)
  if (search === '') {
    const page = await pageOfProjects(c.env.DB, requireActor(c), { limit: PAGE_SIZE, offset })
    return { ...page, offset, search: page.total >= MANY ? '' : null }
  }
  const found = await searchProjects(c.env.DB, requireActor(c), search)
  return { projects: found.slice(offset, offset + PAGE_SIZE), total: found.length, offset, search }
}

projectRoutes.get('/projects/new', needs('projectCreate').middleware, (c) => show(c, <NewProject />))

projectRoutes.post('/projects/new', needs('projectCreate').middleware, async (c) => {
  const title = textOf(await readForm(c), 'title')
  const project = await attempt(async () => {
    requireTitle(title)
    const form = { title, description: null, color: null, meta: null, ownerId: requireActor(c).userId }
    return createProject(c.env.DB, form, await auditSource(c))
  })
  if (project instanceof ApiError) return show(c, <NewProject title={title} error={project} />, 400)
  return go(c, `/projects/${project.id}`, 'project-created')
})

/** The first table, where there is one: people come for their rows. */
projectRoutes.get('/projects/:projectId', needs('tableList', inProject).middleware, async (c) => {
  const { catalog, project } = await projectScope(c)
  const [first] = catalog.tables
  if (first !== undefined) return go(c, `/projects/${project.id}/tables/${first.id}`, readNotice(c))
  return show(c, <EmptyProject />)
})

projectRoutes.get('/projects/:projectId/settings', needs('projectGet', inProject).middleware, (c) => {
  const first = may(c.var, 'apiTokenList') ? 'api-tokens' : 'project'
  return go(c, `/projects/${requireProject(c).id}/settings/${first}`)
})

projectRoutes.get('/projects/:projectId/settings/project', needs('projectGet', inProject).middleware, async (c) => {
  const { catalog, project } = await projectScope(c)
  return show(c, <ProjectSettings tables={catalog.tables} title={project.title} />)
})

projectRoutes.post('/projects/:projectId/settings/project', needs('projectUpdate', inProject).middleware, async (c) => {
  const title = textOf(await readForm(c), 'title')
  const { catalog, project } = await projectScope(c)
  const refused = await refusalOf(async () => {
    requireTitle(title)
    await updateProject(c.env.DB, project.id, { title }, await auditSource(c))
  })
  if (refused !== null) return show(c, <ProjectSettings tables={catalog.tables} title={title} error={refused} />, 400)
  return go(c, `/projects/${project.id}/settings/project`, 'project-renamed')
})

projectRoutes.get('/projects/:projectId/delete', needs('projectDelete', inProject).middleware, async (c) => {
  const { catalog } = await projectScope(c)
  return show(c, <DeleteProject tables={catalog.tables} />)
})

projectRoutes.post('/projects/:projectId/delete', needs('projectDelete', inProject).middleware, async (c) => {
  await markProjectDeleted(c.env.DB, requireProject(c).id, await auditSource(c))
  return go(c, '/projects', 'project-deleted')
})

function requireTitle(title: string): void {
  const problem = titleProblem(title)
  if (problem !== null) throw new ApiError('INVALID_REQUEST_BODY', `A title ${problem}.`)
}

interface ProjectsPage {
  projects: readonly ListedProject[]
  /** On this page and all others. */
  total: number
  offset: number
  /** What is looked for; null when there are too few projects to look among. */
  search: string | null
}

function Projects({ page: { projects, total, offset, search } }: { page: ProjectsPage }) {
  return (
    <AppPage title="Projects" wide>
      <div class="page-head">
        <h1>Projects</h1>
        {search !== null && (
          <form method="get" action="/projects" role="search">
            <input type="search" name="q" value={search} placeholder="Search projects" aria-label="Search projects" />
          </form>
        )}
        <Can permission="projectCreate">
          <a class="button button-primary" href="/projects/new" data-dialog>
            <Icon name="plus" /> New Project
          </a>
        </Can>
      </div>
      {projects.length > 0 && (
        <ul class="project-list">
          {projects.map((project) => (
            <li>
              <a class="project-card" href={`/projects/${project.id}`}>
                <strong>{project.title}</strong>
                <span class="muted">
                  Created <Time at={project.created_at} />
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
      <Pager base="/projects" query={[['q', search ?? '']]} total={total} offset={offset} size={PAGE_SIZE} what="projects" />
      {total === 0 && <NoProjects search={search ?? ''} />}
    </AppPage>
  )
}

function NoProjects({ search }: { search: string }) {
  const page = usePage()
  if (search !== '') {
    return (
      <Empty title="No project of that name">
        <p>Nothing matches “{search}”.</p>
        <a class="button" href="/projects">
          Show all projects
        </a>
      </Empty>
    )
  }
  if (!may(page, 'projectCreate')) {
    return (
      <Empty title="No projects yet">
        <p>You may not make projects on this server. When someone adds you to one of theirs, it appears here.</p>
      </Empty>
    )
  }
  return (
    <Empty title="Make your first project">
      <p>A project holds tables. Each table gets an API of its own, described on a Swagger page, the moment you make it.</p>
      <a class="button button-primary" href="/projects/new" data-dialog>
        <Icon name="plus" /> New Project
      </a>
    </Empty>
  )
}

function NewProject({ title = '', error = null }: { title?: string; error?: ApiError | null }) {
  return (
    <AppPage title="New Project">
      <section class="card" data-dialog-body>
        <h1>New Project</h1>
        <form method="post" action="/projects/new" class="stack">
          <Hidden />
          <Field
            label="Title"
            name="title"
            value={title}
            maxlength={MAX_TITLE}
            error={error?.message ?? null}
            placeholder="Shop"
            required
            autofocus
          />
          <div class="actions">
            <button class="button button-primary" type="submit">
              Create project
            </button>
            <a class="button button-quiet" href="/projects" data-close>
              Cancel
            </a>
          </div>
        </form>
      </section>
    </AppPage>
  )
}

function EmptyProject() {
  const { project } = usePage()
  return (
    <ProjectPage title={project?.title ?? ''} tables={[]} open={null}>
      <h1>{project?.title}</h1>
      <Empty title="No tables yet">
        <Can permission="tableCreate">
          <p>A table has columns with types, and rows. Begin with an empty one, or bring a CSV file.</p>
          <div class="actions">
            <a class="button button-primary" href={`/projects/${project?.id}/tables/new`}>
              <Icon name="plus" /> Add Table
            </a>
            <a class="button" href={`/projects/${project?.id}/import`}>
              <Icon name="upload" /> Import a CSV file
            </a>
          </div>
        </Can>
        {!may(usePage(), 'tableCreate') && <p>An owner or creator of the project can add the first one.</p>}
      </Empty>
    </ProjectPage>
  )
}

function ProjectSettings({ tables, title, error = null }: { tables: readonly Table[]; title: string; error?: ApiError | null }) {
  const { project } = usePage()
  return (
    <ProjectPage title="Project" tables={tables} open="settings">
      <SettingsTabs open="project" />
      <section class="card">
        <h2>About this project</h2>
        <dl class="facts">
          <dt>Project ID</dt>
          <dd class="mono">{project?.id}</dd>
          <dt>Your role</dt>
          <dd>{project?.role}</dd>
          <dt>Tables</dt>
          <dd>{tables.length}</dd>
        </dl>
        <Can permission="projectUpdate">
          <form method="post" action={`/projects/${project?.id}/settings/project`} class="stack">
            <Hidden />
            <Field label="Title" name="title" value={title} maxlength={MAX_TITLE} error={error?.message ?? null} required />
            <div class="actions">
              <button class="button" type="submit">
                Rename
              </button>
            </div>
          </form>
        </Can>
      </section>
      <Can permission="projectDelete">
        <section class="card card-danger">
          <div class="danger-zone">
            <div>
              <h2>Delete this project</h2>
              <p class="muted">Its tables and rows go with it. This cannot be undone.</p>
            </div>
            <a class="button text-danger" href={`/projects/${project?.id}/delete`} data-dialog>
              <Icon name="trash" /> Delete…
            </a>
          </div>
        </section>
      </Can>
    </ProjectPage>
  )
}

function DeleteProject({ tables }: { tables: readonly Table[] }) {
  const { project } = usePage()
  return (
    <ProjectPage title="Delete project" tables={tables} open="settings">
      <Confirmation
        question={`Delete “${project?.title}”?`}
        action={`/projects/${project?.id}/delete`}
        verb="Delete project"
        back={`/projects/${project?.id}/settings/project`}
      >
        {tables.length === 0
          ? 'It has no tables.'
          : `Its ${tables.length} ${tables.length === 1 ? 'table' : 'tables'} and all their rows are deleted with it.`}{' '}
        Every program that reads or writes them is refused from this moment on. This cannot be undone.
      </Confirmation>
    </ProjectPage>
  )
}
