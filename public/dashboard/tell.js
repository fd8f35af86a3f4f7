/** Messages that come and go, read out by screen readers. */

/** How long a message stays, ms: time to read twenty words. */
const SHOWN_MS = 8000

/**
 * @param {string} text
 * @param {{ bad?: boolean }} [options]
 */
export function tell(text, { bad = false } = {}) {
  // What lies behind an open dialog cannot be seen or heard.
  const place = document.querySelector('dialog[open] .dialog-status') ?? document.getElementById('toast')
  const toast = document.createElement('p')
  toast.className = bad ? 'toast toast-bad' : 'toast'
  toast.textContent = text
  place?.replaceChildren(toast)
  dismissLater(toast)
}

/** @param {Element} toast */
export function dismissLater(toast) {
  setTimeout(() => toast.remove(), SHOWN_MS)
}
