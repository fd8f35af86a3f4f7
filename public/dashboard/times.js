/** Instants in the reader's own zone and words; the server writes them in UTC. */
showTimes(document)

/** @param {ParentNode} root */
export function showTimes(root) {
  for (const element of root.querySelectorAll('time[datetime]')) {
    const date = new Date(element.getAttribute('datetime') ?? '')
    element.setAttribute('title', element.textContent)
    element.textContent = date.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })
  }
}
