/** Which rows of a bulk request a unique index refused: D1 only says that some row was, and in which columns. */
import { ApiError, MAX_ISSUES } from '../../errors'
import type { UniqueViolation } from '../../lib/d1'
import type { Column, Table } from '../types/column'
import { findPositions, selectTaken } from './bulk-statements'
import { type Problem, refusal } from './row-errors'
import { valueTaken } from './records'
import type { StoredRow } from './row'
import type { Stored } from '../types/kind'

/** The values that a row of the request was to get, and what tells it from the other rows of the table: nothing for a new row. */
export interface Claim {
  values: StoredRow
  own: readonly Stored[]
}

interface Claims {
  claims: readonly Claim[]
  /** The columns of `own`. */
  by?: readonly Column[]
}

/** A claim on the columns of the index, which is all that can have been refused. A unique index takes any number of NULLs. */
interface Wanted {
  index: number
  parts: readonly Stored[]
  own: readonly Stored[]
}

/**
 * Names the first hundred rows whose value another row of the table has, or an earlier row of the request; null when there is
 * none, because the table has changed since. One round trip.
 */
export async function duplicateRows(
  data: D1Database,
  table: Table,
  violation: UniqueViolation,
  { claims, by = [] }: Claims,
): Promise<ApiError | null> {
  if (violation.table !== table.physicalName) return null
  const columns = table.columns.filter(({ physicalName }) => violation.columns.includes(physicalName))
  const wanted = claims.flatMap(({ values, own }, index): Wanted[] => {
    const parts = columns.map((column) => values.get(column) ?? null)
    return parts.includes(null) ? [] : [{ index, parts, own }]
  })
  const items = wanted.map(({ parts, own }) => [...parts, ...own])
  const taken = new Set(await findPositions(data, selectTaken(table, { columns, by, wanted: items })))
  const earlier = earlierRows(wanted)
  const problems = wanted.flatMap(({ index }, position): Problem[] => {
    const repeated = earlier.get(position)
    if (taken.has(position)) return [{ index, error: valueTaken(table, violation) }]
    return repeated === undefined ? [] : [{ index, error: valueRepeated(columns, repeated) }]
  })
  return problems.length === 0 ? null : refusal(problems.slice(0, MAX_ISSUES))
}

/** By position, the index of the first row that wants the same. Texts are the same when their bytes are, as in the index. */
function earlierRows(wanted: readonly Wanted[]): Map<number, number> {
  const seen = new Map<string, number>()
  const earlier = new Map<number, number>()
  for (const [position, { index, parts }] of wanted.entries()) {
    const text = JSON.stringify(parts)
    const first = seen.get(text)
    if (first === undefined) seen.set(text, index)
    else earlier.set(position, first)
  }
  return earlier
}

function valueRepeated(columns: readonly Column[], earlier: number): ApiError {
  const titles = columns.map(({ title }) => title)
  const message = `Row ${earlier} of the request has this value of "${titles.join('", "')}" too.`
  return new ApiError('DUPLICATE_VALUE', message, { details: { field: titles[0] } })
}
