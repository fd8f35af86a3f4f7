/** Which D1 database a project's rows live in. */
import type { Bindings } from '../../config'

/** Throws when the binding that the project names is not configured: a mistake of deployment, not of the request. */
export function dataBinding(env: Bindings, name: string): D1Database {
  const bindings: Readonly<Record<string, unknown>> = { ...env }
  const binding = bindings[name]
  if (typeof binding === 'object' && binding !== null && 'prepare' in binding) return binding as D1Database
  throw new Error(`the project lives in the D1 binding ${name}, which is not configured`)
}

/** Where a project's tables are kept: their rows, and what is known of them. */
export interface Databases {
  control: D1Database
  data: D1Database
}

/** What has to be known of a project to change its tables. */
export interface ProjectPlace {
  id: string
  prefix: string
  /** Name of the binding behind Databases.data. */
  database: string
}
