/**
 * Values in the cells of the grid, as the server draws them (src/dashboard/cells.tsx; the rule for both is looks.js).
 *
 * A cell holds its value, exactly as the API gives it, as JSON in `data-value`; none where it is null. The look says less: ask
 * valueOf(). Where the text is too long for a cell, `data-cut` stands instead, and the value is in the form of the row.
 *
 * - readColumn(head): a column, from its head
 * - showValue(cell, column, value): draws a value and keeps it; times are shown in the reader's zone
 * - drawValue(column, value): the nodes alone, times in UTC, as the server sends them
 * - valueOf(cell): the value of a cell; undefined where it is cut
 * - textOf(column, value), isCut(column, value): from looks.js: a value as the text of an editor; whether a cell shows it whole
 * - icon(name): a drawing, as in src/dashboard/icons.tsx
 */
import { isCut, partsOf } from './looks.js'
import { showTimes } from './times.js'

export { isCut, textOf } from './looks.js'

/** @typedef {import('./looks.js').Look & { title: string, options: string[], readonly: boolean }} Column */

/**
 * @param {HTMLElement} head
 * @returns {Column}
 */
export function readColumn({ dataset }) {
  const { title = '', kind = '', type = '', options = '[]', format = '{}', readonly } = dataset
  return {
    title,
    kind: /** @type {import('./looks.js').Kind} */ (kind),
    type,
    options: /** @type {string[]} */ (JSON.parse(options)),
    format: /** @type {import('./looks.js').Format} */ (JSON.parse(format)),
    readonly: readonly !== undefined,
  }
}

/**
 * @param {HTMLElement} cell
 * @param {import('./looks.js').Look} column
 * @param {unknown} value
 */
export function showValue(cell, column, value) {
  const isKept = value !== null && value !== undefined && !isCut(column, value)
  if (isKept) cell.dataset.value = JSON.stringify(value)
  else delete cell.dataset.value
  cell.toggleAttribute('data-cut', isCut(column, value))
  cell.replaceChildren(...drawValue(column, value))
  showTimes(cell)
}

/**
 * @param {HTMLElement} cell
 * @returns {unknown}
 */
export function valueOf(cell) {
  if (cell.dataset.cut !== undefined) return undefined
  return cell.dataset.value === undefined ? null : JSON.parse(cell.dataset.value)
}

/**
 * @param {import('./looks.js').Look} column
 * @param {unknown} value
 */
export function drawValue(column, value) {
  return partsOf(column, value).map(drawPart)
}

/** @param {import('./looks.js').Part} part */
function drawPart(part) {
  switch (part.is) {
    case 'text':
      return document.createTextNode(part.text)
    case 'chip':
      return element('span', { class: 'chip' }, part.text)
    case 'code':
      return element('code', {}, part.text)
    case 'link':
      return element('a', { href: part.href, target: '_blank', rel: 'noopener noreferrer' }, part.text)
    case 'time':
      return element('time', { datetime: part.instant, class: 'instant' }, part.text)
    case 'stars':
      return element('span', { class: 'stars', role: 'img', 'aria-label': part.label }, part.text)
    case 'mark':
      return element('span', { class: 'mark-value', role: 'img', 'aria-label': part.label }, icon(part.icon))
  }
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {string | Element} content
 */
function element(name, attributes, content) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(content)
  return made
}

/** The same drawings as in src/dashboard/icons.tsx. */
const DRAWINGS = {
  check: 'M3 8.5 6.5 12 13 4.5',
  box: 'M3.5 3.5h9v9h-9z',
  expand: 'M9.5 2.5h4v4M13.5 2.5 9 7M6.5 13.5h-4v-4M2.5 13.5 7 9',
}

/** @param {keyof typeof DRAWINGS} name */
export function icon(name) {
  const space = 'http://www.w3.org/2000/svg'
  const drawing = document.createElementNS(space, 'svg')
  const path = document.createElementNS(space, 'path')
  const attributes = { class: 'icon', viewBox: '0 0 16 16', width: '16', height: '16', 'aria-hidden': 'true', focusable: 'false' }
  for (const [key, value] of Object.entries(attributes)) drawing.setAttribute(key, value)
  const stroke = {
    d: DRAWINGS[name],
    fill: 'none',
    stroke: 'currentColor',
    'stroke-width': '1.4',
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
  }
  for (const [key, value] of Object.entries(stroke)) path.setAttribute(key, value)
  drawing.append(path)
  return drawing
}
