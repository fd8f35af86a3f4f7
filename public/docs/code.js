/** A Swagger UI plugin: each open operation as a program, in the languages of public/snippets, with what its fields hold. */
import { LANGUAGES } from '../snippets/snippets.js'
import { requestOf } from './request.js'
import { say } from './elements.js'

/** @typedef {import('./document.js').Json} Json */
/** @typedef {import('./elements.js').React} React */
/** @typedef {import('./elements.js').Component} Component */
/** @typedef {{ path: string, method: string }} Place */
/**
 * @typedef {object} System
 * @property {React} React
 * @property {(name: string, isConnected: boolean) => Component} getComponent
 * @property {{ parameterValues: (place: string[]) => { toJS: () => Json } }} specSelectors
 * @property {{ requestBodyValue: (path: string, method: string) => unknown }} oas3Selectors
 */

/** Chosen once, for all operations. */
let chosen = LANGUAGES[0]?.id

/**
 * @param {Json} document
 * @param {import('./authorization.js').Keeper} keeper
 */
export function codePlugin(document, keeper) {
  return (/** @type {System} */ system) => {
    const { createElement, Fragment, useState } = system.React

    const LatchkeyCode = (/** @type {Place} */ { path, method }) => {
      const [language, setLanguage] = useState(chosen)
      const { xcToken, bearer } = keeper.current()
      const values = system.specSelectors.parameterValues([path, method]).toJS()
      const body = system.oas3Selectors.requestBodyValue(path, method)
      const apiToken = xcToken ?? bearer
      const request = requestOf({ document, origin: location.origin, path, method, values, body, apiToken })
      if (request === null) return null
      const choose = (/** @type {string} */ id) => {
        chosen = id
        setLanguage(id)
      }
      const { label, write } = LANGUAGES.find(({ id }) => id === language) ?? { label: '', write: () => '' }
      const code = write(request)
      return createElement(
        'section',
        { className: 'docs-code', 'aria-label': `Code of ${method} ${path}` },
        createElement('h4', null, 'Code'),
        createElement('div', { className: 'docs-languages' }, ...LANGUAGES.map((one) => choice(one, language, choose))),
        createElement('pre', { tabIndex: 0, role: 'group', 'aria-label': label }, createElement('code', null, code)),
        createElement('button', { type: 'button', className: 'btn', onClick: () => void copy(code) }, 'Copy'),
      )
    }

    /**
     * @param {{ id: string, label: string }} language
     * @param {string | undefined} current
     * @param {(id: string) => void} choose
     */
    const choice = ({ id, label }, current, choose) =>
      createElement('button', { key: id, type: 'button', 'aria-pressed': id === current, onClick: () => choose(id) }, label)

    return {
      components: { LatchkeyCode },
      wrapComponents: {
        responses: (/** @type {Component} */ Original) => (/** @type {Place} */ properties) => {
          const { path, method } = properties
          // Connected to the store, so that it follows what is typed.
          const code = createElement(system.getComponent('LatchkeyCode', true), { path, method })
          return createElement(Fragment, null, code, createElement(Original, properties))
        },
      },
    }
  }
}

/** @param {string} code */
async function copy(code) {
  try {
    await navigator.clipboard.writeText(code)
    say('Copied.')
  } catch {
    say('The browser did not let this page copy. Select the code and copy it.')
  }
}
