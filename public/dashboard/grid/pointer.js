/** The mouse on cells: a click puts the focus there, Shift or dragging makes a range, two clicks edit. */
import { beginEditing } from './editing.js'
import { toggle } from './keys.js'
import { cellAt, columnOf } from './model.js'
import { moveTo } from './selection.js'

/** @typedef {import('./model.js').Grid} Grid */

/** @param {Grid} grid */
export function listenToPointer(grid) {
  grid.body.addEventListener('mousedown', (event) => {
    const cell = cellToSelect(grid, event)
    if (cell === null || event.button !== 0 || isLink(event)) return
    // What is being edited is taken first, as when the focus leaves by a key.
    if (document.activeElement instanceof HTMLElement && grid.editing !== null) document.activeElement.blur()
    event.preventDefault()
    grid.tabStart = null
    moveTo(grid, cell, { extend: event.shiftKey })
  })
  grid.body.addEventListener('mouseover', (event) => {
    const cell = cellToSelect(grid, event)
    if (cell !== null && (event.buttons & 1) === 1 && grid.head !== cell && grid.editing === null && grid.anchor !== null) {
      moveTo(grid, cell, { extend: true })
    }
  })
  grid.body.addEventListener('click', (event) => {
    const cell = cellToSelect(grid, event)
    const isOne = grid.anchor === grid.head && cell === grid.head
    if (cell !== null && isOne && !event.shiftKey && columnOf(grid, cell)?.kind === 'boolean') toggle(grid, cell)
  })
  grid.body.addEventListener('dblclick', (event) => {
    const cell = cellToSelect(grid, event)
    if (cell !== null && !isLink(event) && columnOf(grid, cell)?.kind !== 'boolean') beginEditing(grid, cell, null)
  })
}

/**
 * The cell of an event, unless it is being edited.
 * @param {Grid} grid
 * @param {MouseEvent} event
 */
function cellToSelect(grid, event) {
  const cell = cellAt(grid, event.target)
  return cell === null || cell === grid.editing?.cell ? null : cell
}

/** @param {MouseEvent} event */
function isLink(event) {
  return event.target instanceof Element && event.target.closest('a, button') !== null
}
