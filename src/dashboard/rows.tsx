/** One row as a form, a new row as a form, and deleting rows. */
import type { Context } from 'hono'
import { needs } from '../control/access/guard'
import { type Column, type Table, kindOf } from '../data/catalog/types'
import { primaryKey } from '../data/catalog/catalog'
import { deleteMany } from '../data/records/bulk'
import { perform } from '../data/records/http'
import { type Row, insertOne, readOne, updateOne } from '../data/records/records'
import { type Scope, tableScope } from '../data/scope'
import type { AppEnv } from '../env'
import { ApiError } from '../errors'
import { createRouter } from '../http/router'
import { textOf as valueText } from '../../public/dashboard/looks.js'
import { isFilled, lookOf, readText } from './cells'
import { Can, Confirmation, Field, FieldFrame, Hidden, Problem, describe, may } from './controls'
import { readForm, textOf } from './form-guard'
import { Icon } from './icons'
import { ProjectPage } from './layout'
import { go, refusalOf, show } from './page'
import { usePage } from './page-info'

/** Rows that are deleted at once from a page of the grid. */
const MAX_SELECTED = 1000

type TableScope = Scope & { table: Table }

export const rowRoutes = createRouter()
const PATH = '/projects/:projectId/tables/:tableId'

rowRoutes.get(`${PATH}/new-row`, needs('dataInsert').middleware, async (c) => {
  const scope = await tableScope(c, c.req.param('tableId'))
  return show(c, <RowForm scope={scope} rowId={null} texts={new Map()} version={null} />)
})

rowRoutes.post(`${PATH}/new-row`, needs('dataInsert').middleware, async (c) => {
  const scope = await tableScope(c, c.req.param('tableId'))
  const texts = readTexts(scope.table, await readForm(c))
  const refused = await refusalOf(() =>
    perform(
      c,
      scope.data,
      scope.table,
      insertOne(scope.table, toBody(scope.table, texts, { leaveOutEmpty: true }), c.get('startedAt')),
    ),
  )
  if (refused !== null) return show(c, <RowForm scope={scope} rowId={null} texts={texts} version={null} error={refused} />, 400)
  return go(c, tablePath(c, scope), 'row-added')
})

rowRoutes.get(`${PATH}/rows/:rowId`, needs('dataRead').middleware, async (c) => {
  const scope = await tableScope(c, c.req.param('tableId'))
  const rowId = c.req.param('rowId')
  const { row, version } = await readOne(scope.data, scope.table, rowId, scope.table.columns)
  return show(c, <RowForm scope={scope} rowId={rowId} texts={textsOf(scope.table, row)} version={version} />)
})

rowRoutes.post(`${PATH}/rows/:rowId`, needs('dataUpdate').middleware, async (c) => {
  const scope = await tableScope(c, c.req.param('tableId'))
  const { table, data } = scope
  const rowId = c.req.param('rowId')
  const form = await readForm(c)
  const texts = readTexts(table, form)
  const version = /^\d{1,15}$/.test(textOf(form, 'version')) ? Number(textOf(form, 'version')) : null
  const refused = await refusalOf(() =>
    perform(
      c,
      data,
      table,
      updateOne(table, rowId, toBody(table, texts), version === null ? null : [version], c.get('startedAt')),
    ),
  )
  if (refused !== null)
    return show(c, <RowForm scope={scope} rowId={rowId} texts={texts} version={version} error={refused} />, 400)
  return go(c, tablePath(c, scope), 'row-saved')
})

rowRoutes.get(`${PATH}/delete-rows`, needs('dataDelete').middleware, async (c) => {
  const scope = await tableScope(c, c.req.param('tableId'))
  return show(c, <DeleteRows scope={scope} rowIds={c.req.queries('row') ?? []} />)
})

rowRoutes.post(`${PATH}/delete-rows`, needs('dataDelete').middleware, async (c) => {
  const scope = await tableScope(c, c.req.param('tableId'))
  const { table, data } = scope
  const rowIds = (await readForm(c)).getAll('row').filter((value) => typeof value === 'string')
  const refused = await refusalOf(async () => {
    if (rowIds.length === 0) throw new ApiError('INVALID_PARAMETER', 'Choose rows first.')
    if (rowIds.length > MAX_SELECTED) throw new ApiError('INVALID_PARAMETER', `At most ${MAX_SELECTED} rows at once.`)
    const keys = rowIds.map((rowId) => keyOf(table, rowId))
    await perform(c, data, table, deleteMany(table, keys))
  })
  if (refused !== null) return show(c, <DeleteRows scope={scope} rowIds={rowIds} error={refused} />, 400)
  return go(c, tablePath(c, scope), 'rows-deleted')
})

function tablePath(c: Context<AppEnv>, { table }: TableScope): string {
  return `/projects/${c.get('project')?.id}/tables/${table.id}`
}

/** The key of a row as the body of a bulk call says it. */
function keyOf(table: Table, rowId: string): Row {
  const keys = primaryKey(table)
  const parts = keys.length === 1 ? [rowId] : rowId.split('___')
  return Object.fromEntries(keys.map((column, index) => [column.title, parts[index] ?? null]))
}

/** What stands in the form, by column. */
type Texts = ReadonlyMap<Column, string>

/** The columns that people fill. A key that the database does not hand out is theirs to choose, once. */
function formColumns(table: Table, isNew: boolean): Column[] {
  return table.columns.filter((column) => !isFilled(column) && (isNew || !column.primaryKey))
}

function textsOf(table: Table, row: Row): Texts {
  return new Map(table.columns.map((column) => [column, valueText(lookOf(column), row[column.title])]))
}

function readTexts(table: Table, form: FormData): Texts {
  const texts = new Map<Column, string>()
  for (const column of table.columns) {
    const values = form.getAll(column.id).filter((value) => typeof value === 'string')
    if (kindOf(column) === 'boolean') {
      if (form.has(`${column.id}-shown`)) texts.set(column, values.includes('true') ? 'true' : 'false')
    } else if (kindOf(column) === 'multiselect') {
      if (form.has(`${column.id}-shown`)) texts.set(column, values.join(','))
      // A browser sends line ends as CR LF, whatever was typed.
    } else if (values[0] !== undefined) texts.set(column, values[0].replaceAll('\r\n', '\n'))
  }
  return texts
}

function toBody(table: Table, texts: Texts, { leaveOutEmpty = false } = {}): Row {
  const given = table.columns.filter((column) => {
    const text = texts.get(column)
    return text !== undefined && !isFilled(column) && !(leaveOutEmpty && text === '')
  })
  return Object.fromEntries(given.map((column) => [column.title, readText(column, texts.get(column) ?? '')]))
}

interface RowFormProps {
  scope: TableScope
  /** Null for a new row. */
  rowId: string | null
  texts: Texts
  version: number | null
  error?: ApiError | null
}

function RowForm({ scope, rowId, texts, version, error = null }: RowFormProps) {
  const page = usePage()
  const { table } = scope
  const base = `/projects/${page.project?.id}/tables/${table.id}`
  const isNew = rowId === null
  const mayEdit = may(page, isNew ? 'dataInsert' : 'dataUpdate')
  const columns = formColumns(table, isNew)
  const field = columns.find((column) => column.title === error?.details['field'])
  const filled = isNew ? [] : table.columns.filter((column) => !columns.includes(column))
  return (
    <ProjectPage title={isNew ? 'New row' : 'Row'} tables={scope.catalog.tables} open={table.id}>
      <section class="card" data-dialog-body>
        <h1>{isNew ? 'New row' : `Row ${rowId}`}</h1>
        <Problem error={field === undefined ? error : null} />
        {filled.length > 0 && (
          <dl class="facts">
            {filled.map((column) => (
              <>
                <dt>{column.title}</dt>
                <dd>{texts.get(column)}</dd>
              </>
            ))}
          </dl>
        )}
        <form method="post" action={isNew ? `${base}/new-row` : `${base}/rows/${encodeURIComponent(rowId)}`} class="stack">
          <Hidden />
          {version !== null && <input type="hidden" name="version" value={String(version)} />}
          {columns.map((column) => (
            <ValueField
              column={column}
              text={texts.get(column) ?? ''}
              error={column === field ? (error?.message ?? null) : null}
            />
          ))}
          <div class="actions">
            {mayEdit && (
              <button class="button button-primary" type="submit">
                {isNew ? 'Add row' : 'Save'}
              </button>
            )}
            <a class="button button-quiet" href={base} data-close>
              {mayEdit ? 'Cancel' : 'Close'}
            </a>
            <span class="grow" />
            {!isNew && (
              <Can permission="dataDelete">
                <a
                  class="button button-quiet text-danger"
                  href={`${base}/delete-rows?row=${encodeURIComponent(rowId)}`}
                  data-dialog
                >
                  <Icon name="trash" /> Delete row…
                </a>
              </Can>
            )}
          </div>
        </form>
      </section>
    </ProjectPage>
  )
}

function ValueField({ column, text, error }: { column: Column; text: string; error: string | null }) {
  const label = column.required ? `${column.title} (required)` : column.title
  const name = column.id
  switch (kindOf(column)) {
    case 'boolean':
      return (
        <div class="field">
          <input type="hidden" name={`${name}-shown`} value="1" />
          <label class="check">
            <input type="checkbox" name={name} value="true" checked={text === 'true'} /> {label}
          </label>
          {error !== null && <p class="error">{error}</p>}
        </div>
      )
    case 'select':
      return (
        <FieldFrame label={label} name={name} error={error}>
          <select id={name} name={name} {...describe(name, undefined, error)}>
            <option value="">–</option>
            {column.options.map(({ title }) => (
              <option value={title} selected={title === text}>
                {title}
              </option>
            ))}
          </select>
        </FieldFrame>
      )
    case 'multiselect':
      return (
        <fieldset class="field">
          <legend class="label">{label}</legend>
          <input type="hidden" name={`${name}-shown`} value="1" />
          {column.options.map(({ title }) => (
            <label class="check">
              <input type="checkbox" name={name} value={title} checked={text.split(',').includes(title)} /> {title}
            </label>
          ))}
          {error !== null && <p class="error">{error}</p>}
        </fieldset>
      )
    default:
      return column.type === 'LongText' || kindOf(column) === 'json' ? (
        <FieldFrame label={label} name={name} error={error}>
          <textarea id={name} name={name} rows={4} {...describe(name, undefined, error)}>
            {text}
          </textarea>
        </FieldFrame>
      ) : (
        <Field
          label={label}
          name={name}
          value={text}
          error={error}
          autocomplete="off"
          placeholder={PLACEHOLDERS[kindOf(column)] ?? ''}
        />
      )
  }
}

const PLACEHOLDERS: Partial<Record<ReturnType<typeof kindOf>, string>> = {
  date: '2026-01-31',
  datetime: '2026-01-31 09:30 (UTC)',
  time: '09:30',
}

function DeleteRows({ scope, rowIds, error = null }: { scope: TableScope; rowIds: readonly string[]; error?: ApiError | null }) {
  const { project } = usePage()
  const base = `/projects/${project?.id}/tables/${scope.table.id}`
  const what = rowIds.length === 1 ? 'this row' : `these ${rowIds.length} rows`
  return (
    <ProjectPage title="Delete rows" tables={scope.catalog.tables} open={scope.table.id}>
      <Confirmation
        question={rowIds.length === 0 ? 'Choose rows first' : `Delete ${what}?`}
        action={`${base}/delete-rows`}
        verb={rowIds.length === 0 ? null : 'Delete'}
        back={base}
        error={error}
        fields={rowIds.map((rowId) => (
          <input type="hidden" name="row" value={rowId} />
        ))}
      >
        {rowIds.length === 0 ? 'Tick the rows to delete, then press Delete selected again.' : 'This cannot be undone.'}
      </Confirmation>
    </ProjectPage>
  )
}
