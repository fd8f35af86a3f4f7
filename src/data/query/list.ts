/**
 * The items of a list as text: `a, b` or `"x, y",z`. Commas separate them, spaces around an item do not count. An item that
 * begins with a double quote ends with the next one; inside, `""` or `\"` is a quote and `\\` a backslash. A quote anywhere
 * else is a character like others.
 */

export type List = { ok: true; items: string[] } | { ok: false; message: string; at: number }

/** The items, or what is wrong and at which character. Linear in the length of the text. */
export function readList(text: string): List {
  const items: string[] = []
  for (let from = 0; ; from += 1) {
    const start = skipSpaces(text, from)
    if (text[start] === '"') {
      const quoted = readQuoted(text, start)
      if (quoted === null) return { ok: false, message: UNCLOSED_QUOTE, at: start }
      items.push(quoted.value)
      from = skipSpaces(text, quoted.next)
      if (from < text.length && text[from] !== ',') return { ok: false, message: AFTER_QUOTE, at: from }
    } else {
      const comma = text.indexOf(',', start)
      from = comma < 0 ? text.length : comma
      items.push(text.slice(start, from).trim())
    }
    if (from >= text.length) return { ok: true, items }
  }
}

/** How many items there are, as far as they can be read. */
export function countItems(text: string): number {
  if (text.includes('"')) {
    const list = readList(text)
    return list.ok ? list.items.length : 0
  }
  let count = 1
  for (let comma = text.indexOf(','); comma >= 0; comma = text.indexOf(',', comma + 1)) count += 1
  return count
}

export const UNCLOSED_QUOTE = 'this quote is never closed; expected another " after it. Write a quote inside as "".'

const AFTER_QUOTE = 'expected a comma or the end after the quoted value. Write a quote inside as "".'

/** What stands in the quotes that open at `open`, and the index after them; null when they are not closed. */
export function readQuoted(text: string, open: number): { value: string; next: number } | null {
  const close = findQuote(text, open)
  if (close === null) return null
  const value = text.slice(open + 1, close).replaceAll(/""|\\(["\\])/g, (_, escaped: string | undefined) => escaped ?? '"')
  return { value, next: close + 1 }
}

/** Where the quotes that open at `open` are closed. */
export function findQuote(text: string, open: number): number | null {
  for (let index = open + 1; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code !== QUOTE && code !== BACKSLASH) continue
    const following = text.charCodeAt(index + 1)
    if (code === QUOTE && following !== QUOTE) return index
    if (following === QUOTE || following === BACKSLASH) index += 1
  }
  return null
}

const QUOTE = 34
const BACKSLASH = 92

/** The index of the first character that is no space. */
export function skipSpaces(text: string, from: number): number {
  let index = from
  while (isSpace(text[index])) index += 1
  return index
}

export function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r'
}
