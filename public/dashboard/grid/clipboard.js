/** Copying, cutting and pasting ranges of cells, as spreadsheets do. */
import { tell } from '../tell.js'
import { applyBlock, emptyRange } from './blocks.js'
import { cellAt, columnOf, rowOf, valueIn } from './model.js'
import { readFirst } from './saving.js'
import { cellsOf, moveTo, rangeOf } from './selection.js'
import { toText } from './texts.js'
import { readBlock, writeBlock } from './tsv.js'

/** @typedef {import('./model.js').Grid} Grid */
/** @typedef {import('./model.js').Row} Row */

/** @param {Grid} grid */
export function listenToClipboard(grid) {
  document.addEventListener('copy', (event) => copy(grid, event))
  document.addEventListener('cut', (event) => {
    if (copy(grid, event)) emptyRange(grid)
  })
  document.addEventListener('paste', (event) => {
    const text = isOnCell(grid) ? (event.clipboardData?.getData('text/plain') ?? '') : ''
    if (text === '') return
    event.preventDefault()
    paste(grid, text)
  })
}

/** @param {Grid} grid */
function isOnCell(grid) {
  return grid.editing === null && cellAt(grid, document.activeElement) !== null
}

/**
 * @param {Grid} grid
 * @param {ClipboardEvent} event
 * @returns {boolean} whether there was something to copy
 */
function copy(grid, event) {
  const range = isOnCell(grid) ? rangeOf(grid) : null
  if (range === null) return false
  event.preventDefault()
  const cells = cellsOf({ ...range, rows: range.rows.filter((row) => row !== grid.draft) })
  const rows = [...new Set(cells.flatMap(([cell]) => (cell === undefined ? [] : (rowOf(grid, cell) ?? []))))]
  const cut = rows.filter((row) => row.id !== null && grid.columns.some((column) => valueIn(row, column) === undefined))
  if (cut.length === 0) event.clipboardData?.setData('text/plain', textOf(grid, cells))
  else void copyLater(grid, cells, cut)
  return true
}

/**
 * Of some texts only the beginning is here: they are fetched, and copied whole.
 * @param {Grid} grid
 * @param {readonly (readonly HTMLTableCellElement[])[]} cells
 * @param {readonly Row[]} cut
 */
async function copyLater(grid, cells, cut) {
  for (const row of cut) {
    const read = await readFirst(grid, row)
    if (read !== 'again') {
      tell(`Nothing was copied. ${read.message}`, { bad: true })
      return
    }
  }
  try {
    await navigator.clipboard.writeText(textOf(grid, cells))
  } catch {
    tell('Nothing was copied: the browser did not allow it. Try again.', { bad: true })
  }
}

/**
 * @param {Grid} grid
 * @param {readonly (readonly HTMLTableCellElement[])[]} cells
 */
function textOf(grid, cells) {
  const block = cells.map((row) =>
    row.map((cell) => {
      const column = columnOf(grid, cell)
      return column === undefined ? '' : toText(column, valueIn(rowOf(grid, cell), column))
    }),
  )
  return writeBlock(block)
}

/**
 * @param {Grid} grid
 * @param {string} text
 */
function paste(grid, text) {
  const range = rangeOf(grid)
  const [top] = range?.rows ?? []
  if (range === null || top === undefined) return
  const block = readBlock(text)
  const height = range.rows.filter((row) => row !== grid.draft).length
  const texts = fill(block, { height, width: range.last - range.first + 1 })
  applyBlock(grid, { top, first: range.first, texts, verb: 'Pasted' })
  const rows = [...grid.body.rows]
  const bottom = rows[Math.min(rows.indexOf(top) + texts.length, rows.length) - 1]
  const end = bottom?.cells.item(Math.min(range.first + (texts[0]?.length ?? 1), grid.columns.length))
  const begin = top.cells.item(range.first + 1)
  if (!end || begin === null) return
  grid.anchor = end
  moveTo(grid, begin, { extend: true })
}

/**
 * A block as often as it fits into the range exactly; once, where it does not.
 * @param {readonly (readonly string[])[]} block
 * @param {{ height: number, width: number }} range
 */
function fill(block, { height, width }) {
  const across = Math.max(...block.map((cells) => cells.length))
  const isEven = block.every((cells) => cells.length === across)
  if (!isEven || height % block.length !== 0 || width % across !== 0) return block
  return Array.from({ length: Math.max(height, block.length) }, (_, row) =>
    Array.from({ length: width }, (_, column) => block[row % block.length]?.[column % across] ?? ''),
  )
}
