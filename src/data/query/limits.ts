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

/** Texts that the `%` of one `like` may stand between, each is a step for each row where they are too long for a LIKE pattern. */
export const MAX_LIKE_PIECES = 100

/** Other forms of a `like` value's letters that are replaced by calls inside calls: D1 refuses expressions deeper than 100. */
export const MAX_NESTED_READINGS = 20

/** Other forms of a `like` value's letters: each is a step for those rows that hold the beginning of the value. */
export const MAX_LIKE_READINGS = 400

/** Names of all `fields`, and of all `sort`: ten times as many as a table has columns. Each is looked for among the columns. */
export const MAX_NAMES = 1000

/** Characters of a filter's SQL, which is ASCII. D1 takes statements of 100,000 bytes; the rest is for what stands around. */
export const MAX_FILTER_SQL = 90_000

const encoder = new TextEncoder()

export function isLongerThan(text: string, bytes: number): boolean {
  return text.length > bytes || encoder.encode(text).length > bytes
}
