/** Requests that may be sent twice are sent again when they fail. */

/** Waits before that, ms. */
const RETRY_AFTER = [500, 1500, 4000]

/**
 * The first answer that `isFailure` does not hold for, else the last one. Throws when it is aborted.
 * @template Answer
 * @param {AbortSignal} signal
 * @param {() => Promise<Answer>} request
 * @param {(answer: Answer) => boolean} isFailure
 * @returns {Promise<Answer>}
 */
export async function withRetries(signal, request, isFailure) {
  let answer = await request()
  for (const wait of RETRY_AFTER) {
    signal.throwIfAborted()
    if (!isFailure(answer)) break
    await new Promise((done) => setTimeout(done, wait))
    signal.throwIfAborted()
    answer = await request()
  }
  signal.throwIfAborted()
  return answer
}
