/** Requests to a table, ready to paste: the same list of rows in the languages people ask for. */
import { Icon } from './icons'

export interface SnippetRequest {
  origin: string
  projectId: string
  /** Title of the table. */
  table: string
  /** An API Token, or a word that stands for one. */
  token: string
  /** Parameters of the list, in order. */
  query: readonly (readonly [name: string, value: string])[]
}

export interface Snippet {
  label: string
  code: string
}

/** What stands for a token that is not known any more: only its owner has it. */
export const TOKEN_PLACEHOLDER = 'YOUR_API_TOKEN'

export function curl(request: SnippetRequest): Snippet {
  return { label: 'curl', code: [`curl '${urlOf(request)}' \\`, `  -H 'xc-token: ${request.token}'`].join('\n') }
}

export function javascript(request: SnippetRequest): Snippet {
  const code = [
    `const response = await fetch(${quoted(urlOf(request))}, {`,
    `  headers: { 'xc-token': ${quoted(request.token)} },`,
    '})',
    'const { list, pageInfo } = await response.json()',
    'console.log(list, pageInfo)',
  ]
  return { label: 'JavaScript', code: code.join('\n') }
}

export function python(request: SnippetRequest): Snippet {
  const { origin, projectId, table, token, query } = request
  const params = query.map(([name, value]) => `        ${quoted(name)}: ${quoted(value)},`)
  const code = [
    'import requests',
    '',
    'response = requests.get(',
    `    ${quoted(pathOf({ origin, projectId, table }))},`,
    `    headers={"xc-token": ${quoted(token)}},`,
    ...(params.length === 0 ? [] : ['    params={', ...params, '    },']),
    ')',
    'response.raise_for_status()',
    'print(response.json()["list"])',
  ]
  return { label: 'Python', code: code.join('\n') }
}

export function nocodbSdk({ origin, projectId, table, token, query }: SnippetRequest): Snippet {
  const options = query.map(([name, value]) => `  ${name}: ${name === 'limit' || name === 'offset' ? value : quoted(value)},`)
  const code = [
    "import { Api } from 'nocodb-sdk'",
    '',
    'const api = new Api({',
    `  baseURL: ${quoted(origin)},`,
    `  headers: { 'xc-token': ${quoted(token)} },`,
    '})',
    `const { list } = await api.dbTableRow.list('noco', ${quoted(projectId)}, ${quoted(table)}, {`,
    ...options,
    '})',
    'console.log(list)',
  ]
  return { label: 'nocodb-sdk', code: code.join('\n') }
}

export function n8n({ origin, projectId, table, token }: SnippetRequest): Snippet {
  const code = [
    'Credential   NocoDB Token account',
    `  API Token  ${token}`,
    `  Host       ${origin}`,
    '',
    'Node         NocoDB',
    '  Version    0.90.0 onwards',
    '  Resource   Row',
    '  Operation  Get Many',
    `  Project    ${projectId}`,
    `  Table      ${table}`,
  ]
  return { label: 'n8n', code: code.join('\n') }
}

function pathOf({ origin, projectId, table }: Pick<SnippetRequest, 'origin' | 'projectId' | 'table'>): string {
  return `${origin}/api/v1/db/data/noco/${projectId}/${encode(table)}`
}

function urlOf(request: SnippetRequest): string {
  const query = request.query.map(([name, value]) => `${name}=${encode(value)}`).join('&')
  return query === '' ? pathOf(request) : `${pathOf(request)}?${query}`
}

/** As encodeURIComponent, and a single quote too: the text stands between single quotes of a shell. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll("'", '%27')
}

/** A string literal of JavaScript, and of Python. */
function quoted(text: string): string {
  return JSON.stringify(text)
}

/** The snippets under a row of choices, the first one chosen; each with a button that copies it. */
export function Snippets({ name, snippets }: { name: string; snippets: readonly Snippet[] }) {
  return (
    <div class="snippets">
      <fieldset class="segments">
        <legend class="visually-hidden">Language</legend>
        {snippets.map(({ label }, index) => (
          <label>
            <input type="radio" name={name} value={String(index)} checked={index === 0} />
            {label}
          </label>
        ))}
      </fieldset>
      {snippets.map(({ label, code }) => (
        <div class="snippet">
          <pre tabindex={0} role="region" aria-label={label}>
            <code>{code}</code>
          </pre>
          <button class="button button-small" type="button" data-copy={code} data-copied={`${label} snippet copied.`}>
            <Icon name="copy" /> Copy
          </button>
        </div>
      ))}
    </div>
  )
}
