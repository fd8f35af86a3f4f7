/**
 * Letters that are the same to people and not to SQLite: `é` as one character and as `e` with a mark after it (Unicode's forms
 * NFC and NFD), and beyond ASCII the two cases of a letter, which its lower() leaves alone.
 */

/** What is read as what in a cell before a text is looked for in it. */
export type Reading = readonly [form: string, letter: string]

/** The text, and its two Unicode forms where they differ. */
export function formsOf(text: string): string[] {
  return isAscii(text) ? [text] : [...new Set([text, text.normalize('NFC'), text.normalize('NFD')])]
}

/** As `like` compares it: in lower case and composed. Each letter has one form then. */
export function foldText(text: string): string {
  return isAscii(text) ? text.toLowerCase() : foldLetters(text.normalize('NFC'))
}

/**
 * All other forms of the letters of a text: the two cases, composed and not. A cell in which each is replaced holds
 * `foldText(text)` wherever it held `text` in any of its forms. Longest first, so that none hides in another. ASCII letters
 * are in lower case already. So the cost is that of the letters looked for, not that of all there are.
 */
export function readingsOf(text: string): Reading[] {
  if (isAscii(text)) return []
  const readings = new Map<string, string>()
  for (const cluster of new Set([...clustersOf(text.normalize('NFC')), ...clustersOf(text)])) {
    if (isAscii(cluster)) continue
    const letter = foldText(cluster)
    const cases = [letter, upperCase(letter), OTHER_CASES.get(letter) ?? letter]
    for (const form of [cluster, ...cases.flatMap(spellingsOf)].map(lowerAscii)) if (form !== letter) readings.set(form, letter)
  }
  return [...readings].toSorted(([one], [other]) => other.length - one.length)
}

/** Cases that toUpperCase() does not tell. */
const OTHER_CASES: ReadonlyMap<string, string> = new Map([
  ['σ', 'ς'],
  ['ß', 'ẞ'],
])

/** Letters, each with the marks that follow it. */
function clustersOf(text: string): string[] {
  return text.match(/\P{M}\p{M}*|\p{M}+/gsu) ?? []
}

/** A letter with its marks: composed, not composed, and with the first marks composed only. */
function spellingsOf(cluster: string): string[] {
  const parts = [...cluster.normalize('NFD')]
  return parts.map(
    (_, index) =>
      parts
        .slice(0, index + 1)
        .join('')
        .normalize('NFC') + parts.slice(index + 1).join(''),
  )
}

/** One character for one, so that nothing grows: the lower case of `İ` would be two. */
function foldLetters(text: string): string {
  return Array.from(text, (character) => (character === 'ς' ? 'σ' : single(character.toLowerCase(), character))).join('')
}

/** Of a folded text. Where another letter has the same capital (`µ` of Latin, `μ` of Greek), it stays as it is. */
function upperCase(letter: string): string {
  const upper = Array.from(letter, (character) => single(character.toUpperCase(), character)).join('')
  return foldLetters(upper) === letter ? upper : letter
}

function single(changed: string, character: string): string {
  return [...changed].length === 1 ? changed : character
}

function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}

function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- the whole of ASCII
  return /^[\0-\x7f]*$/.test(text)
}
