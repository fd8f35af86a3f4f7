/**
 * What of a row was changed in its form. A browser does not send back what it was shown: it turns line ends into CR LF, sends
 * ticked boxes in the order of the page, times in their shortest form, and nothing for null as for an empty text. So a form
 * carries, with each field, a fingerprint of the plain form of what it shows; a field is changed when the plain form of what
 * comes back has another one, and only changed fields are written. Works without a script.
 */
import { createHash } from 'node:crypto'
import { type Column, type Table, keyMaker } from '../data/types/column'
import type { Row } from '../data/records/records'
import { defaultFor, toJson } from '../data/types/values'
import { isFilled } from './cells'
import { kindOf } from '../data/types/column-types'
import type { Texts } from './form-texts'
import { WIDGETS } from './widgets'

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
  const texts = WIDGETS[kindOf(column)].show(value, column)
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
    changed.map(({ column, texts }) => [column.title, WIDGETS[kindOf(column)].read(texts, row[column.title], column)]),
  )
}

function fingerprint(column: Column, texts: Texts): string {
  const plain = WIDGETS[kindOf(column)].plain(texts)
  return createHash('sha256').update(plain).digest('base64url').slice(0, 22)
}
