/** Adding, changing and removing a column. */
import { needs } from '../control/access/guard'
import { param } from '../control/access/place'
import { auditSource } from '../control/audit/source'
import type { ColumnPatch } from '../data/catalog/column-change'
import { requireType } from '../data/catalog/column-rules'
import type { ColumnSpec } from '../data/catalog/column-spec'
import { addColumn, changeColumn, removeColumn } from '../data/catalog/columns'
import { getColumn } from '../data/catalog/catalog'
import { MAX_NAME } from '../data/types/column'
import type { Column, Table } from '../data/types/column'
import { type Scope, tableScope } from '../data/catalog/scope'
import { ApiError, issuesOf } from '../errors'
import { createRouter } from '../http/router'
import { hasOptions } from '../data/catalog/select-options'
import { TypeOptions, readOptions } from './column-fields'
import { Confirmation, Field, FieldFrame, Hidden, Problem, describe } from './controls'
import { rawTextOf, readForm, textOf } from './form-guard'
import { Icon } from './icons'
import { ProjectPage } from './layout'
import { go, refusalOf, show } from './page'
import { usePage } from './page-info'

/** A column as it was typed, or as it is. */
interface TypedColumn {
  title: string
  type: string
  options: string
  default: string
  required: boolean
  unique: boolean
}

const BLANK: TypedColumn = { title: '', type: 'SingleLineText', options: '', default: '', required: false, unique: false }

export const columnRoutes = createRouter()
const PATH = '/projects/:projectId/tables/:tableId'
const inProject = { project: param('projectId') }

columnRoutes.get(`${PATH}/new-column`, needs('columnAdd', inProject).middleware, async (c) => {
  const scope = await tableScope(c, c.req.param('tableId'))
  return show(c, <ColumnForm scope={scope} column={null} typed={BLANK} />)
})

columnRoutes.post(`${PATH}/new-column`, needs('columnAdd', inProject).middleware, async (c) => {
  const typed = readColumn(await readForm(c))
  const scope = await tableScope(c, c.req.param('tableId'))
  const refused = await refusalOf(async () => {
    refuseNoTitle(typed)
    await addColumn({ ...scope, source: await auditSource(c) }, scope.table, toSpec(typed))
  })
  if (refused !== null) return show(c, <ColumnForm scope={scope} column={null} typed={typed} error={refused} />, 400)
  return go(c, `/projects/${scope.project.id}/tables/${scope.table.id}`, 'column-added')
})

columnRoutes.get(`${PATH}/columns/:columnId`, needs('columnUpdate', inProject).middleware, async (c) => {
  const scope = await tableScope(c, c.req.param('tableId'))
  const { column } = getColumn(scope.catalog, c.req.param('columnId'))
  return show(c, <ColumnForm scope={scope} column={column} typed={typedFrom(column)} />)
})

columnRoutes.post(`${PATH}/columns/:columnId`, needs('columnUpdate', inProject).middleware, async (c) => {
  const typed = readColumn(await readForm(c))
  const scope = await tableScope(c, c.req.param('tableId'))
  const { column } = getColumn(scope.catalog, c.req.param('columnId'))
  const refused = await refusalOf(async () => {
    refuseNoTitle(typed)
    const change = { patch: toPatch(typed, column) }
    await changeColumn({ ...scope, source: await auditSource(c) }, { table: scope.table, column }, change)
  })
  if (refused !== null) return show(c, <ColumnForm scope={scope} column={column} typed={typed} error={refused} />, 400)
  return go(c, `/projects/${scope.project.id}/tables/${scope.table.id}`, 'column-changed')
})

columnRoutes.get(`${PATH}/columns/:columnId/delete`, needs('columnDelete', inProject).middleware, async (c) => {
  const scope = await tableScope(c, c.req.param('tableId'))
  const { column } = getColumn(scope.catalog, c.req.param('columnId'))
  return show(c, <DeleteColumn scope={scope} column={column} />)
})

columnRoutes.post(`${PATH}/columns/:columnId/delete`, needs('columnDelete', inProject).middleware, async (c) => {
  const scope = await tableScope(c, c.req.param('tableId'))
  const { column } = getColumn(scope.catalog, c.req.param('columnId'))
  const site = { ...scope, source: await auditSource(c) }
  const refused = await refusalOf(() => removeColumn(site, scope.table, column))
  if (refused !== null) return show(c, <DeleteColumn scope={scope} column={column} error={refused} />, 400)
  return go(c, `/projects/${scope.project.id}/tables/${scope.table.id}`, 'column-deleted')
})

function readColumn(form: FormData): TypedColumn {
  return {
    title: textOf(form, 'title'),
    type: textOf(form, 'type'),
    options: rawTextOf(form, 'options'),
    default: textOf(form, 'default'),
    required: form.has('required'),
    unique: form.has('unique'),
  }
}

function typedFrom(column: Column): TypedColumn {
  const { title, type, required, unique } = column
  return {
    title,
    type,
    required,
    unique,
    options: column.options.map((option) => option.title).join('\n'),
    default: column.defaultValue ?? '',
  }
}

/** What the form asks for; where a column is changed, what the form does not show stays as it is. */
/** What a column is to be, as it was typed. */
function toSpec({ title, type: name, required, unique, default: given, options }: TypedColumn, column?: Column): ColumnSpec {
  const type = requireType(name, title)
  const defaultValue = given === '' ? null : given
  const spec = { title, type, required, unique, defaultValue }
  return hasOptions(type) ? { ...spec, options: readOptions(options, column?.options) } : spec
}

/** Of a column that somebody else fills only the title is people's. */
function toPatch(typed: TypedColumn, column: Column): ColumnPatch {
  return column.primaryKey || column.auto !== null ? { title: typed.title } : toSpec(typed, column)
}

function refuseNoTitle({ title }: TypedColumn): void {
  if (title === '') throw new ApiError('INVALID_COLUMN', 'Give the column a title.', { details: { field: '' } })
}

interface ColumnFormProps {
  scope: Scope & { table: Table }
  /** The column to change; null for a new one. */
  column: Column | null
  typed: TypedColumn
  error?: ApiError | null
}

function ColumnForm({ scope, column, typed, error = null }: ColumnFormProps) {
  const { project } = usePage()
  const table = `/projects/${project?.id}/tables/${scope.table.id}`
  const action = column === null ? `${table}/new-column` : `${table}/columns/${column.id}`
  const isFixed = column !== null && (column.primaryKey || column.auto !== null)
  const isAboutTitle = error !== null && /title|alias|name/i.test(error.message) && error.code === 'INVALID_COLUMN'
  const rows = issuesOf(error)
  return (
    <ProjectPage title={column === null ? 'Add column' : 'Change column'} tables={scope.catalog.tables} open={scope.table.id}>
      <section class="card" data-dialog-body>
        <h1>{column === null ? 'Add column' : `Column “${column.title}”`}</h1>
        <Problem error={isAboutTitle ? null : error} />
        {rows.length > 0 && (
          <ul class="line-errors error">
            {rows.map(({ path, message }) => (
              <li>
                Row {path}: {message}
              </li>
            ))}
          </ul>
        )}
        <form method="post" action={action} class="stack">
          <Hidden />
          <Field
            label="Title"
            name="title"
            value={typed.title}
            maxlength={MAX_NAME}
            autocomplete="off"
            error={isAboutTitle ? error.message : null}
            required
            autofocus
          />
          {isFixed ? (
            <p class="hint">The server keeps this column; only its title can be changed.</p>
          ) : (
            <ColumnDetails typed={typed} isNew={column === null} />
          )}
          <div class="actions">
            <button class="button button-primary" type="submit">
              {column === null ? 'Add column' : 'Save'}
            </button>
            <a class="button button-quiet" href={table} data-close>
              Cancel
            </a>
            <span class="grow" />
            {column !== null && !column.primaryKey && (
              <a class="button button-quiet text-danger" href={`${action}/delete`} data-dialog>
                <Icon name="trash" /> Delete column…
              </a>
            )}
          </div>
        </form>
      </section>
    </ProjectPage>
  )
}

function ColumnDetails({ typed, isNew }: { typed: TypedColumn; isNew: boolean }) {
  const hint = isNew ? undefined : 'Another type converts every value, or none: then it says which rows do not fit.'
  return (
    <div class="stack" data-column-row>
      <FieldFrame label="Type" name="type" hint={hint} error={null}>
        <select id="type" name="type" data-column-type {...describe('type', hint, null)}>
          <TypeOptions chosen={typed.type} />
        </select>
      </FieldFrame>
      <div data-column-options data-for="SingleSelect MultiSelect">
        <FieldFrame label="Options of a select, one a line" name="options" error={null}>
          <textarea id="options" name="options" rows={4}>
            {typed.options}
          </textarea>
        </FieldFrame>
      </div>
      <Field label="Default value" name="default" value={typed.default} autocomplete="off" />
      <label class="check">
        <input type="checkbox" name="required" checked={typed.required} /> Required
      </label>
      <label class="check">
        <input type="checkbox" name="unique" checked={typed.unique} /> Unique: no two rows have the same value
      </label>
    </div>
  )
}

function DeleteColumn({
  scope,
  column,
  error = null,
}: {
  scope: Scope & { table: Table }
  column: Column
  error?: ApiError | null
}) {
  const { project } = usePage()
  const table = `/projects/${project?.id}/tables/${scope.table.id}`
  return (
    <ProjectPage title="Delete column" tables={scope.catalog.tables} open={scope.table.id}>
      <Confirmation
        question={`Delete the column “${column.title}”?`}
        action={`${table}/columns/${column.id}/delete`}
        verb="Delete column"
        back={table}
        error={error}
      >
        Its values are deleted in every row, and requests that name it are refused from this moment on. This cannot be undone.
      </Confirmation>
    </ProjectPage>
  )
}
