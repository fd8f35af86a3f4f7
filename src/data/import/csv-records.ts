/** Text of a CSV file as records: RFC 4180 and what programs write beside it. */
import type { CsvRecord, RecordProblem } from '../inference/dialect'

/** Characters of a quoted cell: none longer fits into a row. A mark that nothing closes must not swallow the rest of a file. */
const MAX_CELL = 2_000_000

const QUOTE = 34
const LF = 10
const CR = 13
const SPACE = 32

/** Reads records from the start of a text of whole lines. */
export class RecordReader {
  /** Where the next record begins. */
  at = 0
  #problem: RecordProblem | undefined
  readonly #separator: number

  constructor(
    readonly text: string,
    separator: string,
    /** Of the next record. */
    public line: number,
    /** The file ends with this text. */
    readonly isLast: boolean,
  ) {
    this.#separator = separator.charCodeAt(0)
  }

  /** Null at the end, and where a quoted cell goes on after the text. */
  next(): CsvRecord | null {
    const { at, line } = this
    if (at >= this.text.length) return null
    const cells: (string | null)[] = []
    for (;;) {
      const cell = this.#cell()
      if (cell === undefined) {
        this.at = at
        this.line = line
        this.#takeProblem()
        return null
      }
      cells.push(cell)
      if (this.text.charCodeAt(this.at) !== this.#separator) break
      this.at++
    }
    this.#skipLineEnd()
    const problem = this.#takeProblem()
    return problem === undefined ? { line, cells } : { line, cells, problem }
  }

  #takeProblem(): RecordProblem | undefined {
    const problem = this.#problem
    this.#problem = undefined
    return problem
  }

  /** Undefined when it goes on after the text. */
  #cell(): string | null | undefined {
    const mark = this.#openingQuote()
    if (mark < 0) return this.#plain()
    const closing = this.#closingQuote(mark)
    if (closing === 'later') return undefined
    if (typeof closing === 'number') return this.#quoted(mark, closing)
    this.#problem ??= closing
    const cell = this.#plain()
    // `"say "hi" now"`: the outer ones are no part of the text.
    return cell !== null && /^".*"$/.test(cell) && cell.length > 2 ? cell.slice(1, -1) : cell
  }

  /** Some programs put a space before it. */
  #openingQuote(): number {
    let at = this.at
    while (this.text.charCodeAt(at) === SPACE) at++
    if (this.text.charCodeAt(at) !== QUOTE) return -1
    return at === this.at || typeof this.#closingQuote(at) === 'number' ? at : -1
  }

  /** Of the cell whose opening one is at `mark`. */
  #closingQuote(mark: number): number | 'later' | 'unclosed-quote' | 'stray-quote' {
    for (let at = mark + 1; ; at += 2) {
      at = this.text.indexOf('"', at)
      if (at < 0 || at - mark > MAX_CELL) break
      if (this.text.charCodeAt(at + 1) !== QUOTE) return this.#isEndOfCell(this.#skipSpaces(at + 1)) ? at : 'stray-quote'
    }
    return this.isLast || this.text.length - mark > MAX_CELL ? 'unclosed-quote' : 'later'
  }

  #skipSpaces(start: number): number {
    let at = start
    while (this.text.charCodeAt(at) === SPACE) at++
    return at
  }

  #isEndOfCell(at: number): boolean {
    if (at >= this.text.length) return true
    const unit = this.text.charCodeAt(at)
    return unit === this.#separator || unit === LF || unit === CR
  }

  #quoted(mark: number, closing: number): string {
    const cell = this.text.slice(mark + 1, closing)
    this.at = this.#skipSpaces(closing + 1)
    this.line += countLineEnds(cell)
    return cell.includes('"') ? cell.replaceAll('""', '"') : cell
  }

  #plain(): string | null {
    const { text, at } = this
    let end = at
    for (; end < text.length; end++) {
      const unit = text.charCodeAt(end)
      if (unit === this.#separator || unit === LF || unit === CR) break
    }
    this.at = end
    return end === at ? null : text.slice(at, end)
  }

  #skipLineEnd(): void {
    const unit = this.text.charCodeAt(this.at)
    if (unit === CR && this.text.charCodeAt(this.at + 1) === LF) this.at++
    this.at++
    this.line++
  }
}

function countLineEnds(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === LF || (unit === CR && text.charCodeAt(at + 1) !== LF)) count++
  }
  return count
}
