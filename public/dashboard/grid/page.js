/**
 * The page as the server has it now: how many rows there are, which of them stand here, and where new ones went. Rows that are on
 * the screen stay where they are.
 */
import { callApi } from './api.js'
import { tell } from '../tell.js'
import { readRow } from './model.js'
import { addDrawnRow, drawHead, showRow } from './rows.js'

/** @typedef {import('./model.js').Grid} Grid */
/** @typedef {import('./model.js').Row} Row */

/** Rows come in runs, ms: one look after each is enough. */
const PAUSE_MS = 150

/** How long a page is waited for, ms. */
const TIME_LIMIT_MS = 10_000

/** @type {WeakMap<Grid, number>} */
const timers = new WeakMap()

/** @param {Grid} grid */
export function refreshSoon(grid) {
  clearTimeout(timers.get(grid))
  timers.set(
    grid,
    window.setTimeout(() => void refresh(grid), PAUSE_MS),
  )
}

/**
 * Looks again once nothing is being written.
 * @param {Grid} grid
 */
async function refresh(grid) {
  await grid.queues.settled()
  const writes = grid.queues.started()
  const page = await fetchPage()
  if (page === null) return
  if (grid.queues.started() !== writes) {
    refreshSoon(grid)
    return
  }
  const drawn = [...page.querySelectorAll('table[data-grid] tbody tr[data-row]')]
  const ids = drawRows(
    grid,
    drawn.filter((row) => row instanceof HTMLTableRowElement),
  )
  const pager = page.querySelector('.grid-foot .pager')
  if (pager !== null) document.querySelector('.grid-foot .pager')?.replaceWith(document.importNode(pager, true))
  const elsewhere = [...grid.added].filter(({ id }) => id !== null && !ids.has(id))
  grid.added.clear()
  if (elsewhere.length > 0) await tellWhere(grid, elsewhere, totalOf(page))
}

/** @returns {Promise<Document | null>} */
async function fetchPage() {
  try {
    const response = await fetch(location.href, {
      headers: { accept: 'text/html' },
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
    })
    const url = new URL(response.url)
    if (!response.ok || url.pathname !== location.pathname) return null
    // This was the last page and has no rows any more: the one that is the last now stands in its place.
    if (response.redirected) history.replaceState(null, '', url)
    return new DOMParser().parseFromString(await response.text(), 'text/html')
  } catch {
    // What is on the screen is all there is to see, then.
    return null
  }
}

/** @param {Document} page */
function totalOf(page) {
  const words = page.querySelector('[data-total]')
  return words instanceof HTMLElement ? Number(words.dataset.total) : 0
}

/**
 * Adds the rows that are not here yet, and numbers all.
 * @param {Grid} grid
 * @param {readonly HTMLTableRowElement[]} drawn
 * @returns {Set<string>} their ids
 */
function drawRows(grid, drawn) {
  const here = new Map([...grid.rows.values()].map((row) => [row.id, row]))
  const offset = Number(new URLSearchParams(location.search).get('offset') ?? '0')
  /** @type {HTMLTableRowElement | null} */
  let after = null
  for (const [index, element] of drawn.entries()) {
    const known = here.get(element.dataset.row ?? null)
    /** @type {Row} */
    const row = known ?? addDrawnRow(grid, element, after)
    if (known !== undefined) takeNewer(grid, known, element)
    drawHead(grid, row, offset + index + 1)
    after = row.element
  }
  const ids = new Set(drawn.map(({ dataset }) => dataset.row ?? ''))
  for (const row of here.values()) if (row.id !== null && !ids.has(row.id)) drawHead(grid, row)
  return ids
}

/**
 * @param {Grid} grid
 * @param {Row} row
 * @param {HTMLTableRowElement} element the same row, drawn anew
 */
function takeNewer(grid, row, element) {
  const { values, version } = readRow(element, grid.columns)
  if (row.edits.size > 0 || version === null || (row.version !== null && version < row.version)) return
  Object.assign(row, { values, version })
  showRow(grid, row)
}

/**
 * Where rows went that are not on this page.
 * @param {Grid} grid
 * @param {readonly Row[]} rows
 * @param {number} total
 */
async function tellWhere(grid, rows, total) {
  const query = new URLSearchParams(location.search)
  const [where, sort] = [query.get('where') ?? '', query.get('sort') ?? '']
  const one = rows.length === 1
  const [subject, they, stand] = one ? ['The new row', 'it', 'stands'] : [`${rows.length} new rows`, 'they', 'stand']
  const matching = where === '' ? rows.length : await countMatching(grid, rows, where)
  if (matching === 0) {
    const action = { label: 'Show all rows', href: location.pathname }
    tell(`${subject} ${one ? 'does' : 'do'} not match the filter: saved, but not counted here.`, { action })
  } else if (where !== '' || sort !== '') {
    tell(
      `${subject} ${one ? 'is' : 'are'} saved; by ${where === '' ? 'the sort' : 'the filter and sort'} ${they} ${stand} on another page.`,
    )
  } else {
    const size = Number(grid.table.dataset.size ?? '25')
    const offset = Math.floor((total - rows.length) / size) * size
    const action = { label: 'Go there', href: `${location.pathname}${offset === 0 ? '' : `?offset=${offset}`}` }
    tell(`${subject} ${stand} at the end of the table, on page ${offset / size + 1}.`, { action })
  }
}

/**
 * How many of some rows pass the filter; all, where it cannot be asked.
 * @param {Grid} grid
 * @param {readonly Row[]} rows
 * @param {string} where
 */
async function countMatching(grid, rows, where) {
  const [key, ...more] = grid.columns.filter(({ title }) => grid.keys.includes(title))
  if (key === undefined || more.length > 0) return rows.length
  const filter = rows
    .slice(0, MAX_ASKED)
    .map(({ id }) => ({ fk_column_id: key.id, comparison_op: 'eq', logical_op: 'or', value: id }))
  const query = new URLSearchParams({ where, filterArrJson: JSON.stringify([{ is_group: true, children: filter }]) })
  const answer = await callApi('GET', `${grid.api}/count?${query}`)
  return answer.ok ? /** @type {{ count: number }} */ (answer.body).count : rows.length
}

/** Rows that one question names. */
const MAX_ASKED = 50
