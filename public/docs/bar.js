/** The bar on top: the token in use and when it expires, the session of who is signed in, and where to sign in. */
import { element, say } from './elements.js'
import { currentSession, sessionToken } from './session.js'
import { claimsOf, describe } from './tokens.js'

/** What is said of the token ages. */
const EVERY_MS = 30_000

/**
 * @param {import('./authorization.js').Keeper} keeper
 * @param {(token: string) => void} take what is done with a token of the session
 */
export function startBar(keeper, take) {
  /** @type {import('./session.js').Session | null} */
  let session = null
  const show = () => {
    const authorization = keeper.current()
    showToken(authorization)
    showSession(session, authorization)
  }
  const look = async () => {
    session = await currentSession()
    show()
  }
  const takeSession = async () => {
    const token = await sessionToken()
    if (token !== null) return take(token)
    say('You are not signed in any more.')
    await look()
  }
  keeper.watch(show)
  setInterval(show, EVERY_MS)
  void look()
  // Signed in or out in another tab.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void look()
  })
  for (const button of buttons()) {
    button.addEventListener('click', () => void takeSession())
  }
}

/** @param {import('./tokens.js').Authorization} authorization */
function showToken(authorization) {
  const { text, isOver } = describe(authorization, Date.now())
  const place = element('docs-token-in-use', HTMLElement)
  if (place.textContent !== text) place.textContent = text
  place.classList.toggle('over', isOver)
}

/**
 * @param {import('./session.js').Session | null} session
 * @param {import('./tokens.js').Authorization} authorization
 */
function showSession(session, { xcAuth }) {
  const { email, endsAt } = claimsOf(xcAuth)
  const isInUse = session !== null && email === session.email && (endsAt ?? 0) > Date.now()
  for (const button of buttons()) {
    button.hidden = session === null || isInUse
    button.textContent = `Use my session (${session?.email})`
  }
  element('docs-sign-in', HTMLAnchorElement).hidden = session !== null
}

/** @returns {NodeListOf<HTMLButtonElement>} */
function buttons() {
  return document.querySelectorAll('button[data-use-session]')
}
