/** A Swagger UI plugin: a switch for the operations through views, which repeat those of the tables. */

/** @typedef {import('./elements.js').React} React */
/** @typedef {import('./elements.js').Component} Component */
/** @typedef {{ React: React, specActions: { updateJsonSpec: (document: object) => void } }} System */

/** @param {(views: boolean) => object} outlineWith */
export function viewsPlugin(outlineWith) {
  return (/** @type {System} */ { React: { createElement, Fragment, useState } }) => ({
    wrapComponents: {
      FilterContainer:
        (/** @type {Component} */ Original, /** @type {System} */ { specActions }) =>
        (/** @type {object} */ properties) => {
          const [isOn, setOn] = useState(false)
          const toggle = () => {
            specActions.updateJsonSpec(outlineWith(!isOn))
            setOn(!isOn)
          }
          const box = createElement('input', { type: 'checkbox', checked: isOn, onChange: toggle })
          const label = createElement('label', null, box, ' Operations through the default view too')
          return createElement(
            Fragment,
            null,
            createElement(Original, properties),
            createElement('section', { className: 'docs-views wrapper', 'aria-label': 'Operations shown' }, label),
          )
        },
    },
  })
}
