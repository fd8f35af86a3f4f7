/**
 * What each operator asks of a column, as tests: one rule for each name in operators.ts. The values become what is stored;
 * one that is not of the column's type is refused.
 */
import { type Column, kindOf } from '../catalog/types'
import type { Condition } from './ast'
import { EXPECTED_MOMENT, EXPECTED_WINDOW, type DateKind, type Moment, readMoment, readWindow } from './dates'
import { invalidFilter, quote } from './failures'
import { readPattern } from './like'
import { MAX_LIKE_PIECES } from './limits'
import type { Asks } from './operators'
import { type Comparison, type Predicate, type Scalar, type Subject, type Test, and, not, or } from './predicate'
import { EXPECTED, readValue } from './values'

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
  '=': (question) => compare(question, '=', question.text),
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
  const kind = kindOf(question.column)
  const subject = comparable(question.column)
  if (!isDateKind(kind)) return test(subject, { test: 'compare', comparison, value: readScalar(question, kind, text) })
  return compareMoment(subject, comparison, readDate(question, kind, text))
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
  const kind = kindOf(question.column)
  const short = isDateKind(kind) ? 1 : SHORT_LIST
  if (items.length <= short) return or(...items.map((item) => compare(question, '=', item)))
  const subject = comparable(question.column)
  if (isDateKind(kind)) {
    const moments = items.map((item) => readDate(question, kind, item))
    return oneOfMoments(subject, moments)
  }
  return test(subject, { test: 'oneOf', values: items.map((item) => readScalar(question, kind, item)) })
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
  const pattern = readPattern(question.text)
  if (pattern.test === 'anything') return not(isNull(question))
  if (pattern.test === 'tooManyPieces') {
    throw refuse(question, `the % of a long value may stand between ${MAX_LIKE_PIECES} texts; here are more.`)
  }
  const { physicalName } = question.column
  return test({ physicalName, as: isNumber(question.column) ? 'digits' : 'plain' }, pattern)
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
      if (kindOf(question.column) !== 'boolean') throw refuse(question, `true and false are not for ${type} fields.`)
      const is = compare(question, '=', question.text)
      return opposite ? not(is) : is
    }
    default:
      throw refuse(question, `${question.condition.operator} takes null, notnull, empty, notempty, true or false.`)
  }
}

function isNull({ column }: Question): Predicate {
  return test(plain(column), { test: 'null' })
}

/** The empty text; for columns that cannot hold one, no value. */
function isEmpty(question: Question): Predicate {
  return holdsText(question.column) ? test(plain(question.column), { test: 'emptyText' }) : isNull(question)
}

function isNotEmpty(question: Question): Predicate {
  return holdsText(question.column) ? and(not(isNull(question)), not(isEmpty(question))) : not(isNull(question))
}

/** NULL or the empty text; for JSON columns also `null` and `[]`. */
function isBlank(question: Question): Predicate {
  if (!holdsText(question.column)) return isNull(question)
  const blank = [isNull(question), isEmpty(question)]
  if (kindOf(question.column) === 'json') blank.push(test(plain(question.column), { test: 'emptyJson' }))
  return or(...blank)
}

function isChecked({ column }: Question): Predicate {
  return test(plain(column), { test: 'compare', comparison: '=', value: 1 })
}

function checkItems(question: Question, all: 'hasAllItems' | 'hasAnyItem'): Predicate {
  const items = listOf(question).filter((item) => item !== '')
  if (items.length === 0) throw refuse(question, `${question.condition.operator} needs at least one option.`)
  const subject = plain(question.column)
  if (kindOf(question.column) === 'select') return isItem(question, [...new Set(items)], all)
  if (items.length > SHORT_LIST) return test(subject, { test: all, items })
  const each = items.map((item) => test(subject, { test: 'hasItem', item }))
  return all === 'hasAllItems' ? and(...each) : or(...each)
}

/** The cell of a SingleSelect is one option, commas and all; it is each of several options in no row. */
function isItem(question: Question, items: readonly string[], all: 'hasAllItems' | 'hasAnyItem'): Predicate {
  if (all === 'hasAllItems' && items.length > 1) return or()
  return isOneOf(question, items)
}

function checkWithin(question: Question): Predicate {
  const kind = kindOf(question.column)
  const window = isDateKind(kind) ? readWindow(kind, question.text, question.now) : null
  if (window === null) throw refuse(question, `${quote(question.text)} is not known here; expected ${EXPECTED_WINDOW}.`)
  const subject = plain(question.column)
  return and(
    test(subject, { test: 'compare', comparison: '>=', value: window.from }),
    test(subject, { test: 'compare', comparison: '<=', value: window.to }),
  )
}

/** The items of a list. Those of a JSON array are as they are; those of a text are separated by commas, and trimmed. */
function listOf({ condition, text }: Question): readonly string[] {
  const { value } = condition
  return value === null || typeof value === 'string' ? text.split(',').map((item) => item.trim()) : value
}

function readScalar(question: Question, kind: Exclude<ReturnType<typeof kindOf>, DateKind>, text: string): Scalar {
  const value = readValue(kind, text)
  if (value === null) throw refuse(question, `${quote(text)} is not ${EXPECTED[kind]} as ${question.column.type} fields hold.`)
  return value
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

export function isDateKind(kind: ReturnType<typeof kindOf>): kind is DateKind {
  return kind === 'date' || kind === 'datetime'
}

function isNumber(column: Column): boolean {
  const kind = kindOf(column)
  return kind === 'integer' || kind === 'number'
}

function holdsText(column: Column): boolean {
  const kind = kindOf(column)
  return kind === 'text' || kind === 'select' || kind === 'multiselect' || kind === 'json'
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
