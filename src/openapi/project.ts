import type { ProjectContext } from '../env'
import type { Table } from '../data/catalog/types'

export function projectDocument(_input: {
  project: ProjectContext
  tables: readonly Table[]
  origin: string
  limits: { default: number; max: number; min: number }
}): Record<string, unknown> {
  return {}
}
