/** The one form in which e-mail addresses are stored and compared. */

/** Either case: asked before toLowerCase(), which makes an ASCII letter of one that is none (the Kelvin sign). */
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/

/**
 * Lower case, without surrounding spaces, the domain in ASCII (IDNA); null when it is not an address. Letters outside
 * ASCII before the @ are refused: two spellings of one look must never reach one account (CVE-2024-27295).
 */
export function normalizeEmail(text: string): string | null {
  const email = text.trim()
  const at = email.lastIndexOf('@')
  const local = email.slice(0, at)
  const domain = asciiDomain(email.slice(at + 1))
  // RFC 5321, 4.5.3.1: 64 octets before the @, 254 in all.
  if (at < 1 || local.length > 64 || !LOCAL_PART.test(local) || domain === null) return null
  const normal = `${local.toLowerCase()}@${domain}`
  return normal.length <= 254 ? normal : null
}

function asciiDomain(domain: string): string | null {
  if (domain.length > 253 || /[\s/:?#@[\]\\]/.test(domain) || !URL.canParse(`http://${domain}`)) return null
  const { hostname } = new URL(`http://${domain}`)
  return DOMAIN.test(hostname) ? hostname : null
}
