/** Instants in the reader's own zone; the server writes them in UTC. */
import { localText } from './zone.js'

export { localText }

showTimes(document)

/** @param {ParentNode} root */
export function showTimes(root) {
  for (const element of root.querySelectorAll('time[datetime]')) showTime(element)
  for (const element of root.querySelectorAll('[data-zone]')) element.textContent = zoneName()
}

/** The reader's zone, by the name that people know: `Europe/Vienna`. */
export function zoneName() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** @param {Element} element */
function showTime(element) {
  const date = new Date(element.getAttribute('datetime') ?? '')
  const isValue = element.classList.contains('instant')
  element.setAttribute('title', isValue ? `${element.textContent} UTC` : element.textContent)
  element.textContent = isValue
    ? localText(date).replace('T', ' ')
    : date.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })
}
