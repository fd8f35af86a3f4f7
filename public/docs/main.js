/**
 * The browser's side of the docs page (src/openapi/page.tsx): loads the OpenAPI document with the authorisation of this
 * tab, asks for a token when there is none that will do, and shows Swagger UI already authorised.
 */
import { keepAuthorization } from './authorization.js'
import { startBar } from './bar.js'
import { element } from './elements.js'
import { loadDocument } from './load.js'
import { showDocument } from './swagger.js'
import { cleaned, isJwt } from './tokens.js'

/** @typedef {import('./tokens.js').Authorization} Authorization */

const start = element('docs-start', HTMLElement)
const status = element('docs-status', HTMLElement)
const form = element('docs-token', HTMLFormElement)
const field = element('docs-token-field', HTMLInputElement)
const failure = element('docs-token-error', HTMLElement)

const documentUrl = element('docs', HTMLElement).dataset.documentUrl ?? ''
const keeper = keepAuthorization(documentUrl)

/** @type {import('./swagger.js').Shown | null} */
let shown = null

followColorScheme()
form.addEventListener('submit', (event) => {
  event.preventDefault()
  void openWith(field.value)
})
startBar(keeper, (token) => {
  if (shown === null) void open({ xcAuth: token })
  else shown.authorize({ xcAuth: token })
})
void open(keeper.current())

/**
 * @param {Authorization} authorization
 * @returns {Promise<void>}
 */
async function open(authorization) {
  status.hidden = false
  const { document, problem } = await loadDocument(documentUrl, authorization)
  status.hidden = true
  if (document === null) {
    askForToken(Object.keys(authorization).length === 0 && problem.needsToken ? '' : problem.sentence)
    return
  }
  start.remove()
  nameProject(document)
  keeper.set(authorization)
  shown = showDocument(document, keeper)
}

/** @param {string} text what was pasted */
async function openWith(text) {
  const token = cleaned(text)
  if (!/^[\x21-\x7e]+$/.test(token)) {
    askForToken(
      'This is not a whole token. A list shows only its first and last characters; paste the token as it was when it was made.',
    )
    return
  }
  await open(isJwt(token) ? { xcAuth: token } : { xcToken: token })
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
 * The way back has the name of the project, once somebody is here who may know it.
 * @param {import('./document.js').Json} document
 */
function nameProject({ info }) {
  const link = window.document.getElementById('docs-back')
  const title = /** @type {{ title?: unknown } | undefined} */ (info)?.title
  if (link?.dataset.named === 'project' && typeof title === 'string') link.textContent = title
}

/** Swagger UI has a dark theme, switched by a class. */
function followColorScheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
  dark.addEventListener('change', apply)
  apply()
}
