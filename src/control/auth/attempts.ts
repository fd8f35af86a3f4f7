/** Limits on guessing, counted before any password is hashed (hashing is what a flood would cost us). */
import type { Context } from 'hono'
import type { AppEnv } from '../../env'
import { ApiError } from '../../errors'

/** The window of the rate limit bindings in wrangler.toml, seconds. */
const WINDOW_S = 60

/**
 * Counts one attempt against the address it came from and then, where one is named, the account. Throws TOO_MANY_REQUESTS.
 * An address beyond its limit no longer counts against accounts, so that it cannot lock people out. `account` is an e-mail
 * in its normal form, so that no other spelling gets a count of its own.
 */
export async function countAttempt(c: Context<AppEnv>, account: string | null): Promise<void> {
  const { ATTEMPTS_BY_ADDRESS, ATTEMPTS_BY_ACCOUNT } = c.env
  // Set by Cloudflare's edge; X-Forwarded-For is the client's to write.
  const address = addressKey(c.req.header('cf-connecting-ip') ?? 'unknown')
  const allowed =
    (await ATTEMPTS_BY_ADDRESS.limit({ key: address })).success &&
    (account === null || (await ATTEMPTS_BY_ACCOUNT.limit({ key: account })).success)
  if (!allowed) throw new ApiError('TOO_MANY_REQUESTS', undefined, { headers: { 'retry-after': String(WINDOW_S) } })
}

/** What addresses count by: IPv4 whole, IPv6 by its first four groups, for a customer has a /64 at least. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!address.includes(':')) return address
  const [before = [], after = []] = address
    .toLowerCase()
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':')))
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  return [...before, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
