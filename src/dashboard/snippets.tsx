/** Requests to a table, ready to paste: what programs do with rows, in the languages and tools that people ask for. */
import { LANGUAGES } from '../../public/snippets/snippets.js'
import { Icon } from './icons'
import { type TableCall, type TableTarget, tableCalls } from '../api/v1/table-calls'

/** What stands for a token that is not known any more: only its owner has it. */
export const TOKEN_PLACEHOLDER = 'YOUR_API_TOKEN'

interface Writer {
  id: string
  label: string
  write: (call: TableCall, target: TableTarget) => string
}

const PROGRAMS: readonly Writer[] = LANGUAGES.map(({ id, label, write }) => ({
  id,
  label,
  write: ({ request }) => write(request),
}))

/** Tools that know the API by themselves. */
export const TOOLS: readonly Writer[] = [
  { id: 'nocodb-sdk', label: 'nocodb-sdk', write: nocodbSdk },
  { id: 'n8n', label: 'n8n', write: n8n },
]

const SDK_METHODS = { list: 'list', insert: 'create', update: 'update', delete: 'delete' } as const

function nocodbSdk(call: TableCall, { origin, projectId, token, query }: TableTarget): string {
  const { id, table, rowId, row, request } = call
  const begin = [
    "import { Api } from 'nocodb-sdk' // 0.109.7",
    '',
    'const api = new Api({',
    `  baseURL: ${JSON.stringify(origin)},`,
    `  headers: { 'xc-token': ${JSON.stringify(token)} },`,
    '})',
  ]
  if (id === 'upsert') {
    // NocoDB has no upsert, and so its SDK has no function for it; it sends any request.
    const { pathname, searchParams } = new URL(request.url)
    const parts = { path: pathname, method: request.method, query: Object.fromEntries(searchParams), body: request.body }
    const options = Object.entries({ ...parts, type: 'application/json' }).map(([name, value]) => `  ${name}: ${pretty(value)},`)
    return [...begin, 'console.log(await api.request({', ...options, '}))'].join('\n')
  }
  const options: Record<string, string | number> = Object.fromEntries(
    query.map(([name, value]) => [name, name === 'limit' || name === 'offset' ? Number(value) : value]),
  )
  const last = { list: options, insert: row, update: row, delete: undefined }[id]
  const args = ['noco', projectId, table, ...(id === 'update' || id === 'delete' ? [rowId] : [])].map((text) =>
    JSON.stringify(text),
  )
  const given = [...args, ...(last === undefined ? [] : [pretty(last, '')])].join(', ')
  return [...begin, `console.log(await api.dbTableRow.${SDK_METHODS[id]}(${given}))`].join('\n')
}

function pretty(value: unknown, indent = '  '): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`)
}

const N8N_OPERATIONS = { list: 'Get Many', insert: 'Create', update: 'Update', delete: 'Delete' } as const

function n8n({ id, table, rowId, row, request }: TableCall, { origin, projectId, token }: TableTarget): string {
  if (id === 'upsert') {
    return lines([
      ['Credential', 'Header Auth account'],
      ['  Name', 'xc-token'],
      ['  Value', token],
      ['', ''],
      ['Node', 'HTTP Request'],
      ['  Method', request.method],
      ['  URL', request.url],
      ['  Send Body', 'JSON'],
      ['  JSON', JSON.stringify(request.body)],
    ])
  }
  const fields = Object.entries(row).map(([name, value]): [string, string] => [`  ${name}`, JSON.stringify(value)])
  return lines([
    ['Credential', 'NocoDB Token account'],
    ['  API Token', token],
    ['  Host', origin],
    ['', ''],
    ['Node', 'NocoDB'],
    ['  Version', '0.90.0 onwards'],
    ['  Resource', 'Row'],
    ['  Operation', N8N_OPERATIONS[id]],
    ['  Project', projectId],
    ['  Table', table],
    ...(id === 'update' || id === 'delete' ? [['  Row ID', rowId] as const] : []),
    ...(fields.length === 0 ? [] : [['Fields', ''] as const, ...fields]),
  ])
}

function lines(pairs: readonly (readonly [name: string, value: string])[]): string {
  return pairs.map(([name, value]) => (value === '' ? name : `${name.padEnd(12)} ${value}`)).join('\n')
}

/** Two rows of choices, what to do and in which language, the first of each chosen; and what they choose, with a button that copies it. */
export function Snippets({ target, tools = [] }: { target: TableTarget; tools?: readonly Writer[] }) {
  const calls = tableCalls(target)
  const writers = [...PROGRAMS, ...tools]
  return (
    <div class="snippets">
      <Choices name="call" legend="What to do" choices={calls} />
      <Choices name="language" legend="Language" choices={writers} />
      {calls.map((call) => (
        <div data-call={call.id}>
          {writers.map(({ id, label, write }) => (
            <Snippet language={id} label={`${call.label}: ${label}`} code={write(call, target)} />
          ))}
        </div>
      ))}
    </div>
  )
}

function Choices({ name, legend, choices }: { name: string; legend: string; choices: readonly { id: string; label: string }[] }) {
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">{legend}</legend>
      {choices.map(({ id, label }, index) => (
        <label>
          <input type="radio" name={name} value={id} checked={index === 0} />
          {label}
        </label>
      ))}
    </fieldset>
  )
}

function Snippet({ language, label, code }: { language: string; label: string; code: string }) {
  return (
    <div class="snippet" data-language={language}>
      <pre tabindex={0} role="region" aria-label={label}>
        <code>{code}</code>
      </pre>
      <button class="button button-small" type="button" data-copy={code} data-copied={`${label} snippet copied.`}>
        <Icon name="copy" /> Copy
      </button>
    </div>
  )
}
