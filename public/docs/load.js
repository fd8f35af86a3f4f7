/** Loads the OpenAPI document; what goes wrong becomes a sentence. */
import { headersOf } from './tokens.js'

/** @typedef {import('./document.js').Json} Json */
/** @typedef {{ needsToken: boolean, sentence: string }} Problem */

/**
 * @param {string} url
 * @param {import('./tokens.js').Authorization} authorization
 * @returns {Promise<{ document: Json, problem: null } | { document: null, problem: Problem }>}
 */
export async function loadDocument(url, authorization) {
  try {
    const response = await fetch(url, { headers: headersOf(authorization), credentials: 'omit', cache: 'no-store' })
    if (response.ok) return { document: /** @type {Json} */ (await response.json()), problem: null }
    return { document: null, problem: { needsToken: response.status === 401, sentence: await sentenceFor(response) } }
  } catch {
    const sentence = 'The server did not answer. Check the connection and try again.'
    return { document: null, problem: { needsToken: false, sentence } }
  }
}

/** @param {Response} response */
async function sentenceFor(response) {
  const said = await serverMessage(response)
  if (response.status === 401) return `The server did not accept this token. ${said}`
  if (response.status === 403) return `This token may not read the documentation of this project. ${said}`
  if (response.status === 404) return 'There is no such project, or this token does not belong to one of its members.'
  return `The documentation could not be loaded (${response.status}). ${said}`
}

/** @param {Response} response */
async function serverMessage(response) {
  try {
    const body = /** @type {{ message?: unknown }} */ (await response.json())
    return typeof body.message === 'string' ? body.message : ''
  } catch {
    return ''
  }
}
