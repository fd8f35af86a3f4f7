/** The cell that has the focus, and the range of cells from an anchor to it. */

/** @typedef {import('./model.js').Grid} Grid */

/** @typedef {{ rows: HTMLTableRowElement[], first: number, last: number }} Range `first` and `last`: places of columns */

/**
 * Puts the focus on a cell. `extend`: the range reaches to it from where it began.
 * @param {Grid} grid
 * @param {HTMLTableCellElement} cell
 * @param {{ extend?: boolean }} [options]
 */
export function moveTo(grid, cell, { extend = false } = {}) {
  if (!extend || grid.anchor === null || !grid.anchor.isConnected) grid.anchor = cell
  grid.head = cell
  cell.focus()
  showRange(grid)
}

/**
 * The range; null before any cell had the focus.
 * @param {Grid} grid
 * @returns {Range | null}
 */
export function rangeOf({ body, anchor, head }) {
  const [one, other] = [anchor?.closest('tr'), head?.closest('tr')]
  if (!anchor || !head || !one || !other || !body.contains(one) || !body.contains(other)) return null
  const rows = [...body.rows]
  const places = [rows.indexOf(one), rows.indexOf(other)]
  const columns = [anchor.cellIndex - 1, head.cellIndex - 1]
  return {
    rows: rows.slice(Math.min(...places), Math.max(...places) + 1),
    first: Math.min(...columns),
    last: Math.max(...columns),
  }
}

/**
 * @param {Range} range
 * @returns {HTMLTableCellElement[][]}
 */
export function cellsOf({ rows, first, last }) {
  return rows.map((row) => [...row.cells].slice(first + 1, last + 2))
}

/** @param {Grid} grid */
export function showRange(grid) {
  for (const cell of grid.body.querySelectorAll('.selected')) {
    cell.classList.remove('selected')
    cell.removeAttribute('aria-selected')
  }
  const range = rangeOf(grid)
  if (range === null || (range.rows.length === 1 && range.first === range.last)) return
  for (const cell of cellsOf(range).flat()) {
    cell.classList.add('selected')
    cell.setAttribute('aria-selected', 'true')
  }
}

/**
 * Selects every cell there is.
 * @param {Grid} grid
 */
export function selectAll(grid) {
  const rows = [...grid.body.rows].filter((row) => row !== grid.draft)
  const [first, last] = [rows[0]?.cells.item(1), rows.at(-1)?.cells.item(grid.columns.length)]
  if (!first || !last) return
  grid.anchor = last
  moveTo(grid, first, { extend: true })
}
