/** The one form in which e-mail addresses are stored and compared. */

/** RFC 5321, 4.5.3.1: 64 octets before the @, 254 in all. */
const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/

/**
 * Lower case, without surrounding blanks, the domain in ASCII (IDNA); null when it is not an address. Letters outside
 * ASCII before the @ are refused: two spellings of one look must never reach one account (CVE-2024-27295).
 */
export function normalizeEmail(text: string): string | null {
  const email = text.trim()
  const at = email.lastIndexOf('@')
  const local = email.slice(0, at).toLowerCase()
  const domain = asciiDomain(email.slice(at + 1))
  if (at < 1 || local.length > 64 || !LOCAL_PART.test(local) || domain === null) return null
  const normal = `${local}@${domain}`
  return normal.length <= 254 ? normal : null
}

function asciiDomain(domain: string): string | null {
  if (domain.length > 253 || /[\s/:?#@[\]\\]/.test(domain) || !URL.canParse(`http://${domain}`)) return null
  const { hostname } = new URL(`http://${domain}`)
  return DOMAIN.test(hostname) ? hostname : null
}
