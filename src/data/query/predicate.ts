/** A checked filter: columns that exist, values of the right type in the form they are stored in. What the compiler reads. */
import type { Nothing } from '../types/kind'
import type { Reading } from './letters'

export type Scalar = string | number

/** A column as a test sees it. `physicalName` is the only name that reaches SQL. */
export interface Subject {
  physicalName: string
  /**
   * plain: as stored. zeroForNull: ratings, where NULL counts as 0. digits: a whole number as text. decimal: any number, as JSON
   * writes it. day: of a datetime. jsonString: the string that a JSON text is of; NULL for others.
   */
  as: 'plain' | 'zeroForNull' | 'digits' | 'decimal' | 'day' | 'jsonString'
  /** Of `like`: the cell is read in lower case and with these. */
  readings?: readonly Reading[]
  /** Where those are many: a text that the cell holds, read with few of them, or else it is not looked at. */
  first?: { text: string; readings: readonly Reading[] }
}

export type Comparison = '=' | '<' | '<=' | '>' | '>='

export type Constant = Nothing

export type Test =
  | { test: 'null' }
  /** Texts that mean nothing: the empty text and, of JSON, its `null`, `""` and `[]`. */
  | { test: 'constant'; text: Constant }
  | { test: 'compare'; comparison: Comparison; value: Scalar }
  | { test: 'oneOf'; values: readonly Scalar[] }
  /** Texts, folded (letters.ts). `pattern` is one for LIKE, with `!` as its escape. */
  | { test: 'contains' | 'startsWith' | 'endsWith' | 'pattern'; text: string }
  /**
   * The pieces, one after the other with anything between; `anchored`: the cell begins with the first. After them `end`, which
   * the cell ends with; '' is anything. Folded, as above.
   */
  | { test: 'pieces'; anchored: boolean; pieces: readonly string[]; end: string }
  /** Items of a comma-joined cell. */
  | { test: 'hasItem'; item: string }
  | { test: 'hasAnyItem' | 'hasAllItems'; items: readonly string[] }

export type Predicate =
  | ({ type: 'test'; subject: Subject } & Test)
  | { type: 'and' | 'or'; children: readonly Predicate[] }
  /** Everything that `child` does not select: false or NULL. */
  | { type: 'not'; child: Predicate }

export function and(...children: readonly Predicate[]): Predicate {
  return { type: 'and', children }
}

export function or(...children: readonly Predicate[]): Predicate {
  return { type: 'or', children }
}

export function not(child: Predicate): Predicate {
  return { type: 'not', child }
}
