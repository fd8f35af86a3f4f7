// npm run audit:verify: whether the audit log is what the hourly job sealed. Of the local database; with `-- --remote`, of the
// deployed one. `--expect ID:HASH` wants that link in the chain too: one that the job wrote into the log of the Worker.
import { parseArgs } from 'node:util'
import { verifyAuditLog } from './audit-chain.mjs'
import { SetupError, installDependencies, runScript, runWrangler } from './setup.mjs'

await runScript(async () => {
  const { values } = parseArgs({
    options: { remote: { type: 'boolean' }, expect: { type: 'string' }, 'persist-to': { type: 'string' } },
  })
  installDependencies()
  const expected = values.expect === undefined ? null : readLink(values.expect)
  const state = values['persist-to'] === undefined ? [] : ['--persist-to', values['persist-to']]
  const flags = [values.remote === true ? '--remote' : '--local', ...state]
  const { ok, message } = await verifyAuditLog((command) => query(command, flags), expected)
  console.log(message)
  return ok ? 0 : 1
})

/** @param {string} text */
function readLink(text) {
  const match = /^(\d+):([\da-f]{64})$/.exec(text)
  if (match === null)
    throw new SetupError('--expect takes a number and a hash, as the log of the Worker has them: --expect 1207:6f1e…')
  return { id: Number(match[1]), hash: String(match[2]) }
}

/**
 * @param {string} command
 * @param {readonly string[]} flags
 * @returns {Promise<Record<string, unknown>[]>}
 */
async function query(command, flags) {
  const { code, output } = await runWrangler(['d1', 'execute', 'DB', '--json', ...flags, '--command', command])
  if (code !== 0) throw new SetupError(`The database could not be asked:\n${output}`)
  const json = output.slice(output.indexOf('[\n'), output.lastIndexOf(']') + 1)
  const [{ results }] = /** @type {[{ results: Record<string, unknown>[] }]} */ (JSON.parse(json))
  return results
}
