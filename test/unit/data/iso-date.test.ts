import { assert, integer, property, uniqueArray } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseIsoDate, readTime, storedDate } from '../../../src/data/types/iso-date'

describe('reading', () => {
  test.each([
    ['2026-01-31', '2026-01-31 00:00:00+00:00'],
    ['2024-02-29', '2024-02-29 00:00:00+00:00'],
    ['2000-02-29', '2000-02-29 00:00:00+00:00'],
    ['0000-01-01', '0000-01-01 00:00:00+00:00'],
    ['0099-12-31', '0099-12-31 00:00:00+00:00'],
    ['2026-01-31T09:30Z', '2026-01-31 09:30:00+00:00'],
    ['2026-01-31T09:30:15', '2026-01-31 09:30:15+00:00'],
    ['2026-01-31 09:30:15.999Z', '2026-01-31 09:30:15.999+00:00'],
    ['2026-01-31 09:30:15.5', '2026-01-31 09:30:15.500+00:00'],
    ['2026-01-31 09:30:15.000Z', '2026-01-31 09:30:15+00:00'],
    ['2026-01-31 09:30:15.0009Z', '2026-01-31 09:30:15+00:00'],
    ['2026-01-31T09:30:59.999999+00:00', '2026-01-31 09:30:59.999+00:00'],
    ['1969-12-31T23:59:59.001Z', '1969-12-31 23:59:59.001+00:00'],
    ['2026-01-31T00:30:00.25+02:00', '2026-01-30 22:30:00.250+00:00'],
    ['2026-01-31 09:30:00.120+00:00', '2026-01-31 09:30:00.120+00:00'],
    ['2026-01-31T00:30:00+02:00', '2026-01-30 22:30:00+00:00'],
    ['2026-01-31T00:30:00+0200', '2026-01-30 22:30:00+00:00'],
    ['2026-01-31T00:30:00 02:00', '2026-01-30 22:30:00+00:00'],
    ['2026-12-31T23:30:00-01:00', '2027-01-01 00:30:00+00:00'],
    ['2026-01-31 09:30:00+00:00', '2026-01-31 09:30:00+00:00'],
  ])('%s is %s', (text, stored) => {
    expect(storedDate('datetime', parseIsoDate(text)?.ms ?? Number.NaN)).toBe(stored)
  })

  test.each([
    '2026-02-29',
    '1900-02-29',
    '2026-02-30',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-01-31T24:00',
    '2026-01-31T23:60',
    '2026-01-31T23:59:60',
    '2026-01-31T09:30+24:00',
    '2026-01-31T09:30+02:60',
    '2026-1-31',
    '20260131',
    '31.01.2026',
    '+002026-01-31',
    '2026-01-31T',
    '2026-01-31T09:30.5',
    '2026-01-31T09:30:15.',
    '2026-01-31T09:30:15.1234567890',
    '2026-01-31x',
    '٢٠٢٦-٠١-٣١',
    '',
  ])('%j is no date', (text) => {
    expect(parseIsoDate(text)).toBeNull()
  })

  test('knows a day from a moment', () => {
    expect(parseIsoDate('2026-01-31')?.dateOnly).toBe(true)
    expect(parseIsoDate('2026-01-31T00:00Z')?.dateOnly).toBe(false)
  })
})

describe('a time of day', () => {
  test.each([
    ['09:30', '09:30:00'],
    ['09:30:15', '09:30:15'],
    ['09:30:15.000', '09:30:15'],
    ['09:30:15.5', '09:30:15.500'],
    ['23:59:59.999999', '23:59:59.999'],
  ])('%s is %s', (text, stored) => expect(readTime(text)).toBe(stored))

  test.each(['24:00', '9:30', '09:60', '09:30:60', '09:30.5', '09:30:15.', '09:30:15Z', ''])('%j is none', (text) =>
    expect(readTime(text)).toBeNull(),
  )
})

describe('what is stored', () => {
  test('sorts as text as it does in time, with and without a fraction', () => {
    const instants = property(uniqueArray(integer({ min: -5000, max: 5000 }), { minLength: 2 }), (moments) => {
      const inTime = moments.toSorted((one, other) => one - other)
      const texts = inTime.map((ms) => String(storedDate('datetime', ms)))
      expect(texts.toSorted()).toEqual(texts)
      expect(texts.map((text) => parseIsoDate(text)?.ms)).toEqual(inTime)
      const times = texts.filter((text) => text.startsWith('1970')).map((text) => text.slice(11, -6))
      expect(times.toSorted()).toEqual(times)
      expect(times.map(readTime)).toEqual(times)
    })
    assert(instants, { seed: 1 })
  })

  test('keeps to years of four digits, where texts sort as time does', () => {
    expect(storedDate('date', Date.UTC(9999, 11, 31))).toBe('9999-12-31')
    expect(storedDate('date', Date.UTC(9999, 11, 31) + 86_400_000)).toBeNull()
    expect(storedDate('datetime', parseIsoDate('0000-01-01T00:00+00:01')?.ms ?? 0)).toBeNull()
    expect(storedDate('date', Number.NaN)).toBeNull()
  })
})
