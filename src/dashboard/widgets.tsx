/** How each kind of values is shown and edited: one widget a kind. The grid's editors are in public/dashboard/editors.js. */
import type { Child } from 'hono/jsx'
import type { Column } from '../data/types/column'
import type { ValueKind } from '../data/types/column-types'
import { ANSWER, type FormTexts, JSON_TEXT, MOMENT, NUMBER, TEXT, TIME, TITLES, WORD } from './form-texts'
import {
  Boxes,
  Choice,
  type ControlProps,
  DATE_INPUT,
  Line,
  Lines,
  MOMENT_INPUT,
  NUMBER_INPUT,
  type NativeInput,
  TIME_INPUT,
  YesOrNo,
  native,
} from './row-controls'

/** What a field is edited in. */
interface Control {
  draw: (props: ControlProps) => Child
  /** Of several inputs. */
  isGroup?: true
  hint?: Child
}

export interface Widget extends FormTexts {
  /** The control that fits the kind, or one that holds the text. */
  control: (column: Column, text: string) => Control
  /** Class of a cell of the grid. */
  cell: 'cell' | 'cell tick' | 'cell number'
}

const LINE: Control = { draw: Line }
const LINES: Control = { draw: Lines }

function lineOrLines(column: Column, text: string): Control {
  return column.type === 'LongText' || /[\r\n]/.test(text) ? LINES : LINE
}

function inputOr(input: NativeInput, hints: { native?: Child; line?: Child } = {}): Widget['control'] {
  return (column, text) => {
    const other = lineOrLines(column, text)
    return other === LINE && input.holds(text) ? { draw: native(input), hint: hints.native } : { ...other, hint: hints.line }
  }
}

const NUMERIC: Widget = { ...NUMBER, control: inputOr(NUMBER_INPUT), cell: 'cell number' }

export const WIDGETS: Record<ValueKind, Widget> = {
  text: { ...TEXT, control: lineOrLines, cell: 'cell' },
  integer: NUMERIC,
  number: NUMERIC,
  boolean: { ...ANSWER, control: () => ({ draw: YesOrNo, isGroup: true }), cell: 'cell tick' },
  date: { ...WORD, control: inputOr(DATE_INPUT), cell: 'cell' },
  datetime: {
    ...MOMENT,
    control: inputOr(MOMENT_INPUT, {
      native: (
        <>
          Time zone: <span data-zone>UTC</span>
        </>
      ),
      line: 'Such as 2026-01-31 09:30:00+00:00',
    }),
    cell: 'cell',
  },
  time: { ...TIME, control: inputOr(TIME_INPUT), cell: 'cell' },
  select: { ...WORD, control: () => ({ draw: Choice }), cell: 'cell' },
  multiselect: { ...TITLES, control: () => ({ draw: Boxes, isGroup: true }), cell: 'cell' },
  json: { ...JSON_TEXT, control: () => LINES, cell: 'cell' },
}
