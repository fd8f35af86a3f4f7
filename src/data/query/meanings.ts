/**
 * What each operator means for a column, as tests: one rule for each name in operators.ts. The values become what is stored;
 * one that is not of the column's type is refused.
 */
import { type Column } from '../types/column'
import type { Condition } from './ast'
import { EXPECTED_MOMENT, EXPECTED_WINDOW, type DateKind, type Moment, readMoment, readWindow } from './dates'
import { invalidFilter, quote } from './invalid-query'
import { foldText, formsOf, readingsOf } from './letters'
import { type Like, readLike } from './like'
import { MAX_NESTED_READINGS } from './limits'
import { readList } from './list'
import type { Meaning } from './operators'
import { type Comparison, type Constant, type Predicate, type Scalar, type Subject, type Test, and, not, or } from './predicate'
import type { FilterValue } from '../types/kind'
import { rulesOf } from '../types/kinds'

/** Lists up to this length are compared item by item, which needs fewer instructions than json_each() does (cost.ts). */
const SHORT_LIST = 2

/** A condition whose column and operator are known. `text` is its value, '' when it takes none. */
export interface KnownCondition {
  condition: Condition
  column: Column
  text: string
  now: number
}

export const MEANINGS = {
  '=': (known) => isOneOf(known, [known.text]),
  '>': (known) => compare(known, '>', known.text),
  '<': (known) => compare(known, '<', known.text),
  '>=': (known) => compare(known, '>=', known.text),
  '<=': (known) => compare(known, '<=', known.text),
  like: checkLike,
  in: checkIn,
  between: checkBetween,
  is: (known) => checkState(known, false),
  'is not': (known) => checkState(known, true),
  null: isNull,
  empty: isEmpty,
  'not empty': isNotEmpty,
  blank: isBlank,
  checked: isChecked,
  'all of': (known) => checkItems(known, 'hasAllItems'),
  'any of': (known) => checkItems(known, 'hasAnyItem'),
  within: checkWithin,
} as const satisfies Record<Meaning, (known: KnownCondition) => Predicate>

function compare(known: KnownCondition, comparison: Comparison, text: string): Predicate {
  const { filter } = rulesOf(known.column)
  const subject = comparable(known.column)
  if (filter.by === 'moment') return compareMoment(subject, comparison, readDate(known, filter.precision, text))
  return test(subject, { test: 'compare', comparison, value: readScalar(known, filter, text) })
}

/** A value that lasts (a day, against a DateTime column) is equal to all that lies in it, and less than what follows it. */
function compareMoment(subject: Subject, comparison: Comparison, { start, end }: Moment): Predicate {
  const to = (how: Comparison, value: string): Predicate => test(subject, { test: 'compare', comparison: how, value })
  if (end === null || comparison === '<' || comparison === '>=') return to(comparison, start)
  if (comparison === '=') return and(to('>=', start), to('<', end))
  return comparison === '>' ? to('>=', end) : to('<', end)
}

function checkBetween(known: KnownCondition): Predicate {
  const [low, high, ...others] = listOf(known)
  if (low === undefined || high === undefined || others.length > 0) {
    throw refuse(known, `${known.condition.operator} takes two values with a comma between.`)
  }
  return and(compare(known, '>=', low), compare(known, '<=', high))
}

function checkIn(known: KnownCondition): Predicate {
  return isOneOf(known, listOf(known))
}

function isOneOf(known: KnownCondition, items: readonly string[]): Predicate {
  const { filter } = rulesOf(known.column)
  const subject = comparable(known.column)
  if (filter.by === 'moment') {
    if (items.length === 1) return or(...items.map((item) => compare(known, '=', item)))
    const moments = items.map((item) => readDate(known, filter.precision, item))
    return oneOfMoments(subject, moments)
  }
  const values = [...new Set(items.flatMap((item) => readScalars(known, filter, item)))]
  if (values.length > SHORT_LIST) return test(subject, { test: 'oneOf', values })
  return or(...values.map((value) => test(subject, { test: 'compare', comparison: '=', value })))
}

/** Days against a DateTime column are compared by the day, which its text begins with. */
function oneOfMoments(subject: Subject, moments: readonly Moment[]): Predicate {
  const points = moments.filter(({ end }) => end === null).map(({ start }) => start)
  const days = moments.filter(({ end }) => end !== null).map(({ start }) => start.slice(0, 'yyyy-mm-dd'.length))
  const parts: Predicate[] = []
  if (points.length > 0) parts.push(test(subject, { test: 'oneOf', values: points }))
  if (days.length > 0) parts.push(test({ ...subject, as: 'day' }, { test: 'oneOf', values: days }))
  return or(...parts)
}

function checkLike(known: KnownCondition): Predicate {
  const like = readLike(known.text)
  if (like.type === 'anything') return not(isNull(known))
  if (like.type === 'refused') throw refuse(known, like.message)
  return or(...likeSubjects(known.column).map((subject) => isLike(subject, like)))
}

function isLike(subject: Subject, { pattern, readings, first }: Extract<Like, { type: 'pattern' }>): Predicate {
  if (readings.length <= MAX_NESTED_READINGS) return test({ ...subject, readings }, pattern)
  return test({ ...subject, readings, first: { text: foldText(first), readings: readingsOf(first) } }, pattern)
}

/** What the JSON of a row shows of a cell. Of JSON that is both its text and, where that is of a string, the string. */
function likeSubjects(column: Column): Subject[] {
  return rulesOf(column).shown.map((as) => ({ physicalName: column.physicalName, as }))
}

/** `isnot` is the opposite state. Of `empty` that is `notempty`, and of `true` every row that is not true. */
function checkState(known: KnownCondition, opposite: boolean): Predicate {
  switch (known.text.trim()) {
    case 'null':
      return opposite ? not(isNull(known)) : isNull(known)
    case 'notnull':
      return opposite ? isNull(known) : not(isNull(known))
    case 'empty':
      return opposite ? isNotEmpty(known) : isEmpty(known)
    case 'notempty':
      return opposite ? isEmpty(known) : isNotEmpty(known)
    case 'true':
    case 'false': {
      const { type } = known.column
      if (!rulesOf(known.column).operators.includes('checked')) throw refuse(known, `true and false are not for ${type} fields.`)
      const is = compare(known, '=', known.text)
      return opposite ? not(is) : is
    }
    default:
      throw refuse(known, `${known.condition.operator} takes null, notnull, empty, notempty, true or false.`)
  }
}

/** No value; of JSON also the `null` that JSON has. */
function isNull({ column }: KnownCondition): Predicate {
  return or(test(plain(column), { test: 'null' }), ...nothing(column, 'null'))
}

/** The empty text, in JSON too; for columns that cannot hold one, no value. */
function isEmpty(known: KnownCondition): Predicate {
  return holdsText(known.column) ? or(...nothing(known.column, 'empty')) : isNull(known)
}

function isNotEmpty(known: KnownCondition): Predicate {
  return holdsText(known.column) ? and(not(isNull(known)), not(isEmpty(known))) : not(isNull(known))
}

/** No value or the empty text; for JSON columns also `[]`. */
function isBlank(known: KnownCondition): Predicate {
  if (!holdsText(known.column)) return isNull(known)
  return or(or(isNull(known), isEmpty(known)), ...nothing(known.column, 'blank'))
}

/** The texts that mean nothing, in one of the ways in which a cell can be asked for that. */
function nothing(column: Column, how: 'null' | 'empty' | 'blank'): Predicate[] {
  return rulesOf(column).nothing[how].map((text) => equals(column, text))
}

function holdsText(column: Column): boolean {
  return rulesOf(column).nothing.empty.length > 0
}

function equals(column: Column, text: Constant): Predicate {
  return test(plain(column), { test: 'constant', text })
}

function isChecked({ column }: KnownCondition): Predicate {
  return test(plain(column), { test: 'compare', comparison: '=', value: 1 })
}

function checkItems(known: KnownCondition, all: 'hasAllItems' | 'hasAnyItem'): Predicate {
  const items = listOf(known).filter((item) => item !== '')
  if (items.length === 0) throw refuse(known, `${known.condition.operator} needs at least one option.`)
  const subject = plain(known.column)
  if (rulesOf(known.column).options === 'one') return isItem(known, [...new Set(items)], all)
  const forms = items.map(formsOf)
  if (all === 'hasAnyItem') return hasAny(subject, forms.flat())
  const plainItems = forms.flatMap((list) => (list.length === 1 ? list : []))
  const each = plainItems.length > SHORT_LIST ? [] : plainItems.map((item) => test(subject, { test: 'hasItem', item }))
  const together = plainItems.length > SHORT_LIST ? [test(subject, { test: 'hasAllItems', items: plainItems })] : []
  return and(...each, ...together, ...forms.filter((list) => list.length > 1).map((list) => hasAny(subject, list)))
}

function hasAny(subject: Subject, items: readonly string[]): Predicate {
  if (items.length > SHORT_LIST) return test(subject, { test: 'hasAnyItem', items })
  return or(...items.map((item) => test(subject, { test: 'hasItem', item })))
}

/** The cell of a SingleSelect is one option, commas and all; it is each of several options in no row. */
function isItem(known: KnownCondition, items: readonly string[], all: 'hasAllItems' | 'hasAnyItem'): Predicate {
  if (all === 'hasAllItems' && items.length > 1) return or()
  return isOneOf(known, items)
}

function checkWithin(known: KnownCondition): Predicate {
  const { filter } = rulesOf(known.column)
  const window = filter.by === 'moment' ? readWindow(filter.precision, known.text, known.now) : null
  if (window === null) throw refuse(known, `${quote(known.text)} is not known here; expected ${EXPECTED_WINDOW}.`)
  const subject = plain(known.column)
  return and(
    test(subject, { test: 'compare', comparison: '>=', value: window.from }),
    test(subject, { test: 'compare', comparison: '<=', value: window.to }),
  )
}

/** The items of a list: those of a JSON array as they are, those of a text as list.ts reads them. */
function listOf(known: KnownCondition): readonly string[] {
  const { value, at } = known.condition
  if (value !== null && typeof value !== 'string') return value
  const list = readList(known.text)
  if (list.ok) return list.items
  const place = 'position' in at.value ? { position: at.value.position + list.at } : at.value
  throw invalidFilter(list.message, place, known.column.title)
}

type PlainValue = Extract<FilterValue, { by: 'value' }>

function readScalar(known: KnownCondition, { read, expected }: PlainValue, text: string): Scalar {
  const value = read(text)
  if (value === null) throw refuse(known, `${quote(text)} is not ${expected} as ${known.column.type} fields hold.`)
  return value
}

/** All that a text may be equal to: both Unicode forms, and of JSON the string of that text too. */
function readScalars(known: KnownCondition, filter: PlainValue, text: string): Scalar[] {
  const values = [readScalar(known, filter, text), ...(filter.alike === undefined ? [] : [filter.alike(text)])]
  return values.flatMap((value): Scalar[] => (typeof value === 'string' ? formsOf(value) : [value]))
}

function readDate(known: KnownCondition, kind: DateKind, text: string): Moment {
  const moment = readMoment(kind, text, known.now)
  if (moment === null) throw refuse(known, `${quote(text)} is not a date; expected ${EXPECTED_MOMENT}.`)
  return moment
}

/** 400 INVALID_FILTER about the value. */
export function refuse({ condition, column }: KnownCondition, message: string) {
  return invalidFilter(message, condition.at.value, column.title)
}

function plain({ physicalName }: Column): Subject {
  return { physicalName, as: 'plain' }
}

/** A rating that nobody gave is one of 0 stars. */
function comparable({ physicalName, type }: Column): Subject {
  return { physicalName, as: type === 'Rating' ? 'zeroForNull' : 'plain' }
}

function test(subject: Subject, what: Test): Predicate {
  return { type: 'test', subject, ...what }
}
