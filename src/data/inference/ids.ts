/** Whether the whole numbers of a column are all different, known without keeping all of them. */
import { MAX_CHOSEN_ID } from '../types/column'

export interface IdScan {
  /** The last one, while each was greater than the one before; null after one that was not. */
  last: number | null
  /** Beginning and end of each run of numbers that follow each other, in ascending order; null: too many to be kept. */
  runs: [first: number, last: number][] | null
}

const MAX_RUNS = 15_000

const ID = /^[1-9]\d{0,15}$/

export function startIds(): IdScan {
  return { last: 0, runs: [] }
}

/** With the cells of more records. Null once one is no key of a row, was there before, or once that cannot be told any more. */
export function addIds({ last, runs }: IdScan, cells: readonly (string | null)[]): IdScan | null {
  const numbers = cells.map((cell) => (cell !== null && ID.test(cell.trim()) ? Number(cell) : Number.NaN))
  if (!numbers.every((number) => number <= MAX_CHOSEN_ID)) return null
  const next = { last: lastIfAscending(last, numbers), runs: runs === null ? null : withRuns(runs, numbers) }
  return next.last === null && next.runs === null ? null : next
}

function lastIfAscending(before: number | null, numbers: readonly number[]): number | null {
  let last = before
  for (const number of numbers) {
    if (last === null || number <= last) return null
    last = number
  }
  return last
}

/** Null also for a number that is there twice. */
function withRuns(runs: readonly [number, number][], numbers: readonly number[]): [number, number][] | null {
  const result: [number, number][] = []
  const all = [...runs, ...numbers.map((number): [number, number] => [number, number])]
  for (const [first, last] of all.toSorted(([one], [other]) => one - other)) {
    const before = result.at(-1)
    if (before !== undefined && first <= before[1]) return null
    if (before !== undefined && first === before[1] + 1) before[1] = last
    else result.push([first, last])
  }
  return result.length > MAX_RUNS ? null : result
}
