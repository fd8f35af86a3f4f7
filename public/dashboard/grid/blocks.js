/** Blocks of cells: written in one request, all or nothing. Rows that are not there yet are made. */
import { callApi } from './api.js'
import { tell } from '../tell.js'
import { canEdit, cellOf, keyOf } from './model.js'
import { refreshSoon } from './page.js'
import { flash, showRow, takeValues } from './rows.js'
import { NEW_ROWS, randomKey, readFirst } from './saving.js'
import { rangeOf } from './selection.js'
import { fromText } from './texts.js'
import { undo } from './undo.js'

/** @typedef {import('./model.js').Column} Column */
/** @typedef {import('./model.js').Grid} Grid */
/** @typedef {import('./model.js').Row} Row */
/** @typedef {import('../auth.js').Issue} Issue */
/** @typedef {import('../auth.js').Refusal} Refusal */
/** @typedef {Record<string, unknown>} Fields */

/**
 * @typedef {object} Block
 * @property {HTMLTableRowElement} top the first row
 * @property {number} first place of the first column
 * @property {readonly (readonly string[])[]} texts
 * @property {string} verb what is done with the cells: Pasted, Emptied
 */

/** @typedef {{ changed: { row: Row, fields: Fields }[], made: Fields[], skipped: Set<string>, order: number }} Plan */

/** How long a large block is waited for, ms. */
const TIME_LIMIT_MS = 120_000

/** Names of refused cells in one message. */
const MAX_NAMED = 5

/**
 * @param {Grid} grid
 * @param {Block} block
 */
export function applyBlock(grid, block) {
  const plan = planOf(grid, block)
  if (plan === null) return
  const rows = plan.changed.map(({ row }) => row)
  const keys = [...rows, ...(plan.made.length === 0 ? [] : [NEW_ROWS])]
  void grid.queues.run(keys, () => write(grid, block, plan, randomKey()))
}

/**
 * Empties the selected cells.
 * @param {Grid} grid
 */
export function emptyRange(grid) {
  const range = rangeOf(grid)
  const rows = range?.rows.filter((row) => row !== grid.draft) ?? []
  const [top] = rows
  if (range === null || top === undefined) return
  const texts = rows.map(() => Array.from({ length: range.last - range.first + 1 }, () => ''))
  applyBlock(grid, { top, first: range.first, texts, verb: 'Emptied' })
}

/**
 * What is to be written; null, and said why, where the block does not fit.
 * @param {Grid} grid
 * @param {Block} block
 * @returns {Plan | null}
 */
function planOf(grid, { top, first, texts, verb }) {
  const width = Math.max(...texts.map((cells) => cells.length))
  const columns = grid.columns.slice(first, first + width)
  const nothing = `Nothing was ${verb.toLowerCase()}.`
  if (columns.length < width) {
    tell(`This block has ${width} columns; from here on the table has ${columns.length}. ${nothing}`, { bad: true })
    return null
  }
  /** @type {Issue[]} */
  const issues = []
  /** @type {Plan} */
  const plan = { changed: [], made: [], skipped: new Set(), order: grid.history.next() }
  const rows = [...grid.body.rows]
  const start = rows.indexOf(top)
  for (const [index, cells] of texts.entries()) {
    const element = rows[start + index]
    const row = element === undefined ? undefined : grid.rows.get(element)
    const fields = readFields(grid, { cells, columns, element: element ?? grid.draft, index }, { issues, skipped: plan.skipped })
    if (row !== undefined) plan.changed.push({ row, fields })
    else if (grid.may.insert) plan.made.push(fields)
  }
  plan.changed = plan.changed.filter(({ fields }) => Object.keys(fields).length > 0)
  if (issues.length > 0) tell(`${nothing} ${named(issues)}`, { bad: true })
  else if (plan.changed.length === 0 && plan.made.every((fields) => Object.keys(fields).length === 0)) {
    tell(`These cells are filled by the server, or are not yours to change. ${nothing}`, { bad: true })
  } else return plan
  return null
}

/**
 * @param {Grid} grid
 * @param {{ cells: readonly string[], columns: readonly Column[], element: HTMLTableRowElement | null, index: number }} line
 * @param {{ issues: Issue[], skipped: Set<string> }} notes
 * @returns {Fields}
 */
function readFields(grid, { cells, columns, element, index }, { issues, skipped }) {
  /** @type {[string, unknown][]} */
  const fields = []
  for (const [place, text] of cells.entries()) {
    const column = columns[place]
    const cell = column === undefined ? null : element?.cells.item(grid.columns.indexOf(column) + 1)
    if (column === undefined || !cell) continue
    if (!canEdit(grid, cell)) {
      skipped.add(column.title)
      continue
    }
    const reading = fromText(column, text)
    if ('problem' in reading) issues.push({ path: `${index}.${column.title}`, message: reading.problem })
    else fields.push([column.title, reading.value])
  }
  return Object.fromEntries(fields)
}

/**
 * @param {Grid} grid
 * @param {Block} block
 * @param {Plan} plan
 * @param {string} key sent again with the same request it takes effect once
 */
async function write(grid, block, plan, key) {
  const { changed, made } = plan
  const nothing = `Nothing was ${block.verb.toLowerCase()}.`
  if (changed.some(({ row }) => row.id === null)) {
    tell(`A row among these is not saved yet. ${nothing}`, { bad: true })
    return
  }
  const refused = await knowAll(grid, changed)
  if (refused !== null) {
    tell(`${refused} ${nothing}`, { bad: true })
    return
  }
  const update = changed.map(({ row, fields }) => ({ row: { ...fields, ...keyOf(grid, row) }, version: row.version }))
  const answer = await callApi('POST', grid.bulk, { update, insert: made }, { idempotencyKey: key, limitMs: TIME_LIMIT_MS })
  if (answer.ok) {
    done(grid, block, plan, /** @type {{ inserted: { rowId: string, version: number }[] }} */ (answer.body).inserted)
    return
  }
  if (answer.status === 412 || answer.status === 404) {
    refreshSoon(grid)
    tell(`A row among these was changed or deleted elsewhere meanwhile. ${nothing} Look again, then try again.`, { bad: true })
  } else if (answer.status === 0 || answer.status >= 500) {
    const again = () => void grid.queues.run([...changed.map(({ row }) => row), NEW_ROWS], () => write(grid, block, plan, key))
    tell(`${answer.message} Nobody knows whether this was saved.`, { bad: true, action: { label: 'Try again', run: again } })
  } else tell(`${nothing} ${namesOf(answer, plan)}`, { bad: true })
}

/**
 * What is written over must be known, to be undone. Says what stands in the way.
 * @param {Grid} grid
 * @param {readonly { row: Row, fields: Fields }[]} changed
 * @returns {Promise<string | null>}
 */
async function knowAll(grid, changed) {
  for (const { row, fields } of changed) {
    if (row.version !== null && Object.keys(fields).every((title) => row.values.has(title))) continue
    const answer = await readFirst(grid, row)
    if (answer !== 'again') return answer.message
  }
  return null
}

/**
 * @param {Grid} grid
 * @param {Block} block
 * @param {Plan} plan
 * @param {readonly { rowId: string, version: number }[]} inserted
 */
function done(grid, { texts, verb }, { changed, made, skipped, order }, inserted) {
  const changes = [
    ...changed.map(({ row, fields }) => takeFields(grid, row, fields)),
    ...inserted.map(({ rowId, version }, index) => {
      grid.history.wrote(rowId, null, version)
      return { rowId, key: keyFrom(grid, rowId), before: null, after: made[index] ?? {}, version }
    }),
  ]
  const count = texts.reduce((sum, cells) => sum + cells.length, 0)
  grid.history.add({ label: `${verb} ${numberOf(count, 'cell')}`, order, changes })
  const told = [
    `${verb} ${numberOf(count, 'cell')}: ${numberOf(changed.length, 'row')} changed${inserted.length === 0 ? '' : `, ${inserted.length.toLocaleString('en')} new`}.`,
    ...(skipped.size === 0
      ? []
      : [`Left out, for the server fills ${skipped.size === 1 ? 'it' : 'them'}: ${[...skipped].join(', ')}.`]),
  ]
  tell(told.join(' '), { action: { label: 'Undo', run: () => void undo(grid, 'undo') } })
  refreshSoon(grid)
}

/**
 * A row has these values now, at its next version.
 * @param {Grid} grid
 * @param {Row} row
 * @param {Fields} fields
 * @returns {import('./history.js').Change}
 */
function takeFields(grid, row, fields) {
  const before = Object.fromEntries(Object.keys(fields).map((title) => [title, row.values.get(title)]))
  const key = keyOf(grid, row)
  const version = (row.version ?? 0) + 1
  grid.history.wrote(row.id ?? '', row.version, version)
  takeValues(row, { ...Object.fromEntries(row.values), ...fields }, version)
  for (const title of Object.keys(fields)) {
    row.edits.delete(title)
    flash(cellOf(grid, row, title))
  }
  showRow(grid, row)
  return { rowId: row.id ?? '', key, before, after: fields, version }
}

/**
 * @param {Grid} grid
 * @param {string} rowId
 */
function keyFrom({ keys }, rowId) {
  const parts = keys.length === 1 ? [rowId] : rowId.split('___')
  return Object.fromEntries(keys.map((title, index) => [title, parts[index]]))
}

/**
 * The refused cells by name: of the rows as they follow each other in the block.
 * @param {Refusal} refusal
 * @param {Plan} plan
 */
function namesOf({ message, errors }, { changed }) {
  const issues = errors.map(({ path, message: why }) => {
    const [part, index, ...title] = path.split('.')
    return { path: [Number(index) + (part === 'insert' ? changed.length : 0), ...title].join('.'), message: why }
  })
  return issues.length === 0 ? message : named(issues)
}

/** @param {readonly Issue[]} issues */
function named(issues) {
  const told = issues.slice(0, MAX_NAMED).map(({ path, message }) => {
    const [index, ...title] = path.split('.')
    return `Row ${Number(index) + 1} of the block${title.length === 0 ? '' : `, ${title.join('.')}`}: ${message}`
  })
  const more = issues.length - told.length
  return [...told, ...(more > 0 ? [`And ${more} more.`] : [])].join(' ')
}

/**
 * @param {number} count
 * @param {string} what
 */
function numberOf(count, what) {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`
}
