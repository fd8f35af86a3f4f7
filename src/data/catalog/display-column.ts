/** The column that is shown as a row's name: docs/contract/api-v1.md 3.4. */
import type { Column } from '../types/column'

/**
 * The user's next column after this place, else the one before it; where the user has none, the key. Not CreatedAt or
 * UpdatedAt, which name no row.
 */
export function displayColumnAt(columns: readonly Column[], place: number): Column | undefined {
  const isNamed = ({ primaryKey, auto }: Column): boolean => !primaryKey && auto === null
  return (
    columns.slice(place + 1).find(isNamed) ??
    columns.slice(0, Math.max(place, 0)).findLast(isNamed) ??
    columns.find(({ primaryKey }) => primaryKey)
  )
}
