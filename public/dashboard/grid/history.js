/**
 * What was done on this table in this tab, to be undone and done again. It outlives the page, in the tab's session storage:
 * a sort or the next page is another page.
 */

/**
 * @typedef {object} Change of one row
 * @property {string} rowId
 * @property {Record<string, unknown>} key
 * @property {Record<string, unknown> | null} before the fields that were changed, as they were; null for a new row
 * @property {Record<string, unknown> | null} after null for a deleted row
 * @property {number | null} version that the row had after it
 */
/** @typedef {{ label: string, order: number, changes: Change[] }} Entry `label`: what was done, such as "Pasted 12 cells" */

/**
 * @typedef {object} History
 * @property {() => number} next the number of something that is being done now
 * @property {(entry: Entry) => void} add
 * @property {(which: 'undo' | 'redo') => Entry | undefined} take
 * @property {(which: 'undo' | 'redo', entry: Entry) => void} putBack
 * @property {(rowId: string, from: number | null, to: number | null) => void} wrote
 *   Notes that this tab brought a row from one version to another; from null: it made the row, or put it back.
 * @property {(change: Change) => number | null} versionNow
 *   The version of a row that nobody else has written to since that change; null where somebody has.
 */

/** Entries kept, and characters of them in storage. */
const MAX_ENTRIES = 100
const MAX_STORED = 1_000_000

/**
 * @param {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} storage
 * @param {string} name
 * @returns {History}
 */
export function createHistory(storage, name) {
  const kept = load(storage, name)
  const stacks = { undo: kept.undo, redo: kept.redo }
  /** The versions of a row that this tab made, one out of the other. @type {Map<string, number[]>} */
  const chains = new Map(kept.chains)
  let order = Math.max(0, ...[...kept.undo, ...kept.redo].map((entry) => entry.order))

  const save = () => store(storage, name, { ...stacks, chains: [...chains] })

  return {
    next() {
      order += 1
      return order
    },
    add(entry) {
      // Answers come in any order; what is undone first is what was done last.
      const later = stacks.undo.filter((other) => other.order > entry.order).length
      stacks.undo.splice(stacks.undo.length - later, 0, entry)
      stacks.undo.splice(0, Math.max(0, stacks.undo.length - MAX_ENTRIES))
      stacks.redo = []
      save()
    },
    take(which) {
      const entry = stacks[which].pop()
      save()
      return entry
    },
    putBack(which, entry) {
      stacks[which].push(entry)
      save()
    },
    wrote(rowId, from, to) {
      if (to === null) return
      const chain = chains.get(rowId) ?? []
      const goesOn = from === null || chain.length === 0 || chain.at(-1) === from
      chains.set(rowId, goesOn ? [...chain, to] : [to])
      save()
    },
    versionNow({ rowId, after, version }) {
      const chain = chains.get(rowId) ?? []
      if (version === null || !chain.includes(version)) return null
      return after === null ? version : (chain.at(-1) ?? null)
    },
  }
}

/** @typedef {{ undo: Entry[], redo: Entry[], chains: [string, number[]][] }} Kept */

/**
 * @param {Pick<Storage, 'getItem'>} storage
 * @param {string} name
 * @returns {Kept}
 */
function load(storage, name) {
  try {
    const text = storage.getItem(name)
    if (text !== null) return /** @type {Kept} */ (JSON.parse(text))
  } catch {
    // A browser without storage: the page itself still remembers.
  }
  return { undo: [], redo: [], chains: [] }
}

/**
 * @param {Pick<Storage, 'setItem' | 'removeItem'>} storage
 * @param {string} name
 * @param {Kept} kept
 */
function store(storage, name, kept) {
  try {
    const text = JSON.stringify(kept)
    if (text.length <= MAX_STORED) storage.setItem(name, text)
    else storage.removeItem(name)
  } catch {
    // Full, or not there at all.
  }
}
