/** A textarea knows one line end, LF. What it gives back keeps those of the text that was put in, where that was not edited. */

/** @param {string} text */
const asShown = (text) => text.replaceAll(/\r\n?/g, '\n')

/**
 * @param {string} before what was put in
 * @param {string} edited what the textarea holds now
 */
export function keepLineEnds(before, edited) {
  if (!before.includes('\r')) return edited
  const shown = asShown(before)
  let head = 0
  while (head < edited.length && head < shown.length && edited[head] === shown[head]) head += 1
  let tail = 0
  const most = Math.min(edited.length, shown.length) - head
  while (tail < most && edited.at(-1 - tail) === shown.at(-1 - tail)) tail += 1
  const lineEnd = /\r\n?|\n/.exec(before)?.[0] ?? '\n'
  const typed = edited.slice(head, edited.length - tail).replaceAll('\n', lineEnd)
  return before.slice(0, placeIn(before, head)) + typed + before.slice(placeIn(before, shown.length - tail))
}

/**
 * The place in a text that is `shown` characters into what is shown of it.
 * @param {string} text
 * @param {number} shown
 */
function placeIn(text, shown) {
  let at = 0
  for (let count = 0; count < shown; count += 1) at += text.startsWith('\r\n', at) ? 2 : 1
  return at
}
