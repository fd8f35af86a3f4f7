/** Rows as elements: their heads, their cells, and rows that come to the page after it was loaded. */
import { icon, showValue } from '../values.js'
import { readRow } from './model.js'

/** @typedef {import('./model.js').Grid} Grid */
/** @typedef {import('./model.js').Row} Row */

/**
 * The empty line becomes a row that is to be made, and another empty line stands below it.
 * @param {Grid} grid
 * @returns {Row | null} null where nobody may add rows
 */
export function rowFromDraft(grid) {
  const element = grid.draft
  if (element === null) return null
  const next = /** @type {HTMLTableRowElement} */ (element.cloneNode(true))
  for (const cell of next.cells) cell.classList.remove('selected')
  element.classList.remove('draft')
  delete element.dataset.draft
  element.after(next)
  grid.draft = next
  document.querySelector('.grid-empty')?.remove()
  const row = readRow(element, grid.columns)
  grid.rows.set(element, row)
  drawHead(grid, row)
  return row
}

/**
 * A row that the server has drawn, on this page.
 * @param {Grid} grid
 * @param {HTMLTableRowElement} drawn of another document
 * @param {HTMLTableRowElement | null} after
 */
export function addDrawnRow(grid, drawn, after) {
  const element = document.importNode(drawn, true)
  if (after === null) grid.body.prepend(element)
  else after.after(element)
  const row = readRow(element, grid.columns)
  grid.rows.set(element, row)
  makeFocusable(element)
  showRow(grid, row)
  document.querySelector('.grid-empty')?.remove()
  return row
}

/**
 * @param {Grid} grid
 * @param {Row} row
 */
export function removeRow(grid, row) {
  grid.rows.delete(row.element)
  grid.added.delete(row)
  row.element.remove()
}

/** @param {HTMLTableRowElement} element */
export function makeFocusable(element) {
  for (const cell of element.querySelectorAll('td')) {
    cell.tabIndex = -1
    leaveOutOfTabs(cell)
  }
}

/**
 * The grid is one stop of the Tab key: a link in a cell is followed by Ctrl and Enter on it.
 * @param {HTMLTableCellElement} cell
 */
function leaveOutOfTabs(cell) {
  for (const link of cell.querySelectorAll('a')) link.tabIndex = -1
}

/**
 * What the server has of a row.
 * @param {Row} row
 * @param {Record<string, unknown>} values
 * @param {number | null} version
 */
export function takeValues(row, values, version) {
  row.values = new Map(Object.entries(values))
  row.version = version
}

/**
 * The head of a row: where it may be chosen and opened, and its number, if that is known.
 * @param {Grid} grid
 * @param {Row} row
 * @param {number | null} [number]
 */
export function drawHead(grid, { element, id }, number = null) {
  const head = element.cells.item(0)
  if (head === null) return
  const name = number === null ? 'the new row' : `row ${number}`
  const isChosen = head.querySelector('input')?.checked ?? false
  const inner = document.createElement('span')
  if (id !== null && grid.may.delete) {
    const box = Object.assign(document.createElement('input'), { type: 'checkbox', name: 'row', value: id, checked: isChosen })
    box.setAttribute('form', 'rows')
    box.setAttribute('aria-label', `Select ${name}`)
    inner.append(box)
  }
  inner.append(number === null ? '•' : String(number))
  if (id !== null) inner.append(openLink(grid, id, name))
  head.replaceChildren(inner)
}

/**
 * @param {Grid} grid
 * @param {string} id
 * @param {string} name
 */
function openLink(grid, id, name) {
  const link = document.createElement('a')
  link.href = `${grid.pages}/${encodeURIComponent(id)}${grid.table.dataset.view ?? ''}`
  link.dataset.dialog = ''
  link.setAttribute('aria-label', `Open ${name}`)
  link.append(icon('expand'))
  return link
}

/**
 * Draws all cells of a row, but for one that is being edited.
 * @param {Grid} grid
 * @param {Row} row
 */
export function showRow(grid, row) {
  for (const column of grid.columns) showCell(grid, row, column)
}

/**
 * What a cell shows: a value of the server's, or one that it does not have yet, or has refused.
 * @param {Grid} grid
 * @param {Row} row
 * @param {import('./model.js').Column} column
 */
export function showCell(grid, row, column) {
  const cell = row.element.cells.item(grid.columns.indexOf(column) + 1)
  if (cell === null || grid.editing?.cell === cell) return
  const edit = row.edits.get(column.title)
  const isBad = edit?.state === 'refused' || edit?.state === 'unanswered'
  cell.classList.remove('editing')
  cell.classList.toggle('bad', isBad)
  cell.classList.toggle('unsaved', edit !== undefined && !isBad)
  cell.classList.toggle('readonly', column.isFilled || (column.isKey && row.id !== null))
  if (isBad) cell.setAttribute('aria-invalid', 'true')
  else cell.removeAttribute('aria-invalid')
  if (edit === undefined && row.id !== null && !row.values.has(column.title)) return
  if (isBad) cell.textContent = edit.text
  else showValue(cell, column, edit === undefined ? (row.id === null ? null : row.values.get(column.title)) : edit.value)
  if (isBad) showNote(cell, edit.message)
  leaveOutOfTabs(cell)
}

/**
 * A sentence beside a cell. It must not lie over the cell in which the person goes on typing: that is the one below it, or the
 * one to its right.
 * @param {HTMLTableCellElement} cell
 * @param {string} message
 * @param {'bad' | 'question'} [kind]
 */
export function showNote(cell, message, kind = 'bad') {
  hideNote(cell)
  // One at a time, or they lie over each other; another comes up when its cell has the focus.
  for (const other of cell.closest('tbody')?.querySelectorAll('.cell-note') ?? []) other.classList.add('earlier')
  const note = document.createElement('div')
  const isBelow = document.activeElement?.closest('tr') === cell.parentElement?.nextElementSibling
  const hasRoomAbove = cell.closest('tr')?.rowIndex !== 1
  note.className = `cell-note cell-${kind}${isBelow && hasRoomAbove ? ' above' : ''}`
  note.setAttribute('role', 'alert')
  note.textContent = message
  cell.append(note)
}

/** @param {HTMLTableCellElement} cell */
export function hideNote(cell) {
  cell.querySelector('.cell-note')?.remove()
}

/** How long a cell that was saved is marked, ms. */
const FLASH_MS = 1200

/** @param {Element | null} cell */
export function flash(cell) {
  cell?.classList.add('saved')
  setTimeout(() => cell?.classList.remove('saved'), FLASH_MS)
}
