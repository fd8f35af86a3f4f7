/** What passes for an e-mail address where that is checked: RFC 5321 in any alphabet (RFC 6531), without quotes or comments. */
import { isDomain } from './web-address'

/** Octets: RFC 5321, 4.5.3.1 and erratum 1690. */
const MAX_LOCAL = 64
const MAX_LENGTH = 254

/** Atoms with single dots between. Letters, marks and digits of any script; no invisible characters. */
const LOCAL = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u

const encoder = new TextEncoder()

export function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf('@')
  const local = text.slice(0, Math.max(at, 0))
  if (text.length > MAX_LENGTH || encoder.encode(text).length > MAX_LENGTH || encoder.encode(local).length > MAX_LOCAL)
    return false
  return LOCAL.test(local) && isDomain(text.slice(at + 1))
}
