/** The values of rows as the texts of a form's fields, and what a browser makes of those: row-changes.ts says why. */
import { textOf } from '../../public/dashboard/looks.js'
import type { Column } from '../data/types/column'
import { kindOf } from '../data/types/column-types'
import { parseIsoDate, readTime, storedDate } from '../data/types/iso-date'
import { ApiError, issuesOf } from '../errors'
import { checkJson } from '../http/json-text'
import { exactNumber } from '../lib/number'

/** What stands in a field: one text, or one for each box that is ticked. */
export type Texts = readonly string[]

export interface FormTexts {
  /** What a field shows for a value. */
  show: (value: unknown, column: Column) => Texts
  /** One text for all texts that a browser may send for what was shown, and for no others. */
  plain: (texts: Texts) => string
  /** The value that changed texts mean. `before`: the value that they replace. */
  read: (texts: Texts, before: unknown, column: Column) => unknown
}

const first = ([text = '']: Texts): string => text
const asText = (value: unknown, column: Column): Texts => [textOf({ kind: kindOf(column) }, value)]
const orNull = (text: string): string | null => (text === '' ? null : text)

export const TEXT: FormTexts = {
  show: asText,
  plain: (texts) => withLf(first(texts)),
  read: (texts, before) => orNull(withLineEndsOf(before, withLf(first(texts)))),
}

export const NUMBER: FormTexts = {
  show: asText,
  // A number that no double holds stays as it was written, for the record service to refuse.
  plain: (texts) => String(exactNumber(first(texts).trim()) ?? first(texts)),
  read: (texts) => exactNumber(first(texts).trim()) ?? orNull(first(texts)),
}

export const WORD: FormTexts = { show: asText, plain: first, read: (texts) => orNull(first(texts)) }

/** Browsers leave out seconds that are 0, and zeros at the end of a fraction. */
export const TIME: FormTexts = { ...WORD, plain: (texts) => readTime(first(texts)) ?? first(texts) }

export const MOMENT: FormTexts = {
  ...WORD,
  plain: (texts) => {
    const parsed = parseIsoDate(first(texts))
    return (parsed === null ? null : storedDate('datetime', parsed.ms)) ?? first(texts)
  },
}

export const ANSWER: FormTexts = {
  show: asText,
  plain: first,
  read: (texts) => (first(texts) === '' ? null : first(texts) === 'true'),
}

export const TITLES: FormTexts = {
  show: (value) => titlesOf(value),
  plain: (texts) => texts.toSorted().join(','),
  // Titles that stay keep their order; new ones follow.
  read: (texts, before) => {
    const kept = titlesOf(before).filter((title) => texts.includes(title))
    return orNull([...kept, ...texts.filter((title) => !kept.includes(title))].join(','))
  },
}

export const JSON_TEXT: FormTexts = {
  show: (value) => [value === null || value === undefined ? '' : JSON.stringify(value, null, 2)],
  plain: (texts) => withLf(first(texts)),
  read: (texts, _before, column) => (first(texts).trim() === '' ? null : readJson(column, first(texts))),
}

function titlesOf(value: unknown): string[] {
  return typeof value === 'string' && value !== '' ? value.split(',') : []
}

function withLf(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n')
}

/**
 * A browser does not say which line ends a person typed. A text that had CR LF throughout keeps to it; any other gets LF, as
 * new texts do.
 */
function withLineEndsOf(before: unknown, text: string): string {
  if (typeof before !== 'string' || !before.includes('\r\n') || /[\r\n]/.test(before.replaceAll('\r\n', ''))) return text
  return text.replaceAll('\n', '\r\n')
}

/** As strict as the API's bodies: a number that a double would change is refused, not changed. */
function readJson(column: Column, text: string): unknown {
  try {
    checkJson(text)
    return JSON.parse(text) as unknown
  } catch (error) {
    const sentence = `The field "${column.title}" (${column.type}) takes JSON, such as {"a": 1} or "a text in quotes"`
    const why = error instanceof ApiError ? `: ${issuesOf(error)[0]?.message ?? error.message}` : ''
    throw new ApiError('INVALID_VALUE_FOR_FIELD', `${sentence}${why}`.replace(/\.?$/, '.'), {
      cause: error,
      details: { field: column.title },
    })
  }
}
