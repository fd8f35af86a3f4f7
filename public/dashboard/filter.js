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
  value.placeholder = takes === 'list' ? 'Values, separated by commas' : 'Value'
}

/** @param {HTMLElement} list */
function written(list) {
  let text = ''
  for (const row of list.querySelectorAll('[data-condition]')) {
    const part = condition(row)
    const join = row.querySelector('[data-join]')
    if (part !== '') text += `${text === '' ? '' : `~${join instanceof HTMLSelectElement ? join.value : 'and'}`}${part}`
  }
  return text
}

/**
 * `(field,operator,value)`; empty until there is a value.
 * @param {Element} row
 */
function condition(row) {
  const field = row.querySelector('[data-field]')
  const operator = row.querySelector('[data-operator]')
  const value = row.querySelector('[data-value]')
  if (!(field instanceof HTMLSelectElement) || !(operator instanceof HTMLSelectElement) || !(value instanceof HTMLInputElement))
    return ''
  if (value.hidden) return `(${field.value},${operator.value})`
  return value.value === '' ? '' : `(${field.value},${operator.value},${value.value})`
}
