/** How much one request may ask for. Together with cost.ts the bounds keep a filter of any shape within what D1 runs. */

/** Bytes (UTF-8) of `where`: room for an `in` of 5,000 UUIDs. (Cloudflare stops a URL at 16 KB: see http/method-override.ts.) */
export const MAX_WHERE_BYTES = 256 * 1024

/** Bytes (UTF-8) of `filterArrJson`, for the same. */
export const MAX_FILTER_JSON_BYTES = 256 * 1024

/** Groups inside groups. D1 refuses expressions deeper than 100; a level costs at most three (AND, OR, NOT). */
export const MAX_NESTING = 20

/** Conditions of one request, `where` and `filterArrJson` together. */
export const MAX_CONDITIONS = 500

/** Values in all lists of one request together. What is no JSON, for a JSON column, takes 5 µs each to find out. */
export const MAX_LISTED = 8000

/** Texts that the `%` of one `like` may stand between, where they are too long for a LIKE pattern: each is a step for each row. */
export const MAX_LIKE_PIECES = 100

/** Characters of a filter's SQL, which is ASCII. D1 takes statements of 100,000 bytes; the rest is for what stands around. */
export const MAX_FILTER_SQL = 90_000

const encoder = new TextEncoder()

export function isLongerThan(text: string, bytes: number): boolean {
  return text.length > bytes || encoder.encode(text).length > bytes
}
