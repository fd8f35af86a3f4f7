/**
 * The grid: moving by arrow keys, editing in place, and the line at the end in which a new row is typed. Every change is
 * a request to the API that the table has for programs too; what the server says to a value stands beside its cell.
 */
import { callApi } from './auth.js'
import { tell } from './tell.js'
import { icon, readColumn, showValue, textOf, valueOf } from './values.js'

/** @typedef {import('./values.js').Column} Column */
/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Editor */

const table = document.querySelector('table[data-grid]')
if (table instanceof HTMLTableElement) makeGrid(table)

/** @param {HTMLTableElement} table */
function makeGrid(table) {
  const api = table.dataset.grid ?? ''
  const keys = /** @type {string[]} */ (JSON.parse(table.dataset.keys ?? '[]'))
  const mayEdit = table.dataset.editable !== undefined
  const body = table.tBodies.item(0)
  const draft = table.querySelector('[data-draft]')
  /** @type {Record<string, unknown>} What the draft holds so far, by title. */
  let draftValues = {}
  const columns = readColumns(table)
  if (body === null) return

  table.setAttribute('role', 'grid')
  if (draft instanceof HTMLElement) draft.hidden = false
  for (const cell of table.querySelectorAll('tbody td')) cell.setAttribute('tabindex', '-1')
  body.querySelector('td')?.setAttribute('tabindex', '0')
  countSelected()

  /** @param {Element} cell */
  const columnOf = (cell) => columns.at(cellIndex(cell) - 1)
  /** @param {Element} cell */
  const rowOf = (cell) => /** @type {HTMLTableRowElement} */ (cell.closest('tr'))
  /** @param {Element} cell */
  const isDraft = (cell) => rowOf(cell) === draft

  body.addEventListener('focusin', (event) => {
    const cell = event.target instanceof Element ? event.target.closest('td') : null
    if (cell === null) return
    for (const other of body.querySelectorAll('td[tabindex="0"]')) other.setAttribute('tabindex', '-1')
    cell.setAttribute('tabindex', '0')
  })
  body.addEventListener('dblclick', (event) => {
    const cell = event.target instanceof Element ? event.target.closest('td') : null
    if (cell !== null && !isEditing(cell)) begin(cell, null)
  })
  body.addEventListener('change', countSelected)
  body.addEventListener('keydown', (event) => {
    const cell = event.target instanceof Element ? event.target.closest('td') : null
    if (cell === null) return
    if (isEditing(cell)) whileEditing(event, cell)
    else whileMoving(event, cell)
  })
  document.querySelector('[data-focus-draft]')?.addEventListener('click', (event) => {
    const first = draft === null ? null : firstEditable(draft)
    if (first === null) return
    event.preventDefault()
    first.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    first.focus()
  })

  /**
   * @param {KeyboardEvent} event
   * @param {HTMLTableCellElement} cell
   */
  function whileMoving(event, cell) {
    const to = neighbour(event, cell)
    if (to !== null) {
      event.preventDefault()
      to.focus()
      return
    }
    const isTyping = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey
    if (event.key === 'Enter' || event.key === 'F2') begin(cell, null)
    else if (event.key === 'Escape') clearError(cell)
    else if (event.key === ' ' && columnOf(cell)?.kind === 'boolean') toggle(cell)
    else if (event.key === 'Delete' || event.key === 'Backspace') erase(cell)
    else if (isTyping) begin(cell, event.key)
    else return
    event.preventDefault()
  }

  /**
   * @param {KeyboardEvent} event
   * @param {HTMLTableCellElement} cell
   */
  function whileEditing(event, cell) {
    if (event.key === 'Escape') {
      event.preventDefault()
      cancel(cell)
    } else if (event.key === 'Enter' && !(event.target instanceof HTMLTextAreaElement && event.shiftKey)) {
      event.preventDefault()
      void commit(cell, 'down')
    } else if (event.key === 'Tab') {
      event.preventDefault()
      void commit(cell, event.shiftKey ? 'left' : 'right')
    }
  }

  /**
   * Opens the editor of a cell. `typed` replaces what is there; null edits it.
   * @param {HTMLTableCellElement} cell
   * @param {string | null} typed
   */
  function begin(cell, typed) {
    const column = columnOf(cell)
    if (column === undefined || !canEdit(cell, column)) return
    if (cell.dataset.cut !== undefined) {
      rowOf(cell).querySelector('a')?.click()
      return
    }
    if (column.kind === 'boolean') {
      if (typed === null) toggle(cell)
      return
    }
    clearError(cell)
    const text = typed ?? textOf(column, valueOf(cell))
    const editor = makeEditor(column, text)
    editor.className = 'editor'
    editor.setAttribute('aria-label', column.title)
    cell.replaceChildren(editor)
    cell.classList.add('editing')
    editor.focus()
    if (typed === null && !(editor instanceof HTMLSelectElement)) editor.select()
    editor.addEventListener('blur', () => {
      if (isEditing(cell) && document.hasFocus()) void commit(cell, null)
    })
  }

  /** @param {HTMLTableCellElement} cell */
  function cancel(cell) {
    const column = columnOf(cell)
    if (column !== undefined) close(cell, isDraft(cell) ? draftValues[column.title] : valueOf(cell))
    cell.focus()
  }

  /**
   * @param {HTMLTableCellElement} cell
   * @param {unknown} value
   */
  function close(cell, value) {
    const column = columnOf(cell)
    cell.classList.remove('editing')
    clearError(cell)
    if (column !== undefined) showValue(cell, column, value)
  }

  /**
   * Sends what the editor holds. Where the server refuses it, the editor stays open and says why.
   * @param {HTMLTableCellElement} cell
   * @param {'down' | 'left' | 'right' | null} then
   */
  async function commit(cell, then) {
    const column = columnOf(cell)
    const editor = cell.querySelector('.editor')
    if (column === undefined || !isEditor(editor) || editor.dataset.busy !== undefined) return
    const before = isDraft(cell) ? (draftValues[column.title] ?? null) : valueOf(cell)
    const read = readValue(column, editorText(editor))
    if ('problem' in read) {
      showError(cell, read.problem)
      editor.focus()
      return
    }
    if (textOf(column, read.value) === textOf(column, before)) {
      close(cell, before)
      if (then !== null) step(cell, then)
      return
    }
    editor.dataset.busy = ''
    const problem = isDraft(cell) ? await extendDraft(cell, column, read.value) : await save(cell, column, read.value)
    delete editor.dataset.busy
    if (problem === null) {
      if (then !== null) step(cell, then)
      return
    }
    showError(cell, problem)
    editor.focus()
  }

  /**
   * @param {HTMLTableCellElement} cell
   * @param {Column} column
   * @param {unknown} value
   * @returns {Promise<string | null>} why it was refused
   */
  async function save(cell, column, value) {
    const row = rowOf(cell)
    const answer = await callApi('PATCH', `${api}/${encodeURIComponent(row.dataset.row ?? '')}`, { [column.title]: value })
    if (!answer.ok) {
      if (answer.status === 403) tell(answer.message, { bad: true })
      return answer.message
    }
    showRow(row, /** @type {Record<string, unknown>} */ (answer.body))
    flash(cell)
    return null
  }

  /**
   * A value of the new row: the row is made as soon as the server takes it. What it still misses is said where it is missing.
   * @param {HTMLTableCellElement} cell
   * @param {Column} column
   * @param {unknown} value
   * @returns {Promise<string | null>}
   */
  async function extendDraft(cell, column, value) {
    const values = { ...draftValues, [column.title]: value }
    const answer = await callApi('POST', api, values)
    if (answer.ok) {
      addRow(/** @type {Record<string, unknown>} */ (answer.body), cell)
      return null
    }
    const elsewhere = columns.findIndex(({ title }) => title === answer.field)
    if (elsewhere === -1 || answer.field === column.title) return answer.message
    draftValues = values
    close(cell, value)
    const missing = draft?.querySelectorAll('td').item(elsewhere) ?? null
    if (missing !== null) showError(missing, answer.message)
    return null
  }

  /**
   * The draft becomes a row, and an empty draft stands below it.
   * @param {Record<string, unknown>} values
   * @param {HTMLTableCellElement} cell the one that was edited last
   */
  function addRow(values, cell) {
    if (!(draft instanceof HTMLTableRowElement)) return
    draftValues = {}
    for (const each of draft.querySelectorAll('td')) {
      each.classList.remove('editing', 'bad')
      each.replaceChildren()
    }
    const row = document.createElement('tr')
    const count = table.querySelectorAll('tr[data-row]').length
    const number = Number(table.dataset.offset ?? '0') + count + 1
    row.dataset.row = keys.map((key) => String(values[key])).join('___')
    row.append(rowHead(row.dataset.row, number))
    for (const column of columns) {
      const made = document.createElement('td')
      made.className = `cell${column.kind === 'integer' || column.kind === 'number' ? ' number' : ''}${column.readonly ? ' readonly' : ''}`
      made.tabIndex = -1
      row.append(made)
    }
    draft.before(row)
    showRow(row, values)
    const same = row.cells.item(cellIndex(cell))
    if (same !== null) flash(same)
    document.querySelector('.grid-empty')?.remove()
    countUp(number)
  }

  /**
   * @param {string} rowId
   * @param {number} number
   */
  function rowHead(rowId, number) {
    const head = document.createElement('th')
    head.className = 'row-head'
    head.scope = 'row'
    const inner = document.createElement('span')
    if (document.getElementById('rows') !== null) {
      const box = Object.assign(document.createElement('input'), { type: 'checkbox', name: 'row', value: rowId })
      box.setAttribute('form', 'rows')
      box.setAttribute('aria-label', `Select row ${number}`)
      inner.append(box)
    }
    const link = document.createElement('a')
    link.href = `${table.dataset.pages}/${encodeURIComponent(rowId)}${table.dataset.view ?? ''}`
    link.dataset.dialog = ''
    link.setAttribute('aria-label', `Open row ${number}`)
    link.append(icon('expand'))
    inner.append(String(number), link)
    head.append(inner)
    return head
  }

  /**
   * @param {HTMLTableRowElement} row
   * @param {Record<string, unknown>} values
   */
  function showRow(row, values) {
    for (const [index, column] of columns.entries()) {
      const cell = row.cells.item(index + 1)
      if (cell === null) continue
      cell.classList.remove('editing')
      clearError(cell)
      showValue(cell, column, values[column.title])
    }
  }

  /** @param {HTMLTableCellElement} cell */
  function toggle(cell) {
    const column = columnOf(cell)
    if (column === undefined || !canEdit(cell, column)) return
    const value = !(isDraft(cell) ? draftValues[column.title] === true : cell.dataset.value === 'true')
    void write(cell, column, value)
  }

  /** @param {HTMLTableCellElement} cell */
  function erase(cell) {
    const column = columnOf(cell)
    if (column === undefined || !canEdit(cell, column) || textOf(column, valueOf(cell)) === '') return
    void write(cell, column, column.kind === 'boolean' ? false : null)
  }

  /**
   * A change without an editor.
   * @param {HTMLTableCellElement} cell
   * @param {Column} column
   * @param {unknown} value
   */
  async function write(cell, column, value) {
    clearError(cell)
    const problem = isDraft(cell) ? await extendDraft(cell, column, value) : await save(cell, column, value)
    if (problem !== null) showError(cell, problem)
  }

  /**
   * @param {HTMLTableCellElement} cell
   * @param {Column} column
   */
  function canEdit(cell, column) {
    return isDraft(cell)
      ? !cell.classList.contains('readonly')
      : mayEdit && !column.readonly && rowOf(cell).dataset.row !== undefined
  }

  /**
   * @param {HTMLTableCellElement} cell
   * @param {'down' | 'left' | 'right'} where
   */
  function step(cell, where) {
    const to = { down: below, left: before, right: after }[where](cell) ?? cell
    to.focus()
  }

  /** @param {HTMLTableCellElement} cell */
  function below(cell) {
    const next = rowOf(cell).nextElementSibling
    return next instanceof HTMLTableRowElement ? next.cells.item(cellIndex(cell)) : null
  }

  /** @param {Element} cell */
  function before(cell) {
    const previous = cell.previousElementSibling
    return previous instanceof HTMLTableCellElement && previous.tagName === 'TD' ? previous : undefined
  }

  /** @param {Element} cell */
  function after(cell) {
    const next = cell.nextElementSibling
    return next instanceof HTMLTableCellElement ? next : undefined
  }

  /**
   * @param {KeyboardEvent} event
   * @param {HTMLTableCellElement} cell
   * @returns {HTMLTableCellElement | null}
   */
  function neighbour(event, cell) {
    const index = cellIndex(cell)
    const row = rowOf(cell)
    /** @param {Element | null} other */
    const inRow = (other) => (other instanceof HTMLTableRowElement ? other.cells.item(index) : null)
    const rows = table.querySelectorAll('tbody tr:not([hidden])')
    const [first, last] = [rows.item(0), rows.item(rows.length - 1)]
    switch (event.key) {
      case 'ArrowDown':
        return inRow(row.nextElementSibling)
      case 'ArrowUp':
        return inRow(row.previousElementSibling)
      case 'ArrowLeft':
        return before(cell) ?? null
      case 'ArrowRight':
        return after(cell) ?? null
      case 'Home':
        return (event.ctrlKey ? first : row).querySelector('td')
      case 'End':
        return (event.ctrlKey ? last : row).querySelector('td:last-child')
      case 'PageDown':
        return inRow(last)
      case 'PageUp':
        return inRow(first)
      default:
        return null
    }
  }
}

/**
 * @param {HTMLTableElement} table
 * @returns {Column[]}
 */
function readColumns(table) {
  return [...table.querySelectorAll('thead th[data-title]')].map((head) => readColumn(/** @type {HTMLElement} */ (head)))
}

/** @param {Element} cell */
function cellIndex(cell) {
  return /** @type {HTMLTableCellElement} */ (cell).cellIndex
}

/** @param {Element} cell */
function isEditing(cell) {
  return cell.classList.contains('editing')
}

/**
 * @param {Element | null} element
 * @returns {element is Editor}
 */
function isEditor(element) {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement
}

/** @param {Element} row */
function firstEditable(row) {
  const cell = row.querySelector('td:not(.readonly)')
  return cell instanceof HTMLElement ? cell : null
}

/**
 * @param {Column} column
 * @param {string} text
 * @returns {Editor}
 */
function makeEditor(column, text) {
  if (column.kind === 'select' || column.kind === 'multiselect') return makeSelect(column, text)
  if (column.type === 'LongText' || column.kind === 'json')
    return Object.assign(document.createElement('textarea'), { value: text })
  const input = document.createElement('input')
  input.type = 'text'
  input.autocomplete = 'off'
  input.value = text
  if (column.kind === 'integer' || column.kind === 'number') input.inputMode = 'decimal'
  return input
}

/**
 * @param {Column} column
 * @param {string} text
 */
function makeSelect(column, text) {
  const select = document.createElement('select')
  const isMultiple = column.kind === 'multiselect'
  select.multiple = isMultiple
  const chosen = isMultiple ? text.split(',') : [text]
  for (const title of isMultiple ? column.options : ['', ...column.options]) {
    const option = new Option(title === '' ? '–' : title, title, false, chosen.includes(title))
    select.append(option)
  }
  if (isMultiple) select.size = Math.min(8, Math.max(2, column.options.length))
  return select
}

/** @param {Editor} editor */
function editorText(editor) {
  if (editor instanceof HTMLSelectElement && editor.multiple)
    return [...editor.selectedOptions].map(({ value }) => value).join(',')
  return editor.value
}

/**
 * What a text means in a column. Whether it fits is for the server to say; only JSON has to be read here.
 * @param {Column} column
 * @param {string} text
 * @returns {{ value: unknown } | { problem: string }}
 */
function readValue(column, text) {
  if (text === '') return { value: null }
  if (column.kind !== 'json') return { value: text }
  try {
    return { value: JSON.parse(text) }
  } catch {
    return { problem: `The field "${column.title}" (${column.type}) takes JSON, such as {"a": 1} or "text".` }
  }
}

/**
 * @param {HTMLTableCellElement} cell
 * @param {string} message
 */
function showError(cell, message) {
  clearError(cell)
  const error = document.createElement('div')
  error.className = 'cell-error'
  error.id = 'cell-error'
  error.setAttribute('role', 'alert')
  error.textContent = message
  cell.append(error)
  cell.classList.add('bad')
  const editor = cell.querySelector('.editor')
  editor?.setAttribute('aria-invalid', 'true')
  editor?.setAttribute('aria-describedby', 'cell-error')
  error.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

/** @param {HTMLTableCellElement} cell */
function clearError(cell) {
  cell.classList.remove('bad')
  cell.querySelector('.cell-error')?.remove()
}

/** @param {HTMLTableCellElement} cell */
function flash(cell) {
  cell.classList.add('saved')
  setTimeout(() => cell.classList.remove('saved'), 1200)
}

function countSelected() {
  const button = document.querySelector('[data-delete-rows]')
  if (!(button instanceof HTMLButtonElement)) return
  const count = document.querySelectorAll('tbody input[name="row"]:checked').length
  button.style.visibility = count === 0 ? 'hidden' : 'visible'
  const words = button.querySelector('span')
  if (words !== null) words.textContent = `Delete ${count} ${count === 1 ? 'row' : 'rows'}…`
}

/** @param {number} number of the last row shown */
function countUp(number) {
  const words = document.querySelector('[data-total]')
  if (!(words instanceof HTMLElement)) return
  const total = Number(words.dataset.total ?? '0') + 1
  words.dataset.total = String(total)
  const first = Number(words.dataset.first ?? '1')
  words.textContent = `${first.toLocaleString('en')}–${number.toLocaleString('en')} of ${total.toLocaleString('en')} ${total === 1 ? 'row' : 'rows'}`
}
