/**
 * `where` (docs/contract/api-v1.md 4.4) as a tree. Unlike upstream nothing is ever dropped: what cannot be read is an error.
 *
 *     where := ["@"] item+                 items that simply follow each other are joined by AND
 *     item  := [word] (condition | "(" where ")")
 *     word  := "~and" | "~or" | "~not" | "~andnot" | "~ornot" | "~and~not" | "~or~not"
 *
 * AND binds tighter than OR, as in SQL. `~not` is AND NOT, `~andnot` too, `~ornot` is OR NOT. A word before the first item
 * joins nothing (`~or(A,eq,1)` is `(A,eq,1)`), so that clients may build a filter by appending.
 */
import { sizeText } from '../../lib/text'
import { type ChainItem, type FilterNode, chain } from './ast'
import { type JoinWord, type Token, readToken } from './lexer'
import { MAX_CONDITIONS, MAX_NESTING, MAX_WHERE_BYTES, isLongerThan } from './limits'
import { skipSpaces } from './list'

/** Why a text is no filter. `position` counts characters (UTF-16 units, as JavaScript does) from 0. */
export interface ParseError {
  message: string
  position: number
}

/** The tree, null for a text of spaces only; or what is wrong with the text. */
export type ParseResult = { ok: true; ast: FilterNode | null } | { ok: false; error: ParseError }

interface Words {
  join: 'and' | 'or'
  negated: boolean
  written: string
}

interface Frame {
  /** Where the group's parenthesis stands. */
  opened: number
  /** What joins the group to the items before it. */
  words: Words | null
  items: ChainItem[]
}

const WORDS = {
  and: { join: 'and', negated: false },
  or: { join: 'or', negated: false },
  not: { join: 'and', negated: true },
  andnot: { join: 'and', negated: true },
  ornot: { join: 'or', negated: true },
} as const satisfies Record<JoinWord, { join: 'and' | 'or'; negated: boolean }>

/** Reads the text of `where`. Linear in its length; the stack is an array, so no input can exhaust ours. */
export function parseWhere(text: string): ParseResult {
  if (isLongerThan(text, MAX_WHERE_BYTES)) return refuse(0, `a filter may have ${sizeText(MAX_WHERE_BYTES)}; this one has more.`)
  const reader = new Reader()
  const start = skipSpaces(text, 0)
  const syntax = { quotes: text[start] === '@' }
  let index = syntax.quotes ? start + 1 : start
  for (;;) {
    const { token, next } = readToken(text, index, syntax)
    const error = reader.take(token)
    if (error !== null) return refuse(token.position, error)
    if (token.type === 'end') return reader.finish()
    index = next
  }
}

/** What was read so far: a stack of open groups, and the word that waits for its item. */
class Reader {
  private frame: Frame = { opened: 0, words: null, items: [] }
  private readonly outer: Frame[] = []
  private words: Words | null = null
  private conditions = 0

  /** Takes the next token. Returns what is wrong with it, or null. */
  take(token: Token): string | null {
    switch (token.type) {
      case 'error':
        return token.message
      case 'word':
        return this.takeWord(token.word)
      case 'condition':
        this.conditions += 1
        if (this.conditions > MAX_CONDITIONS) return `a filter may have ${MAX_CONDITIONS} conditions; this is one more.`
        this.add(token.condition, this.words)
        return null
      case 'open':
        return this.open(token.position)
      case 'close':
        return this.close()
      case 'end':
        return this.waiting()
    }
  }

  finish(): ParseResult {
    if (this.outer.length > 0) return refuse(this.frame.opened, 'expected ")" to close the group that begins here.')
    return { ok: true, ast: chain(this.frame.items) }
  }

  private takeWord(word: JoinWord): string | null {
    if (this.words === null) {
      this.words = { ...WORDS[word], written: `~${word}` }
      return null
    }
    if (word !== 'not' || this.words.negated) return this.waiting()
    this.words = { ...this.words, negated: true, written: `${this.words.written}~not` }
    return null
  }

  private open(position: number): string | null {
    if (this.outer.length >= MAX_NESTING) return `groups may be nested ${MAX_NESTING} deep; this is one more.`
    this.outer.push(this.frame)
    this.frame = { opened: position, words: this.words, items: [] }
    this.words = null
    return null
  }

  private close(): string | null {
    const error = this.waiting()
    if (error !== null) return error
    const parent = this.outer.pop()
    if (parent === undefined) return 'this ")" closes nothing; expected a condition, a group or the end.'
    const { items, words } = this.frame
    const node = chain(items)
    if (node === null) return 'expected a condition inside the parentheses, as in (Title,eq,value).'
    this.frame = parent
    this.add(node, words)
    return null
  }

  private waiting(): string | null {
    return this.words && `expected a condition or a group after ${this.words.written}.`
  }

  private add(node: FilterNode, words: Words | null): void {
    this.frame.items.push({ join: words?.join ?? 'and', negated: words?.negated ?? false, node })
    this.words = null
  }
}

function refuse(position: number, message: string): ParseResult {
  return { ok: false, error: { message, position } }
}
