/** Slow hashes of passwords as PHC strings, so that each hash says how it was made. What a new password must be: new-password.ts. */
import { pbkdf2 as pbkdf2Callback, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { inTurn } from './hash-queue'

const pbkdf2 = promisify(pbkdf2Callback)

/** Longest password that is hashed, characters: bounds the work. */
export const MAX_PASSWORD_LENGTH = 256

/** What a hash of today begins with: how it is made. */
const PARAMETERS = {
  /** OWASP Password Storage: N=2^14 r=8 p=5, 16 MiB. Workers cap N·r·p at 2^20; an isolate has 128 MiB. */
  scrypt: '$scrypt$ln=14,r=8,p=5',
  /** The most that Workers allow in production. Below OWASP's advice: only for the free plan's 10 ms of CPU. */
  pbkdf2: '$pbkdf2-sha256$i=100000',
} as const
const SALT_BYTES = 16
const HASH_BYTES = 32

export type PasswordHashPolicy = keyof typeof PARAMETERS

/** `$scrypt$ln=14,r=8,p=5$salt$hash` or `$pbkdf2-sha256$i=100000$salt$hash`, base64 without padding. */
export async function hashPassword(
  password: string,
  policy: PasswordHashPolicy,
  salt: Uint8Array = randomBytes(SALT_BYTES),
): Promise<string> {
  const parameters = PARAMETERS[policy]
  return `${parameters}$${unpadded(salt)}$${unpadded(await derive(password, parameters, salt))}`
}

/**
 * Whether the password fits the hash. Without a hash (nobody has that e-mail, or an invitation is open) the same work is
 * done for nothing, so that time does not tell the two cases apart.
 */
export async function verifyPassword(password: string, hash: string | null, policy: PasswordHashPolicy): Promise<boolean> {
  if (passwordLength(password) > MAX_PASSWORD_LENGTH) return false
  if (hash === null) {
    await hashPassword(password, policy)
    return false
  }
  const at = hash.lastIndexOf('$', hash.lastIndexOf('$') - 1)
  const [salt, expected] = hash.slice(at + 1).split('$')
  if (salt === undefined || expected === undefined) return false
  const actual = await derive(password, hash.slice(0, at), Buffer.from(salt, 'base64'))
  const wanted = Buffer.from(expected, 'base64')
  return actual.length === wanted.length && timingSafeEqual(actual, wanted)
}

/** Whether the hash was made under another policy than today's, and should be made anew now that the password is at hand. */
export function needsRehash(hash: string, policy: PasswordHashPolicy): boolean {
  return !hash.startsWith(`${PARAMETERS[policy]}$`)
}

async function derive(password: string, parameters: string, salt: Uint8Array): Promise<Buffer> {
  const text = password.normalize('NFKC')
  const [, ln, r, p] = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)$/.exec(parameters) ?? []
  if (ln !== undefined) {
    const cost = { N: 2 ** Number(ln), r: Number(r), p: Number(p), maxmem: 64 * 1024 * 1024 }
    return inTurn(() => scryptSync(text, salt, HASH_BYTES, cost))
  }
  const [, iterations] = /^\$pbkdf2-sha256\$i=(\d+)$/.exec(parameters) ?? []
  if (iterations === undefined) throw new Error('a stored password hash is of no known form')
  return pbkdf2(text, salt, Number(iterations), HASH_BYTES, 'sha256')
}

/** Code points, after NFKC: what people take for characters. */
export function passwordLength(password: string): number {
  return [...password.normalize('NFKC')].length
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '')
}
