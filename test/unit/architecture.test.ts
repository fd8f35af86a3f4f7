/** What ARCHITECTURE.md, README.md and CONTRIBUTING.md say of files, tables, commands and settings is so. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const architecture = read('ARCHITECTURE.md')
const readme = read('README.md')

/** What stands in backticks. */
const quoted = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, inner = '']) => inner)

/** The text of a section, without its heading. */
function section(text: string, heading: string): string {
  const [, body = ''] = text.split(`\n## ${heading}\n`)
  return body.split(/^## /m)[0] ?? ''
}

/** The first cell of each row of its tables. */
const firstCells = (text: string): string[] =>
  [...text.matchAll(/^\| (.+?) +\|/gm)].map(([, cell = '']) => cell).filter((cell) => !cell.startsWith('-'))

const files = globSync(['*', 'src/**/*', 'public/**/*', 'test/**/*', 'scripts/**/*'], { cwd: ROOT })

describe.each(['ARCHITECTURE.md', 'README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/contract/api-v1.md', 'bench/README.md'])(
  '%s',
  (name) => {
    const text = read(name)

    test('names files that are there', () => {
      const named = quoted(text).filter((inner) => /^[\w./-]+\.(?:tsx?|mjs|js|sql|md)$/.test(inner))
      const missing = named.filter(
        (path) => !existsSync(join(ROOT, name, '..', path)) && !files.some((file) => `/${file}`.endsWith(`/${path}`)),
      )
      expect(missing).toEqual([])
    })

    test('links to files that are there', () => {
      const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)].map(([, path = '']) => path)
      expect(links.filter((path) => !existsSync(join(ROOT, name, '..', path)))).toEqual([])
    })

    test('names commands that there are', () => {
      const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
      const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script)
      expect(named.filter((script) => scripts[script] === undefined)).toEqual([])
    })
  },
)

describe('the folders', () => {
  test('have every part of src and no other', () => {
    const named = quoted(firstCells(section(architecture, 'Folders')).join(' '))
    const parts = globSync('src/*', { cwd: ROOT }).map((path) => (path === 'src/api' ? 'src/api/v1' : path))
    // The version of the package is no part that anybody looks for.
    expect(named.toSorted()).toEqual(parts.filter((path) => path !== 'src/version.ts').toSorted())
  })

  test.each(['data', 'control'])('of %s are named', (part) => {
    const row = architecture.split('\n').find((line) => line.startsWith(`| \`src/${part}\``)) ?? ''
    const named = [...quoted(row), ...(part === 'data' ? quoted(section(architecture, 'Folders')) : [])]
    const folders = globSync(`src/${part}/*/`, { cwd: ROOT }).map((path) => path.split('/').at(-1) ?? '')
    expect(folders.filter((folder) => !named.includes(folder))).toEqual([])
  })
})

test('what is stored has every table of both databases', () => {
  const named = quoted(firstCells(section(architecture, 'What is stored')).join(' '))
  const made = (text: string) =>
    [...text.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?(?!IF )(\w+)/g)].map(([, table = '']) => table)
  const control = globSync('migrations/*.sql', { cwd: ROOT }).flatMap((path) => made(read(path)))
  const data = globSync('src/data/**/*.ts', { cwd: ROOT }).flatMap((path) => made(read(path)))
  expect(control.length).toBeGreaterThan(10)
  expect([...control, ...data].filter((table) => !named.includes(table))).toEqual([])
  const tables = named.filter((name) => /^[a-z_]+$/.test(name) && name !== 'v')
  expect(tables.filter((table) => ![...control, ...data, 'row_counts'].includes(table))).toEqual([])
})

test('the settings of README are those that are read', () => {
  const declared = [
    ...globSync('src/*.ts', { cwd: ROOT })
      .map(read)
      .join('\n')
      .matchAll(/^ {2}((?:NC|DB)_\w+)\??: string/gm),
  ].map(([, name = '']) => name)
  const named = quoted(firstCells(section(readme, 'Settings')).join(' ')).map((name) =>
    name.startsWith('_') ? `DB_QUERY_LIMIT${name}` : name,
  )
  expect(named.filter((name) => name !== 'NC_AUTH_JWT_SECRET').toSorted()).toEqual(
    declared.filter((name) => name !== 'NC_AUTH_JWT_SECRET').toSorted(),
  )
})

test('the filter of common passwords is as large as said', () => {
  const [, encoded = ''] = /'([\w+/=-]{1000,})'/.exec(read('src/control/auth/common-passwords-filter.ts')) ?? []
  expect(architecture).toContain('a Bloom filter of 24 KiB')
  expect(Buffer.from(encoded, 'base64').length).toBe(24 * 1024)
})

test('the Node of .nvmrc is the one that npm brings', () => {
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> }
  expect(devDependencies['node']?.split('.')[0]).toBe(read('.nvmrc').trim())
})

test('miniflare is the one that wrangler uses, so that npm keeps one', () => {
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> }
  const { dependencies } = JSON.parse(read('node_modules/wrangler/package.json')) as { dependencies: Record<string, string> }
  expect(devDependencies['miniflare']).toBe(dependencies['miniflare'])
})
