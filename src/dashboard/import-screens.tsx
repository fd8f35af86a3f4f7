/** The screens of an import before and after its preview: choosing the file, waiting, and what was made of it. */
import type { Child } from 'hono/jsx'
import type { Table } from '../data/types/column'
import type { Import, Report } from '../data/import/state'
import { countOfParts } from '../data/import/store'
import type { ApiError } from '../errors'
import { issuesOf } from '../errors'
import { typeLabel } from './column-fields'
import { Field, Hidden } from './controls'
import { ProjectPage } from './layout'
import { usePage } from './page-info'
import type { ColumnType } from '../data/types/column-types'

interface ChooserProps {
  tables: readonly Table[]
  /** Null for a new one. */
  table: Table | null
  /** Bytes that a form may have, without a script. */
  limit: number
  error: ApiError | null
  /** Imports that were begun and left. */
  unfinished: readonly Pick<Import, 'id' | 'name'>[]
}

export function ImportChooser({ tables, table, limit, error, unfinished }: ChooserProps) {
  const { project } = usePage()
  const base = `/projects/${project?.id}${table === null ? '' : `/tables/${table.id}`}`
  return (
    <ProjectPage title="Import CSV" tables={tables} open={table?.id ?? null}>
      <section class="card">
        <h1>{table === null ? 'Import a CSV file into a new table' : `Import a CSV file into “${table.title}”`}</h1>
        <ImportProblem error={error} />
        <Unfinished imports={unfinished} />
        <form
          method="post"
          action={`${base}/import`}
          enctype="multipart/form-data"
          class="stack"
          data-import-file={`/api/v1/db/meta/projects/${project?.id}/imports`}
          data-page={`/projects/${project?.id}/imports`}
          {...(table === null ? {} : { 'data-table': table.id })}
        >
          <Hidden />
          <div class="drop" data-drop>
            <Field
              label="File"
              name="file"
              type="file"
              accept=".csv,.tsv,.tab,.txt,text/csv,text/tab-separated-values,text/plain"
              hint="Commas, semicolons, tabs or | between cells; the first line has the titles of the columns. You see what was found before anything is made."
              required
            />
            <noscript>
              <p class="hint">Without JavaScript a file may have {inMegabytes(limit)}.</p>
            </noscript>
          </div>
          <ProgressBar label="Progress" words="" hidden />
          <div class="actions">
            <button class="button button-primary" type="submit">
              Show preview
            </button>
            <a class="button button-quiet" href={base} data-import-leave>
              Cancel
            </a>
          </div>
        </form>
      </section>
    </ProjectPage>
  )
}

function Unfinished({ imports }: { imports: ChooserProps['unfinished'] }) {
  const { project } = usePage()
  if (imports.length === 0) return null
  return (
    <p class="note">
      Not finished yet, to go on with or to cancel:{' '}
      {imports.map(({ id, name }, index) => (
        <>
          {index > 0 && ', '}
          <a href={`/projects/${project?.id}/imports/${id}`}>{name}</a>
        </>
      ))}
    </p>
  )
}

function inMegabytes(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${Math.floor(bytes / 1024 / 1024)} MB` : `${Math.floor(bytes / 1024)} kB`
}

/** Why nothing was imported, by line where lines are to blame. */
export function ImportProblem({ error }: { error: ApiError | null }) {
  if (error === null) return null
  const issues = issuesOf(error)
  return (
    <div class="problem stack" role="alert" tabindex={-1}>
      {issues.length === 0 ? <p>{error.message}</p> : <p>Nothing was imported:</p>}
      {issues.length > 0 && (
        <ul class="line-errors">
          {issues.map(({ path, message }) => (
            <li>{path.startsWith('Line ') ? `${path}: ${message}` : message}</li>
          ))}
        </ul>
      )}
    </div>
  )
}

interface ProgressBarProps {
  label: string
  words: string
  /** From 0 to 1; without it nobody knows. */
  value?: number
  hidden?: boolean
}

function ProgressBar({ label, words, value, hidden = false }: ProgressBarProps) {
  return (
    <div class="progress" data-progress hidden={hidden}>
      <progress max={1} {...(value === undefined ? {} : { value })} aria-label={label} />
      <p role="status" class="hint">
        {words}
      </p>
    </div>
  )
}

interface ProgressProps {
  tables: readonly Table[]
  one: Import
  /** Parts of the file that are there. */
  received: number
  error: ApiError | null
}

/** While a file is read or its rows are loaded. A script goes on by itself. */
export function ImportProgress({ tables, one, received, error }: ProgressProps) {
  const { project } = usePage()
  const { load, reading } = one
  const isHere = received === countOfParts(one)
  // The file itself is what was refused, and stays so.
  const isRefused = error?.status === 400 && one.load === null
  const [words, value] =
    load !== null
      ? [`${inWords(load.rows)} of ${inWords(reading?.rows ?? 0)} rows are loaded.`, load.rows / Math.max(1, reading?.rows ?? 1)]
      : [`Reading the file…`, (reading?.reader.consumed ?? 0) / one.size]
  return (
    <ProjectPage title="Import CSV" tables={tables} open={one.tableId}>
      <section class="card">
        <h1>Import “{one.name}”</h1>
        <ImportProblem error={error} />
        {isRefused ? null : isHere ? (
          <ProgressBar label={load === null ? 'Reading' : 'Loading'} words={words} value={value} />
        ) : (
          <p>
            Only {received} of {countOfParts(one)} parts of the file have come: sending it was interrupted. Cancel this import and
            begin anew. Nothing was made.
          </p>
        )}
        <form
          method="post"
          action={`/projects/${project?.id}/imports/${one.id}`}
          class="actions"
          {...(isHere && error === null ? { 'data-import-continue': true } : {})}
        >
          <Hidden />
          {isHere && !isRefused && (
            <button class="button button-primary" type="submit" name="do" value="continue">
              Go on
            </button>
          )}
          <button class={isRefused ? 'button button-primary' : 'button button-quiet'} type="submit" name="do" value="cancel">
            Cancel import
          </button>
        </form>
      </section>
    </ProjectPage>
  )
}

export function ImportDone({ tables, one, report }: { tables: readonly Table[]; one: Import; report: Report }) {
  const { project } = usePage()
  return (
    <ProjectPage title="Imported" tables={tables} open={report.table.id}>
      <section class="card">
        <h1>“{one.name}” is imported</h1>
        <p>{summaryOf(report)}</p>
        <div class="actions">
          <a class="button button-primary" href={`/projects/${project?.id}/tables/${report.table.id}`}>
            Open the table
          </a>
        </div>
        <h2>Columns</h2>
        <ul class="import-made">
          {report.columns.map(({ title, type }) => (
            <li>
              {title} <span class="tag">{typeLabel(type as ColumnType)}</span>
            </li>
          ))}
        </ul>
        <LeftOut title="Left out" items={report.leftOut.map(({ what, why }) => `${what}: ${why}`)} />
        <LeftOut title="Lines that differ" items={report.lines.map(({ line, problem }) => `Line ${line}: ${problem}`)} />
        <LeftOut
          title={`Cells left empty because they did not fit: ${inWords(report.emptiedTotal)}`}
          items={report.emptied.map(({ line, column, value }) => `Line ${line}, ${column}: “${value}”`)}
          total={report.emptiedTotal}
        />
      </section>
    </ProjectPage>
  )
}

function summaryOf({ table, inserted, updated }: Report): Child {
  const added = `${inWords(inserted)} ${inserted === 1 ? 'row was' : 'rows were'} added to “${table.title}”`
  return updated === 0 ? `${added}.` : `${added}, ${inWords(updated)} ${updated === 1 ? 'was' : 'were'} updated.`
}

/** A list of sentences under a heading; nothing when there are none. `total`: with those that are not named. */
export function LeftOut({ title, items, total = items.length }: { title: string; items: readonly string[]; total?: number }) {
  if (items.length === 0) return null
  return (
    <>
      <h2>{title}</h2>
      <ul class="line-errors">
        {items.map((item) => (
          <li>{item}</li>
        ))}
        {total > items.length && <li>… and {inWords(total - items.length)} more</li>}
      </ul>
    </>
  )
}

/** `12,345` */
export function inWords(count: number): string {
  return count.toLocaleString('en-US')
}
