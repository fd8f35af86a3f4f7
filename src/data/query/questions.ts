/**
 * What each operator asks of a column, as tests: one rule for each name in operators.ts. The values become what is stored;
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
import type { Asks } from './operators'
import { type Comparison, type Constant, type Predicate, type Scalar, type Subject, type Test, and, not, or } from './predicate'
import type { FilterValue } from '../types/kind'
import { rulesOf } from '../types/kinds'

/** Lists up to this length are compared item by item, which needs fewer instructions than json_each() does (cost.ts). */
const SHORT_LIST = 2

/** A condition whose column and operator are known. `text` is its value, '' when it takes none. */
export interface Question {
  condition: Condition
  column: Column
  text: string
  now: number
}

export const QUESTIONS = {
  '=': (question) => isOneOf(question, [question.text]),
  '>': (question) => compare(question, '>', question.text),
  '<': (question) => compare(question, '<', question.text),
  '>=': (question) => compare(question, '>=', question.text),
  '<=': (question) => compare(question, '<=', question.text),
  like: checkLike,
  in: checkIn,
  between: checkBetween,
  is: (question) => checkState(question, false),
  'is not': (question) => checkState(question, true),
  null: isNull,
  empty: isEmpty,
  'not empty': isNotEmpty,
  blank: isBlank,
  checked: isChecked,
  'all of': (question) => checkItems(question, 'hasAllItems'),
  'any of': (question) => checkItems(question, 'hasAnyItem'),
  within: checkWithin,
} as const satisfies Record<Asks, (question: Question) => Predicate>

function compare(question: Question, comparison: Comparison, text: string): Predicate {
  const { filter } = rulesOf(question.column)
  const subject = comparable(question.column)
  if (filter.by === 'moment') return compareMoment(subject, comparison, readDate(question, filter.precision, text))
  return test(subject, { test: 'compare', comparison, value: readScalar(question, filter, text) })
}

/** A value that lasts (a day, against a DateTime column) is equal to all that lies in it, and less than what follows it. */
function compareMoment(subject: Subject, comparison: Comparison, { start, end }: Moment): Predicate {
  const to = (how: Comparison, value: string): Predicate => test(subject, { test: 'compare', comparison: how, value })
  if (end === null || comparison === '<' || comparison === '>=') return to(comparison, start)
  if (comparison === '=') return and(to('>=', start), to('<', end))
  return comparison === '>' ? to('>=', end) : to('<', end)
}

function checkBetween(question: Question): Predicate {
  const [low, high, ...others] = listOf(question)
  if (low === undefined || high === undefined || others.length > 0) {
    throw refuse(question, `${question.condition.operator} takes two values with a comma between.`)
  }
  return and(compare(question, '>=', low), compare(question, '<=', high))
}

function checkIn(question: Question): Predicate {
  return isOneOf(question, listOf(question))
}

function isOneOf(question: Question, items: readonly string[]): Predicate {
  const { filter } = rulesOf(question.column)
  const subject = comparable(question.column)
  if (filter.by === 'moment') {
    if (items.length === 1) return or(...items.map((item) => compare(question, '=', item)))
    const moments = items.map((item) => readDate(question, filter.precision, item))
    return oneOfMoments(subject, moments)
  }
  const values = [...new Set(items.flatMap((item) => readScalars(question, filter, item)))]
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

function checkLike(question: Question): Predicate {
  const like = readLike(question.text)
  if (like.type === 'anything') return not(isNull(question))
  if (like.type === 'refused') throw refuse(question, like.message)
  return or(...likeSubjects(question.column).map((subject) => isLike(subject, like)))
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
function checkState(question: Question, opposite: boolean): Predicate {
  switch (question.text.trim()) {
    case 'null':
      return opposite ? not(isNull(question)) : isNull(question)
    case 'notnull':
      return opposite ? isNull(question) : not(isNull(question))
    case 'empty':
      return opposite ? isNotEmpty(question) : isEmpty(question)
    case 'notempty':
      return opposite ? isEmpty(question) : isNotEmpty(question)
    case 'true':
    case 'false': {
      const { type } = question.column
      if (!rulesOf(question.column).operators.includes('checked'))
        throw refuse(question, `true and false are not for ${type} fields.`)
      const is = compare(question, '=', question.text)
      return opposite ? not(is) : is
    }
    default:
      throw refuse(question, `${question.condition.operator} takes null, notnull, empty, notempty, true or false.`)
  }
}

/** No value; of JSON also the `null` that JSON has. */
function isNull({ column }: Question): Predicate {
  return or(test(plain(column), { test: 'null' }), ...nothing(column, 'null'))
}

/** The empty text, in JSON too; for columns that cannot hold one, no value. */
function isEmpty(question: Question): Predicate {
  return holdsText(question.column) ? or(...nothing(question.column, 'empty')) : isNull(question)
}

function isNotEmpty(question: Question): Predicate {
  return holdsText(question.column) ? and(not(isNull(question)), not(isEmpty(question))) : not(isNull(question))
}

/** No value or the empty text; for JSON columns also `[]`. */
function isBlank(question: Question): Predicate {
  if (!holdsText(question.column)) return isNull(question)
  return or(or(isNull(question), isEmpty(question)), ...nothing(question.column, 'blank'))
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

function isChecked({ column }: Question): Predicate {
  return test(plain(column), { test: 'compare', comparison: '=', value: 1 })
}

function checkItems(question: Question, all: 'hasAllItems' | 'hasAnyItem'): Predicate {
  const items = listOf(question).filter((item) => item !== '')
  if (items.length === 0) throw refuse(question, `${question.condition.operator} needs at least one option.`)
  const subject = plain(question.column)
  if (rulesOf(question.column).options === 'one') return isItem(question, [...new Set(items)], all)
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
function isItem(question: Question, items: readonly string[], all: 'hasAllItems' | 'hasAnyItem'): Predicate {
  if (all === 'hasAllItems' && items.length > 1) return or()
  return isOneOf(question, items)
}

function checkWithin(question: Question): Predicate {
  const { filter } = rulesOf(question.column)
  const window = filter.by === 'moment' ? readWindow(filter.precision, question.text, question.now) : null
  if (window === null) throw refuse(question, `${quote(question.text)} is not known here; expected ${EXPECTED_WINDOW}.`)
  const subject = plain(question.column)
  return and(
    test(subject, { test: 'compare', comparison: '>=', value: window.from }),
    test(subject, { test: 'compare', comparison: '<=', value: window.to }),
  )
}

/** The items of a list: those of a JSON array as they are, those of a text as list.ts reads them. */
function listOf(question: Question): readonly string[] {
  const { value, at } = question.condition
  if (value !== null && typeof value !== 'string') return value
  const list = readList(question.text)
  if (list.ok) return list.items
  const place = 'position' in at.value ? { position: at.value.position + list.at } : at.value
  throw invalidFilter(list.message, place, question.column.title)
}

type PlainValue = Extract<FilterValue, { by: 'value' }>

function readScalar(question: Question, { read, expected }: PlainValue, text: string): Scalar {
  const value = read(text)
  if (value === null) throw refuse(question, `${quote(text)} is not ${expected} as ${question.column.type} fields hold.`)
  return value
}

/** All that a text may be equal to: both Unicode forms, and of JSON the string of that text too. */
function readScalars(question: Question, filter: PlainValue, text: string): Scalar[] {
  const values = [readScalar(question, filter, text), ...(filter.alike === undefined ? [] : [filter.alike(text)])]
  return values.flatMap((value): Scalar[] => (typeof value === 'string' ? formsOf(value) : [value]))
}

function readDate(question: Question, kind: DateKind, text: string): Moment {
  const moment = readMoment(kind, text, question.now)
  if (moment === null) throw refuse(question, `${quote(text)} is not a date; expected ${EXPECTED_MOMENT}.`)
  return moment
}

/** 400 INVALID_FILTER about the value. */
export function refuse({ condition, column }: Question, message: string) {
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
