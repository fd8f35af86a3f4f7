/** Keys on a cell that is not being edited. */
import { beginEditing, discard, take } from './editing.js'
import { emptyRange } from './blocks.js'
import { canEdit, columnOf, rowOf, valueIn } from './model.js'
import { neighbour } from './moves.js'
import { cellsOf, moveTo, rangeOf, selectAll } from './selection.js'

/** @typedef {import('./model.js').Grid} Grid */

/**
 * @param {Grid} grid
 * @param {KeyboardEvent} event
 * @param {HTMLTableCellElement} cell
 */
export function onCellKey(grid, event, cell) {
  if (event.target instanceof Element && event.target.closest('a, button') !== null && event.key === 'Enter') return
  if (event.key !== 'Escape') grid.discarding = null
  const to = neighbour(grid, cell, event)
  if (to !== null) {
    event.preventDefault()
    grid.tabStart = null
    moveTo(grid, to, { extend: event.shiftKey })
    return
  }
  if (event.key === 'Tab') tab(grid, event, cell)
  else if (isTyping(event)) type(grid, event, cell)
  else if (act(grid, event, cell)) event.preventDefault()
}

/**
 * @param {Grid} grid
 * @param {KeyboardEvent} event
 * @param {HTMLTableCellElement} cell
 * @returns {boolean} whether the key meant something
 */
function act(grid, event, cell) {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey
  if (event.key === 'Escape') {
    grid.tabStart = null
    discard(grid, cell)
  } else if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') cell.querySelector('a')?.click()
  else if (isPlain && (event.key === 'Enter' || event.key === 'F2')) open(grid, cell)
  else if (isPlain && (event.key === 'Delete' || event.key === 'Backspace')) erase(grid, cell)
  else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) selectAll(grid)
  else return false
  return true
}

/**
 * In a run of Tab keys that began in an editor they go from cell to cell; otherwise out of the grid, as everywhere.
 * @param {Grid} grid
 * @param {KeyboardEvent} event
 * @param {HTMLTableCellElement} cell
 */
function tab(grid, event, cell) {
  const key = event.shiftKey ? 'ArrowLeft' : 'ArrowRight'
  const to = grid.tabStart === null ? null : neighbour(grid, cell, { key, ctrlKey: false, metaKey: false })
  if (to === null) return
  event.preventDefault()
  moveTo(grid, to)
}

/** @param {KeyboardEvent} event */
function isTyping(event) {
  const isCommand = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState('AltGraph')
  return [...event.key].length === 1 && !isCommand
}

/**
 * @param {Grid} grid
 * @param {KeyboardEvent} event
 * @param {HTMLTableCellElement} cell
 */
function type(grid, event, cell) {
  const isTick = columnOf(grid, cell)?.kind === 'boolean'
  if (isTick && event.key === ' ') toggle(grid, cell)
  // The key goes on to the editor that has the focus now, and is its first letter.
  if (isTick || !beginEditing(grid, cell, event.key)) event.preventDefault()
}

/**
 * @param {Grid} grid
 * @param {HTMLTableCellElement} cell
 */
export function open(grid, cell) {
  if (columnOf(grid, cell)?.kind === 'boolean') toggle(grid, cell)
  else beginEditing(grid, cell, null)
}

/**
 * @param {Grid} grid
 * @param {HTMLTableCellElement} cell
 */
export function toggle(grid, cell) {
  const column = columnOf(grid, cell)
  if (column === undefined || !canEdit(grid, cell)) return
  const value = valueIn(rowOf(grid, cell), column) !== true
  take(grid, cell, { value, text: String(value) })
}

/**
 * Empties the selected cells: one as if nothing had been typed, many in one request.
 * @param {Grid} grid
 * @param {HTMLTableCellElement} cell
 */
export function erase(grid, cell) {
  const range = rangeOf(grid)
  if (range !== null && cellsOf(range).flat().length > 1) {
    emptyRange(grid)
    return
  }
  const column = columnOf(grid, cell)
  const row = rowOf(grid, cell)
  if (column === undefined || row === undefined || !canEdit(grid, cell)) return
  const value = valueIn(row, column)
  const isEmpty = value === null || value === '' || (column.kind === 'boolean' && value === false)
  if (!isEmpty || row.edits.has(column.title)) take(grid, cell, { value: column.kind === 'boolean' ? false : null, text: '' })
}
