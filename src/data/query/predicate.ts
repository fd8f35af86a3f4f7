/** A checked filter: columns that exist, values of the right type in the form they are stored in. What the compiler reads. */

export type Scalar = string | number

/** A column as a test sees it. `physicalName` is the only name that reaches SQL. */
export interface Subject {
  physicalName: string
  /** plain: as stored. zeroForNull: ratings, where NULL counts as 0. digits: a number as people read it. day: of a datetime. */
  as: 'plain' | 'zeroForNull' | 'digits' | 'day'
}

export type Comparison = '=' | '<' | '<=' | '>' | '>='

export type Test =
  | { test: 'null' }
  /** The empty text. */
  | { test: 'emptyText' }
  /** The JSON texts `[]` and `null`. */
  | { test: 'emptyJson' }
  | { test: 'compare'; comparison: Comparison; value: Scalar }
  | { test: 'oneOf'; values: readonly Scalar[] }
  /** Texts, ASCII letters in lower case. `pattern` is one for LIKE, with `!` as its escape. */
  | { test: 'contains' | 'startsWith' | 'endsWith' | 'pattern'; text: string }
  /**
   * The pieces, one after the other with anything between; `anchored`: the cell begins with the first. Behind them `end`, which
   * the cell ends with; '' is anything. In lower case, as above.
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
