/** Deleting rows: the question, and what follows from it. */
import { needs } from '../control/access/guard'
import { param } from '../control/access/place'
import { primaryKey } from '../data/catalog/catalog'
import type { Table } from '../data/types/column'
import { deleteMany } from '../data/records/bulk'
import { perform } from '../api/v1/row-requests'
import type { Row } from '../data/records/records'
import { accessScope } from '../data/access/access-scope'
import { ApiError } from '../errors'
import { createRouter } from '../http/router'
import { Confirmation } from './controls'
import { readForm } from './form-guard'
import { ProjectPage } from './layout'
import { go, refusalOf, show } from './page'
import { usePage } from './page-info'
import { withQuery } from './pager'
import type { TableScope } from './row-form'
import { type View, readView, viewQuery } from './view'

/** Rows that are deleted at once from a page of the grid. */
const MAX_SELECTED = 1000

export const deleteRowsRoutes = createRouter()
const PATH = '/projects/:projectId/tables/:tableId/delete-rows'
const inProject = { project: param('projectId') }

deleteRowsRoutes.get(PATH, needs('dataDelete', inProject).middleware, async (c) => {
  const scope = await accessScope(c, c.req.param('tableId'))
  return show(c, <DeleteRows scope={scope} view={readView(c)} rowIds={c.req.queries('row') ?? []} />)
})

deleteRowsRoutes.post(PATH, needs('dataDelete', inProject).middleware, async (c) => {
  const scope = await accessScope(c, c.req.param('tableId'))
  const { table, access, data } = scope
  const view = readView(c)
  const rowIds = (await readForm(c)).getAll('row').filter((value) => typeof value === 'string')
  const refused = await refusalOf(async () => {
    if (rowIds.length === 0) throw new ApiError('INVALID_PARAMETER', 'Choose rows first.')
    if (rowIds.length > MAX_SELECTED) throw new ApiError('INVALID_PARAMETER', `At most ${MAX_SELECTED} rows at once.`)
    const keys = rowIds.map((rowId) => keyOf(table, rowId))
    await perform(c, data, table, deleteMany(access, keys))
  })
  if (refused !== null) return show(c, <DeleteRows scope={scope} view={view} rowIds={rowIds} error={refused} />, 400)
  return go(c, withQuery(`/projects/${table.projectId}/tables/${table.id}`, viewQuery(view)), 'rows-deleted')
})

/** The key of a row as the body of a bulk call says it. */
function keyOf(table: Table, rowId: string): Row {
  const keys = primaryKey(table)
  const parts = keys.length === 1 ? [rowId] : rowId.split('___')
  return Object.fromEntries(keys.map((column, index) => [column.title, parts[index] ?? null]))
}

interface DeleteRowsProps {
  scope: TableScope
  view: View
  rowIds: readonly string[]
  error?: ApiError | null
}

function DeleteRows({ scope, view, rowIds, error = null }: DeleteRowsProps) {
  const { project } = usePage()
  const base = `/projects/${project?.id}/tables/${scope.table.id}`
  const what = rowIds.length === 1 ? 'this row' : `these ${rowIds.length} rows`
  return (
    <ProjectPage title="Delete rows" tables={scope.catalog.tables} open={scope.table.id}>
      <Confirmation
        question={rowIds.length === 0 ? 'Choose rows first' : `Delete ${what}?`}
        action={withQuery(`${base}/delete-rows`, viewQuery(view))}
        verb={rowIds.length === 0 ? null : 'Delete'}
        back={withQuery(base, viewQuery(view))}
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
