/** Text that people give things as names. */

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
