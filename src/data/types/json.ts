/** Any JSON: its text in D1, without spaces between its tokens. */
import { checkJson } from '../../http/json-text'
import { type TypesOf, kindOf } from './column-types'
import { type Kind, examplesOf, isSameKind, problem, trimmed } from './kind'

export const json: Kind = {
  sql: 'TEXT',
  fromJson: (value) => JSON.stringify(value),
  toJson: (stored) => (typeof stored === 'string' ? parsed(stored) : stored),
  holdsEmptyText: () => true,
  fromText: trimmed((text) => {
    try {
      checkJson(text)
      return { value: JSON.parse(text) as unknown }
    } catch {
      return problem(text, 'no JSON, or has a number that cannot be kept exactly')
    }
  }),
  // So that the string "1" and the number 1 differ.
  toText: (value) => JSON.stringify(value),
  asks: null,
  defaults: { fromText: parsed, fromNow: null },
  initial: () => null,
  options: null,
  order: 'value',
  operators: ['equality', 'like'],
  // Compared as the text that it is stored as; a text that is no JSON means the string.
  filter: { by: 'value', expected: 'a text', read: canonical, alike: (text) => JSON.stringify(text) },
  shown: ['plain', 'jsonString'],
  nothing: { null: ['null'], empty: ['', '""'], blank: ['[]'] },
  holds: isSameKind,
  convert: ({ stored, json: value, column }) => (kindOf(column) === 'text' ? exact(String(stored)) : value),
  schema: () => ({ type: ['object', 'array', 'string', 'number', 'boolean'], items: {}, additionalProperties: true }),
  example: examplesOf<TypesOf<'json'>>({
    Attachment: [
      [{ url: 'https://files.example.com/pen.png', title: 'pen.png', mimetype: 'image/png', size: 2048 }],
      [{ url: 'https://files.example.com/ink.png', title: 'ink.png', mimetype: 'image/png', size: 4096 }],
    ],
    JSON: [
      { colour: 'blue', sizes: [1, 2] },
      { colour: 'green', sizes: [3] },
    ],
  }),
  exampleFilter: () => ['notnull', ''],
}

/** JSON, or the text where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function canonical(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}

/** JSON where the text is that: what became text by a change of type comes back. Never with another number than it says. */
function exact(text: string): unknown {
  const keep = (_key: string, member: unknown): unknown => {
    if (typeof member === 'number' && Math.abs(member) > Number.MAX_SAFE_INTEGER) throw new RangeError('no exact number')
    return member
  }
  try {
    return JSON.parse(text, keep) as unknown
  } catch {
    return text
  }
}
