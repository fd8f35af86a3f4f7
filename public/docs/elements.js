/** Elements of the page, and those that plugins of Swagger UI make. */

/**
 * What we use of the React that is inside Swagger UI.
 * @typedef {object} React
 * @property {(kind: unknown, properties: object | null, ...children: unknown[]) => unknown} createElement
 * @property {<Value>(first: Value) => [Value, (next: Value) => void]} useState
 * @property {unknown} Fragment
 */
/** @typedef {(properties: object) => unknown} Component */

/**
 * @template {HTMLElement} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function element(id, kind) {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`The page has no #${id}`)
  return found
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer

/**
 * Says something for a while, above all dialogs.
 * @param {string} sentence
 */
export function say(sentence) {
  const place = element('docs-said', HTMLElement)
  place.textContent = sentence
  clearTimeout(timer)
  timer = setTimeout(() => (place.textContent = ''), 8000)
}
