/** test/GUARDS.md: every file and every test that it names is there. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { namesIn } from '../support/test-names'

const ROOT = join(import.meta.dirname, '../..')

interface Line {
  guard: string
  source: string
  testFile: string
  testName: string
}

const lines: Line[] = readFileSync(join(ROOT, 'test/GUARDS.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, guard = '', source = '', testFile = '', testName = ''] =
      /^\| (.+?) +\| `(.+?)` +\| `(.+?)` +\| (.+?) +\|$/.exec(line) ?? []
    return guard === '' ? [] : [{ guard, source, testFile, testName }]
  })

test('the table of guards is read whole', () => {
  const rows = readFileSync(join(ROOT, 'test/GUARDS.md'), 'utf8').match(/^\| .*`src\/|^\| .*`public\//gm) ?? []
  expect(lines.length).toBe(rows.length)
  expect(lines.length).toBeGreaterThan(60)
})

test.each(lines)('$guard: $testName', ({ source, testFile, testName }) => {
  expect([source, testFile].filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  expect(namesIn(readFileSync(join(ROOT, testFile), 'utf8'))).toContain(testName)
})

test('no guard stands twice', () => {
  expect(new Set(lines.map(({ guard }) => guard)).size).toBe(lines.length)
})
