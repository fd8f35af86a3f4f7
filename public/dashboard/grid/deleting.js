/** Deleting the chosen rows: no question, for it can be undone. Without a script there is a page that asks. */
import { callApi } from './api.js'
import { tell } from '../tell.js'
import { forgetForms, hasChanges, mayDiscard } from '../unsaved.js'
import { keyOf } from './model.js'
import { refreshSoon } from './page.js'
import { removeRow } from './rows.js'
import { randomKey, readFirst } from './saving.js'
import { moveTo } from './selection.js'
import { keepFocus, undo } from './undo.js'

/** @typedef {import('./model.js').Grid} Grid */
/** @typedef {import('./model.js').Row} Row */

/** @param {Grid} grid */
export function listenToDeletion(grid) {
  document.getElementById('rows')?.addEventListener('submit', (event) => {
    event.preventDefault()
    const ids = new Set(boxesOf(grid).flatMap((box) => (box.checked ? [box.value] : [])))
    startDeletion(grid, ids)
  })
  // The form of a row has the same link as the page without a script.
  document.addEventListener(
    'click',
    (event) => {
      const link = event.target instanceof Element ? event.target.closest('dialog a[href*="/delete-rows?row="]') : null
      if (!(link instanceof HTMLAnchorElement)) return
      const ids = new Set(new URL(link.href).searchParams.getAll('row'))
      if (![...grid.rows.values()].some(({ id }) => id !== null && ids.has(id))) return
      event.preventDefault()
      event.stopPropagation()
      const dialog = link.closest('dialog')
      if (dialog !== null && hasChanges(dialog) && !mayDiscard()) return
      if (dialog !== null) forgetForms(dialog)
      dialog?.close()
      startDeletion(grid, ids)
    },
    { capture: true },
  )
  let last = /** @type {HTMLInputElement | null} */ (null)
  grid.body.addEventListener('click', (event) => {
    const box = event.target
    if (!(box instanceof HTMLInputElement) || box.name !== 'row') return
    if (event.shiftKey && last !== null) checkBetween(boxesOf(grid), last, box)
    last = box
    countChosen(grid)
  })
  countChosen(grid)
}

/**
 * The boxes of rows, from the first to the last.
 * @param {Grid} grid
 */
function boxesOf(grid) {
  return [...grid.body.querySelectorAll('input[name="row"]')].filter((box) => box instanceof HTMLInputElement)
}

/**
 * @param {readonly HTMLInputElement[]} boxes
 * @param {HTMLInputElement} one
 * @param {HTMLInputElement} other whose state all get
 */
function checkBetween(boxes, one, other) {
  const places = [boxes.indexOf(one), boxes.indexOf(other)]
  if (places.includes(-1)) return
  for (const box of boxes.slice(Math.min(...places), Math.max(...places) + 1)) box.checked = other.checked
}

/** @param {Grid} grid */
function countChosen(grid) {
  const button = document.querySelector('[data-delete-rows]')
  if (!(button instanceof HTMLButtonElement)) return
  const count = boxesOf(grid).filter(({ checked }) => checked).length
  button.style.visibility = count === 0 ? 'hidden' : 'visible'
  const words = button.querySelector('span')
  if (words !== null) words.textContent = `Delete ${count} ${count === 1 ? 'row' : 'rows'}`
}

/**
 * @param {Grid} grid
 * @param {Set<string>} ids
 */
function startDeletion(grid, ids) {
  const rows = [...grid.rows.values()].filter(({ id }) => id !== null && ids.has(id))
  if (rows.length === 0) return
  const key = randomKey()
  void grid.queues.run(rows, () => {
    // Not those that an earlier click has deleted by then.
    const left = rows.filter(({ element }) => element.isConnected)
    return left.length === 0 ? Promise.resolve() : deleteRows(grid, left, key)
  })
}

/**
 * @param {Grid} grid
 * @param {readonly Row[]} rows
 * @param {string} key sent again with the same request it takes effect once
 * @returns {Promise<void>}
 */
async function deleteRows(grid, rows, key) {
  const order = grid.history.next()
  for (const row of rows) {
    // What is put back is what was there: all of it has to be known.
    if (row.version !== null && grid.columns.every(({ title }) => row.values.has(title))) continue
    const read = await readFirst(grid, row)
    if (read !== 'again') return fail(grid, read, () => deleteRows(grid, rows, key), rows)
  }
  const targets = rows.map((row) => ({ row: keyOf(grid, row), version: row.version }))
  const answer = await callApi('POST', grid.bulk, { delete: targets }, { idempotencyKey: key })
  if (!answer.ok) return fail(grid, answer, () => deleteRows(grid, rows, key), rows)
  const label = rows.length === 1 ? 'Deleted a row' : `Deleted ${rows.length} rows`
  const changes = rows.map((row) => {
    const version = row.version
    if (version !== null) grid.history.wrote(row.id ?? '', version, version)
    return { rowId: row.id ?? '', key: keyOf(grid, row), before: Object.fromEntries(row.values), after: null, version }
  })
  grid.history.add({ label, order, changes })
  takeAway(grid, rows)
  tell(`${label}.`, { action: { label: 'Undo', run: () => void undo(grid, 'undo') } })
  return refreshSoon(grid)
}

/**
 * @param {Grid} grid
 * @param {import('../auth.js').Refusal} refusal
 * @param {() => Promise<void>} again
 * @param {readonly Row[]} rows
 */
function fail(grid, { status, message }, again, rows) {
  if (status === 412 || status === 404) {
    refreshSoon(grid)
    tell('Nothing was deleted: one of these rows was changed or deleted elsewhere meanwhile. Look again, then try again.', {
      bad: true,
    })
  } else if (status === 0 || status >= 500) {
    const action = { label: 'Try again', run: () => void grid.queues.run(rows, again) }
    tell(`${message} Nobody knows whether this was deleted.`, { bad: true, action })
  } else tell(`Nothing was deleted: ${message}`, { bad: true })
}

/**
 * @param {Grid} grid
 * @param {readonly Row[]} rows
 */
function takeAway(grid, rows) {
  const elements = new Set(rows.map(({ element }) => element))
  const focused = document.activeElement?.closest('tr') ?? null
  const isLost = (focused !== null && elements.has(focused)) || document.activeElement === document.body
  const next = rows.at(-1)?.element.nextElementSibling?.querySelector('td') ?? null
  for (const row of rows) removeRow(grid, row)
  if (isLost || document.activeElement?.closest('[data-delete-rows]')) {
    if (next === null) keepFocus(grid)
    else moveTo(grid, next)
  }
  countChosen(grid)
}
