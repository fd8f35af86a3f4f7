/** Values of rows between their JSON form, what a cell shows, and what a form or a CSV file says. */
import { primaryKey } from '../data/catalog/catalog'
import { type Column, type Table, kindOf } from '../data/catalog/types'
import { ApiError } from '../errors'
import { Icon } from './icons'

/** Characters of a text that a cell holds; the whole is on the page of the row. */
const MAX_SHOWN = 300

/** Whether the server fills it by itself. */
export function isFilled(column: Column): boolean {
  return column.auto !== null || column.autoIncrement
}

/** The row's key as paths of the API name it; null when the table has none, or the row was read without it. */
export function rowIdOf(table: Table, row: Readonly<Record<string, unknown>>): string | null {
  const parts = primaryKey(table).map((column) => row[column.title])
  return parts.length === 0 || parts.some((part) => part === null || part === undefined) ? null : parts.map(String).join('___')
}

/** A value as people write it: the text of an input, and of an editor in the grid. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A value in the grid. */
export function CellValue({ column, value }: { column: Column; value: unknown }) {
  if (value === null || value === undefined) return null
  const text = valueText(value)
  switch (kindOf(column)) {
    case 'boolean':
      return value === true ? (
        <span role="img" aria-label="Yes">
          <Icon name="check" />
        </span>
      ) : null
    case 'select':
      return <span class="chip">{text}</span>
    case 'multiselect':
      return (
        <>
          {text.split(',').map((title) => (
            <span class="chip">{title}</span>
          ))}
        </>
      )
    case 'datetime':
      return <>{text.replace('+00:00', '')}</>
    default:
      return <>{text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text}</>
  }
}

/** Whether the grid shows only the beginning of a value, so that it cannot be edited in place. */
export function isCut(value: unknown): boolean {
  return valueText(value).length > MAX_SHOWN
}

/**
 * What a text of a form or a CSV file means for a column, as the JSON value that the record service takes; it decides
 * whether the value fits. Nothing written is null. Throws INVALID_VALUE_FOR_FIELD for JSON that is none.
 */
export function readText(column: Column, text: string): unknown {
  if (text === '') return null
  if (kindOf(column) !== 'json') return text
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new ApiError('INVALID_VALUE_FOR_FIELD', `The field "${column.title}" (${column.type}) takes JSON.`, {
      cause: error,
      details: { field: column.title },
    })
  }
}
