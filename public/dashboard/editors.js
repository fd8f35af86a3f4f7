/**
 * Editors of cells, by the type of the column. An editor is used only where it can hold the value: what it gives back untouched
 * is what was put in, to the last space and line end.
 */
import { keepLineEnds } from './grid/line-ends.js'
import { readJson } from './grid/texts.js'
import { makeOptions } from './options.js'
import { textOf } from './values.js'
import { toLocal, toStored, zoneAt } from './zone.js'

/** @typedef {import('./grid/model.js').Column} Column */

/** @typedef {{ text: string, value: unknown } | { text: string, problem: string }} Reading what was typed, and what it means */

/**
 * @typedef {object} Editor
 * @property {HTMLElement} element
 * @property {HTMLElement} input what takes the focus
 * @property {() => Reading} read
 * @property {() => boolean} isUnfinished whether it holds something that cannot be read out of it, such as half a date
 * @property {((letter: string) => void) | null} seek moves to the option that begins so; null where letters are typed in
 * @property {boolean} isReplaced whether a letter typed on the cell takes the place of what is there
 * @property {boolean} isBlock whether Shift and Enter begin a new line
 */

/** @typedef {HTMLInputElement | HTMLTextAreaElement} TextControl */

/**
 * @param {Column} column
 * @param {unknown} value what the cell holds
 * @param {string} [typed] what was typed before, and refused
 * @returns {Editor}
 */
export function makeEditor(column, value, typed) {
  const editor = makeFitting(column, value, typed)
  editor.element.classList.add('editor')
  editor.input.setAttribute('aria-label', column.title)
  return editor
}

/**
 * @param {Column} column
 * @param {unknown} value
 * @param {string | undefined} typed
 * @returns {Editor}
 */
function makeFitting(column, value, typed) {
  const text = textOf(column, value)
  return EDITORS[column.kind](column, typed ?? text, { text, typed })
}

/** @typedef {{ text: string, typed: string | undefined }} Texts what the cell holds, and what was typed before */

/** @type {(column: Column, shown: string) => Editor} */
const makeLines = (column, shown) =>
  column.type === 'LongText' || /[\n\r]/.test(shown) ? makeArea(shown) : makeText(column, shown)

/** By the kind of values. @type {Record<import('./looks.js').Kind, (column: Column, shown: string, texts: Texts) => Editor>} */
const EDITORS = {
  text: makeLines,
  // A click turns it; where letters are typed, they are the value.
  boolean: makeLines,
  integer: makeNumber,
  number: makeNumber,
  date: (column, shown) => makeNative('date', shown) ?? makeText(column, shown),
  time: (column, shown) => makeNative('time', shown) ?? makeText(column, shown),
  datetime: (column, _shown, { text, typed }) => makeMoment(column, text, typed),
  select: makeOptions,
  multiselect: makeOptions,
  json: makeJson,
}

/**
 * @param {TextControl} control
 * @param {Partial<Editor>} [more]
 * @returns {Editor}
 */
function fromControl(control, more = {}) {
  return {
    element: control,
    input: control,
    read: () => plain(control.value),
    isUnfinished: () => control.validity.badInput,
    seek: null,
    isReplaced: true,
    isBlock: false,
    ...more,
  }
}

/**
 * Nothing typed is no value; anything else is for the server to judge.
 * @param {string} text
 * @returns {Reading}
 */
function plain(text) {
  return { text, value: text === '' ? null : text }
}

/**
 * @param {string} type
 * @param {string} text
 */
function makeInput(type, text) {
  return Object.assign(document.createElement('input'), { type, autocomplete: 'off', value: text })
}

/**
 * @param {Column} column
 * @param {string} text
 */
function makeText(column, text) {
  const input = makeInput('text', text)
  if (column.type === 'Email') input.inputMode = 'email'
  if (column.type === 'URL') input.inputMode = 'url'
  if (column.type === 'PhoneNumber') input.inputMode = 'tel'
  return fromControl(input)
}

/** @param {string} text */
function makeArea(text) {
  const area = document.createElement('textarea')
  area.value = text
  return fromControl(area, { isBlock: true, read: () => plain(keepLineEnds(text, area.value)) })
}

/**
 * @param {Column} column
 * @param {string} text
 */
function makeJson(column, text) {
  const area = document.createElement('textarea')
  area.value = text
  area.spellcheck = false
  area.classList.add('code')
  return fromControl(area, { isBlock: true, read: () => readJson(column, area.value) })
}

/**
 * Not an input of the type number: that hides what it cannot read, and what was typed would be lost.
 * @param {Column} column
 * @param {string} text
 */
function makeNumber(column, text) {
  const input = makeInput('text', text)
  input.inputMode = column.min === null || column.min < 0 ? 'text' : 'decimal'
  if (column.min !== null || column.max !== null) input.placeholder = boundsOf(column)
  return fromControl(input, { read: () => readNumber(column, input.value) })
}

/** @param {Column} column */
function boundsOf({ min, max }) {
  return `${min ?? 'any'} to ${max ?? 'any'}`
}

/**
 * What is no number at all, the server says better.
 * @param {Column} column
 * @param {string} text
 * @returns {Reading}
 */
function readNumber(column, text) {
  const { title, min, max } = column
  const number = text.trim() === '' ? Number.NaN : Number(text)
  const isOutside = (min !== null && number < min) || (max !== null && number > max)
  return isOutside ? { text, problem: `The field "${title}" takes a number from ${boundsOf(column)}.` } : plain(text)
}

/**
 * An input of the browser's own for days and times; null where it does not give back what is put in.
 * @param {'date' | 'time'} type
 * @param {string} text
 */
function makeNative(type, text) {
  const input = makeInput(type, '')
  input.max = type === 'date' ? '9999-12-31' : ''
  input.step = type === 'time' ? '1' : ''
  input.value = text
  const holds = input.value === text || `${input.value}:00` === text
  if (!holds) return null
  const shown = input.value
  // Where nothing was typed the text is the one that was put in: an input may leave out seconds that are zero.
  const read = () => (input.value === shown ? plain(text) : plain(input.value))
  return fromControl(input, { isReplaced: false, read })
}

/**
 * A day and time by the reader's clock, with the zone beside it.
 * @param {Column} column
 * @param {string} stored
 * @param {string} [typed]
 */
function makeMoment(column, stored, typed) {
  const local = typed ?? (stored === '' ? '' : toLocal(stored))
  if (local === null) return makeText(column, stored)
  const input = makeInput('datetime-local', '')
  input.step = '0.001'
  input.max = '9999-12-31T23:59:59.999'
  input.value = local
  if (local !== '' && input.value === '') return makeText(column, stored)
  const element = document.createElement('div')
  element.className = 'with-zone'
  const zone = document.createElement('small')
  const say = () => {
    const at = new Date(input.value)
    zone.textContent = zoneAt(Number.isNaN(at.getTime()) ? new Date() : at)
  }
  input.addEventListener('input', say)
  say()
  element.append(input, zone)
  const shown = input.value
  return fromControl(input, { element, isReplaced: false, read: () => readMoment(column, { input, shown, stored }) })
}

/**
 * @param {Column} column
 * @param {{ input: HTMLInputElement, shown: string, stored: string }} editing
 * @returns {Reading}
 */
function readMoment({ title }, { input, shown, stored }) {
  const text = input.value
  if (text === '') return { text, value: null }
  const value = text === shown && stored !== '' ? stored : toStored(text, stored)
  if (value !== null) return { text, value }
  return { text, problem: `The field "${title}": the clocks of ${zoneAt(new Date(text)).split(',')[0]} leave this time out.` }
}
