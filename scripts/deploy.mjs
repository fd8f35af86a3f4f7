// npm run deploy: everything a Cloudflare account needs, first time and every time after.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { release } from './release.mjs'
import { SetupError, copySwaggerUi, installDependencies, runScript, runTool, runWrangler } from './setup.mjs'

const SECRET = 'NC_AUTH_JWT_SECRET'
const WRANGLER = 'wrangler/bin/wrangler.js'

await runScript(async () => {
  installDependencies()
  copySwaggerUi()
  await requireLogin()
  const isThere = await hasSecret()
  return release({
    isUpgrade: isThere && (await hasDatabase()),
    migrate: () => runTool(WRANGLER, ['d1', 'migrations', 'apply', 'DB', '--remote'], { CI: '1' }),
    deploy: () => (isThere ? runTool(WRANGLER, ['deploy']) : deployWithNewSecret()),
  })
})

async function requireLogin() {
  const { output } = await runWrangler(['whoami', '--json'])
  if (output.includes('"loggedIn":true') || output.includes('"loggedIn": true')) return
  throw new SetupError(
    'Not signed in to Cloudflare. Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN (and CLOUDFLARE_ACCOUNT_ID), then run `npm run deploy` again.',
  )
}

/** Whether the deployed Worker has its secret. A Worker that is not there yet has none. */
async function hasSecret() {
  const { code, output } = await runWrangler(['secret', 'list', '--format', 'json'])
  if (code === 0) return output.includes(`"${SECRET}"`)
  if (/not found|10007/i.test(output)) return false
  throw new SetupError(`The secrets of the deployed Worker could not be listed:\n${output}`)
}

/** Whether there is something to migrate: a secret can be put before the first deployment, which makes the databases. */
async function hasDatabase() {
  const { code, output } = await runWrangler(['d1', 'info', 'DB', '--json'])
  if (code === 0) return true
  if (/couldn't find/i.test(output)) return false
  throw new SetupError(`The control database could not be asked for:\n${output}`)
}

/** A random secret goes up together with the code, so that no version ever runs without one. Nobody needs to know it. */
async function deployWithNewSecret() {
  console.log(`Making a random ${SECRET} for this deployment.`)
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  try {
    const file = join(folder, 'secrets.json')
    writeFileSync(file, JSON.stringify({ [SECRET]: randomBytes(32).toString('base64url') }), { mode: 0o600 })
    return await runTool(WRANGLER, ['deploy', '--secrets-file', file])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
