/** Undoing what was done in this tab, and doing it again: as writes of their own, which nobody else's write may lie between. */
import { callApi } from './api.js'
import { tell } from '../tell.js'
import { cellOf } from './model.js'
import { refreshSoon } from './page.js'
import { flash, removeRow, showRow, takeValues } from './rows.js'
import { NEW_ROWS, isDefinite, randomKey } from './saving.js'
import { moveTo } from './selection.js'

/** @typedef {import('./history.js').Change} Change */
/** @typedef {import('./history.js').Entry} Entry */
/** @typedef {import('./model.js').Grid} Grid */
/** @typedef {import('./model.js').Row} Row */
/** @typedef {'undo' | 'redo'} Which */
/** @typedef {Record<string, unknown>} Fields */

/**
 * @typedef {object} Step one change, to be made the other way round
 * @property {Change} change
 * @property {Fields | null} to what the row is to be; null: not there
 * @property {boolean} isGone whether the row is not there now
 * @property {number | null} version that it has now; null where somebody else has written to it
 */

/** How long is waited for, ms: it may be a large block. */
const TIME_LIMIT_MS = 120_000

const WORDS = {
  undo: { done: 'Undone', nothing: 'There is nothing to undo.', cannot: 'cannot be undone' },
  redo: { done: 'Done again', nothing: 'There is nothing to do again.', cannot: 'cannot be done again' },
}

/**
 * @param {Grid} grid
 * @param {Which} which
 */
export async function undo(grid, which) {
  await grid.queues.settled()
  const entry = grid.history.take(which)
  if (entry === undefined) {
    tell(WORDS[which].nothing)
    return
  }
  const rows = [...grid.rows.values()].filter(({ id }) => entry.changes.some(({ rowId }) => rowId === id))
  await grid.queues.run([...rows, NEW_ROWS], () => make(grid, which, entry, randomKey()))
}

/**
 * @param {Grid} grid
 * @param {Which} which
 * @param {Entry} entry
 * @param {string} key sent again with the same request it takes effect once
 */
async function make(grid, which, entry, key) {
  const steps = entry.changes.map((change) => stepOf(grid, which, change))
  const isStale = steps.some(({ isGone, version }) => !isGone && version === null)
  if (isStale) {
    refuse(grid, which, entry, 'somebody else has changed it meanwhile')
    return
  }
  const answer = await callApi('POST', grid.bulk, bodyOf(steps), { idempotencyKey: key, limitMs: TIME_LIMIT_MS })
  if (answer.ok) {
    done(grid, which, entry, { steps, restored: /** @type {{ restored: { version: number }[] }} */ (answer.body).restored })
  } else if (answer.status === 412 || answer.status === 404) {
    refuse(grid, which, entry, 'somebody else has changed or deleted it meanwhile')
  } else if (answer.status === 0 || answer.status >= 500) {
    const again = () => void grid.queues.run([NEW_ROWS], () => make(grid, which, entry, key))
    tell(`${answer.message} Nobody knows whether this was ${WORDS[which].done.toLowerCase()}.`, {
      bad: true,
      action: { label: 'Try again', run: again },
    })
  } else {
    // Whoever was signed out, or too fast, can do it later.
    if (!isDefinite(answer)) grid.history.putBack(which, entry)
    refuse(grid, which, entry, answer.message)
  }
}

/**
 * @param {Grid} grid
 * @param {Which} which
 * @param {Change} change
 * @returns {Step}
 */
function stepOf(grid, which, change) {
  const [from, to] = which === 'undo' ? [change.after, change.before] : [change.before, change.after]
  return { change, to, isGone: from === null, version: grid.history.versionNow(change) }
}

/** @param {readonly Step[]} steps */
function bodyOf(steps) {
  const there = steps.filter(({ isGone }) => !isGone)
  return {
    restore: steps.filter(({ isGone }) => isGone).map(({ change, to }) => ({ ...to, ...change.key })),
    update: there.filter(({ to }) => to !== null).map(({ change, to, version }) => ({ row: { ...to, ...change.key }, version })),
    delete: there.filter(({ to }) => to === null).map(({ change, version }) => ({ row: change.key, version })),
  }
}

/**
 * @param {Grid} grid
 * @param {Which} which
 * @param {Entry} entry
 * @param {string} why
 */
function refuse(grid, which, { label }, why) {
  refreshSoon(grid)
  tell(`“${label}” ${WORDS[which].cannot}: ${why.replace(/\.$/, '')}. Nothing was changed.`, { bad: true })
}

/**
 * @param {Grid} grid
 * @param {Which} which
 * @param {Entry} entry
 * @param {{ steps: readonly Step[], restored: readonly { version: number }[] }} made
 */
function done(grid, which, entry, { steps, restored }) {
  const versions = restored.map(({ version }) => version)
  const changes = steps.map((step) => {
    const version = step.isGone ? (versions.shift() ?? null) : step.to === null ? step.version : (step.version ?? 0) + 1
    if (step.isGone) grid.history.wrote(step.change.rowId, null, version)
    else if (step.to !== null) grid.history.wrote(step.change.rowId, step.version, version)
    return { ...step.change, version }
  })
  grid.history.putBack(which === 'undo' ? 'redo' : 'undo', { ...entry, changes })
  const here = new Map([...grid.rows.values()].map((row) => [row.id, row]))
  for (const [index, step] of steps.entries()) showStep(grid, here.get(step.change.rowId), step, changes[index]?.version ?? null)
  const away = steps.filter(({ isGone, change }) => !isGone && !here.has(change.rowId)).length
  tell(`${WORDS[which].done}: ${entry.label}.${away === 0 ? '' : ' Not all of it is on this page.'}`)
  refreshSoon(grid)
  focusOn(
    grid,
    here,
    steps.find(({ to, change }) => to !== null && here.has(change.rowId)),
  )
}

/**
 * @param {Grid} grid
 * @param {Row | undefined} row
 * @param {Step} step
 * @param {number | null} version
 */
function showStep(grid, row, { to }, version) {
  if (row === undefined) return
  if (to === null) {
    removeRow(grid, row)
    return
  }
  takeValues(row, { ...Object.fromEntries(row.values), ...to }, version)
  showRow(grid, row)
  for (const title of Object.keys(to)) flash(cellOf(grid, row, title))
}

/**
 * Where something was changed is where people look; but whoever is typing goes on.
 * @param {Grid} grid
 * @param {Map<string | null, Row>} here
 * @param {Step | undefined} step
 */
function focusOn(grid, here, step) {
  if (grid.editing !== null) return
  const row = step === undefined ? undefined : here.get(step.change.rowId)
  const [title] = Object.keys(step?.to ?? {})
  const cell = row === undefined || title === undefined ? null : cellOf(grid, row, title)
  if (cell !== null) moveTo(grid, cell)
  else if (!grid.body.contains(document.activeElement)) keepFocus(grid)
}

/**
 * The focus is never lost, though the row that had it is gone.
 * @param {Grid} grid
 */
export function keepFocus(grid) {
  const cell = grid.body.querySelector('td')
  if (cell !== null) moveTo(grid, cell)
}
