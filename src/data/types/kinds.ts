/** The kinds of values that columns have, all that is known of each in a file of its own. */
import { boolean } from './boolean'
import { type ColumnType, type ValueKind, kindOf } from './column-types'
import { date } from './date'
import { datetime } from './datetime'
import { integer } from './integer'
import { json } from './json'
import type { Kind } from './kind'
import { multiselect } from './multiselect'
import { number } from './number'
import { select } from './select'
import { text } from './text'
import { time } from './time'

export const KINDS = {
  text,
  integer,
  number,
  boolean,
  date,
  datetime,
  time,
  select,
  multiselect,
  json,
} as const satisfies Record<ValueKind, Kind>

/** What holds of the values of a column. */
export function rulesOf(column: { type: ColumnType }): Kind {
  return KINDS[kindOf(column)]
}
