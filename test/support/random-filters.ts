/** Random rows and filters for test/worker/oracle.test.ts, and how the filters are written. All of them are valid. */
import {
  type Arbitrary,
  array,
  boolean,
  constant,
  constantFrom,
  double,
  integer,
  jsonValue,
  oneof,
  option,
  record,
  string,
  subarray,
  tuple,
} from 'fast-check'
import { type Table } from '../../src/data/types/column'
import { OPERATORS, type Operator, type OperatorName, isFor } from '../../src/data/query/operators'
import type { FilterTexts } from '../../src/data/query/query'
import { makeTable } from '../unit/query/table'
import { type Cell, type JoinText, type OracleCondition, type OracleItem, type OracleRow, isGroup } from './oracle'
import { COLUMN_TYPES, type ColumnType, type ValueKind } from '../../src/data/types/column-types'

export const TYPES = Object.keys(COLUMN_TYPES) as ColumnType[]

/** One column of each type, named like it. */
export const EVERYTHING: Table = makeTable(TYPES.map((type) => [type, type]))

/** A filter as it is sent: either part may be empty, not both. */
export interface RandomFilter {
  where: readonly OracleItem[]
  json: readonly OracleItem[]
  /** Conditions that no row meets are added until the values no longer fit into parameters of their own (binder.ts). */
  padded: boolean
  /** `where` begins with `@`, and its fields and values stand in quotes. */
  quoted: boolean
}

export interface Round {
  now: number
  rows: OracleRow[]
  filters: RandomFilter[]
}

/** Ends of months, a leap day, a new year; with and without fractions of a second. */
const NOWS = ['2024-02-29T23:59:59.999Z', '2026-03-31T12:00:00Z', '2025-01-01T00:00:00Z', '2025-10-30T06:30:15.250Z'].map(
  (text) => Date.parse(text),
)

const DAY = 86_400_000

const LONG_TEXT = 'A long text, longer than D1 lets a LIKE pattern be: Überlänge 📏.'

const LONG_TEXTS = [LONG_TEXT, LONG_TEXT.toUpperCase(), `a${LONG_TEXT} b`, 'aab'.repeat(20)]

const TEXTS = [
  ['', ' ', 'a', 'A', 'b', 'alpha', 'Alpha', 'ALPHA', ' alpha', 'alpha ', 'alphabet', 'a b', 'a  b'],
  ['ä', 'Ä', 'ÄÖ', 'a\u0308', 'ß', 'ẞ', 'İ', 'ı', '\u212a', 'k', 'K', 'ﬀ', 'é', 'É', 'ж', 'Ж', 'שלום', '日本語'],
  [
    'e\u0301',
    'E\u0301',
    'é É',
    'Über',
    'ÜBER',
    'u\u0308ber',
    'Łódź',
    'ŁÓDZ\u0301',
    'Привет',
    'ПРИВЕТ',
    'ΣΊΣΥΦΟΣ',
    'σίσυφος',
    '한',
    '한'.normalize('NFD'),
  ],
  ['C:\\dir', '\\%', '100\\%', 'a\\\\%b', '\\\\', 'a"b', '"a"', '"a", b', '5"'],
  ['📏', '📏a', '👨‍👩‍👧', '\ue000', '\ufffd', '\ufeff', '\ufeffa', '\u00a0', '\u2028', '\u{10ffff}', '\u007f', '\u0001'],
  ['%', '_', '100%', '10_', 'a_b', 'a!b', '!', '!%', '\\', `it's`, '"', '""', '`', '*', '[a-z]', '?', 'a\nb', '\t'],
  ['(', ')', '(a)', 'a (b), c', ',', 'a,b', 'a, b', ',a', 'a,', '~or', '0', '10', '9', '1.0', '-1', '1e3'],
  ['null', 'NULL', '[]', '{}', 'true', 'empty', 'today', '2026-03-31'],
].flat()

/** Texts that a wrong `like` mistakes for each other. */
const LIKE_TEXTS = [
  'ÉA',
  'e\u0301a',
  'Alpha',
  'alphabet',
  'ÄÖa',
  'äöA',
  'a_b',
  'aXb',
  'ab',
  '📏a',
  'a📏',
  'ba📏',
  'k',
  '\u212a',
  '100%',
  '1000',
]

const OPTION_TITLES = ['größe'.normalize('NFD'), 'red', 'Red', 'reddish', 'light red', 'green', 'größe', '📏', 'a%', 'x_y', '1']

const JSON_TEXTS = ['', 'null', '[]', '{}', '""', '0', 'false', '{"a":1}', '[{"url":"a"}]', '{"A":"ä,b"}', '[1,2]', '"\\"x"']

const noNul = (text: string): boolean => !text.includes('\0')

const text = oneof(
  { weight: 6, arbitrary: constantFrom(...LIKE_TEXTS) },
  { weight: 5, arbitrary: constantFrom(...TEXTS) },
  {
    weight: 3,
    arbitrary: string({
      unit: constantFrom('a', 'A', 'b', 'B', '%', '\\', '_', ' ', ',', '!', 'ä', 'Ä', 'a\u0308', '"', '📏'),
      maxLength: 5,
    }),
  },
  { weight: 1, arbitrary: string({ unit: 'binary', maxLength: 4 }).filter(noNul) },
  { weight: 2, arbitrary: constantFrom(...LONG_TEXTS) },
)

const wholeNumber = oneof(
  { weight: 3, arbitrary: integer({ min: -3, max: 12 }) },
  { weight: 1, arbitrary: constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 31, 2 ** 32, 1999, 2026) },
)

/** Integers beyond what a double holds exactly are refused in both directions. */
const isStorable = (value: number): boolean => !Number.isInteger(value) || Number.isSafeInteger(value)

const anyNumber = oneof(
  { weight: 2, arbitrary: wholeNumber },
  {
    weight: 3,
    arbitrary: constantFrom(
      0.1,
      0.2,
      0.3,
      0.1 + 0.2,
      -1.5,
      2.5,
      1 / 3,
      1e-7,
      5e-324,
      123456789.123,
      99.99,
      -0.001,
      0.00005,
      -0.0000123,
      0.0000015,
    ),
  },
  { weight: 1, arbitrary: double({ noNaN: true, noDefaultInfinity: true }).filter(isStorable) },
)

/** JSON and SQLite write these in the same way: no exponent, at most 15 digits. */
const shortNumber = integer({ min: -20_000, max: 20_000 }).map((value) => value / 1000)

/**
 * Columns of any double. What `like` finds in a number of 17 digits or with an exponent is SQLite's business (`1.0e-07`,
 * and not alike in all its versions), so it is asked about the other columns only.
 */
const ANY_DOUBLE: ReadonlySet<ColumnType> = new Set<ColumnType>(['Decimal', 'Currency'])

const moment = oneof(
  {
    weight: 4,
    arbitrary: tuple(
      constantFrom(...NOWS),
      constantFrom(0, 0, 1, 2, 7, 8, 28, 29, 30, 31, 365, 366),
      constantFrom(-1, 1),
      constantFrom(0, 0, -1000, 1000, 1, -250, 3_600_000, DAY / 2),
    ).map(([now, days, direction, ms]) => now + direction * days * DAY + ms),
  },
  {
    weight: 1,
    arbitrary: constantFrom('0000-01-01', '0099-12-31', '1969-12-31T23:59:59Z', '1970-01-01', '9999-12-31T23:59:59Z').map(
      Date.parse,
    ),
  },
)

/** With milliseconds where there are some. */
const isoOf = (ms: number): string => new Date(ms).toISOString().replace(/(?:\.000)?Z$/, '')

const storedDate = moment.map((ms) => isoOf(ms).slice(0, 10))

const storedDateTime = moment.map((ms) => `${isoOf(ms).replace('T', ' ')}+00:00`)

const time = tuple(
  constantFrom(0, 9, 10, 12, 23),
  constantFrom(0, 30, 59),
  constantFrom(0, 0, 1, 59),
  constantFrom('', '', '.001', '.250', '.999'),
).map(([hours, minutes, seconds, fraction]) => {
  return [hours, minutes, seconds].map((part) => String(part).padStart(2, '0')).join(':') + fraction
})

const json = oneof(
  { weight: 3, arbitrary: constantFrom(...JSON_TEXTS) },
  { weight: 1, arbitrary: jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)) },
).filter(noNul)

const CELLS: Readonly<Record<ValueKind, Arbitrary<string | number>>> = {
  text,
  integer: wholeNumber,
  number: anyNumber,
  boolean: constantFrom(0, 1),
  date: storedDate,
  datetime: storedDateTime,
  time,
  select: constantFrom('', 'red,green', 'green,📏,red', ...OPTION_TITLES),
  multiselect: subarray(OPTION_TITLES, { maxLength: 4 }).map((titles) => titles.join(',')),
  json,
}

function cellOf(type: ColumnType): Arbitrary<Cell> {
  if (type === 'Rating') return option(integer({ min: 0, max: 5 }), { freq: 3 })
  const { kind } = COLUMN_TYPES[type]
  return option(kind === 'number' && !ANY_DOUBLE.has(type) ? shortNumber : CELLS[kind], { freq: 7 })
}

const row = record(Object.fromEntries(TYPES.map((type) => [type, cellOf(type)]))) as Arbitrary<OracleRow>

/** Ids are 1, 2, … */
const rows = array(row, { minLength: 1, maxLength: 24, size: 'max' }).map((list) =>
  list.map((cells, index): OracleRow => ({ ...cells, ID: index + 1 })),
)

const isWritableNumber = (written: string): boolean => isStorable(Number(written)) || written.includes('e')

const numberText = oneof(
  anyNumber.map(String).filter(isWritableNumber),
  shortNumber.map(String),
  wholeNumber.map(String),
  constantFrom('+5', ' 5 ', '5.0', '2.50', '.5', '5.', '-0', '1e1', '1E3', '1e-7', '1e300', '0.30000000000000004', '007'),
)

const isoText = moment.chain((ms) => {
  const at = isoOf(ms)
  const day = at.slice(0, 10)
  const seconds = at.slice(0, 19)
  const edge = day.startsWith('0000') || day.startsWith('9999')
  const zones = edge ? ['Z', '+00:00'] : ['Z', '', '+02:00', '-0130', '+00:00', ' 05:30']
  return oneof(
    { weight: 2, arbitrary: constant(day) },
    { weight: 2, arbitrary: constantFrom(...zones).map((zone) => at + zone) },
    { weight: 1, arbitrary: constantFrom(...zones).map((zone) => at.replace('T', ' ') + zone) },
    { weight: 1, arbitrary: constantFrom(at.slice(0, 16), `${seconds}.999Z`, `${seconds}.123456789`, `${at.slice(0, 16)}Z`) },
  )
})

/** A date word and its argument. */
type Worded = readonly [word: string, argument: string | null]

const dayCount = constantFrom(0, 1, 2, 7, 28, 29, 30, 31, 59, 365, 366).map(String)

const dateWord: Arbitrary<Worded> = oneof(
  constantFrom('today', 'tomorrow', 'yesterday', 'oneWeekAgo', 'oneWeekFromNow', 'oneMonthAgo', 'oneMonthFromNow').map(
    (word): Worded => [word, null],
  ),
  tuple(constantFrom('daysAgo', 'daysFromNow'), dayCount),
  tuple(constant('exactDate'), isoText),
)

const dateWindow: Arbitrary<Worded> = oneof(
  constantFrom('pastWeek', 'pastMonth', 'pastYear', 'nextWeek', 'nextMonth', 'nextYear').map((word): Worded => [word, null]),
  tuple(constantFrom('pastNumberOfDays', 'nextNumberOfDays'), dayCount),
)

const written = ([word, argument]: Worded): string => (argument === null ? word : `${word},${argument}`)

const dateText = oneof(isoText, dateWord.map(written))

const jsonText = oneof(
  json,
  jsonValue({ maxDepth: 1 }).map((value) => JSON.stringify(value, null, 1)),
  constantFrom('{ "a": 1 }', '[ ]', 'no JSON', '{"a":1', 'null ', '"\\u00e4"'),
).filter(noNul)

const optionText = oneof(
  { weight: 4, arbitrary: constantFrom(...OPTION_TITLES) },
  { weight: 1, arbitrary: text },
  { weight: 1, arbitrary: constantFrom('red,green', 'RED', 'none', '') },
)

/** No cell has a lone surrogate, but `filterArrJson` can; it is a code point like others. */
const filterText = oneof({ weight: 30, arbitrary: text }, { weight: 1, arbitrary: constantFrom('\ud800', 'a\udc00') })

/** One value of each kind. */
const VALUES: Readonly<Record<ValueKind, Arbitrary<string>>> = {
  text: filterText,
  integer: numberText,
  number: numberText,
  boolean: constantFrom('true', 'false', '1', '0', 'TRUE', 'False', ' true '),
  date: dateText,
  datetime: dateText,
  time: oneof(
    time,
    time.map((at) => at.slice(0, 5)),
  ),
  select: optionText,
  multiselect: oneof(optionText, CELLS.multiselect.map(String)),
  json: jsonText,
}

/** Two or three pieces of a long text: at its ends or nearly so, beside each other, overlapping, or in the wrong order. */
const longPattern = tuple(
  constantFrom(...LONG_TEXTS),
  constantFrom(0, 0, 1, 9),
  integer({ min: 15, max: 40 }),
  constantFrom('', 'a', 'b', ' '),
  integer({ min: 0, max: 45 }),
  constantFrom(0, 0, 1, 9),
).map(([whole, from, until, between, again, left]) => {
  const characters = [...whole]
  const pieces = [characters.slice(from, until), [between], characters.slice(again, characters.length - left)]
  return pieces.map((piece) => piece.join('')).join('%')
})

/** Pieces of what is in the cells, with `%` in all places. */
function patternOf(type: ColumnType): Arbitrary<string> {
  const piece = tuple(
    oneof({ weight: 4, arbitrary: cellOf(type).map((cell) => String(cell ?? '')) }, { weight: 1, arbitrary: filterText }),
    integer({ min: 0, max: 4 }),
    integer({ min: 1, max: 30 }),
  ).map(([whole, from, length]) => [...whole].slice(from, from + length).join(''))
  const sign = constantFrom('', '%')
  return oneof(
    { weight: 4, arbitrary: tuple(sign, piece, sign).map((parts) => parts.join('')) },
    { weight: 2, arbitrary: tuple(sign, piece, constant('%'), piece, sign).map((parts) => parts.join('')) },
    {
      weight: COLUMN_TYPES[type].kind === 'text' ? 4 : 1,
      arbitrary: tuple(sign, longPattern, sign).map((parts) => parts.join('')),
    },
    {
      weight: 2,
      arbitrary: tuple(sign, constantFrom(...LIKE_TEXTS, 'äöa', '_', 'a_', 'a%_', 'A%B', 'a%📏', '📏', 'a📏', '📏'), sign).map(
        (parts) => parts.join(''),
      ),
    },
    { weight: 2, arbitrary: filterText },
    { weight: 1, arbitrary: constantFrom('', '%', '%%', '%a', 'A%', '.', '-', ':', '1', '0', '.0', 'e') },
  )
}

const isList = (value: string | readonly string[]): value is readonly string[] => Array.isArray(value)

/** A list: what its items are, and the text that says so; null where it is sent as an array. */
interface List {
  items: readonly string[]
  text: string | null
}

/** In quotes an item may be anything; without, it has no comma or parenthesis, begins with no quote, and is trimmed. */
const writtenItem = (item: Arbitrary<string>): Arbitrary<{ item: string; text: string }> =>
  tuple(item, constantFrom('""', String.raw`\"`), integer({ min: 0, max: 2 })).map(([value, quote, choice]) => {
    const trimmed = value.trim()
    if (choice > 0 && !/[,()]|^"/.test(trimmed)) return { item: trimmed, text: value }
    return { item: value, text: `"${value.replaceAll('\\', '\\\\').replaceAll('"', quote)}"` }
  })

/** A list as one text or as an array. */
function listOf(item: Arbitrary<string>, { length }: { length?: number } = {}): Arbitrary<List> {
  const sizes =
    length === undefined ? { minLength: 1, maxLength: 6, size: 'max' as const } : { minLength: length, maxLength: length }
  return oneof(
    tuple(array(writtenItem(item), sizes), constantFrom(',', ', ', ' ,')).map(([items, comma]): List => ({
      items: items.map((one) => one.item),
      text: items.map((one) => one.text).join(comma),
    })),
    array(item, sizes).map((items): List => ({ items, text: null })),
  )
}

const namesAnOption = ({ items }: List): boolean => items.some((item) => item !== '')

/** A condition, and how its list is written. */
interface WrittenCondition extends OracleCondition {
  text: string | null
}

type Value = Pick<WrittenCondition, 'word' | 'value' | 'text'>

const plain = (value: Arbitrary<string | null>): Arbitrary<Value> =>
  value.map((given) => ({ word: null, value: given, text: null }))

const listed = (list: Arbitrary<List>): Arbitrary<Value> =>
  list.map(({ items, text: written }) => ({ word: null, value: items, text: written }))

const worded = (from: Arbitrary<Worded>): Arbitrary<Value> =>
  oneof(
    from.map(([word, value]): Value => ({ word, value, text: null })),
    plain(from.map(written)),
  )

function valueOf(operator: OperatorName, type: ColumnType): Arbitrary<Value> {
  const { kind } = COLUMN_TYPES[type]
  const { means, value: takes }: Operator = OPERATORS[operator]
  const isDate = kind === 'date' || kind === 'datetime'
  if (takes === 'none') return plain(constantFrom(null, '', 'ignored'))
  if (means === 'within') return worded(dateWindow)
  if (means === 'is' || means === 'is not') {
    return plain(constantFrom('null', 'notnull', 'empty', 'notempty', ' null ', ...(kind === 'boolean' ? ['true', 'false'] : [])))
  }
  if (means === 'like') return plain(patternOf(type))
  if (means === 'all of' || means === 'any of') return listed(listOf(VALUES[kind]).filter(namesAnOption))
  if (means === 'between') return listed(listOf(VALUES[kind], { length: 2 }))
  if (takes === 'list') return listed(listOf(VALUES[kind]))
  return isDate ? oneof(plain(VALUES[kind]), worded(dateWord)) : plain(VALUES[kind])
}

/** `eq Number`, `like JSON`, …: all that are allowed, but see ANY_DOUBLE. */
export const PAIRS = Object.entries(OPERATORS).flatMap(([name, operator]) =>
  TYPES.filter((type) => isFor(operator, { type }))
    .filter((type) => operator.means !== 'like' || !ANY_DOUBLE.has(type))
    .map((field) => [name as OperatorName, field] as const),
)

/** There are a dozen types of text and one of dates. */
const weightOf = (type: ColumnType): number =>
  TYPES.filter((other) => COLUMN_TYPES[other].kind === COLUMN_TYPES[type].kind).length < 3 ? 3 : 1

/** Of these most values select nothing, or everything. */
const HARD: ReadonlySet<OperatorName> = new Set<OperatorName>(['like', 'nlike', 'isWithin'])

const condition = oneof(
  ...PAIRS.map(([operator, field]) => ({
    weight: weightOf(field) * (HARD.has(operator) ? 4 : 1),
    arbitrary: valueOf(operator, field).map((value): WrittenCondition => ({ field, operator, ...value })),
  })),
)

/** What `where` cannot say: lists that are no text, a lone parenthesis. (Lone surrogates cannot be in a URL.) */
function fitsWhere({ value, word, text: written }: WrittenCondition): boolean {
  if (value !== null && typeof value !== 'string') return written?.isWellFormed() ?? false
  let depth = 0
  for (const character of value ?? '') {
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (depth < 0) return false
  }
  return depth === 0 && (value ?? word ?? '').isWellFormed()
}

const JOINS: readonly JoinText[] = ['', '~and', '~or', '~not', '~andnot', '~ornot', '~and~not', '~or~not']

function chainOf(leaf: Arbitrary<WrittenCondition>): Arbitrary<readonly OracleItem[]> {
  const items = (node: Arbitrary<OracleItem['node']>): Arbitrary<readonly OracleItem[]> =>
    array(record({ join: constantFrom(...JOINS), node }), { minLength: 1, maxLength: 3, size: 'max' })
  const nested = (group: Arbitrary<readonly OracleItem[]>): Arbitrary<readonly OracleItem[]> =>
    items(oneof({ weight: 3, arbitrary: leaf }, { weight: 1, arbitrary: group }))
  return oneof(
    { weight: 2, arbitrary: leaf.map((node): readonly OracleItem[] => [{ join: '', node }]) },
    { weight: 3, arbitrary: nested(nested(nested(items(leaf)))) },
  )
}

const whereItems = chainOf(condition.filter(fitsWhere))
const jsonItems = chainOf(condition)
const nothing = constant<readonly OracleItem[]>([])

const filter: Arbitrary<RandomFilter> = oneof(
  { weight: 4, arbitrary: record({ where: whereItems, json: nothing, padded: constant(false), quoted: boolean() }) },
  { weight: 4, arbitrary: record({ where: nothing, json: jsonItems, padded: constant(false), quoted: constant(false) }) },
  { weight: 1, arbitrary: record({ where: whereItems, json: jsonItems, padded: constant(false), quoted: constant(false) }) },
  { weight: 1, arbitrary: record({ where: nothing, json: jsonItems, padded: constant(true), quoted: constant(false) }) },
)

/** A table of rows, and filters for it. */
export const roundOf = (filters: number): Arbitrary<Round> =>
  record({ now: constantFrom(...NOWS), rows, filters: array(filter, { minLength: filters, maxLength: filters }) })

/** What the filter means: both parts hold. */
export function meaningOf({ where, json }: RandomFilter): OracleItem[] {
  return [where, json].filter((items) => items.length > 0).map((node) => ({ join: '', node }))
}

export function conditionsOf(items: readonly OracleItem[]): OracleCondition[] {
  return items.flatMap(({ node }) => (isGroup(node) ? conditionsOf(node) : [node]))
}

const PADDING = Array.from({ length: 81 }, (_, index) => ({
  logical_op: 'or',
  fk_column_id: idOf('ID'),
  comparison_op: 'lt',
  value: -index,
}))

/** The filter as a client sends it. */
export function writeFilter({ where, json, padded, quoted }: RandomFilter): FilterTexts {
  const filters = json.map(jsonItem)
  const padding = padded ? [{ children: filters }, ...PADDING] : filters
  const text = where.map((item) => whereItem(item, quoted)).join('')
  return { where: `${quoted ? '@' : ''}${text}`, filterArrJson: json.length === 0 ? '' : JSON.stringify(padding) }
}

function whereItem({ join, node }: OracleItem, quoted: boolean): string {
  if (isGroup(node)) return `${join}(${node.map((item) => whereItem(item, quoted)).join('')})`
  const { field, operator, word, value } = node
  const put = (text: string): string => (quoted ? `"${text.replaceAll('\\', '\\\\').replaceAll('"', '""')}"` : text)
  const written = textOf(node) ?? (typeof value === 'string' ? put(value) : null)
  return `${join}(${[put(field), operator, word, written].filter((part) => part !== null).join(',')})`
}

/** The text of a list. */
function textOf(condition: OracleCondition): string | null {
  return 'text' in condition && typeof condition.text === 'string' ? condition.text : null
}

function jsonItem({ join, node }: OracleItem): unknown {
  const negated = join.endsWith('not')
  if (join.startsWith('~or')) return { logical_op: 'or', children: [{ logical_op: negated ? 'not' : 'and', ...jsonNode(node) }] }
  return { logical_op: negated ? 'not' : 'and', ...jsonNode(node) }
}

function jsonNode(node: OracleItem['node']): Record<string, unknown> {
  if (isGroup(node)) return { is_group: true, children: node.map(jsonItem) }
  const { field, operator, word, value } = node
  const scalar = (item: string): string | number => (String(Number(item)) === item ? Number(item) : item)
  return {
    fk_column_id: idOf(field),
    comparison_op: operator,
    ...(word === null ? {} : { comparison_sub_op: word }),
    value: textOf(node) ?? (value === null ? null : isList(value) ? value.map(scalar) : scalar(value)),
  }
}

function idOf(type: ColumnType): string {
  return `cl_${TYPES.indexOf(type) + 1}`
}
