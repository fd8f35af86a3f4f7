/** JSON as it is written, and what JSON.parse would make of it without a word. */
import { ApiError, type Issue, MAX_ISSUES, invalidInput } from '../errors'
import { exactNumber } from '../lib/number'

/** Nesting of a JSON body; beyond it lies only abuse of recursive readers. */
const MAX_DEPTH = 32

/** Characters up to which a body is parsed to tell where it is wrong: that is slow, and nobody has signed in by then. */
const MAX_PARSED = 1024 * 1024

const CHANGED = 'a number that no double holds as it is written, or half of a surrogate pair'

/**
 * Whether a text would be read as it is written. Throws BAD_JSON for NUL and for depth, INVALID_REQUEST_BODY for what would be
 * changed. Whether it parses at all is found out by the route that reads it.
 */
export function checkJson(json: string): void {
  const position = findSuspect(json)
  if (position === null) return
  const errors = json.length > MAX_PARSED ? [{ path: '', message: `character ${position}: ${CHANGED}` }] : changes(json)
  if (errors.length > 0) throw invalidInput(errors, 'body')
}

/**
 * Where the first number or escape stands that would be changed; null for nowhere. One pass that parses nothing. Throws for NUL
 * and for depth.
 */
function findSuspect(json: string): number | null {
  let suspect: number | null = null
  let depth = 0
  let isText = false
  for (let index = 0; index < json.length; index++) {
    const character = json.charAt(index)
    if (character === '"') isText = !isText
    else if (isText) {
      if (character !== '\\') continue
      const length = lengthOfEscape(json, index)
      if (length === null) suspect ??= index
      index += (length ?? 2) - 1
    } else if (character === '[' || character === '{') {
      if (++depth > MAX_DEPTH) throw new ApiError('BAD_JSON', `The request body is nested more than ${MAX_DEPTH} levels deep.`)
    } else if (character === ']' || character === '}') {
      depth--
    } else if (character >= '0' && character <= '9') {
      const number = json.slice(index, endOfNumber(json, index))
      if (suspect === null && !isShort(number) && exactNumber(number) === null) suspect = index
      index += number.length - 1
    }
  }
  return suspect
}

/** Characters of an escape, both halves of a surrogate pair being one; null for a half alone. Throws for NUL. */
function lengthOfEscape(json: string, start: number): number | null {
  if (json[start + 1] !== 'u') return 2
  const unit = codeUnit(json, start)
  if (unit === 0) throw new ApiError('BAD_JSON', 'The request body holds a NUL character.')
  if (unit < 0xd800 || unit > 0xdfff) return 2
  const next = unit < 0xdc00 && json.startsWith('\\u', start + 6) ? codeUnit(json, start + 6) : 0
  return next >= 0xdc00 && next <= 0xdfff ? 12 : null
}

/** Of the escape `\uXXXX` there; NaN when it is none. */
function codeUnit(json: string, start: number): number {
  return Number(`0x${json.slice(start + 2, start + 6)}`)
}

const NUMBER_PART = /[^\d+\-.eE]/g

function endOfNumber(json: string, start: number): number {
  NUMBER_PART.lastIndex = start
  return NUMBER_PART.exec(json)?.index ?? json.length
}

/** A double keeps every decimal of 15 digits (IEEE 754). */
function isShort(number: string): boolean {
  return number.length <= 15 && !/e/i.test(number)
}

/** What stands in place of a number that would be changed, while changes() looks for it. */
class ChangedNumber {
  constructor(readonly source: string) {}
}

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown

/** Where a body would be changed, the first MAX_ISSUES places; nothing when it does not parse. */
function changes(json: string): Issue[] {
  let found = 0
  const keepSource: Reviver = (_key, value, context) => {
    if (typeof value !== 'number' || found === MAX_ISSUES) return value
    const { source } = context ?? {}
    if (source === undefined || exactNumber(source) !== null) return value
    found += 1
    return new ChangedNumber(source)
  }
  try {
    const issues: Issue[] = []
    collect(JSON.parse(json, keepSource), [], issues)
    return issues
  } catch {
    return []
  }
}

/** Adds what is wrong in `value`, which stands at `path`. */
function collect(value: unknown, path: string[], issues: Issue[]): void {
  if (issues.length === MAX_ISSUES) return
  const add = (message: string) => issues.push({ path: path.join('.'), message })
  if (value instanceof ChangedNumber) add(`a double does not hold ${shortened(value.source)} as it is written`)
  else if (typeof value === 'string' && !value.isWellFormed()) add('the text holds half of a surrogate pair')
  else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      path.push(key.toWellFormed())
      if (key.isWellFormed()) collect(member, path, issues)
      else add('the name holds half of a surrogate pair')
      path.pop()
    }
  }
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
