/** The request that an operation makes with what its fields hold, for the snippets: no Swagger UI and no page in here. */
import { inPath, urlOf } from '../snippets/snippets.js'
import { at, isJson, listOf, whole } from './document.js'

/** @typedef {import('./document.js').Json} Json */
/** @typedef {import('../snippets/snippets.js').HttpRequest} HttpRequest */

/**
 * @typedef {object} Filled
 * @property {Json} document
 * @property {string} origin
 * @property {string} path
 * @property {string} method
 * @property {Json} values of parameters, by `query.limit`
 * @property {unknown} body the text of its field; undefined as long as nobody has seen it
 * @property {string | undefined} apiToken
 */

/**
 * @param {Filled} filled
 * @returns {HttpRequest | null} null for a body that is no JSON: a file, or half of an object
 */
export function requestOf({ document, origin, path, method, values, body, apiToken }) {
  const operation = whole(document, ['paths', path, method])
  const content = bodyOf(operation, body)
  if (content === null) return null
  const parameters = listOf(at(operation, ['parameters'])).flatMap((parameter) => {
    const { name, in: place } = /** @type {{ name: string, in: string }} */ (parameter)
    const value = textOf(values[`${place}.${name}`])
    // What the server takes by itself need not be said.
    return place !== 'path' && value === textOf(at(parameter, ['schema', 'default'])) ? [] : [{ name, place, value }]
  })
  const valuesIn = (/** @type {string} */ wanted) =>
    parameters
      .filter(({ place, value }) => place === wanted && value !== '')
      .map(({ name, value }) => /** @type {const} */ ([name, value]))
  const inPaths = new Map(valuesIn('path'))
  const filledPath = path.replaceAll(/\{[^}]+\}/g, (name) => {
    const value = inPaths.get(name.slice(1, -1))
    return value === undefined ? name : inPath(value)
  })
  const answer = at(operation, ['responses', '200', 'content', 'application/json']) === undefined ? 'text' : 'json'
  return {
    method: method.toUpperCase(),
    url: urlOf(origin + filledPath, valuesIn('query')),
    headers: [...credentialOf(document, operation, apiToken), ...valuesIn('header')],
    ...('body' in content && { body: content.body }),
    answer,
  }
}

/** @param {unknown} value */
function textOf(value) {
  if (Array.isArray(value)) return value.join(',')
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/**
 * @param {unknown} operation
 * @param {unknown} text
 * @returns {{ body?: unknown } | null}
 */
function bodyOf(operation, text) {
  const content = at(operation, ['requestBody', 'content'])
  if (content === undefined) return {}
  const json = at(content, ['application/json'])
  if (json === undefined) return null
  if (typeof text !== 'string') return { body: exampleOf(json) }
  try {
    return { body: /** @type {unknown} */ (JSON.parse(text)) }
  } catch {
    return null
  }
}

/** @param {unknown} json content of a type */
function exampleOf(json) {
  const examples = at(json, ['examples'])
  const [first] = Object.values(isJson(examples) ? examples : {})
  return at(json, ['example']) ?? (isJson(first) ? first.value : undefined) ?? {}
}

/**
 * The API Token in use, or a word for one. An Auth Token is over in a few hours: nothing to put into a program.
 * @param {Json} document
 * @param {unknown} operation
 * @param {string | undefined} apiToken
 * @returns {[name: string, value: string][]}
 */
function credentialOf(document, operation, apiToken) {
  const schemes = listOf(at(operation, ['security']) ?? document.security).flatMap((each) =>
    isJson(each) ? Object.keys(each) : [],
  )
  if (schemes.includes('xcToken')) return [['xc-token', apiToken ?? 'YOUR_API_TOKEN']]
  return schemes.includes('xcAuth') ? [['xc-auth', 'YOUR_AUTH_TOKEN']] : []
}
