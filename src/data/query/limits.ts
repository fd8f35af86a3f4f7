/** How much one request may ask for. Each bound keeps a filter of any shape within what D1 runs (see compiler.ts). */

/** Bytes (UTF-8) of `where`. */
export const MAX_WHERE_BYTES = 8 * 1024

/** Bytes (UTF-8) of `filterArrJson`: room for an `in` of 5,000 ids. (Workers themselves stop a URL at 16 KB.) */
export const MAX_FILTER_JSON_BYTES = 64 * 1024

/** Groups inside groups. D1 refuses expressions deeper than 100; a level costs at most three (AND, OR, NOT). */
export const MAX_NESTING = 20

/** Conditions of one request, `where` and `filterArrJson` together. D1 stops at 25,000 instructions for one statement. */
export const MAX_CONDITIONS = 500

const encoder = new TextEncoder()

export function isLongerThan(text: string, bytes: number): boolean {
  return text.length > bytes || encoder.encode(text).length > bytes
}
