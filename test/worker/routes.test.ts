/** Every route there is, found in the router: none forgets its guard, and each guard lets in whom the roles table says. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { PUBLIC_ROUTES, createApp } from '../../src/app'
import { type Permission, type Role, isAllowed } from '../../src/control/access/roles'
import { PROJECT_ROLES, type ProjectRole } from '../../src/env'
import { type Person, createProject, createTable, createToken, request, signUp, superAdmin, unique } from '../support/client'

interface Route {
  method: string
  /** As the router has it: `/api/v1/users/:userId`. */
  path: string
  /** What the guards that stand before the handler ask for. */
  permissions: Permission[]
  /** What the document says of it. */
  documented: { permission: Permission | undefined; takesApiTokens: boolean } | null
}

const app = createApp()

const documented = app.openAPIRegistry.definitions.flatMap((definition) =>
  definition.type === 'route' ? [definition.route] : [],
)

const routes: Route[] = [...new Set(app.routes.filter(({ method }) => method !== 'ALL').map(keyOf))].map((key) => {
  const [method = '', path = ''] = key.split(' ')
  const declared = documented.find((route) => keyOf({ ...route, path: route.path.replaceAll(/\{(\w+)\}/g, ':$1') }) === key)
  return {
    method,
    path,
    permissions: app.routes.filter((route) => keyOf(route) === key).flatMap(({ handler }) => permissionOf(handler)),
    documented:
      declared === undefined
        ? null
        : {
            permission: (declared as { 'x-permission'?: Permission })['x-permission'],
            takesApiTokens: declared.security?.some((scheme) => 'xcToken' in scheme) ?? false,
          },
  }
})

function permissionOf(handler: object): Permission[] {
  return 'permission' in handler ? [handler.permission as Permission] : []
}

const guarded = routes.filter((route) => PUBLIC_ROUTES[keyOf(route)] === undefined)

function keyOf({ method, path }: { method: string; path: string }): string {
  return `${method.toUpperCase()} ${path}`
}

/** Whether a route is one of a project's: there the role in the project counts. */
const inProject = ({ path }: Route): boolean => /:(projectId|projectName|tableId|columnId)\b/.test(path)

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
      env.DB.prepare('INSERT INTO project_members VALUES (?, ?, ?, 0)').bind(project.id, id, role),
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
  }
  return route.path.replaceAll(/:(\w+)/g, (_, name: string) => values[name] ?? 'x')
}

function call(route: Route, world: World, credentials: { auth?: string; token?: string } = {}) {
  return request(route.method, pathOf(route, world), { ...credentials, ...(route.method === 'GET' ? {} : { body: {} }) })
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
  test.each(guarded.map((route) => [keyOf(route), route] as const))('%s is 401', async (_, route) => {
    const world = { project: { id: 'p_x' }, table: { id: 'md_x', columns: [{ id: 'cl_x' }] } }
    const { status, headers, body } = await call(route, world)
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe('Bearer realm="latchkey"')
    expect(body).toEqual({
      error: 'AUTHENTICATION_REQUIRED',
      message: 'Sign in, or send an Auth Token (xc-auth) or an API Token (xc-token).',
      msg: 'Sign in, or send an Auth Token (xc-auth) or an API Token (xc-token).',
    })
  })
})

test('every route that is not public declares which permission it needs', () => {
  expect(guarded.filter(({ permission }) => permission === undefined).map(keyOf)).toEqual([])
})

test('no public route declares a permission that nothing checks', () => {
  expect(
    routes.filter((route) => PUBLIC_ROUTES[keyOf(route)] !== undefined && route.permission !== undefined).map(keyOf),
  ).toEqual([])
})

test('a method twice on one path would leave one of them unguarded or dead: there is none', () => {
  const shapes = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, ':')}`)
  expect(shapes.filter((shape, index) => shapes.indexOf(shape) !== index)).toEqual([])
})

describe('the guard of each route lets in whom the roles table says', () => {
  let shared: World

  beforeAll(async () => {
    shared = await makeWorld()
  })

  /** What a refused one is told. */
  function refusal(route: Route, roles: readonly Role[]): { status: number; body: unknown } {
    const message = `${route.permission} - ${roles.join(',')} : Not allowed`
    return { status: 403, body: { error: 'FORBIDDEN', message, msg: message } }
  }

  async function expectGuarded(route: Route, person: Person, roles: readonly Role[]): Promise<void> {
    const world = route.method === 'DELETE' ? await makeWorld() : shared
    const { status, body } = await call(route, world, { auth: person.auth })
    if (route.permission !== undefined && isAllowed(roles, route.permission)) {
      expect([status, body?.error]).not.toEqual([403, 'FORBIDDEN'])
      expect(status).not.toBe(401)
      expect(status).toBeLessThan(500)
    } else {
      expect({ status, body }).toEqual(refusal(route, roles))
    }
  }

  describe.each(guarded.map((route) => [keyOf(route), route] as const))('%s', (_, route) => {
    test.each(PROJECT_ROLES)('%s', async (role) => {
      const person = people[role] ?? stranger
      await expectGuarded(route, person, inProject(route) ? [role] : ['org-level-viewer'])
    })

    test('super admin', async () => {
      await expectGuarded(route, admin, inProject(route) ? ['owner'] : ['org-level-creator', 'super'])
    })

    test('someone who is no member', async () => {
      if (!inProject(route)) return expectGuarded(route, stranger, ['org-level-viewer'])
      const answer = await call(route, shared, { auth: stranger.auth })
      const unknown = await call(
        route,
        { project: { id: 'p_x' }, table: { id: 'md_x', columns: [{ id: 'cl_x' }] } },
        { auth: stranger.auth },
      )
      expect(answer.status).toBe(404)
      expect(answer.body.error).toMatch(/^(PROJECT|TABLE|COLUMN)_NOT_FOUND$/)
      expect(answer.body).toEqual(unknown.body)
    })

    test('an API Token of the super admin', async () => {
      const { token } = await createToken(admin.auth, unique('matrix '))
      const { status, body } = await call(route, route.method === 'DELETE' ? await makeWorld() : shared, { token })
      const isForPeopleOnly = /^\/api\/v1\/(tokens|users|app-settings|auth\/password\/change)\b/.test(route.path)
      expect(route.takesApiTokens).toBe(!isForPeopleOnly)
      if (isForPeopleOnly) expect([status, body.error]).toEqual([403, 'API_TOKEN_NOT_ALLOWED'])
      else expect([401, 403]).not.toContain(status)
    })
  })
})
test('x', () => { console.log(guarded.filter(r=>r.permissions.length!==1).map(keyOf), guarded.filter(r=>r.documented===null).length, guarded.filter(r=>r.documented!==null && r.documented.permission!==r.permissions[0]).map(keyOf)) })
