/** What a failure of either database means for whoever adds or changes a column. */
import { ApiError } from '../../errors'
import { BatchUndone, ReferenceViolation, TooManyColumns, UniqueViolation } from '../../lib/d1'
import type { Column } from '../types/column'
import { duplicateColumn } from './column-names'
import { invalid } from './column-rules'
import type { CatalogChange } from './crash-safe-change'
import { noValues } from './required'

export function columnRefusal(column: Column): CatalogChange['refusal'] {
  return { make: (error) => whyNotMade(column, error), enter: (error) => whyNotEntered(column, error) }
}

/** A value that is there twice under a unique index, rows without a required value, or no room. */
function whyNotMade(column: Column, error: unknown): unknown {
  if (error instanceof UniqueViolation) return notUnique(column, error)
  if (error instanceof BatchUndone) return noValues(column, error)
  return error instanceof TooManyColumns ? noRoom(column, error) : error
}

/** A name taken, or the table removed, in the same moment. */
function whyNotEntered(column: Column, error: unknown): unknown {
  if (error instanceof ReferenceViolation) return new ApiError('TABLE_NOT_FOUND', undefined, { cause: error })
  if (!(error instanceof UniqueViolation)) return error
  return error.columns.includes('title')
    ? duplicateColumn('alias', column.title, error)
    : duplicateColumn('name', column.columnName, error)
}

/** A new type needs a column of its own beside the old one until the values are converted. */
function noRoom({ title }: Column, cause: unknown): ApiError {
  const message = `The table has no room for another column, and another type or a sort key needs one: delete a column, or wait an hour when you just did.`
  return invalid(title, message, cause)
}

function notUnique({ title }: Column, cause: unknown): ApiError {
  const message = `The field "${title}" cannot be unique: some rows have the same value.`
  return new ApiError('DUPLICATE_VALUE', message, { cause, details: { field: title } })
}
