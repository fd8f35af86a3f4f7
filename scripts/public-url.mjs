import { SetupError } from './setup.mjs'

const NAME = 'NC_PUBLIC_URL'

/**
 * The address of the server that a deployment has to be told, or null when it knows it or does not need it. Mails need it: a
 * link in them must not lead where the request that caused them says.
 * @param {object} deployment
 * @param {string} deployment.config the text of wrangler.toml
 * @param {string} deployment.secrets the names of the deployed secrets, as wrangler lists them
 * @param {string | undefined} deployment.given by the environment
 * @param {(() => Promise<string>) | null} deployment.ask null without a terminal
 * @returns {Promise<string | null>}
 */
export async function publicUrlToSet({ config, secrets, given, ask }) {
  if (new RegExp(`^\\s*${NAME}\\s*=`, 'm').test(config)) return null
  if (given !== undefined && given !== '') return originIn(given)
  const sendsMail = /^\s*\[\[\s*send_email\s*\]\]/m.test(config)
  if (!sendsMail || secrets.includes(`"${NAME}"`)) return null
  if (ask === null) {
    throw new SetupError(`This server sends mail, so it must know its own address. Run \`${NAME}=https://… npm run deploy\`.`)
  }
  return originIn(await ask())
}

/** @param {string} text */
function originIn(text) {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null
  if (url?.protocol !== 'https:' || url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new SetupError(`${NAME} must be an origin, such as https://api.example.org, and not "${text}".`)
  }
  return url.origin
}
