/**
 * What a filter selects, worked out in plain JavaScript from the contract (docs/contract/api-v1.md 0.6, 4.4) and nothing of src/data/query:
 * the other opinion that test/worker/oracle.test.ts compares the SQL with. It takes filters as they were written, before any
 * parser saw them, so that all between the text and the rows is compared. Slow and obvious on purpose.
 */
import { COLUMN_TYPES, type ColumnType, type ValueKind } from '../../src/data/types/column-types'
import type { OperatorName } from '../../src/data/query/operators'

/** As it is stored. */
export type Cell = string | number | null

/** A row of a table that has one column of each type, named like its type. */
export type OracleRow = Readonly<Record<ColumnType, Cell>>

export interface OracleCondition {
  field: ColumnType
  operator: OperatorName
  /** A date word in front of the value, or null. */
  word: string | null
  /** Of a list: its items, whatever way they are written in. */
  value: string | readonly string[] | null
}

export type JoinText = '' | '~and' | '~or' | '~not' | '~andnot' | '~ornot' | '~and~not' | '~or~not'

/** A condition or a group, and what is written before it. */
export interface OracleItem {
  join: JoinText
  node: OracleCondition | readonly OracleItem[]
}

/** true, false, or SQL's NULL: not known. */
type Truth = boolean | null

/** Whether a row is selected: what is not known is not. `now` in ms. */
export function selects(items: readonly OracleItem[], row: OracleRow, now: number): boolean {
  return chainHolds(items, row, now) === true
}

/** AND binds tighter than OR; the word before the first item joins nothing. */
function chainHolds(items: readonly OracleItem[], row: OracleRow, now: number): Truth {
  const runs: Truth[][] = []
  for (const { join, node } of items) {
    const plain = isGroup(node) ? chainHolds(node, row, now) : conditionHolds(node, row, now)
    const truth = join.endsWith('not') ? opposite(plain) : plain
    const run = join.startsWith('~or') ? undefined : runs.at(-1)
    if (run === undefined) runs.push([truth])
    else run.push(truth)
  }
  return anyOf(runs.map(allOf))
}

export function isGroup(node: OracleItem['node']): node is readonly OracleItem[] {
  return Array.isArray(node)
}

function allOf(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false
  return truths.includes(null) ? null : true
}

function anyOf(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true
  return truths.includes(null) ? null : false
}

/** Contract 0.6: the negative operators, and `~not`, select what the positive one does not, NULL included. */
function opposite(truth: Truth): Truth {
  return truth !== true
}

function conditionHolds(condition: OracleCondition, row: OracleRow, now: number): Truth {
  const { field, operator } = condition
  const { kind } = COLUMN_TYPES[field]
  const cell = row[field]
  const compared = field === 'Rating' ? (cell ?? 0) : cell
  const text = [condition.word, condition.value].filter((part) => part !== null).join(',')
  const items: readonly string[] = isTextValue(condition.value) ? [] : condition.value
  /** Where the cell stands: -1 before what the text names, 0 in it, 1 after it; null for NULL. */
  const side = (what: string): number | null => (compared === null ? null : sideOf(kind, compared, what, now))
  const known = (what: string, test: (place: number) => boolean): Truth => {
    const place = side(what)
    return place === null ? null : test(place)
  }
  const equal = (what: string): Truth => {
    if (cell === null || !TEXT_KINDS.has(kind)) return known(what, (place) => place === 0)
    return writtenLike(kind, what).includes(String(cell))
  }
  const atLeast = (what: string): Truth => known(what, (place) => place >= 0)
  const atMost = (what: string): Truth => known(what, (place) => place <= 0)
  const between = (): Truth => allOf([atLeast(items[0] ?? ''), atMost(items[1] ?? '')])
  const options = items.filter((item) => item !== '')
  /** A SingleSelect cell is an option as a whole, whatever commas it has. */
  const has = (item: string): Truth => (kind === 'select' ? equal(item) : hasOption(cell, item))

  switch (operator) {
    case 'eq':
      return equal(text)
    case 'neq':
    case 'not':
      return opposite(equal(text))
    case 'gt':
      return known(text, (place) => place > 0)
    case 'lt':
      return known(text, (place) => place < 0)
    case 'ge':
    case 'gte':
      return atLeast(text)
    case 'le':
    case 'lte':
      return atMost(text)
    case 'in':
      return anyOf(items.map(equal))
    case 'btw':
      return between()
    case 'nbtw':
      return opposite(between())
    case 'like':
      return isLike(kind, cell, text)
    case 'nlike':
      return opposite(isLike(kind, cell, text))
    case 'is':
      return hasState(kind, cell, text.trim())
    case 'isnot':
      return hasState(kind, cell, OPPOSITE_STATES[text.trim()] ?? '')
    case 'null':
    case 'notnull':
    case 'empty':
    case 'notempty':
      return hasState(kind, cell, operator)
    case 'blank':
      return isBlank(kind, cell)
    case 'notblank':
      return !isBlank(kind, cell)
    case 'checked':
      return cell === 1
    case 'notchecked':
      return cell !== 1
    case 'anyof':
      return anyOf(options.map(has))
    case 'nanyof':
      return opposite(anyOf(options.map(has)))
    case 'allof':
      return allOf(options.map(has))
    case 'nallof':
      return opposite(allOf(options.map(has)))
    case 'isWithin':
      return typeof cell === 'string' ? isWithin(kind, cell, text, now) : null
  }
}

const TEXT_KINDS: ReadonlySet<ValueKind> = new Set<ValueKind>(['text', 'select', 'multiselect', 'json'])

const OPPOSITE_STATES: Readonly<Record<string, string>> = {
  null: 'notnull',
  notnull: 'null',
  empty: 'notempty',
  notempty: 'empty',
  true: 'nottrue',
  false: 'notfalse',
}

function isTextValue(value: OracleCondition['value']): value is string | null {
  return !Array.isArray(value)
}

/** Both Unicode forms of a text are that text. As JSON it is both what it says and the string of it. */
function writtenLike(kind: ValueKind, text: string): string[] {
  const meant = kind === 'json' ? [canonicalJson(text), JSON.stringify(text)] : [text]
  return meant.flatMap((one) => [one, one.normalize('NFC'), one.normalize('NFD')])
}

/** What cannot hold an empty text is empty when it is NULL; the null and the empty text of JSON are a null and an empty text. */
function hasState(kind: ValueKind, cell: Cell, state: string): boolean {
  const isNull = cell === null || (kind === 'json' && cell === 'null')
  const isEmpty = TEXT_KINDS.has(kind) ? cell === '' || (kind === 'json' && cell === '""') : isNull
  switch (state) {
    case 'null':
      return isNull
    case 'notnull':
      return !isNull
    case 'empty':
      return isEmpty
    case 'notempty':
      return !isNull && !isEmpty
    case 'true':
      return cell === 1
    case 'false':
      return cell === 0
    case 'nottrue':
      return cell !== 1
    case 'notfalse':
      return cell !== 0
    default:
      throw new Error(`the oracle knows no state "${state}"`)
  }
}

function isBlank(kind: ValueKind, cell: Cell): boolean {
  return hasState(kind, cell, 'null') || hasState(kind, cell, 'empty') || (kind === 'json' && cell === '[]')
}

/** Contract 4.4: `,cell,` contains `,item,`, in either of its Unicode forms. */
function hasOption(cell: Cell, item: string): Truth {
  return cell === null ? null : writtenLike('text', item).some((form) => `,${cell},`.includes(`,${form},`))
}

/** `%` is any text unless a backslash stands before it, `_` is itself; without `%` at either end the value may stand anywhere. */
function isLike(kind: ValueKind, cell: Cell, value: string): Truth {
  if (cell === null || (kind === 'json' && cell === 'null' && /^%*$/.test(value))) return null
  const tokens = value.match(/\\+(?=%)|%|[^\\%]+|\\+/g) ?? []
  const pieces = ['']
  for (const [index, token] of tokens.entries()) {
    const slashes = tokens[index - 1]?.startsWith('\\') === true ? tokens[index - 1]?.length : 0
    if (token === '%' && Number(slashes) % 2 === 0) pieces.push('')
    else {
      const isBeforePercent = token.startsWith('\\') && tokens[index + 1] === '%'
      pieces.push(`${pieces.pop()}${isBeforePercent ? token.slice(Math.ceil(token.length / 2)) : token}`)
    }
  }
  const isAnywhere = pieces.length === 1 || (pieces[0] !== '' && pieces.at(-1) !== '')
  const letters = lettersOf(pieces.join('%'))
  const source = (isAnywhere ? ['', ...pieces, ''] : pieces).map((piece) => escapeRegExp(asOneForm(piece, letters))).join('[^]*')
  return shownTexts(kind, cell).some((text) => new RegExp(`^${source}$`, 'u').test(asOneForm(text, letters)))
}

/** What the JSON of the row shows: of JSON its text, and of a string the string itself. */
function shownTexts(kind: ValueKind, cell: string | number): string[] {
  if (kind !== 'json') return [String(cell)]
  try {
    const value: unknown = JSON.parse(String(cell))
    return typeof value === 'string' ? [String(cell), value] : [String(cell)]
  } catch {
    return [String(cell)]
  }
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}

/** The letters of a value beyond ASCII, with their marks, in all forms: in upper and lower case, composed and not. */
function lettersOf(value: string): string[] {
  const clusters = [value, value.normalize('NFC')].flatMap((text) => text.match(/\P{M}\p{M}*|\p{M}+/gu) ?? [])
  const letters = clusters.filter((cluster) => (cluster.codePointAt(0) ?? 0) > 127 || cluster.length > 1)
  const forms = letters.flatMap((letter) => [
    letter,
    ...cases(letter.normalize('NFC')).flatMap((one) => [one, one.normalize('NFD')]),
  ])
  return forms.map(foldAscii).toSorted((one, other) => other.length - one.length)
}

function cases(letter: string): string[] {
  const upper = mapEach(letter, (one) => one.toUpperCase())
  const known = lowerCase(upper) === lowerCase(letter) ? [letter, upper, lowerCase(letter)] : [letter, lowerCase(letter)]
  return [...known, ...known.map((one) => one.replace('σ', 'ς')), ...known.map((one) => one.replace('ß', 'ẞ'))]
}

/** The text with each of those letters in the one form in which it is compared; ASCII letters have two cases anyway. */
function asOneForm(text: string, letters: readonly string[]): string {
  const folded = foldAscii(text)
  if (letters.length === 0) return folded
  const any = new RegExp(letters.map(escapeRegExp).join('|'), 'gu')
  return folded.replaceAll(any, (letter) => lowerCase(letter.normalize('NFC')))
}

function lowerCase(text: string): string {
  return mapEach(text, (one) => one.toLowerCase()).replaceAll('ς', 'σ')
}

/** What would become two characters stays one. */
function mapEach(text: string, change: (character: string) => string): string {
  return Array.from(text, (one) => ([...change(one)].length === 1 ? change(one) : one)).join('')
}

function foldAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 32))
}

function sideOf(kind: ValueKind, cell: string | number, text: string, now: number): number {
  switch (kind) {
    case 'integer':
    case 'number':
      return compareNumbers(Number(cell), Number(text))
    case 'boolean':
      return Number(cell) - (['true', '1'].includes(text.trim().toLowerCase()) ? 1 : 0)
    case 'date':
    case 'datetime':
      return sideOfSpan(momentOf(String(cell)), readSpan(kind, text, now))
    case 'time':
      return secondOf(String(cell)) - secondOf(text)
    case 'json':
      return compareTexts(String(cell), canonicalJson(text))
    case 'text':
    case 'select':
    case 'multiselect':
      return compareTexts(String(cell), text)
  }
}

/** Not their difference, which is none for two that are too close to each other. */
export function compareNumbers(one: number, other: number): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

/** By code points, which is the order of UTF-8's bytes and not that of JavaScript's strings. */
export function compareTexts(one: string, other: string): number {
  const [left, right] = [codePoints(one), codePoints(other)]
  const difference = left.findIndex((point, index) => point !== right[index])
  return difference < 0 ? left.length - right.length : (left[difference] ?? 0) - (right[difference] ?? -1)
}

function codePoints(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0)
}

function canonicalJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}

function secondOf(text: string): number {
  const [hours, minutes, seconds = '0'] = text.trim().split(':')
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

const DAY = 86_400_000

/** Milliseconds, the end not included. */
interface Span {
  from: number
  to: number
}

function sideOfSpan(moment: number, { from, to }: Span): number {
  if (moment < from) return -1
  return moment < to ? 0 : 1
}

/** Of a stored date or date-time. */
function momentOf(cell: string): number {
  return Date.parse(cell.length === 10 ? `${cell}T00:00:00Z` : cell.replace(' ', 'T'))
}

function dayAround(moment: number): Span {
  const from = Math.floor(moment / DAY) * DAY
  return { from, to: from + DAY }
}

/** Stored date-times have whole milliseconds. */
function instantAround(moment: number): Span {
  return { from: moment, to: moment + 1 }
}

/** A day lasts a day, in UTC; a moment is an instant, and against a Date column the day it lies in. */
function readSpan(kind: 'date' | 'datetime', text: string, now: number): Span {
  const [word = '', argument = ''] = text.split(',').map((part) => part.trim())
  switch (word) {
    case 'exactDate':
      return readIsoSpan(kind, argument)
    case 'today':
      return dayAround(now)
    case 'tomorrow':
      return dayAround(now + DAY)
    case 'yesterday':
      return dayAround(now - DAY)
    case 'oneWeekAgo':
      return dayAround(now - 7 * DAY)
    case 'oneWeekFromNow':
      return dayAround(now + 7 * DAY)
    case 'oneMonthAgo':
      return dayAround(addMonths(now, -1))
    case 'oneMonthFromNow':
      return dayAround(addMonths(now, 1))
    case 'daysAgo':
      return dayAround(now - Number(argument) * DAY)
    case 'daysFromNow':
      return dayAround(now + Number(argument) * DAY)
    default:
      return readIsoSpan(kind, word)
  }
}

function readIsoSpan(kind: 'date' | 'datetime', text: string): Span {
  if (text.length === 10) return dayAround(Date.parse(text))
  // Without an offset a time is UTC; a blank before one is a plus that a query string lost; its colon may be left out.
  const [, day, time, offset = 'Z'] = /^(.{10})[T ]([\d:.]+)(.*)$/.exec(text) ?? []
  const zone = offset === '' || offset === 'Z' ? 'Z' : offset.replace(' ', '+').replace(/(\d\d):?(\d\d)$/, '$1:$2')
  const moment = Date.parse(`${day}T${time}${zone}`)
  return kind === 'date' ? dayAround(moment) : instantAround(moment)
}

/** 31 March less a month is the last day of February. */
function addMonths(moment: number, months: number): number {
  const at = new Date(moment)
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth() + months]
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(at.getUTCDate(), lastDay)) + (moment % DAY)
}

/** From now to the other end or from there to now, both included: as days for dates, to the instant for date-times. */
function isWithin(kind: ValueKind, cell: string, text: string, now: number): boolean {
  const [word = '', argument = ''] = text.split(',').map((part) => part.trim())
  const ends: Readonly<Record<string, number>> = {
    pastWeek: now - 7 * DAY,
    pastMonth: addMonths(now, -1),
    pastYear: addMonths(now, -12),
    nextWeek: now + 7 * DAY,
    nextMonth: addMonths(now, 1),
    nextYear: addMonths(now, 12),
    pastNumberOfDays: now - Number(argument) * DAY,
    nextNumberOfDays: now + Number(argument) * DAY,
  }
  const end = ends[word] ?? Number.NaN
  const around = kind === 'date' ? dayAround : instantAround
  const moment = momentOf(cell)
  return moment >= around(Math.min(now, end)).from && moment < around(Math.max(now, end)).to
}
