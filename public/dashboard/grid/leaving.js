/** What is not saved: how much of it there is, trying again, and asking before it is left behind. */
import { watchUnsaved } from '../unsaved.js'
import { unsavedRows } from './model.js'
import { tryAgain } from './saving.js'

/** @typedef {import('./model.js').Grid} Grid */

/** Saving takes a moment. Whoever leaves in it need not be asked: the page goes once it is over, ms at most. */
const PATIENCE_MS = 2000

/** @param {Grid} grid */
export function listenToLeaving(grid) {
  const status = makeStatus(grid)
  grid.table.addEventListener('unsaved', () => showStatus(grid, status))
  window.addEventListener('online', () => tryAgain(grid))
  watchUnsaved(() => isUnsaved(grid))
  document.addEventListener('click', (event) => waitForSaving(grid, event), { capture: true })
}

/**
 * @param {Grid} grid
 */
function isUnsaved(grid) {
  const { editing } = grid
  const isTyped = editing !== null && (editing.editor.isUnfinished() || editing.editor.read().text !== editing.opened)
  return isTyped || grid.queues.isBusy() || unsavedRows(grid).length > 0
}

/** @param {Grid} grid */
function makeStatus(grid) {
  const status = document.createElement('span')
  status.className = 'unsaved-count'
  status.hidden = true
  const words = document.createElement('span')
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'button button-small' })
  button.textContent = 'Try again'
  button.addEventListener('click', () => tryAgain(grid))
  status.append(words, ' ', button)
  document.querySelector('.grid-foot .grow')?.before(status)
  return status
}

/**
 * @param {Grid} grid
 * @param {HTMLElement} status
 */
function showStatus(grid, status) {
  const edits = unsavedRows(grid).flatMap((row) => [...row.edits.values()])
  const bad = edits.filter(({ state }) => state === 'refused' || state === 'unanswered')
  const [words, button] = status.children
  status.hidden = bad.length === 0
  if (words) words.textContent = `${bad.length} ${bad.length === 1 ? 'value is' : 'values are'} not saved.`
  if (button instanceof HTMLElement) button.hidden = !bad.some(({ state }) => state === 'unanswered')
}

/** Links that have waited. @type {WeakSet<Element>} */
const following = new WeakSet()

/**
 * A link that is followed while something is being saved.
 * @param {Grid} grid
 * @param {MouseEvent} event
 */
function waitForSaving(grid, event) {
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null
  const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || link?.getAttribute('target') === '_blank'
  if (!(link instanceof HTMLElement) || isElsewhere || !grid.queues.isBusy() || link.dataset.focusDraft !== undefined) return
  if (following.delete(link)) return
  event.preventDefault()
  event.stopPropagation()
  const late = new Promise((done) => {
    setTimeout(done, PATIENCE_MS)
  })
  void Promise.race([grid.queues.settled(), late]).then(() => follow(link))
}

/** @param {HTMLElement} link */
function follow(link) {
  following.add(link)
  link.click()
}
