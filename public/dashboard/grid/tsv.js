/** Blocks of cells as tab-separated text, quoted as Excel, Google Sheets and LibreOffice do it. */

/**
 * A cell is quoted where it holds what parts cells, or begins with a quote mark.
 * @param {readonly (readonly string[])[]} block
 */
export function writeBlock(block) {
  const lines = block.map((cells) => cells.map(quoted).join('\t'))
  // One line end at the end of a text is no row; so an empty last row needs one more.
  const isLastEmpty = lines.length > 1 && lines.at(-1) === ''
  return lines.join('\r\n') + (isLastEmpty ? '\r\n' : '')
}

/** @param {string} text */
function quoted(text) {
  return /[\t\n\r]|^"/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A quoted cell, if its last quote mark is followed by the end of the cell; else any text up to there. */
const CELL = /"((?:[^"]|"")*)"(?=\t|\r\n|\n|\r|$)|[^\t\n\r]*/y
const LINE_END = /\r\n|\n|\r/y

/**
 * @param {string} text
 * @returns {string[][]}
 */
export function readBlock(text) {
  /** @type {string[][]} */
  const block = [[]]
  let at = 0
  for (;;) {
    CELL.lastIndex = at
    const [whole = '', inside] = CELL.exec(text) ?? []
    block.at(-1)?.push(inside === undefined ? whole : inside.replaceAll('""', '"'))
    at += whole.length
    if (text[at] === '\t') {
      at += 1
      continue
    }
    LINE_END.lastIndex = at
    at += LINE_END.exec(text)?.[0].length ?? 0
    if (at >= text.length) return block
    block.push([])
  }
}
