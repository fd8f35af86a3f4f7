/** What a kind of values is. Each kind is one file beside this one and one line in kinds.ts. */
import { quoteValue } from '../../lib/text'
import type { Column } from './column'
import { type ColumnType, kindOf } from './column-types'
import { guarded } from './formula-guard'

/** What D1 binds and gives back. A boolean is 0 or 1, JSON is its text. */
export type Stored = string | number | null

export interface Kind {
  /** Of its columns in D1. Dates and times are texts that sort as time does. */
  sql: 'INTEGER' | 'REAL' | 'TEXT'
  /** From JSON to what is stored; never of null, which is stored as it is. */
  fromJson: (value: unknown, column: Column) => string | number | Refusal
  toJson: (stored: unknown) => unknown
  /** Whether the empty text is a value, and not what a form or a spreadsheet sends of an empty field. */
  holdsEmptyText: (column: Column) => boolean
  /** The cell of a file, or a text that becomes a value by a change of type. */
  fromText: TextReader
  /** The cell of a file that fromText() reads. `value`: as JSON. */
  toText: (value: unknown) => string
  /** What a person has to say of texts before they can be read, where the texts leave it open. */
  asks: 'decimal_mark' | 'date_order' | null
  /** The default value of a column as JSON; `now` in ms where it is the present moment, and null where that cannot be meant. */
  defaults: { fromText: (text: string) => unknown; fromNow: ((now: number) => Stored) | null }
  /** What a new row gets where neither it nor its column says. */
  initial: (column: Column) => Stored
  /** How many options a value is of. */
  options: 'one' | 'several' | null
  /** As texts are, or by the value in D1: collation.ts. */
  order: 'text' | 'value'
  operators: readonly OperatorGroup[]
  filter: FilterValue
  /** What `like` looks at: a whole number as text, any number as JSON writes it, the string that a JSON text is of. */
  shown: readonly ('plain' | 'digits' | 'decimal' | 'jsonString')[]
  /** Stored texts that mean nothing: as NULL does, as the empty text does, and others that are blank. */
  nothing: { null: readonly Nothing[]; empty: readonly Nothing[]; blank: readonly Nothing[] }
  /** Whether what is stored for a column means the same, as it stands, after a change of its type, options or meta. */
  holds: (from: Column, to: Column) => boolean
  /** Else: what a client would write to mean the same. */
  convert: (from: Source, to: Column) => unknown
  schema: (column: Column, way: Way) => Shape
  /** A value of the column, in requests as in answers; undefined when there can be none. */
  example: (column: Column, which: Which) => unknown
  /** A condition that people would write. */
  exampleFilter: (column: Column, example: unknown) => readonly [operator: string, value: string]
}

/** What a column takes, when the value is no such thing. */
export interface Refusal {
  expected: string
  /** The part of the value that is wrong, where it is not all of it. */
  wrong?: unknown
  /** What clients of the contract know the rule by. */
  name?: string
}

/** How texts are written: null where that is left open. */
export interface TextFormat {
  decimalMark: '.' | ',' | null
  dateOrder: 'dmy' | 'mdy' | null
  /** By an export of ours, with types: '' is a text, and nothing is trimmed. */
  typed: boolean
}

export type TextReading = { value: unknown } | { problem: string }

export type TextReader = (cell: string, column: Column, format: TextFormat) => TextReading

export const NO_VALUE: TextReading = { value: null }

export function problem(text: string, what: string): { problem: string } {
  return { problem: `${quoteValue(text)} is ${what}.` }
}

/** A reader to which spaces mean nothing. */
export function trimmed(read: TextReader): TextReader {
  return (cell, column, format) => {
    const text = cell.trim()
    return text === '' ? NO_VALUE : read(text, column, format)
  }
}

/** Operators that a kind has all or none of: query/operators.ts. */
export type OperatorGroup = 'equality' | 'order' | 'like' | 'checked' | 'items' | 'window'

/** What the text of a condition's value becomes: a stretch of time (query/dates.ts), or what is stored. */
export type FilterValue =
  | { by: 'moment'; precision: 'date' | 'datetime' }
  | {
      by: 'value'
      /** For the message that refuses another. */
      expected: string
      /** In its stored form; null when it is none of that kind. */
      read: (text: string) => string | number | null
      /** What else a value is equal to that a person writes so. */
      alike?: (text: string) => string
    }

export type Nothing = '' | 'null' | '""' | '[]'

export const HOLDS_NO_TEXT: Kind['nothing'] = { null: [], empty: [], blank: [] }
export const HOLDS_TEXT: Kind['nothing'] = { null: [], empty: [''], blank: [] }

/** A value, and the column that it was stored for. */
export interface Source {
  stored: string | number
  json: unknown
  column: Column
}

/** Which way a value goes. Requests may be looser than what comes back. */
export type Way = 'request' | 'answer'

/** JSON Schema of a value, before `null` is let in. */
export interface Shape {
  type: string | readonly string[]
  enum?: readonly string[]
  format?: string
  pattern?: string
  minimum?: number
  maximum?: number
  items?: Readonly<Record<string, unknown>>
  additionalProperties?: boolean
}

/** The first row that the examples make, and the second: two, so that both can stand in one table whatever must be unique. */
export type Which = 0 | 1

type Examples = readonly [first: unknown, second: unknown]

/** Examples by the types of the kind: none may be missing. */
export function examplesOf<Type extends ColumnType>(examples: Record<Type, Examples>): Kind['example'] {
  const known: Partial<Record<ColumnType, Examples>> = examples
  return ({ type }, which) => known[type]?.[which]
}

/** Only a text can hide a formula. */
export function guardedText(value: unknown): string {
  return typeof value === 'string' ? guarded(value) : JSON.stringify(value)
}

export function isSameKind(from: Column, to: Column): boolean {
  return kindOf(from) === kindOf(to)
}

export const sameJson = (stored: unknown): unknown => stored
export const sameValue = ({ json }: Source): unknown => json
