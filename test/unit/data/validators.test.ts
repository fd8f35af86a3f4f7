import { describe, expect, test } from 'vitest'
import { toStored } from '../../../src/data/types/values'
import { makeTable } from '../openapi/tables'
import { fastest } from '../../support/fastest'

/** Whether a column that checks its values takes this one, as it is. */
function takes(type: 'URL' | 'PhoneNumber' | 'Email', value: string): boolean {
  const [column] = makeTable('md_x', 'X', [{ title: 'Value', type, meta: { validate: true } }]).columns.slice(-1)
  if (column === undefined) throw new Error('no column')
  try {
    return toStored(column, value) === value
  } catch {
    return false
  }
}

describe('a URL', () => {
  test.each([
    'https://example.org/x?a=b#c',
    'HTTP://EXAMPLE.ORG',
    'http://localhost:8787/x',
    'http://[::1]/',
    'ftp://files.example.org/a.txt',
    'https://ada:secret@example.org',
    'example.com',
    'example.com/x',
    'example.com:8080/x?y=javascript:1',
    'Example.COM',
    'münchen.de/straße',
    'пример.рф',
    '192.168.0.1/x',
  ])('%j passes', (value) => expect(takes('URL', value)).toBe(true))

  test.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)//example.com',
    'java\nscript:alert(1)',
    'javascript://example.com/%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x.y',
    'file:///etc/passwd',
    'ws://example.org',
    'mailto:ada@example.org',
    'tel:112',
    'ada@example.org',
    'example',
    'localhost:8787',
    '//example.org',
    '\\\\example.org',
    '/x.html',
    'http://',
    'http:///example.org',
    'http:example.org',
    'https://exa mple.org',
    ' https://example.org',
    'example..org',
    '.org',
    '1.5',
    'hello. world',
  ])('%j is refused', (value) => expect(takes('URL', value)).toBe(false))
})

describe('a phone number', () => {
  test.each([
    '112',
    '+44 20 7946 0958',
    '(030) 1234-567',
    '+1 - (555) - 123.4567',
    '00000',
    '+123456789012345',
    '030/1234567',
    '030 / 123 45 67',
    '+49 (0) 30 / 1234-56',
    '+49(0)30/1234567',
    '0049 (0)30 1234567',
    '+123 (0)45678901234567',
    '089\u20131234',
  ])('%j passes', (value) => expect(takes('PhoneNumber', value)).toBe(true))

  test.each([
    '.....',
    '12',
    '1.....2',
    '+1234567890123456',
    '+123 (0)4567890123456789',
    '++49 30 123',
    '030 123 ext. 4',
    '١٢٣٤٥',
    '112\n\n\n\n\n',
    '//////',
    '(0)',
  ])('%j is refused', (value) => expect(takes('PhoneNumber', value)).toBe(false))

  test('is told from none without trying every way to read it', async () => {
    const read = () => {
      for (let length = 10; length < 5000; length += 10) {
        takes('PhoneNumber', `+1${'(0)'.repeat(length)}x`)
        takes('PhoneNumber', `00${'( 1 )'.repeat(length)}x`)
      }
    }
    expect(await fastest(2000, read)).toBeLessThan(2000)
  })
})

describe('an e-mail address', () => {
  test.each([
    'ada@example.org',
    "o'brien+list@mail.example.co.uk",
    'A_b-c.1@EXAMPLE.org',
    'jürgen@müller.de',
    'użytkownik@example.org',
    'ada@xn--mller-kva.de',
    '用户@例子.广告',
    'почта@пример.рф',
    'cafe\u0301@example.org',
    `${'a'.repeat(64)}@example.org`,
  ])('%j passes', (value) => expect(takes('Email', value)).toBe(true))

  test.each([
    'ada',
    '@example.org',
    'ada@',
    'ada@example',
    'ada@@example.org',
    'ada@x@example.org',
    '.ada@example.org',
    'ada.@example.org',
    'a..b@example.org',
    'a da@example.org',
    ' ada@example.org',
    'ada@exa mple.org',
    'ada@example..org',
    'ada@-example.org',
    'ada@example.org:25',
    'ada@example.org/x',
    'ada@[127.0.0.1]',
    'ada@127.0.0.1',
    'ada@example.org\n',
    'a\u200bda@example.org',
    'a\u00adda@example.org',
    'ada@exam\u200bple.org',
    '<ada@example.org>',
    'Ada <ada@example.org>',
    'a,b@example.org',
    `${'ü'.repeat(33)}@example.org`,
    `ada@${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.org`,
  ])('%j is refused', (value) => expect(takes('Email', value)).toBe(false))
})
