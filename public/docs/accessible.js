/**
 * What Swagger UI leaves out for people who use a keyboard or a screen reader: names of its fields, levels of its headings, and
 * a dialog that is one. Its parts come and go; each is mended when it comes.
 */

/** @typedef {(part: Element) => Record<string, string>} Attributes */

/** Attributes of parts, by selector. @type {[selector: string, attributes: Attributes][]} */
const MENDINGS = [
  ['.information-container', () => ({ role: 'region', 'aria-label': 'About this API' })],
  ['.scheme-container', () => ({ role: 'region', 'aria-label': 'Authorization' })],
  ['.filter-container', () => ({ role: 'search', 'aria-label': 'Operations' })],
  ['.operation-filter-input', () => ({ 'aria-label': 'Filter by tag or path' })],
  ['h3.opblock-tag', () => ({ 'aria-level': '2' })],
  ['.opblock h4, .opblock h5', () => ({ 'aria-level': '3' })],
  ['.opblock .examples-select-element', () => ({ 'aria-label': 'Example' })],
  ['.opblock .body-param__text', () => ({ 'aria-label': 'Request body' })],
  ['.opblock pre.example, .opblock pre.microlight', () => ({ tabindex: '0' })],
  ['.responses-table[role=region]', (part) => ({ 'aria-label': `Answers of ${operationOf(part)}` })],
  ['.opblock .response-control-media-type select', () => ({ 'aria-label': 'Media type of the answer' })],
  ['.parameters select, .parameters input, .parameters textarea', (part) => ({ 'aria-label': parameterOf(part) })],
  ['.dialog-ux', () => ({ role: 'dialog', 'aria-modal': 'true', 'aria-label': 'Available authorizations' })],
  ['.dialog-ux h3', () => ({ 'aria-level': '2' })],
  ['.dialog-ux h4', () => ({ 'aria-level': '3' })],
  ['.dialog-ux h6', () => ({ 'aria-level': '4' })],
  ['.dialog-ux .close-modal', () => ({ 'aria-label': 'Close' })],
  ['.dialog-ux input', (part) => ({ 'aria-label': `Value of ${schemeOf(part)}`, autocomplete: 'off', spellcheck: 'false' })],
  ['.dialog-ux .auth-btn-wrapper button', (part) => ({ 'aria-label': `${part.textContent} ${schemeOf(part)}` })],
]

const FOCUSABLE = 'button, input, select, textarea, a[href]'

export function makeAccessible() {
  /** @type {Element | null} */
  let dialog = null
  /** @type {Element | null} */
  let opener = null
  const look = () => {
    for (const [selector, attributes] of MENDINGS) {
      for (const part of document.querySelectorAll(selector)) mend(part, attributes(part))
    }
    const now = document.querySelector('.dialog-ux')
    if (now !== null && dialog === null) {
      opener =
        document.activeElement?.closest('.dialog-ux') === null ? document.activeElement : document.querySelector('.btn.authorize')
      // Swagger UI would begin in the last box. The first is for what signing in gives.
      focus(now.querySelector('input') ?? now.querySelector('button.close-modal'))
    } else if (now === null && dialog !== null) focus(opener)
    dialog = now
  }
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true })
  document.addEventListener('keydown', (event) => {
    if (dialog === null) return
    if (event.key === 'Escape') focus(dialog.querySelector('button.close-modal'))?.click()
    else if (event.key === 'Tab') stayInside(dialog, event)
  })
}

/**
 * @param {Element} part
 * @param {Record<string, string>} attributes
 */
function mend(part, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (part.getAttribute(name) !== value) part.setAttribute(name, value)
  }
}

/**
 * From the last part of a dialog Tab goes to the first, not to the page behind it.
 * @param {Element} dialog
 * @param {KeyboardEvent} event
 */
function stayInside(dialog, event) {
  const parts = [...dialog.querySelectorAll(FOCUSABLE)]
  const [from, to] = event.shiftKey ? [parts[0], parts.at(-1)] : [parts.at(-1), parts[0]]
  if (document.activeElement !== from && dialog.contains(document.activeElement)) return
  event.preventDefault()
  focus(to)
}

/** @param {Element | null | undefined} part */
function focus(part) {
  if (!(part instanceof HTMLElement)) return null
  part.focus()
  return part
}

/** @param {Element} part of the Authorize dialog */
function schemeOf(part) {
  return part.closest('.auth-container')?.querySelector('h4 code')?.textContent ?? ''
}

/** @param {Element} part */
function operationOf(part) {
  const summary = part.closest('.opblock')?.querySelector('.opblock-summary-control')
  const texts = ['.opblock-summary-method', '.opblock-summary-path'].map((name) => summary?.querySelector(name)?.textContent)
  return texts.join(' ')
}

/** @param {Element} part the field of a parameter, or the choice of an example for it */
function parameterOf(part) {
  const name = part.closest('[data-param-name]')?.getAttribute('data-param-name') ?? 'parameter'
  return part.classList.contains('examples-select-element') ? `Example for ${name}` : name
}
