/**
 * Texts in CSV cells that a spreadsheet would run as formulas (OWASP, CSV injection). An export puts a quote mark before them; an
 * import takes off exactly that one, so that what came out goes in again as it was.
 */

/** How a formula begins; the wide forms are those of Asian keyboards. */
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/

/** Begins like a formula and cannot be one: a lone sign, a line of dashes, a number with its sign, a phone number. */
const HARMLESS = [/^[=+\-@]$/, /^-+$/, /^[+-][0-9][0-9.,' \u00a0]*(?:[eE][+-]?[0-9]+)?[ \u00a0]?%?$/, /^\+[0-9 ()./-]+$/]

/** The text as an export writes it. */
export function guarded(text: string): string {
  return isFormula(withoutQuoteMarks(text)) ? `'${text}` : text
}

/** The text of which `guarded` made this one. */
export function unguarded(text: string): string {
  return text.startsWith("'") && isFormula(withoutQuoteMarks(text)) ? text.slice(1) : text
}

function isFormula(text: string): boolean {
  return FORMULA_START.test(text) && !HARMLESS.some((form) => form.test(text))
}

/** A text that looks as if it had been guarded already gets one more quote mark, or it would come back with one less. */
function withoutQuoteMarks(text: string): string {
  return text.replace(/^'+/, '')
}
