/** How a bulk request is refused: each bad row by its index and field. */
import { ApiError, type Issue, MAX_ISSUES } from '../../errors'

/** What is wrong with the row at this place of the request. */
export interface Problem {
  index: number
  error: ApiError
}

/** Reads every row, and refuses all of them when one is wrong, naming the index and field of each of the first hundred. */
export function readAll<Body, Result>(bodies: readonly Body[], read: (body: Body) => Result): Result[] {
  const results: Result[] = []
  const problems: Problem[] = []
  for (const [index, body] of bodies.entries()) {
    try {
      results.push(read(body))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      problems.push({ index, error })
      if (problems.length === MAX_ISSUES) break
    }
  }
  if (problems.length > 0) throw refusal(problems)
  return results
}

/** Everything that is wrong, in order; the code and the sentence are those of the first. */
export function refusal(problems: readonly Problem[]): ApiError {
  const [first] = problems
  const errors: Issue[] = problems.map(({ index, error }) => ({
    path: error.details.field === undefined ? String(index) : `${index}.${error.details.field}`,
    message: error.message,
  }))
  return new ApiError(
    first?.error.code ?? 'INVALID_REQUEST_BODY',
    `Row ${first?.index}: ${first?.error.message} Nothing was changed.`,
    {
      details: { ...first?.error.details, index: first?.index, errors },
    },
  )
}
