/** Roles and permissions against docs/contract/api-v1.md 6.2 and 6.4, written out here as the contract has them. */
import { describe, expect, test } from 'vitest'
import {
  PERMISSIONS,
  type Permission,
  type Role,
  isAllowed,
  projectRole,
  reachOfApiTokens,
} from '../../../src/control/access/roles'

const ROLES = ['owner', 'creator', 'editor', 'commenter', 'viewer', 'org-level-creator', 'org-level-viewer'] as const

/** One row a permission, one mark a role, in the order of ROLES: x is yes. */
const CONTRACT: Record<string, string> = {
  projectList: 'xxxxxxx',
  projectCreate: '.....x.',
  projectGet: 'xxxxx..',
  projectInfoGet: 'xxxxx..',
  projectUpdate: 'xx.....',
  projectDelete: 'xx.....',
  projectAuditList: 'x......',

  userList: 'xx.....',
  userInvite: 'xx.....',
  projectUserUpdate: 'xx.....',
  projectUserDelete: 'xx.....',
  projectUserInviteResend: 'xx.....',

  tableList: 'xxxxx..',
  tableGet: 'xxxxx..',
  tableCreate: 'xx.....',
  tableUpdate: 'xx.....',
  tableReorder: 'xx.....',
  tableDelete: 'xx.....',
  columnGet: 'xxxxx..',
  columnAdd: 'xx.....',
  columnUpdate: 'xx.....',
  columnSetAsPrimary: 'xx.....',
  columnDelete: 'xx.....',
  viewList: 'xxxxx..',

  dataList: 'xxxxx..',
  dataRead: 'xxxxx..',
  dataExist: 'xxxxx..',
  dataFindOne: 'xxxxx..',
  dataGroupBy: 'xxxxx..',
  groupedDataList: 'xxxxx..',
  dataCount: 'xxxxx..',
  exportCsv: 'xxxxx..',
  dataInsert: 'xxx....',
  dataUpdate: 'xxx....',
  dataDelete: 'xxx....',
  bulkDataInsert: 'xxx....',
  bulkDataUpdate: 'xxx....',
  bulkDataUpdateAll: 'xxx....',
  bulkDataDelete: 'xxx....',
  bulkDataDeleteAll: 'xxx....',
  bulkDataUpsert: 'xxx....',
  bulkDataChanges: 'xxx....',

  swaggerJson: 'xxxxx..',

  apiTokenList: 'xx...xx',
  apiTokenCreate: 'xx...xx',
  apiTokenDelete: 'xx...xx',
  passwordChange: 'xxxxxxx',

  orgUserList: '.......',
  orgUserAdd: '.......',
  orgUserUpdate: '.......',
  orgUserDelete: '.......',
  orgUserResetUrl: '.......',
  orgUserTokenList: '.......',
  orgUserTokenDelete: '.......',
  appSettingsGet: '.......',
  appSettingsSet: '.......',
  auditList: '.......',
}

const permissions = Object.keys(CONTRACT) as Permission[]

test('the contract and the code name the same permissions', () => {
  expect(Object.keys(PERMISSIONS).toSorted()).toEqual(permissions.toSorted())
})

describe.each(permissions)('%s', (permission) => {
  test.each(ROLES.map((role, index) => [role, CONTRACT[permission]?.[index] === 'x'] as const))('%s: %s', (role, allowed) => {
    expect(isAllowed([role], permission)).toBe(allowed)
  })

  test('super: true', () => {
    expect(isAllowed(['super'], permission)).toBe(true)
  })

  test('no role at all: false', () => {
    expect(isAllowed([], permission)).toBe(false)
  })
})

/** Written out: a permission that is added is closed to API Tokens until somebody changes this list too. */
test('API Tokens do what is done with rows, tables, columns and new projects, delete themselves, and nothing else', () => {
  expect(permissions.filter((permission) => reachOfApiTokens(permission) === 'itself')).toEqual(['apiTokenDelete'])
  expect(permissions.filter((permission) => reachOfApiTokens(permission) === 'nothing')).toEqual([
    'projectDelete',
    'projectAuditList',
    'userInvite',
    'projectUserUpdate',
    'projectUserDelete',
    'projectUserInviteResend',
    'apiTokenList',
    'apiTokenCreate',
    'passwordChange',
    'orgUserList',
    'orgUserAdd',
    'orgUserUpdate',
    'orgUserDelete',
    'orgUserResetUrl',
    'orgUserTokenList',
    'orgUserTokenDelete',
    'appSettingsGet',
    'appSettingsSet',
    'auditList',
  ])
})

test('any one of several roles is enough', () => {
  expect(isAllowed(['org-level-viewer', 'super'], 'appSettingsSet')).toBe(true)
  expect(isAllowed(['org-level-viewer', 'org-level-creator'], 'projectCreate')).toBe(true)
  expect(isAllowed(['org-level-viewer', 'viewer'], 'dataInsert')).toBe(false)
})

test('a role nobody knows is none', () => {
  expect(isAllowed(['root' as Role, 'constructor' as Role], 'projectGet')).toBe(false)
})

describe('the role in a project', () => {
  test('is the membership', () => {
    expect(projectRole('editor', ['org-level-viewer'], 'auth_token')).toBe('editor')
    expect(projectRole('editor', ['org-level-creator'], 'api_token')).toBe('editor')
  })

  test('is none without one, whatever the organisation says', () => {
    expect(projectRole(null, ['org-level-creator'], 'auth_token')).toBeNull()
    expect(projectRole(null, ['org-level-viewer'], 'api_token')).toBeNull()
  })

  test('is owner for a super admin, member or not', () => {
    expect(projectRole(null, ['org-level-creator', 'super'], 'auth_token')).toBe('owner')
    expect(projectRole('viewer', ['super'], 'auth_token')).toBe('owner')
    expect(projectRole(null, ['super'], 'api_token')).toBe('owner')
  })

  test('is the membership for an API token of a super admin who has one', () => {
    expect(projectRole('viewer', ['super'], 'api_token')).toBe('viewer')
  })
})
