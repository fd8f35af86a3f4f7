/**
 * The tokens of this page. They live in sessionStorage, so they outlive a reload and end with the tab. The dashboard opens this
 * page authorised by writing the same entry first (public/dashboard/copy.js): key `latchkey:authorization:<path of the
 * document>`, value `{"xcAuth": "<Auth Token>"}`; the members are the document's security schemes.
 */
import { asAuthorization } from './tokens.js'

/** @typedef {import('./tokens.js').Authorization} Authorization */

/** @param {string} documentUrl */
export function keepAuthorization(documentUrl) {
  const key = `latchkey:authorization:${documentUrl}`
  /** @type {((authorization: Authorization) => void)[]} */
  const listeners = []
  let current = read(key)
  return {
    current: () => current,
    /** @param {Authorization} authorization */
    set(authorization) {
      current = authorization
      write(key, authorization)
      for (const listener of listeners) listener(current)
    },
    /** @param {(authorization: Authorization) => void} listener called at once, and at each change */
    watch(listener) {
      listeners.push(listener)
      listener(current)
    },
  }
}

/** @typedef {ReturnType<typeof keepAuthorization>} Keeper */

/**
 * @param {string} key
 * @returns {Authorization}
 */
function read(key) {
  try {
    return asAuthorization(JSON.parse(sessionStorage.getItem(key) ?? '{}'))
  } catch {
    return {}
  }
}

/**
 * @param {string} key
 * @param {Authorization} authorization
 */
function write(key, authorization) {
  try {
    sessionStorage.setItem(key, JSON.stringify(authorization))
  } catch {
    // A browser that keeps nothing: the page works, a reload asks again.
  }
}
