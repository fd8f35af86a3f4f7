/** A form as a browser has it: read from a page's HTML, filled, and sent by the rules of HTML (form submission, value sanitization). */
import { type DefaultTreeAdapterTypes, parse } from 'parse5'

type Node = DefaultTreeAdapterTypes.Node
type Element = DefaultTreeAdapterTypes.Element

interface Control {
  name: string
  /** What it would send; null for nothing. */
  value: string | null
  type: string
  /** The value that a box or a radio button stands for. */
  stands: string
}

export interface PageForm {
  action: string
  controls: Control[]
}

/** The form with an action that has `part` in it. */
export function readForm(html: string, part: string): PageForm {
  const form = elements(parse(html)).find((element) => element.tagName === 'form' && attribute(element, 'action')?.includes(part))
  if (form === undefined) throw new Error(`no form to ${part} in ${html.slice(0, 500)}`)
  const controls = elements(form).flatMap((element) => readControl(element) ?? [])
  return { action: attribute(form, 'action') ?? '', controls }
}

/** The names of the fields by the titles on their labels and legends. */
export function namesByTitle(html: string): Map<string, string> {
  const all = elements(parse(html))
  const labels = all
    .filter(({ tagName }) => tagName === 'label')
    .map((label) => [textIn(label), attribute(label, 'for')] as const)
  const legends = all
    .filter(({ tagName }) => tagName === 'fieldset')
    .map((set) => {
      const input = elements(set).find(({ tagName, attrs }) => tagName === 'input' && attrs.some(({ name }) => name === 'name'))
      const legend = elements(set).find(({ tagName }) => tagName === 'legend')
      return [legend === undefined ? '' : textIn(legend), input === undefined ? undefined : attribute(input, 'name')] as const
    })
  return new Map([...labels, ...legends].flatMap(([title, name]) => (name === undefined ? [] : [[title, name] as const])))
}

/** Types into a field, chooses in it, or ticks the boxes of these values and no others. */
export function fill(form: PageForm, name: string, ...values: string[]): void {
  const found = form.controls.filter((control) => control.name === name)
  if (found.length === 0) throw new Error(`no field ${name}`)
  for (const control of found) {
    if (control.type === 'radio' || control.type === 'checkbox')
      control.value = values.includes(control.stands) ? control.stands : null
    else control.value = sanitize(control.type, values[0] ?? '')
  }
}

/** application/x-www-form-urlencoded, with every line end as CR LF. */
export function encode({ controls }: PageForm): string {
  const entries = controls.flatMap(({ name, value }) => (value === null ? [] : [[name, withCrLf(value)]]))
  return new URLSearchParams(entries).toString()
}

function withCrLf(text: string): string {
  return text.replaceAll(/\r\n|\r|\n/g, '\r\n')
}

function readControl(element: Element): Control | null {
  const name = attribute(element, 'name')
  if (name === undefined) return null
  const type = element.tagName === 'input' ? (attribute(element, 'type') ?? 'text') : element.tagName
  const control = (value: string | null, stands = '') => ({ name, value, type, stands })
  switch (type) {
    case 'textarea':
      return control(textIn(element).replaceAll(/\r\n?/g, '\n'))
    case 'select':
      return control(chosen(element))
    case 'radio':
    case 'checkbox': {
      const value = attribute(element, 'value') ?? 'on'
      return control(attribute(element, 'checked') === undefined ? null : value, value)
    }
    default:
      return element.tagName === 'input' ? control(sanitize(type, attribute(element, 'value') ?? '')) : null
  }
}

function chosen(select: Element): string {
  const options = elements(select).filter(({ tagName }) => tagName === 'option')
  const option = options.find((each) => attribute(each, 'selected') !== undefined) ?? options[0]
  return option === undefined ? '' : (attribute(option, 'value') ?? textIn(option))
}

/** What an input makes of a value that it is given. */
function sanitize(type: string, value: string): string {
  switch (type) {
    case 'hidden':
    case 'textarea':
      return value
    case 'number':
      return /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(value) ? value : ''
    case 'date':
      return isDay(value) ? value : ''
    case 'time':
      return /^\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?$/.test(value) ? shortTime(value) : ''
    case 'datetime-local':
      return isDay(value.slice(0, 10)) && value[10] === 'T' ? value.slice(0, 11) + shortTime(value.slice(11)) : ''
    default:
      return value.replaceAll(/[\r\n]/g, '')
  }
}

function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !text.startsWith('0000') && !Number.isNaN(Date.parse(`${text}T00:00:00Z`))
}

function shortTime(text: string): string {
  return text
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
    .replace(/^(\d\d:\d\d):00$/, '$1')
}

function elements(node: Node): Element[] {
  const children: Node[] = 'childNodes' in node ? node.childNodes : []
  return children.flatMap((child) => ('tagName' in child ? [child, ...elements(child)] : []))
}

function textIn(node: Node): string {
  if ('value' in node) return node.value
  return 'childNodes' in node ? node.childNodes.map(textIn).join('') : ''
}

function attribute({ attrs }: Element, name: string): string | undefined {
  return attrs.find((each) => each.name === name)?.value
}
