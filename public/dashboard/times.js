/** Instants in the reader's own zone; the server writes them in UTC. */
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

/**
 * An instant by the reader's clock, `2026-01-31T10:30:00`, with milliseconds where it has some: as inputs of dates write it.
 * @param {Date} date
 */
export function localText(date) {
  const pad = (/** @type {number} */ part, length = 2) => String(part).padStart(length, '0')
  const day = `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`
  return `${day}T${time}${date.getMilliseconds() === 0 ? '' : `.${pad(date.getMilliseconds(), 3)}`}`
}
