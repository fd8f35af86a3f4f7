/** Who may do what: docs/contract/api-v1.md 6.2 as one table. `super` may do everything and is named only where nobody else may. */
import type { Actor, OrgRole, ProjectRole } from '../../actor'

export type Role = OrgRole | ProjectRole

const MANAGERS = ['owner', 'creator'] as const
const WRITERS = [...MANAGERS, 'editor'] as const
const READERS = [...WRITERS, 'commenter', 'viewer'] as const
const ORG_MEMBERS = ['org-level-creator', 'org-level-viewer'] as const

export const PERMISSIONS = {
  projectList: [...READERS, ...ORG_MEMBERS],
  projectCreate: ['org-level-creator'],
  projectGet: READERS,
  projectInfoGet: READERS,
  projectUpdate: MANAGERS,
  projectDelete: MANAGERS,
  projectAuditList: ['owner'],

  userList: MANAGERS,
  userInvite: MANAGERS,
  projectUserUpdate: MANAGERS,
  projectUserDelete: MANAGERS,
  projectUserInviteResend: MANAGERS,

  tableList: READERS,
  tableGet: READERS,
  tableCreate: MANAGERS,
  tableUpdate: MANAGERS,
  tableReorder: MANAGERS,
  tableDelete: MANAGERS,
  columnGet: READERS,
  columnAdd: MANAGERS,
  columnUpdate: MANAGERS,
  columnSetAsPrimary: MANAGERS,
  columnDelete: MANAGERS,
  viewList: READERS,

  dataList: READERS,
  dataRead: READERS,
  dataExist: READERS,
  dataFindOne: READERS,
  dataGroupBy: READERS,
  groupedDataList: READERS,
  dataCount: READERS,
  exportCsv: READERS,
  dataInsert: WRITERS,
  dataUpdate: WRITERS,
  dataDelete: WRITERS,
  bulkDataInsert: WRITERS,
  bulkDataUpdate: WRITERS,
  bulkDataUpdateAll: WRITERS,
  bulkDataDelete: WRITERS,
  bulkDataDeleteAll: WRITERS,
  bulkDataUpsert: WRITERS,
  bulkDataChanges: WRITERS,

  swaggerJson: READERS,

  apiTokenList: [...MANAGERS, ...ORG_MEMBERS],
  apiTokenCreate: [...MANAGERS, ...ORG_MEMBERS],
  apiTokenDelete: [...MANAGERS, ...ORG_MEMBERS],
  passwordChange: [...READERS, ...ORG_MEMBERS],

  orgUserList: ['super'],
  orgUserAdd: ['super'],
  orgUserUpdate: ['super'],
  orgUserDelete: ['super'],
  orgUserResetUrl: ['super'],
  orgUserTokenList: ['super'],
  orgUserTokenDelete: ['super'],
  appSettingsGet: ['super'],
  appSettingsSet: ['super'],
  auditList: ['super'],
} as const satisfies Record<string, readonly Role[]>

export type Permission = keyof typeof PERMISSIONS

type Holder<P extends Permission> = (typeof PERMISSIONS)[P][number]

/** What roles in a project carry, outside of it nobody. */
export type ProjectPermission = { [P in Permission]: Holder<P> extends ProjectRole ? P : never }[Permission]

/** What organisation roles carry, in a project nobody. */
export type OrgPermission = { [P in Permission]: Holder<P> extends OrgRole ? P : never }[Permission]

/**
 * What a program may do by an API Token of someone who may do it. What is not named here is for people alone, so that a new
 * permission begins closed: a token that leaks must not make another, bring people in, or delete a project.
 */
const OPEN_TO_API_TOKENS: ReadonlySet<Permission> = new Set<Permission>([
  'projectList',
  'projectCreate',
  'projectGet',
  'projectInfoGet',
  'projectUpdate',
  'userList',

  'tableList',
  'tableGet',
  'tableCreate',
  'tableUpdate',
  'tableReorder',
  'tableDelete',
  'columnGet',
  'columnAdd',
  'columnUpdate',
  'columnSetAsPrimary',
  'columnDelete',
  'viewList',

  'dataList',
  'dataRead',
  'dataExist',
  'dataFindOne',
  'dataGroupBy',
  'groupedDataList',
  'dataCount',
  'exportCsv',
  'dataInsert',
  'dataUpdate',
  'dataDelete',
  'bulkDataInsert',
  'bulkDataUpdate',
  'bulkDataUpdateAll',
  'bulkDataDelete',
  'bulkDataDeleteAll',
  'bulkDataUpsert',
  'bulkDataChanges',

  'swaggerJson',
])

/** What a token may do to itself and to no other. */
const UPON_ITSELF: ReadonlySet<Permission> = new Set<Permission>(['apiTokenDelete'])

/** How far an API Token gets with a permission that its owner has. */
export function reachOfApiTokens(permission: Permission): 'all' | 'itself' | 'nothing' {
  if (OPEN_TO_API_TOKENS.has(permission)) return 'all'
  return UPON_ITSELF.has(permission) ? 'itself' : 'nothing'
}

/** Whether any of the roles carries the permission. */
export function isAllowed(roles: readonly Role[], permission: Permission): boolean {
  const allowed: readonly Role[] = PERMISSIONS[permission]
  return roles.some((role) => role === 'super' || allowed.includes(role))
}

/**
 * The role someone has in a project, or null when the project must look as if it did not exist.
 * A super admin is an owner everywhere; but an API token of theirs keeps to a membership, where there is one
 * (docs/contract/api-v1.md 2.4), so that a token can be given less than its owner has.
 */
export function projectRole(membership: ProjectRole | null, orgRoles: readonly OrgRole[], via: Actor['via']): ProjectRole | null {
  if (!orgRoles.includes('super')) return membership
  return via === 'api_token' && membership !== null ? membership : 'owner'
}
