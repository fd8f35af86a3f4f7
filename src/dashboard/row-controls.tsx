/**
 * The controls of a row's form. One is used only where it can hold the text that it is to show: a browser empties or shortens
 * any other without a word. What holds every text stands in for it.
 */
import type { Column } from '../data/types/column'
import { kindOf } from '../data/types/column-types'
import { boundsOf } from '../data/types/integer'
import { parseIsoDate } from '../data/types/iso-date'
import type { describe } from './controls'

export interface ControlProps {
  column: Column
  texts: readonly string[]
  /** For screen readers: ids of hint and error. */
  described: ReturnType<typeof describe>
}

/** No type="email" and no type="url": they refuse and rewrite what the column takes, such as addresses beyond ASCII. */
const KEYBOARDS: Partial<Record<Column['type'], 'email' | 'url' | 'tel'>> = { Email: 'email', URL: 'url', PhoneNumber: 'tel' }

export function Line({ column, texts: [text = ''], described }: ControlProps) {
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

export function Lines({ column, texts: [text = ''], described }: ControlProps) {
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

export interface NativeInput {
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

export const NUMBER_INPUT: NativeInput = { type: 'number', holds: isNumber }

export const DATE_INPUT: NativeInput = { type: 'date', max: '9999-12-31', holds: orEmpty(isDay) }

export const TIME_INPUT: NativeInput = {
  type: 'time',
  holds: orEmpty((text) => /^\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?$/.test(text)),
}

export const MOMENT_INPUT: NativeInput = {
  type: 'datetime-local',
  max: '9999-12-31T23:59:59.999',
  holds: orEmpty((text) => isDay(toInputTime(text).slice(0, 10))),
  write: toInputTime,
}

/** `2026-01-31T09:30:00.250`, in UTC; moments.js shows it in the reader's zone. */
function toInputTime(text: string): string {
  const parsed = parseIsoDate(text)
  if (parsed === null || !(Math.abs(parsed.ms) < 8.64e15)) return text
  return new Date(parsed.ms).toISOString().replace(/(?:\.000)?Z$/, '')
}

/** The browser's own input where it holds the text. */
export function native(input: NativeInput) {
  return ({ column, texts: [text = ''], described }: ControlProps) => (
    <input
      id={column.id}
      name={column.id}
      type={input.type}
      value={input.write?.(text) ?? text}
      autocomplete="off"
      {...(input.type === 'number' ? bounds(column, text) : { step: text.includes('.') ? '0.001' : '1' })}
      {...(input.max === undefined ? {} : { max: input.max })}
      {...(input.type === 'datetime-local' ? { 'data-moment': true } : {})}
      {...described}
    />
  )
}

/** A bound that the value breaks already would keep the whole form from being sent. */
function bounds(column: Column, text: string): Record<string, string> {
  if (kindOf(column) === 'number') return { step: 'any', inputmode: 'decimal' }
  const { least, most } = boundsOf(column)
  const isWithin = text === '' || (Number(text) >= least && Number(text) <= most)
  return { step: '1', inputmode: 'numeric', ...(isWithin ? { min: String(least), max: String(most) } : {}) }
}

export function Choice({ column, texts: [text = ''], described }: ControlProps) {
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

export function Boxes({ column, texts, described }: ControlProps) {
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
export function YesOrNo({ column, texts: [text = ''], described }: ControlProps) {
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
