/** Where a route is: below the project that its path names, or outside of all. A guard says it, and the gate reads it there. */
import type { ErrorCode } from '../../errors'

/** A project by itself, or by something that belongs to it. */
export interface ProjectRef {
  by: 'id' | 'name' | 'table' | 'column'
  key: string
}

/** A parameter of a path, and what it names. */
export interface ProjectParameter {
  name: string
  by: ProjectRef['by']
}

export interface Place {
  project: ProjectParameter
}

/** What is not found when there is no such project, or the actor may not see it. */
export const MISSING = {
  id: 'PROJECT_NOT_FOUND',
  name: 'PROJECT_NOT_FOUND',
  table: 'TABLE_NOT_FOUND',
  column: 'COLUMN_NOT_FOUND',
} as const satisfies Record<ProjectRef['by'], ErrorCode>

/** The path parameter `name`, which has the id of a project, or what `by` says: its name, or the id of a table or column of it. */
export function param(name: string, by: ProjectRef['by'] = 'id'): ProjectParameter {
  return { name, by }
}
