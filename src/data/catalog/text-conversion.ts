/**
 * How the texts of a column are read when they become values of another type: by the readers of the import, so that a table looks
 * the same whether a column got its type before or after. What the texts leave open is asked, never guessed.
 */
import { ApiError } from '../../errors'
import { newId } from '../../lib/ids'
import { guarded } from '../types/formula-guard'
import type { Format } from '../inference/dialect'
import { proposeColumns } from '../inference/propose'
import { type Scan, scanRecords, selectOptions, startScan } from '../inference/scan'
import { readCell, toStored } from '../types/values'
import { hasOptions } from './select-options'
import { type Column } from '../types/column'
import { type ValueKind, kindOf } from '../types/column-types'
import type { Stored, TextFormat } from '../types/kind'
import { rulesOf } from '../types/kinds'

export interface Reading {
  /** The column to be, with what its texts say of it: options, a currency. */
  to: Column
  format: TextFormat
}

/** A text is one already, and JSON takes any text. */
const KEEPS_TEXT: ReadonlySet<ValueKind> = new Set<ValueKind>(['text', 'json'])

/** Whether a text becomes a value by these readers. */
export function isRead(from: Column, to: Column): boolean {
  return kindOf(from) === 'text' && !KEEPS_TEXT.has(kindOf(to))
}

/** Whether all texts have to be seen before the first of them can be read. */
function needsScan(from: Column, to: Column): boolean {
  if (!isRead(from, to)) return false
  return rulesOf(to).asks !== null || isWithoutOptions(to)
}

function isWithoutOptions(column: Column): boolean {
  return hasOptions(column.type) && column.options.length === 0
}

/** What a person said of the texts; null where that is left open. */
export type TextAnswers = Pick<TextFormat, 'decimalMark' | 'dateOrder'>

export const NO_ANSWERS: TextAnswers = { decimalMark: null, dateOrder: null }

/** `chunks`: of texts, all of the column. Throws INVALID_VALUE_FOR_FIELD for what only a person can say, INVALID_COLUMN for too many options. */
export async function planReading(
  from: Column,
  to: Column,
  answers: TextAnswers,
  chunks: () => AsyncIterable<readonly Stored[]>,
): Promise<Reading> {
  const asked: Format = {
    encoding: 'utf-8',
    separator: ',',
    headerLine: 1,
    ...answers,
    typed: false,
  }
  if (!needsScan(from, to)) return { to, format: asked }
  const scan = startScan({ line: 1, cells: ['Text'] }, asked)
  for await (const texts of chunks()) {
    const records = texts.map((text, index) => ({ line: index + 2, cells: [cellOf(to, text)] }))
    scanRecords(scan, records, asked)
  }
  if (isWithoutOptions(to)) return { to: { ...to, options: optionsOf(scan, to) }, format: asked }
  const { format, questions, columns } = proposeColumns(scan, asked)
  const question = questions.find(({ name }) => name === rulesOf(to).asks)
  if (question !== undefined) {
    const { name, choices, message } = question
    throw new ApiError(
      'INVALID_VALUE_FOR_FIELD',
      `The field "${from.title}" cannot become ${to.type} yet. ${message} Send it as \`${name}\`: ${choices.join(' or ')}.`,
      { details: { field: from.title, question: name, choices } },
    )
  }
  return { to: withCurrency(to, columns[0]?.meta ?? null), format }
}

/** The readers take off what an export puts before a text; these texts were never exported. Numbers and dates need no such mark. */
function cellOf(to: Column, text: Stored): string | null {
  return text === null ? null : hasOptions(to.type) ? guarded(String(text)) : String(text)
}

function optionsOf(scan: Scan, to: Column): Column['options'] {
  const titles = selectOptions(scan, 0, rulesOf(to).options ?? 'one')
  if (titles === null) {
    throw new ApiError(
      'INVALID_COLUMN',
      `The field "${to.title}" cannot take its options from its values: they are more than 300 different ones, or longer than 255 ` +
        'characters, or of several lines. Give its options in `colOptions`, or keep it a text.',
      { details: { field: to.title } },
    )
  }
  return [...new Set(titles.map((title) => title.normalize()))].map((title) => ({ id: newId('option'), title, color: null }))
}

function withCurrency(to: Column, found: { currency_code: string } | null): Column {
  return to.type === 'Currency' && !hasCurrency(to) && found !== null ? { ...to, meta: { ...to.meta, ...found } } : to
}

function hasCurrency({ meta }: Column): boolean {
  return typeof meta?.['currency_code'] === 'string'
}

/** A text as a value of `to`. Throws INVALID_VALUE_FOR_FIELD with a sentence. */
export function readText(text: string, { to, format }: Reading): Stored {
  // Where amounts are of several currencies, those that say one are no amounts of this column.
  const reader = to.type === 'Currency' && !hasCurrency(to) ? { ...to, meta: { ...to.meta, currency_code: '' } } : to
  const reading = readCell(reader, cellOf(to, text), format)
  if ('value' in reading) return toStored(to, reading.value)
  throw new ApiError('INVALID_VALUE_FOR_FIELD', `The field "${to.title}" (${to.type}) cannot hold it: ${reading.problem}`, {
    details: { field: to.title },
  })
}
