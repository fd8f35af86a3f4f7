/** The routes of one row's form, and of a new row's. */
import type { Context } from 'hono'
import { needs } from '../control/access/guard'
import { param } from '../control/access/place'
import { perform } from '../api/v1/row-requests'
import { type VersionedRow, insertOne, readOne, updateOne } from '../data/records/records'
import { accessScope } from '../data/access/access-scope'
import type { AppEnv } from '../http/app-env'
import { ApiError } from '../errors'
import { createRouter } from '../http/router'
import { readForm, textOf } from './form-guard'
import { attempt, go, refusalOf, show } from './page'
import { withQuery } from './pager'
import { type FormField, changesOf, fieldFor, fieldForNew, formColumns, isChanged, overtaken, readFields } from './row-changes'
import { RowPage, type TableScope } from './row-form'
import { readView, viewQuery } from './view'

export const rowRoutes = createRouter()
const PATH = '/projects/:projectId/tables/:tableId'
const inProject = { project: param('projectId') }

rowRoutes.get(`${PATH}/new-row`, needs('dataInsert', inProject).middleware, async (c) => {
  const scope = await accessScope(c, c.req.param('tableId'))
  const fields = formColumns(scope.table, { isNew: true }).map((column) => fieldForNew(column, c.get('startedAt')))
  return show(c, <RowPage scope={scope} view={readView(c)} row={null} fields={fields} />)
})

rowRoutes.post(`${PATH}/new-row`, needs('dataInsert', inProject).middleware, async (c) => {
  const scope = await accessScope(c, c.req.param('tableId'))
  const { table, access, data } = scope
  const fields = readFields(await readForm(c), formColumns(table, { isNew: true }))
  const error = await refusalOf(() => perform(c, data, table, insertOne(access, changesOf(fields), c.get('startedAt'))))
  if (error !== null)
    return show(c, <RowPage scope={scope} view={readView(c)} row={null} fields={fields} refusal={{ error }} />, 400)
  return go(c, gridPath(c, scope), 'row-added')
})

rowRoutes.get(`${PATH}/rows/:rowId`, needs('dataRead', inProject).middleware, async (c) => {
  const scope = await accessScope(c, c.req.param('tableId'))
  const { table, access, data } = scope
  const id = c.req.param('rowId')
  const read = await readOne(data, access, id, table.columns)
  const fields = formColumns(table, { isNew: false }).map((column) => fieldFor(column, read.row[column.title]))
  return show(c, <RowPage scope={scope} view={readView(c)} row={{ id, ...read }} fields={fields} />)
})

rowRoutes.post(`${PATH}/rows/:rowId`, needs('dataUpdate', inProject).middleware, async (c) => {
  const scope = await accessScope(c, c.req.param('tableId'))
  const { table, access, data } = scope
  const id = c.req.param('rowId')
  const form = await readForm(c)
  const fields = readFields(form, formColumns(table, { isNew: false }))
  if (!fields.some(isChanged)) return go(c, gridPath(c, scope), 'row-unchanged')
  const version = readVersion(form)
  const read = await attempt(() => readOne(data, access, id, table.columns))
  const error =
    read instanceof ApiError
      ? read
      : await refusalOf(() =>
          perform(c, data, table, updateOne(access, id, changesOf(fields, read.row), [version], c.get('startedAt'))),
        )
  if (error === null) return go(c, gridPath(c, scope), 'row-saved')
  const now = error.code === 'ROW_CHANGED' ? await attempt(() => readOne(data, access, id, table.columns)) : error
  if (!(now instanceof ApiError)) return showOvertaken(c, scope, { id, ...now }, fields)
  const row = { id, version, row: read instanceof ApiError ? null : read.row }
  return show(c, <RowPage scope={scope} view={readView(c)} row={row} fields={fields} refusal={{ error: now }} />, 400)
})

/** The version that a form was made of. One that no row has, where it does not say: then it is refused as out of date. */
function readVersion(form: FormData): number {
  const text = textOf(form, 'version')
  return /^\d{1,15}$/.test(text) ? Number(text) : -1
}

/** The form again, of the row as it is now, with what was changed in the form that was sent. */
function showOvertaken(
  c: Context<AppEnv>,
  scope: TableScope,
  row: VersionedRow & { id: string },
  sent: readonly FormField[],
): Response | Promise<Response> {
  const fields = formColumns(scope.table, { isNew: false }).map((column) => {
    const field = sent.find((candidate) => candidate.column === column)
    const value = row.row[column.title]
    return field === undefined ? fieldFor(column, value) : overtaken(field, value)
  })
  // So it is when Save was pressed twice.
  if (!fields.some(isChanged)) return go(c, gridPath(c, scope), 'row-saved')
  const changes = new Map(sent.filter(isChanged).map(({ column }) => [column, row.row[column.title]]))
  const refusal = { error: new ApiError('ROW_CHANGED'), changes }
  return show(c, <RowPage scope={scope} view={readView(c)} row={row} fields={fields} refusal={refusal} />, 412)
}

function gridPath(c: Context<AppEnv>, { table }: TableScope): string {
  return withQuery(`/projects/${table.projectId}/tables/${table.id}`, viewQuery(readView(c)))
}
