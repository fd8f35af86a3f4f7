/** Sending a chosen file in parts, over the API. What failed can be sent again, from where it stopped. */
import { callApi } from './auth.js'
import { withRetries } from './retry.js'

/** Parts under way at once. */
const AT_ONCE = 3

/** @typedef {{ id: string, part_size: number, parts: number }} Begun */

/** A file on its way. */
export class Upload {
  /** @type {Begun | null} */
  #begun = null
  /** @type {Set<number>} Parts that have not come. */
  #missing = new Set()
  #abort = new AbortController()

  /**
   * @param {File} file
   * @param {{ api: string, table: string | undefined }} place Where imports begin, and the table they are for; none for a new one.
   */
  constructor(file, { api, table }) {
    this.file = file
    this.api = api
    this.table = table
  }

  /**
   * Sends what is missing; the id of the import when all of it is there.
   * @param {(sent: number, parts: number) => void} onPart
   */
  async send(onPart) {
    const { id, part_size: size, parts } = await this.#begin()
    const waiting = [...this.#missing]
    const tell = () => onPart(parts - this.#missing.size, parts)
    tell()
    const sendSome = async () => {
      for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
        await this.#request('PUT', `${this.api}/${id}/parts/${number}`, await this.#read(number * size, size))
        this.#missing.delete(number)
        tell()
      }
    }
    const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, sendSome))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return id
  }

  /** Leaves nothing of it. */
  async cancel() {
    this.#abort.abort()
    if (this.#begun !== null) await callApi('DELETE', `${this.api}/${this.#begun.id}`)
  }

  get isCancelled() {
    return this.#abort.signal.aborted
  }

  async #begin() {
    if (this.#begun !== null) return this.#begun
    const body = { name: this.file.name, size: this.file.size, ...(this.table === undefined ? {} : { table_id: this.table }) }
    const begun = /** @type {Begun} */ (await this.#request('POST', this.api, body))
    this.#missing = new Set(Array.from({ length: begun.parts }, (_, number) => number))
    this.#begun = begun
    return begun
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} body
   */
  async #request(method, path, body) {
    const answer = await withRetries(this.#abort.signal, () => callApi(method, path, body), mayHelp)
    if (!answer.ok) throw new Error(answer.message)
    return answer.body
  }

  /**
   * @param {number} from
   * @param {number} length
   */
  async #read(from, length) {
    try {
      return new Blob([await this.file.slice(from, from + length).arrayBuffer()])
    } catch (error) {
      throw new Error('The file cannot be read any more: it was changed, moved or deleted. Choose it again.', { cause: error })
    }
  }
}

/**
 * Whether the same request may be answered otherwise later.
 * @param {import('./auth.js').Answer} answer
 */
function mayHelp(answer) {
  return !answer.ok && (answer.status === 0 || answer.status >= 500)
}
