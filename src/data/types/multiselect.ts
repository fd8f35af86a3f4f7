/** Any number of a column's options: their titles in D1, with commas between. */
import { quoteValue } from '../../lib/text'
import type { Column } from './column'
import { unguarded } from './formula-guard'
import { HOLDS_TEXT, type Kind, NO_VALUE, guardedText, isSameKind, problem, sameJson } from './kind'
import { isPlainValue, keepsOptions, oneOf, optionText, optionTitle, renamedOptions, titlesSchema } from './options'

export const multiselect: Kind = {
  sql: 'TEXT',
  fromJson: (value, column) => {
    const titles = titlesOf(value)
    if (titles === null) return { expected: oneOf(column) }
    const known = titles.map((title) => optionTitle(column, title))
    const wrong = known.indexOf(undefined)
    if (wrong >= 0) return { expected: chosenOf(column, titles), wrong: titles[wrong] }
    return [...new Set(known)].join(',')
  },
  toJson: sameJson,
  // The choice of none.
  holdsEmptyText: () => true,
  fromText: (cell, column, { typed }) => {
    if (cell === '' && !typed) return NO_VALUE
    const text = unguarded(cell)
    const whole = typed ? undefined : optionText(column, text)
    const titles = whole === undefined ? splitOptions(text, typed) : [whole]
    const wrong = titles.find((title) => optionText(column, title) === undefined)
    if (wrong !== undefined) return problem(wrong, 'none of the options')
    return { value: titles.map((title) => optionText(column, title)).join(',') }
  },
  toText: guardedText,
  asks: null,
  defaults: { fromText: (text) => text, fromNow: null },
  initial: () => null,
  options: 'several',
  order: 'text',
  operators: ['equality', 'like', 'items'],
  filter: { by: 'value', expected: 'a text', read: (text) => text },
  shown: ['plain'],
  nothing: HOLDS_TEXT,
  holds: (from, to) => isSameKind(from, to) && keepsOptions(from, to),
  convert: ({ stored, column }, to) => renamedOptions(String(stored), column, to),
  schema: (column, way) =>
    way === 'answer'
      ? { type: 'string' }
      : { type: ['string', 'array'], ...listPattern(column), items: { type: 'string', ...titlesSchema(column) } },
  example: ({ options }, which) =>
    options
      .slice(0, 2 - which)
      .map(({ title }) => title)
      .join(','),
  exampleFilter: ({ options: [option] }) => (isPlainValue(option?.title) ? ['anyof', option.title] : ['notnull', '']),
}

function titlesOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return [...(value as unknown[])]
  return typeof value === 'string' ? value.split(',').filter((title) => title !== '') : null
}

/** What would be right instead of several titles of which one is wrong. */
function chosenOf(column: Column, titles: readonly unknown[]): string {
  const trimmed = titles.map((title) => optionTitle(column, typeof title === 'string' ? title.trim() : title))
  if (trimmed.includes(undefined)) return oneOf(column)
  return `its options without blanks around them, as in ${quoteValue(trimmed.join(','))}`
}

/** Titles of options in a cell. An export writes commas; people write semicolons, too, and spaces after them. */
export function splitOptions(text: string, typed: boolean): string[] {
  if (typed) return text.split(',').filter((part) => part !== '')
  const parts = text.includes(',') ? text.split(',') : text.split(';')
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** Options separated by commas; none, too. */
function listPattern({ options }: Column): { pattern?: string } {
  const titles = options.map(({ title }) => title.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`))
  return titles.length === 0 ? {} : { pattern: `^(?:(?:${titles.join('|')})(?:,(?!$)|$))*$` }
}
