/** The two names of a column. */
import { ApiError } from '../../errors'
import { isSameText, nameProblem, quoteValue } from '../../lib/text'
import { type Column, MAX_NAME } from '../types/column'
import { freeName, nameFromTitle, titleFromName } from './table-names'

type Names = Pick<Column, 'title' | 'columnName'>

/** Both names, the one that is left out made of the other; both as NFC, for two forms of one text are one name. */
export function columnNames({ title = '', columnName = '' }: Partial<Names>): Names {
  const named = columnName.normalize()
  const given = title.normalize()
  const chosen = given === '' ? titleFromName(named) || named : given
  return { title: chosen, columnName: named === '' ? nameFromTitle(chosen) : named }
}

/** A name that nobody chose gets out of the way of those that are there. */
export function freeColumnName(columnName: string, others: readonly Column[]): string {
  return freeName(columnName, new Set(others.map((column) => column.columnName)))
}

/** Throws INVALID_COLUMN for a name that is none, or that another column has. */
export function refuseTakenNames({ title, columnName }: Names, others: readonly Column[]): void {
  if ([...columnName].length > MAX_NAME) {
    throw new ApiError('INVALID_COLUMN', `Column name ${columnName} exceeds ${MAX_NAME} characters`, {
      details: { field: title },
    })
  }
  for (const [what, name] of [
    ['Column title', title],
    ['Column name', columnName],
  ] as const) {
    const problem = nameProblem(name, MAX_NAME)
    if (problem !== null) {
      throw new ApiError('INVALID_COLUMN', `${what} ${problem}: ${quoteValue(name)}`, { details: { field: name } })
    }
  }
  if (others.some((column) => isSameText(column.columnName, columnName))) throw duplicateColumn('name', columnName)
  if (others.some((column) => isSameText(column.title, title))) throw duplicateColumn('alias', title)
}

/** In the contract's words, and then in plain ones. */
export function duplicateColumn(what: 'name' | 'alias', name: string, cause?: unknown): ApiError {
  const plain = what === 'name' ? 'column_name' : 'title'
  return new ApiError(
    'INVALID_COLUMN',
    `Duplicate column ${what}: another column of the table has the ${plain} ${quoteValue(name)}; choose another one.`,
    { cause, details: { field: name } },
  )
}
