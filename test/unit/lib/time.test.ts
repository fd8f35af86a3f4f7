import { expect, test } from 'vitest'
import { timestamp } from '../../../src/lib/time'

test('an instant is told in UTC, in whole seconds, with its offset', () => {
  expect(timestamp(Date.UTC(2026, 0, 31, 9, 30, 0, 999))).toBe('2026-01-31 09:30:00+00:00')
  expect(timestamp(0)).toBe('1970-01-01 00:00:00+00:00')
})
