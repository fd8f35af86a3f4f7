/** Words for yes and no, and what people write where there is no value. */

/** What ticks a box and what does not, together in one file. */
const PAIRS = [
  ['true', 'false'],
  ['yes', 'no'],
  ['wahr', 'falsch'],
  ['ja', 'nein'],
  ['vrai', 'faux'],
  ['oui', 'non'],
  ['verdadero', 'falso'],
  ['vero', 'falso'],
  ['sí', 'no'],
  ['si', 'no'],
  ['sì', 'no'],
  ['verdadeiro', 'falso'],
  ['sim', 'não'],
  ['waar', 'onwaar'],
  ['ja', 'nee'],
  ['ja', 'nej'],
  ['ja', 'nei'],
  ['tak', 'nie'],
  ['prawda', 'fałsz'],
  ['ano', 'ne'],
  ['igen', 'nem'],
  ['evet', 'hayır'],
  ['да', 'нет'],
] as const

/** Said by themselves they mean nothing else: a column of NO alone may be that of a country. */
const ALONE = new Set(['true', 'false', 'wahr', 'falsch', 'vrai', 'faux', 'verdadero', 'verdadeiro', 'waar', 'onwaar'])

/** Letters and digits that a person may mean so. */
const SHORT_PAIRS = [
  ['1', '0'],
  ['y', 'n'],
  ['t', 'f'],
  ['j', 'n'],
  ['o', 'n'],
  ['on', 'off'],
  ['x', ''],
] as const

const YES = new Set<string>([...PAIRS, ...SHORT_PAIRS].map(([yes]) => yes))
const NO = new Set<string>([...PAIRS, ...SHORT_PAIRS].map(([, no]) => no))
const WORDS = new Set<string>(PAIRS.flat())
const LONGEST_WORD = 10

/** Null when the text, without spaces around it, is neither. */
export function readBoolean(text: string): boolean | null {
  const word = text.normalize().toLowerCase()
  if (YES.has(word)) return true
  return NO.has(word) ? false : null
}

/** The word in lower case if it is one for yes or no that a column can be known by. */
export function booleanWord(text: string): string | null {
  if (text.length > LONGEST_WORD) return null
  const word = text.normalize().toLowerCase()
  return WORDS.has(word) ? word : null
}

/** Whether these words are those of one language, and enough of them to know. */
export function isBooleanPair(words: readonly string[]): boolean {
  const isOne = PAIRS.some((pair) => words.every((word) => (pair as readonly string[]).includes(word)))
  return isOne && (words.length === 2 || words.some((word) => ALONE.has(word)))
}

const MISSING = new Set([
  'na',
  'n/a',
  '#n/a',
  'null',
  'none',
  'nan',
  'nil',
  '-',
  '--',
  '–',
  '—',
  '.',
  '?',
  '\\n',
  'missing',
  'n.a.',
  'k.a.',
])

/** What stands for no value in columns of numbers and dates. */
export function isMissingMark(text: string): boolean {
  return text.length <= 7 && MISSING.has(text.toLowerCase())
}
