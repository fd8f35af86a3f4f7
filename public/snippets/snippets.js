/**
 * One HTTP request as a program, in each language that people ask for. It knows HTTP and JSON, and nothing of any version of
 * the API: the pages of the dashboard (src/dashboard/snippets.tsx) and the docs page (public/docs/code.js) bring the request.
 *
 * Titles and values are what users typed: in every language they stay one string, and read as what they are.
 */

/**
 * @typedef {object} HttpRequest
 * @property {string} method
 * @property {string} url as urlOf() writes it
 * @property {readonly (readonly [name: string, value: string])[]} headers
 * @property {unknown} [body] JSON; none when undefined
 * @property {'json' | 'text'} [answer] what comes back; JSON unless it says so
 */
/** @typedef {{ id: string, label: string, write: (request: HttpRequest) => string }} Language */

/** @type {readonly Language[]} */
export const LANGUAGES = [
  { id: 'curl', label: 'curl', write: curl },
  { id: 'javascript', label: 'JavaScript', write: javascript },
  { id: 'python', label: 'Python', write: python },
  { id: 'php', label: 'PHP', write: php },
  { id: 'go', label: 'Go', write: go },
]

/**
 * @param {string} path encoded
 * @param {readonly (readonly [name: string, value: string])[]} query parameters without a value are left out
 */
export function urlOf(path, query = []) {
  const pairs = query.filter(([, value]) => value !== '').map(([name, value]) => `${inQuery(name)}=${inQuery(value)}`)
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`
}

/**
 * A text as one part of a path. As encodeURIComponent, and a single quote too: a URL stands between such quotes in a shell.
 * @param {string} text
 */
export function inPath(text) {
  return encodeURIComponent(wellFormed(text)).replaceAll("'", '%27')
}

/**
 * The same in a query, where commas and colons can be read as they are: filters are full of them.
 * @param {string} text
 */
function inQuery(text) {
  return inPath(text).replaceAll('%2C', ',').replaceAll('%3A', ':')
}

/**
 * With the type of the body, which every request with one has to name.
 * @param {HttpRequest} request
 * @returns {readonly (readonly [name: string, value: string])[]}
 */
function headersOf({ headers, body }) {
  return body === undefined ? headers : [...headers, ['content-type', 'application/json']]
}

/** @param {HttpRequest} request */
function curl(request) {
  const { method, url, body } = request
  const isImplied = method === (body === undefined ? 'GET' : 'POST')
  const parts = [
    `curl ${isImplied ? '' : `-X ${method} `}${shellString(url)}`,
    ...headersOf(request).map(([name, value]) => `-H ${shellString(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`-d ${shellString(json(body))}`]),
  ]
  return parts.join(' \\\n  ')
}

/** @param {HttpRequest} request */
function javascript(request) {
  const { method, url, body, answer = 'json' } = request
  return [
    `const response = await fetch(${string(url)}, {`,
    ...(method === 'GET' ? [] : [`  method: ${string(method)},`]),
    '  headers: {',
    ...headersOf(request).map(([name, value]) => `    ${string(name)}: ${string(value)},`),
    '  },',
    ...(body === undefined ? [] : [`  body: JSON.stringify(${literal(body, JAVASCRIPT, '  ')}),`]),
    '})',
    'if (!response.ok) throw new Error(await response.text())',
    `console.log(await response.${answer}())`,
  ].join('\n')
}

/**
 * With what comes with Python: nothing is to be installed.
 * @param {HttpRequest} request
 */
function python(request) {
  const { method, url, body, answer = 'json' } = request
  return [
    ...(body === undefined && answer === 'text' ? [] : ['import json']),
    'from urllib.request import Request, urlopen',
    '',
    'request = Request(',
    `    ${string(url)},`,
    ...(method === 'GET' ? [] : [`    method=${string(method)},`]),
    '    headers={',
    ...headersOf(request).map(([name, value]) => `        ${string(name)}: ${string(value)},`),
    '    },',
    ...(body === undefined ? [] : [`    data=json.dumps(${literal(body, PYTHON, '    ')}).encode(),`]),
    ')',
    'with urlopen(request) as response:',
    answer === 'json' ? '    print(json.load(response))' : '    print(response.read().decode())',
  ].join('\n')
}

/**
 * With what comes with PHP: the curl extension is often missing.
 * @param {HttpRequest} request
 */
function php(request) {
  const { method, url, body, answer = 'json' } = request
  return [
    '<?php',
    '$context = stream_context_create([',
    "    'http' => [",
    `        'method' => ${phpString(method)},`,
    "        'header' => [",
    ...headersOf(request).map(([name, value]) => `            ${phpString(`${name}: ${value}`)},`),
    '        ],',
    ...(body === undefined ? [] : [`        'content' => json_encode(${literal(body, PHP, '        ')}),`]),
    '    ],',
    ']);',
    `$answer = file_get_contents(${phpString(url)}, false, $context);`,
    answer === 'json' ? 'var_dump(json_decode($answer, true));' : 'echo $answer;',
  ].join('\n')
}

/** @param {HttpRequest} request */
function go(request) {
  const { method, url, body } = request
  const packages = ['fmt', 'io', 'log', 'net/http', ...(body === undefined ? [] : ['strings'])]
  return [
    'package main',
    '',
    'import (',
    ...packages.map((name) => `\t${string(name)}`),
    ')',
    '',
    'func main() {',
    ...(body === undefined ? [] : [`\tbody := strings.NewReader(${goRawString(json(body))})`]),
    `\trequest, err := http.NewRequest(${string(method)}, ${string(url)}, ${body === undefined ? 'nil' : 'body'})`,
    ...GO_CHECK,
    ...headersOf(request).map(([name, value]) => `\trequest.Header.Set(${string(name)}, ${string(value)})`),
    '\tresponse, err := http.DefaultClient.Do(request)',
    ...GO_CHECK,
    '\tdefer response.Body.Close()',
    '\tanswer, err := io.ReadAll(response.Body)',
    ...GO_CHECK,
    '\tif response.StatusCode != http.StatusOK {',
    '\t\tlog.Fatal(response.Status, " ", string(answer))',
    '\t}',
    '\tfmt.Println(string(answer))',
    '}',
  ].join('\n')
}

const GO_CHECK = ['\tif err != nil {', '\t\tlog.Fatal(err)', '\t}']

/**
 * What would not be seen, or would make the text around it read in another order: control and format characters.
 * The first 32 are not among them: JSON escapes those.
 */
const UNSEEN = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

/**
 * A string of JSON, which JavaScript, Python and Go read alike.
 * @param {string} text
 */
function string(text) {
  return JSON.stringify(wellFormed(text)).replaceAll(UNSEEN, (character) => `\\u${codeOf(character).padStart(4, '0')}`)
}

/**
 * Half a surrogate pair is no text: it arrives as the sign for that, in every language.
 * @param {string} text
 */
function wellFormed(text) {
  return text.replaceAll(/\p{Surrogate}/gu, '\uFFFD')
}

/** @param {string} character */
function codeOf(character) {
  return character.charCodeAt(0).toString(16)
}

/** @param {string} text */
function shellString(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** @param {string} text */
function phpString(text) {
  const whole = wellFormed(text)
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  const unseen = new RegExp(`[\\u0000-\\u001f]|${UNSEEN.source}`, 'g')
  if (!unseen.test(whole)) return `'${whole.replaceAll(/[\\']/g, String.raw`\$&`)}'`
  return `"${whole.replaceAll(/[\\"$]/g, String.raw`\$&`).replaceAll(unseen, (character) => `\\u{${codeOf(character)}}`)}"`
}

/**
 * JSON between the quotes that Go has for texts of many lines, and so without such a quote.
 * @param {string} text
 */
function goRawString(text) {
  return `\`${text.replaceAll('`', String.raw`\u0060`)}\``
}

/**
 * How a language writes what JSON can say.
 * @typedef {object} Style
 * @property {string} indent
 * @property {(text: string) => string} string
 * @property {(name: string) => string} member what stands before its value
 * @property {(names: readonly string[]) => readonly [open: string, close: string]} object
 * @property {readonly [yes: string, no: string, nothing: string]} words
 */

/** @type {Style} */
const JSON_TEXT = {
  indent: '  ',
  string,
  member: (name) => `${string(name)}: `,
  object: () => ['{', '}'],
  words: ['true', 'false', 'null'],
}

/** @type {Style} */
const JAVASCRIPT = {
  ...JSON_TEXT,
  // Written plainly, this one is no member: it names what the object inherits from.
  member: (name) => (name === '__proto__' ? '["__proto__"]: ' : `${string(name)}: `),
}

/** @type {Style} */
const PYTHON = { ...JSON_TEXT, indent: '    ', words: ['True', 'False', 'None'] }

/** @type {Style} */
const PHP = {
  indent: '    ',
  string: phpString,
  member: (name) => `${phpString(name)} => `,
  // An array whose keys are numbers in order is a list to json_encode(), and so is an empty one.
  object: (names) => [names.every((name) => /^\d+$/.test(name)) ? '(object) [' : '[', ']'],
  words: ['true', 'false', 'null'],
}

/** @param {unknown} value */
function json(value) {
  return literal(value, JSON_TEXT, '')
}

/**
 * @param {unknown} value JSON
 * @param {Style} style
 * @param {string} indent of the line that it begins on
 * @returns {string}
 */
function literal(value, style, indent) {
  const deeper = indent + style.indent
  const [yes, no, nothing] = style.words
  if (typeof value === 'string') return style.string(value)
  if (typeof value === 'boolean') return value ? yes : no
  if (typeof value !== 'object' || value === null) return value === null ? nothing : JSON.stringify(value)
  if (Array.isArray(value)) {
    const items = value.map((item) => literal(item, style, deeper))
    return block(['[', ']'], items, indent, deeper)
  }
  const members = Object.entries(value)
  const lines = members.map(([name, member]) => style.member(name) + literal(member, style, deeper))
  return block(style.object(members.map(([name]) => name)), lines, indent, deeper)
}

/**
 * @param {readonly [open: string, close: string]} brackets
 * @param {readonly string[]} lines
 * @param {string} indent
 * @param {string} deeper
 */
function block([open, close], lines, indent, deeper) {
  return lines.length === 0 ? open + close : [open, lines.map((line) => deeper + line).join(',\n'), indent + close].join('\n')
}
