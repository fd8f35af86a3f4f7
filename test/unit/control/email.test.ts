import { describe, expect, test } from 'vitest'
import { normalizeEmail } from '../../../src/control/users/email'

const ADA = 'ada@example.org'

describe('one person’s spellings are one address', () => {
  test.each(['ada@example.org', 'Ada@Example.ORG', ' ada@example.org\t', 'ADA@EXAMPLE.ORG', 'ada@ｅxample.org'])('%s', (text) => {
    expect(normalizeEmail(text)).toBe(ADA)
  })

  test('an international domain is its ASCII form', () => {
    expect(normalizeEmail('ada@Bücher.example')).toBe('ada@xn--bcher-kva.example')
    expect(normalizeEmail('ada@xn--bcher-kva.example')).toBe('ada@xn--bcher-kva.example')
  })

  test('a tag or a dot makes another address', () => {
    expect(normalizeEmail('ada+x@example.org')).toBe('ada+x@example.org')
    expect(normalizeEmail('a.da@example.org')).toBe('a.da@example.org')
  })
})

describe('what only looks like someone’s address never becomes it', () => {
  test.each([
    ['an accent', 'adá@example.org'],
    ['a combining accent', 'ada\u0301@example.org'],
    ['a dotless i', 'dıana@example.org'],
    ['a Turkish capital I', 'dİana@example.org'],
    ['a Kelvin sign', '\u212Aate@example.org'],
    ['a long s', '\u017fam@example.org'],
    ['a Cyrillic a', '\u0430da@example.org'],
    ['full-width letters before the @', 'ａda@example.org'],
    ['a zero-width space', 'ada\u200b@example.org'],
    ['a soft hyphen', 'a\u00adda@example.org'],
    ['a right-to-left mark', 'ada\u200f@example.org'],
    ['NUL', 'ada\0@example.org'],
    ['a newline inside', 'ada@example.org\nbcc:x@example.org'],
    ['a full-width @', 'ada＠example.org'],
  ])('%s', (_, text) => {
    expect(normalizeEmail(text)).toBeNull()
  })
})

describe('what is no address is refused', () => {
  test.each([
    ['nothing', ''],
    ['no @', 'ada'],
    ['nothing before the @', '@example.org'],
    ['nothing behind the @', 'ada@'],
    ['two @', 'ada@x@example.org'],
    ['a quoted local part', '"ada x"@example.org'],
    ['a dot first', '.ada@example.org'],
    ['two dots', 'a..da@example.org'],
    ['a blank inside', 'ad a@example.org'],
    ['a comma: two addresses', 'ada@example.org,eve@example.org'],
    ['a domain of one label', 'ada@localhost'],
    ['an address literal', 'ada@[127.0.0.1]'],
    ['an IPv4 address', 'ada@127.0.0.1'],
    ['a hexadecimal IPv4 address', 'ada@0x7f.1'],
    ['a port', 'ada@example.org:25'],
    ['a path', 'ada@example.org/x'],
    ['a query', 'ada@example.org?x'],
    ['a percent-encoded domain', 'ada@example%2eorg%00'],
    ['a label that begins with a hyphen', 'ada@-example.org'],
    ['a domain that ends with a dot', 'ada@example.org.'],
    ['a local part of 65 characters', `${'a'.repeat(65)}@example.org`],
    ['255 characters', `${'a'.repeat(64)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.example`],
    ['a megabyte', `${'a'.repeat(1_000_000)}@example.org`],
  ])('%s', (_, text) => {
    expect(normalizeEmail(text)).toBeNull()
  })
})

test('a local part of 64 characters is the longest', () => {
  expect(normalizeEmail(`${'a'.repeat(64)}@example.org`)).toBe(`${'a'.repeat(64)}@example.org`)
})
