/**
 * Whether D1 can run a filter, and for how long that holds up everybody else. It answers "out of memory" (SQLITE_NOMEM) to a
 * statement of too many instructions.
 */
import type { Predicate, Subject, Test } from './predicate'

/**
 * Instructions that a filter may compile to. D1 says 25,000 for a statement; SQLite asks when it doubles its array of them
 * (42 · 2ⁿ), so the one that fails is the 21,505th. Nothing that fits into 8 KB of `where` comes near.
 */
export const MAX_INSTRUCTIONS = 20_000

/** At most, values read from the JSON parameter included: test/worker/query.test.ts compares with EXPLAIN. */
const INSTRUCTIONS = {
  null: 4,
  constant: 6,
  compare: 9,
  oneOf: 39,
  contains: 12,
  startsWith: 12,
  endsWith: 16,
  pattern: 12,
  pieces: 72,
  hasItem: 13,
  hasAnyItem: 33,
  hasAllItems: 33,
} as const satisfies Record<Test['test'], number>

const FOR_SUBJECT = { plain: 0, day: 4, zeroForNull: 3, digits: 3, decimal: 104, jsonString: 12 } as const satisfies Record<
  Subject['as'],
  number
>

/** Calls inside calls; then the walk, of any length. */
const FOR_READING = 10
const FOR_READINGS = 60

const FOR_NOT = 2

/** How many instructions a filter needs, estimated from above. */
export function countInstructions(predicate: Predicate): number {
  switch (predicate.type) {
    case 'test':
      return INSTRUCTIONS[predicate.test] + FOR_SUBJECT[predicate.subject.as] + forReadings(predicate.subject)
    case 'not':
      return FOR_NOT + countInstructions(predicate.child)
    case 'and':
    case 'or':
      return predicate.children.reduce((sum, child) => sum + countInstructions(child), 0)
  }
}

function forReadings({ readings = [], first }: Subject): number {
  return first === undefined ? readings.length * FOR_READING : first.readings.length * FOR_READING + FOR_READINGS
}

/**
 * Steps of a filter over all rows of a table. A step is what it takes to compare a number, 10 to 50 ns: so many are a second or
 * two for a list, which looks at each row twice, for the page and for the count.
 */
export const MAX_STEPS = 25_000_000

/** Steps a row that a table of any size may take: five texts looked for, or fifty comparisons, are not much to ask. */
export const FREE_STEPS = 50

/** Functions of texts walk along the cell: measured with cells of 20 and of 200 characters. */
const FOR_TEXT = 10
const FOR_PIECE = 15
const FOR_ITEM = 8

const STEPS_FOR_SUBJECT = { plain: 0, day: 3, zeroForNull: 1, digits: 2, decimal: 50, jsonString: 8 } as const satisfies Record<
  Subject['as'],
  number
>

/** How many steps a filter takes for a row at most, estimated. */
export function countSteps(predicate: Predicate): number {
  switch (predicate.type) {
    case 'test':
      return stepsOf(predicate) + STEPS_FOR_SUBJECT[predicate.subject.as] + stepsForReadings(predicate.subject)
    case 'not':
      return countSteps(predicate.child)
    case 'and':
    case 'or':
      return predicate.children.reduce((sum, child) => sum + countSteps(child), 0)
  }
}

function stepsOf(test: Test): number {
  switch (test.test) {
    case 'null':
    case 'constant':
    case 'compare':
      return 1
    case 'contains':
    case 'startsWith':
    case 'endsWith':
    case 'hasItem':
      return FOR_TEXT
    case 'oneOf':
      return FOR_TEXT + Math.ceil(Math.log2(test.values.length + 1))
    case 'pattern':
      return FOR_TEXT + test.text.length
    case 'pieces':
      return FOR_TEXT + FOR_PIECE * test.pieces.length
    case 'hasAnyItem':
    case 'hasAllItems':
      return FOR_TEXT + FOR_ITEM * test.items.length
  }
}

/** Each is a call of replace(). Where there are many, only cells that hold the first text are read with them: any may. */
function stepsForReadings({ readings = [], first }: Subject): number {
  return (readings.length + (first?.readings.length ?? 0)) * FOR_TEXT
}
