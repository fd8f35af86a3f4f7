/** The editor of a cell: opening, leaving with or without what was typed. Leaving never waits for the server. */
import { makeEditor } from '../editors.js'
import { tell } from '../tell.js'
import { canEdit, columnOf, isCutCell, rowOf, valueIn } from './model.js'
import { neighbour } from './moves.js'
import { hideNote, removeRow, rowFromDraft, showCell, showNote } from './rows.js'
import { refuseText, saveRow, saveValue } from './saving.js'
import { moveTo } from './selection.js'

/** @typedef {import('./model.js').Column} Column */
/** @typedef {import('./model.js').Grid} Grid */
/** @typedef {import('./model.js').Row} Row */

/** Where to go on: as the key that ended the editing says. @typedef {'down' | 'up' | 'left' | 'right' | null} Then */

const KEYS = { down: 'ArrowDown', up: 'ArrowUp', left: 'ArrowLeft', right: 'ArrowRight' }

/**
 * Opens the editor of a cell. `letter`: the key that was pressed on the cell; it has yet to reach the editor.
 * @param {Grid} grid
 * @param {HTMLTableCellElement} cell
 * @param {string | null} letter
 * @returns {boolean} whether the editor takes the letter by itself, as text
 */
export function beginEditing(grid, cell, letter) {
  const column = columnOf(grid, cell)
  if (column === undefined || !canEdit(grid, cell)) return false
  const row = rowOf(grid, cell)
  const edit = row?.edits.get(column.title)
  if (edit === undefined && isCutCell(cell)) {
    // Only the beginning is here: the form of the row has the whole.
    cell.closest('tr')?.querySelector('a')?.click()
    return false
  }
  const editor = makeEditor(column, valueIn(row, column), edit?.state === 'refused' ? edit.text : undefined)
  const editing = { cell, row: row ?? null, column, editor, opened: editor.read().text, isAsked: false }
  grid.editing = editing
  cell.classList.add('editing')
  cell.replaceChildren(editor.element)
  if (edit !== undefined && edit.message !== '') showNote(cell, edit.message)
  focusEditor(editing, letter)
  // An editor may be wider than its cell.
  editor.element.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  editor.input.addEventListener('blur', () => {
    if (grid.editing === editing && document.hasFocus()) commit(grid, null)
  })
  editor.element.addEventListener('chosen', () => commit(grid, null, { keepFocus: true }))
  editor.element.addEventListener('input', () => {
    if (!editing.isAsked) return
    editing.isAsked = false
    hideNote(cell)
  })
  return letter !== null && editor.seek === null
}

/**
 * @param {import('./model.js').Editing} editing
 * @param {string | null} letter
 */
function focusEditor({ editor }, letter) {
  const { input } = editor
  const isText = input instanceof HTMLInputElement || input instanceof HTMLTextAreaElement
  if (isText && letter !== null && editor.isReplaced) input.value = ''
  input.focus()
  if (isText && letter === null) input.select()
  if (letter !== null) editor.seek?.(letter)
}

/**
 * Keys in an editor. Those of an input method that is composing a word are its own.
 * @param {Grid} grid
 * @param {KeyboardEvent} event
 */
export function onEditorKey(grid, event) {
  const { editing } = grid
  if (editing === null || event.isComposing || event.keyCode === COMPOSING) return
  const isNewLine = editing.editor.isBlock && (event.shiftKey || event.altKey)
  if (event.key === 'Escape') leave(grid, event)
  else if (event.key === 'Enter' && !isNewLine) {
    event.preventDefault()
    commit(grid, event.shiftKey ? 'up' : 'down')
  } else if (event.key === 'Enter' && event.altKey) {
    event.preventDefault()
    document.execCommand('insertText', false, '\n')
  } else if (event.key === 'Tab') {
    event.preventDefault()
    grid.tabStart ??= editing.cell.cellIndex
    commit(grid, event.shiftKey ? 'left' : 'right')
  }
}

/** What browsers say of a key that an input method has taken, also those that do not set isComposing. */
const COMPOSING = 229

/**
 * Escape: what was typed goes, but not at once. Of a list of options nothing was typed.
 * @param {Grid} grid
 * @param {KeyboardEvent} event
 */
function leave(grid, event) {
  const { editing } = grid
  if (editing === null) return
  event.preventDefault()
  const { cell, editor, opened } = editing
  const isTyped = editor.seek === null && (editor.read().text !== opened || editor.isUnfinished())
  if (isTyped && !editing.isAsked) {
    editing.isAsked = true
    showNote(cell, 'Not saved. Escape again discards what you typed, Enter saves it.', 'question')
    return
  }
  close(grid)
  moveTo(grid, cell)
}

/**
 * Ends the editing, whatever becomes of the value: a cell shows it.
 * @param {Grid} grid
 */
function close(grid) {
  const { editing } = grid
  if (editing === null) return
  const { cell, row, column } = editing
  grid.editing = null
  cell.classList.remove('editing')
  if (row === null) cell.replaceChildren()
  else showCell(grid, row, column)
}

/**
 * Takes what the editor holds, and goes on at once.
 * @param {Grid} grid
 * @param {Then} then
 * @param {{ keepFocus?: boolean }} [options]
 */
export function commit(grid, then, { keepFocus = false } = {}) {
  const { editing } = grid
  if (editing === null) return
  const { cell, column, editor, opened } = editing
  if (editor.isUnfinished()) {
    // Nobody but the browser knows what stands there.
    const message = `The field "${column.title}" is not complete`
    if (then !== null) return showNote(cell, `${message} yet. Escape twice leaves it as it was.`)
    tell(`${message}: it is left as it was.`, { bad: true })
    return close(grid)
  }
  const reading = editor.read()
  const isRefused = isUnsettled(editing.row, column)
  close(grid)
  if (reading.text !== opened || isRefused) take(grid, cell, reading)
  if (then !== null) goOn(grid, cell, then)
  else if (keepFocus) moveTo(grid, cell)
  return undefined
}

/**
 * @param {Row | null} row
 * @param {Column} column
 */
function isUnsettled(row, column) {
  const state = row?.edits.get(column.title)?.state
  return state === 'refused' || state === 'unanswered'
}

/**
 * A value for a cell. The first one of the empty line makes a row of it.
 * @param {Grid} grid
 * @param {HTMLTableCellElement} cell
 * @param {import('../editors.js').Reading} reading
 */
export function take(grid, cell, reading) {
  const column = columnOf(grid, cell)
  const row = rowOf(grid, cell) ?? rowFromDraft(grid)
  if (column === undefined || row === null) return
  if ('problem' in reading) refuseText(grid, row, column, reading)
  else saveValue(grid, row, column, reading)
}

/**
 * The next cell. After a run of Tab keys Enter begins the next line where the run began.
 * @param {Grid} grid
 * @param {HTMLTableCellElement} cell
 * @param {NonNullable<Then>} then
 */
function goOn(grid, cell, then) {
  const start = then === 'down' && grid.tabStart !== null ? cell.closest('tr')?.cells.item(grid.tabStart) : null
  if (then === 'down' || then === 'up') grid.tabStart = null
  const next = neighbour(grid, start ?? cell, { key: KEYS[then], ctrlKey: false, metaKey: false })
  moveTo(grid, next ?? cell)
}

/**
 * Escape on a cell that shows what the server does not have: gone at the second time.
 * @param {Grid} grid
 * @param {HTMLTableCellElement} cell
 */
export function discard(grid, cell) {
  const column = columnOf(grid, cell)
  const row = rowOf(grid, cell)
  if (row === undefined || column === undefined) return
  const isNew = row.id === null
  const edit = row.edits.get(column.title)
  if (!isNew && (edit === undefined || edit.state === 'waiting' || edit.state === 'sending')) return
  if (grid.discarding !== row) {
    grid.discarding = row
    showNote(cell, `Not saved. Escape again discards ${isNew ? 'this row' : 'what you typed'}.`, 'question')
    return
  }
  grid.discarding = null
  if (isNew) {
    const next = neighbour(grid, cell, { key: 'ArrowDown', ctrlKey: false, metaKey: false })
    removeRow(grid, row)
    if (next !== null) moveTo(grid, next)
  } else {
    row.edits.delete(column.title)
    hideNote(cell)
    showCell(grid, row, column)
  }
  saveRow(grid, row)
}
