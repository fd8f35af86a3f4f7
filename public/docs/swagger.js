/** Swagger UI, made for our documents: its settings, and the plugins of this folder. */
import { makeAccessible } from './accessible.js'
import { codePlugin } from './code.js'
import { hasViews, listOf, outline, whole } from './document.js'
import { say } from './elements.js'
import { listOnce } from './list-once.js'
import { pathsPlugin } from './paths.js'
import { cleaned, entriesOf, asAuthorization, schemeFor } from './tokens.js'
import { viewsPlugin } from './views.js'

/** @typedef {import('./document.js').Json} Json */
/** @typedef {import('./authorization.js').Keeper} Keeper */
/** @typedef {import('./tokens.js').Authorization} Authorization */
/** @typedef {{ preauthorizeApiKey: (scheme: string, token: string) => void }} Ui */
/** @typedef {{ authorize: (authorization: Authorization) => void }} Shown */

/** Groups of operations that are shown open. */
const FEW_GROUPS = 1

/**
 * @param {Json} document
 * @param {Keeper} keeper
 * @returns {Shown}
 */
export function showDocument(document, keeper) {
  const { SwaggerUIBundle } = /** @type {{ SwaggerUIBundle: (options: object) => Ui }} */ (/** @type {unknown} */ (window))
  // Whatever servers the document names, the page may call its own alone: its policy forbids all others.
  const own = { ...document, servers: [{ url: location.origin }] }
  const first = outline(own, { views: false })
  const isLong = listOf(first.tags).length > FEW_GROUPS
  const authorize = (/** @type {Authorization} */ authorization) => {
    for (const [scheme, token] of entriesOf(authorization)) ui.preauthorizeApiKey(scheme, token)
  }
  makeAccessible()
  const ui = SwaggerUIBundle({
    spec: first,
    dom_id: '#swagger-ui',
    deepLinking: true,
    tryItOutEnabled: true,
    // A project has twenty operations a table: closed tables, a field to find one by its name, and no list of schemas.
    docExpansion: isLong ? 'none' : 'list',
    filter: isLong,
    defaultModelsExpandDepth: -1,
    // Ours keeps it in sessionStorage; theirs would leave tokens in localStorage for good.
    persistAuthorization: false,
    // No document goes to validator.swagger.io, and no link can bring another document into this page.
    validatorUrl: null,
    queryConfigEnabled: false,
    plugins: [
      rememberAuthorization(keeper),
      resolveHere(document),
      listOnce,
      pathsPlugin(document),
      codePlugin(document, keeper),
      ...(hasViews(document) ? [viewsPlugin((views) => outline(own, { views }))] : []),
    ],
    onComplete: () => authorize(keeper.current()),
  })
  return { authorize }
}

/**
 * A Swagger UI plugin: references are followed here, in the whole document. All of ours are inside it.
 * @param {Json} document
 */
function resolveHere(document) {
  return () => ({
    fn: {
      resolveSubtree: (/** @type {unknown} */ _outline, /** @type {string[]} */ path) =>
        Promise.resolve({ spec: whole(document, path), errors: [] }),
    },
  })
}

/** @typedef {{ name: string, schema: unknown, value: unknown }} Entered */
/** @typedef {{ specSelectors: { securityDefinitions: () => { get: (name: string) => unknown } } }} System */

/**
 * A Swagger UI plugin: a token that was entered in the box of another goes to its own, and what the Authorize dialog sets and
 * clears is kept for this tab.
 * @param {Keeper} keeper
 */
function rememberAuthorization(keeper) {
  const authorize =
    (/** @type {(entries: Record<string, Entered>) => unknown} */ original, /** @type {System} */ system) =>
    (/** @type {Record<string, Entered>} */ entries) => {
      const placed = Object.fromEntries(Object.values(entries).map((entered) => place(entered, system)))
      const values = Object.entries(placed).map(([scheme, { value }]) => [scheme, value])
      keeper.set({ ...keeper.current(), ...asAuthorization(Object.fromEntries(values)) })
      return original(placed)
    }
  const logout = (/** @type {(schemes: string[]) => unknown} */ original) => (/** @type {string[]} */ schemes) => {
    keeper.set(Object.fromEntries(entriesOf(keeper.current()).filter(([scheme]) => !schemes.includes(scheme))))
    return original(schemes)
  }
  return { statePlugins: { auth: { wrapActions: { authorize, logout } } } }
}

/**
 * @param {Entered} entered
 * @param {System} system
 * @returns {[scheme: string, entered: Entered]}
 */
function place(entered, system) {
  if (typeof entered.value !== 'string') return [entered.name, entered]
  const value = cleaned(entered.value)
  const name = schemeFor(entered.name, value)
  if (name === entered.name) return [name, { ...entered, value }]
  say(`This is an ${name === 'xcAuth' ? 'Auth Token' : 'API Token'}: it went into the box ${name}.`)
  for (const field of document.querySelectorAll('.auth-container input')) {
    if (field instanceof HTMLInputElement && field.value === entered.value) field.value = ''
  }
  return [name, { name, schema: system.specSelectors.securityDefinitions().get(name), value }]
}
