/** Names of tables and columns, each derived from the other when one is left out: docs/contract/api-v1.md 3.3. */
import { ApiError } from '../../errors'
import { nameProblem, quoteValue } from '../../lib/text'
import { MAX_NAME } from '../types/column'

/** `film_actor` → `FilmActor` */
export function titleFromName(name: string): string {
  const words = name.split(/[\s_-]+/).filter((word) => word !== '')
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

/** `FilmActor`, `Film actor` → `film_actor`; any alphabet, with the marks that its letters carry (`नाम`). At most `maxLength` characters. */
export function nameFromTitle(title: string, maxLength = MAX_NAME): string {
  const name = title
    .replaceAll(/(\p{Ll}\p{M}*|\p{N})(\p{Lu})/gu, '$1_$2')
    .replaceAll(/(?:^\p{M}+|[^\p{L}\p{M}\p{N}]\p{M}*)+/gu, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toLowerCase()
  return name === '' ? 'field' : [...name].slice(0, maxLength).join('')
}

/** A name that none of `taken` has: with a number after it when need be. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  let candidate = name
  for (let number = 1; taken.has(candidate); number++) {
    candidate = `${[...name].slice(0, MAX_NAME - 5).join('')}_${number}`
  }
  return candidate
}

interface TableNames {
  title: string
  tableName: string
}

/** What stands between the project's prefix and a table's name: a renamed table has nothing there (docs/contract/api-v1.md 3.3). */
export const SEPARATORS = { new: '_', renamed: '' } as const

/**
 * The title and the full name of a table, with the project's prefix in front, both as NFC: two forms of one text are one name.
 * Throws INVALID_TABLE with the texts old clients know.
 */
export function tableNames(
  { title: wantedTitle = '', tableName: wantedName }: { title?: string; tableName?: string },
  prefix: string,
  separator: string = SEPARATORS.new,
): TableNames {
  const wanted = wantedTitle.normalize()
  const given = (wantedName ?? (wanted === '' ? '' : nameFromTitle(wanted, MAX_NAME - prefix.length - 1))).normalize()
  if (given === '' || given === prefix) {
    throw new ApiError('INVALID_TABLE', 'Missing table name `table_name` property in request body')
  }
  if (given !== given.trim()) {
    throw new ApiError('INVALID_TABLE', 'Leading or trailing whitespace not allowed in table names')
  }
  const tableName = given.startsWith(prefix) ? given : `${prefix}${separator}${given}`
  if ([...tableName].length > MAX_NAME) throw new ApiError('INVALID_TABLE', `Table name exceeds ${MAX_NAME} characters`)
  const bare = given.startsWith(prefix) ? given.slice(prefix.length).replace(/^_/, '') : given
  const title = wanted === '' ? titleFromName(bare) || bare : wanted
  for (const [what, name] of [
    ['Table name', tableName],
    ['Table title', title],
  ] as const) {
    const problem = nameProblem(name, MAX_NAME)
    if (problem !== null) throw new ApiError('INVALID_TABLE', `${what} ${problem}: ${quoteValue(name)}`)
  }
  return { title, tableName }
}
