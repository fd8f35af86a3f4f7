/**
 * The text of `where` cut into its pieces. Each character is looked at a fixed number of times; there is no recursion.
 *
 * A condition is `(field,operator,value)`:
 * - The field is everything up to the first comma. It may contain pairs of parentheses (`(Price (EUR),gt,5)`). A parenthesis
 *   or `~` right after the opening one begins a group; a field with such a title, or with a comma in it, is named by its
 *   column id.
 * - The operator is what stands before the next comma, or before the `)` when there is no value. Spaces around it are ignored.
 * - The value is everything up to the `)` that closes the condition, commas and pairs of parentheses included:
 *   `(Title,eq,a (b), c)`. There is no escape, but in lists: an item in double quotes may hold any character (list.ts).
 * - The value is taken as it is, spaces included, unless there is a space before the operator: whoever writes
 *   `(Title, eq, a)` puts a space after every comma and does not mean a value that begins with one. So that form is trimmed,
 *   and `(Title,eq, a)` looks for " a".
 *
 * After an `@` (NocoDB's sign for the syntax of its API v3) any field and any value may stand in double quotes:
 * `@("Last, First",eq,"a) b")`.
 */
import { type Condition } from './ast'
import { quote } from './invalid-query'
import { UNCLOSED_QUOTE, findQuote, isSpace, readList, readQuoted, skipSpaces } from './list'
import { findOperator } from './operators'

const JOIN_WORDS = ['and', 'or', 'not', 'andnot', 'ornot'] as const

export type JoinWord = (typeof JOIN_WORDS)[number]

export type Token = { position: number } & (
  | { type: 'open' | 'close' | 'end' }
  | { type: 'word'; word: JoinWord }
  | { type: 'condition'; condition: Condition }
  | { type: 'error'; message: string }
)

/** One piece, and the index after it. */
export interface Read {
  token: Token
  next: number
}

/** `@`: fields and values may be quoted. */
export interface Syntax {
  quotes: boolean
}

/** The piece that begins at `from` (spaces skipped). */
export function readToken(text: string, from: number, syntax: Syntax): Read {
  const position = skipSpaces(text, from)
  switch (text[position]) {
    case undefined:
      return { token: { type: 'end', position }, next: position }
    case '(':
      return beginsGroup(text, position)
        ? { token: { type: 'open', position }, next: position + 1 }
        : readCondition(text, position, syntax)
    case ')':
      return { token: { type: 'close', position }, next: position + 1 }
    case '~':
      return readWord(text, position)
    default:
      return failure(position, 'expected "(" to begin a condition, as in (Title,eq,value).')
  }
}

function beginsGroup(text: string, open: number): boolean {
  const character = text[skipSpaces(text, open + 1)]
  return character === undefined || character === '(' || character === ')' || character === '~'
}

function readWord(text: string, position: number): Read {
  let end = position + 1
  while (isLetter(text.charCodeAt(end))) end += 1
  const written = text.slice(position + 1, end)
  const word = JOIN_WORDS.find((known) => known === written)
  if (word !== undefined) return { token: { type: 'word', word, position }, next: end }
  const meant = JOIN_WORDS.find((known) => known === written.toLowerCase())
  return failure(
    position,
    `${quote(`~${written}`)} is not known; expected ${meant ? `~${meant}` : '~and, ~or, ~not, ~andnot or ~ornot'}.`,
  )
}

function readCondition(text: string, open: number, syntax: Syntax): Read {
  const { field, fieldAt, fieldEnd } = readField(text, open + 1, syntax)
  if (text[fieldEnd] === undefined) return unclosed(open)
  if (text[fieldEnd] !== ',') return failure(fieldEnd, `expected a comma and an operator after ${quote(field)}.`)

  const operatorEnd = findOperatorEnd(text, fieldEnd + 1)
  if (text[operatorEnd] === undefined) return unclosed(open)
  const operator = text.slice(fieldEnd + 1, operatorEnd).trim()
  const operatorAt = skipSpaces(text, fieldEnd + 1)
  if (operator === '') return failure(operatorAt, `expected an operator after ${quote(field)}, as in (Title,eq,value).`)

  const hasValue = text[operatorEnd] === ','
  const quotes = syntax.quotes || findOperator(operator)?.value === 'list'
  const close = hasValue ? findClose(text, operatorEnd + 1, quotes) : operatorEnd
  if (text[close] === undefined) return unclosed(open)
  if (text[close] === '"') return failure(close, UNCLOSED_QUOTE)
  const spaced = operatorAt > fieldEnd + 1
  const valueAt = hasValue ? (spaced ? skipSpaces(text, operatorEnd + 1) : operatorEnd + 1) : operatorEnd
  const raw = text.slice(operatorEnd + 1, close)
  const value = hasValue ? (spaced ? raw.trim() : raw) : null
  const at = { field: { position: fieldAt }, operator: { position: operatorAt }, value: { position: valueAt } }
  const condition: Condition = { type: 'condition', field, fieldBy: 'title', operator, subOperator: null, value, at }
  return {
    token: { type: 'condition', condition: syntax.quotes ? unquoted(condition) : condition, position: open },
    next: close + 1,
  }
}

function readField(text: string, from: number, { quotes }: Syntax): { field: string; fieldAt: number; fieldEnd: number } {
  const start = skipSpaces(text, from)
  const quoted = quotes && text[start] === '"' ? readQuoted(text, start) : null
  if (quoted !== null) return { field: quoted.value, fieldAt: start, fieldEnd: skipSpaces(text, quoted.next) }
  const fieldEnd = findFieldEnd(text, from)
  return { field: text.slice(from, fieldEnd), fieldAt: from, fieldEnd }
}

/** The one value of an operator without its quotes, also after a date word: `exactDate,"2026-01-31"`. Lists keep theirs. */
function unquoted(condition: Condition): Condition {
  const { value, operator } = condition
  if (typeof value !== 'string' || findOperator(operator)?.value === 'list' || !/(?:^|,)\s*"/.test(value)) return condition
  const list = readList(value)
  return list.ok ? { ...condition, value: list.items.join(',') } : condition
}

/** The first comma, or a `)` that has no partner in the field, or the end. */
function findFieldEnd(text: string, from: number): number {
  let depth = 0
  let index = from
  for (; index < text.length; index += 1) {
    const character = text[index]
    if (character === ',' || (character === ')' && depth === 0)) return index
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
  }
  return index
}

function findOperatorEnd(text: string, from: number): number {
  let index = from
  while (index < text.length && text[index] !== ',' && text[index] !== ')') index += 1
  return index
}

/**
 * The `)` that closes the condition: the first without a partner in the value. With `quotes`, what stands in the quotes of an
 * item does not count; quotes that are never closed end the search where they open.
 */
function findClose(text: string, from: number, quotes: boolean): number {
  let depth = 0
  let isNewItem = quotes
  let index = from
  for (; index < text.length; index += 1) {
    const character = text[index]
    if (isNewItem && character === '"') {
      const end = findQuote(text, index)
      if (end === null) return index
      index = end
    }
    if (character === '(') depth += 1
    if (character === ')' && depth === 0) return index
    if (character === ')') depth -= 1
    isNewItem = quotes && (character === ',' || (isNewItem && isSpace(character)))
  }
  return index
}

function unclosed(open: number): Read {
  return failure(open, 'expected ")" to close what begins here. (A value with a lone parenthesis can be sent in filterArrJson.)')
}

function failure(position: number, message: string): Read {
  return { token: { type: 'error', position, message }, next: position }
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}
