/** Where keys lead from a cell. */

/** @typedef {import('./model.js').Grid} Grid */

/**
 * @param {Grid} grid
 * @param {HTMLTableCellElement} cell
 * @param {Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>} event
 * @returns {HTMLTableCellElement | null} null for a key that leads nowhere
 */
export function neighbour({ body }, cell, { key, ctrlKey, metaKey }) {
  const rows = [...body.rows]
  const at = rows.indexOf(/** @type {HTMLTableRowElement} */ (cell.parentElement))
  const row = rows[at]
  const last = (row?.cells.length ?? 1) - 1
  const isFar = ctrlKey || metaKey
  const to = (/** @type {number} */ place, /** @type {number} */ index) => rows[place]?.cells.item(index) ?? null
  const inRow = (/** @type {number} */ index) => (index < 1 || index > last ? null : to(at, index))
  switch (key) {
    case 'ArrowDown':
      return to(isFar ? rows.length - 1 : at + 1, cell.cellIndex)
    case 'ArrowUp':
      return at === 0 ? null : to(isFar ? 0 : at - 1, cell.cellIndex)
    case 'ArrowLeft':
      return inRow(isFar ? 1 : cell.cellIndex - 1)
    case 'ArrowRight':
      return inRow(isFar ? last : cell.cellIndex + 1)
    case 'Home':
      return isFar ? to(0, 1) : inRow(1)
    case 'End':
      return isFar ? to(rows.length - 1, last) : inRow(last)
    case 'PageDown':
      return to(rows.length - 1, cell.cellIndex)
    case 'PageUp':
      return to(0, cell.cellIndex)
    default:
      return null
  }
}
