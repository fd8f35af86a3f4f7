/** A table of every type that people fill, and rows that a form or a browser might change on the way. */

export const MONTHS = {
  colOptions: { options: [{ title: 'jan' }, { title: 'feb' }, { title: ' mar "q" ' }, { title: '__proto__' }] },
}

/** Every type that people fill, and titles that are traps. */
export const COLUMNS = [
  { title: 'Mark', uidt: 'SingleLineText' },
  { title: 'Line', uidt: 'SingleLineText' },
  { title: 'Text', uidt: 'LongText' },
  { title: 'Json', uidt: 'JSON' },
  { title: 'Files', uidt: 'Attachment' },
  { title: 'Tick', uidt: 'Checkbox' },
  { title: 'One', uidt: 'SingleSelect', ...MONTHS },
  { title: 'Many', uidt: 'MultiSelect', ...MONTHS },
  { title: 'Whole', uidt: 'Number' },
  { title: 'Decimal', uidt: 'Decimal' },
  { title: 'Money', uidt: 'Currency', meta: { currency_code: 'EUR', currency_locale: 'de' } },
  { title: 'Percent', uidt: 'Percent' },
  { title: 'Lasts', uidt: 'Duration' },
  { title: 'Stars', uidt: 'Rating' },
  { title: 'Year', uidt: 'Year' },
  { title: 'Day', uidt: 'Date' },
  { title: 'Moment', uidt: 'DateTime' },
  { title: 'Clock', uidt: 'Time' },
  { title: 'Mail', uidt: 'Email' },
  { title: 'Page', uidt: 'URL' },
  { title: 'Phone', uidt: 'PhoneNumber' },
  { title: 'Place', uidt: 'GeoData' },
  { title: '__proto__', uidt: 'SingleLineText' },
  { title: 'constructor', uidt: 'SingleLineText' },
]

const TEXTS = [
  'line1\nline2',
  'line1\r\nline2\r\n',
  'a\rb\r\nc\nd',
  '\nfirst line is empty',
  '\r\n\r\ntwo of them',
  '',
  ' blanks around ',
  '\t',
  `"' \` & &amp; < > </textarea> <script>`,
  '\u{1F600} e\u0301 \u202E rtl \uFEFF',
  '\u0001\u000B\u000C\u0085\u2028',
  'x'.repeat(100_000),
  '123',
  'null',
  'true',
]
const JSONS = [
  '123',
  'plain text',
  123,
  -0.5,
  true,
  false,
  [],
  {},
  { __proto__x: 1, a: [null, 'x\r\ny'] },
  [[[]]],
  '',
  'null',
  '\u{1F600}',
]
const NUMBERS = [0, -1, 1.5, 9007199254740991, -9007199254740991, 1e21 / 1e10, 1e-7, 0.1 + 0.2, 1e-300, 123456789.123]
const DAYS = ['2024-02-29', '0001-01-01', '9999-12-31', '0000-03-01']
const MOMENTS = [
  '2024-05-01 10:00:00+00:00',
  '2024-05-01 10:00:00.123Z',
  '0001-01-01 00:00:00+00:00',
  '9999-12-31 23:59:59+00:00',
  '0000-01-01 00:00:00+00:00',
  '2024-03-31 01:30:15+00:00',
]

const at = <Item>(items: readonly Item[], index: number): Item | null => items[index % items.length] ?? null

/** Rows that between them hold every one of those values; and one of nothing. */
export const ROWS = Array.from({ length: 15 }, (_, index) =>
  Object.fromEntries<unknown>([
    ['Mark', `row ${index}`],
    ['Line', at(TEXTS, index)],
    ['Text', at(TEXTS, index + 1)],
    ['Json', at(JSONS, index)],
    ['Files', [{ url: `x${index}` }]],
    ['Tick', at([true, false, null], index)],
    ['One', at(['jan', null, ' mar "q" ', '__proto__'], index)],
    ['Many', at(['feb,jan', '', null, 'jan', '__proto__, mar "q" ,feb,jan'], index)],
    ['Whole', at([0, -1, 9007199254740991, -9007199254740991, null], index)],
    ['Decimal', at(NUMBERS, index)],
    ['Money', at(NUMBERS, index + 1)],
    ['Percent', at(NUMBERS, index + 2)],
    ['Lasts', at(NUMBERS, index + 3)],
    ['Stars', at([0, 3, 5, null], index)],
    ['Year', at([0, 2024, 9999, null], index)],
    ['Day', at([...DAYS, null], index)],
    ['Moment', at([...MOMENTS, null], index)],
    ['Clock', at(['09:30:00', '09:30:00.250', '00:00:00', '23:59:59', null], index)],
    ['Mail', at(['ada@example.org', 'jürgen@bücher.example', 'no mail', ' a@b.example ', '', 'a\nb'], index)],
    ['Page', at(['https://example.org/?a=1&b=2#c', 'javascript:alert(1)', ' example.org ', '', 'x\r\ny'], index)],
    ['Phone', at(['+49 30 1234', ' (0) 1/2 ', '', '1\n2'], index)],
    ['Place', at(TEXTS, index + 4)],
    ['__proto__', at(TEXTS, index + 5)],
    ['constructor', at(TEXTS, index + 6)],
  ]),
)
