/**
 * The grid of an open table: every cell can be edited in place, by keys or the mouse, and what is typed is saved in the background
 * through the API that the table has for programs too. Each module beside this one (grid/) has one job.
 */
import { listenToClipboard } from './grid/clipboard.js'
import { listenToDeletion } from './grid/deleting.js'
import { onEditorKey } from './grid/editing.js'
import { onCellKey } from './grid/keys.js'
import { cellAt, readGrid, rowOf } from './grid/model.js'
import { listenToPointer } from './grid/pointer.js'
import { makeFocusable } from './grid/rows.js'
import { saveRow } from './grid/saving.js'
import { moveTo, showRange } from './grid/selection.js'
import { undo } from './grid/undo.js'
import { listenToLeaving } from './grid/leaving.js'

/** @typedef {import('./grid/model.js').Grid} Grid */

const table = document.querySelector('table[data-grid]')
const grid = table instanceof HTMLTableElement ? readGrid(table) : null
if (grid !== null) startGrid(grid)

/** @param {Grid} grid */
function startGrid(grid) {
  grid.table.setAttribute('role', 'grid')
  grid.table.setAttribute('aria-multiselectable', 'true')
  if (grid.draft !== null) grid.draft.hidden = false
  for (const row of grid.body.rows) makeFocusable(row)
  grid.body.querySelector('td')?.setAttribute('tabindex', '0')
  listenToFocus(grid)
  listenToKeys(grid)
  listenToPointer(grid)
  listenToClipboard(grid)
  listenToDeletion(grid)
  listenToLeaving(grid)
}

/** @param {Grid} grid */
function listenToFocus(grid) {
  grid.body.addEventListener('focusin', ({ target }) => {
    const cell = cellAt(grid, target)
    if (cell === null) return
    for (const other of grid.body.querySelectorAll('td[tabindex="0"]')) other.setAttribute('tabindex', '-1')
    cell.setAttribute('tabindex', '0')
    if (cell === grid.head) return
    grid.anchor = cell
    grid.head = cell
    showRange(grid)
  })
  grid.body.addEventListener('focusout', ({ target, relatedTarget }) => {
    const cell = cellAt(grid, target)
    const row = cell === null ? undefined : rowOf(grid, cell)
    if (row === undefined || row.id !== null) return
    if (relatedTarget instanceof Node ? row.element.contains(relatedTarget) : !document.hasFocus()) return
    // Once the focus has moved on.
    setTimeout(() => saveRow(grid, row))
  })
  document.querySelector('[data-focus-draft]')?.addEventListener('click', (event) => {
    const first = grid.draft?.querySelector('td:not(.readonly)')
    if (!(first instanceof HTMLTableCellElement)) return
    event.preventDefault()
    first.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    moveTo(grid, first)
  })
}

/** @param {Grid} grid */
function listenToKeys(grid) {
  grid.body.addEventListener('keydown', (event) => {
    const cell = cellAt(grid, event.target)
    if (cell === null) return
    if (grid.editing?.cell === cell) onEditorKey(grid, event)
    else onCellKey(grid, event, cell)
  })
  document.addEventListener('keydown', (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.altKey && ['z', 'y'].includes(event.key.toLowerCase())
    if (!isUndo || isText(event.target) || document.querySelector('dialog[open]') !== null) return
    event.preventDefault()
    void undo(grid, event.shiftKey || event.key.toLowerCase() === 'y' ? 'redo' : 'undo')
  })
}

/**
 * Whether a key belongs to something in which people type.
 * @param {EventTarget | null} target
 */
function isText(target) {
  return target instanceof Element && target.closest('input:not([type="checkbox"]), textarea, select, [role="listbox"]') !== null
}
