/** Text that people give things as names, and what sentences for people quote. */

/** Longest piece of a request that a sentence repeats. */
const MAX_QUOTE = 60

/** A value of a request inside a sentence, as JSON writes it and not longer than a sentence should be. */
export function quoteValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const shown = text.length > MAX_QUOTE ? `${beginning(text, MAX_QUOTE)}…` : text
  return typeof value === 'string' ? `"${shown}"` : shown
}

/** 2_000_000 as `2 MB`, 262_144 as `256 KB`. */
export function sizeText(bytes: number): string {
  const unit = bytes % 1024 === 0 ? 1024 : 1000
  if (bytes < unit) return `${bytes} bytes`
  const [size, name] = bytes < unit * unit ? [bytes / unit, 'KB'] : [bytes / unit / unit, 'MB']
  return `${Math.floor(size * 10) / 10} ${name}`
}

/** One text in two forms of Unicode (é, and e with an accent) is one text. */
export function isSameText(one: string, other: string): boolean {
  return one === other || one.normalize() === other.normalize()
}

/** The beginning of a text, at most `length` UTF-16 units of it; a character of two is never cut in half. */
export function beginning(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '')
}

/** What is wrong with a name, in a sentence; null when nothing is. Any language and any mark is welcome in a name. */
export function nameProblem(name: string, maxLength: number): string | null {
  if (name.trim() === '') return 'must not be empty'
  if (name !== name.trim()) return 'must not begin or end with a blank'
  if ([...name].length > maxLength) return `must have at most ${maxLength} characters`
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'must not hold control characters'
  if (!name.isWellFormed()) return 'must be well-formed Unicode'
  return null
}
