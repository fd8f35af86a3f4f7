/** What the page makes of an OpenAPI document: less for the list of operations, all of one where it is opened. */

/** @typedef {{ [name: string]: unknown }} Json */

/** Operations by way of a view repeat those of its table. */
const THROUGH_VIEW = /\/views\//
/** The id of a table in a path. */
const TABLE_ID = /\/(md_\w+)(?=\/|$)/

/**
 * The document as the list of operations needs it. Swagger UI makes an object of its own of every value it is given, and works
 * through all of them for each operation that is opened: with 200 tables that takes twenty seconds, and fifteen for each. So
 * it is given the names of the operations, and the rest of each when it is opened. Each table is one group, with the operations
 * through its view where they are wanted.
 * @param {Json} document
 * @param {{ views: boolean }} options
 * @returns {Json}
 */
export function outline(document, { views }) {
  const { paths: _paths, components, tags, ...rest } = document
  const titles = tableTitles(document)
  const items = pathsOf(document).filter(([path]) => views || !THROUGH_VIEW.test(path) || titles.size === 0)
  const outlines = items.map(([path, item]) => {
    return /** @type {const} */ ([path, outlineOf(item, groupOf(document, path))])
  })
  const named = new Set(outlines.flatMap(([, item]) => Object.values(item).flatMap((operation) => listOf(operation.tags))))
  return {
    ...rest,
    tags: listOf(tags).filter((tag) => isJson(tag) && named.has(tag.name)),
    paths: Object.fromEntries(outlines),
    components: { securitySchemes: at(components, ['securitySchemes']) },
  }
}

/** @param {Json} document */
export function hasViews(document) {
  return tableTitles(document).size > 0
}

/** @type {WeakMap<Json, Map<string, string>>} */
const known = new WeakMap()

/**
 * Titles of the tables whose ids stand in paths.
 * @param {Json} document
 * @returns {Map<string, string>}
 */
export function tableTitles(document) {
  const before = known.get(document)
  if (before !== undefined) return before
  /** @type {Map<string, string>} */
  const found = new Map()
  known.set(document, found)
  for (const [path, item] of pathsOf(document)) {
    const [, id] = TABLE_ID.exec(path) ?? []
    if (id === undefined || found.has(id) || THROUGH_VIEW.test(path)) continue
    const [tag] = Object.values(item).flatMap((operation) => (isJson(operation) ? listOf(operation.tags) : []))
    if (typeof tag === 'string') found.set(id, tag)
  }
  return found
}

/**
 * The group of what goes through a view: its table's. Undefined for what stays in its own.
 * @param {Json} document
 * @param {string} path
 */
function groupOf(document, path) {
  return THROUGH_VIEW.test(path) ? tableTitles(document).get(TABLE_ID.exec(path)?.[1] ?? '') : undefined
}

/**
 * @param {Json} document
 * @returns {[path: string, item: Json][]}
 */
function pathsOf({ paths }) {
  return Object.entries(isJson(paths) ? paths : {}).map(([path, item]) => [path, isJson(item) ? item : {}])
}

/**
 * @param {Json} item of a path: its operations, and parameters for all of them
 * @param {string | undefined} tag instead of its own
 * @returns {Record<string, Json>}
 */
function outlineOf(item, tag) {
  const operations = Object.entries(item).filter(([name]) => name !== 'parameters')
  return Object.fromEntries(
    operations.map(([method, operation]) => {
      const {
        requestBody: _body,
        responses: _responses,
        parameters: _parameters,
        description: _text,
        ...names
      } = isJson(operation) ? operation : {}
      return [method, tag === undefined ? names : { ...names, tags: [tag] }]
    }),
  )
}

/**
 * All of an operation, or of whatever stands at the path, with its references followed.
 * @param {Json} document
 * @param {string[]} path
 */
export function whole(document, path) {
  const node = resolved(document, withParametersOfPath(document, path), [])
  const group = groupOf(document, path[1] ?? '')
  return group !== undefined && isJson(node) && 'tags' in node ? { ...node, tags: [group] } : node
}

/**
 * @param {unknown} value
 * @returns {unknown[]} the value, if it is a list
 */
export function listOf(value) {
  return Array.isArray(value) ? value : []
}

/**
 * What stands at a path of the document; an operation with the parameters of its path, which Swagger UI looks for in it.
 * @param {Json} document
 * @param {string[]} path
 */
function withParametersOfPath(document, path) {
  const node = at(document, path)
  const shared = path.length === 3 && path[0] === 'paths' ? at(document, [...path.slice(0, 2), 'parameters']) : undefined
  if (!Array.isArray(shared) || !isJson(node)) return node
  return { ...node, parameters: [...listOf(shared), ...listOf(node.parameters)] }
}

/**
 * A node with its references followed, and what it is `allOf` merged into it. A reference inside what it refers to stays.
 * @param {Json} document
 * @param {unknown} node
 * @param {string[]} inside the references on the way here
 * @returns {unknown}
 */
function resolved(document, node, inside) {
  if (Array.isArray(node)) return node.map((item) => resolved(document, item, inside))
  if (!isJson(node)) return node
  const reference = node.$ref
  if (typeof reference === 'string' && reference.startsWith('#/')) {
    if (inside.includes(reference)) return node
    return resolved(document, at(document, reference.slice(2).split('/').map(unescaped)), [...inside, reference])
  }
  const { allOf, ...own } = Object.fromEntries(
    Object.entries(node).map(([name, value]) => [name, resolved(document, value, inside)]),
  )
  return Array.isArray(allOf) ? [...listOf(allOf), own].reduce(merged, {}) : allOf === undefined ? own : { ...own, allOf }
}

/**
 * Both; where they differ in a plain value, the second.
 * @param {unknown} one
 * @param {unknown} other
 * @returns {unknown}
 */
function merged(one, other) {
  if (Array.isArray(one) && Array.isArray(other)) return [...new Set([...listOf(one), ...listOf(other)])]
  if (!isJson(one) || !isJson(other)) return other
  const both = Object.entries(other).map(([name, value]) => [name, Object.hasOwn(one, name) ? merged(one[name], value) : value])
  return { ...one, ...Object.fromEntries(both) }
}

/** @param {string} name a part of a JSON pointer */
function unescaped(name) {
  return name.replaceAll('~1', '/').replaceAll('~0', '~')
}

/**
 * @param {unknown} node
 * @param {string[]} names
 * @returns {unknown}
 */
export function at(node, names) {
  return names.reduce(
    (/** @type {unknown} */ inner, name) => (isJson(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
    node,
  )
}

/**
 * @param {unknown} value
 * @returns {value is Json}
 */
export function isJson(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
