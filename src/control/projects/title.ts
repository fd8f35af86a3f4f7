/** What a project may be called. */
import { nameProblem } from '../../lib/text'

/** Characters: docs/contract/api-v1.md 3.1. */
export const MAX_TITLE = 50

/** What is wrong with a title, in a sentence; null when nothing is. */
export function titleProblem(title: string): string | null {
  return nameProblem(title, MAX_TITLE)
}
