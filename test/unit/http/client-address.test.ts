import { describe, expect, test } from 'vitest'
import { addressKey } from '../../../src/http/client-address'

describe('an IPv6 address counts by its /56', () => {
  test.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:0'],
    ['2001:db8:1:ff:ffff:ffff:ffff:ffff', '2001:db8:1:0'],
    ['2001:db8:1:1ff::1', '2001:db8:1:1'],
    ['2001:DB8:0001:abcd::1', '2001:db8:1:ab'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8:0:0::', '2001:db8:0:0'],
    ['1::2:3:4:5:6:7', '1:0:2:0'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
  ])('%s as %s', (address, key) => {
    expect(addressKey(address)).toBe(key)
  })

  test('so that another /56 counts for itself', () => {
    expect(addressKey('2001:db8:1:100::1')).not.toBe(addressKey('2001:db8:1:ff::1'))
  })
})

test('an IPv4 address counts whole, also when it comes as IPv6', () => {
  expect(addressKey('192.0.2.7')).toBe('192.0.2.7')
  expect(addressKey('::ffff:192.0.2.7')).toBe('192.0.2.7')
  expect(addressKey('::ffff:192.0.2.8')).toBe('192.0.2.8')
})

test('what is no address still counts as something', () => {
  expect(addressKey('unknown')).toBe('unknown')
  expect(addressKey('1:2:3:4:5:6:7:8:9::10')).toBe('1:2:3:0')
})
