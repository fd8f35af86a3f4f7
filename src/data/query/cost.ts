/** Whether D1 can run a filter. It answers "out of memory" (SQLITE_NOMEM) to a statement of too many instructions. */
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
