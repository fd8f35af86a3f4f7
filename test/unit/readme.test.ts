/** The documents as GitHub shows them. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test.each(['README.md', 'ARCHITECTURE.md', 'bench/README.md', 'CONTRIBUTING.md', 'docs/contract/api-v1.md'])(
  'a row of a table in %s has as many cells as its header',
  (name) => {
    const lines = readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8').split('\n')
    let width = 0
    const wrong = lines.filter((line) => {
      // Also in code a bar parts cells, but for one after a backslash.
      const cells = line.startsWith('|') ? line.split(/(?<!\\)\|/).length : 0
      width = cells > 0 && width > 0 ? width : cells
      return cells !== width
    })
    expect(wrong).toEqual([])
  },
)
