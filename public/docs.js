/**
 * The browser's side of the docs page (src/openapi/page.tsx): loads the OpenAPI document with the authorisation of this
 * tab, asks for a token when there is none that will do, and shows Swagger UI already authorised.
 *
 * Authorisations live in sessionStorage, so they outlive a reload and end with the tab. The dashboard opens this page
 * authorised by writing the same entry first: key `latchkey:authorization:<path of the document>`, value
 * `{"xcAuth": "<Auth Token>"}`; the members are the document's security schemes.
 */
;(() => {
  /** Which request header carries each security scheme. */
  const HEADERS = {
    xcAuth: { name: 'xc-auth', prefix: '' },
    xcToken: { name: 'xc-token', prefix: '' },
    bearer: { name: 'authorization', prefix: 'Bearer ' },
  }

  /** @typedef {{ [name: string]: unknown }} Json */
  /** @typedef {keyof typeof HEADERS} Scheme */
  /** @typedef {Partial<Record<Scheme, string>>} Authorization */
  /** @typedef {(options: object) => { preauthorizeApiKey: (scheme: string, token: string) => void }} SwaggerUi */

  /** Tables and their views that are shown open. */
  const FEW_TAGS = 2

  const page = element('docs', HTMLElement)
  const status = element('docs-status', HTMLElement)
  const form = element('docs-token', HTMLFormElement)
  const field = element('docs-token-field', HTMLInputElement)
  const failure = element('docs-token-error', HTMLElement)

  const documentUrl = page.dataset.documentUrl ?? ''
  const storageKey = `latchkey:authorization:${documentUrl}`

  followColorScheme()
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void openWith(field.value)
  })
  void open(storedAuthorization())

  /**
   * @param {Authorization} authorization
   * @returns {Promise<void>}
   */
  async function open(authorization) {
    status.hidden = false
    const { document, problem } = await loadDocument(authorization)
    status.hidden = true
    if (document !== null) showDocument(document, authorization)
    else askForToken(Object.keys(authorization).length === 0 && problem.needsToken ? '' : problem.sentence)
  }

  /** @param {string} text what was pasted */
  async function openWith(text) {
    const token = text.trim().replace(/^Bearer\s+/i, '')
    if (!/^[\x21-\x7e]+$/.test(token)) {
      askForToken(
        'This is not a whole token. A list shows only its first and last characters; paste the token as it was when it was made.',
      )
      return
    }
    // A JWT has three parts between dots; an API Token has no dot.
    await open(token.split('.').length === 3 ? { xcAuth: token } : { xcToken: token })
  }

  /** @param {string} sentence what went wrong; empty at first */
  function askForToken(sentence) {
    failure.textContent = sentence
    field.setAttribute('aria-invalid', String(sentence !== ''))
    form.hidden = false
    field.focus()
    field.select()
  }

  /**
   * @param {Authorization} authorization
   * @returns {Promise<{ document: Json, problem: null } | { document: null, problem: { needsToken: boolean, sentence: string } }>}
   */
  async function loadDocument(authorization) {
    try {
      const response = await fetch(documentUrl, { headers: headersOf(authorization), credentials: 'omit', cache: 'no-store' })
      if (response.ok) return { document: /** @type {Json} */ (await response.json()), problem: null }
      return { document: null, problem: { needsToken: response.status === 401, sentence: await sentenceFor(response) } }
    } catch {
      return {
        document: null,
        problem: { needsToken: false, sentence: 'The server did not answer. Check the connection and try again.' },
      }
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

  /** @param {Authorization} authorization */
  function headersOf(authorization) {
    return Object.fromEntries(
      entriesOf(authorization).map(([scheme, token]) => [HEADERS[scheme].name, HEADERS[scheme].prefix + token]),
    )
  }

  /**
   * @param {Json} document
   * @param {Authorization} authorization
   */
  function showDocument(document, authorization) {
    store(authorization)
    form.remove()
    const { SwaggerUIBundle } = /** @type {{ SwaggerUIBundle: SwaggerUi }} */ (/** @type {unknown} */ (window))
    const ui = SwaggerUIBundle({
      // Whatever servers the document names, the page may call its own alone: its policy forbids all others.
      spec: outline({ ...document, servers: [{ url: location.origin }] }),
      dom_id: '#swagger-ui',
      deepLinking: true,
      tryItOutEnabled: true,
      // A project has twenty operations a table: closed tables, a field to find one by its name, and no list of schemas.
      docExpansion: tagsOf(document).length > FEW_TAGS ? 'none' : 'list',
      filter: tagsOf(document).length > FEW_TAGS,
      defaultModelsExpandDepth: -1,
      // Ours, below, keeps it in sessionStorage; theirs would leave tokens in localStorage for good.
      persistAuthorization: false,
      // No document goes to validator.swagger.io, and no link can bring another document into this page.
      validatorUrl: null,
      queryConfigEnabled: false,
      plugins: [rememberAuthorization, resolveHere(document), listOnce],
      onComplete: () => {
        for (const [scheme, token] of entriesOf(authorization)) ui.preauthorizeApiKey(scheme, token)
      },
    })
  }

  /**
   * The document as the list of operations needs it. Swagger UI makes an object of its own of every value it is given, and works
   * through all of them for each operation that is opened: with 200 tables that takes twenty seconds, and fifteen for each. So
   * it is given the names of the operations, and the rest of each when it is opened, by resolveHere().
   * @param {Json} document
   * @returns {Json}
   */
  function outline(document) {
    const { paths, components, ...rest } = document
    const items = Object.entries(isJson(paths) ? paths : {}).map(([path, item]) => [path, outlineOf(isJson(item) ? item : {})])
    return { ...rest, paths: Object.fromEntries(items), components: { securitySchemes: at(components, ['securitySchemes']) } }
  }

  /** @param {Json} item of a path: its operations, and parameters for all of them */
  function outlineOf(item) {
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
        return [method, names]
      }),
    )
  }

  /** @param {Json} document */
  function tagsOf(document) {
    return listOf(document.tags)
  }

  /**
   * @param {unknown} value
   * @returns {unknown[]} the value, if it is a list
   */
  function listOf(value) {
    return Array.isArray(value) ? value : []
  }

  /**
   * A Swagger UI plugin: references are followed here, in the whole document. All of ours are inside it.
   * @param {Json} document
   */
  function resolveHere(document) {
    return () => ({
      fn: {
        resolveSubtree: (/** @type {unknown} */ _outline, /** @type {string[]} */ path) =>
          Promise.resolve({ spec: resolved(document, withParametersOfPath(document, path), []), errors: [] }),
      },
    })
  }

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
  function listOnce() {
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
  function at(node, names) {
    return names.reduce(
      (/** @type {unknown} */ inner, name) => (isJson(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
      node,
    )
  }

  /**
   * @param {unknown} value
   * @returns {value is Json}
   */
  function isJson(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  }

  /** A Swagger UI plugin: what its Authorize dialog sets and clears is kept for this tab. */
  function rememberAuthorization() {
    return { statePlugins: { auth: { wrapActions: { authorize: remembering, logout: forgetting } } } }
  }

  /** @param {(schemes: Record<string, { value: unknown }>) => unknown} authorize */
  function remembering(authorize) {
    return (/** @type {Record<string, { value: unknown }>} */ schemes) => {
      const values = Object.entries(schemes).map(([scheme, { value }]) => [scheme, value])
      store({ ...storedAuthorization(), ...asAuthorization(Object.fromEntries(values)) })
      return authorize(schemes)
    }
  }

  /** @param {(schemes: string[]) => unknown} logout */
  function forgetting(logout) {
    return (/** @type {string[]} */ schemes) => {
      store(Object.fromEntries(entriesOf(storedAuthorization()).filter(([scheme]) => !schemes.includes(scheme))))
      return logout(schemes)
    }
  }

  /** @returns {Authorization} */
  function storedAuthorization() {
    try {
      return asAuthorization(JSON.parse(sessionStorage.getItem(storageKey) ?? '{}'))
    } catch {
      return {}
    }
  }

  /** @param {Authorization} authorization */
  function store(authorization) {
    try {
      sessionStorage.setItem(storageKey, JSON.stringify(authorization))
    } catch {
      // A browser that keeps nothing: the page works, a reload asks again.
    }
  }

  /**
   * The members of an unknown value that are tokens for a scheme we know.
   * @param {unknown} value
   * @returns {Authorization}
   */
  function asAuthorization(value) {
    const entries = Object.entries(typeof value === 'object' && value !== null ? value : {})
    return Object.fromEntries(entries.filter(([scheme, token]) => Object.hasOwn(HEADERS, scheme) && typeof token === 'string'))
  }

  /** @param {Authorization} authorization */
  function entriesOf(authorization) {
    return /** @type {[Scheme, string][]} */ (Object.entries(authorization))
  }

  /** Swagger UI has a dark theme, switched by a class. */
  function followColorScheme() {
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const apply = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
    dark.addEventListener('change', apply)
    apply()
  }

  /**
   * @template {HTMLElement} Kind
   * @param {string} id
   * @param {new () => Kind} kind
   * @returns {Kind}
   */
  function element(id, kind) {
    const found = document.getElementById(id)
    if (!(found instanceof kind)) throw new Error(`The page has no #${id}`)
    return found
  }
})()
