/**
 * Pages as dialogs: a link with data-dialog opens the part of its page that is marked data-dialog-body over this one, and
 * the forms in there are sent without leaving it until they succeed. Without a script they are pages like any other.
 */
import { prepareForms, send, textsOf } from './forms.js'
import { tell } from './tell.js'
import { showTimes } from './times.js'
import { forgetForms, hasChanges, mayDiscard } from './unsaved.js'

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[data-dialog], [data-close]') : null
  if (!(link instanceof HTMLAnchorElement)) return
  if (event.ctrlKey || event.metaKey || event.shiftKey) return
  if (link.dataset.close !== undefined) {
    const dialog = link.closest('dialog')
    if (dialog === null) return
    event.preventDefault()
    askAndClose(dialog)
    return
  }
  // The page that it is on, once more: a dialog over it would show it twice.
  if (link.dataset.dialog === 'inside' && link.closest('dialog') === null) return
  event.preventDefault()
  void openDialog(link.href, link.dataset.dialog ?? '')
})

document.addEventListener('submit', (event) => {
  const form = event.target
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented) return
  const dialog = form.closest('dialog')
  if (dialog === null && form.dataset.dialog === undefined) return
  event.preventDefault()
  if (form.method === 'get') void openDialog(`${form.action}?${textsOf(new FormData(form))}`, form.dataset.dialog ?? '')
  else if (dialog !== null) void sendFrom(dialog, form)
})

/**
 * @param {string} url
 * @param {string} kind
 */
async function openDialog(url, kind) {
  if (!mayLeave(currentDialog())) return
  try {
    const response = await fetch(url, { headers: { accept: 'text/html' } })
    const body = response.redirected ? null : bodyOf(await response.text())
    if (body === null) {
      location.assign(response.redirected ? response.url : url)
      return
    }
    const dialog = currentDialog()
    dialog.className = kind === 'wide' ? 'wide' : ''
    fill(dialog, body)
    if (!dialog.open) dialog.showModal()
    focusFirst(dialog)
  } catch {
    tell('The server did not answer. Check the connection and try again.', { bad: true })
  }
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {HTMLFormElement} form
 */
async function sendFrom(dialog, form) {
  const answer = await send(form)
  if (answer === null) return
  if (answer.redirected) {
    // Anywhere else, such as where people sign in, nothing was saved.
    if (isBack(dialog, answer.url)) forgetForms(dialog)
    location.assign(answer.url)
    return
  }
  const body = bodyOf(answer.html)
  if (body === null) {
    tell('The server refused this. Load the page again.', { bad: true })
    return
  }
  fill(dialog, body)
  const wrong = dialog.querySelector('[aria-invalid="true"]')
  if (wrong instanceof HTMLElement) wrong.focus()
  else focusFirst(dialog)
}

/**
 * Whether an address is where Cancel leads, as after everything that was done.
 * @param {HTMLDialogElement} dialog
 * @param {string} url
 */
function isBack(dialog, url) {
  const back = dialog.querySelector('a[data-close]')
  return back instanceof HTMLAnchorElement && new URL(url).pathname === new URL(back.href).pathname
}

/** @param {string} html */
function bodyOf(html) {
  return new DOMParser().parseFromString(html, 'text/html').querySelector('[data-dialog-body]')
}

/** The one dialog of the page. */
function currentDialog() {
  const found = document.querySelector('dialog')
  if (found !== null) return found
  const dialog = document.createElement('dialog')
  dialog.addEventListener('close', () => dialog.replaceChildren())
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.preventDefault()
    askAndClose(dialog)
  })
  // The other ways out that a device may have, such as a gesture.
  dialog.addEventListener('cancel', (event) => {
    if (event.target === dialog && !mayLeave(dialog)) event.preventDefault()
  })
  document.body.append(dialog)
  return dialog
}

/** @param {HTMLDialogElement} dialog */
function askAndClose(dialog) {
  if (mayLeave(dialog)) dialog.close()
}

/**
 * Nothing unsaved is in there, or it may go.
 * @param {HTMLDialogElement} dialog
 */
function mayLeave(dialog) {
  if (hasChanges(dialog) && !mayDiscard()) return false
  forgetForms(dialog)
  return true
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {Element} body
 */
function fill(dialog, body) {
  const status = document.createElement('div')
  status.className = 'dialog-status'
  status.setAttribute('role', 'status')
  dialog.replaceChildren(document.importNode(body, true), status)
  dialog.setAttribute('aria-label', dialog.querySelector('h1, h2')?.textContent ?? '')
  showTimes(dialog)
  prepareForms(dialog)
}

/**
 * What the page says is first: where something would be deleted, Cancel.
 * @param {HTMLDialogElement} dialog
 */
function focusFirst(dialog) {
  const first = dialog.querySelector('[autofocus]')
  if (first instanceof HTMLElement) first.focus()
}
