/** The list of a select's options as an editor: letters move to the option that begins with them, and erase nothing. */
import { drawValue } from './values.js'

/** @typedef {import('./grid/model.js').Column} Column */
/** @typedef {import('./editors.js').Editor} Editor */

/** Letters typed within this time of each other are one word, ms: as in the lists of browsers. */
const WORD_MS = 700

/**
 * @typedef {object} List
 * @property {HTMLElement} element
 * @property {boolean} isMultiple
 * @property {string[]} titles of the options; '' stands for none
 * @property {Set<string>} chosen
 * @property {number} active place of the option that keys act upon
 * @property {boolean} isMoved whether the active option was moved to and has not been chosen or left since
 * @property {{ text: string, at: number }} word the letters typed last
 */

/**
 * @param {Column} column
 * @param {string} text
 * @returns {Editor}
 */
export function makeOptions(column, text) {
  const isMultiple = column.kind === 'multiselect'
  const chosen = text === '' ? [] : isMultiple ? text.split(',') : [text]
  // A value that is no option any more can be seen, and kept.
  const titles = [...(isMultiple ? [] : ['']), ...new Set([...column.options, ...chosen])]
  /** @type {List} */
  const list = {
    element: document.createElement('div'),
    isMultiple,
    titles,
    chosen: new Set(chosen),
    active: Math.max(0, titles.indexOf(chosen[0] ?? '')),
    isMoved: false,
    word: { text: '', at: 0 },
  }
  draw(list, column)
  list.element.addEventListener('keydown', (event) => onKey(event, list))
  list.element.addEventListener('mousedown', (event) => {
    // The focus stays with the list.
    event.preventDefault()
    const option = event.target instanceof Element ? event.target.closest('[role="option"]') : null
    if (option !== null) choose(list, [...list.element.children].indexOf(option))
  })
  return {
    element: list.element,
    input: list.element,
    read: () => readChoice(list),
    isUnfinished: () => false,
    seek: (letter) => seek(list, letter),
    isReplaced: false,
    isBlock: false,
  }
}

/**
 * In the order of the options, those that were there before as they were.
 * @param {List} list
 */
function readChoice({ titles, chosen }) {
  const kept = [...chosen].filter((title) => title !== '')
  const text = titles.length === 0 ? '' : kept.join(',')
  return { text, value: text === '' ? null : text }
}

/**
 * @param {List} list
 * @param {Column} column
 */
function draw(list, column) {
  const { element, titles, isMultiple } = list
  element.className = 'options'
  element.tabIndex = 0
  element.setAttribute('role', 'listbox')
  element.setAttribute('aria-multiselectable', String(isMultiple))
  for (const [index, title] of titles.entries()) {
    const option = document.createElement('div')
    option.id = `option-${index}`
    option.setAttribute('role', 'option')
    option.append(...(title === '' ? ['–'] : drawValue({ ...column, kind: 'select' }, title)))
    element.append(option)
  }
  if (titles.length === 0) element.append('This column has no options yet.')
  show(list)
}

/** @param {List} list */
function show({ element, titles, chosen, active }) {
  for (const [index, option] of [...element.querySelectorAll('[role="option"]')].entries()) {
    const title = titles[index] ?? ''
    option.setAttribute('aria-selected', String(title === '' ? chosen.size === 0 : chosen.has(title)))
    option.classList.toggle('active', index === active)
  }
  const option = element.children.item(active)
  if (option === null || titles.length === 0) return
  element.setAttribute('aria-activedescendant', option.id)
  option.scrollIntoView({ block: 'nearest' })
}

/**
 * Of one choice, to be on an option is to choose it; of many, Space and Enter turn it on and off.
 * @param {List} list
 * @param {number} index
 */
function moveTo(list, index) {
  list.active = Math.max(0, Math.min(list.titles.length - 1, index))
  list.isMoved = true
  if (!list.isMultiple) list.chosen = new Set([list.titles[list.active] ?? ''].filter((title) => title !== ''))
  show(list)
}

/** @param {List} list */
function toggle(list) {
  const title = list.titles[list.active]
  if (title === undefined) return
  if (!list.chosen.delete(title)) list.chosen.add(title)
  list.isMoved = false
  show(list)
}

/**
 * A click: of one choice, the cell is done.
 * @param {List} list
 * @param {number} index
 */
function choose(list, index) {
  moveTo(list, index)
  if (list.isMultiple) toggle(list)
  else list.element.dispatchEvent(new CustomEvent('chosen', { bubbles: true }))
}

/**
 * @param {KeyboardEvent} event
 * @param {List} list
 */
function onKey(event, list) {
  const to = target(event.key, list)
  const isSpace = event.key === ' ' && Date.now() - list.word.at > WORD_MS
  const isLetter = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey
  if (to !== null) moveTo(list, to)
  else if (list.isMultiple && isSpace) toggle(list)
  // Whoever has moved to an option and presses Enter wants that one; the grid takes it from there.
  else if (list.isMultiple && (event.key === 'Enter' || (event.key === 'Tab' && list.word.text !== '')) && list.isMoved)
    toggle(list)
  else if (isLetter && !(isSpace && !list.isMultiple)) seek(list, event.key)
  if (to !== null || isLetter) {
    event.preventDefault()
    event.stopPropagation()
  }
}

/**
 * @param {string} key
 * @param {List} list
 */
function target(key, { active, titles }) {
  switch (key) {
    case 'ArrowDown':
      return active + 1
    case 'ArrowUp':
      return active - 1
    case 'Home':
      return 0
    case 'End':
      return titles.length - 1
    default:
      return null
  }
}

/**
 * @param {List} list
 * @param {string} letter
 */
function seek(list, letter) {
  const now = Date.now()
  const text = now - list.word.at > WORD_MS ? letter : list.word.text + letter
  list.word = { text, at: now }
  const wanted = text.toLocaleLowerCase()
  const begins = (/** @type {string} */ title) => title.toLocaleLowerCase().startsWith(wanted)
  // The same letter again goes to the next one.
  const from = text.length === 1 ? list.active + 1 : list.active
  const order = list.titles.map((_, index) => (from + index) % list.titles.length)
  const found = order.find((index) => begins(list.titles[index] ?? ''))
  if (found !== undefined) moveTo(list, found)
}
