/** Invitations: a person is made a user without a password, and a secret link lets them set one. */
import { sha256 } from '../../lib/crypto'
import { newToken } from '../../lib/ids'
import { DAY_MS } from '../../lib/time'
import { normalizeEmail } from './email'
import type { Invite } from './store'

/** docs/contract/api-v1.md 1.3 */
const LIFETIME_MS = DAY_MS

/** Most e-mails in one request: two statements each, and the free plan allows 50 in an invocation. */
export const MAX_INVITED = 20

/** `isMailed`: the link goes to the address. */
export async function newInvite(now: number, isMailed: boolean): Promise<{ token: string; invite: Invite }> {
  const token = newToken()
  return { token, invite: { hash: await sha256(token), expiresAt: now + LIFETIME_MS, isMailed } }
}

/** The addresses of a comma-separated list in their normal form, each once; and those that are none. */
export function readEmails(text: string): { emails: string[]; invalid: string[] } {
  const emails = new Set<string>()
  const invalid: string[] = []
  for (const part of text
    .split(',')
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')) {
    const email = normalizeEmail(part)
    if (email === null) invalid.push(part)
    else emails.add(email)
  }
  return { emails: [...emails], invalid }
}
