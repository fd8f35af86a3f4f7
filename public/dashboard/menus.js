/** Menus by keyboard: arrow keys, Home, End and letters. The browser itself opens them and closes them with Escape. */
for (const menu of document.querySelectorAll('[popover][role="menu"]')) {
  if (menu instanceof HTMLElement) makeMenu(menu)
}

/** @param {HTMLElement} menu */
function makeMenu(menu) {
  const button = document.querySelector(`[popovertarget="${menu.id}"]`)
  const items = () => [...menu.querySelectorAll('[role="menuitem"]')].filter((item) => item instanceof HTMLElement)
  // The browser gives it the focus in the moment of opening, so that no key is lost.
  items()[0]?.setAttribute('autofocus', '')
  menu.addEventListener('toggle', (event) => {
    const isOpen = event.newState === 'open'
    button?.setAttribute('aria-expanded', String(isOpen))
  })
  menu.addEventListener('chosen', () => menu.hidePopover())
  menu.addEventListener('keydown', (event) => {
    const list = items()
    const at = list.findIndex((item) => item === document.activeElement)
    const to = target(event.key, at, list)
    if (event.key === 'Tab') menu.hidePopover()
    if (to === undefined) return
    event.preventDefault()
    to.focus()
  })
  button?.addEventListener('keydown', (event) => {
    if (!(event instanceof KeyboardEvent) || event.key !== 'ArrowDown') return
    event.preventDefault()
    if (!menu.matches(':popover-open')) menu.showPopover()
  })
}

/**
 * @param {string} key
 * @param {number} at
 * @param {HTMLElement[]} list
 */
function target(key, at, list) {
  switch (key) {
    case 'ArrowDown':
      return list[(at + 1) % list.length]
    case 'ArrowUp':
      return list.at(at - 1)
    case 'Home':
      return list[0]
    case 'End':
      return list.at(-1)
    default:
      return key.length === 1 && key !== ' '
        ? list.find((item) => item.textContent.trim().toLowerCase().startsWith(key.toLowerCase()))
        : undefined
  }
}
