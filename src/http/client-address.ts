/** Where a request came from. */
import type { Context } from 'hono'
import type { AppEnv } from './app-env'

/** The longest that an IPv6 address is, with an IPv4 one at its end. */
const MAX_LENGTH = 45

/** Set by Cloudflare's edge; X-Forwarded-For is the client's to write. Null without. */
export function clientAddress(c: Context<AppEnv>): string | null {
  const address = c.req.header('cf-connecting-ip')
  return address === undefined || address === '' ? null : address.slice(0, MAX_LENGTH)
}

/** What addresses count by: IPv4 whole, IPv6 by its first 56 bits, for that is what a customer gets. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!address.includes(':')) return address
  const [before = [], after = []] = address
    .toLowerCase()
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':')))
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  const [one = '0', two = '0', three = '0', four = '0'] = [...before, ...zeros, ...after]
  return [one, two, three, four.padStart(4, '0').slice(0, 2)].map(withoutZeros).join(':')
}

function withoutZeros(group: string): string {
  return group.replace(/^0+(?=.)/, '')
}
