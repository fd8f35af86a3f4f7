/** Values as the text of a cell in a spreadsheet, and what such a text means in a column. */
import { textOf } from '../values.js'
import { toLocal, toStored, zoneAt } from '../zone.js'

/** @typedef {import('./model.js').Column} Column */
/** @typedef {import('../editors.js').Reading} Reading */

/**
 * Spreadsheets know no zones: an instant is copied as the reader's clock shows it, with its offset only where the clock shows
 * the same time twice.
 * @param {Column} column
 * @param {unknown} value
 */
export function toText(column, value) {
  const text = textOf(column, value)
  if (column.kind === 'boolean' && text !== '') return text.toUpperCase()
  if (column.kind !== 'datetime') return text
  const local = toLocal(text)
  if (local === null) return text
  const isTwice = toStored(local) !== toStored(local, text)
  return isTwice ? text : local.replace('T', ' ')
}

const YES = /^(?:true|yes|1)$/i
const NO = /^(?:false|no|0)?$/i

/** An instant that says its offset, or that it is UTC. */
const WITH_OFFSET = /(?:Z|[+-]\d\d:?\d\d)$/

/**
 * @param {Column} column
 * @param {string} text
 * @returns {Reading}
 */
export function fromText(column, text) {
  return READERS[column.kind](column, text)
}

/** @type {(column: Column, text: string) => Reading} */
const asTyped = (_column, text) => ({ text, value: text === '' ? null : text })

/** By the kind of values. @type {Record<import('../looks.js').Kind, (column: Column, text: string) => Reading>} */
const READERS = {
  text: asTyped,
  integer: asTyped,
  date: asTyped,
  time: asTyped,
  select: asTyped,
  number: ({ type }, text) => {
    const value = text.trim()
    return { text, value: value === '' ? null : type === 'Percent' ? value.replace(/\s*%$/, '') : value }
  },
  boolean: (_column, text) => {
    const value = text.trim()
    return { text, value: YES.test(value) ? true : NO.test(value) ? false : text }
  },
  datetime: (column, text) => readMoment(column, text.trim()),
  multiselect: (_column, text) => ({ text, value: text.trim() === '' ? null : trimmedTitles(text.trim()) }),
  json: readJson,
}

/** @param {string} titles */
function trimmedTitles(titles) {
  return titles
    .split(',')
    .map((title) => title.trim())
    .join(',')
}

/**
 * @param {Column} column
 * @param {string} text
 * @returns {Reading}
 */
function readMoment({ title }, text) {
  if (text === '') return { text, value: null }
  const isLocal = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text) && !WITH_OFFSET.test(text)
  if (!isLocal) return { text, value: text }
  const value = toStored(text)
  if (value !== null) return { text, value }
  return { text, problem: `The field "${title}": there is no ${text} by the clocks of ${zoneAt(new Date())}.` }
}

/**
 * @param {Column} column
 * @param {string} text
 * @returns {Reading}
 */
export function readJson({ title }, text) {
  if (text.trim() === '') return { text, value: null }
  try {
    return { text, value: /** @type {unknown} */ (JSON.parse(text)) }
  } catch {
    return { text, problem: `The field "${title}" takes JSON, such as {"a": 1} or "a text in quotes".` }
  }
}
