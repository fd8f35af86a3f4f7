import { describe, expect, test } from 'vitest'
import { parseDuration } from '../../../src/lib/duration'

describe('a number with a unit is whole seconds', () => {
  test.each([
    ['10h', 36_000],
    ['60s', 60],
    ['1s', 1],
    ['90m', 5400],
    ['7d', 604_800],
    ['2 days', 172_800],
    ['1y', 31_557_600],
    ['1.5h', 5400],
    ['0.5m', 30],
    ['2w', 1_209_600],
    ['10H', 36_000],
    [' 10h ', 36_000],
    ['100y', 3_155_760_000],
    ['60000ms', 60],
    ['864000000 milliseconds', 864_000],
  ])('%s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })
})

describe('anything else is refused', () => {
  test.each([
    ['a bare number, which old servers read as milliseconds', '3600'],
    ['a bare number in another guise', '3600.0'],
    ['zero', '0'],
    ['zero with a unit', '0h'],
    ['less than half a second', '0.1s'],
    ['a negative duration', '-1h'],
    ['less than half a second in milliseconds', '100ms'],
    ['a word', 'abc'],
    ['nothing', ''],
    ['a unit alone', 'h'],
    ['two durations', '1h30m'],
    ['a list', '1h,2h'],
    ['an exponent', '1e3s'],
    ['a hexadecimal number', '0x10s'],
    ['a comma for a point', '1,5h'],
    ['two blanks', '10  h'],
    ['digits of another script', '１０h'],
    ['a member of every object', '1constructor'],
    ['more than a century, beyond which instants are no dates', '101y'],
    ['a million digits', '9'.repeat(1_000_000) + 'h'],
  ])('%s', (_, text) => {
    expect(parseDuration(text)).toBeNull()
  })
})
