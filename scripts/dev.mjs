// npm run dev: from a fresh clone to a running server, with no question asked. Other flags go to wrangler dev.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, parseEnv } from 'node:util'
import {
  ROOT,
  SetupError,
  copySwaggerUi,
  exitOf,
  installDependencies,
  isErrorCode,
  migrateLocalDatabase,
  runScript,
  startWrangler,
  writeDevVars,
} from './setup.mjs'

const DEFAULT_PORT = '8787'
const HEALTH = '/api/v1/health'
/** Between two looks at a server that is starting, ms. */
const POLL_MS = 100

await runScript(async () => {
  const args = process.argv.slice(2)
  const options = readOptions(args)
  await refuseTakenPort(options.port, options.ip)
  installDependencies()
  writeDevVars()
  copySwaggerUi()
  await migrateLocalDatabase(options.state)

  const wrangler = startWrangler(['dev', ...defaultFlags(options), ...otherDevVars(), ...args])
  const end = new AbortController()
  const exit = exitOf(wrangler).finally(() => end.abort())
  const asked = { toStop: false }
  const stop = (/** @type {NodeJS.Signals} */ signal) => {
    asked.toStop = true
    wrangler.kill(signal)
  }
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, stop)
  whenNpmIsGone(() => stop('SIGTERM'))
  void announce(options, end.signal)
  const code = await exit
  return asked.toStop ? 0 : code
})

/**
 * A signal sent to npm alone ends npm and its shell but never reaches us; without this the server would live on.
 * @param {() => void} then
 */
function whenNpmIsGone(then) {
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    then()
  }, POLL_MS)
  timer.unref()
}

/** @typedef {ReturnType<typeof readOptions>} Options */

/**
 * The flags that concern us as well as wrangler.
 * @param {string[]} args
 */
function readOptions(args) {
  const { values } = parseArgs({
    args,
    strict: false,
    options: {
      port: { type: 'string', default: DEFAULT_PORT },
      ip: { type: 'string' },
      'persist-to': { type: 'string', default: '.wrangler/state' },
      'local-protocol': { type: 'string', default: 'http' },
    },
  })
  const port = typeof values.port === 'string' && /^\d+$/.test(values.port) ? Number(values.port) : 0
  if (port < 1 || port > 65_535) throw new SetupError('--port takes a number from 1 to 65535: npm run dev -- --port 9000')
  return {
    port,
    ip: typeof values.ip === 'string' ? values.ip : 'localhost',
    state: resolve(ROOT, String(values['persist-to'])),
    protocol: String(values['local-protocol']),
    args,
  }
}

/**
 * Said now, in words: wrangler tells only after everything else is done.
 * @param {number} port
 * @param {string} ip
 */
async function refuseTakenPort(port, ip) {
  try {
    await listenOnce(port, ip)
  } catch (error) {
    if (isErrorCode(error, 'EADDRINUSE')) {
      throw new SetupError(
        `Port ${port} is taken by another program, perhaps by Latchkey itself. End that one, or choose another port:\n\n` +
          `  npm run dev -- --port ${port === 65_535 ? DEFAULT_PORT : port + 1}\n`,
      )
    }
    if (isErrorCode(error, 'EACCES')) throw new SetupError(`Port ${port} needs special rights; choose one above 1023.`)
    throw error
  }
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<void>}
 */
function listenOnce(port, host) {
  return new Promise((done, fail) => {
    const server = createServer()
    server.once('error', fail)
    server.listen({ port, host: host === 'localhost' ? '127.0.0.1' : host, exclusive: true }, () => server.close(() => done()))
  })
}

/** @param {Options} options */
function defaultFlags({ port, args }) {
  const isGiven = (/** @type {string} */ flag) => args.some((arg) => arg === flag || arg.startsWith(`${flag}=`))
  return [
    // Without --port wrangler moves to another one silently.
    ...(isGiven('--port') ? [] : ['--port', String(port)]),
    // A line for each request costs half of the speed; errors still show. `--log-level info` brings them back.
    ...(isGiven('--log-level') ? [] : ['--log-level', 'error']),
  ]
}

/**
 * Because wrangler.toml declares the required secret, wrangler takes only that one from .dev.vars and drops the others
 * without a word; people expect every setting they write there to hold.
 */
function otherDevVars() {
  const settings = parseEnv(readFileSync(join(ROOT, '.dev.vars'), 'utf8'))
  return Object.entries(settings)
    .filter(([name]) => name !== 'NC_AUTH_JWT_SECRET')
    .flatMap(([name, value]) => ['--var', `${name}:${value}`])
}

/**
 * Waits until the server answers, then says where it is.
 * @param {Options} options
 * @param {AbortSignal} end
 */
async function announce({ port, ip, protocol }, end) {
  const url = `${protocol}://${ip.includes(':') ? `[${ip}]` : ip}:${port}`
  let status = null
  while (status === null && !end.aborted) {
    await sleep(POLL_MS)
    status = await statusOf(url + HEALTH)
  }
  if (end.aborted) return
  const isReady = status === 200
  console.log(`
  ${isReady ? 'Latchkey is ready' : `Latchkey runs but refuses to serve (${HEALTH} answers ${status}); the log says why`}

    Server     ${url}
    API docs   ${url}/docs
    Stop       Ctrl-C
`)
}

/**
 * The status of a GET, or null when nothing answers.
 * @param {string} url
 * @returns {Promise<number | null>}
 */
function statusOf(url) {
  const { get } = url.startsWith('https:') ? https : http
  return new Promise((done) => {
    get(url, { rejectUnauthorized: false, agent: false }, (response) => {
      response.resume()
      done(response.statusCode ?? null)
    }).on('error', () => done(null))
  })
}
