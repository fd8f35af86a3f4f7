/** Work in the background: one after another for each key, a few at once over all. */

/**
 * @typedef {object} Queues
 * @property {(keys: readonly unknown[], task: () => Promise<void>) => Promise<void>} run
 *   Runs a task after every earlier one that has a key in common with it, whether those went well or not.
 * @property {() => boolean} isBusy
 * @property {() => number} started How many tasks there have been.
 * @property {() => Promise<void>} settled Once nothing is left to do.
 */

/**
 * @param {number} limit tasks at once
 * @returns {Queues}
 */
export function createQueues(limit) {
  /** The last task of each key, when it is over. @type {Map<unknown, Promise<void>>} */
  const tails = new Map()
  const inTurn = createGate(limit)
  let started = 0

  /**
   * @param {readonly unknown[]} keys
   * @param {Promise<void>} over
   */
  const forget = (keys, over) => {
    for (const key of keys) if (tails.get(key) === over) tails.delete(key)
  }

  return {
    run(keys, task) {
      started += 1
      const done = Promise.all(keys.map((key) => tails.get(key) ?? Promise.resolve())).then(() => inTurn(task))
      const over = done.catch(() => {})
      for (const key of keys) tails.set(key, over)
      void over.then(() => forget(keys, over))
      return done
    },
    isBusy: () => tails.size > 0,
    started: () => started,
    async settled() {
      while (tails.size > 0) await Promise.all(tails.values())
    },
  }
}

/**
 * Lets so many tasks run at once; the others wait in line.
 * @param {number} limit
 * @returns {(task: () => Promise<void>) => Promise<void>}
 */
function createGate(limit) {
  /** @type {(() => void)[]} */
  const line = []
  let running = 0
  return async (task) => {
    if (running === limit) await new Promise((go) => line.push(() => go(undefined)))
    else running += 1
    try {
      await task()
    } finally {
      const next = line.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
