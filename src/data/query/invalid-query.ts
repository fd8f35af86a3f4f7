/** The two ways in which a filter is refused, and how they quote the request. */
import { ApiError } from '../../errors'
import { beginning } from '../../lib/text'
import type { Place } from './ast'

/** Longest piece of a request that an error message repeats. */
const MAX_QUOTE = 60

/** Request text inside a sentence: in quotes, and not longer than a message should be. */
export function quote(text: string): string {
  return `"${text.length > MAX_QUOTE ? `${beginning(text, MAX_QUOTE)}…` : text}"`
}

/** 400 INVALID_FILTER that says where and why. */
export function invalidFilter(message: string, at: Place, field?: string): ApiError {
  const where = 'position' in at ? `character ${at.position}` : at.path
  const details = field === undefined ? { ...at } : { ...at, field }
  return new ApiError('INVALID_FILTER', `The filter cannot be read at ${where}: ${message}`, { details })
}

/** 400 FIELD_NOT_FOUND that names the field, and its place when the parameter is more than a list of names. */
export function fieldNotFound(field: string, parameter: string, at?: Place): ApiError {
  return new ApiError('FIELD_NOT_FOUND', `This table has no field ${quote(field)} (${parameter}).`, { details: { field, ...at } })
}

/** 400 INVALID_PARAMETER about one query parameter. */
export function invalidParameter(parameter: string, message: string): ApiError {
  return new ApiError('INVALID_PARAMETER', `${parameter}: ${message}`, { details: { errors: [{ path: parameter, message }] } })
}
