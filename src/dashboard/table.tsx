/** The open table: a grid of its rows, page by page, with what can be done to them. public/dashboard/grid.js edits in place. */
import type { Context } from 'hono'
import { needs } from '../control/access/guard'
import { param } from '../control/access/place'
import { auditSource } from '../control/audit/source'
import { type ListQuery, parseQuery } from '../data/query/query'
import type { Column, Table } from '../data/types/column'
import { boundsOf, isBounded } from '../data/types/integer'
import { WIDGETS } from './widgets'
import { primaryKey } from '../data/catalog/catalog'
import { csvStream, parseCsvOptions } from '../data/records/export'
import { listQuery } from '../api/v1/row-requests'
import { type VersionedRow, listVersionedRows } from '../data/records/records'
import { isRequiredInNewRow } from '../data/records/row'
import { type AccessScope, accessScope } from '../data/access/access-scope'
import type { AppEnv } from '../http/app-env'
import { toApiError } from '../http/errors'
import { createRouter } from '../http/router'
import { beginning } from '../lib/text'
import { isCut } from '../../public/dashboard/looks.js'
import { CellValue, isFilled, lookOf, rowIdOf } from './cells'
import { typeLabel } from './column-fields'
import { Can, Empty, Menu, may } from './controls'
import { FilterPanel } from './filter'
import { Icon } from './icons'
import { ProjectPage } from './layout'
import { originOf } from '../http/origin'
import { go, readNotice, show } from './page'
import { usePage } from './page-info'
import { Pager, lastOffset, withQuery } from './pager'
import { Snippets, TOKEN_PLACEHOLDER } from './snippets'
import { type View, readView, viewQuery } from './view'
import { kindOf } from '../data/types/column-types'

/** Rows of a page. */
const PAGE_SIZE = 25

/** What grid.js imports, loaded beside it and not after it. */
const GRID_MODULES = [
  'editors',
  'grid',
  ...[
    'api',
    'blocks',
    'clipboard',
    'deleting',
    'editing',
    'history',
    'keys',
    'leaving',
    'line-ends',
    'model',
    'moves',
    'page',
    'pointer',
    'queues',
    'rows',
    'saving',
    'selection',
    'texts',
    'tsv',
    'undo',
  ].map((name) => `grid/${name}`),
  'options',
]

/** UTF-16 units of the name of a downloaded file: encoded nine times as long, still a header that everything takes. */
const MAX_FILE_NAME = 100

export const tablePageRoutes = createRouter()
const PATH = '/projects/:projectId/tables/:tableId'
const inProject = { project: param('projectId') }

tablePageRoutes.get(PATH, needs('dataList', inProject).middleware, async (c) => {
  const scope = await accessScope(c, c.req.param('tableId'))
  const view = readView(c)
  const { page, error } = await load(c, scope, view)
  const last = page === null ? 0 : lastOffset(page.total, PAGE_SIZE)
  // The rows of that page are gone, deleted perhaps a moment ago.
  if (view.offset > last && page?.rows.length === 0)
    return go(c, withQuery(c.req.path, viewQuery({ ...view, offset: last })), readNotice(c))
  const isFilterOpen = c.req.query('filter') === '1' || error !== null
  return show(
    c,
    <TablePage scope={scope} view={view} page={page} error={error} isFilterOpen={isFilterOpen} />,
    error === null ? 200 : 400,
  )
})

tablePageRoutes.get(`${PATH}/snippets`, needs('dataList', inProject).middleware, async (c) => {
  const scope = await accessScope(c, c.req.param('tableId'))
  return show(c, <SnippetsPage scope={scope} view={readView(c)} origin={originOf(c)} />)
})

tablePageRoutes.get(`${PATH}/export`, needs('exportCsv', inProject).middleware, async (c) => {
  const { table, access, databases } = await accessScope(c, c.req.param('tableId'))
  const file = { query: listQuery(c, table), options: parseCsvOptions(c.req.queries()) }
  const stream = await csvStream({ databases, access }, file, await auditSource(c))
  const name = `${beginning(table.title.replaceAll(/[^\p{L}\p{M}\p{N} ._-]/gu, '_'), MAX_FILE_NAME)}.csv`
  return c.body(stream, 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="table.csv"; filename*=UTF-8''${encodeURIComponent(name)}`,
  })
})

function readQuery(c: Context<AppEnv>, table: Table, { where, sort, offset }: View): ListQuery {
  const limits = { default: PAGE_SIZE, max: PAGE_SIZE, min: PAGE_SIZE }
  return parseQuery(table, { where: [where], sort: [sort], offset: [String(offset)] }, { now: c.get('startedAt'), limits })
}

interface GridPage {
  rows: VersionedRow[]
  /** Rows that match, on this page and all others. */
  total: number
}

/** The rows, or why the filter or the sort cannot be read. */
async function load(
  c: Context<AppEnv>,
  { table, access, data }: AccessScope,
  view: View,
): Promise<{ page: GridPage | null; error: string | null }> {
  try {
    return { page: await listVersionedRows(data, access, readQuery(c, table, view)), error: null }
  } catch (error) {
    const known = toApiError(error)
    if (known.status === 400) return { page: null, error: known.message }
    throw error
  }
}

interface TablePageProps {
  scope: AccessScope
  view: View
  page: GridPage | null
  error: string | null
  isFilterOpen: boolean
}

function TablePage({ scope, view, page, error, isFilterOpen }: TablePageProps) {
  const { project } = usePage()
  const { table } = scope
  const base = `/projects/${project?.id}/tables/${table.id}`
  const total = page?.total ?? 0
  const shown = page?.rows.length ?? 0
  const isShort = shown > 0 && shown < Math.min(PAGE_SIZE, total - view.offset)
  return (
    <ProjectPage title={table.title} tables={scope.catalog.tables} open={table.id} fill>
      <Toolbar table={table} base={base} view={view} isFilterOpen={isFilterOpen} />
      <FilterPanel table={table} where={view.where} sort={view.sort} error={error} open={isFilterOpen} />
      <Grid table={table} base={base} view={view} rows={page?.rows ?? []} isUnread={page === null} />
      <footer class="grid-foot">
        <Can permission="dataInsert">
          <a class="button button-small" href={withQuery(`${base}/new-row`, viewQuery(view))} data-focus-draft>
            <Icon name="plus" /> Add row
          </a>
        </Can>
        <Can permission="dataDelete">
          <form id="rows" method="get" action={`${base}/delete-rows`} data-dialog>
            {viewQuery(view).map(([name, value]) => value !== '' && <input type="hidden" name={name} value={value} />)}
            <button class="button button-small text-danger" type="submit" data-delete-rows>
              <Icon name="trash" /> <span>Delete selected</span>
            </button>
          </form>
        </Can>
        <span class="grow" />
        {isShort && <span class="muted">This page ends early: the next row would be more than 10 MB.</span>}
        <Pager
          base={base}
          query={[
            ['where', view.where],
            ['sort', view.sort],
          ]}
          total={total}
          offset={view.offset}
          size={isShort ? shown : PAGE_SIZE}
          what={total === 1 ? 'row' : 'rows'}
          always
        />
      </footer>
    </ProjectPage>
  )
}

function Toolbar({ table, base, view, isFilterOpen }: { table: Table; base: string; view: View; isFilterOpen: boolean }) {
  const query = [
    ['where', view.where],
    ['sort', view.sort],
  ] as const
  const download = [...query, ['fields', view.fields]] as const
  return (
    <div class="toolbar">
      <h1 title={table.title}>{table.title}</h1>
      <div class="tools">
        <a
          class="button button-quiet button-small"
          href={withQuery(base, [...query, ['filter', isFilterOpen ? '' : '1']])}
          aria-expanded={isFilterOpen ? 'true' : 'false'}
          aria-controls="filter"
          data-toggle="filter"
        >
          <Icon name="filter" /> Filter {view.where !== '' && <span class="tag">on</span>}
        </a>
        <a class="button button-quiet button-small" href={withQuery(`${base}/snippets`, viewQuery(view))} data-dialog="wide">
          <Icon name="code" /> API snippets
        </a>
        <span class="grow" />
        <Can permission="columnAdd">
          <a class="button button-quiet button-small" href={`${base}/new-column`} data-dialog>
            <Icon name="plus" /> Add column
          </a>
        </Can>
        <Can permission="bulkDataInsert">
          <a class="button button-quiet button-small" href={`${base}/import`}>
            <Icon name="upload" /> Import CSV
          </a>
        </Can>
        <Menu id="export-menu" label="Export CSV" icon="download" button="button-quiet button-small">
          <a role="menuitem" href={withQuery(`${base}/export`, download)} download>
            CSV for spreadsheets and programs
          </a>
          <a role="menuitem" href={withQuery(`${base}/export`, [...download, ['types', '1']])} download>
            CSV to import again, with types
          </a>
        </Menu>
        <Can permission="tableUpdate">
          <a
            class="button button-quiet button-small button-icon"
            href={`${base}/settings`}
            aria-label="Rename or delete the table"
            data-dialog
          >
            <Icon name="gear" />
          </a>
        </Can>
      </div>
    </div>
  )
}

interface GridProps {
  table: Table
  base: string
  view: View
  rows: readonly VersionedRow[]
  /** The filter could not be read, so nothing is known of the rows. */
  isUnread: boolean
}

function Grid({ table, base, view, rows, isUnread }: GridProps) {
  const page = usePage()
  const tablePath = `noco/${page.project?.id}/${table.id}`
  const allowed = [
    ...(may(page, 'dataUpdate') ? ['edit'] : []),
    ...(may(page, 'dataInsert') ? ['insert'] : []),
    ...(may(page, 'dataDelete') ? ['delete'] : []),
  ]
  return (
    <div class="grid-frame" tabindex={-1}>
      {GRID_MODULES.map((name) => (
        <link rel="modulepreload" href={`/dashboard/${name}.js`} />
      ))}
      <table
        class="grid"
        aria-label={table.title}
        data-grid={`/api/v1/db/data/${tablePath}`}
        data-bulk={`/api/v1/db/data/bulk/${tablePath}/changes`}
        data-pages={`${base}/rows`}
        data-view={withQuery('', viewQuery(view))}
        data-keys={JSON.stringify(primaryKey(table).map(({ title }) => title))}
        data-size={String(PAGE_SIZE)}
        data-may={allowed.join(' ')}
      >
        <thead>
          <tr>
            <th class="row-head" scope="col">
              <span class="visually-hidden">Row</span>
            </th>
            {table.columns.map((column) => (
              <ColumnHead column={column} base={base} view={view} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <GridRow table={table} base={base} view={view} row={row} number={view.offset + index + 1} />
          ))}
          {may(page, 'dataInsert') && <DraftRow table={table} />}
        </tbody>
      </table>
      {rows.length === 0 && <NoRows base={base} view={view} isUnread={isUnread} />}
    </div>
  )
}

function NoRows({ base, view, isUnread }: { base: string; view: View; isUnread: boolean }) {
  if (isUnread) {
    return (
      <div class="grid-empty">
        <Empty title="The filter or the sort cannot be read">
          <p>Above stands what is wrong with it.</p>
          <a class="button" href={base}>
            Show all rows
          </a>
        </Empty>
      </div>
    )
  }
  if (view.where !== '') {
    return (
      <div class="grid-empty">
        <Empty title="No row matches the filter">
          <a class="button" href={base}>
            Show all rows
          </a>
        </Empty>
      </div>
    )
  }
  return (
    <div class="grid-empty">
      <Empty title="No rows yet">
        <p>Type into the line above, import a CSV file, or let a program insert rows: API snippets shows how.</p>
      </Empty>
    </div>
  )
}

function ColumnHead({ column, base, view }: { column: Column; base: string; view: View }) {
  const descending = view.sort === `-${column.title}`
  const ascending = view.sort === column.title
  const next = ascending ? `-${column.title}` : descending ? '' : column.title
  return (
    <th
      scope="col"
      aria-sort={ascending ? 'ascending' : descending ? 'descending' : 'none'}
      data-title={column.title}
      data-column-id={column.id}
      data-kind={kindOf(column)}
      data-type={column.type}
      data-options={JSON.stringify(column.options.map(({ title }) => title))}
      data-format={JSON.stringify(lookOf(column).format)}
      {...boundsFor(column)}
      {...(isFilled(column) ? { 'data-filled': true } : {})}
      {...(column.primaryKey ? { 'data-key': true } : {})}
      {...(isRequiredInNewRow(column) ? { 'data-required': true } : {})}
    >
      <span class="column-head">
        <a
          class="column-sort"
          href={withQuery(base, [
            ['where', view.where],
            ['sort', next],
          ])}
          title={`${column.title} (${column.type})`}
        >
          <span>{column.title}</span> <small>{typeLabel(column.type)}</small>
          {kindOf(column) === 'datetime' && <small data-zone>UTC</small>}
          {ascending && <Icon name="up" />}
          {descending && <Icon name="arrowdown" />}
        </a>
        <Can permission="columnUpdate">
          <a
            class="column-edit"
            href={`${base}/columns/${column.id}`}
            aria-label={`Change the column ${column.title}`}
            data-dialog
          >
            <Icon name="down" />
          </a>
        </Can>
      </span>
    </th>
  )
}

/** The least and the most that an editor takes, where it is less than any number. */
function boundsFor(column: Column): { 'data-min': string; 'data-max': string } | object {
  const { least, most } = boundsOf(column)
  return isBounded(column) ? { 'data-min': String(least), 'data-max': String(most) } : {}
}

interface GridRowProps {
  table: Table
  base: string
  view: View
  row: VersionedRow
  /** Among all rows of the view, from 1. */
  number: number
}

function GridRow({ table, base, view, row: { row, version }, number }: GridRowProps) {
  const page = usePage()
  const rowId = rowIdOf(table, row)
  return (
    <tr {...(rowId === null ? {} : { 'data-row': rowId, 'data-version': String(version) })}>
      <th class="row-head" scope="row">
        <span>
          {rowId !== null && may(page, 'dataDelete') && (
            <input type="checkbox" form="rows" name="row" value={rowId} aria-label={`Select row ${number}`} />
          )}
          {number}
          {rowId !== null && (
            <a
              href={withQuery(`${base}/rows/${encodeURIComponent(rowId)}`, viewQuery(view))}
              aria-label={`Open row ${number}`}
              data-dialog
            >
              <Icon name="expand" />
            </a>
          )}
        </span>
      </th>
      {table.columns.map((column) => (
        <Cell column={column} value={row[column.title]} />
      ))}
    </tr>
  )
}

function Cell({ column, value }: { column: Column; value: unknown }) {
  const looks = [lookClass(column), ...(isFilled(column) || column.primaryKey ? ['readonly'] : [])]
  const isLong = isCut(lookOf(column), value)
  // What is shown may say less than the value, which stands beside it for the editor: as JSON, for HTML turns CR into LF.
  const isKept = value !== null && value !== undefined && !isLong
  return (
    <td
      class={looks.join(' ')}
      {...(isKept ? { 'data-value': JSON.stringify(value) } : {})}
      {...(isLong ? { 'data-cut': '' } : {})}
    >
      <CellValue column={column} value={value} />
    </td>
  )
}

function lookClass(column: Column): string {
  return WIDGETS[kindOf(column)].cell
}

/** The line in which a new row is typed; only a script can do anything with it. */
function DraftRow({ table }: { table: Table }) {
  return (
    <tr class="draft" data-draft hidden>
      <th class="row-head" scope="row">
        <span>
          <span class="visually-hidden">New row</span>
          <Icon name="plus" />
        </span>
      </th>
      {table.columns.map((column) => (
        <td class={`${lookClass(column)}${isFilled(column) ? ' readonly' : ''}`} />
      ))}
    </tr>
  )
}

function SnippetsPage({ scope, view, origin }: { scope: AccessScope; view: View; origin: string }) {
  const { project } = usePage()
  const { table } = scope
  const query = [
    ['where', view.where],
    ['sort', view.sort],
    ['limit', String(PAGE_SIZE)],
    ['offset', view.offset === 0 ? '' : String(view.offset)],
  ] as const
  const target = {
    origin,
    projectId: project?.id ?? '',
    table,
    token: TOKEN_PLACEHOLDER,
    query: query.filter(([, value]) => value !== ''),
  }
  return (
    <ProjectPage title="API snippets" tables={scope.catalog.tables} open={table.id}>
      <section class="card" data-dialog-body>
        <h1>API snippets</h1>
        <p class="muted">
          List gives the rows you see, with their filter, sort and page. Put an API Token of yours in the place of{' '}
          {TOKEN_PLACEHOLDER}: <a href={`/projects/${project?.id}/settings`}>make one in Team &amp; Settings</a>.
        </p>
        <Snippets target={target} />
        <div class="actions">
          <a class="button" href={withQuery(`/projects/${project?.id}/tables/${table.id}`, viewQuery(view))} data-close>
            Close
          </a>
        </div>
      </section>
    </ProjectPage>
  )
}
