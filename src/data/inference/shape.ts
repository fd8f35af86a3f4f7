/** What a cell looks like: the few differences that decide which types a column can have, as a key that many cells share. */
import { isEmailAddress } from '../types/email-address'
import { isWebAddress } from '../types/web-address'
import { parseDate, parseTime } from '../types/date-text'
import { type NumberText, parseNumber } from '../types/number-text'
import { booleanWord, isMissingMark } from '../types/words'

export interface NumberShape {
  kind: 'number'
  mark: NumberText['mark']
  /**
   * `zero`: `1.0` and `1e5`, a whole number that is written as another; `open`: `1.234`, whole by one mark and not by the other;
   * `year` and `bit` are whole numbers that can be more than that.
   */
  size: 'whole' | 'year' | 'bit' | 'zero' | 'decimal' | 'open'
  /** Marks of thousands, of an `open` one the mark if it is that; `sure` where they cannot be a list of numbers or a telephone number. */
  groups: 'none' | 'marks' | 'space' | 'sure'
  unit: string | null
}

export interface DateShape {
  kind: 'date'
  order: 'dmy' | 'mdy' | 'either' | 'any'
  dateOnly: boolean
  /** Without a century, or with digits of a second that are not kept: a value would not come back as it is written. */
  isLossy: boolean
}

export type Shape =
  | NumberShape
  | DateShape
  /** Reads as a number, and would not come back: `007`, `+49301234`; too many digits for any number. */
  | { kind: 'code' }
  | { kind: 'inexact' }
  | { kind: 'word'; word: string }
  | { kind: 'missing' }
  /** `clock` is one with a single digit for its hour, or in twelve hours. */
  | { kind: 'time' | 'clock' }
  | { kind: 'email' | 'url' | 'json' | 'nul' | 'text' }

const NO_UNIT = ''

/** Whole numbers that most cells of most files are. */
const PLAIN = /^-?(?:0|[1-9]\d{0,14})$/

/** Of a text that is not blank. */
export function shapeKey(cell: string): string {
  const text = cell.trim()
  if (PLAIN.test(text)) return plainKey(text)
  if (cell.includes('\0')) return 'nul'
  if (isMissingMark(text)) return 'missing'
  const word = booleanWord(text)
  if (word !== null) return `word|${word}`
  const number = parseNumber(text)
  if (number !== null) return numberKey(number)
  const date = parseDate(text)
  if (date !== null) {
    return `date|${date.order}|${date.dateOnly ? 'day' : 'moment'}|${date.isShort || date.isFine ? 'lossy' : ''}`
  }
  if (parseTime(text) !== null) return /^\d\d:\d\d(?::\d\d)?$/.test(text) ? 'time' : 'clock'
  if (text !== cell) return 'text'
  if (text.includes('@') && isEmailAddress(text)) return 'email'
  if (/^(?:https?|ftp):\/\//i.test(text) && isWebAddress(text)) return 'url'
  return isSameJson(text) ? 'json' : 'text'
}

function plainKey(text: string): string {
  const size = text === '0' || text === '1' ? 'bit' : /^[12]\d{3}$/.test(text) ? 'year' : 'whole'
  return `number||${size}|none|`
}

function numberKey(number: NumberText): string {
  if (number.isCode) return 'code'
  const { mark } = number
  const values = mark === 'either.' || mark === 'either,' ? [number.value('.'), number.value(',')] : [number.value(mark)]
  if (values.includes(null)) return 'inexact'
  return `number|${mark ?? ''}|${sizeOf(number, values[0] ?? 0)}|${groupsOf(number)}|${number.unit ?? NO_UNIT}`
}

function sizeOf({ mark, fraction, hasExponent }: NumberText, value: number): NumberShape['size'] {
  if (mark === 'either.' || mark === 'either,') return 'open'
  if (hasExponent) return Number.isInteger(value) ? 'zero' : 'decimal'
  if (fraction === '') return 'whole'
  return fraction === '0' ? 'zero' : 'decimal'
}

/** `101,205,300` may be a list and `123 456 789` a telephone number; an amount has a first group of other lengths, too. */
function groupsOf({ groups, leading, fraction, mark, unit }: NumberText): NumberShape['groups'] {
  const isOpen = mark === 'either.' || mark === 'either,'
  if (isOpen) return leading < 3 || unit !== null ? 'sure' : 'marks'
  if (groups === 'none') return 'none'
  if (fraction !== '' || unit !== null || (groups === 'marks' && leading < 3)) return 'sure'
  return groups
}

/** Only where it comes back as it is. */
function isSameJson(text: string): boolean {
  if (!/^[[{]/.test(text)) return false
  try {
    return JSON.stringify(JSON.parse(text)) === text
  } catch {
    return false
  }
}

export function parseShape(key: string): Shape {
  const [kind, one = '', two = '', three = '', four = ''] = key.split('|')
  switch (kind) {
    case 'number':
      return {
        kind,
        mark: one === '' ? null : (one as NumberShape['mark']),
        size: two as NumberShape['size'],
        groups: three as NumberShape['groups'],
        unit: four === NO_UNIT ? null : four,
      }
    case 'date':
      return { kind, order: one as DateShape['order'], dateOnly: two === 'day', isLossy: three === 'lossy' }
    case 'word':
      return { kind, word: one }
    default:
      return { kind } as Shape
  }
}
