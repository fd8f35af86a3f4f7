/**
 * What a `like` value means. `%` stands for any text at the beginning, at the end or inside; without one at either end the
 * value is looked for anywhere. `_` is itself. ASCII letters match in either case (SQLite's lower() and LIKE know no
 * others), so the needle is folded in the same way here.
 */
import { D1_LIMITS } from '../../lib/sql'
import { MAX_LIKE_PIECES, isLongerThan } from './limits'

export type Pattern =
  | { test: 'anything' }
  | { test: 'tooManyPieces' }
  | { test: 'contains' | 'startsWith' | 'endsWith' | 'pattern'; text: string }
  /** As predicate.ts has it. */
  | { test: 'pieces'; anchored: boolean; pieces: readonly string[]; end: string }

/**
 * D1 refuses LIKE patterns over 50 bytes, so contains, begins and ends are compiled to functions that have no limit. A value
 * with `%` in its middle becomes a LIKE pattern where D1 takes that, and else is looked for piece by piece.
 */
export function readPattern(value: string): Pattern {
  const from = countPercents(value)
  if (from === value.length) return { test: 'anything' }
  const until = lastOther(value)
  const text = value.slice(from, until).replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  const opensFree = from > 0 || until === value.length
  const endsFree = until < value.length || from === 0
  if (text.includes('%')) return likePattern(text, opensFree, endsFree) ?? readPieces(text, opensFree, endsFree)
  return { test: opensFree && endsFree ? 'contains' : opensFree ? 'endsWith' : 'startsWith', text }
}

/** Null when D1 would not take it. */
function likePattern(text: string, opensFree: boolean, endsFree: boolean): Pattern | null {
  const escaped = text.replace(/[!_]/g, (character) => `!${character}`)
  const pattern = `${opensFree ? '%' : ''}${escaped}${endsFree ? '%' : ''}`
  return isLongerThan(pattern, D1_LIMITS.likePatternBytes) ? null : { test: 'pattern', text: pattern }
}

function readPieces(text: string, opensFree: boolean, endsFree: boolean): Pattern {
  const pieces = text.split('%').filter((piece) => piece !== '')
  if (pieces.length > MAX_LIKE_PIECES) return { test: 'tooManyPieces' }
  const end = endsFree ? '' : (pieces.pop() ?? '')
  return { test: 'pieces', anchored: !opensFree, pieces, end }
}

function countPercents(value: string): number {
  let count = 0
  while (value[count] === '%') count += 1
  return count
}

/** The index behind the last character that is not `%`. */
function lastOther(value: string): number {
  let end = value.length
  while (end > 0 && value[end - 1] === '%') end -= 1
  return end
}
