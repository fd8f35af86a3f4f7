/**
 * The fields of a row's form, by the type of their column. A control is used only where it can hold the text that it is to
 * show: a browser empties or shortens any other without a word. What holds every text stands in for it.
 */
import type { Child } from 'hono/jsx'
import { formatOf } from '../../public/dashboard/looks.js'
import { type Column, kindOf, ratingMax } from '../data/types/column'
import { parseIsoDate } from '../data/types/iso-date'
import { CellValue } from './cells'
import { FieldFrame, describe } from './controls'
import { type FormField, isMadeLater, shownName } from './row-changes'

interface RowFieldProps {
  field: FormField
  isNew: boolean
  /** What the server said about it. */
  error: string | null
  /** What the row holds now, where that is not what the field was shown with. */
  now?: { value: unknown } | undefined
}

interface ControlProps {
  column: Column
  texts: readonly string[]
  /** For screen readers: ids of hint and error. */
  described: ReturnType<typeof describe>
}

export function RowField({ field, isNew, error, now }: RowFieldProps) {
  const { column, texts, shown } = field
  const Control = controlFor(column, texts)
  const hint = hintFor(column, Control, isNew)
  const label = column.required ? `${column.title} (required)` : column.title
  const control = <Control column={column} texts={texts} described={describe(column.id, hint, error)} />
  return (
    <>
      {shown !== null && <input type="hidden" name={shownName(column)} value={shown} />}
      {Control === Boxes || Control === YesOrNo ? (
        <fieldset class="field">
          <legend class="label">{label}</legend>
          {control}
          <FieldNotes column={column} hint={hint} error={error} />
        </fieldset>
      ) : (
        <FieldFrame label={label} name={column.id} hint={hint} error={error}>
          {control}
        </FieldFrame>
      )}
      {now !== undefined && (
        <p class="row-now">
          Now in the row: <RowValue column={column} value={now.value} />
        </p>
      )}
    </>
  )
}

function FieldNotes({ column, hint, error }: { column: Column; hint: Child; error: string | null }) {
  return (
    <>
      {hint !== undefined && (
        <p class="hint" id={`${column.id}-hint`}>
          {hint}
        </p>
      )}
      {error !== null && (
        <p class="error" id={`${column.id}-error`}>
          {error}
        </p>
      )}
    </>
  )
}

/** A value of a row in full, in words also where there is none. */
export function RowValue({ column, value }: { column: Column; value: unknown }) {
  if (value === null || value === undefined) return <span class="muted">nothing</span>
  return (
    <span class="row-value">
      <CellValue column={column} value={value} whole />
      {kindOf(column) === 'datetime' && (
        <>
          {' '}
          <span data-zone>UTC</span>
        </>
      )}
    </span>
  )
}

type Control = (props: ControlProps) => Child

/** The control that fits the type, or the one that holds every text. */
function controlFor(column: Column, texts: readonly string[]): Control {
  const [text = ''] = texts
  const isLong = column.type === 'LongText' || /[\r\n]/.test(text)
  switch (kindOf(column)) {
    case 'boolean':
      return YesOrNo
    case 'select':
      return Choice
    case 'multiselect':
      return Boxes
    case 'json':
      return Lines
    case 'text':
      return isLong ? Lines : Line
    default:
      if (isLong) return Lines
      return NATIVE[kindOf(column)]?.holds(text) === true ? Native : Line
  }
}

function hintFor(column: Column, control: Control, isNew: boolean): Child {
  if (isNew && isMadeLater(column)) return 'Left empty, it is filled when the row is saved.'
  if (kindOf(column) === 'datetime') {
    return control === Native ? (
      <>
        Time zone: <span data-zone>UTC</span>
      </>
    ) : (
      'Such as 2026-01-31 09:30:00+00:00'
    )
  }
  if (column.type === 'Duration') return 'In seconds'
  if (column.type === 'Percent') return 'In percent: 12 is 12 %'
  const { currency } = formatOf(column.type, column.meta)
  return currency === undefined ? undefined : `In ${currency}`
}

/** No type="email" and no type="url": they refuse and rewrite what the column takes, such as addresses beyond ASCII. */
const KEYBOARDS: Partial<Record<Column['type'], 'email' | 'url' | 'tel'>> = { Email: 'email', URL: 'url', PhoneNumber: 'tel' }

function Line({ column, texts: [text = ''], described }: ControlProps) {
  const keyboard = KEYBOARDS[column.type] ?? (kindOf(column) === 'text' ? undefined : 'decimal')
  return (
    <input
      id={column.id}
      name={column.id}
      type={column.type === 'PhoneNumber' ? 'tel' : 'text'}
      value={text}
      autocomplete="off"
      {...(keyboard === undefined ? {} : { inputmode: keyboard })}
      {...described}
    />
  )
}

/** Beyond this it scrolls. */
const MAX_LINES = 16

function Lines({ column, texts: [text = ''], described }: ControlProps) {
  const lines = text.split(/\r\n?|\n/).length
  return (
    <textarea
      id={column.id}
      name={column.id}
      rows={Math.min(MAX_LINES, Math.max(column.type === 'LongText' || kindOf(column) === 'json' ? 4 : 2, lines))}
      class={kindOf(column) === 'json' ? 'mono' : ''}
      {...described}
    >
      {/* HTML drops the first line end: this one is for it to drop. */}
      {`\n${text}`}
    </textarea>
  )
}

interface NativeInput {
  type: 'number' | 'date' | 'time' | 'datetime-local'
  /** Years of more than four digits are no values; without it browsers take six. */
  max?: string
  /** Whether the browser keeps the text. */
  holds: (text: string) => boolean
  /** Its form of the text. */
  write?: (text: string) => string
}

/** HTML's years begin with 1. */
const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !text.startsWith('0000') && parseIsoDate(text) !== null
const orEmpty = (holds: (text: string) => boolean) => (text: string) => text === '' || holds(text)
const isNumber = orEmpty((text) => /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text))

const NATIVE: Partial<Record<ReturnType<typeof kindOf>, NativeInput>> = {
  integer: { type: 'number', holds: isNumber },
  number: { type: 'number', holds: isNumber },
  date: { type: 'date', max: '9999-12-31', holds: orEmpty(isDay) },
  time: { type: 'time', holds: orEmpty((text) => /^\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?$/.test(text)) },
  datetime: {
    type: 'datetime-local',
    max: '9999-12-31T23:59:59.999',
    holds: orEmpty((text) => isDay(toInputTime(text).slice(0, 10))),
    write: toInputTime,
  },
}

/** `2026-01-31T09:30:00.250`, in UTC; moments.js shows it in the reader's zone. */
function toInputTime(text: string): string {
  const parsed = parseIsoDate(text)
  if (parsed === null || !(Math.abs(parsed.ms) < 8.64e15)) return text
  return new Date(parsed.ms).toISOString().replace(/(?:\.000)?Z$/, '')
}

function Native({ column, texts: [text = ''], described }: ControlProps) {
  const input = NATIVE[kindOf(column)]
  const isMoment = input?.type === 'datetime-local'
  return (
    <input
      id={column.id}
      name={column.id}
      type={input?.type}
      value={input?.write?.(text) ?? text}
      autocomplete="off"
      {...(input?.type === 'number' ? bounds(column, text) : { step: text.includes('.') ? '0.001' : '1' })}
      {...(input?.max === undefined ? {} : { max: input.max })}
      {...(isMoment ? { 'data-moment': true } : {})}
      {...described}
    />
  )
}

/** A bound that the value breaks already would keep the whole form from being sent. */
function bounds(column: Column, text: string): Record<string, string> {
  if (kindOf(column) === 'number') return { step: 'any', inputmode: 'decimal' }
  const [least, most] = boundsOf(column)
  const isWithin = text === '' || (Number(text) >= least && Number(text) <= most)
  return { step: '1', inputmode: 'numeric', ...(isWithin ? { min: String(least), max: String(most) } : {}) }
}

function boundsOf(column: Column): [least: number, most: number] {
  if (column.type === 'Year') return [0, 9999]
  if (column.type === 'Rating') return [0, ratingMax(column)]
  return [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
}

function Choice({ column, texts: [text = ''], described }: ControlProps) {
  return (
    <select id={column.id} name={column.id} {...described}>
      <option value="">–</option>
      {titlesOf(column, text === '' ? [] : [text]).map((title) => (
        <option value={title} selected={title === text}>
          {title}
        </option>
      ))}
    </select>
  )
}

function Boxes({ column, texts, described }: ControlProps) {
  return (
    <div class="boxes">
      {titlesOf(column, texts).map((title) => (
        <label class="check">
          <input type="checkbox" name={column.id} value={title} checked={texts.includes(title)} {...described} /> {title}
        </label>
      ))}
    </div>
  )
}

/** The options, and what is chosen though it is none of them any more. */
function titlesOf({ options }: Column, chosen: readonly string[]): string[] {
  return [...new Set([...options.map(({ title }) => title), ...chosen])]
}

const ANSWERS = [
  ['true', 'Yes'],
  ['false', 'No'],
  ['', 'Not set'],
] as const

/** Three answers: a box that is not ticked cannot say whether it is a no, or nothing yet. */
function YesOrNo({ column, texts: [text = ''], described }: ControlProps) {
  return (
    <div class="segments">
      {ANSWERS.filter(([answer]) => answer !== '' || text === '' || !column.required).map(([answer, words]) => (
        <label>
          <input type="radio" name={column.id} value={answer} checked={answer === text} {...described} /> {words}
        </label>
      ))}
    </div>
  )
}
