/** Limits on guessing, counted before any password is hashed (hashing is what a flood would cost us). */
import type { Context } from 'hono'
import type { AppEnv } from '../../env'
import { ApiError } from '../../errors'

/** The window of the rate limit bindings in wrangler.toml, seconds. */
const WINDOW_S = 60

/**
 * Counts one attempt against the address it came from and, where one is named, the account. Throws TOO_MANY_REQUESTS.
 * `account` is an e-mail in its normal form, so that no other spelling gets a count of its own.
 */
export async function countAttempt(c: Context<AppEnv>, account: string | null): Promise<void> {
  const byAddress = await c.env.ATTEMPTS_BY_ADDRESS.limit({ key: addressKey(c.req.header('cf-connecting-ip') ?? 'unknown') })
  const byAccount = account === null ? { success: true } : await c.env.ATTEMPTS_BY_ACCOUNT.limit({ key: account })
  if (!byAddress.success || !byAccount.success) {
    throw new ApiError('TOO_MANY_REQUESTS', undefined, { headers: { 'retry-after': String(WINDOW_S) } })
  }
}

/** An IPv6 customer has a /64 at least, so addresses count by their first four groups. */
export function addressKey(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail = ''] = address.toLowerCase().split('::')
  const groups = head.split(':').filter((group) => group !== '')
  const missing = 8 - groups.length - tail.split(':').filter((group) => group !== '').length
  const whole = [...groups, ...Array.from({ length: address.includes('::') ? Math.max(missing, 0) : 0 }, () => '0'), ...tail.split(':')]
  return whole
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
