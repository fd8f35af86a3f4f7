/** Forms: columns of a new table, options of a select, roles that change at once. */
import { whyNotSignedIn } from './auth.js'
import { prepareMoments } from './moments.js'
import { tell } from './tell.js'
import { forgetForms, watchForms } from './unsaved.js'

prepareForms(document)

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target : null
  if (target?.closest('[data-add-column]')) addColumn(target)
  const removed = target?.closest('[data-remove-column]')
  if (removed) removeColumn(removed)
  const toggle = target?.closest('[data-toggle]')
  if (toggle instanceof HTMLElement && toggle.dataset.toggle !== undefined) {
    event.preventDefault()
    togglePanel(toggle, toggle.dataset.toggle)
  }
})

document.addEventListener('change', (event) => {
  if (!(event.target instanceof HTMLSelectElement)) return
  if (event.target.matches('[data-column-type]')) showOptions(event.target)
  if (event.target.closest('form[data-submit-on-change]') !== null) event.target.form?.requestSubmit()
})

/** Forms that will be taken, and are on their way. @type {WeakSet<HTMLFormElement>} */
const checked = new WeakSet()

// A form that the browser sends by itself: its page is left on purpose, and once.
addEventListener('submit', (event) => {
  const form = event.target
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented || form.method !== 'post') return
  if (form.closest('main') !== null && hasSession(form) && !checked.delete(form)) {
    event.preventDefault()
    void checkAndSend(form, event.submitter)
    return
  }
  forgetForms(document)
  // Not before the browser has read the form.
  setTimeout(() => setDisabled(submitButtons(form), true))
})

// Back again, with the page as it was left.
addEventListener('pageshow', () => {
  for (const form of document.forms) setDisabled(submitButtons(form), false)
})

// A browser that scrolls may count instead, up and down, in the number that has the focus.
document.addEventListener(
  'wheel',
  ({ target }) => {
    if (target instanceof HTMLInputElement && target.type === 'number' && target === document.activeElement) target.blur()
  },
  { passive: true },
)

/**
 * Makes forms ready that have come onto the page.
 * @param {ParentNode} root
 */
export function prepareForms(root) {
  for (const select of root.querySelectorAll('[data-column-type]')) if (select instanceof HTMLSelectElement) showOptions(select)
  prepareMoments(root)
  watchForms(root)
}

/** @param {HTMLFormElement} form */
function submitButtons(form) {
  const buttons = [...form.querySelectorAll('button[type="submit"]')]
  return buttons.filter((button) => button instanceof HTMLButtonElement)
}

/**
 * @param {readonly HTMLButtonElement[]} buttons
 * @param {boolean} isDisabled
 */
function setDisabled(buttons, isDisabled) {
  for (const button of buttons) button.disabled = isDisabled
}

/** @param {Element} button */
function addColumn(button) {
  const form = button.closest('form')
  const template = form?.querySelector('[data-column-template]')
  const rows = form?.querySelector('[data-column-rows]')
  if (!(template instanceof HTMLTemplateElement) || !rows) return
  rows.append(template.content.cloneNode(true))
  prepareForms(rows)
  rows.lastElementChild?.querySelector('input')?.focus()
}

/** @param {Element} button */
function removeColumn(button) {
  const row = button.closest('[data-column-row]')
  const next = row?.nextElementSibling ?? row?.previousElementSibling
  row?.remove()
  next?.querySelector('input')?.focus()
}

/**
 * The options of a select belong to the types that have them.
 * @param {HTMLSelectElement} select
 */
function showOptions(select) {
  const options = select.closest('[data-column-row]')?.querySelector('[data-column-options]')
  if (options instanceof HTMLElement) options.hidden = !(options.dataset.for ?? '').split(' ').includes(select.value)
}

/**
 * @param {HTMLElement} button
 * @param {string} id
 */
function togglePanel(button, id) {
  const panel = document.getElementById(id)
  if (panel === null) return
  panel.hidden = !panel.hidden
  button.setAttribute('aria-expanded', String(!panel.hidden))
  if (!panel.hidden) panel.querySelector('select, input')?.dispatchEvent(new Event('shown', { bubbles: true }))
}

/**
 * Whether a form was drawn for somebody who was signed in.
 * @param {HTMLFormElement} form
 */
function hasSession(form) {
  const field = form.querySelector('input[name="csrf"]')
  return field instanceof HTMLInputElement && field.value !== ''
}

/**
 * Whoever was signed out meanwhile would find the page where people sign in, and nothing of what was typed.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 */
async function checkAndSend(form, submitter) {
  if (!(await maySend(form))) return
  checked.add(form)
  form.requestSubmit(submitter)
}

/**
 * Whether somebody is signed in to send it; says what is to be done, where nobody is.
 * @param {HTMLFormElement} form
 */
export async function maySend(form) {
  const buttons = submitButtons(form)
  setDisabled(buttons, true)
  const problem = await whyNotSignedIn()
  setDisabled(buttons, false)
  if (problem !== null) tell(problem, { bad: true })
  return problem === null
}

/**
 * Sends a form without files as the browser would. Null when no answer came.
 * @param {HTMLFormElement} form
 * @returns {Promise<{ redirected: boolean, url: string, html: string } | null>}
 */
export async function send(form) {
  if (!(await maySend(form))) return null
  const buttons = submitButtons(form)
  setDisabled(buttons, true)
  return new Promise((done) => {
    const request = new XMLHttpRequest()
    request.open('POST', form.action)
    request.setRequestHeader('accept', 'text/html')
    request.addEventListener('loadend', () => {
      setDisabled(buttons, false)
      if (request.status === 0) {
        tell('The server did not answer. Check the connection and try again.', { bad: true })
        done(null)
      } else
        done({ redirected: isElsewhere(request.responseURL, form.action), url: request.responseURL, html: request.responseText })
    })
    request.send(textsOf(new FormData(form)))
  })
}

/**
 * @param {string} url
 * @param {string} action
 */
function isElsewhere(url, action) {
  return url !== new URL(action, location.href).href
}

/**
 * The fields of a form without files.
 * @param {FormData} data
 */
export function textsOf(data) {
  const texts = new URLSearchParams()
  for (const [name, value] of data) if (typeof value === 'string') texts.append(name, value)
  return texts
}
