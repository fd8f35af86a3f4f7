/** A script that is called wrongly says so in a sentence, before it does anything. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

test('an option that npm run audit:verify does not know is named, without a stack', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/audit-verify.mjs', '--nonsense'], { encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stderr.trim()).toBe(`Unknown option '--nonsense'`)
})
