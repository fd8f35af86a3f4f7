/**
 * What a `like` value means. `%` stands for any text at the beginning, at the end or inside; without one at either end the
 * value is looked for anywhere. `\%` is a percent sign; before a `%`, and only there, a backslash is written `\\`, so that
 * `C:\dir` is what it says. `_` is itself. Letters match in either case and in either Unicode form (letters.ts).
 */
import { D1_LIMITS } from '../../lib/sql'
import { type Reading, foldText, readingsOf } from './letters'
import { MAX_LIKE_PIECES, MAX_LIKE_READINGS, MAX_NESTED_READINGS, isLongerThan } from './limits'

/** Folded texts. `pattern` is one for LIKE, with `!` as its escape. */
export type Pattern =
  | { test: 'contains' | 'startsWith' | 'endsWith' | 'pattern'; text: string }
  /** As predicate.ts has it. */
  | { test: 'pieces'; anchored: boolean; pieces: readonly string[]; end: string }

export type Like =
  | { type: 'anything' }
  | { type: 'refused'; message: string }
  /** `readings`: what the cell is read with. `first`: a text that it then holds, for which few of them are needed. */
  | { type: 'pattern'; pattern: Pattern; readings: readonly Reading[]; first: string }

/**
 * D1 refuses LIKE patterns over 50 bytes, so contains, begins and ends are compiled to functions that have no limit. A value
 * with `%` in its middle becomes a LIKE pattern where D1 takes that, and else is looked for piece by piece.
 */
export function readLike(value: string): Like {
  const all = splitAtPercents(value)
  const written = all.filter((piece) => piece !== '')
  const [first] = written
  if (first === undefined) return { type: 'anything' }
  if (written.length > MAX_LIKE_PIECES) {
    return { type: 'refused', message: `the % of a value may stand between ${MAX_LIKE_PIECES} texts; here are more.` }
  }
  const readings = readingsOf(written.join('%'))
  if (readings.length > MAX_LIKE_READINGS) {
    return { type: 'refused', message: 'this value has too many different letters beyond a to z; expected a shorter one.' }
  }
  const begins = all.length === 1 || all[0] === ''
  const ends = all.length === 1 || all.at(-1) === ''
  const pattern = toPattern(written.map(foldText), { opensFree: begins || !ends, endsFree: ends || !begins })
  return { type: 'pattern', pattern, readings, first: shorten(first) }
}

/** The texts between the `%`, their escapes undone. */
function splitAtPercents(value: string): string[] {
  if (!value.includes('\\')) return value.split('%')
  const pieces: string[] = []
  let piece = ''
  let from = 0
  for (let percent = value.indexOf('%'); percent >= 0; percent = value.indexOf('%', from)) {
    const slashes = countSlashes(value, from, percent)
    piece += value.slice(from, percent - Math.ceil(slashes / 2))
    from = percent + 1
    if (slashes % 2 === 1) piece += '%'
    else {
      pieces.push(piece)
      piece = ''
    }
  }
  return [...pieces, piece + value.slice(from)]
}

/** How many backslashes stand right before `end`. */
function countSlashes(value: string, from: number, end: number): number {
  let start = end
  while (start > from && value[start - 1] === '\\') start -= 1
  return end - start
}

interface Ends {
  opensFree: boolean
  endsFree: boolean
}

function toPattern(pieces: readonly string[], { opensFree, endsFree }: Ends): Pattern {
  const [text = '', ...others] = pieces
  if (others.length === 0) return { test: opensFree && endsFree ? 'contains' : opensFree ? 'endsWith' : 'startsWith', text }
  const escaped = pieces.map((piece) => piece.replaceAll(/[!_%]/g, (character) => `!${character}`)).join('%')
  const pattern = `${opensFree ? '%' : ''}${escaped}${endsFree ? '%' : ''}`
  if (!isLongerThan(pattern, D1_LIMITS.likePatternBytes)) return { test: 'pattern', text: pattern }
  const end = endsFree ? '' : (pieces.at(-1) ?? '')
  return { test: 'pieces', anchored: !opensFree, pieces: endsFree ? pieces : pieces.slice(0, -1), end }
}

/** As much of the beginning as needs few readings. */
function shorten(text: string): string {
  const characters = [...text.normalize('NFC')].slice(0, MAX_NESTED_READINGS)
  while (readingsOf(characters.join('')).length > MAX_NESTED_READINGS) characters.length = Math.ceil(characters.length / 2)
  return characters.join('')
}
