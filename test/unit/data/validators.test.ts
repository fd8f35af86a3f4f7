import { describe, expect, test } from 'vitest'
import { toStored } from '../../../src/data/records/values'
import { makeTable } from '../openapi/tables'

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
    '',
  ])('%j is refused', (value) => expect(takes('URL', value)).toBe(false))
})

describe('a phone number', () => {
  test.each(['112', '+44 20 7946 0958', '(030) 1234-567', '+1 - (555) - 123.4567', '00000', '+123456789012345'])(
    '%j passes',
    (value) => expect(takes('PhoneNumber', value)).toBe(true),
  )

  test.each(['.....', '12', '1.....2', '+1234567890123456', '++49 30 123', '030 123 ext. 4', '١٢٣٤٥', '112\n\n\n\n\n', ''])(
    '%j is refused',
    (value) => expect(takes('PhoneNumber', value)).toBe(false),
  )
})
