// npm run deploy: everything a Cloudflare account needs, first time and every time after.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { publicUrlToSet } from './public-url.mjs'
import { deployInOrder } from './deploy-order.mjs'
import { ROOT, SetupError, copySwaggerUi, installDependencies, runScript, runTool, runWrangler } from './setup.mjs'

const SECRET = 'NC_AUTH_JWT_SECRET'
const WRANGLER = 'wrangler/bin/wrangler.js'

await runScript(async () => {
  installDependencies()
  copySwaggerUi()
  await requireLogin()
  const deployed = await listSecrets()
  const isThere = deployed.includes(`"${SECRET}"`)
  const config = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8')
  const given = process.env.NC_PUBLIC_URL
  const publicUrl = await publicUrlToSet({ config, secrets: deployed, given, ask: process.stdin.isTTY ? askPublicUrl : null })
  const secrets = {
    ...(isThere ? {} : newSecret()),
    ...(publicUrl === null ? {} : { NC_PUBLIC_URL: publicUrl }),
  }
  return deployInOrder({
    isUpgrade: isThere && (await hasDatabase()),
    migrate: () => runTool(WRANGLER, ['d1', 'migrations', 'apply', 'DB', '--remote'], { CI: '1' }),
    deploy: () => deployWith(secrets),
  })
})

async function askPublicUrl() {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question('This server sends mail. Where do people reach it (https://…)? ')
  terminal.close()
  return answer
}

async function requireLogin() {
  const { output } = await runWrangler(['whoami', '--json'])
  if (output.includes('"loggedIn":true') || output.includes('"loggedIn": true')) return
  throw new SetupError(
    'Not signed in to Cloudflare. Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN (and CLOUDFLARE_ACCOUNT_ID), then run `npm run deploy` again.',
  )
}

/** The names of the secrets that the deployed Worker has, as wrangler lists them. A Worker that is not there yet has none. */
async function listSecrets() {
  const { code, output } = await runWrangler(['secret', 'list', '--format', 'json'])
  if (code === 0) return output
  if (/not found|10007/i.test(output)) return ''
  throw new SetupError(`The secrets of the deployed Worker could not be listed:\n${output}`)
}

/** Whether there is something to migrate: a secret can be put before the first deployment, which makes the databases. */
async function hasDatabase() {
  const { code, output } = await runWrangler(['d1', 'info', 'DB', '--json'])
  if (code === 0) return true
  if (/couldn't find/i.test(output)) return false
  throw new SetupError(`The control database could not be asked for:\n${output}`)
}

/** Nobody needs to know it. */
function newSecret() {
  console.log(`Making a random ${SECRET} for this deployment.`)
  return { [SECRET]: randomBytes(32).toString('base64url') }
}

/**
 * Secrets go up together with the code, so that no version ever runs without them. Those of before stay.
 * @param {Record<string, string>} secrets
 */
async function deployWith(secrets) {
  if (Object.keys(secrets).length === 0) return runTool(WRANGLER, ['deploy'])
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  try {
    const file = join(folder, 'secrets.json')
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 })
    return await runTool(WRANGLER, ['deploy', '--secrets-file', file])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
