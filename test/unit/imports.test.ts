/** Who may import whom: ARCHITECTURE.md. Read from the sources with TypeScript's own idea of an import. */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const SRC = resolve(import.meta.dirname, '../../src')

/** What each part of the product may import, besides itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  index: ['app', 'data', 'control', 'http', 'config', 'actor', 'errors', 'lib', 'version'],
  app: ['dashboard', 'api', 'openapi', 'data', 'control', 'http', 'config', 'actor', 'errors', 'lib', 'version'],
  dashboard: ['api', 'openapi', 'data', 'control', 'http', 'config', 'actor', 'errors', 'lib', 'version'],
  api: ['openapi', 'data', 'control', 'http', 'config', 'actor', 'errors', 'lib', 'version'],
  openapi: ['data', 'control', 'http', 'config', 'actor', 'errors', 'lib', 'version'],
  data: ['control', 'http', 'config', 'actor', 'errors', 'lib', 'version'],
  control: ['http', 'config', 'actor', 'errors', 'lib', 'version'],
  http: ['config', 'actor', 'errors', 'lib', 'version'],
  config: ['errors', 'lib', 'version'],
  actor: [],
  lib: [],
  errors: ['version'],
  version: [],
}

/** The folders inside a part, from the ground up: each may import those before it. */
const FLOORS: Record<string, readonly string[]> = {
  control: ['access', 'audit', 'work.ts', 'mail.ts', 'users', 'auth', 'api-tokens', 'organisation', 'projects', 'instance'],
  data: ['types', 'inference', 'catalog', 'query', 'access', 'records', 'import'],
}

interface Import {
  from: string
  /** A file below src, or the name of a package. */
  to: string
  isTypeOnly: boolean
}

const files = globSync('**/*.{ts,tsx}', { cwd: SRC }).toSorted()

/** `control/auth/auth-token.ts` -> `control`; `app.ts` -> `app`. */
const partOf = (file: string): string => (file.split('/')[0] ?? '').replace(/\.tsx?$/, '')

const IMPORT = /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm

const imports: Import[] = files.flatMap((from) =>
  [...readFileSync(join(SRC, from), 'utf8').matchAll(IMPORT)].map(([, type, target = '', dynamic]) => ({
    from,
    to: resolveImport(from, dynamic ?? target),
    isTypeOnly: type !== undefined,
  })),
)

function resolveImport(from: string, target: string): string {
  if (!target.startsWith('.')) return target
  const path = relative(SRC, resolve(SRC, dirname(from), target))
  return [path, `${path}.ts`, `${path}.tsx`].find((candidate) => files.includes(candidate)) ?? `${path} (which is not in src)`
}

const internal = imports.filter(({ to }) => files.includes(to))

const shown = ({ from, to }: Import) => `${from} -> ${to}`

test('the reader of imports sees them', () => {
  expect(internal.length).toBeGreaterThan(files.length)
  expect(imports.map(shown)).toContain('control/auth/auth-token.ts -> jose')
  expect(imports.map(shown)).toContain('app.ts -> control/auth/authenticate.ts')
  expect(imports.map(shown)).toContain('control/work.ts -> config.ts')
})

test('every relative import names a file of src, but for the version of the package and what the browser shares', () => {
  const outside = new Set(imports.filter(({ to }) => to.includes('is not in src')).map(({ to }) => to))
  expect(outside).toEqual(
    new Set(
      ['package.json', 'public/dashboard/looks.js', 'public/snippets/snippets.js'].map(
        (file) => `../${file} (which is not in src)`,
      ),
    ),
  )
})

test('every part of src has its place in the order', () => {
  expect([...new Set(files.map(partOf))].filter((part) => MAY_IMPORT[part] === undefined)).toEqual([])
})

test('imports point downwards only', () => {
  const allowed = ({ from, to }: Import) => partOf(from) === partOf(to) || MAY_IMPORT[partOf(from)]?.includes(partOf(to))
  expect(internal.filter((each) => !allowed(each)).map(shown)).toEqual([])
})

describe.each(Object.entries(FLOORS))('inside %s', (part, floors) => {
  const inside = internal.filter(({ from, to }) => partOf(from) === part && partOf(to) === part)
  const floorOf = (file: string): string => file.split('/')[1] ?? ''

  test('every file has its place in the order, most by their folder', () => {
    const own = files.filter((file) => partOf(file) === part)
    expect(own.filter((file) => !floors.includes(floorOf(file)))).toEqual([])
  })

  test('imports point downwards only', () => {
    const isUpwards = ({ from, to }: Import) => floors.indexOf(floorOf(from)) < floors.indexOf(floorOf(to))
    expect(inside.filter(isUpwards).map(shown)).toEqual([])
  })
})

test('control never imports data', () => {
  expect(internal.filter(({ from, to }) => partOf(from) === 'control' && partOf(to) === 'data').map(shown)).toEqual([])
})

test.each(['lib', 'errors', 'config', 'actor'])('%s knows no Hono', (part) => {
  expect(imports.filter(({ from, to }) => partOf(from) === part && /hono/.test(to)).map(shown)).toEqual([])
})

test('of control, what speaks HTTP knows Hono, and no rule and no store', () => {
  const speakers = new Set(
    imports.filter(({ from, to }) => partOf(from) === 'control' && /hono/.test(to)).map(({ from }) => from),
  )
  expect([...speakers].filter((file) => !/(?:^|[/-])routes\.ts$/.test(file))).toEqual([
    'control/access/guard.ts',
    'control/audit/source.ts',
    'control/auth/authenticate.ts',
    'control/auth/cookie.ts',
    'control/instance/admin.ts',
    'control/work.ts',
  ])
})

test('no name of a file stands twice in one part, but for the role that a file has in its folder', () => {
  const ROLES = ['routes.ts', 'store.ts']
  const named = files.filter((file) => !ROLES.includes(basename(file))).map((file) => `${partOf(file)}: ${basename(file)}`)
  expect(named.filter((name, index) => named.indexOf(name) !== index)).toEqual([])
})

test('there are no barrels: no file passes on what another exports', () => {
  const barrels = files.filter((file) => /^\s*export\s+(?:type\s+)?(?:\*|\{[^}]*\})\s*(?:as\s+\w+\s+)?from\b/m.test(read(file)))
  expect(barrels).toEqual([])
})

describe('no file imports itself by way of others', () => {
  const targets = new Map(files.map((file) => [file, internal.filter(({ from }) => from === file).map(({ to }) => to)]))

  test('in src', () => {
    expect(cycleIn(targets)).toBeNull()
  })

  test('and such a circle would be found', () => {
    const circle = new Map([...targets, ['a.ts', ['b.ts']], ['b.ts', ['c.ts']], ['c.ts', ['a.ts']]])
    expect(cycleIn(circle)).toEqual(['a.ts', 'b.ts', 'c.ts', 'a.ts'])
  })
})

function read(file: string): string {
  return readFileSync(join(SRC, file), 'utf8')
}

/** The files of one cycle, or null. */
function cycleIn(graph: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return null
    for (const target of graph.get(file) ?? []) {
      const cycle = visit(target, [...path, file])
      if (cycle !== null) return cycle
    }
    done.add(file)
    return null
  }
  for (const file of graph.keys()) {
    const cycle = visit(file, [])
    if (cycle !== null) return cycle
  }
  return null
}
