/** Instants, stored in UTC, in the zone of the reader: as cells show them and inputs of the type datetime-local take them. */

/** How DateTime values come: `2024-05-01 10:00:00.123+00:00`. */
const STORED = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,3})?)(?:\+00:00|Z)?$/
const LOCAL = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?$/

/**
 * `2024-05-01T12:00:00.123`, null for a text that is no instant.
 * @param {string} stored
 */
export function toLocal(stored) {
  const match = STORED.exec(stored)
  if (match === null) return null
  const at = new Date(`${match[1]}T${match[2]}Z`)
  return Number.isNaN(at.getTime()) ? null : localText(at)
}

/**
 * The instant as the API takes it; null where the zone has no such time, as when clocks go forward. `before` is the stored
 * value that is edited: of a time that comes twice, as when clocks go back, its offset says which is meant.
 * @param {string} local
 * @param {string} [before]
 */
export function toStored(local, before = '') {
  const match = LOCAL.exec(local)
  if (match === null) return null
  const [year, month, date, hours, minutes, seconds] = match.slice(1, 7).map((part) => Number(part ?? 0))
  const ms = Number((match[7] ?? '').padEnd(3, '0'))
  const at = new Date(0)
  // Not new Date(year, …), which moves the years 0 to 99.
  at.setFullYear(year ?? 0, (month ?? 1) - 1, date)
  at.setHours(hours ?? 0, minutes, seconds, ms)
  if (localText(at) !== full(match)) return null
  const other = sameTimeAt(at, new Date(before.replace(' ', 'T')))
  return (other ?? at).toISOString()
}

/**
 * The same time of day at the offset that another instant has, if there is such an instant.
 * @param {Date} at
 * @param {Date} like
 */
function sameTimeAt(at, like) {
  if (Number.isNaN(like.getTime())) return null
  const shifted = new Date(at.getTime() + (like.getTimezoneOffset() - at.getTimezoneOffset()) * 60_000)
  return localText(shifted) === localText(at) ? shifted : null
}

/** @param {RegExpExecArray} match of LOCAL */
function full([, year, month, date, hours, minutes, seconds = '00', fraction = '']) {
  const ms = fraction.padEnd(3, '0')
  return `${year}-${month}-${date}T${hours}:${minutes}:${seconds}${ms === '000' ? '' : `.${ms}`}`
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

/**
 * `Europe/Vienna, UTC+02:00`
 * @param {Date} at
 */
export function zoneAt(at) {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  const minutes = -at.getTimezoneOffset()
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  const offset = `UTC${minutes < 0 ? '−' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`
  return timeZone === 'UTC' ? 'UTC' : `${timeZone}, ${offset}`
}
