/** The fields of a row's form: label, control, hint, and what is wrong with it. */
import type { Child } from 'hono/jsx'
import { formatOf } from '../../public/dashboard/looks.js'
import type { Column } from '../data/types/column'
import { CellValue } from './cells'
import { FieldFrame, describe } from './controls'
import { type FormField, isMadeLater, shownName } from './row-changes'
import { kindOf } from '../data/types/column-types'
import { WIDGETS } from './widgets'

interface RowFieldProps {
  field: FormField
  isNew: boolean
  /** What the server said about it. */
  error: string | null
  /** What the row holds now, where that is not what the field was shown with. */
  now?: { value: unknown } | undefined
}

export function RowField({ field, isNew, error, now }: RowFieldProps) {
  const { column, texts, shown } = field
  const { draw, isGroup, hint: ownHint } = WIDGETS[kindOf(column)].control(column, texts[0] ?? '')
  const hint = isNew && isMadeLater(column) ? 'Left empty, it is filled when the row is saved.' : (ownHint ?? hintFor(column))
  const label = column.required ? `${column.title} (required)` : column.title
  const control = draw({ column, texts, described: describe(column.id, hint, error) })
  return (
    <>
      {shown !== null && <input type="hidden" name={shownName(column)} value={shown} />}
      {isGroup ? (
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

/** In what the numbers of the column are. */
function hintFor(column: Column): Child {
  if (column.type === 'Duration') return 'In seconds'
  if (column.type === 'Percent') return 'In percent: 12 is 12 %'
  const { currency } = formatOf(column.type, column.meta)
  return currency === undefined ? undefined : `In ${currency}`
}
