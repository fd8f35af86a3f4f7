/** From the text of a filter's value to what is stored: SQLite would compare a text with a number, and say yes. */
import type { ValueKind } from '../types/column'
import { readTime } from '../types/iso-date'
import type { Scalar } from './predicate'

/** What a value of each kind looks like, for the message that refuses another. Dates: dates.ts. */
export const EXPECTED = {
  text: 'a text',
  select: 'a text',
  multiselect: 'a text',
  json: 'a text',
  integer: 'a number',
  number: 'a number',
  boolean: 'true or false',
  time: 'a time such as 09:30 or 09:30:00',
} as const satisfies Record<Exclude<ValueKind, 'date' | 'datetime'>, string>

export type PlainKind = keyof typeof EXPECTED

/** The value in its stored form; null when it is none of that kind. */
export function readValue(kind: PlainKind, text: string): Scalar | null {
  switch (kind) {
    case 'text':
    case 'select':
    case 'multiselect':
      return text
    case 'json':
      return readJson(text)
    case 'integer':
    case 'number':
      return readNumber(text.trim())
    case 'boolean':
      return readBoolean(text.trim().toLowerCase())
    case 'time':
      return readTime(text.trim())
  }
}

/** Fractions are fine, also against whole-number columns. An integer that a double cannot hold exactly is not a number here. */
function readNumber(text: string): number | null {
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text)) return null
  const value = Number(text)
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value) && !/e/i.test(text))) return null
  return value
}

function readBoolean(text: string): 0 | 1 | null {
  if (text === 'true' || text === '1') return 1
  return text === 'false' || text === '0' ? 0 : null
}

/** JSON is compared as the text it is stored as, so spaces between its tokens do not count. */
function readJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}
