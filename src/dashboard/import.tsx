/** Importing a CSV file, into a table there is or into a new one: all of its rows, or none. */
import type { Context } from 'hono'
import { needs } from '../control/access/guard'
import { createTable, removeTable } from '../data/catalog/tables'
import type { Table } from '../data/catalog/types'
import { MAX_NAME } from '../data/catalog/names'
import { insertMany } from '../data/records/bulk'
import { perform } from '../data/records/http'
import { projectScope, tableScope } from '../data/scope'
import type { AppEnv } from '../env'
import { ApiError, type Issue, issuesOf } from '../errors'
import { createRouter } from '../http/router'
import { Field, Hidden } from './controls'
import { type CsvFile, columnsFor, inLines, readCsv, rowsFor } from './csv'
import { readForm, textOf } from './form-guard'
import { ProjectPage } from './layout'
import { attempt, go, refusalOf, show } from './page'
import { usePage } from './page-info'

export const importRoutes = createRouter()

importRoutes.get('/projects/:projectId/tables/:tableId/import', needs('bulkDataInsert').middleware, async (c) => {
  const { catalog, table } = await tableScope(c, c.req.param('tableId'))
  return show(c, <ImportPage tables={catalog.tables} table={table} limit={c.get('config').bodySize} />)
})

importRoutes.post('/projects/:projectId/tables/:tableId/import', needs('bulkDataInsert').middleware, async (c) => {
  const form = await readForm(c)
  const { catalog, project, data, table } = await tableScope(c, c.req.param('tableId'))
  const limit = c.get('config').bodySize
  const file = await attempt(async () => readCsv(await fileOf(form)))
  if (file instanceof ApiError)
    return show(c, <ImportPage tables={catalog.tables} table={table} limit={limit} error={file} />, 400)
  const refused = await refusalOf(() => insertAll(c, data, table, file))
  if (refused === null) return go(c, `/projects/${project.id}/tables/${table.id}`, 'rows-imported')
  return show(
    c,
    <ImportPage tables={catalog.tables} table={table} limit={limit} error={refused} issues={issuesIn(refused, file)} />,
    400,
  )
})

importRoutes.get('/projects/:projectId/import', needs('tableCreate').middleware, async (c) => {
  const { catalog } = await projectScope(c)
  return show(c, <ImportPage tables={catalog.tables} table={null} limit={c.get('config').bodySize} />)
})

importRoutes.post('/projects/:projectId/import', needs('tableCreate').middleware, async (c) => {
  const form = await readForm(c)
  const title = textOf(form, 'title')
  const { catalog, project, databases, data } = await projectScope(c)
  const limit = c.get('config').bodySize
  const file = await attempt(async () => readCsv(await fileOf(form)))
  if (file instanceof ApiError) {
    return show(c, <ImportPage tables={catalog.tables} table={null} title={title} limit={limit} error={file} />, 400)
  }
  const made = await attempt(async () => {
    if (title === '') throw new ApiError('INVALID_TABLE', 'Give the table a title.')
    const table = await createTable(databases, project, catalog, { title, columns: columnsFor(file) }, c.get('startedAt'))
    try {
      await insertAll(c, data, table, file)
    } catch (error) {
      // Whatever it was: sent again, the file must find its title free.
      await removeTable(databases, project.database, table, c.get('startedAt'))
      throw error
    }
    return table
  })
  if (!(made instanceof ApiError)) return go(c, `/projects/${project.id}/tables/${made.id}`, 'rows-imported')
  const issues = issuesIn(made, file)
  return show(
    c,
    <ImportPage tables={catalog.tables} table={null} title={title} limit={limit} error={made} issues={issues} />,
    400,
  )
})

/** One write of the record service, so that all rows are stored or none. */
async function insertAll(c: Context<AppEnv>, data: D1Database, table: Table, file: CsvFile): Promise<void> {
  const rows = rowsFor(table, file)
  if (rows.length > 0) await perform(c, data, table, insertMany(table, rows, c.get('startedAt')))
}

async function fileOf(form: FormData): Promise<ArrayBuffer> {
  const file: unknown = form.get('file')
  if (!(file instanceof File) || (file.size === 0 && file.name === ''))
    throw new ApiError('INVALID_REQUEST_BODY', 'Choose a file.')
  return file.arrayBuffer()
}

/** What is wrong, by line: our own findings, or those of the record service. */
function issuesIn(refused: ApiError, file: CsvFile): readonly Issue[] {
  return refused.details['index'] === undefined ? issuesOf(refused) : inLines(refused, file)
}

interface ImportPageProps {
  tables: readonly Table[]
  /** Null for a new one. */
  table: Table | null
  title?: string
  /** Largest file, bytes. */
  limit: number
  error?: ApiError | null
  issues?: readonly Issue[]
}

function ImportPage({ tables, table, title = '', limit, error = null, issues = issuesOf(error) }: ImportPageProps) {
  const { project } = usePage()
  const base = `/projects/${project?.id}${table === null ? '' : `/tables/${table.id}`}`
  const size = limit >= 1024 * 1024 ? `${Math.floor(limit / 1024 / 1024)} MB` : `${Math.floor(limit / 1024)} kB`
  const isAboutTitle = error?.code === 'INVALID_TABLE'
  return (
    <ProjectPage title="Import CSV" tables={tables} open={table?.id ?? null}>
      <section class="card" data-dialog-body>
        <h1>{table === null ? 'Import a CSV file into a new table' : `Import a CSV file into “${table.title}”`}</h1>
        {error !== null && !isAboutTitle && (
          <div class="problem stack" role="alert">
            <p>{issues.length === 0 ? error.message : 'Nothing was imported. Mend these lines and send the file again:'}</p>
            {issues.length > 0 && (
              <ul class="line-errors">
                {issues.map(({ path, message }) => (
                  <li>
                    {path}: {message}
                  </li>
                ))}
              </ul>
            )}
          </div>
        )}
        <form method="post" action={`${base}/import`} enctype="multipart/form-data" class="stack" data-upload>
          <Hidden />
          {table === null && (
            <Field
              label="Title of the table"
              name="title"
              value={title}
              maxlength={MAX_NAME}
              autocomplete="off"
              error={isAboutTitle ? error.message : null}
              required
              autofocus
            />
          )}
          <Field
            label="File"
            name="file"
            type="file"
            accept=".csv,.tsv,text/csv,text/tab-separated-values"
            hint={
              table === null
                ? `UTF-8, the titles of the columns in its first line, at most ${size}. Each column gets the type that all of its values fit.`
                : `UTF-8, the titles of the columns in its first line, at most ${size}. Id, CreatedAt and UpdatedAt are made anew. All rows are imported, or none.`
            }
            required
          />
          <div class="progress" data-progress hidden>
            <progress max={100} value={0} aria-label="Upload" />
            <p role="status" class="hint" />
          </div>
          <div class="actions">
            <button class="button button-primary" type="submit">
              Import
            </button>
            <a class="button button-quiet" href={base} data-close>
              Cancel
            </a>
          </div>
        </form>
      </section>
    </ProjectPage>
  )
}
