/** What is asked of a password that somebody chooses, wherever that is: NIST SP 800-63B-4, 3.1.1.2. */
import type { Work } from '../work'
import { type BreachService, PWNED_PASSWORDS, isBreachedPassword } from './breached-passwords'
import { isCommonPassword } from './common-passwords'
import { MAX_PASSWORD_LENGTH, passwordLength } from './password'

/** docs/contract/api-v1.md 1.2 */
export const MIN_PASSWORD_LENGTH = 8

const PRODUCT = 'latchkey'

const ADVICE = 'A few words in a row that have nothing to do with each other are good.'

/** Whose password it is, and of which server: what a guesser would try first. */
export interface PasswordContext {
  /** In its normal form. */
  email: string
  hostname: string
  /** Null: no service is asked. */
  breaches: BreachService | null
}

/** As the settings and the request say. */
export function passwordContext(work: Pick<Work, 'config' | 'origin'>, email: string): PasswordContext {
  const breaches = work.config.checksBreaches ? PWNED_PASSWORDS : null
  return { email, hostname: new URL(work.origin).hostname, breaches }
}

/** What is wrong with a new password, and what would be right, in a sentence; null when nothing is. */
export async function newPasswordProblem(
  password: string,
  { email, hostname, breaches }: PasswordContext,
): Promise<string | null> {
  const length = passwordLength(password)
  if (length < MIN_PASSWORD_LENGTH) return `The password must have at least ${MIN_PASSWORD_LENGTH} characters.`
  if (length > MAX_PASSWORD_LENGTH) return `The password must have at most ${MAX_PASSWORD_LENGTH} characters.`
  if (isCommonPassword(password)) return `This password is among the 10,000 commonest, which are tried first. ${ADVICE}`
  const localPart = email.slice(0, email.lastIndexOf('@'))
  if ([email, localPart, hostname, PRODUCT].some((word) => isLittleMoreThan(word, password))) {
    return `The password must be more than the e-mail address, the name of this server or of ${PRODUCT}. ${ADVICE}`
  }
  if (breaches !== null && (await hasLeaked(password, breaches))) {
    return `This password is in a list of passwords that leaked somewhere: choose another, here and wherever you use it. ${ADVICE}`
  }
  return null
}

/** In either case, and whatever digits and signs stand before and after: `Ada.Lovelace-1815` is little more than `ada.lovelace`. */
function isLittleMoreThan(word: string, password: string): boolean {
  const core = lettersOf(word)
  return core === '' ? password === word : lettersOf(password) === core
}

/** From the first letter to the last, in lower case. */
function lettersOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/^\P{L}+|\P{L}+$/gu, '')
}

/** Nobody is kept out because the service is down. The log has the cause, and nothing of the password. */
async function hasLeaked(password: string, service: BreachService): Promise<boolean> {
  try {
    return await isBreachedPassword(password, service)
  } catch (error) {
    console.warn(JSON.stringify({ breach_check: 'not done', cause: causeOf(error) }))
    return false
  }
}

/** The URL, which a message may hold, has digits of the password's hash. */
function causeOf(error: unknown): string {
  return error instanceof Error && /^status \d+$/.test(error.message)
    ? error.message
    : error instanceof Error
      ? error.name
      : 'unknown'
}
