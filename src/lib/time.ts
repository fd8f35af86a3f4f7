/** Time on the wire: UTC, `2026-01-31 09:30:00+00:00` (docs/contract/api-v1.md 0.3). Inside, instants are milliseconds since 1970. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ') + '+00:00'
}

export const SECOND_MS = 1000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
