import { type Column, kindOf } from '../catalog/types'
import type { Format } from './dialect'
export function readCell(column: Column, cell: string | null, format: Format): { value: unknown } | { problem: string } {
  if (cell === null) return { value: null }
  const kind = kindOf(column)
  if (kind === 'integer')
    return /^-?\d{1,15}$/.test(cell) ? { value: Number(cell) } : { problem: `"${cell}" is no whole number.` }
  if (kind === 'date') {
    const [a, b, y] = cell.split('/')
    return format.dateOrder === 'dmy' ? { value: `${y}-${b}-${a}` } : { value: `${y}-${a}-${b}` }
  }
  return { value: cell }
}
