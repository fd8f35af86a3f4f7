/** docs/contract: what code and tests refer to is there, and its tables say what the code does. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PERMISSIONS } from '../../src/control/access/roles'
import { OPERATORS } from '../../src/data/query/operators'
import { COLUMN_TYPES, VIRTUAL_TYPES } from '../../src/data/types/column-types'
import { ERRORS } from '../../src/errors'
import { namesIn } from '../support/test-names'

const ROOT = join(import.meta.dirname, '../..')
const CONTRACT = 'docs/contract/api-v1.md'

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const contract = read(CONTRACT)

/** The number of each section, and its text without that of the sections below. */
const sections = new Map(
  contract.split(/^##+ /m).flatMap((text) => {
    const number = /^\d+(?:\.\d+)?/.exec(text)?.[0]
    return number === undefined ? [] : [[number, text] as const]
  }),
)

/** The rows of the tables in a text, each as its cells. */
function rowsIn(text: string): string[][] {
  const lines = text.split('\n').filter((line) => /^\| (?!-)/.test(line))
  return lines.map((line) => line.split('|').slice(1, -1)).map((cells) => cells.map((cell) => cell.trim()))
}

const rowsOf = (section: string): string[][] => rowsIn(sections.get(section) ?? '').slice(1)

const unquoted = (cell: string): string => cell.replaceAll('`', '')

describe('what refers to the contract', () => {
  const REFERENCE = /contract\/api-v1\.md(?!')(?: section)?((?:(?:,| and| to)? \d+(?:\.\d+)?(?!\d))*)/g
  const files = globSync(['{src,test,public,scripts}/**/*.{ts,tsx,mjs,js}'], { cwd: ROOT })
  const references = files
    .filter((file) => !file.endsWith('contract.test.ts'))
    .flatMap((file) => [...read(file).matchAll(REFERENCE)].map(([text, numbers = '']) => ({ file, text, numbers })))

  test('names it by its path, and a section that it has', () => {
    expect(references.length).toBeGreaterThan(40)
    const wrong = references.filter(({ numbers }) => {
      const named = numbers.match(/\d+(?:\.\d+)?/g) ?? []
      return named.length === 0 || named.some((number) => !sections.has(number))
    })
    expect(wrong).toEqual([])
    const elsewhere = files.filter((file) => /(?<!docs\/)contract\/api-v1/.test(read(file).replaceAll(CONTRACT, '')))
    expect(elsewhere.filter((file) => !file.endsWith('contract.test.ts'))).toEqual([])
  })
})

describe('the tables of the contract', () => {
  test('have the statuses of the errors there are', () => {
    const told = rowsOf('0.4').map(([status]) => Number(status))
    expect(told).toEqual([...new Set(Object.values(ERRORS).map(({ status }) => status))].toSorted((a, b) => a - b))
  })

  test('have each permission with its roles', () => {
    const told = rowsOf('6.2').map(([permission = '', roles = '']) => [unquoted(permission), unquoted(roles).split(', ')])
    expect(Object.fromEntries(told)).toEqual(PERMISSIONS)
  })

  test('have each type of column with its SQL type', () => {
    const types = Object.entries(COLUMN_TYPES).map(([name, { dt }]) => [name, dt])
    expect(rowsOf('3.5')).toEqual(types)
    for (const name of VIRTUAL_TYPES) expect(sections.get('3.5')).toContain(`\`${name}\``)
  })

  test('have each operator', () => {
    const told = /^`(eq .+)`$/m.exec(sections.get('4.4') ?? '')?.[1]
    expect(told?.split(' ')).toEqual(Object.keys(OPERATORS))
  })
})

describe('what is held by a test', () => {
  const [, held = ''] = contract.split('## Which test holds what')
  const rows = rowsIn(held).slice(1)

  test.each(rows)('%s: %s', (section, _, file = '', name = '') => {
    expect(sections.has(section)).toBe(true)
    const path = unquoted(file)
    expect(existsSync(join(ROOT, path))).toBe(true)
    // A star: every test of the file does.
    if (name !== '*') expect(namesIn(read(path))).toContain(name)
  })

  test('is something of every section that requires something', () => {
    const named = rows.map(([section]) => section)
    const silent = [...sections.keys()].filter((number) => !['0', '0.1', '1', '2', '3', '4', '6', '6.3', '8'].includes(number))
    expect(silent.filter((number) => !named.includes(number))).toEqual([])
  })
})
