/**
 * Asks before something that was typed and not saved is lost: in forms with data-ask-before-leaving, and wherever else somebody
 * says so.
 *
 * - watchUnsaved(hasUnsaved): is asked whenever the page is left, by a link, a reload or the browser
 * - watchForms(root): from now on, what is changed in the forms there counts
 * - hasChanges(root): whether something was, in one of them
 * - forgetForms(root): what they hold is saved, or given up
 * - mayDiscard(): asks the person; true when what is unsaved may go
 */

/** @type {Set<() => boolean>} */
const watched = new Set()

/** What forms held when they were shown; null where something in there was unsaved by then. */
/** @type {WeakMap<HTMLFormElement, string | null>} */
const before = new WeakMap()

addEventListener('beforeunload', (event) => {
  // The browser asks, in words of its own.
  if (hasChanges(document) || [...watched].some((hasUnsaved) => hasUnsaved())) event.preventDefault()
})

/** @param {() => boolean} hasUnsaved */
export function watchUnsaved(hasUnsaved) {
  watched.add(hasUnsaved)
}

/** @param {ParentNode} root */
export function watchForms(root) {
  for (const form of formsIn(root)) before.set(form, form.dataset.askBeforeLeaving === 'changed' ? null : contentOf(form))
}

/** @param {ParentNode} root */
export function hasChanges(root) {
  return formsIn(root).some(isChanged)
}

/** @param {ParentNode} root */
export function forgetForms(root) {
  for (const form of formsIn(root)) before.delete(form)
}

export function mayDiscard() {
  // oxlint-disable-next-line no-alert -- it stops what is going on until there is an answer, as leaving a page does
  return confirm('Your changes are not saved. Discard them?')
}

/** @param {ParentNode} root */
function formsIn(root) {
  const inside = [...root.querySelectorAll('form[data-ask-before-leaving]')]
  return inside.filter((form) => form instanceof HTMLFormElement)
}

/** @param {HTMLFormElement} form */
function isChanged(form) {
  const shown = before.get(form)
  if (shown === undefined) return false
  // What a browser cannot read, such as half a date, is no part of what it would send.
  return shown !== contentOf(form) || form.querySelector('input:user-invalid') !== null
}

/** @param {HTMLFormElement} form */
function contentOf(form) {
  return JSON.stringify([...new FormData(form)])
}
