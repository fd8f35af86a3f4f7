/** The 10,000 commonest passwords of those long enough to be set, as a Bloom filter: 24 KiB, and no list that one could read. */
import { createHash } from 'node:crypto'
import { FILTER, POSITIONS } from './common-passwords-filter'

const bits = Buffer.from(FILTER, 'base64')

/** Whichever case its letters have. Of others, 8 in 100,000 are taken for common too. */
export function isCommonPassword(password: string): boolean {
  const digest = createHash('sha512').update(password.normalize('NFKC').toLowerCase()).digest()
  for (let index = 0; index < POSITIONS; index++) {
    const position = digest.readUInt32BE(4 * index) % (8 * bits.length)
    if ((bits.readUInt8(position >> 3) & (1 << (position & 7))) === 0) return false
  }
  return true
}
