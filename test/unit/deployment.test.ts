/** What wrangler.toml must go on saying: nothing of it shows locally. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** The settings of a table of the file, as lines. */
function settingsOf(table: string): string[] {
  const text = readFileSync(new URL('../../wrangler.toml', import.meta.url), 'utf8')
  const [, body = ''] = text.split(`\n[${table}]\n`)
  const [own = ''] = body.split(/^\[/m)
  return own.split('\n')
}

test('no log has the address of a request: reset and invitation links are credentials', () => {
  expect(settingsOf('observability')).toContain('redact_query_string = true')
  expect(settingsOf('observability.logs')).toContain('invocation_logs = false')
})
