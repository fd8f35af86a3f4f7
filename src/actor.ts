/** Who is asking, and what they are here. */

/** Organisation roles: docs/contract/api-v1.md 6.1. */
export type OrgRole = 'super' | 'org-level-creator' | 'org-level-viewer'

/** Project roles, most to least. */
export const PROJECT_ROLES = ['owner', 'creator', 'editor', 'commenter', 'viewer'] as const
export type ProjectRole = (typeof PROJECT_ROLES)[number]

/** Someone who proved who they are, as D1 knows them at this moment. */
export interface Actor {
  userId: string
  email: string
  firstname: string | null
  lastname: string | null
  roles: readonly OrgRole[]
  tokenVersion: string
  emailVerified: boolean
  /** What they showed: an Auth Token (JWT), an API Token or, on pages of the dashboard only, the cookie of a session. */
  via: 'auth_token' | 'api_token' | 'session'
  /** Of the API Token that was shown. */
  apiTokenId: number | null
  /** What people know it by: the hint of the API Token, or the id of the session. */
  credential: string
}

/** The project named by the request's path, and what the actor is in it. */
export interface ProjectContext {
  id: string
  title: string
  /** Of the one data source a project has. */
  baseId: string
  /** What its tables' names begin with. */
  prefix: string
  /** The D1 binding its rows live in. */
  database: string
  /** Rises with every change of the project's tables; the catalog is cached under it. */
  schemaVersion: number
  role: ProjectRole
}
