/** Values of rows between their JSON form and what a cell shows. */
import { type Part, formatOf, partsOf } from '../../public/dashboard/looks.js'
import { primaryKey } from '../data/catalog/catalog'
import { type Column, type Table } from '../data/types/column'
import { Icon } from './icons'
import { kindOf } from '../data/types/column-types'

/** Whether the server fills it by itself. */
export function isFilled(column: Column): boolean {
  return column.auto !== null || column.autoIncrement
}

/** The row's key as paths of the API name it; null when the table has none, or the row was read without it. */
export function rowIdOf(table: Table, row: Readonly<Record<string, unknown>>): string | null {
  const parts = primaryKey(table).map((column) => row[column.title])
  return parts.length === 0 || parts.some((part) => part === null || part === undefined) ? null : parts.map(String).join('___')
}

/** What decides how a column's values look. */
export function lookOf(column: Column) {
  return { kind: kindOf(column), type: column.type, format: formatOf(column.type, column.meta) }
}

/** A value as people see it; public/dashboard/values.js draws the same. `whole`: however long it is. */
export function CellValue({ column, value, whole = false }: { column: Column; value: unknown; whole?: boolean }) {
  return (
    <>
      {partsOf(lookOf(column), value, { whole }).map((part) => (
        <ValuePart part={part} />
      ))}
    </>
  )
}

function ValuePart({ part }: { part: Part }) {
  switch (part.is) {
    case 'text':
      return <>{part.text}</>
    case 'chip':
      return <span class="chip">{part.text}</span>
    case 'code':
      return <code>{part.text}</code>
    case 'link':
      return (
        <a href={part.href} target="_blank" rel="noopener noreferrer">
          {part.text}
        </a>
      )
    case 'time':
      return (
        <time datetime={part.instant} class="instant">
          {part.text}
        </time>
      )
    case 'stars':
      return (
        <span class="stars" role="img" aria-label={part.label}>
          {part.text}
        </span>
      )
    case 'mark':
      return (
        <span class="mark-value" role="img" aria-label={part.label}>
          <Icon name={part.icon} />
        </span>
      )
  }
}
