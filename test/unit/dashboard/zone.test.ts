/** Instants by the clock of a reader in Vienna: it skips 02:00 to 03:00 in spring, and shows it twice in autumn. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toLocal, toStored } from '../../../public/dashboard/zone.js'

const zone = process.env.TZ
beforeAll(() => {
  process.env.TZ = 'Europe/Vienna'
})
afterAll(() => {
  process.env.TZ = zone
})

test.each([
  ['2024-05-01 10:00:00+00:00', '2024-05-01T12:00:00'],
  ['2024-01-31 23:30:00+00:00', '2024-02-01T00:30:00'],
  ['2024-05-01 10:00:00.123+00:00', '2024-05-01T12:00:00.123'],
  ['0099-05-01 10:00:00+00:00', null],
])('%s', (stored, local) => {
  if (local !== null) expect(toLocal(stored)).toBe(local)
  expect(new Date(toStored(toLocal(stored) ?? '', stored) ?? '').getTime()).toBe(new Date(stored.replace(' ', 'T')).getTime())
})

test('of a time that comes twice the one that was edited is meant', () => {
  for (const stored of ['2024-10-27 00:30:00+00:00', '2024-10-27 01:30:00+00:00']) {
    expect(toLocal(stored)).toBe('2024-10-27T02:30:00')
    expect(toStored('2024-10-27T02:30', stored)).toBe(new Date(stored.replace(' ', 'T')).toISOString())
  }
})

test('a time that is left out is none', () => {
  expect(toStored('2024-03-31T02:30')).toBeNull()
  expect(toStored('2024-03-31T03:30')).toBe('2024-03-31T01:30:00.000Z')
})

test.each(['', 'soon', '2024-05-01', '2024-05-01 10:00'])('%j is no instant as it is stored', (text) => {
  expect(toLocal(text)).toBeNull()
})
