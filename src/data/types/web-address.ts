/** What passes for a URL where that is checked: an address that a browser opens as a page, never one that it would run. */

const SCHEME = /^(?:https?|ftp):\/\/(?![/\\])/i
/** Labels as the URL standard writes them, in ASCII; the last one is no number. */
const DOMAIN = /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z][a-z\d-]*[a-z\d]$/
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/

/** `https://…`, `http://…`, `ftp://…`, or a host with a dot in it as people write it: `example.com/x`. */
export function isWebAddress(text: string): boolean {
  // URL() would cut spaces and line breaks out without a word.
  if (/[\s\p{Cc}]/u.test(text)) return false
  return SCHEME.test(text) ? URL.canParse(text) : isBareAddress(text)
}

/** `example.com`, `münchen.de`: a host by its name, with a dot in it. */
export function isDomain(text: string): boolean {
  // What else URL() would take for a host, or read as a port, a path or a user's name.
  return /^[\p{L}\p{M}\p{N}.-]+$/u.test(text) && DOMAIN.test(URL.parse(`http://${text}`)?.hostname ?? '')
}

function isBareAddress(text: string): boolean {
  const url = URL.parse(`http://${text}`)
  // `mailto:a@example.com` reads as a user's name and password, `//example.com` as `example.com`.
  if (url === null || url.username !== '' || url.password !== '' || /^[/\\]/.test(text)) return false
  // 1.5 is an IPv4 address to the URL standard, which is not what anyone means.
  return DOMAIN.test(url.hostname) || (IPV4.test(url.hostname) && text.startsWith(url.hostname))
}
