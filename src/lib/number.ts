/** Numbers as text. */

/** Characters: the longest double written in full has 309 digits; more only repeats what an exponent says. */
const MAX_LENGTH = 330

/**
 * The number that a decimal says (`-1.50`, `.5`, `2e10`), or null when it is none, or when a double would say another one:
 * 2^53 + 1, 1e400, 1e-400, more digits than a double tells apart (IEEE 754; the shortest text of a double is ECMA-262's).
 */
export function exactNumber(text: string): number | null {
  if (text.length > MAX_LENGTH) return null
  const number = Number(text)
  const shortest = String(number)
  // So most programs write theirs; NaN and Infinity are no decimals.
  if (shortest === text) return Number.isFinite(number) ? number : null
  const said = normalized(text)
  return said !== null && said === normalized(shortest) ? number : null
}

/** Sign aside: the digits without zeros at either end, and the exponent of the last one. Null when it is no decimal. */
function normalized(text: string): string | null {
  const [, whole = '', fraction = '', exponent = '0'] = /^[+-]?(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  if (whole === '' && fraction === '') return null
  const digits = (whole + fraction).replace(/^0+/, '')
  const trimmed = digits.replace(/0+$/, '')
  if (trimmed === '') return '0'
  return `${trimmed}e${Number(exponent) - fraction.length + digits.length - trimmed.length}`
}
