/** The builder of a filter: writes what people choose into the text that the API understands. */
const form = document.querySelector('[data-filter]')
if (form instanceof HTMLFormElement) makeBuilder(form)

/** @param {HTMLFormElement} form */
function makeBuilder(form) {
  const list = form.querySelector('[data-conditions]')
  const template = form.querySelector('[data-condition-template]')
  const text = form.querySelector('[name="where"]')
  const add = form.querySelector('[data-add-condition]')
  if (!(list instanceof HTMLElement) || !(template instanceof HTMLTemplateElement) || !(text instanceof HTMLInputElement)) return

  for (const row of list.children) fitOperators(row)
  list.addEventListener('input', (event) => {
    const row = event.target instanceof Element ? event.target.closest('[data-condition]') : null
    if (row !== null) fitOperators(row)
    text.value = written(list)
  })
  list.addEventListener('click', (event) => {
    if (!(event.target instanceof Element) || event.target.closest('[data-remove-condition]') === null) return
    event.target.closest('[data-condition]')?.remove()
    text.value = written(list)
  })
  add?.addEventListener('click', () => {
    list.append(template.content.cloneNode(true))
    const row = list.lastElementChild
    if (row === null) return
    fitOperators(row)
    const first = row.querySelector('select')
    if (first instanceof HTMLElement) first.focus()
  })
  // Whoever writes the text by hand has left the builder behind.
  text.addEventListener('input', () => {
    list.hidden = true
    if (add instanceof HTMLElement) add.hidden = true
  })
}

/**
 * Offers the operators of the chosen column's type, and a value where there is one to give.
 * @param {Element} row
 */
function fitOperators(row) {
  const field = row.querySelector('[data-field]')
  const operator = row.querySelector('[data-operator]')
  const value = row.querySelector('[data-value]')
  if (!(field instanceof HTMLSelectElement) || !(operator instanceof HTMLSelectElement) || !(value instanceof HTMLInputElement))
    return
  const allowed = (field.selectedOptions.item(0)?.dataset.operators ?? '').split(' ')
  for (const option of operator.options) {
    option.hidden = !allowed.includes(option.value)
    option.disabled = option.hidden
  }
  if (!allowed.includes(operator.value)) operator.value = allowed[0] ?? ''
  const takes = operator.selectedOptions.item(0)?.dataset.takes
  value.hidden = takes === 'none'
  value.placeholder = takes === 'list' ? 'a, b, "with, comma"' : 'Value'
}

/** @param {HTMLElement} list */
function written(list) {
  const conditions = [...list.querySelectorAll('[data-condition]')].map(readCondition).filter((one) => one !== null)
  // Only after an @ can a value that is no list stand in quotes.
  const quoted = conditions.some(({ value, takes }) => takes === 'one' && !hasPairs(value))
  const text = conditions.map((one, index) => `${index === 0 ? '' : `~${one.join}`}${conditionText(one, quoted)}`).join('')
  return quoted ? `@${text}` : text
}

/**
 * @typedef {{ join: string, field: string, operator: string, takes: string | undefined, value: string }} Condition
 * @param {Element} row
 * @returns {Condition | null} null until there is a value
 */
function readCondition(row) {
  const join = row.querySelector('[data-join]')
  const field = row.querySelector('[data-field]')
  const operator = row.querySelector('[data-operator]')
  const value = row.querySelector('[data-value]')
  if (!(field instanceof HTMLSelectElement) || !(operator instanceof HTMLSelectElement) || !(value instanceof HTMLInputElement))
    return null
  const takes = operator.selectedOptions.item(0)?.dataset.takes
  if (takes !== 'none' && value.value === '') return null
  return {
    join: join instanceof HTMLSelectElement ? join.value : 'and',
    field: field.value,
    operator: operator.value,
    takes,
    value: value.value,
  }
}

/**
 * `(field,operator,value)`
 * @param {Condition} condition
 * @param {boolean} quoted
 */
function conditionText({ field, operator, takes, value }, quoted) {
  if (takes === 'none') return `(${field},${operator})`
  if (takes === 'list') return `(${field},${operator},${listText(value)})`
  return `(${field},${operator},${quoted ? inQuotes(value) : value})`
}

/**
 * What people type, with quotes around each item that would end the condition.
 * @param {string} list
 */
function listText(list) {
  if (hasPairs(list)) return list
  const items = list.match(/\s*"(?:[^"\\]|""|\\.)*"\s*(?=,|$)|[^,]+|(?<=^|,)(?=,|$)/g) ?? []
  return items.map((item) => (item.trim().startsWith('"') ? item.trim() : inQuotes(item.trim()))).join(',')
}

/** @param {string} text */
function inQuotes(text) {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '""')}"`
}

/**
 * Whether each parenthesis has its partner.
 * @param {string} text
 */
function hasPairs(text) {
  let depth = 0
  for (const character of text) {
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (depth < 0) return false
  }
  return depth === 0
}
