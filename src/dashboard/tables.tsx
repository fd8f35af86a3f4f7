/** Making, renaming and deleting tables. */
import { needs } from '../control/access/guard'
import { param } from '../control/access/place'
import { auditSource } from '../control/audit/source'
import { requireType } from '../data/catalog/column-rules'
import type { ColumnSpec } from '../data/catalog/column-spec'
import { changeTable, createTable, removeTable } from '../data/catalog/tables'
import { type Table, MAX_NAME } from '../data/types/column'
import { projectScope, tableScope } from '../data/catalog/scope'
import { ApiError } from '../errors'
import { createRouter } from '../http/router'
import { TypeOptions, hasOptions, readOptions } from './column-fields'
import { Confirmation, Field, Hidden, Problem } from './controls'
import { readForm, textOf } from './form-guard'
import { Icon } from './icons'
import { ProjectPage } from './layout'
import { attempt, go, refusalOf, show } from './page'
import { usePage } from './page-info'

/** One column of the form for a new table, as it was typed. */
interface TypedColumn {
  title: string
  type: string
  options: string
}

const BLANK: TypedColumn = { title: '', type: 'SingleLineText', options: '' }
/** Columns the form offers without a script; a script adds more. */
const OFFERED = 3

const inProject = { project: param('projectId') }

export const tableRoutes = createRouter()

tableRoutes.get('/projects/:projectId/tables/new', needs('tableCreate', inProject).middleware, async (c) => {
  const { catalog } = await projectScope(c)
  return show(c, <NewTable tables={catalog.tables} columns={[{ ...BLANK, title: 'Title' }, BLANK, BLANK]} />)
})

tableRoutes.post('/projects/:projectId/tables/new', needs('tableCreate', inProject).middleware, async (c) => {
  const form = await readForm(c)
  const title = textOf(form, 'title')
  const typed = readColumns(form)
  const { catalog, project, databases } = await projectScope(c)
  const table = await attempt(async () => {
    if (title === '') throw new ApiError('INVALID_TABLE', 'Give the table a title.')
    const columns = typed.filter((column) => column.title !== '').map(toSpec)
    return createTable({ databases, project, source: await auditSource(c) }, catalog, { title, columns })
  })
  if (table instanceof ApiError) {
    return show(c, <NewTable tables={catalog.tables} title={title} columns={padded(typed)} error={table} />, 400)
  }
  return go(c, `/projects/${project.id}/tables/${table.id}`, 'table-created')
})

tableRoutes.get('/projects/:projectId/tables/:tableId/settings', needs('tableUpdate', inProject).middleware, async (c) => {
  const { catalog, table } = await tableScope(c, c.req.param('tableId'))
  return show(c, <TableSettings tables={catalog.tables} table={table} title={table.title} />)
})

tableRoutes.post('/projects/:projectId/tables/:tableId/settings', needs('tableUpdate', inProject).middleware, async (c) => {
  const title = textOf(await readForm(c), 'title')
  const { catalog, project, databases, table } = await tableScope(c, c.req.param('tableId'))
  const refused = await refusalOf(async () => {
    if (title === '') throw new ApiError('INVALID_TABLE', 'Give the table a title.')
    await changeTable({ databases, project, source: await auditSource(c) }, { catalog, table }, { title })
  })
  if (refused !== null) return show(c, <TableSettings tables={catalog.tables} table={table} title={title} error={refused} />, 400)
  return go(c, `/projects/${project.id}/tables/${table.id}`, 'table-renamed')
})

tableRoutes.get('/projects/:projectId/tables/:tableId/delete', needs('tableDelete', inProject).middleware, async (c) => {
  const { catalog, table } = await tableScope(c, c.req.param('tableId'))
  return show(c, <DeleteTable tables={catalog.tables} table={table} />)
})

tableRoutes.post('/projects/:projectId/tables/:tableId/delete', needs('tableDelete', inProject).middleware, async (c) => {
  const { databases, project, table } = await tableScope(c, c.req.param('tableId'))
  await removeTable({ databases, project, source: await auditSource(c) }, table)
  return go(c, `/projects/${project.id}`, 'table-deleted')
})

function readColumns(form: FormData): TypedColumn[] {
  const all = (name: string) => form.getAll(name).map((value) => (typeof value === 'string' ? value : ''))
  const [titles, types, options] = [all('column'), all('type'), all('options')]
  return titles.map((title, index) => ({ title: title.trim(), type: types[index] ?? BLANK.type, options: options[index] ?? '' }))
}

function padded(columns: readonly TypedColumn[]): TypedColumn[] {
  return [...columns, ...Array.from({ length: Math.max(0, OFFERED - columns.length) }, () => BLANK)]
}

function toSpec({ title, type: name, options }: TypedColumn): ColumnSpec {
  const type = requireType(name, title)
  return hasOptions(type) ? { title, type, options: readOptions(options) } : { title, type }
}

interface NewTableProps {
  tables: readonly Table[]
  title?: string
  columns: readonly TypedColumn[]
  error?: ApiError | null
}

function NewTable({ tables, title = '', columns, error = null }: NewTableProps) {
  const { project } = usePage()
  const field = error?.details.field ?? null
  const isAboutTable = error?.code === 'INVALID_TABLE'
  return (
    <ProjectPage title="Add Table" tables={tables} open={null}>
      <div class="page-head">
        <h1>Add Table</h1>
        <a class="button" href={`/projects/${project?.id}/import`}>
          <Icon name="upload" /> Import a CSV file instead
        </a>
      </div>
      <section class="card">
        <Problem error={!isAboutTable && field === null ? error : null} />
        <form method="post" action={`/projects/${project?.id}/tables/new`} class="stack">
          <Hidden />
          <Field
            label="Title"
            name="title"
            value={title}
            maxlength={MAX_NAME}
            placeholder="Items"
            hint="Programs name the table by it, in paths."
            error={isAboutTable ? error.message : null}
            autocomplete="off"
            required
            autofocus
          />
          <fieldset class="stack">
            <legend class="label">Columns</legend>
            <p class="hint">
              Id, CreatedAt and UpdatedAt are added and kept by the server. Leave a title empty to leave the column out.
            </p>
            <div class="column-rows" data-column-rows>
              {columns.map((column) => (
                <ColumnRow column={column} error={field !== null && field === column.title ? (error?.message ?? null) : null} />
              ))}
            </div>
            <template data-column-template>
              <ColumnRow column={BLANK} error={null} />
            </template>
            <div class="actions">
              <button class="button button-small" type="button" data-add-column data-with-script>
                <Icon name="plus" /> Add column
              </button>
            </div>
          </fieldset>
          <div class="actions">
            <button class="button button-primary" type="submit">
              Create table
            </button>
            <a class="button button-quiet" href={`/projects/${project?.id}`}>
              Cancel
            </a>
          </div>
        </form>
      </section>
    </ProjectPage>
  )
}

function ColumnRow({ column, error }: { column: TypedColumn; error: string | null }) {
  return (
    <div class="column-row" data-column-row>
      <div class="field">
        <input
          type="text"
          name="column"
          value={column.title}
          maxlength={MAX_NAME}
          placeholder="Column title"
          aria-label="Column title"
          autocomplete="off"
          {...(error === null ? {} : { 'aria-invalid': 'true' as const })}
        />
        {error !== null && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
      </div>
      <select name="type" aria-label="Column type" data-column-type>
        <TypeOptions chosen={column.type} />
      </select>
      <button
        class="button button-quiet button-icon"
        type="button"
        aria-label="Remove this column"
        data-remove-column
        data-with-script
      >
        <Icon name="close" />
      </button>
      <div class="options" data-column-options data-for="SingleSelect MultiSelect">
        <textarea
          name="options"
          rows={3}
          placeholder="Options of a select, one a line"
          aria-label="Options of a select, one a line"
        >
          {column.options}
        </textarea>
      </div>
    </div>
  )
}

function TableSettings({
  tables,
  table,
  title,
  error = null,
}: {
  tables: readonly Table[]
  table: Table
  title: string
  error?: ApiError | null
}) {
  const { project } = usePage()
  const base = `/projects/${project?.id}/tables/${table.id}`
  return (
    <ProjectPage title="Table" tables={tables} open={table.id}>
      <section class="card" data-dialog-body>
        <h1>Table</h1>
        <form method="post" action={`${base}/settings`} class="stack">
          <Hidden />
          <Field
            label="Title"
            name="title"
            value={title}
            maxlength={MAX_NAME}
            error={error?.message ?? null}
            required
            autofocus
          />
          <dl class="facts">
            <dt>Table ID</dt>
            <dd class="mono">{table.id}</dd>
          </dl>
          <div class="actions">
            <button class="button button-primary" type="submit">
              Rename
            </button>
            <a class="button button-quiet" href={base} data-close>
              Cancel
            </a>
            <span class="grow" />
            <a class="button button-quiet text-danger" href={`${base}/delete`} data-dialog>
              <Icon name="trash" /> Delete table…
            </a>
          </div>
        </form>
      </section>
    </ProjectPage>
  )
}

function DeleteTable({ tables, table }: { tables: readonly Table[]; table: Table }) {
  const { project } = usePage()
  const base = `/projects/${project?.id}/tables/${table.id}`
  return (
    <ProjectPage title="Delete table" tables={tables} open={table.id}>
      <Confirmation question={`Delete “${table.title}”?`} action={`${base}/delete`} verb="Delete table" back={base}>
        All of its rows are deleted with it, and programs that call its API are refused from this moment on. This cannot be
        undone.
      </Confirmation>
    </ProjectPage>
  )
}
