/**
 * What a fresh clone needs before anything can run, shared by the other scripts. Runs on Node 20 with nothing installed.
 * Each step looks first and does nothing when there is nothing to do, so calling it is cheap.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = resolve(fileURLToPath(import.meta.url), '../..')

const WINDOWS = process.platform === 'win32'
/** wrangler refuses older ones; `npm ci` brings this Node as a package, so the system's Node does not matter. */
const NODE = join(ROOT, 'node_modules/node/bin', WINDOWS ? 'node.exe' : 'node')
const WRANGLER = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')

/** Silence, and no question that waits for an answer. */
const QUIET = {
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_SEND_METRICS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  X_LOCAL_OBSERVABILITY: 'false',
  X_LOCAL_EXPLORER: 'false',
}

/** A trouble that a sentence explains better than a stack. */
export class SetupError extends Error {}

/**
 * Runs a script's main function; its result is the exit code.
 * @param {() => Promise<number>} main
 */
export async function runScript(main) {
  try {
    process.exitCode = await main()
  } catch (error) {
    if (!(error instanceof SetupError || isAboutArguments(error))) throw error
    console.error(`\n${error.message}`)
    process.exitCode = 1
  }
}

/**
 * Whether parseArgs() threw it: its sentence names the option.
 * @param {unknown} error
 * @returns {error is Error}
 */
function isAboutArguments(error) {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')
}

/** Installs the dependencies unless those of package-lock.json are there already. */
export function installDependencies() {
  if (isInstalled()) return
  console.log('Installing dependencies (npm ci); this takes half a minute, once…')
  const { command, args } = npm(['ci', '--no-fund', '--no-audit', '--loglevel=error'])
  // npm removes node_modules first: it must not run on the Node that lies in there.
  const bin = join(ROOT, 'node_modules/.bin')
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => entry !== bin)
  const { status } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: path.join(delimiter) },
    shell: WINDOWS && command === 'npm',
  })
  if (status !== 0) throw new SetupError('npm ci did not work; what it said is above.')
  if (!existsSync(NODE)) {
    throw new SetupError('npm ci ran without install scripts, so Node 22 is missing. Run: npm ci --ignore-scripts=false')
  }
}

/**
 * npm writes down what it installed in node_modules/.package-lock.json, last of all. When that holds every package of
 * package-lock.json at its version, nothing is to be done, whoever installed it.
 */
function isInstalled() {
  const installed = readLockfile(join(ROOT, 'node_modules/.package-lock.json'))
  if (installed === null || !existsSync(NODE)) return false
  const wanted = readLockfile(join(ROOT, 'package-lock.json'))
  return Object.entries(wanted?.packages ?? {}).every(([path, { version, optional }]) => {
    const found = installed.packages[path]
    return path === '' || (found === undefined ? optional === true : found.version === version)
  })
}

/** @param {string[]} args */
function npm(args) {
  const { npm_execpath: script, npm_node_execpath: node } = process.env
  return script?.endsWith('.js') && node !== undefined && existsSync(node)
    ? { command: node, args: [script, ...args] }
    : { command: 'npm', args }
}

/** The Swagger UI files the docs pages load: from our own origin, never from a CDN. */
export function copySwaggerUi() {
  const target = join(ROOT, 'public/swagger-ui-dist')
  mkdirSync(target, { recursive: true })
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    const source = join(ROOT, 'node_modules/swagger-ui-dist', file)
    const copy = join(target, file)
    if (!existsSync(copy) || !readFileSync(source).equals(readFileSync(copy))) copyFileSync(source, copy)
  }
}

/** A random secret for local development. A file that is there is the developer's and stays as it is. */
export function writeDevVars() {
  const secret = randomBytes(32).toString('base64url')
  try {
    writeFileSync(join(ROOT, '.dev.vars'), `NC_AUTH_JWT_SECRET="${secret}"\n`, { flag: 'wx', mode: 0o600 })
    console.log('Wrote .dev.vars with a random NC_AUTH_JWT_SECRET.')
  } catch (error) {
    if (!isErrorCode(error, 'EEXIST')) throw error
  }
}

/**
 * Brings the local control database up to the newest migration. `state` is wrangler's --persist-to directory. A stamp
 * beside the database spares the two seconds that asking wrangler takes.
 * @param {string} state
 */
export async function migrateLocalDatabase(state) {
  const migrations = join(ROOT, 'migrations')
  const files = readdirSync(migrations).filter((name) => name.endsWith('.sql'))
  // wrangler.toml too: with another database_id in it, wrangler looks for another local file.
  const hash = hashOf([join(ROOT, 'wrangler.toml'), ...files.toSorted().map((name) => join(migrations, name))])
  const databases = join(state, 'v3/d1')
  const stamp = join(databases, 'latchkey-migrations')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  console.log('Migrating the local database…')
  const { code, output } = await runWrangler(['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', state])
  if (code !== 0) throw new SetupError(`The local database could not be migrated:\n${output}`)
  mkdirSync(databases, { recursive: true })
  writeFileSync(stamp, hash)
}

/** worker-configuration.d.ts, the types of workerd and of the bindings: made again when wrangler or wrangler.toml changed. */
export async function generateWorkerTypes() {
  const types = join(ROOT, 'worker-configuration.d.ts')
  const stamp = join(ROOT, 'node_modules/.cache/latchkey-types')
  const sources = () => hashOf([join(ROOT, 'wrangler.toml'), join(ROOT, 'node_modules/wrangler/package.json'), types])
  if (existsSync(types) && existsSync(stamp) && readFileSync(stamp, 'utf8') === sources()) return
  rmSync(types, { force: true })
  const { code, output } = await runWrangler(['types'])
  if (code !== 0) throw new SetupError(`wrangler types did not work:\n${output}`)
  mkdirSync(join(stamp, '..'), { recursive: true })
  writeFileSync(stamp, sources())
}

/**
 * Runs a tool of node_modules on our Node, in the project's folder, and gives its exit code.
 * @param {string} script a path below node_modules
 * @param {readonly string[]} args
 * @param {Record<string, string>} [env]
 */
export async function runTool(script, args, env = {}) {
  const options = /** @type {const} */ ({ cwd: ROOT, stdio: 'inherit', env: { ...toolEnv(), ...env } })
  return exitOf(spawn(NODE, [join(ROOT, 'node_modules', script), ...args], options))
}

/**
 * Runs wrangler with no terminal, so that it never asks, and keeps what it says.
 * @param {readonly string[]} args
 * @param {string} [input] what it reads from its standard input
 */
export async function runWrangler(args, input = '') {
  const child = spawn(NODE, [WRANGLER, ...args], { cwd: ROOT, env: { ...toolEnv(), CI: '1' } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  child.stdin.on('error', () => {}).end(input)
  return { code: await exitOf(child), output }
}

/**
 * Starts wrangler and leaves it running.
 * @param {readonly string[]} args
 */
export function startWrangler(args) {
  return spawn(NODE, [WRANGLER, ...args], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], env: toolEnv() })
}

/** Our Node first in PATH, for tools that start tools. */
function toolEnv() {
  return { ...process.env, ...QUIET, PATH: [join(NODE, '..'), process.env.PATH].join(delimiter) }
}

/**
 * The exit code, and for a process ended by a signal the one a shell would give.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
export function exitOf(child) {
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code, signal) => done(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}

/** @param {readonly string[]} files */
function hashOf(files) {
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file.slice(ROOT.length)}\0`).update(readFileSync(file))
  return hash.digest('hex')
}

/** @param {string} file */
function readLockfile(file) {
  if (!existsSync(file)) return null
  const text = readFileSync(file, 'utf8')
  return /** @type {{ packages: Record<string, { version?: string, optional?: boolean }> }} */ (JSON.parse(text))
}

/**
 * @param {unknown} error
 * @param {string} code
 */
export function isErrorCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code
}
