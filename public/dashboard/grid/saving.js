/**
 * Saves what was typed, in the background and in the order of typing. A write of a row names the version it knows, so that it
 * neither undoes what somebody else wrote meanwhile nor takes effect late, after a newer one.
 */
import { callApi } from './api.js'
import { textOf } from '../values.js'
import { cellOf, unsavedRows, valueIn } from './model.js'
import { refreshSoon } from './page.js'
import { drawHead, flash, showCell, showRow, takeValues } from './rows.js'

/** @typedef {import('./model.js').Column} Column */
/** @typedef {import('./model.js').Edit} Edit */
/** @typedef {import('./model.js').Grid} Grid */
/** @typedef {import('./model.js').Row} Row */
/** @typedef {import('../auth.js').Refusal} Refusal */

/** New rows are made one after another: in the order in which they were typed. */
export const NEW_ROWS = 'new rows'

/** What a person can do about a value of which nobody knows whether it was saved. */
const TRY_AGAIN = 'What you typed is kept: press Enter twice to try again.'

/**
 * Notes a value that was typed, and saves it when its turn comes.
 * @param {Grid} grid
 * @param {Row} row
 * @param {Column} column
 * @param {{ value: unknown, text: string }} typed
 */
export function saveValue(grid, row, column, { value, text }) {
  const edit = { value, text, state: /** @type {const} */ ('waiting'), message: '', order: grid.history.next() }
  row.edits.set(column.title, edit)
  showCell(grid, row, column)
  saveRow(grid, row)
}

/**
 * Notes a text that is no value of its column at all.
 * @param {Grid} grid
 * @param {Row} row
 * @param {Column} column
 * @param {{ text: string, problem: string }} typed
 */
export function refuseText(grid, row, column, { text, problem }) {
  row.edits.set(column.title, { value: null, text, state: 'refused', message: problem, order: grid.history.next() })
  showCell(grid, row, column)
  announce(grid)
}

/**
 * @param {Grid} grid
 * @param {Row} row
 */
export function saveRow(grid, row) {
  announce(grid)
  const keys = row.id === null ? [row, NEW_ROWS] : [row]
  void grid.queues.run(keys, () => writeRow(grid, row)).finally(() => announce(grid))
}

/**
 * Tries again whatever was not answered.
 * @param {Grid} grid
 */
export function tryAgain(grid) {
  for (const row of unsavedRows(grid)) {
    for (const edit of row.edits.values()) if (edit.state === 'unanswered') edit.state = 'waiting'
    showRow(grid, row)
    saveRow(grid, row)
  }
}

/**
 * Others on the page say how much is not saved (leaving.js).
 * @param {Grid} grid
 */
function announce(grid) {
  grid.table.dispatchEvent(new CustomEvent('unsaved'))
}

/**
 * @param {Grid} grid
 * @param {Row} row
 */
async function writeRow(grid, row) {
  if (!row.element.isConnected) return
  if (row.id === null && !(await insert(grid, row))) return
  while (waitingOf(row).size > 0) await update(grid, row)
}

/** @param {Row} row */
function waitingOf(row) {
  return new Map([...row.edits].filter(([, { state }]) => state === 'waiting'))
}

/**
 * Makes the row, if it has all it needs. What it misses is said once the person has left it: until then it is being typed.
 * @param {Grid} grid
 * @param {Row} row
 * @returns {Promise<boolean>} whether the row is there now
 */
async function insert(grid, row) {
  if (row.edits.size === 0 && row.insert === null) return false
  if (row.insert === null) {
    if (!isComplete(grid, row)) return false
    const edits = waitingOf(row)
    row.insert = { key: randomKey(), body: bodyOf(edits), edits }
  }
  const { key, body, edits } = row.insert
  mark(grid, row, edits, 'sending')
  const answer = await callApi('POST', grid.api, body, { idempotencyKey: key })
  if (!answer.ok) {
    if (isDefinite(answer)) row.insert = null
    refuse(grid, row, edits, answer)
    return false
  }
  row.insert = null
  const values = /** @type {Record<string, unknown>} */ (answer.body)
  takeValues(row, values, answer.version)
  row.id = grid.keys.map((title) => String(values[title])).join('___')
  row.element.dataset.row = row.id
  drawHead(grid, row)
  grid.added.add(row)
  grid.history.wrote(row.id, null, row.version)
  grid.history.add({
    label: 'Added a row',
    order: Math.min(...[...edits.values()].map(({ order }) => order)),
    changes: [{ rowId: row.id, key: pick(values, grid.keys), before: null, after: values, version: row.version }],
  })
  settle(grid, row, edits)
  refreshSoon(grid)
  return true
}

/**
 * Whether a new row can be sent. Otherwise marks what is missing, unless the row is still being typed.
 * @param {Grid} grid
 * @param {Row} row
 */
function isComplete(grid, row) {
  const states = [...row.edits.values()].map(({ state }) => state)
  if (states.includes('refused') || !states.includes('waiting')) return false
  const missing = grid.columns.filter((column) => column.isRequired && isEmpty(valueIn(row, column)))
  if (missing.length === 0) return true
  if (row.element.contains(document.activeElement)) return false
  for (const column of missing) {
    refuseText(grid, row, column, { text: '', problem: `The field "${column.title}" is required.` })
  }
  return false
}

/** @param {unknown} value */
function isEmpty(value) {
  return value === null || value === undefined
}

/**
 * @param {Grid} grid
 * @param {Row} row
 */
async function update(grid, row) {
  const edits = waitingOf(row)
  mark(grid, row, edits, 'sending')
  // What a change takes the place of is kept for undoing it; a value that is too long for a cell has to be fetched first.
  const isKnown = row.version !== null && [...edits.keys()].every((title) => row.values.has(title))
  const answer = isKnown ? await patch(grid, row, bodyOf(edits)) : await readFirst(grid, row)
  if (answer === 'again') return mark(grid, row, edits, 'waiting')
  if (!answer.ok) return answer.status === 412 ? compare(grid, row, edits) : refuse(grid, row, edits, answer)
  const before = row.values
  const from = row.version
  const values = /** @type {Record<string, unknown>} */ (answer.body)
  takeValues(row, values, answer.version)
  grid.history.wrote(row.id ?? '', from, row.version)
  for (const [title, { order }] of edits) {
    const change = { before: { [title]: before.get(title) }, after: { [title]: values[title] } }
    grid.history.add({
      label: `Changed ${title}`,
      order,
      changes: [{ rowId: row.id ?? '', key: pick(values, grid.keys), ...change, version: row.version }],
    })
  }
  settle(grid, row, edits)
  // A row that is changed may no longer match the filter.
  if (new URLSearchParams(location.search).has('where')) refreshSoon(grid)
  return undefined
}

/**
 * @param {Grid} grid
 * @param {Row} row
 * @param {Record<string, unknown>} body
 */
function patch(grid, row, body) {
  return callApi('PATCH', pathOf(grid, row), body, { version: row.version })
}

/**
 * @param {Grid} grid
 * @param {Row} row
 */
function pathOf(grid, row) {
  return `${grid.api}/${encodeURIComponent(row.id ?? '')}`
}

/**
 * Reads the row as it is now.
 * @param {Grid} grid
 * @param {Row} row
 * @returns {Promise<'again' | Refusal>}
 */
export async function readFirst(grid, row) {
  const answer = await callApi('GET', pathOf(grid, row))
  if (!answer.ok) return answer
  takeValues(row, /** @type {Record<string, unknown>} */ (answer.body), answer.version)
  return 'again'
}

/**
 * The row has changed elsewhere. Other fields than these: no matter, they are written again. One of these: the person decides,
 * unless it is what was to be written (the answer to an earlier try was lost).
 * @param {Grid} grid
 * @param {Row} row
 * @param {Map<string, Edit>} edits
 */
async function compare(grid, row, edits) {
  const before = row.values
  const answer = await readFirst(grid, row)
  if (answer !== 'again') return refuse(grid, row, edits, answer)
  mark(grid, row, edits, 'waiting')
  for (const column of grid.columns) {
    const edit = edits.get(column.title)
    if (edit === undefined || row.edits.get(column.title) !== edit) continue
    const now = textOf(column, row.values.get(column.title))
    if (now === textOf(column, edit.value)) row.edits.delete(column.title)
    else if (now !== textOf(column, before.get(column.title))) {
      const theirs = now === '' ? 'emptied this' : `changed this to “${now}”`
      const message = `Somebody ${theirs} meanwhile. Enter twice writes yours over it, Escape twice takes theirs.`
      Object.assign(edit, { state: 'refused', message })
    }
  }
  showRow(grid, row)
}

/**
 * The server has these values now. One that was typed over meanwhile waits for its own turn.
 * @param {Grid} grid
 * @param {Row} row
 * @param {Map<string, Edit>} edits
 */
function settle(grid, row, edits) {
  for (const [title, edit] of edits) {
    if (row.edits.get(title) !== edit) continue
    row.edits.delete(title)
    flash(cellOf(grid, row, title))
  }
  showRow(grid, row)
}

/**
 * @param {Grid} grid
 * @param {Row} row
 * @param {Map<string, Edit>} edits
 * @param {Refusal} refusal
 */
function refuse(grid, row, edits, refusal) {
  const { field } = refusal
  const isMissing = row.id === null && grid.columns.some(({ title }) => title === field)
  const isNamed = field !== null && isDefinite(refusal) && (edits.has(field) || isMissing)
  if (isNamed && !edits.has(field)) {
    // Not typed: a required field without a value.
    row.edits.set(field, { value: null, text: '', state: 'refused', message: refusal.message, order: grid.history.next() })
  }
  for (const [title, edit] of edits) {
    if (isNamed && title !== field) edit.state = 'waiting'
    else if (isDefinite(refusal)) Object.assign(edit, { state: 'refused', message: sentenceOf(refusal) })
    else Object.assign(edit, { state: 'unanswered', message: `${refusal.message} ${TRY_AGAIN}` })
  }
  showRow(grid, row)
}

/** @param {Refusal} refusal */
function sentenceOf({ status, message }) {
  return status === 404 ? 'This row is not there any more: somebody has deleted it.' : message
}

/**
 * Whether the server has certainly not done it. Without an answer, and where it failed on the way, nobody knows.
 * @param {Refusal} refusal
 */
export function isDefinite({ status }) {
  return status >= 400 && status < 500 && status !== 401 && status !== 408 && status !== 429
}

/**
 * @param {Grid} grid
 * @param {Row} row
 * @param {Map<string, Edit>} edits
 * @param {Edit['state']} state
 */
function mark(grid, row, edits, state) {
  for (const edit of edits.values()) edit.state = state
  showRow(grid, row)
}

/** @param {Map<string, Edit>} edits */
function bodyOf(edits) {
  return Object.fromEntries([...edits].map(([title, { value }]) => [title, value]))
}

/**
 * @param {Record<string, unknown>} values
 * @param {readonly string[]} titles
 */
function pick(values, titles) {
  return Object.fromEntries(titles.map((title) => [title, values[title]]))
}

/** Not crypto.randomUUID(), which is only there over HTTPS and on localhost. */
export function randomKey() {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join('-')
}
