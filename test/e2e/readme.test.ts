/** The README's tour, typed as it stands: its shell blocks, in order, in one shell, against the server it tells to start. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Server, startServer } from '../support/server'

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
const BETWEEN_STEPS = '--- next step ---'

let server: Server

beforeAll(async () => {
  server = await startServer()
})

afterAll(async () => {
  await server.stop()
})

/** The shell blocks of a section, as they stand. */
function shellBlocks(heading: string): string[] {
  const section = README.split(/^## /m).find((part) => part.startsWith(heading)) ?? ''
  return Array.from(section.matchAll(/^```sh\n(.*?)^```$/gms), (match) => match[1] ?? '')
}

test('the tour works, from sign-up to a revoked token', async () => {
  const blocks = shellBlocks('The tour')
  expect(blocks).toHaveLength(7)
  // The one thing changed: where the server is.
  expect(blocks[0]).toContain('URL=http://localhost:8787\n')
  const script = blocks.join(`echo; echo '${BETWEEN_STEPS}'\n`).replace('URL=http://localhost:8787', `URL=${server.url}`)
  const { stdout, stderr } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { timeout: 60_000 })
  expect(stderr).toBe('')
  const steps = stdout.split(BETWEEN_STEPS).map((step) => step.trim())

  const calls = (steps[4] ?? '').match(/\{.*?\}(?=\{|$)/gs) ?? []
  expect(steps[4]).toContain('"Title":"Pen","Qty":12,"Sold":false')
  expect(steps[4]).toContain('"Title":"Ink","Qty":3,"Sold":true')
  expect(steps[4]).toContain('"totalRows":1')
  expect(calls.at(-1)).toContain('"Title":"Pen","Qty":12,"Sold":true')

  const [swagger = '', token = ''] = (steps[5] ?? '').split('\n')
  expect(token).toMatch(/^[\w-]{40}$/)
  const page = await fetch(swagger)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('swagger-ui')

  expect(steps[6]).toBe(`1${JSON.stringify(refusal)}`)
})

const sentence = 'This API Token does not exist, or was deleted.'
const refusal = { error: 'TOKEN_INVALID', message: sentence, msg: sentence }

test('every setting of the code stands in the README, and no other', () => {
  const code = readFileSync(join(import.meta.dirname, '../../src/config.ts'), 'utf8')
  const inCode = new Set(code.match(/\b(?:NC|DB)_[A-Z_]+[A-Z]\b/g))
  const table = README.split(/^## Settings/m)[1]?.split(/^## /m)[0] ?? ''
  const inReadme = new Set(
    table
      .replace('`_MAX`', '`DB_QUERY_LIMIT_MAX`')
      .replace('`_MIN`', '`DB_QUERY_LIMIT_MIN`')
      .match(/\b(?:NC|DB)_[A-Z_]+[A-Z]\b/g),
  )
  expect(inReadme).toEqual(inCode)
})
