/**
 * What of a row was changed in its form. A browser does not send back what it was shown: it turns line ends into CR LF, sends
 * ticked boxes in the order of the page, times in their shortest form, and nothing for null as for an empty text. So a form
 * carries, with each field, a fingerprint of the plain form of what it shows; a field is changed when the plain form of what
 * comes back has another one, and only changed fields are written. Works without a script.
 */
import { createHash } from 'node:crypto'
import { textOf } from '../../public/dashboard/looks.js'
import { type Column, type Table, type ValueKind, keyMaker, kindOf } from '../data/types/column'
import { parseIsoDate, readTime, storedDate } from '../data/types/iso-date'
import type { Row } from '../data/records/records'
import { defaultFor, toJson } from '../data/types/values'
import { ApiError, issuesOf } from '../errors'
import { checkJson } from '../http/json-body'
import { exactNumber } from '../lib/number'
import { isFilled } from './cells'

/** What stands in a field: one text, or one for each box that is ticked. */
export type Texts = readonly string[]

export interface FormField {
  column: Column
  texts: Texts
  /** Fingerprint of the texts that it was shown with; null where the form does not say. */
  shown: string | null
}

/** The columns that people fill. A key that the database does not hand out is theirs to choose, once. */
export function formColumns(table: Table, { isNew }: { isNew: boolean }): Column[] {
  return table.columns.filter((column) => !isFilled(column) && (isNew || !column.primaryKey))
}

/** A field that shows a value. */
export function fieldFor(column: Column, value: unknown): FormField {
  const texts = RULES[kindOf(column)].show(value, column)
  return { column, texts, shown: fingerprint(column, texts) }
}

/** A field of a new row: with what the row gets where nobody says otherwise, unless that is only known when it is made. */
export function fieldForNew(column: Column, now: number): FormField {
  return fieldFor(column, isMadeLater(column) ? null : toJson(column, staticDefault(column, now)))
}

/** Whether a new row's value comes from the server, at the time of saving. */
export function isMadeLater(column: Column): boolean {
  return (column.primaryKey && keyMaker(column) !== null) || /^current_timestamp/i.test(column.defaultValue ?? '')
}

/** Throws nothing for a required column without a default: it is for the person to fill. */
function staticDefault(column: Column, now: number) {
  return defaultFor({ ...column, required: false }, now)
}

/** The fields that a form sent. */
export function readFields(form: FormData, columns: readonly Column[]): FormField[] {
  return columns.flatMap((column) => {
    const texts = form.getAll(column.id).filter((value) => typeof value === 'string')
    const shown = form.get(shownName(column))
    // Boxes of which none is ticked send nothing.
    if (texts.length === 0 && shown === null) return []
    return [{ column, texts, shown: typeof shown === 'string' ? shown : null }]
  })
}

/** Name of the hidden field that holds the fingerprint. */
export function shownName({ id }: Column): string {
  return `${id}-shown`
}

export function isChanged({ column, texts, shown }: FormField): boolean {
  return fingerprint(column, texts) !== shown
}

/** A field of a form that its row has overtaken: what was changed in it stands over the value that the row holds now. */
export function overtaken(sent: FormField, value: unknown): FormField {
  const now = fieldFor(sent.column, value)
  return isChanged(sent) ? { ...now, texts: sent.texts } : now
}

/** The changed fields as the body of a write. `row`: as it is now. Throws INVALID_VALUE_FOR_FIELD for JSON that is none. */
export function changesOf(fields: readonly FormField[], row: Row = {}): Row {
  const changed = fields.filter(isChanged)
  // Not an object literal: a column may be called `__proto__`.
  return Object.fromEntries(
    changed.map(({ column, texts }) => [column.title, RULES[kindOf(column)].read(texts, row[column.title], column)]),
  )
}

function fingerprint(column: Column, texts: Texts): string {
  const plain = RULES[kindOf(column)].plain(texts)
  return createHash('sha256').update(plain).digest('base64url').slice(0, 22)
}

interface Rule {
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

const TEXT: Rule = {
  show: asText,
  plain: (texts) => withLf(first(texts)),
  read: (texts, before) => orNull(withLineEndsOf(before, withLf(first(texts)))),
}

const NUMBER: Rule = {
  show: asText,
  // A number that no double holds stays as it was written, for the record service to refuse.
  plain: (texts) => String(exactNumber(first(texts).trim()) ?? first(texts)),
  read: (texts) => exactNumber(first(texts).trim()) ?? orNull(first(texts)),
}

const WORD: Rule = { show: asText, plain: first, read: (texts) => orNull(first(texts)) }

const RULES: Record<ValueKind, Rule> = {
  text: TEXT,
  integer: NUMBER,
  number: NUMBER,
  select: WORD,
  date: WORD,
  // Browsers leave out seconds that are 0, and zeros at the end of a fraction.
  time: { ...WORD, plain: (texts) => readTime(first(texts)) ?? first(texts) },
  datetime: {
    ...WORD,
    plain: (texts) => {
      const parsed = parseIsoDate(first(texts))
      return (parsed === null ? null : storedDate('datetime', parsed.ms)) ?? first(texts)
    },
  },
  boolean: {
    show: asText,
    plain: first,
    read: (texts) => (first(texts) === '' ? null : first(texts) === 'true'),
  },
  multiselect: {
    show: (value) => titlesOf(value),
    plain: (texts) => texts.toSorted().join(','),
    // Titles that stay keep their order; new ones follow.
    read: (texts, before) => {
      const kept = titlesOf(before).filter((title) => texts.includes(title))
      return orNull([...kept, ...texts.filter((title) => !kept.includes(title))].join(','))
    },
  },
  json: {
    show: (value) => [value === null || value === undefined ? '' : JSON.stringify(value, null, 2)],
    plain: (texts) => withLf(first(texts)),
    read: (texts, _before, column) => (first(texts).trim() === '' ? null : readJson(column, first(texts))),
  },
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
