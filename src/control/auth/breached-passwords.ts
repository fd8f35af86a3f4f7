/**
 * Whether a password is among those that leaked somewhere, asked by k-anonymity: the service gets the first five of the forty hex
 * digits of the password's SHA-1, and answers with all that begin so.
 */
import { createHash } from 'node:crypto'

/** Where to ask, and how long an answer may take. */
export interface BreachService {
  /** Five hex digits are added to it. */
  url: string
  /** ms */
  timeLimit: number
}

export const PWNED_PASSWORDS: BreachService = { url: 'https://api.pwnedpasswords.com/range/', timeLimit: 2000 }

const PREFIX_LENGTH = 5

/** Throws when the service does not answer in time, or not as it should. */
export async function isBreachedPassword(password: string, { url, timeLimit }: BreachService): Promise<boolean> {
  const digest = createHash('sha1').update(password).digest('hex').toUpperCase()
  const answer = await fetch(`${url}${digest.slice(0, PREFIX_LENGTH)}`, {
    // Padding: the length of an answer shall not tell which digits were asked for.
    headers: { 'add-padding': 'true', 'user-agent': 'latchkey' },
    signal: AbortSignal.timeout(timeLimit),
  })
  if (!answer.ok) throw new Error(`status ${answer.status}`)
  const rest = digest.slice(PREFIX_LENGTH)
  // `rest:count`; what is only padding counts 0.
  return (await answer.text())
    .split(/\r?\n/)
    .some((line) => line.toUpperCase().startsWith(`${rest}:`) && !/:0+$/.test(line.trim()))
}
