/** What a filter costs for each row, in comparisons: what is asked more often costs more. */
import { describe, expect, test } from 'vitest'
import { FREE_STEPS, MAX_STEPS, countSteps } from '../../../src/data/query/cost'
import { parseFilter } from '../../../src/data/query/query'
import { NOW, THINGS } from './table'

function stepsOf(where: string): number {
  const filter = parseFilter(THINGS, { where }, NOW)
  return filter === null ? 0 : countSteps(filter)
}

const times = (count: number, condition: string) => Array.from({ length: count }, () => condition).join('~or')

describe('steps', () => {
  test.each([
    ['(Qty,eq,1)', 1],
    ['(Qty,null)', 1],
    ['(Qty,btw,1,2)', 2],
    ['~not(Qty,eq,1)', 1],
    ['(Title,like,a)', 10],
    ['(Title,like,é)', 30],
    ['(Qty,like,5)', 12],
    ['(Price (EUR),like,5)', 60],
    ['(Files,like,5)', 28],
    ['(Title,in,a,b,c)', 12],
    ['(Tags,anyof,a,b,c)', 34],
    [`(Title,like,${'e%'.repeat(98)})`, 10 + 98 * 15],
  ])('of %s are %i', (where, steps) => {
    expect(stepsOf(where)).toBe(steps)
  })

  test('of several conditions are summed, however they are joined', () => {
    expect(stepsOf(times(10, `(Title,like,${'e%'.repeat(98)})`))).toBe(10 * (10 + 98 * 15))
    expect(stepsOf('((Qty,eq,1)~and(Title,like,a))~or~not(Qty,eq,2)')).toBe(12)
  })
})

test('five texts to look for are free, and ten of a hundred pieces each are for less than 2,000 rows', () => {
  expect(stepsOf(times(5, '(Title,like,a)'))).toBeLessThanOrEqual(FREE_STEPS)
  expect(MAX_STEPS / stepsOf(times(10, `(Title,like,${'e%'.repeat(98)})`))).toBeLessThan(2000)
})
