/** What the grid knows: its columns, the rows on the page, and what was typed that the server does not have yet. */
import { readColumn, valueOf } from '../values.js'
import { createHistory } from './history.js'
import { createQueues } from './queues.js'

/** @typedef {import('./history.js').History} History */
/** @typedef {import('./queues.js').Queues} Queues */
/** @typedef {import('../editors.js').Editor} Editor */

/**
 * @typedef {import('../values.js').Column & {
 *   id: string,
 *   min: number | null,
 *   max: number | null,
 *   isFilled: boolean,
 *   isKey: boolean,
 *   isRequired: boolean,
 * }} Column `isFilled`: by the server, always; `isKey`: chosen once, in a new row; `isRequired`: of a new row
 */

/**
 * A value that the server does not have (yet).
 * @typedef {object} Edit
 * @property {unknown} value
 * @property {string} text what was typed
 * @property {'waiting' | 'sending' | 'refused' | 'unanswered'} state
 * @property {string} message why it was refused
 * @property {number} order counts what people do, for undoing it in that order
 */

/**
 * @typedef {object} Row
 * @property {HTMLTableRowElement} element
 * @property {string | null} id as paths of the API name it; null for one that is not made yet
 * @property {number | null} version the one that `values` belong to
 * @property {Map<string, unknown>} values by title, as the server has them; those that are too long to show are missing
 * @property {Map<string, Edit>} edits by title
 * @property {{ key: string, body: Record<string, unknown>, edits: Map<string, Edit> } | null} insert
 *   A request that made the row, or did not: no answer came.
 */

/**
 * @typedef {object} Editing
 * @property {HTMLTableCellElement} cell
 * @property {Row | null} row null for the empty line at the end
 * @property {Column} column
 * @property {Editor} editor
 * @property {string} opened what the editor held when it was opened
 * @property {boolean} isAsked whether Escape has been pressed once
 */

/**
 * @typedef {object} Grid
 * @property {HTMLTableElement} table
 * @property {HTMLTableSectionElement} body
 * @property {string} api path of the rows
 * @property {string} bulk path of changes to many rows
 * @property {string} pages path of the pages of rows
 * @property {readonly string[]} keys titles of the primary key
 * @property {readonly Column[]} columns
 * @property {{ edit: boolean, insert: boolean, delete: boolean }} may
 * @property {Map<Element, Row>} rows by their `tr`
 * @property {HTMLTableRowElement | null} draft the empty line at the end
 * @property {Queues} queues
 * @property {History} history
 * @property {Editing | null} editing
 * @property {HTMLTableCellElement | null} anchor where the selected range begins
 * @property {HTMLTableCellElement | null} head where it ends, and the focus is
 * @property {number | null} tabStart the column in which a run of Tab keys began
 * @property {Row | null} discarding the row for which Escape has been pressed once
 * @property {Set<Row>} added rows made on this page, of which nobody has said yet where they stand
 */

/** Requests at once. */
const MAX_REQUESTS = 4

/**
 * @param {HTMLTableElement} table
 * @returns {Grid | null}
 */
export function readGrid(table) {
  const body = table.tBodies.item(0)
  if (body === null) return null
  const { grid: api = '', bulk = '', pages = '', keys = '[]', may = '' } = table.dataset
  const columns = readColumns(table)
  const draft = body.querySelector('tr[data-draft]')
  const allowed = may.split(' ')
  return {
    table,
    body,
    api,
    bulk,
    pages,
    keys: /** @type {string[]} */ (JSON.parse(keys)),
    columns,
    may: { edit: allowed.includes('edit'), insert: allowed.includes('insert'), delete: allowed.includes('delete') },
    rows: new Map([...body.rows].filter((row) => row !== draft).map((row) => [row, readRow(row, columns)])),
    draft: draft instanceof HTMLTableRowElement ? draft : null,
    queues: createQueues(MAX_REQUESTS),
    history: createHistory(sessionStorage, `latchkey:undo:${api}`),
    editing: null,
    anchor: null,
    head: null,
    tabStart: null,
    discarding: null,
    added: new Set(),
  }
}

/**
 * @param {HTMLTableElement} table
 * @returns {Column[]}
 */
function readColumns(table) {
  return [...table.querySelectorAll('thead th[data-title]')].map((element) => {
    const head = /** @type {HTMLElement} */ (element)
    const { columnId: id = '', min, max, filled, key, required } = head.dataset
    return {
      ...readColumn(head),
      id,
      min: min === undefined ? null : Number(min),
      max: max === undefined ? null : Number(max),
      isFilled: filled !== undefined,
      isKey: key !== undefined,
      isRequired: required !== undefined,
    }
  })
}

/**
 * A row as the server drew it.
 * @param {HTMLTableRowElement} element
 * @param {readonly Column[]} columns
 * @returns {Row}
 */
export function readRow(element, columns) {
  const values = columns.flatMap(({ title }, index) => {
    const cell = element.cells.item(index + 1)
    return cell === null || isCutCell(cell) ? [] : [/** @type {const} */ ([title, valueOf(cell)])]
  })
  const { row: id, version } = element.dataset
  return {
    element,
    id: id ?? null,
    version: version === undefined ? null : Number(version),
    values: new Map(values),
    edits: new Map(),
    insert: null,
  }
}

/**
 * Whether a cell shows only the beginning of its value.
 * @param {HTMLElement} cell
 */
export function isCutCell(cell) {
  return cell.dataset.cut !== undefined
}

/**
 * The column of a cell; undefined for the head of a row.
 * @param {Grid} grid
 * @param {HTMLTableCellElement} cell
 */
export function columnOf(grid, cell) {
  return cell.cellIndex === 0 ? undefined : grid.columns[cell.cellIndex - 1]
}

/**
 * The row of a cell; undefined for the empty line at the end.
 * @param {Grid} grid
 * @param {Element} cell
 */
export function rowOf(grid, cell) {
  const element = cell.closest('tr')
  return element === null ? undefined : grid.rows.get(element)
}

/**
 * @param {Grid} grid
 * @param {Row} row
 * @param {string} title
 */
export function cellOf(grid, row, title) {
  return row.element.cells.item(grid.columns.findIndex((column) => column.title === title) + 1)
}

/**
 * The cell of an event, unless it happened elsewhere.
 * @param {Grid} grid
 * @param {EventTarget | null} target
 */
export function cellAt(grid, target) {
  const cell = target instanceof Element ? target.closest('td') : null
  return cell !== null && grid.body.contains(cell) ? cell : null
}

/**
 * What a cell shows: what was typed, else what the server has. Undefined for a text that is too long to be here.
 * @param {Row | undefined} row
 * @param {Column} column
 */
export function valueIn(row, column) {
  if (row === undefined) return null
  const edit = row.edits.get(column.title)
  if (edit !== undefined) return edit.value
  if (row.id === null) return null
  return row.values.get(column.title)
}

/**
 * @param {Grid} grid
 * @param {HTMLTableCellElement} cell
 */
export function canEdit(grid, cell) {
  const column = columnOf(grid, cell)
  const row = rowOf(grid, cell)
  if (column === undefined || column.isFilled) return false
  if (row === undefined || row.id === null) return grid.may.insert
  return grid.may.edit && !column.isKey && row.id !== ''
}

/**
 * What names a row in the body of a request.
 * @param {Grid} grid
 * @param {Row} row
 */
export function keyOf(grid, row) {
  return Object.fromEntries(grid.keys.map((title) => [title, row.values.get(title)]))
}

/**
 * Rows that hold something the server does not have.
 * @param {Grid} grid
 */
export function unsavedRows(grid) {
  return [...grid.rows.values()].filter(({ edits, id }) => edits.size > 0 || id === null)
}
