/** Identifiers that wear their kind (`us_…`), and API tokens. Shapes: docs/contract/api-v1.md 0.3 and 2.2. */
import { customAlphabet, nanoid } from 'nanoid'

const PREFIXES = {
  user: 'us_',
  project: 'p_',
  base: 'ds_',
  table: 'md_',
  column: 'cl_',
  view: 'vw_',
  option: 'sl_',
  row: 'rc_',
  session: 'se_',
  import: 'im_',
} as const

export type IdKind = keyof typeof PREFIXES

const LOWERCASE = '0123456789abcdefghijklmnopqrstuvwxyz'

/** 14 characters of [0-9a-z] (72 bits) after the kind's prefix. */
export function newId(kind: IdKind, random: () => string = customAlphabet(LOWERCASE, 14)): string {
  return PREFIXES[kind] + random()
}

/** The four letters that tell a project's table names apart: `nc_` + 4 characters + `__`. */
export function newTablePrefix(random: () => string = customAlphabet(LOWERCASE, 4)): string {
  return `nc_${random()}__`
}

/** Characters of an API token: a Nano ID of 40 characters of [A-Za-z0-9_-], 240 bits. */
export const TOKEN_LENGTH = 40

/** A new opaque secret: API tokens, refresh tokens, invitation, reset and verification tokens. */
export function newToken(random: (length: number) => string = nanoid): string {
  return random(TOKEN_LENGTH)
}
