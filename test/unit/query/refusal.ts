/** The error that a call is refused with, as plain data. */
import { ApiError, type ErrorDetails } from '../../../src/errors'

export interface Refusal {
  code: string
  message: string
  details: ErrorDetails
}

export function refusalOf(call: () => unknown): Refusal {
  try {
    call()
  } catch (error) {
    if (error instanceof ApiError) return { code: error.code, message: error.message, details: error.details }
    throw error
  }
  throw new Error('expected an ApiError, but the call succeeded')
}
