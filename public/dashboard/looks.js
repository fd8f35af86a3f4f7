/**
 * How the values of rows look: one rule for the server (src/dashboard/cells.tsx draws the parts as HTML) and for the browser
 * (values.js draws the same parts into a cell). Knows neither.
 */

/**
 * @typedef {object} Format what a column's meta says of the look of its values
 * @property {string} [currency] ISO 4217
 * @property {string} [locale] BCP 47
 * @property {number} [max] stars of a rating
 */

/** @typedef {'text' | 'integer' | 'number' | 'boolean' | 'date' | 'datetime' | 'time' | 'select' | 'multiselect' | 'json'} Kind of values: src/data/types */

/** @typedef {{ kind: Kind, type: string, format: Format }} Look the parts of a column that decide how its values look */

/**
 * @typedef {{ is: 'text' | 'chip' | 'code', text: string }
 *   | { is: 'link', text: string, href: string }
 *   | { is: 'time', text: string, instant: string }
 *   | { is: 'stars', text: string, label: string }
 *   | { is: 'mark', icon: 'check' | 'box', label: string }} Part
 */

/** Characters of a text that a cell shows; the whole is in the form of the row. */
const MAX_SHOWN = 300

/** Stars of a rating whose column does not say how many. */
const STARS = 5

/** Less than this is shown as it is written: in full it would be all zeros. */
const LEAST_MONEY = 1e-6

/** More of them can no longer be counted at a glance. */
const MAX_STARS = 10

/**
 * A value as people write it: the text of an input.
 * @param {{ kind: Kind }} column
 * @param {unknown} value
 */
export function textOf({ kind }, value) {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' && kind !== 'json' ? value : JSON.stringify(value)
}

/**
 * Whether a cell shows only the beginning of a value, so that it cannot be edited in place.
 * @param {{ kind: Kind }} column
 * @param {unknown} value
 */
export function isCut(column, value) {
  return textOf(column, value).length > MAX_SHOWN
}

/**
 * What of a column's meta decides how its values look.
 * @param {string} type
 * @param {Record<string, unknown> | null} meta
 * @returns {Format}
 */
export function formatOf(type, meta) {
  const { currency_code: currency, currency_locale: locale, max } = meta ?? {}
  if (type === 'Rating') return /^[1-9]\d{0,2}$/.test(String(max)) ? { max: Number(max) } : {}
  if (type !== 'Currency' || typeof currency !== 'string') return {}
  return typeof locale === 'string' ? { currency, locale } : { currency }
}

/**
 * What a value looks like, from left to right; nothing for no value. `whole`: however long it is.
 * @param {Look} column
 * @param {unknown} value
 * @param {{ whole?: boolean }} [options]
 * @returns {Part[]}
 */
export function partsOf(column, value, { whole = false } = {}) {
  if (value === null || value === undefined) return []
  const text = textOf(column, value)
  return LOOKS[column.kind](column, { value, text, shown: shownText(text, whole) })
}

/** @typedef {{ value: unknown, text: string, shown: string }} Shown a value, the text of it, and as much of that as is shown */

/** @type {(column: Look, shown: Shown) => Part[]} */
const plainParts = (column, { value, text, shown }) => [
  typeof value === 'number' ? numberPart(column, value) : linkPart(column.type, text, shown),
]

/** @type {Record<Kind, (column: Look, shown: Shown) => Part[]>} */
const LOOKS = {
  text: plainParts,
  integer: plainParts,
  number: plainParts,
  date: plainParts,
  time: plainParts,
  boolean: (_column, { value }) => [
    value === true ? { is: 'mark', icon: 'check', label: 'Yes' } : { is: 'mark', icon: 'box', label: 'No' },
  ],
  select: (_column, { text }) => [{ is: 'chip', text }],
  multiselect: (_column, { text }) => (text === '' ? [] : text.split(',').map((title) => ({ is: 'chip', text: title }))),
  datetime: (_column, { text }) => [timePart(text)],
  json: (_column, { shown }) => [{ is: 'code', text: shown }],
}

/**
 * With the line ends that a text has in HTML.
 * @param {string} text
 * @param {boolean} whole
 */
function shownText(text, whole) {
  // Never half of a character that is two units.
  const shown = whole || text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN).replace(/[\ud800-\udbff]$/, '')}…`
  return shown.replaceAll(/\r\n?/g, '\n')
}

/**
 * @param {Look} column
 * @param {number} value
 * @returns {Part}
 */
function numberPart({ type, format }, value) {
  switch (type) {
    case 'Percent':
      return { is: 'text', text: `${value}\u00A0%` }
    case 'Currency':
      return { is: 'text', text: moneyText(format, value) }
    case 'Duration':
      return { is: 'text', text: durationText(value) }
    case 'Rating':
      return starsPart(value, format.max ?? STARS)
    default:
      return { is: 'text', text: String(value) }
  }
}

/**
 * With every decimal there is: a look rounds nothing.
 * @param {Format} format
 * @param {number} value
 */
function moneyText({ currency, locale }, value) {
  if (currency === undefined || (value !== 0 && Math.abs(value) < LEAST_MONEY)) return String(value)
  try {
    return new Intl.NumberFormat(locale ?? 'en', { style: 'currency', currency, maximumFractionDigits: 20 }).format(value)
  } catch {
    // No such currency or locale: what clients put into a meta is theirs.
    return String(value)
  }
}

/**
 * Seconds as hours, minutes and seconds: 5400.5 is 1:30:00.5.
 * @param {number} seconds
 */
function durationText(seconds) {
  const [whole = '', fraction] = String(Math.abs(seconds)).split('.')
  if (!/^\d+$/.test(whole) || fraction?.includes('e')) return `${seconds}\u00A0s`
  const total = Number(whole)
  const two = (/** @type {number} */ part) => String(part % 60).padStart(2, '0')
  const clock = `${Math.floor(total / 3600)}:${two(Math.floor(total / 60))}:${two(total)}`
  return `${seconds < 0 ? '-' : ''}${clock}${fraction === undefined ? '' : `.${fraction}`}`
}

/**
 * @param {number} value
 * @param {number} max
 * @returns {Part}
 */
function starsPart(value, max) {
  if (!Number.isInteger(value) || value < 0 || value > max || max > MAX_STARS) return { is: 'text', text: String(value) }
  return { is: 'stars', text: '★'.repeat(value) + '☆'.repeat(max - value), label: `${value} of ${max}` }
}

/**
 * A moment as it is stored, `2026-01-31 09:30:00.250+00:00`.
 * @param {string} text
 * @returns {Part}
 */
function timePart(text) {
  const [, day, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)\+00:00$/.exec(text) ?? []
  return day === undefined ? { is: 'text', text } : { is: 'time', text: `${day} ${time}`, instant: `${day}T${time}Z` }
}

/**
 * @param {string} type
 * @param {string} text
 * @param {string} shown
 * @returns {Part}
 */
function linkPart(type, text, shown) {
  const href = type === 'URL' ? pageAddress(text) : type === 'Email' ? mailAddress(text) : null
  return href === null ? { is: 'text', text: shown } : { is: 'link', text: shown, href }
}

/**
 * What a link may lead to: a page or a mail, never something that would run. Null for any other text.
 * @param {string} text
 */
function pageAddress(text) {
  return /^(?:https?:\/\/|mailto:)[^\s\p{Cc}]+$/iu.test(text) && URL.canParse(text) ? text : null
}

/** @param {string} text */
function mailAddress(text) {
  const [, name, domain] = /^([^\s@\p{Cc}]+)@([^\s@\p{Cc}]+)$/u.exec(text) ?? []
  if (name === undefined || domain === undefined || !text.isWellFormed()) return null
  return `mailto:${encodeURIComponent(name)}@${encodeURIComponent(domain)}`
}
