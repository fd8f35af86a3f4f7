/** One of a column's options, by its title. */
import { unguarded } from './formula-guard'
import { HOLDS_TEXT, type Kind, NO_VALUE, guardedText, isSameKind, problem, sameJson } from './kind'
import { isPlainValue, keepsOptions, oneOf, optionText, optionTitle, renamedOptions, titlesSchema } from './options'

export const select: Kind = {
  sql: 'TEXT',
  fromJson: (value, column) => optionTitle(column, value) ?? { expected: oneOf(column) },
  toJson: sameJson,
  holdsEmptyText: () => false,
  fromText: (cell, column) => {
    const text = unguarded(cell)
    if (text.trim() === '') return NO_VALUE
    const title = optionText(column, text)
    return title === undefined ? problem(text, 'none of the options') : { value: title }
  },
  toText: guardedText,
  asks: null,
  defaults: { fromText: (text) => text, fromNow: null },
  initial: () => null,
  options: 'one',
  order: 'text',
  operators: ['equality', 'order', 'like', 'items'],
  filter: { by: 'value', expected: 'a text', read: (text) => text },
  shown: ['plain'],
  nothing: HOLDS_TEXT,
  holds: (from, to) => isSameKind(from, to) && keepsOptions(from, to),
  convert: ({ stored, column }, to) => renamedOptions(String(stored), column, to),
  schema: (column) => ({ type: 'string', ...titlesSchema(column) }),
  example: ({ options }, which) => (options[which] ?? options[0])?.title,
  exampleFilter: ({ options: [option] }) => (isPlainValue(option?.title) ? ['eq', option.title] : ['notnull', '']),
}
