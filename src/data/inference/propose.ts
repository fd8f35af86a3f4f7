/** What a file is proposed to become: a title and a type for each column, what is left out, and what only a person can say. */
import type { ColumnType } from '../types/column-types'
import { type Candidate, type CountedShape, type Resolution, candidatesOf, shapesOf, total } from './candidates'
import type { Format } from './dialect'
import { CENTURY_TURN, parseDate } from '../types/date-text'
import { type Question, evidenceOf } from './evidence'
import { type ColumnScan, type LineProblem, type Scan, selectOptions, textType } from './scan'
import { splitOptions } from '../types/multiselect'
import { PHONE_NUMBER } from '../types/validators'

export type { Question }

export interface OddCell {
  line: number
  value: string
}

export interface ProposedColumn {
  index: number
  title: string
  type: ColumnType
  /** `id`: becomes the key of the table. */
  role: 'data' | 'id'
  note: string | null
  /** Other types that all of its cells fit, or almost all. */
  alternatives: ColumnType[]
  /** Cells that are none of the type, the first of them by line. */
  odd: OddCell[]
  oddTotal: number
  /** For the column: the currency of its amounts. */
  meta: { currency_code: string } | null
}

export interface Proposal {
  /** With what was found out of the decimal mark and the order of dates; null what is asked. */
  format: Format
  columns: ProposedColumn[]
  leftOut: { what: string; why: string }[]
  lines: LineProblem[]
  questions: Question[]
}

/** Odd cells that are named. */
const MAX_ODD = 20

/** Of the cells that say something, the share that may be of another kind in a column that is called by what the others are. */
const ODD_SHARE = 0.01

/** The same where the type is only offered. */
const POSSIBLE_SHARE = 0.1

/** Cells of a type that stand against any number of such as say that there is no value. */
const ENOUGH = 20

/** Different values that make a column one of options, and how often each must be there on average. */
const FEW_VALUES = 50
const REPEATED = 2

export function proposeColumns(scan: Scan, format: Format): Proposal {
  const shapes = scan.columns.map((column) => shapesOf(column))
  const { mark, order, questions } = evidenceOf(shapes, format)
  const context: Context = { scan, resolution: { mark, order }, keyIndex: keyIndex(scan) }
  const isKept = (column: ColumnScan) => !column.heading.isEmpty || column.filled > 0
  return {
    format: { ...format, decimalMark: mark, dateOrder: order },
    columns: scan.columns.flatMap((column, index) => (isKept(column) ? [propose(column, index, context)] : [])),
    leftOut: [
      ...preamble(format),
      ...scan.columns
        .filter((column) => !isKept(column))
        .map(({ heading }) => ({ what: heading.title, why: 'It has neither a heading nor a value.' })),
    ],
    lines: linesOf(scan),
    questions,
  }
}

function preamble({ headerLine }: Format): Proposal['leftOut'] {
  if (headerLine <= 1) return []
  const what = headerLine === 2 ? 'Line 1' : `Lines 1 to ${headerLine - 1}`
  return [{ what, why: `The columns are named in line ${headerLine}; before it stands a title or the like.` }]
}

interface Context {
  scan: Scan
  resolution: Resolution
  /** Of the column that becomes the key; -1 for none. */
  keyIndex: number
}

function keyIndex({ typed, columns }: Scan): number {
  return columns.findIndex(({ heading, ids, filled }) => (typed ? heading.type === 'ID' : ids !== null && filled > 0))
}

function linesOf({ lines, lineTotal }: Scan): LineProblem[] {
  const last = lines.at(-1)
  if (last === undefined || lineTotal === lines.length) return lines
  return [...lines, { line: last.line, problem: `and ${lineTotal - lines.length} more lines after this one` }]
}

function propose(column: ColumnScan, index: number, context: Context): ProposedColumn {
  const { title, note } = column.heading
  const base = { index, title, role: 'data', note, alternatives: [], odd: [], oddTotal: 0, meta: null } as const
  if (index === context.keyIndex) return { ...base, role: 'id', type: 'ID', alternatives: ['Number'], odd: [] }
  if (context.scan.typed) return { ...base, type: typedAs(column), alternatives: [], odd: [] }
  return { ...base, ...inferred(column, index, context) }
}

/** A table has one key. */
function typedAs({ heading }: ColumnScan): ColumnType {
  return heading.type === 'ID' || heading.type === null ? 'Number' : heading.type
}

type Inferred = Pick<ProposedColumn, 'type' | 'note' | 'alternatives' | 'odd' | 'oddTotal' | 'meta'>

function inferred(column: ColumnScan, index: number, { scan, resolution }: Context): Inferred {
  const shapes = shapesOf(column)
  const text = textType(scan, index)
  const candidates = candidatesOf(shapes, resolution)
  const best = bestOf(candidates)
  const alternatives = alternativesOf(scan, index, candidates, shapes)
  const type = best === null ? text : refined(best, column, shapes)
  const misfits = best?.misfits ?? shapes.filter(({ shape }) => shape.kind === 'nul')
  const notes = [column.heading.note, best === null ? textNote(column, shapes) : typeNote(best, shapes)]
  return {
    type,
    note: notes.filter((note) => note !== null).join(' ') || null,
    alternatives: [...alternatives, text, 'LongText' as const].filter(
      (other, place, all) => other !== type && all.indexOf(other) === place,
    ),
    odd: oddCells(misfits),
    oddTotal: total(misfits),
    meta: type === 'Currency' && best?.currency !== null && best !== null ? { currency_code: best.currency } : null,
  }
}

/** What all cells fit; else what the fewest do not, if those are few. */
function bestOf(candidates: readonly Candidate[]): Candidate | null {
  const exact = candidates.find(({ fitting, odd, missing }) => fitting > 0 && odd === 0 && missing === 0)
  if (exact !== undefined) return exact
  const near = candidates.filter((candidate) => isNear(candidate)).toSorted((one, other) => one.odd - other.odd)
  return near[0] ?? null
}

/** Texts of any kind hold what is no e-mail address as well; there is nothing to ask. */
const ASKED: ReadonlySet<ColumnType> = new Set([
  'Checkbox',
  'Number',
  'Decimal',
  'Percent',
  'Currency',
  'Date',
  'DateTime',
  'Time',
])

function isNear(candidate: Candidate): boolean {
  const { type, fitting, odd, missing } = candidate
  const isEnough = fitting > 0 && (missing <= fitting || fitting >= ENOUGH)
  return ASKED.has(type) && !hasCode(candidate) && isEnough && odd <= (fitting + odd) * ODD_SHARE
}

/** Beside 007 the others are codes as well; digits that no number holds would be lost. */
function hasCode({ misfits }: Candidate): boolean {
  return misfits.some(({ shape }) => shape.kind === 'code' || shape.kind === 'inexact' || shape.kind === 'nul')
}

/** What a person may want all the same, and then has to say what becomes of the others. */
function isPossible(candidate: Candidate): boolean {
  const { type, fitting, odd } = candidate
  return fitting > 0 && (odd === 0 || (ASKED.has(type) && !hasCode(candidate) && odd <= fitting * POSSIBLE_SHARE))
}

function oddCells(misfits: readonly CountedShape[]): OddCell[] {
  return misfits
    .flatMap(({ first }) => first.map(([line, value]) => ({ line, value })))
    .toSorted((one, other) => one.line - other.line)
    .slice(0, MAX_ODD)
}

const YEAR_TITLE = /(?:^|[^\p{L}])(?:year|yr|jahr|baujahr|année|annee|año|ano|anno|rok)(?:$|[^\p{L}])/iu

/** Years have no mark of thousands. */
function refined({ type, misfits }: Candidate, { heading }: ColumnScan, shapes: readonly CountedShape[]): ColumnType {
  const odd = new Set(misfits.map(({ shape }) => shape))
  const isYears = shapes.every(({ shape }) => odd.has(shape) || (shape.kind === 'number' && shape.size === 'year'))
  return type === 'Number' && isYears && YEAR_TITLE.test(heading.title) ? 'Year' : type
}

function typeNote({ type, odd, missing }: Candidate, shapes: readonly CountedShape[]): string | null {
  const notes: string[] = []
  if (odd + missing > 0) notes.push(oddNote(odd + missing, TYPE_NAMES[type] ?? type))
  const days = total(shapes.filter(({ shape }) => shape.kind === 'date' && shape.dateOnly))
  if (type === 'DateTime' && days > 0) notes.push(`${days === 1 ? 'One cell has' : `${days} cells have`} no time: midnight.`)
  return notes.join(' ') || null
}

const TYPE_NAMES: Partial<Record<ColumnType, string>> = {
  Checkbox: 'a yes or no',
  Number: 'a whole number',
  Decimal: 'a number',
  Percent: 'a percentage',
  Currency: 'an amount of that currency',
  Date: 'a date',
  DateTime: 'a date and time',
  Time: 'a time',
}

function oddNote(count: number, what: string): string {
  return count === 1
    ? `One cell is not ${what}: leave it empty, or make this a text.`
    : `${count} cells are not ${what}: leave them empty, or make this a text.`
}

/** Why texts that look like something else stay texts. */
function textNote({ filled }: ColumnScan, shapes: readonly CountedShape[]): string | null {
  if (filled === 0) return 'All of its cells are empty.'
  if (shapes.some(({ shape }) => shape.kind === 'nul')) return 'No text can hold the character NUL: leave those cells empty.'
  const numbers = total(
    shapes.filter(({ shape }) => shape.kind === 'number' || shape.kind === 'code' || shape.kind === 'inexact'),
  )
  const dates = total(shapes.filter(({ shape }) => shape.kind === 'date'))
  const find = (test: (counted: CountedShape) => boolean) => shapes.find(test)?.first[0]
  const code = find(({ shape }) => shape.kind === 'code')
  const inexact = find(({ shape }) => shape.kind === 'inexact')
  const lossy = find(({ shape }) => shape.kind === 'date' && shape.isLossy)
  if (numbers < filled / 2 && dates < filled / 2) return null
  if (code !== undefined) return `Stays a text: as a number ${quote(code)} would lose how it begins.`
  if (inexact !== undefined) return `Stays a text: ${quote(inexact)} has more digits than a number keeps.`
  return lossy === undefined ? null : `Stays a text: ${quote(lossy)} ${lossyNote(lossy[1])}`
}

/** What a person chooses who makes it a date all the same. */
function lossyNote(text: string): string {
  const date = parseDate(text.trim())
  if (date?.isShort !== true) return 'has more digits of a second than a time keeps, which are three.'
  return `does not say its century. As a date it is one of the years ${CENTURY_TURN + 1900} to ${CENTURY_TURN + 1999}.`
}

function quote([line, value]: [number, string]): string {
  return `"${value}" (line ${line})`
}

/** In the order of the list that a person chooses from. */
function alternativesOf(
  scan: Scan,
  index: number,
  candidates: readonly Candidate[],
  shapes: readonly CountedShape[],
): ColumnType[] {
  const column = scan.columns[index]
  if (column === undefined || column.filled === 0) return []
  const all = (test: (counted: CountedShape) => boolean) =>
    shapes.every((counted) => counted.shape.kind === 'missing' || test(counted))
  const found = candidates.filter((candidate) => isPossible(candidate)).map(({ type }) => type)
  const numbers = all(
    ({ shape }) => shape.kind === 'number' && (shape.unit === null || found.includes('Percent') || found.includes('Currency')),
  )
  if (found.includes('Decimal')) found.push('Currency', 'Percent')
  if (numbers && all(({ shape }) => shape.kind === 'number' && shape.size === 'year')) found.push('Year')
  if (all(({ shape }) => shape.kind === 'word' || (shape.kind === 'number' && shape.size === 'bit'))) found.push('Checkbox')
  if (all(({ shape }) => shape.kind === 'time' || shape.kind === 'clock')) found.push('Time')
  if (all(({ shape }) => shape.kind === 'date'))
    found.push(...(all(({ shape }) => shape.kind === 'date' && shape.dateOnly) ? ['Date' as const] : []), 'DateTime')
  if (isPhone(shapes)) found.push('PhoneNumber')
  if (isChoice(column, selectOptions(scan, index, 'one'))) found.push('SingleSelect')
  if (
    !candidates.some((candidate) => isNear(candidate)) &&
    isList(column) &&
    isChoice(column, selectOptions(scan, index, 'several'))
  )
    found.push('MultiSelect')
  return found
}

/** By the first cells of each shape: a text whatever it is. */
function isPhone(shapes: readonly CountedShape[]): boolean {
  const texts = shapes.flatMap(({ first }) => first.map(([, value]) => value.trim()))
  const isOther = shapes.some(({ shape }) => shape.kind !== 'text' && shape.kind !== 'code')
  return !isOther && texts.length > 0 && texts.every((text) => PHONE_NUMBER.test(text) && text.replaceAll(/\D/g, '').length >= 7)
}

function isChoice({ filled }: ColumnScan, options: readonly string[] | null): boolean {
  return options !== null && options.length <= FEW_VALUES && filled >= options.length * REPEATED
}

function isList({ values, items }: ColumnScan): boolean {
  return items !== null && (values === null || values.some((value) => splitOptions(value, false).length > 1))
}
