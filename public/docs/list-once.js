/**
 * What we use of the maps and lists (immutable.js) in which Swagger UI keeps its state.
 * @typedef {object} Collection
 * @property {(path: unknown[]) => Collection | undefined} getIn
 * @property {(path: unknown[], change: (value: Collection) => Collection) => Collection} updateIn
 * @property {(other: Collection) => Collection} merge
 * @property {(test: (item: Collection) => boolean) => number} findIndex
 * @property {(visit: (item: Collection, key: string) => void) => void} forEach
 */

/**
 * A Swagger UI plugin: the list of operations is made when the document or the filter changes. After that only those that
 * were opened are put into it anew. Swagger UI makes all of it for every key that is pressed in a field.
 */
export function listOnce() {
  /** @type {unknown[]} */
  let madeFor = []
  /** @type {Collection} */
  let list
  /** @type {Collection | null} */
  let shownFor = null
  /** @type {Collection} */
  let shown
  /** @typedef {{ layoutSelectors: { currentFilter: () => unknown } }} System */
  const taggedOperations =
    (/** @type {(state: Collection, ...more: unknown[]) => Collection} */ make, /** @type {System} */ system) =>
    (/** @type {Collection} */ state, /** @type {unknown[]} */ ...more) => {
      const now = [state.getIn(['json']), system.layoutSelectors.currentFilter()]
      const isNew = now.some((part, index) => part !== madeFor[index])
      if (isNew) list = make(state, ...more)
      if (isNew || state !== shownFor) shown = withOpened(list, state)
      madeFor = now
      shownFor = state
      return shown
    }
  return { statePlugins: { spec: { wrapSelectors: { taggedOperations } } } }
}

/**
 * @param {Collection} list
 * @param {Collection} state
 */
function withOpened(list, state) {
  let all = list
  state.getIn(['resolvedSubtrees', 'paths'])?.forEach((item, path) =>
    item.forEach((operation, method) =>
      operation.getIn(['tags'])?.forEach((tag) => {
        const index = list.getIn([tag, 'operations'])?.findIndex((one) => isAt(one, path, method)) ?? -1
        if (index >= 0) all = all.updateIn([tag, 'operations', index, 'operation'], (names) => names.merge(operation))
      }),
    ),
  )
  return all
}

/**
 * @param {Collection} operation
 * @param {unknown} path
 * @param {unknown} method
 */
function isAt(operation, path, method) {
  return operation.getIn(['path']) === path && operation.getIn(['method']) === method
}
