/** Every route there is, found in the router: none forgets its guard, and each guard lets in whom the roles table says. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { PUBLIC_ROUTES, createApp } from '../../src/app'
import { isGuard } from '../../src/control/access/guard'
import { type Permission, type Role, isAllowed } from '../../src/control/access/roles'
import { SESSION_PAGES } from '../../src/dashboard/routes'
import { PROJECT_ROLES, type ProjectRole } from '../../src/actor'
import { hmacSha256 } from '../../src/lib/crypto'
import {
  type Person,
  claimsOf,
  createProject,
  createTable,
  createToken,
  dump,
  request,
  signUp,
  superAdmin,
} from '../support/client'

interface Route {
  method: string
  /** As the router has it: `/api/v1/users/:userId`. */
  path: string
  /** What the guards that stand before the handler ask for. */
  permissions: Permission[]
  /** Where these find the project: `projectId: id`. */
  projects: string[]
  /** What the document says of it. */
  documented: { permission: Permission | undefined; takesApiTokens: boolean } | null
}

const app = createApp()

const documented = app.openAPIRegistry.definitions.flatMap((definition) =>
  definition.type === 'route' ? [definition.route] : [],
)

const routes: Route[] = [...new Set(app.routes.filter(({ method }) => method !== 'ALL').map(keyOf))].map((key) => {
  const [method = '', path = ''] = key.split(' ')
  const guards = app.routes.flatMap((route) => (keyOf(route) === key && isGuard(route.handler) ? [route.handler] : []))
  const declared = documented.find((route) => keyOf({ ...route, path: route.path.replaceAll(/\{(\w+)\}/g, ':$1') }) === key)
  return {
    method,
    path,
    permissions: guards.map(({ permission }) => permission),
    projects: guards.flatMap(({ project }) => (project === null ? [] : [`${project.name}: ${project.by}`])),
    documented:
      declared === undefined
        ? null
        : {
            permission: (declared as { 'x-permission'?: Permission })['x-permission'],
            takesApiTokens: declared.security?.some((scheme) => 'xcToken' in scheme) ?? false,
          },
  }
})

const guarded = routes.filter((route) => PUBLIC_ROUTES[keyOf(route)] === undefined)
const pages = guarded.filter(isPage)
const api = guarded.filter((route) => !isPage(route))

function keyOf({ method, path }: { method: string; path: string }): string {
  return `${method.toUpperCase()} ${path}`
}

/** A page of the dashboard: for a browser with a session, and for nobody else. */
function isPage({ path }: Route): boolean {
  return SESSION_PAGES.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))
}

/** Whether a route is one of a project's: there the role in the project counts. */
function inProject({ path }: Route): boolean {
  return /:(projectId|projectName|tableId|columnId)\b/.test(path)
}

const named = (list: readonly Route[]) => list.map((route) => [keyOf(route), route] as const)

interface World {
  project: { id: string }
  table: { id: string; columns: { id: string }[] }
}

const people: Partial<Record<ProjectRole, Person>> = {}
let admin: Person
let stranger: Person

beforeAll(async () => {
  admin = await superAdmin()
  stranger = await signUp()
  for (const role of PROJECT_ROLES) people[role] = await signUp()
}, 30_000)

/** A project with a member of each role, and a table with a row. */
async function makeWorld(): Promise<World> {
  const project = await createProject(admin.auth)
  await env.DB.batch(
    Object.entries(people).map(([role, { id }]) =>
      env.DB.prepare('INSERT INTO project_members (project_id, user_id, role, created_at) VALUES (?, ?, ?, 0)').bind(
        project.id,
        id,
        role,
      ),
    ),
  )
  return { project, table: await createTable(admin.auth, project.id) }
}

function pathOf(route: Route, { project, table }: World): string {
  const values: Record<string, string> = {
    projectId: project.id,
    projectName: project.id,
    tableId: table.id,
    tableName: table.id,
    columnId: table.columns.at(-1)?.id ?? '',
    userId: 'us_nobody',
    token: '999999',
    orgs: 'noco',
    rowId: '1',
    id: '999999',
  }
  return route.path.replaceAll(/:(\w+)/g, (_, name: string) => values[name] ?? 'x')
}

const NOWHERE: World = { project: { id: 'p_x' }, table: { id: 'md_x', columns: [{ id: 'cl_x' }] } }

interface Credentials {
  auth?: string
  token?: string
  refresh?: string
  headers?: Record<string, string>
}

/** With an empty body: guards come before what reads it, and little comes of it. */
function call(route: Route, world: World, credentials: Credentials = {}) {
  const body = route.method === 'GET' || isPage(route) ? {} : { body: {} }
  return request(route.method, pathOf(route, world), { ...body, ...credentials })
}

/** What a signed-in person sends: to the API their Auth Token, to a page the cookie, and for a form the token that guards it. */
async function credentialsOf(person: Person, route: Route): Promise<Credentials> {
  if (!isPage(route)) return { auth: person.auth }
  const csrf = await hmacSha256(env.NC_AUTH_JWT_SECRET, `form:${String(claimsOf(person.auth)['sid'])}`)
  return { refresh: person.refresh, headers: { 'x-csrf-token': csrf } }
}

describe('the list of public routes', () => {
  test('names only routes that exist', () => {
    const keys = routes.map(keyOf)
    expect(Object.keys(PUBLIC_ROUTES).filter((key) => !keys.includes(key))).toEqual([])
  })

  test('holds these of the API; adding one takes a change here', () => {
    const api = Object.entries(PUBLIC_ROUTES).filter(([key]) => key.includes(' /api/'))
    expect(Object.fromEntries(api)).toEqual({
      'POST /api/v1/auth/user/signup': 'none',
      'POST /api/v1/auth/user/signin': 'none',
      'GET /api/v1/auth/user/me': 'optional',
      'POST /api/v1/auth/user/signout': 'none',
      'POST /api/v1/auth/token/refresh': 'none',
      'POST /api/v1/auth/password/forgot': 'none',
      'POST /api/v1/auth/token/validate/:token': 'none',
      'POST /api/v1/auth/password/reset/:token': 'none',
      'POST /api/v1/auth/email/validate/:token': 'none',
      'GET /api/v1/health': 'none',
      'GET /api/v1/ready': 'none',
      'GET /api/v1/version': 'none',
      'GET /api/v1/db/meta/nocodb/info': 'none',
      'GET /api/v1/db/meta/projects/:projectId/swagger': 'none',
    })
  })
})

describe('without a credential', () => {
  test.each(named(guarded))('%s is 401', async (_, route) => {
    const { status, headers, body } = await call(route, NOWHERE)
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe('Bearer realm="latchkey"')
    expect(body).toEqual({
      error: 'AUTHENTICATION_REQUIRED',
      message: 'Sign in, or send an Auth Token (xc-auth) or an API Token (xc-token).',
      msg: 'Sign in, or send an Auth Token (xc-auth) or an API Token (xc-token).',
    })
  })
})

describe('every route that is not public', () => {
  test('stands behind one guard, but for what anyone who is signed in may do', () => {
    expect(guarded.filter(({ permissions }) => permissions.length !== 1).map(keyOf)).toEqual([
      'POST /session/auth-token',
      'POST /session/sign-out',
      'POST /session/sign-out-everywhere',
      'POST /account/confirmation',
      'GET /account',
      'POST /account/sessions/:sessionId/end',
      'POST /account/end-other-sessions',
    ])
  })

  test('of the API is in the document, with the permission that its guard asks for', () => {
    expect(api.map((route) => [keyOf(route), route.documented?.permission])).toEqual(
      api.map((route) => [keyOf(route), route.permissions[0]]),
    )
  })
})

/** What the parameters of paths name. */
const NAMED_BY = { projectId: 'id', projectName: 'name', tableId: 'table', columnId: 'column' }

test('each guard finds the project by the first parameter of its path that names one, and where none does it has none', () => {
  const expected = guarded.map(({ path }) => Object.entries(NAMED_BY).find(([name]) => path.split('/').includes(`:${name}`)))
  expect(guarded.map((route) => [keyOf(route), route.projects])).toEqual(
    guarded.map((route, index) => [keyOf(route), expected[index] === undefined ? [] : [expected[index].join(': ')]]),
  )
})

test('no public route stands behind a guard that nobody could pass', () => {
  expect(routes.filter((route) => PUBLIC_ROUTES[keyOf(route)] !== undefined && route.permissions.length > 0).map(keyOf)).toEqual(
    [],
  )
})

test('no two routes share a method and a path: one of them would be dead', () => {
  const shapes = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, ':')}`)
  expect(shapes.filter((shape, index) => shapes.indexOf(shape) !== index)).toEqual([])
})

describe('the guard of each route lets in whom the roles table says', () => {
  let shared: World

  beforeAll(async () => {
    shared = await makeWorld()
  })

  /** One that may be destroyed, where that may happen. */
  const worldFor = (route: Route): Promise<World> | World =>
    route.method === 'DELETE' || (isPage(route) && route.method !== 'GET') ? makeWorld() : shared

  async function expectGuarded(route: Route, permission: Permission, person: Person, roles: readonly Role[]): Promise<void> {
    const { status, body } = await call(route, await worldFor(route), await credentialsOf(person, route))
    if (isAllowed(roles, permission)) {
      expect([status, body?.error]).not.toEqual([403, 'FORBIDDEN'])
      expect(body?.error).not.toBe('CROSS_SITE_REQUEST')
      expect(status).not.toBe(401)
      expect(status).toBeLessThan(500)
    } else {
      const message = `${permission} - ${roles.join(',')} : Not allowed`
      expect({ status, body }).toEqual({ status: 403, body: { error: 'FORBIDDEN', message, msg: message } })
    }
  }

  const withPermission = guarded.flatMap((route) =>
    route.permissions.map((permission) => [keyOf(route), permission, route] as const),
  )

  describe.each(withPermission)('%s: %s', (_, permission, route) => {
    test.each(PROJECT_ROLES)('%s', async (role) => {
      await expectGuarded(route, permission, people[role] ?? stranger, inProject(route) ? [role] : ['org-level-viewer'])
    })

    test('super admin', async () => {
      await expectGuarded(route, permission, admin, inProject(route) ? ['owner'] : ['org-level-creator', 'super'])
    })

    test('someone who is no member', async () => {
      if (!inProject(route)) return expectGuarded(route, permission, stranger, ['org-level-viewer'])
      const credentials = await credentialsOf(stranger, route)
      const [foreign, unknown] = [await call(route, shared, credentials), await call(route, NOWHERE, credentials)]
      expect(foreign.status).toBe(404)
      expect(foreign.body.error).toMatch(/^(PROJECT|TABLE|COLUMN)_NOT_FOUND$/)
      expect(foreign.body).toEqual(unknown.body)
    })
  })
})

describe('an API Token of the super admin', () => {
  let shared: World
  let token: string

  beforeAll(async () => {
    shared = await makeWorld()
    token = (await createToken(admin.auth)).token
  })

  test.each(named(api))('%s', async (_, route) => {
    const { status, body } = await call(route, route.method === 'DELETE' ? await makeWorld() : shared, { token })
    const mayDeleteItself = TOKEN_DELETION.test(keyOf(route))
    expect(route.documented?.takesApiTokens).toBe(!isForPeople(route) || mayDeleteItself)
    if (isForPeople(route)) expect([status, body.error]).toEqual([403, 'API_TOKEN_NOT_ALLOWED'])
    else expect([401, 403]).not.toContain(status)
  })

  test.each(named(api.filter(isForPeople)))('%s changes nothing by it', async (_, route) => {
    const world = await makeWorld()
    const before = await dump(env.DB)
    await call(route, world, { token })
    expect(withoutUse(await dump(env.DB))).toEqual(withoutUse(before))
  })
})

const TOKEN_DELETION = /^DELETE \/api\/v1\/(db\/meta\/projects\/:projectId\/api-)?tokens\/:token$/

/** Tokens, members and roles, deleting a project, the audit log; accounts, users and settings of the instance. */
function isForPeople(route: Route): boolean {
  const { method, path } = route
  if (/^\/api\/v1\/(audit|tokens|users|app-settings|auth\/password\/change)\b/.test(path)) return true
  if (/^\/api\/v1\/db\/meta\/projects\/:projectId\/(api-tokens|audit)\b/.test(path)) return true
  if (/^\/api\/v1\/db\/meta\/projects\/:projectId\/users\b/.test(path)) return method !== 'GET'
  return method === 'DELETE' && path === '/api/v1/db/meta/projects/:projectId'
}

/** When a token was last used, and that it was refused, is written after the answer. */
function withoutUse({ api_tokens: tokens = [], audit_events: events = [], ...tables }: Awaited<ReturnType<typeof dump>>) {
  return {
    ...tables,
    api_tokens: tokens.map((row) => ({ ...row, last_used_at: null })),
    audit_events: events.filter(({ action }) => action !== 'api_token.refused'),
  }
}

describe('a page', () => {
  test.each(named(pages))('%s takes neither an Auth Token nor an API Token', async (_, route) => {
    const { token } = await createToken(admin.auth)
    for (const credentials of [{ auth: admin.auth }, { token }]) {
      expect((await call(route, NOWHERE, credentials)).body.error).toBe('AUTHENTICATION_REQUIRED')
    }
  })

  const forms = pages.filter(({ method }) => method !== 'GET')

  test.each(named(forms))('%s does nothing for a session without the token of a form', async (_, route) => {
    const world = inProject(route) ? await makeWorld() : NOWHERE
    const before = await dump(env.DB)
    const { status, body } = await call(route, world, { refresh: admin.refresh })
    expect([status, body.error]).toEqual([403, 'CROSS_SITE_REQUEST'])
    expect(await dump(env.DB)).toEqual(before)
  })
})

describe('the API', () => {
  test.each(named(api))('%s takes no cookie for a credential', async (_, route) => {
    expect((await call(route, NOWHERE, { refresh: admin.refresh })).body.error).toBe('AUTHENTICATION_REQUIRED')
  })
})
