/** Headings of a file as titles of columns. */
import { beginning } from '../../lib/text'
import { MAX_NAME } from '../types/column'
import { unguarded } from '../types/formula-guard'
import { COLUMN_TYPES, type ColumnType } from '../types/column-types'

export interface Heading {
  title: string
  /** What the file says of the values, where it does. */
  type: ColumnType | null
  /** Why the title is another than the file has; null where it is that. */
  note: string | null
  /** The file has none. */
  isEmpty: boolean
}

const TYPED = /^(.*) \(([A-Za-z]+)\)$/s

/** The type that a heading of an export with types names: `Status (SingleSelect)`. */
export function typeOfHeading(cell: string): ColumnType | null {
  const type = TYPED.exec(unguarded(cell))?.[2]
  return type !== undefined && Object.hasOwn(COLUMN_TYPES, type) ? (type as ColumnType) : null
}

/** The cells of the header row, and a title for each column after them that some record has. */
export function readHeadings(cells: readonly (string | null)[], isTyped: boolean): Heading[] {
  const headings = cells.map((cell, index) => readHeading(cell ?? '', index, isTyped))
  // Numbers are given after all names are known: `a, a, a 2` has its own `a 2`.
  const taken = new Set(headings.map(({ title }) => sameTitle(title)))
  const seen = new Set<string>()
  for (const heading of headings) {
    if (seen.has(sameTitle(heading.title))) renumber(heading, taken)
    seen.add(sameTitle(heading.title))
    taken.add(sameTitle(heading.title))
  }
  return headings
}

/** Titles that people take for one. */
function sameTitle(title: string): string {
  return title.normalize('NFC').toLowerCase()
}

function readHeading(cell: string, index: number, isTyped: boolean): Heading {
  const text = unguarded(cell)
  const type = isTyped ? typeOfHeading(cell) : null
  const name = type === null ? text : (TYPED.exec(text)?.[1] ?? text)
  const clean = tidy(name)
  if (clean === '') {
    return { title: `Column ${index + 1}`, type, note: 'The file has no heading for it.', isEmpty: true }
  }
  const title = [...clean].length > MAX_NAME ? beginning(clean, MAX_NAME).trim() : clean
  if (title !== clean) return { title, type, note: `The heading was cut to ${MAX_NAME} characters.`, isEmpty: false }
  const note = title === name.trim() ? null : 'Line ends and the like were taken out of the heading.'
  return { title, type, note, isEmpty: false }
}

/** Without what no title may hold: control characters and spaces around it. */
function tidy(name: string): string {
  return name
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replaceAll('\ufeff', '')
    .trim()
}

function renumber(heading: Heading, taken: ReadonlySet<string>): void {
  const { title } = heading
  for (let number = 2; taken.has(sameTitle(heading.title)); number++) {
    heading.title = `${beginning(title, MAX_NAME - 8).trim()} ${number}`
  }
  heading.note = `The file has several columns of the title "${title}".`
}
