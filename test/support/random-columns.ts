/** Columns of every type as clients ask for them, and values that they hold: what test/worker/properties.test.ts is about. */
import {
  type Arbitrary,
  array,
  boolean,
  constant,
  constantFrom,
  date,
  dictionary,
  double,
  integer,
  jsonValue,
  maxSafeInteger,
  oneof,
  option,
  record,
  string,
  subarray,
  tuple,
  uniqueArray,
} from 'fast-check'
import { COLUMN_TYPES, type ColumnType } from '../../src/data/types/column-types'

export const TYPES = Object.keys(COLUMN_TYPES) as ColumnType[]

/** A body of POST …/columns, or a member of `columns`. */
export interface ColumnWish {
  title: string
  column_name?: string
  uidt: ColumnType
  pk: false
  rqd: boolean
  unique: boolean
  cdf: string | number | boolean | null
  meta: Record<string, unknown> | null
  order: number
  colOptions: { options: { title: string; color?: string }[] } | null
}

const OPTION_TITLES = [
  'open',
  'in progress',
  "it's",
  'a"b',
  '100%',
  'Größe',
  'cafe\u0301',
  '📏',
  ' padded ',
  '(x)~or(y)',
  '__proto__',
  '0',
]

// oxlint-disable-next-line no-control-regex -- titles hold none
const withoutControls = (text: string): boolean => !/[\u0000-\u001f\u007f]/.test(text) && text.isWellFormed()

const text = oneof(
  string({ unit: 'grapheme', maxLength: 30 }),
  constantFrom(
    '',
    ' ',
    '  two  blanks ',
    'line1\nline2',
    'a\r\nb',
    '\ttab',
    'null',
    'true',
    '0',
    '{"a":1}',
    '=1+1',
    "'quoted",
    'cafe\u0301',
  ),
)

const year = integer({ min: 0, max: 9999 })
const moment = date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true }).map((at) =>
  at.toISOString(),
)
const exactNumber = oneof(
  double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value)),
  integer({ min: -1000, max: 1000 }),
  constantFrom(0.1, 1.005, -0, 5e-324, 123456789.01),
)

/** A value of the type, null apart. `options`: those of the column; `stars`: of a rating; `checked`: whether it is validated. */
function valueOf(type: ColumnType, { options, stars, checked }: Shape): Arbitrary<unknown> {
  switch (type) {
    case 'Rating':
      return integer({ min: 0, max: stars })
    case 'Year':
      return year
    case 'Email':
      return checked ? constantFrom('ada@example.org', 'jürgen@müller.de', "o'brien+x@a-b.example") : text
    case 'URL':
      return checked ? constantFrom('https://example.org/x?a=b#c', 'example.org', 'http://пример.рф/ü') : text
    case 'PhoneNumber':
      return checked ? constantFrom('+49 (0) 30 / 1234-56', '112', '(030) 1234') : text
    default:
      return VALUES[COLUMN_TYPES[type].kind](options)
  }
}

const VALUES = {
  text: () => text,
  integer: () => oneof(maxSafeInteger(), integer({ min: -9, max: 9 })),
  number: () => exactNumber,
  boolean: () => boolean(),
  date: () => moment.map((at) => at.slice(0, 10)),
  datetime: () =>
    oneof(
      moment,
      moment.map((at) => at.slice(0, 19)),
      moment.map((at) => `${at.slice(0, 23)}456+00:00`),
    ),
  time: () =>
    oneof(
      moment.map((at) => at.slice(11, 23)),
      moment.map((at) => at.slice(11, 16)),
    ),
  select: (options: readonly string[]) => (options.length === 0 ? constant(null) : constantFrom(...options)),
  multiselect: (options: readonly string[]) =>
    oneof(
      subarray([...options]),
      subarray([...options]).map((titles) => titles.join(',')),
    ),
  json: () =>
    oneof(
      jsonValue({ maxDepth: 3 }).filter((value) => value !== null),
      constantFrom('', '"', '123', '[]', [], {}, 'plain text', '{"a": 1}', [null]),
    ),
} as const satisfies Record<string, (options: readonly string[]) => Arbitrary<unknown>>

interface Shape {
  options: readonly string[]
  stars: number
  checked: boolean
}

export function shapeOf(wish: ColumnWish): Shape {
  const max = wish.meta?.['max']
  return {
    options: wish.colOptions?.options.map(({ title }) => title.normalize()) ?? [],
    stars: typeof max === 'number' ? max : 5,
    checked: wish.meta?.['validate'] === true,
  }
}

/** Values as `cdf` says them. */
function defaultOf(type: ColumnType, shape: Shape): Arbitrary<ColumnWish['cdf']> {
  const { kind } = COLUMN_TYPES[type]
  const written = valueOf(type, shape).map((value): ColumnWish['cdf'] => {
    if (kind === 'json') return JSON.stringify(value)
    return Array.isArray(value) ? value.join(',') : (value as ColumnWish['cdf'])
  })
  const isDate = kind === 'date' || kind === 'datetime'
  return option(isDate ? oneof(written, constant('CURRENT_TIMESTAMP')) : written, { freq: 2 })
}

const title = oneof(
  { weight: 2, arbitrary: string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter(withoutControls) },
  { weight: 1, arbitrary: constantFrom('Created At', 'a,b', '-x', 'a/b', '~and', 'cafe\u0301', '__proto__', 'Title', 'ID') },
)

const meta = (type: ColumnType): Arbitrary<Record<string, unknown> | null> =>
  option(
    record(
      {
        index: boolean(),
        validate: boolean(),
        max: type === 'Rating' ? integer({ min: 1, max: 12 }) : jsonValue({ maxDepth: 1 }),
        icon: dictionary(string({ maxLength: 3 }), jsonValue({ maxDepth: 1 }), { maxKeys: 2 }),
      },
      { requiredKeys: [] },
    ),
    { freq: 4 },
  )

const optionsOf = (type: ColumnType): Arbitrary<ColumnWish['colOptions']> => {
  if (type !== 'SingleSelect' && type !== 'MultiSelect') return constant(null)
  const titles = type === 'MultiSelect' ? OPTION_TITLES : [...OPTION_TITLES, 'a,b', ',']
  const one = record({ title: constantFrom(...titles), color: option(constantFrom('#cfdffe', 'red'), { nil: undefined }) })
  const options = uniqueArray(one, { selector: (each) => each.title.normalize(), maxLength: 6 })
  return options.map((list) => ({
    options: list.map(({ title: name, color }) => (color === undefined ? { title: name } : { title: name, color })),
  }))
}

/** `place` makes the names differ. */
function columnOf(type: ColumnType, place: number): Arbitrary<ColumnWish> {
  return tuple(meta(type), optionsOf(type)).chain(([metaOfColumn, colOptions]) =>
    record({
      title: title.map((name) => `${place} ${name}`.trim().normalize()),
      column_name: constant(`c${place}`),
      uidt: constant(type),
      pk: constant(false as const),
      rqd: boolean(),
      unique: boolean(),
      cdf: defaultOf(type, shapeOf({ meta: metaOfColumn, colOptions } as ColumnWish)),
      meta: constant(metaOfColumn),
      order: integer({ min: -5, max: 200 }),
      colOptions: constant(colOptions),
    }),
  )
}

/** A column of each type. */
export const columns: Arbitrary<ColumnWish[]> = tuple(...TYPES.map((type, place) => columnOf(type, place)))

/** A row that the columns take, by title: a value for each that a client fills. */
export function rowOf(wishes: readonly ColumnWish[], nulls: boolean): Arbitrary<Record<string, unknown>> {
  const filled = wishes.filter(({ uidt }) => uidt !== 'CreateTime' && uidt !== 'LastModifiedTime')
  const values = filled.map((wish) => {
    const value = valueOf(wish.uidt, shapeOf(wish))
    return nulls && !wish.rqd ? option(value, { freq: 6 }) : value
  })
  return tuple(...values).map((row) => Object.fromEntries(filled.map((wish, index) => [wish.title, row[index]])))
}

/** One member of a column with another value: alone, or in the column as it was read. */
export const change: Arbitrary<{ member: string; value: (column: Record<string, unknown>) => unknown; whole: boolean }> = tuple(
  oneof(
    constantFrom<[string, (column: Record<string, unknown>) => unknown]>(
      ['title', ({ title: name }) => `${String(name)} 2`],
      ['column_name', ({ column_name: name }) => `${String(name)}_2`],
      ['rqd', ({ rqd }) => rqd !== true],
      ['unique', ({ unique }) => unique !== true],
      ['order', ({ order }) => Number(order) + 0.5],
      ['pv', () => true],
      ['meta', () => null],
      ['meta', () => ({ validate: true, index: true, max: 3 })],
      ['cdf', () => null],
      ['dtxp', () => "'other','it''s'"],
      ['colOptions', () => ({ options: [{ title: 'other' }] })],
      ['colOptions', () => ({ options: [] })],
    ),
    constantFrom(...TYPES).map((type): [string, () => unknown] => ['uidt', () => type]),
  ),
  boolean(),
).map(([[member, value], whole]) => ({ member, value, whole }))

/** Keys of one text that a path has to carry: what means something to paths, and anything else. */
const textKey: Arbitrary<string> = oneof(
  constantFrom(
    '/',
    'a/b',
    '%',
    '%2F',
    '%00',
    'a b',
    ' ',
    '...',
    '.a',
    'a.',
    'a___b',
    '_',
    '?x=1',
    '#x',
    '&',
    '+',
    ';',
    '\\',
    '"',
    "'",
  ),
  constantFrom(
    'count',
    'find-one',
    'groupby',
    'group',
    'views',
    'export',
    'bulk',
    'exist',
    'count/',
    'Count',
    '__proto__',
    'null',
    '0',
  ),
  constantFrom(
    'ü',
    'cafe\u0301',
    'caf\u00e9',
    '📏',
    '\u{10ffff}',
    '\ufeff',
    'שלום',
    '\u202e',
    '\u0001',
    '\n',
    '\r\n',
    '\t',
    '\u007f',
    '\u0085',
  ),
  string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  tuple(constantFrom('a', '/', 'ü', '📏'), integer({ min: 200, max: 20_000 })).map(([unit, length]) => unit.repeat(length)),
).filter((key) => !key.includes('\0') && key.isWellFormed())

export const textKeys: Arbitrary<string[]> = uniqueArray(textKey, { minLength: 5, maxLength: 25, size: 'max' })

/** Keys of one type of each other kind that can be a key. */
export const keysOf = tuple(
  ...(
    ['Number', 'Decimal', 'Rating', 'Year', 'Checkbox', 'Date', 'DateTime', 'Time', 'SingleSelect', 'MultiSelect'] as const
  ).map((uidt) => {
    const colOptions = { options: OPTION_TITLES.map((name) => ({ title: name })) }
    const values = valueOf(uidt, { options: OPTION_TITLES.map((name) => name.normalize()), stars: 5, checked: false })
    const given = values.filter((value) => value !== '' && JSON.stringify(value) !== '[]')
    return array(given, { minLength: 3, maxLength: 6 }).map((keys) => ({ wish: { uidt, colOptions }, keys }))
  }),
)
