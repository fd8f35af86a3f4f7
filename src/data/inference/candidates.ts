/** Which types the cells of a column fit, by the shapes that were counted. */
import type { ColumnType } from '../types/column-types'
import type { DateOrder } from '../types/date-text'
import type { DecimalMark } from '../types/number-text'
import { type ShapeCount, type ColumnScan } from './scan'
import { type DateShape, type NumberShape, type Shape, parseShape } from './shape'
import { isBooleanPair } from '../types/words'

export interface CountedShape {
  shape: Shape
  count: number
  first: ShapeCount['first']
}

/** What has to be known of a file to tell what its numbers and dates are. */
export interface Resolution {
  mark: DecimalMark | null
  order: DateOrder | null
}

export interface Candidate {
  type: ColumnType
  /** For the column's `meta`. */
  currency: string | null
  /** Cells that are of this type. */
  fitting: number
  /** Cells that are not, and do not just say that there is no value. */
  odd: number
  missing: number
  misfits: CountedShape[]
}

export function shapesOf(column: ColumnScan): CountedShape[] {
  return Object.entries(column.shapes).map(([key, { count, first }]) => ({ shape: parseShape(key), count, first }))
}

/** How well each type fits, the narrowest first. Texts fit everything, and are not among them. */
export function candidatesOf(shapes: readonly CountedShape[], resolution: Resolution): Candidate[] {
  return testsFor(shapes, resolution).map(({ type, fits, currency = null }) => {
    const misfits = shapes.filter(({ shape }) => !fits(shape))
    const missing = total(misfits.filter(({ shape }) => shape.kind === 'missing'))
    return { type, currency, fitting: total(shapes) - total(misfits), odd: total(misfits) - missing, missing, misfits }
  })
}

export function total(shapes: readonly CountedShape[]): number {
  return shapes.reduce((sum, { count }) => sum + count, 0)
}

interface Test {
  type: ColumnType
  fits: (shape: Shape) => boolean
  currency?: string | null
}

function testsFor(shapes: readonly CountedShape[], { mark, order }: Resolution): Test[] {
  const isSure = shapes.some(({ shape }) => groupsIn(shape, mark) === 'sure')
  const isNumber = (shape: Shape): shape is NumberShape =>
    shape.kind === 'number' && hasMark(shape, mark) && (isSure || groupsIn(shape, mark) === 'none')
  const isDate = (shape: Shape): shape is DateShape =>
    shape.kind === 'date' && !shape.isLossy && hasOrder(shape, orderOf(shapes, order))
  const currency = currencyOf(shapes)
  const only = (kind: Shape['kind']) => (shape: Shape) => shape.kind === kind
  return [
    { type: 'Checkbox', fits: (shape) => shape.kind === 'word' && isBooleanPair(wordsOf(shapes)) },
    { type: 'Number', fits: (shape) => isNumber(shape) && shape.unit === null && isWhole(shape, mark) },
    { type: 'Decimal', fits: (shape) => isNumber(shape) && shape.unit === null },
    { type: 'Percent', fits: (shape) => isNumber(shape) && shape.unit === '%' },
    { type: 'Currency', currency, fits: (shape) => isNumber(shape) && currency !== null && shape.unit === currency },
    { type: 'Date', fits: (shape) => isDate(shape) && shape.dateOnly },
    { type: 'DateTime', fits: isDate },
    { type: 'Time', fits: only('time') },
    { type: 'Email', fits: only('email') },
    { type: 'URL', fits: only('url') },
    { type: 'JSON', fits: only('json') },
  ]
}

function hasMark({ mark }: NumberShape, wanted: DecimalMark | null): boolean {
  return mark === null || mark === 'either.' || mark === 'either,' || mark === wanted
}

function isWhole({ size, mark }: NumberShape, wanted: DecimalMark | null): boolean {
  if (size === 'open') return wanted !== null && mark !== `either${wanted}`
  return size !== 'decimal'
}

/** Marks of thousands are trusted where some number of the column shows that they are that. */
function groupsIn(shape: Shape, mark: DecimalMark | null): NumberShape['groups'] {
  if (shape.kind !== 'number') return 'none'
  return shape.size === 'open' && !isWhole(shape, mark) ? 'none' : shape.groups
}

function hasOrder({ order }: DateShape, wanted: DateOrder | null): boolean {
  return order === 'any' || order === 'either' || order === wanted
}

/** Of a column whose file leaves it open, because another column says otherwise. */
function orderOf(shapes: readonly CountedShape[], wanted: DateOrder | null): DateOrder | null {
  if (wanted !== null) return wanted
  const has = (order: DateOrder) => shapes.some(({ shape }) => shape.kind === 'date' && shape.order === order)
  if (has('dmy')) return has('mdy') ? null : 'dmy'
  return has('mdy') ? 'mdy' : null
}

/** The one currency of the column; null for none, or several, which one column cannot keep. */
function currencyOf(shapes: readonly CountedShape[]): string | null {
  const units = new Set(shapes.flatMap(({ shape }) => (shape.kind === 'number' && shape.unit !== null ? [shape.unit] : [])))
  const [unit] = units
  return units.size === 1 && unit !== undefined && unit !== '%' ? unit : null
}

function wordsOf(shapes: readonly CountedShape[]): string[] {
  return shapes.flatMap(({ shape }) => (shape.kind === 'word' ? [shape.word] : []))
}
