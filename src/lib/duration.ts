/** Durations as `NC_JWT_EXPIRES_IN` writes them: `10h`, `90m`, `7d`, `1.5h`, `2 days` (docs/contract/api-v1.md 1.5). */

const UNIT_SECONDS: Record<string, number> = {
  ms: 0.001,
  msec: 0.001,
  msecs: 0.001,
  millisecond: 0.001,
  milliseconds: 0.001,
  s: 1,
  sec: 1,
  secs: 1,
  second: 1,
  seconds: 1,
  m: 60,
  min: 60,
  mins: 60,
  minute: 60,
  minutes: 60,
  h: 3600,
  hr: 3600,
  hrs: 3600,
  hour: 3600,
  hours: 3600,
  d: 86_400,
  day: 86_400,
  days: 86_400,
  w: 604_800,
  week: 604_800,
  weeks: 604_800,
  // A year of 365.25 days, as the grammar clients know counts it.
  y: 31_557_600,
  yr: 31_557_600,
  yrs: 31_557_600,
  year: 31_557_600,
  years: 31_557_600,
}

/** A century; far beyond it instants are no dates any more. */
const MAX_SECONDS = 100 * 31_557_600

/**
 * Whole seconds of a duration, or null when the text is not a positive number of at most a century followed by a unit. A bare number is
 * refused on purpose: the grammar clients know reads it as milliseconds, which nobody who writes `3600` means.
 */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,13}(?:\.\d{1,6})?) ?([a-z]{1,12})$/i.exec(text.trim())
  const unit = UNIT_SECONDS[match?.[2]?.toLowerCase() ?? '']
  if (match?.[1] === undefined || unit === undefined) return null
  const seconds = Math.round(Number(match[1]) * unit)
  return seconds > 0 && seconds <= MAX_SECONDS ? seconds : null
}
