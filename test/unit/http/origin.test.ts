import { describe, expect, test } from 'vitest'
import { isPublicHost } from '../../../src/http/origin'

describe('a host', () => {
  test.each([
    'localhost',
    'app.localhost',
    'latchkey',
    'nas.local',
    'db.internal',
    'box.home.arpa',
    'latchkey.test',
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.1',
    '192.168.1.5',
    '169.254.1.1',
    '100.64.0.1',
    '[::1]',
    '[fd00::1]',
    '[fe80::1]',
  ])('%s is private: plain http is fine', (host) => {
    expect(isPublicHost(host)).toBe(false)
  })

  test.each([
    'api.example.org',
    'localhost.example.org',
    'local.example.org',
    'notlocalhost.com',
    'internal.com',
    '1.1.1.1',
    '172.15.0.1',
    '172.32.0.1',
    '100.128.0.1',
    '11.0.0.1',
    '[2001:db8::1]',
    '[2606:4700::fd00]',
  ])('%s is public', (host) => {
    expect(isPublicHost(host)).toBe(true)
  })
})
