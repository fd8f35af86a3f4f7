/** The clipboard, and the two things that need an Auth Token: copying it, and opening Swagger authorised. */
import { freshAuthToken } from './auth.js'
import { tell } from './tell.js'

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target : null
  const button = target?.closest('[data-copy], [data-copy-url], [data-copy-auth-token], [data-swagger]')
  if (!(button instanceof HTMLElement)) return
  if (button.dataset.swagger !== undefined) {
    if (event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey)) return
    event.preventDefault()
    void openSwagger(button.getAttribute('href') ?? '', button.dataset.swagger)
  } else if (button.dataset.copyAuthToken !== undefined) void copyAuthToken()
  else {
    const text = button.dataset.copy ?? `${location.origin}${button.dataset.copyUrl}`
    void copy(Promise.resolve(text), button.dataset.copied ?? 'Copied.')
  }
  button.closest('[popover]')?.dispatchEvent(new CustomEvent('chosen'))
})

document.addEventListener('focusin', (event) => {
  if (event.target instanceof HTMLInputElement && event.target.matches('[data-select]')) event.target.select()
})

async function copyAuthToken() {
  const fresh = freshAuthToken()
  try {
    const isCopied = await write(fresh.then(({ token }) => token))
    const { token, expiresAt } = await fresh
    if (isCopied) tell(`Auth Token copied. It expires ${when(expiresAt)}.`)
    else prompt(`Copy this Auth Token. It expires ${when(expiresAt)}.`, token)
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error), { bad: true })
  }
}

/** @param {Date} date */
function when(date) {
  const hours = Math.round((date.getTime() - Date.now()) / 3_600_000)
  const far = hours >= 48 ? `in ${Math.round(hours / 24)} days` : hours >= 2 ? `in ${hours} hours` : 'soon'
  return `on ${date.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}, ${far}`
}

/**
 * @param {Promise<string>} text
 * @param {string} done
 */
async function copy(text, done) {
  if (await write(text)) tell(done)
  else prompt('Copy this text:', await text)
}

/**
 * Whether the text is on the clipboard. Asked for at once, in the click, with the text to follow: later a browser refuses.
 * @param {Promise<string>} text
 */
async function write(text) {
  try {
    if (typeof ClipboardItem === 'function') {
      const blob = text.then((plain) => new Blob([plain], { type: 'text/plain' }))
      await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })])
    } else await navigator.clipboard.writeText(await text)
    return true
  } catch {
    return false
  }
}

/**
 * Hands the docs page (public/docs/authorization.js) its token through sessionStorage, never through an address. A window that a script
 * opens begins with a copy of it; our own copy is removed again.
 * @param {string} page
 * @param {string} documentPath
 */
async function openSwagger(page, documentPath) {
  // Opened in the click, before the token is there: later it would be a pop-up.
  const opened = window.open('about:blank')
  try {
    const { token } = await freshAuthToken()
    const target = opened ?? window
    target.sessionStorage.setItem(`latchkey:authorization:${documentPath}`, JSON.stringify({ xcAuth: token }))
    target.location.assign(page)
  } catch (error) {
    opened?.close()
    tell(error instanceof Error ? error.message : String(error), { bad: true })
  }
}
