/** The fields of a form that describe a column, for a new table and for one column alone. */
import type { OptionSpec } from '../data/catalog/select-options'
import { type ColumnType, isColumnType } from '../data/types/column-types'
import { rulesOf } from '../data/types/kinds'

/** The types people choose from, in the order in which they need them, with what each is for. */
const CHOICES: readonly { type: ColumnType; label: string }[] = [
  { type: 'SingleLineText', label: 'Text' },
  { type: 'LongText', label: 'Long text' },
  { type: 'Number', label: 'Number' },
  { type: 'Decimal', label: 'Decimal' },
  { type: 'Checkbox', label: 'Checkbox' },
  { type: 'Date', label: 'Date' },
  { type: 'DateTime', label: 'Date and time' },
  { type: 'SingleSelect', label: 'Single select' },
  { type: 'MultiSelect', label: 'Multi select' },
  { type: 'Email', label: 'E-mail' },
  { type: 'URL', label: 'URL' },
  { type: 'PhoneNumber', label: 'Phone number' },
  { type: 'Currency', label: 'Currency' },
  { type: 'Percent', label: 'Percent' },
  { type: 'Rating', label: 'Rating' },
  { type: 'Duration', label: 'Duration' },
  { type: 'Time', label: 'Time' },
  { type: 'Year', label: 'Year' },
  { type: 'JSON', label: 'JSON' },
]

export function typeLabel(type: ColumnType): string {
  return CHOICES.find((choice) => choice.type === type)?.label ?? type
}

export function hasOptions(type: string): boolean {
  return isColumnType(type) && rulesOf({ type }).options !== null
}

/** The types, and the column's own when it is one that people do not choose. */
export function TypeOptions({ chosen }: { chosen: string }) {
  const others = isColumnType(chosen) && !CHOICES.some(({ type }) => type === chosen) ? [chosen] : []
  return (
    <>
      {CHOICES.map(({ type, label }) => (
        <option value={type} selected={type === chosen}>
          {label}
        </option>
      ))}
      {others.map((type) => (
        <option value={type} selected>
          {type}
        </option>
      ))}
    </>
  )
}

/** The options of a select as people write them, one a line. Options there are keep their ids. */
export function readOptions(
  text: string,
  known: readonly { id: string; title: string; color: string | null }[] = [],
): OptionSpec[] {
  const titles = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return titles.map((title) => known.find((option) => option.title === title) ?? { title })
}
