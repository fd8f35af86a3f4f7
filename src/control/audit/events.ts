/** What the audit log tells of. An action that is not in these tables does not exist; reads of rows are in none of them. */
import type { OrgRole, ProjectRole } from '../../actor'
import type { Sql } from '../../lib/sql'

type Nothing = null

/** What each action carries, besides who, when, from where and upon what. Never a secret, and no value of a row. */
interface DetailsOf {
  sign_up: Nothing
  'invitation.accepted': Nothing
  sign_in: Nothing
  /** Of one account and address in one hour, counted; of accounts that do not exist, only the address. */
  'sign_in.failed': Nothing
  sign_out: Nothing
  'session.ended': { why: 'by its user' | 'a spent refresh token was shown again' }
  'sessions.ended': { which: 'all' | 'all others'; sessions: number }
  'password.changed': { api_tokens: 'go on' | 'deleted' }
  'password.change_failed': Nothing
  'password.reset': Nothing
  'reset_link.created': { handed: 'by mail' | 'to an administrator' }
  'email.confirmed': Nothing

  'user.invited': { roles: string }
  'user.role_changed': { from: string; to: OrgRole }
  'user.removed': Nothing
  'settings.changed': { invite_only_signup: 'true' | 'false' }
  /** NC_ADMIN_EMAIL and NC_ADMIN_PASSWORD are others than before. */
  'administrator.applied': Nothing

  /** The target is the hint of the token; `owner` is the e-mail of whose it was. */
  'api_token.created': { description: string | null }
  'api_token.deleted': { description: string | null; owner: string }
  /** By a route that takes no API Token; of one token in one hour, counted. */
  'api_token.refused': Nothing

  'project.created': Nothing
  'project.changed': { changed: string }
  'project.deleted': Nothing
  'member.added': { role: ProjectRole }
  'member.invited': Nothing
  'member.role_changed': { from: ProjectRole; to: ProjectRole }
  'member.removed': { role: ProjectRole }

  'table.created': Nothing
  /** `from`: the title before, where it is another now. */
  'table.changed': { from?: string }
  'table.deleted': Nothing
  'column.created': { table: string; type: string }
  'column.changed': { table: string; from: string; type: string }
  'column.deleted': { table: string }
  'import.started': { into: 'a new table' | 'a table that is there' }
  'import.done': { rows: number; inserted: number; updated: number }
  'table.exported': Nothing
}

export type AuditAction = keyof DetailsOf

/** In a sentence's beginning, for people. */
export const ACTIONS = {
  sign_up: 'Signed up',
  'invitation.accepted': 'Accepted an invitation',
  sign_in: 'Signed in',
  'sign_in.failed': 'Sign-in failed',
  sign_out: 'Signed out',
  'session.ended': 'Session ended',
  'sessions.ended': 'Sessions ended',
  'password.changed': 'Password changed',
  'password.change_failed': 'Password change failed',
  'password.reset': 'Password reset',
  'reset_link.created': 'Reset link made',
  'email.confirmed': 'E-mail address confirmed',
  'user.invited': 'User invited',
  'user.role_changed': 'Role of a user changed',
  'user.removed': 'User removed',
  'settings.changed': 'Settings changed',
  'administrator.applied': 'Administrator of the settings applied',
  'api_token.created': 'API Token made',
  'api_token.deleted': 'API Token deleted',
  'api_token.refused': 'API Token refused',
  'project.created': 'Project created',
  'project.changed': 'Project changed',
  'project.deleted': 'Project deleted',
  'member.added': 'Member added',
  'member.invited': 'Member invited anew',
  'member.role_changed': 'Role of a member changed',
  'member.removed': 'Member removed',
  'table.created': 'Table created',
  'table.changed': 'Table changed',
  'table.deleted': 'Table deleted',
  'column.created': 'Column created',
  'column.changed': 'Column changed',
  'column.deleted': 'Column deleted',
  'import.started': 'Import started',
  'import.done': 'Import done',
  'table.exported': 'Table exported',
} as const satisfies Record<AuditAction, string>

/** A value that is known, or one that the statement reads. */
type Given<Value> = Value | Sql

export interface Target {
  id?: Given<string | null>
  /** Its title, e-mail or hint as it is now. */
  name?: Given<string | null>
}

/** Something that happens now. */
export type AuditEvent = {
  [Action in AuditAction]: {
    action: Action
    target?: Target
    /** Id of the project whose owners may read of it. */
    project?: string
  } & (DetailsOf[Action] extends null
    ? { details?: never }
    : { details: { [Name in keyof DetailsOf[Action]]: Given<DetailsOf[Action][Name]> } })
}[AuditAction]
