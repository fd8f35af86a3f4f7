/** One row as a form, in a page or a dialog; for who may not write it, as a list of its values. */
import type { Column, Table } from '../data/types/column'
import type { Row } from '../data/records/records'
import type { Scope } from '../data/catalog/scope'
import type { ApiError } from '../errors'
import { Can, Hidden, Problem, may } from './controls'
import { Icon } from './icons'
import { ProjectPage } from './layout'
import { usePage } from './page-info'
import { withQuery } from './pager'
import { type FormField, formColumns, isChanged } from './row-changes'
import { RowField, RowValue } from './row-fields'
import { type View, viewQuery } from './view'

export type TableScope = Scope & { table: Table }

interface OpenRow {
  /** As paths name it. */
  id: string
  version: number
  /** Null when it is gone. */
  row: Row | null
}

/** Why a form is shown again; `changes`: what the row holds now in the fields that were changed in the form. */
interface Refusal {
  error: ApiError
  changes?: ReadonlyMap<Column, unknown>
}

interface RowPageProps {
  scope: TableScope
  view: View
  /** Null for a new row. */
  row: OpenRow | null
  fields: readonly FormField[]
  refusal?: Refusal | null
}

export function RowPage({ scope, view, row, fields, refusal = null }: RowPageProps) {
  const page = usePage()
  const { table } = scope
  const title = row === null ? 'New row' : `Row ${row.id}`
  const mayWrite = may(page, row === null ? 'dataInsert' : 'dataUpdate')
  const inForm = mayWrite ? formColumns(table, { isNew: row === null }) : []
  return (
    <ProjectPage title={title} tables={scope.catalog.tables} open={table.id}>
      <section class="card" data-dialog-body {...(refusal === null ? {} : { 'data-answers-form': true })}>
        <h1>{title}</h1>
        <RefusalNote refusal={refusal} columns={inForm} />
        {row !== null && row.row !== null && (
          <Facts columns={table.columns.filter((column) => !inForm.includes(column))} row={row.row} />
        )}
        <RowForm table={table} view={view} row={row} fields={fields} refusal={refusal} mayWrite={mayWrite} />
      </section>
    </ProjectPage>
  )
}

function RefusalNote({ refusal, columns }: { refusal: Refusal | null; columns: readonly Column[] }) {
  if (refusal === null) return null
  const { error } = refusal
  if (error.code === 'ROW_CHANGED') {
    return (
      <p class="problem" role="alert">
        This row was changed while you had it open, so nothing was saved. Your changes stand below, each with what the row holds
        now. Save writes yours; or show the row as it is now.
      </p>
    )
  }
  if (error.code === 'ROW_NOT_FOUND')
    return <Problem error="This row was deleted while you had it open, so nothing was saved. What you typed stands below." />
  return columns.some(({ title }) => title === error.details.field) ? null : <Problem error={error} />
}

/** What cannot be changed here. */
function Facts({ columns, row }: { columns: readonly Column[]; row: Row }) {
  if (columns.length === 0) return null
  return (
    <dl class="facts">
      {columns.map((column) => (
        <>
          <dt>{column.title}</dt>
          <dd>
            <RowValue column={column} value={row[column.title]} />
          </dd>
        </>
      ))}
    </dl>
  )
}

interface RowFormProps {
  table: Table
  view: View
  row: OpenRow | null
  fields: readonly FormField[]
  refusal: Refusal | null
  mayWrite: boolean
}

function RowForm({ table, view, row, fields, refusal, mayWrite }: RowFormProps) {
  const { project } = usePage()
  const base = `/projects/${project?.id}/tables/${table.id}`
  const path = `${base}${row === null ? '/new-row' : `/rows/${encodeURIComponent(row.id)}`}`
  const self = withQuery(path, viewQuery(view))
  return (
    <form
      method="post"
      action={self}
      class="stack"
      autocomplete="off"
      data-ask-before-leaving={fields.some(isChanged) ? 'changed' : ''}
    >
      <Hidden />
      {row !== null && <input type="hidden" name="version" value={String(row.version)} />}
      {mayWrite &&
        fields.map((field) => (
          <RowField
            field={field}
            isNew={row === null}
            error={refusal?.error.details.field === field.column.title ? refusal.error.message : null}
            now={nowIn(field.column, refusal)}
          />
        ))}
      <div class="actions row-actions">
        {refusal?.error.code === 'ROW_CHANGED' ? (
          <OvertakenActions self={self} />
        ) : (
          mayWrite && <SubmitButton words={row === null ? 'Add row' : 'Save'} />
        )}
        <a class="button button-quiet" href={withQuery(base, viewQuery(view))} data-close>
          {mayWrite ? 'Cancel' : 'Close'}
        </a>
        <span class="grow" />
        {row !== null && refusal === null && (
          <DeleteLink href={withQuery(`${base}/delete-rows`, [['row', row.id], ...viewQuery(view)])} />
        )}
      </div>
    </form>
  )
}

function SubmitButton({ words }: { words: string }) {
  return (
    <button class="button button-primary" type="submit">
      {words}
    </button>
  )
}

/** The choice between what was typed and what the row holds now. */
function OvertakenActions({ self }: { self: string }) {
  return (
    <>
      <SubmitButton words="Save my changes" />
      <a class="button" href={self} data-dialog="inside">
        Show the row as it is now
      </a>
    </>
  )
}

function DeleteLink({ href }: { href: string }) {
  return (
    <Can permission="dataDelete">
      <a class="button button-quiet text-danger" href={href} data-dialog>
        <Icon name="trash" /> Delete row…
      </a>
    </Can>
  )
}

function nowIn(column: Column, refusal: Refusal | null): { value: unknown } | undefined {
  return refusal?.changes?.has(column) ? { value: refusal.changes.get(column) } : undefined
}
