/** Numbers as people and programs of different countries write them: `1.234,56`, `1,234.56`, `1 234,56`, `12 %`, `€ 5`, `(3.00)`, `1e5`. */
import { exactNumber } from '../../lib/number'

export type DecimalMark = '.' | ','

export interface NumberText {
  /** The number by the decimal mark of the file; null when it is written with another one, or when no double is exactly that. */
  value: (mark: DecimalMark | null) => number | null
  /** The decimal mark that it tells of the file; `either.` and `either,` are `1.234` and `1,234`, which may have thousands. */
  mark: DecimalMark | 'either.' | 'either,' | null
  /** Digits after the decimal mark; of `1.234` the three, if it is one. */
  fraction: string
  hasExponent: boolean
  /** `space` where a plain one stands between thousands, as in telephone numbers, too. */
  groups: 'none' | 'marks' | 'space'
  /** Digits before the first mark of thousands. */
  leading: number
  /** Percent sign, or the code of a currency. */
  unit: string | null
  /** As codes and telephone numbers begin: 007, +49301234. */
  isCode: boolean
}

/** ISO 4217 by what stands before or after an amount. */
const CURRENCIES: Record<string, string> = {
  $: 'USD',
  US$: 'USD',
  '€': 'EUR',
  '£': 'GBP',
  '¥': 'JPY',
  '₹': 'INR',
  '₽': 'RUB',
  '₩': 'KRW',
  '₺': 'TRY',
  '₴': 'UAH',
  '₫': 'VND',
  '₱': 'PHP',
  '₪': 'ILS',
  R$: 'BRL',
  zł: 'PLN',
  Kč: 'CZK',
}
const CODES = 'EUR|USD|GBP|CHF|JPY|CNY|INR|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|SGD|HKD|TRY|RUB|UAH'
const SIGNS = Object.keys(CURRENCIES).map((sign) => sign.replaceAll('$', String.raw`\$`))
const CURRENCY = `(?:${[...SIGNS, CODES].toSorted((one, other) => other.length - one.length).join('|')})`
const SPACE = '[ \u00a0\u202f]'
/** U+2212 is what typographers write for minus. */
const SIGN = '[+\u2212-]'
const BODY = "\\d[\\d.,'\u2019 \u00a0\u202f\u2009]*\\d|\\d|[.,]\\d+"
const NUMBER = new RegExp(
  `^(${SIGN})?(?:(${CURRENCY})${SPACE}?)?(${SIGN})?(${BODY})(?:[eE]([+-]?\\d{1,4}))?(?:${SPACE}?(%|${CURRENCY}))?$`,
)
const IN_PARENTHESES = /^\((.+)\)$/

/** Digits from which on a number with a plus is one to dial. */
const DIALLED = 7

/** Characters: the longest double written in full has 309 digits, and a mark for every three of them. */
const MAX_LENGTH = 450

interface Digits {
  whole: string
  fraction: string
  mark: NumberText['mark']
  groups: NumberText['groups']
  leading: number
}

/** Null when the text, without spaces around it, is no number. */
export function parseNumber(text: string): NumberText | null {
  if (text.length > MAX_LENGTH) return null
  // The accountant's minus.
  const inner = IN_PARENTHESES.exec(text)?.[1]
  const [, before, prefix, after, body = '', exponent, suffix] = NUMBER.exec(inner ?? text) ?? []
  const signs = [inner === undefined ? undefined : '-', before, after].filter((sign) => sign !== undefined)
  const digits = signs.length > 1 || (prefix !== undefined && suffix !== undefined) ? null : readDigits(body)
  if (digits === null || (exponent !== undefined && digits.groups !== 'none')) return null
  const [sign] = signs
  const { whole, fraction, mark, groups, leading } = digits
  const isPlain = fraction === '' && exponent === undefined
  return {
    value: (wanted) => valueOf(digits, wanted, sign === undefined || sign === '+' ? '' : '-', exponent),
    mark,
    fraction,
    hasExponent: exponent !== undefined,
    groups,
    leading,
    unit: unitOf(prefix ?? suffix),
    isCode: /^0\d/.test(whole) || (sign === '+' && isPlain && whole.length >= DIALLED && prefix === undefined),
  }
}

function unitOf(sign: string | undefined): string | null {
  if (sign === undefined) return null
  return sign === '%' ? sign : (CURRENCIES[sign] ?? sign)
}

function readDigits(body: string): Digits | null {
  const marks = body.match(/\D/g)
  if (body === '') return null
  if (marks === null) return { whole: body, fraction: '', mark: null, groups: 'none', leading: 0 }
  const last = marks.at(-1) ?? ''
  const isDecimal = (last === '.' || last === ',') && marks.indexOf(last) === marks.length - 1
  const at = body.lastIndexOf(last)
  if (isDecimal && marks.length === 1) return oneMark(body.slice(0, at), body.slice(at + 1), last)
  const whole = isDecimal ? body.slice(0, at) : body
  const [group] = marks
  const parts = whole.split(group)
  const leading = parts[0]?.length ?? 0
  if (!isGrouped(parts)) return null
  const groups = group === ' ' ? 'space' : 'marks'
  if (isDecimal) return { whole: parts.join(''), fraction: body.slice(at + 1), mark: last, groups, leading }
  const other = group === '.' ? ',' : group === ',' ? '.' : null
  return { whole: parts.join(''), fraction: '', mark: other, groups, leading }
}

/** `1.234` may be a thousand and more; `0.234`, `1234.567` and `1.23` cannot. */
function oneMark(whole: string, fraction: string, mark: '.' | ','): Digits {
  const isOpen = fraction.length === 3 && /^[1-9]\d{0,2}$/.test(whole)
  return { whole, fraction, mark: isOpen ? `either${mark}` : mark, groups: 'none', leading: isOpen ? whole.length : 0 }
}

function isGrouped([first = '', ...others]: readonly string[]): boolean {
  return /^[1-9]\d{0,2}$/.test(first) && others.every((part) => /^\d{3}$/.test(part))
}

function valueOf({ whole, fraction, mark }: Digits, wanted: DecimalMark | null, minus: string, exponent: string | undefined) {
  const isEither = mark === 'either.' || mark === 'either,'
  if (isEither && wanted === null) return null
  if (!isEither && mark !== null && wanted !== null && mark !== wanted) return null
  const isThousands = isEither && mark !== `either${wanted ?? ''}`
  const point = isThousands || fraction === '' ? '' : '.'
  const value = exactNumber(
    `${minus}${whole === '' ? '0' : whole}${point}${fraction}${exponent === undefined ? '' : `e${exponent}`}`,
  )
  if (value === null || (Number.isInteger(value) && !Number.isSafeInteger(value))) return null
  return value === 0 ? 0 : value
}
