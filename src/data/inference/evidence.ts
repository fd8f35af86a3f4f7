/** What the whole file says of its decimal mark and of the order of its dates, and what it leaves open. */
import { type CountedShape, total } from './candidates'
import type { DateOrder } from '../types/date-text'
import type { Format } from './dialect'
import type { DecimalMark } from '../types/number-text'
import type { DateShape, NumberShape } from './shape'

export interface Question {
  name: 'date_order' | 'decimal_mark'
  /** Columns of the file that it is about. */
  columns: number[]
  message: string
  choices: string[]
}

export interface Evidence {
  mark: DecimalMark | null
  order: DateOrder | null
  questions: Question[]
}

/** A column with this share of numbers (or dates) says something of how the file writes them. */
const SHARE = 0.9

/** Of two answers the one with fewer cells than this share is a slip of the pen. */
const SLIP = 0.01

/**
 * Numbers like `1,234` in a column that has numbers without a mark, too, and none with one or two digits after it. If so many
 * were decimals, some would end in a zero and be shorter.
 */
const MANY_THOUSANDS = 30

/** The marks and orders that were asked for hold; where neither they nor the file say, there is a question. */
export function evidenceOf(columns: readonly (readonly CountedShape[])[], format: Format): Evidence {
  const mark = format.decimalMark ?? markOf(columns)
  const order = format.dateOrder ?? orderOf(columns)
  const openNumbers = mark === null ? columnsWith(columns, 'number', isOpenNumber) : []
  const openDates = order === null ? columnsWith(columns, 'date', isOpenDate) : []
  const questions: Question[] = []
  if (openNumbers.length > 0) questions.push(markQuestion(openNumbers, firstOf(columns, isOpenNumber)))
  if (openDates.length > 0) questions.push(orderQuestion(openDates, firstOf(columns, isOpenDate)))
  return { mark: mark ?? (openNumbers.length > 0 ? null : '.'), order, questions }
}

function markQuestion(columns: number[], example: string): Question {
  const message = `Is "${example}" more than a thousand, or a number with three decimals? Say which the decimal mark is: a point or a comma.`
  return { name: 'decimal_mark', columns, message, choices: ['.', ','] }
}

function orderQuestion(columns: number[], example: string): Question {
  const message = `Dates such as "${example}" can be read in two ways. Say what comes first: the day (dmy) or the month (mdy).`
  return { name: 'date_order', columns, message, choices: ['dmy', 'mdy'] }
}

const isOpenNumber = ({ shape }: CountedShape): boolean => shape.kind === 'number' && shape.size === 'open'
const isOpenDate = ({ shape }: CountedShape): boolean => shape.kind === 'date' && shape.order === 'either'

function columnsWith(
  columns: readonly (readonly CountedShape[])[],
  kind: 'number' | 'date',
  isOpen: (counted: CountedShape) => boolean,
): number[] {
  return columns.flatMap((shapes, index) => (isMostly(shapes, kind) && shapes.some(isOpen) ? [index] : []))
}

function firstOf(columns: readonly (readonly CountedShape[])[], isOpen: (counted: CountedShape) => boolean): string {
  return columns.flat().find(isOpen)?.first[0]?.[1] ?? ''
}

function isMostly(shapes: readonly CountedShape[], kind: 'number' | 'date'): boolean {
  // A column with codes is one of texts.
  if (shapes.some(({ shape }) => shape.kind === 'code' || shape.kind === 'inexact')) return false
  const present = total(shapes.filter(({ shape }) => shape.kind !== 'missing'))
  return present > 0 && total(shapes.filter(({ shape }) => shape.kind === kind)) >= present * SHARE
}

function markOf(columns: readonly (readonly CountedShape[])[]): DecimalMark | null {
  const mostly = columns.filter((shapes) => isMostly(shapes, 'number'))
  const votes = (mark: DecimalMark) => mostly.reduce((sum, shapes) => sum + votesFor(shapes, mark), 0)
  return winner('.', votes('.'), ',', votes(','))
}

/** A few numbers with a mark among many without say nothing: `2,2` may be a list of two. */
const MARKED_SHARE = 0.1

function votesFor(shapes: readonly CountedShape[], mark: DecimalMark): number {
  const cells = (test: (shape: NumberShape) => boolean) =>
    total(shapes.filter(({ shape }) => shape.kind === 'number' && test(shape)))
  const written = cells((shape) => shape.mark === mark)
  const thousands = cells((shape) => shape.mark === `either${mark === '.' ? ',' : '.'}`)
  const isThousands = thousands >= MANY_THOUSANDS && cells((shape) => shape.mark === null) > 0 && cells(hasMark) === thousands
  if (isThousands) return thousands
  return written + thousands >= cells(() => true) * MARKED_SHARE ? written : 0
}

function hasMark({ mark }: NumberShape): boolean {
  return mark !== null
}

function orderOf(columns: readonly (readonly CountedShape[])[]): DateOrder | null {
  const mostly = columns.filter((shapes) => isMostly(shapes, 'date'))
  const cells = (order: DateShape['order']) =>
    total(mostly.flat().filter(({ shape }) => shape.kind === 'date' && shape.order === order))
  return winner('dmy', cells('dmy'), 'mdy', cells('mdy'))
}

/** Null for a draw: both have cells that the other cannot have. */
function winner<Answer>(one: Answer, ones: number, other: Answer, others: number): Answer | null {
  if (ones === others) return null
  if (ones > others) return others <= ones * SLIP ? one : null
  return ones <= others * SLIP ? other : null
}
