/** A request to each route that it answers well: what stands in its path, who asks, and what is sent. */
import { PASSWORD } from './client'
import { CSV, type World } from './world'

export interface RouteRequest {
  /** What stands in the path for these parameters; the others are of the world. */
  path?: Record<string, string>
  query?: string
  /** Ada where it is not said. */
  as?: 'admin' | 'bob' | 'nobody'
  json?: unknown
  /** Fields of a form. */
  form?: Record<string, string>
  file?: string
  bytes?: { type: string; text: string }
  /** Where mails are sent. */
  mail?: true
  /** A change that leaves the databases as they are, or a page that does change them. */
  changes?: boolean
}

type Make = (world: World) => RouteRequest

const NEW_PASSWORD = 'another horse battery'
const plain: Make = () => ({})
const row = { Title: 'Nib', Qty: 3 }

const PUBLIC: Record<string, Make> = {
  'GET /api/v1/health': plain,
  'GET /api/v1/ready': plain,
  'GET /api/v1/version': plain,
  'GET /api/v1/db/meta/nocodb/info': plain,
  'GET /openapi.json': plain,
  'GET /docs': plain,
  'GET /api/v1/db/meta/projects/:projectId/swagger': plain,
  'GET /api/v1/db/meta/projects/:projectId/swagger.json': plain,
}

const ACCOUNTS: Record<string, Make> = {
  'POST /api/v1/auth/user/signup': () => ({ as: 'nobody', json: { email: 'new@example.org', password: PASSWORD }, mail: true }),
  'POST /api/v1/auth/user/signup (of someone invited)': ({ invitee: { email, inviteToken: token } }) => ({
    as: 'nobody',
    json: { email, password: PASSWORD, token },
  }),
  'POST /api/v1/auth/user/signin': ({ ada: { email, password } }) => ({ as: 'nobody', json: { email, password } }),
  'GET /api/v1/auth/user/me': ({ project }) => ({ query: `project_id=${project.id}` }),
  'POST /api/v1/auth/user/signout': plain,
  'POST /api/v1/auth/token/refresh': plain,
  'POST /api/v1/auth/password/change': () => ({ json: { currentPassword: PASSWORD, newPassword: NEW_PASSWORD } }),
  'POST /api/v1/auth/password/forgot': ({ bob: { email } }) => ({ as: 'nobody', json: { email }, mail: true }),
  'POST /api/v1/auth/token/validate/:token': ({ resetToken: token }) => ({ as: 'nobody', path: { token }, changes: false }),
  'POST /api/v1/auth/password/reset/:token': ({ resetToken: token }) => ({
    as: 'nobody',
    path: { token },
    json: { password: NEW_PASSWORD },
  }),
  'POST /api/v1/auth/email/validate/:token': ({ verificationToken: token }) => ({ as: 'nobody', path: { token } }),
  'GET /api/v1/tokens': plain,
  'POST /api/v1/tokens': () => ({ json: { description: 'weekly' } }),
  'DELETE /api/v1/tokens/:token': plain,
}

const ORGANISATION: Record<string, Make> = {
  'GET /api/v1/users': () => ({ as: 'admin' }),
  'POST /api/v1/users': () => ({ as: 'admin', json: { email: 'new@example.org' }, mail: true }),
  'PATCH /api/v1/users/:userId': () => ({ as: 'admin', json: { roles: 'org-level-creator' } }),
  'DELETE /api/v1/users/:userId': () => ({ as: 'admin' }),
  'POST /api/v1/users/:userId/resend-invite': ({ invitee }) => ({ as: 'admin', path: { userId: invitee.id }, mail: true }),
  'POST /api/v1/users/:userId/generate-reset-url': () => ({ as: 'admin' }),
  'GET /api/v1/users/:userId/api-tokens': () => ({ as: 'admin' }),
  'DELETE /api/v1/users/:userId/api-tokens/:token': ({ tokens }) => ({ as: 'admin', path: { token: String(tokens.bob) } }),
  'GET /api/v1/app-settings': () => ({ as: 'admin' }),
  'POST /api/v1/app-settings': () => ({ as: 'admin', json: { invite_only_signup: true } }),
  'GET /api/v1/audit': () => ({ as: 'admin' }),
  'GET /api/v1/db/meta/projects/:projectId/audit': () => ({}),
}

const PROJECTS: Record<string, Make> = {
  'GET /api/v1/db/meta/projects': plain,
  'POST /api/v1/db/meta/projects': () => ({ json: { title: 'Library' } }),
  'GET /api/v1/db/meta/projects/:projectId': plain,
  'PATCH /api/v1/db/meta/projects/:projectId': () => ({ json: { title: 'Library' } }),
  'DELETE /api/v1/db/meta/projects/:projectId': plain,
  'GET /api/v1/db/meta/projects/:projectId/info': plain,
  'GET /api/v1/db/meta/projects/:projectId/users': plain,
  'POST /api/v1/db/meta/projects/:projectId/users': () => ({
    json: { email: 'one@example.org,two@example.org', roles: 'viewer' },
    mail: true,
  }),
  'PATCH /api/v1/db/meta/projects/:projectId/users/:userId': () => ({ json: { roles: 'editor' } }),
  'DELETE /api/v1/db/meta/projects/:projectId/users/:userId': plain,
  'POST /api/v1/db/meta/projects/:projectId/users/:userId/resend-invite': ({ invitee }) => ({
    path: { userId: invitee.id },
    mail: true,
  }),
  'GET /api/v1/db/meta/projects/:projectId/api-tokens': plain,
  'POST /api/v1/db/meta/projects/:projectId/api-tokens': () => ({ json: { description: 'weekly' } }),
  'DELETE /api/v1/db/meta/projects/:projectId/api-tokens/:token': plain,
}

const TABLE = { title: 'Orders', columns: [{ title: 'Number' }, { title: 'Code', unique: true }] }

const TABLES: Record<string, Make> = {
  'GET /api/v1/db/meta/projects/:projectId/tables': plain,
  'POST /api/v1/db/meta/projects/:projectId/tables': () => ({ json: TABLE }),
  'GET /api/v1/db/meta/projects/:projectId/:baseId/tables': plain,
  'POST /api/v1/db/meta/projects/:projectId/:baseId/tables': () => ({ json: TABLE }),
  'GET /api/v1/db/meta/tables/:tableId': plain,
  'PATCH /api/v1/db/meta/tables/:tableId': () => ({ json: { title: 'Things' } }),
  'POST /api/v1/db/meta/tables/:tableId/reorder': () => ({ json: { order: 7 } }),
  'DELETE /api/v1/db/meta/tables/:tableId': plain,
  'GET /api/v1/db/meta/tables/:tableId/views': plain,
  'POST /api/v1/db/meta/tables/:tableId/columns': () => ({ json: { title: 'Key', unique: true } }),
  'GET /api/v1/db/meta/columns/:columnId': plain,
  'PATCH /api/v1/db/meta/columns/:columnId': () => ({ json: { title: 'Text', uidt: 'LongText', unique: true } }),
  'DELETE /api/v1/db/meta/columns/:columnId': plain,
  'POST /api/v1/db/meta/columns/:columnId/primary': ({ table }) => ({ path: { columnId: table.columnId('Code') } }),
}

const IMPORTS: Record<string, Make> = {
  'POST /api/v1/db/meta/projects/:projectId/imports': () => ({ json: { name: 'more.csv', size: CSV.length } }),
  'PUT /api/v1/db/meta/projects/:projectId/imports/:importId/parts/:number': ({ imports }) => ({
    path: { importId: imports.begun, number: '0' },
    bytes: { type: 'application/octet-stream', text: CSV },
  }),
  'POST /api/v1/db/meta/projects/:projectId/imports/:importId/preview': ({ imports }) => ({
    path: { importId: imports.uploaded },
    json: {},
  }),
  'POST /api/v1/db/meta/projects/:projectId/imports/:importId/run': () => ({ json: { title: 'Imported' } }),
  'GET /api/v1/db/meta/projects/:projectId/imports/:importId': plain,
  'DELETE /api/v1/db/meta/projects/:projectId/imports/:importId': plain,
  'POST /api/v1/db/meta/projects/:projectId/import': () => ({
    query: 'title=Imported',
    bytes: { type: 'text/csv', text: CSV },
  }),
}

const BULK = '/api/v1/db/data/bulk/:orgs/:projectName/:tableName'
const DATA = '/api/v1/db/data/:orgs/:projectName/:tableName'

const ROWS: Record<string, Make> = {
  [`POST ${BULK}/upsert`]: () => ({ query: 'on=Code', json: [{ Code: 'a', Qty: 9 }, { Code: 'c' }] }),
  [`POST ${BULK}/changes`]: () => ({
    json: { insert: [row], update: [{ row: { Id: 1, Qty: 5 } }], delete: [{ row: { Id: 2 } }] },
  }),
  [`PATCH ${BULK}/all`]: () => ({ query: 'where=(Qty,gt,0)', json: { Qty: 8 } }),
  [`DELETE ${BULK}/all`]: () => ({ query: 'where=(Qty,gt,0)' }),
  [`POST ${BULK}`]: () => ({ json: [row, row] }),
  [`PATCH ${BULK}`]: () => ({
    json: [
      { Id: 1, Qty: 5 },
      { Id: 2, Qty: 6 },
    ],
  }),
  [`DELETE ${BULK}`]: () => ({ json: [{ Id: 1 }, { Id: 2 }] }),
  ...rowsAt(DATA),
  ...rowsAt(`${DATA}/views/:viewName`),
}

function rowsAt(path: string): Record<string, Make> {
  return {
    [`GET ${path}/find-one`]: () => ({ query: 'where=(Qty,gt,0)' }),
    [`GET ${path}/count`]: plain,
    [`GET ${path}/groupby`]: () => ({ query: 'column_name=Qty' }),
    [`GET ${path}/group/:groupColumnId`]: plain,
    [`GET ${path}/export/csv`]: plain,
    [`GET ${path}`]: plain,
    [`POST ${path}`]: () => ({ json: row }),
    [`GET ${path}/:rowId`]: plain,
    [`GET ${path}/:rowId/exist`]: plain,
    [`PATCH ${path}/:rowId`]: () => ({ json: { Qty: 5 } }),
    [`DELETE ${path}/:rowId`]: plain,
  }
}

const ENTRANCES: Record<string, Make> = {
  'GET /': () => ({ as: 'nobody' }),
  'POST /sign-in': ({ ada: { email, password } }) => ({ as: 'nobody', form: { email, password } }),
  'GET /sign-up': () => ({ as: 'nobody' }),
  'POST /sign-up': () => ({ as: 'nobody', form: { email: 'new@example.org', password: PASSWORD }, mail: true }),
  'GET /forgot-password': () => ({ as: 'nobody' }),
  'POST /forgot-password': ({ bob: { email } }) => ({ as: 'nobody', form: { email }, mail: true }),
  'GET /auth/signup/:token': ({ invitee }) => ({ as: 'nobody', path: { token: invitee.inviteToken } }),
  'POST /sign-up/:token': ({ invitee }) => ({
    as: 'nobody',
    path: { token: invitee.inviteToken },
    form: { email: invitee.email, password: PASSWORD },
  }),
  'GET /auth/password/reset/:token': ({ resetToken: token }) => ({ as: 'nobody', path: { token } }),
  'POST /reset-password/:token': ({ resetToken: token }) => ({ as: 'nobody', path: { token }, form: { password: NEW_PASSWORD } }),
  'GET /auth/email/verify/:token': ({ verificationToken: token }) => ({ as: 'nobody', path: { token } }),
  'POST /verify-email/:token': ({ verificationToken: token }) => ({ as: 'nobody', path: { token } }),
}

const tokensAt = (path: string): Record<string, Make> => ({
  [`GET ${path}`]: plain,
  [`POST ${path}`]: () => ({ form: { name: 'weekly' } }),
  [`GET ${path}/:id/delete`]: plain,
  [`POST ${path}/:id/delete`]: plain,
})

const OWN_PAGES: Record<string, Make> = {
  'GET /session': plain,
  'POST /session/auth-token': plain,
  'POST /session/sign-out': plain,
  'POST /session/sign-out-everywhere': plain,
  'GET /account': plain,
  ...tokensAt('/account/api-tokens'),
  'POST /account/confirmation': () => ({ mail: true }),
  'POST /account/password': () => ({ form: { current: PASSWORD, password: NEW_PASSWORD } }),
  'POST /account/sessions/:sessionId/end': plain,
  'POST /account/end-other-sessions': plain,
}

const ADMIN_PAGES: Record<string, Make> = {
  'GET /admin/users': () => ({ as: 'admin' }),
  'GET /admin/audit': () => ({ as: 'admin', query: 'verify=0' }),
  'GET /projects/:projectId/settings/audit': () => ({}),
  'POST /admin/users': () => ({ as: 'admin', form: { email: 'new@example.org', role: 'org-level-creator' }, mail: true }),
  'POST /admin/settings': () => ({ as: 'admin', form: { invite_only: 'on' } }),
  'POST /admin/users/:userId/role': () => ({ as: 'admin', form: { role: 'org-level-creator' } }),
  'POST /admin/users/:userId/invite': ({ invitee }) => ({ as: 'admin', path: { userId: invitee.id } }),
  'POST /admin/users/:userId/reset-link': () => ({ as: 'admin' }),
  'GET /admin/users/:userId/remove': () => ({ as: 'admin' }),
  'POST /admin/users/:userId/remove': () => ({ as: 'admin' }),
  'GET /admin/users/:userId/api-tokens': () => ({ as: 'admin' }),
  'POST /admin/users/:userId/api-tokens/:id/delete': ({ tokens }) => ({ as: 'admin', path: { id: String(tokens.bob) } }),
}

const PROJECT = '/projects/:projectId'

const PROJECT_PAGES: Record<string, Make> = {
  'GET /projects': plain,
  'GET /projects/new': plain,
  'POST /projects/new': () => ({ form: { title: 'Library' } }),
  [`GET ${PROJECT}`]: plain,
  [`GET ${PROJECT}/settings`]: plain,
  [`GET ${PROJECT}/settings/project`]: plain,
  [`POST ${PROJECT}/settings/project`]: () => ({ form: { title: 'Library' } }),
  [`GET ${PROJECT}/delete`]: plain,
  [`POST ${PROJECT}/delete`]: plain,
  ...tokensAt(`${PROJECT}/settings/api-tokens`),
  [`GET ${PROJECT}/settings/users`]: plain,
  [`POST ${PROJECT}/settings/users`]: () => ({ form: { email: 'new@example.org', role: 'viewer' } }),
  [`POST ${PROJECT}/settings/users/:userId/role`]: () => ({ form: { role: 'editor' } }),
  [`POST ${PROJECT}/settings/users/:userId/invite`]: ({ invitee }) => ({ path: { userId: invitee.id } }),
  [`GET ${PROJECT}/settings/users/:userId/remove`]: plain,
  [`POST ${PROJECT}/settings/users/:userId/remove`]: plain,
}

const TABLE_PAGE = `${PROJECT}/tables/:tableId`

const TABLE_PAGES: Record<string, Make> = {
  [`GET ${PROJECT}/tables/new`]: plain,
  [`POST ${PROJECT}/tables/new`]: () => ({ form: { title: 'Orders', column: 'Number', type: 'SingleLineText', options: '' } }),
  [`GET ${TABLE_PAGE}/settings`]: plain,
  [`POST ${TABLE_PAGE}/settings`]: () => ({ form: { title: 'Things' } }),
  [`GET ${TABLE_PAGE}/delete`]: plain,
  [`POST ${TABLE_PAGE}/delete`]: plain,
  [`GET ${TABLE_PAGE}`]: plain,
  [`GET ${TABLE_PAGE}/snippets`]: plain,
  [`GET ${TABLE_PAGE}/export`]: plain,
  [`GET ${TABLE_PAGE}/new-column`]: plain,
  [`POST ${TABLE_PAGE}/new-column`]: () => ({ form: { title: 'Key', type: 'SingleLineText', unique: 'on' } }),
  [`GET ${TABLE_PAGE}/columns/:columnId`]: plain,
  [`POST ${TABLE_PAGE}/columns/:columnId`]: () => ({ form: { title: 'Text', type: 'LongText', unique: 'on' } }),
  [`GET ${TABLE_PAGE}/columns/:columnId/delete`]: plain,
  [`POST ${TABLE_PAGE}/columns/:columnId/delete`]: plain,
  [`GET ${TABLE_PAGE}/new-row`]: plain,
  [`POST ${TABLE_PAGE}/new-row`]: ({ table }) => ({ form: { [table.columnId('Title')]: 'Nib' } }),
  [`GET ${TABLE_PAGE}/rows/:rowId`]: plain,
  [`POST ${TABLE_PAGE}/rows/:rowId`]: ({ table }) => ({
    form: { [table.columnId('Title')]: 'Nib', version: table.versionOfFirst },
  }),
  [`GET ${TABLE_PAGE}/delete-rows`]: () => ({ query: 'row=1' }),
  [`POST ${TABLE_PAGE}/delete-rows`]: () => ({ form: { row: '1' } }),
}

const IMPORT_PAGES: Record<string, Make> = {
  [`GET ${PROJECT}/import`]: plain,
  [`POST ${PROJECT}/import`]: () => ({ file: CSV }),
  [`GET ${TABLE_PAGE}/import`]: plain,
  [`POST ${TABLE_PAGE}/import`]: () => ({ file: 'Title,Qty\nNib,3\n' }),
  [`GET ${PROJECT}/imports/:importId`]: plain,
  [`POST ${PROJECT}/imports/:importId`]: () => ({
    form: {
      do: 'run',
      title: 'Imported',
      'c0.before': '["Name","SingleLineText",""]',
      'c0.taken': 'on',
      'c0.title': 'Name',
      'c0.type': 'SingleLineText',
    },
  }),
}

/** By method and path, as the router has them; of a second request to one a word follows. */
export const ROUTE_REQUESTS: Record<string, Make> = {
  ...PUBLIC,
  ...ACCOUNTS,
  ...ORGANISATION,
  ...PROJECTS,
  ...TABLES,
  ...IMPORTS,
  ...ROWS,
  ...ENTRANCES,
  ...OWN_PAGES,
  ...ADMIN_PAGES,
  ...PROJECT_PAGES,
  ...TABLE_PAGES,
  ...IMPORT_PAGES,
}
