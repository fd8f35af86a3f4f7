/** A Swagger UI plugin: the path of an operation, with the title of a table beside its id; and no choice of one server. */
import { tableTitles } from './document.js'

/** @typedef {import('./elements.js').React} React */
/** @typedef {{ operationProps: { get: (name: string) => unknown } }} Properties */

/** @param {import('./document.js').Json} document */
export function pathsPlugin(document) {
  const titles = tableTitles(document)
  return (/** @type {{ React: React }} */ { React: { createElement, Fragment } }) => ({
    wrapComponents: {
      ServersContainer: () => () => null,
      // Swagger UI's own has a link in it, and stands in a button, where no link may be.
      OperationSummaryPath:
        () =>
        (/** @type {Properties} */ { operationProps }) => {
          const path = String(operationProps.get('path'))
          const parts = path.split(/(?=\/)/).map((part, index) => {
            const title = titles.get(part.slice(1))
            const chip = title === undefined ? null : createElement('span', { className: 'path-title' }, title)
            return createElement(Fragment, { key: index }, createElement('wbr', null), part, chip)
          })
          const line = createElement('span', null, ...parts)
          return createElement('span', { className: 'opblock-summary-path', 'data-path': path }, line)
        },
    },
  })
}
