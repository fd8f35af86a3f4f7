/** Links that confirm an e-mail address: a user has one at a time, and it works for a day. */
import { sha256 } from '../../lib/crypto'
import { newToken } from '../../lib/ids'
import { DAY_MS } from '../../lib/time'

/** What the row of the user keeps of a link. */
export interface Verification {
  hash: string
  expiresAt: number
}

export async function newVerification(now: number): Promise<{ token: string; verification: Verification }> {
  const token = newToken()
  return { token, verification: { hash: await sha256(token), expiresAt: now + DAY_MS } }
}
