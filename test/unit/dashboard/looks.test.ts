/** How values look, by the type of their column. */
import { describe, expect, test } from 'vitest'
import { type Kind, formatOf, isCut, partsOf, textOf } from '../../../public/dashboard/looks.js'

const look = (type: string, kind: Kind, meta: Record<string, unknown> | null = null) => ({
  type,
  kind,
  format: formatOf(type, meta),
})
const text = (shown: string) => [{ is: 'text', text: shown }]

test('no value looks like nothing, in any column', () => {
  for (const kind of ['text', 'boolean', 'select', 'multiselect', 'datetime', 'json', 'number', 'integer'] as const) {
    expect(partsOf(look('', kind), null)).toEqual([])
  }
})

describe('a link', () => {
  const url = (value: string) => partsOf(look('URL', 'text'), value)[0]
  const email = (value: string) => partsOf(look('Email', 'text'), value)[0]

  test('leads to pages and mails', () => {
    for (const href of [
      'https://example.org/a?b=c#d',
      'http://localhost:8080',
      'HTTPS://EXAMPLE.ORG',
      'mailto:ada@example.org',
    ]) {
      expect(url(href)).toEqual({ is: 'link', text: href, href })
    }
    expect(email('ada@example.org')).toEqual({ is: 'link', text: 'ada@example.org', href: 'mailto:ada@example.org' })
    expect(email('jürgen?subject=x&y@bücher.example')).toMatchObject({
      href: 'mailto:j%C3%BCrgen%3Fsubject%3Dx%26y@b%C3%BCcher.example',
    })
  })

  test.each([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'JavaScript://example.org/%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'ftp://example.org/x',
    'blob:https://example.org/x',
    '//example.org',
    'example.org',
    'https://',
    'https://example.org/a b',
    'https://example.org/\nx',
    ' https://example.org',
  ])('does not come of %j', (value) => {
    expect(url(value)).toEqual({ is: 'text', text: value })
  })

  test.each(['ada', 'ada@', '@example.org', 'a@b@c', 'a b@example.org', 'javascript:alert(1)'])(
    'of a mail does not come of %j',
    (value) => {
      expect(email(value)).toEqual({ is: 'text', text: value })
    },
  )

  test('is made of URL and Email columns only', () => {
    expect(partsOf(look('SingleLineText', 'text'), 'https://example.org')).toEqual(text('https://example.org'))
  })
})

describe('a number', () => {
  test('is shown with every digit that it has', () => {
    for (const value of [0, -1.5, 0.1 + 0.2, 1e21, 5e-324, 9007199254740991]) {
      expect(partsOf(look('Decimal', 'number'), value)).toEqual(text(String(value)))
    }
    expect(partsOf(look('Percent', 'number'), 12.345)).toEqual(text('12.345\u00A0%'))
  })

  test.each([
    [{ currency_code: 'EUR', currency_locale: 'de' }, 1234.5, '1.234,50\u00A0€'],
    [{ currency_code: 'USD', currency_locale: 'en-US' }, -1234.56789, '-$1,234.56789'],
    [{ currency_code: 'JPY', currency_locale: 'en-US' }, 12, '¥12'],
    [{ currency_code: 'USD' }, 0.005, '$0.005'],
    [{ currency_code: 'USD' }, 1e-300, '1e-300'],
    [{ currency_code: 'USD' }, 0, '$0.00'],
    [null, 1234.5, '1234.5'],
    [{ currency_code: 'no such currency', currency_locale: 'en' }, 1234.5, '1234.5'],
    [{ currency_code: 'USD', currency_locale: 'not a locale' }, 1234.5, '1234.5'],
    [{ currency_code: 7, currency_locale: [] }, 1234.5, '1234.5'],
  ])('is money as its meta %j says', (meta, value, shown) => {
    expect(partsOf(look('Currency', 'number', meta), value)).toEqual(text(shown))
  })

  test.each([
    [0, '0:00:00'],
    [59, '0:00:59'],
    [5400, '1:30:00'],
    [-5400.25, '-1:30:00.25'],
    [360_000, '100:00:00'],
    [1e21, '1e+21\u00A0s'],
    [1e-7, '1e-7\u00A0s'],
    [1.5e-7, '1.5e-7\u00A0s'],
  ])('of seconds, %d, is the duration %s', (value, shown) => {
    expect(partsOf(look('Duration', 'number'), value)).toEqual(text(shown))
  })

  test.each([
    [3, null, { is: 'stars', text: '★★★☆☆', label: '3 of 5' }],
    [0, { max: 3 }, { is: 'stars', text: '☆☆☆', label: '0 of 3' }],
    [10, { max: 10 }, { is: 'stars', text: '★★★★★★★★★★', label: '10 of 10' }],
    [6, null, { is: 'text', text: '6' }],
    [-1, null, { is: 'text', text: '-1' }],
    [3, { max: 100 }, { is: 'text', text: '3' }],
    [3, { max: '4' }, { is: 'stars', text: '★★★☆', label: '3 of 4' }],
    [3, { max: 'many' }, { is: 'stars', text: '★★★☆☆', label: '3 of 5' }],
  ])('of stars, %d under the meta %j, is shown as such while they can be counted', (value, meta, part) => {
    expect(partsOf(look('Rating', 'integer', meta), value)).toEqual([part])
  })
})

test('a moment keeps its milliseconds', () => {
  const moment = (value: string) => partsOf(look('DateTime', 'datetime'), value)
  expect(moment('2024-05-01 10:00:00.123+00:00')).toEqual([
    { is: 'time', text: '2024-05-01 10:00:00.123', instant: '2024-05-01T10:00:00.123Z' },
  ])
  expect(moment('2024-05-01 10:00:00+00:00')).toEqual([
    { is: 'time', text: '2024-05-01 10:00:00', instant: '2024-05-01T10:00:00Z' },
  ])
  expect(moment('some day')).toEqual(text('some day'))
})

test('JSON looks like JSON, a text in it too', () => {
  const json = (value: unknown) => partsOf(look('JSON', 'json'), value)
  expect(json('123')).toEqual([{ is: 'code', text: '"123"' }])
  expect(json(123)).toEqual([{ is: 'code', text: '123' }])
  expect(json({ a: [1, null] })).toEqual([{ is: 'code', text: '{"a":[1,null]}' }])
})

test('options are chips, in the order in which they are stored', () => {
  expect(partsOf(look('MultiSelect', 'multiselect'), 'feb,jan')).toEqual([
    { is: 'chip', text: 'feb' },
    { is: 'chip', text: 'jan' },
  ])
  expect(partsOf(look('MultiSelect', 'multiselect'), '')).toEqual([])
})

test('a cell says whether a box is ticked, not ticked, or neither', () => {
  const box = (value: unknown) => partsOf(look('Checkbox', 'boolean'), value)
  expect([box(true), box(false), box(null)]).toEqual([
    [{ is: 'mark', icon: 'check', label: 'Yes' }],
    [{ is: 'mark', icon: 'box', label: 'No' }],
    [],
  ])
})

test('a long text is cut in a cell, and whole where all is asked for', () => {
  const column = look('LongText', 'text')
  const long = 'x'.repeat(301)
  expect([isCut(column, long), isCut(column, 'x'.repeat(300))]).toEqual([true, false])
  expect(partsOf(column, long)).toEqual(text(`${'x'.repeat(300)}…`))
  expect(partsOf(column, long, { whole: true })).toEqual(text(long))
})

test('line ends are those of HTML', () => {
  expect(partsOf(look('LongText', 'text'), 'a\r\nb\rc\nd')).toEqual(text('a\nb\nc\nd'))
})

test('a value as the text of an input', () => {
  expect(textOf({ kind: 'text' }, null)).toBe('')
  expect(textOf({ kind: 'text' }, ' a\r\nb')).toBe(' a\r\nb')
  expect(textOf({ kind: 'json' }, 'a')).toBe('"a"')
  expect(textOf({ kind: 'number' }, 1e21)).toBe('1e+21')
  expect(textOf({ kind: 'boolean' }, false)).toBe('false')
})

test('a long text is cut between characters, never inside one', () => {
  const column = look('LongText', 'text')
  expect(partsOf(column, `x${'🛒'.repeat(200)}`)).toEqual([{ is: 'text', text: `x${'🛒'.repeat(149)}…` }])
})
