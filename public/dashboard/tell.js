/** Messages that come and go, read out by screen readers. */

/** How long a message stays, ms: time to read twenty words; longer where there is something to do, or to read on. */
const SHOWN_MS = 8000
const SHOWN_LONG_MS = 20_000

/** @typedef {{ label: string, run: () => void } | { label: string, href: string }} Action */

/**
 * @param {string} text
 * @param {{ bad?: boolean, action?: Action }} [options]
 */
export function tell(text, { bad = false, action } = {}) {
  // What lies behind an open dialog cannot be seen or heard.
  const place = document.querySelector('dialog[open] .dialog-status') ?? document.getElementById('toast')
  const toast = document.createElement('p')
  toast.className = bad ? 'toast toast-bad' : 'toast'
  toast.textContent = text
  if (action !== undefined) toast.append(' ', actionOf(action, toast))
  place?.replaceChildren(toast)
  dismissLater(toast, bad || action !== undefined ? SHOWN_LONG_MS : SHOWN_MS)
}

/**
 * @param {Action} action
 * @param {Element} toast
 */
function actionOf(action, toast) {
  if ('href' in action) return Object.assign(document.createElement('a'), { href: action.href, textContent: action.label })
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: action.label })
  button.addEventListener('click', () => {
    toast.remove()
    action.run()
  })
  return button
}

/**
 * @param {Element} toast
 * @param {number} [after] ms
 */
export function dismissLater(toast, after = SHOWN_MS) {
  setTimeout(() => toast.remove(), after)
}
