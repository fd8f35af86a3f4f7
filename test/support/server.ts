/**
 * The product as its README starts it: a folder like a fresh clone's, `npm run dev` in it, HTTP from outside. Such a folder
 * has its own settings and data, so a developer's are neither used nor touched.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'

const ROOT = resolve(import.meta.dirname, '../..')
/** What `npm run dev` needs of a clone, apart from node_modules. */
const FILES = [
  'package.json',
  'package-lock.json',
  '.npmrc',
  'tsconfig.json',
  'wrangler.toml',
  'migrations',
  'public',
  'scripts',
  'src',
]
/** In the environment: a folder to begin with, as `.wrangler/state` is after the migrations. */
export const MIGRATED_STATE = 'LATCHKEY_MIGRATED_STATE'
const READY = 'Latchkey is ready'
const READY_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 10_000

export interface Project {
  path: string
  remove: () => void
}

/** A copy of this repository, with its node_modules but without its settings and data. */
export function copyProject(): Project {
  const path = mkdtempSync(join(tmpdir(), 'latchkey-e2e-'))
  const filter = (source: string) => basename(source) !== 'swagger-ui-dist'
  for (const file of FILES) cpSync(join(ROOT, file), join(path, file), { recursive: true, filter })
  symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'), 'junction')
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) }
}

/** The same, with a database that is migrated and empty, where `e2e-setup.ts` has made one. */
function copyMigratedProject(): Project {
  const project = copyProject()
  const state = process.env[MIGRATED_STATE]
  if (state !== undefined) cpSync(state, join(project.path, '.wrangler/state'), { recursive: true })
  return project
}

export interface Server {
  url: string
  /** The folder it runs in. */
  path: string
  /** Everything it has printed so far, without colours. */
  output: () => string
  /** Ends it with every process it started, and removes its folder unless it was given one. */
  stop: () => Promise<void>
}

interface ServerOptions {
  /** Run in this project and leave it when stopped: for a second start on the same data. */
  project?: Project
  /** Settings, as lines of .dev.vars would give them. */
  vars?: Record<string, string>
}

/** `npm run dev -- --port <a free one>`, ready to answer. */
export async function startServer({ project, vars = {} }: ServerOptions = {}): Promise<Server> {
  const { path, remove } = project ?? copyMigratedProject()
  const port = await freePort()
  const flags = Object.entries(vars).flatMap(([name, value]) => ['--var', `${name}:${value}`])
  // Of its own, for wrangler looks for a free one and takes it a moment later: two servers would find the same.
  const inspector = ['--inspector-port', String(await freePort())]
  const dev = runDev(path, ['--port', String(port), ...inspector, ...flags])
  const stop = async () => {
    await dev.stop()
    if (project === undefined) remove()
  }
  try {
    await dev.waitFor(READY)
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `http://localhost:${port}`, path, output: dev.output, stop }
}

export interface Run {
  process: ChildProcess
  output: () => string
  /** Waits for a text in the output. Throws, with the output, when it ends or takes too long before that. */
  waitFor: (text: string) => Promise<void>
  /** Its exit code, once it has ended. */
  exit: Promise<number | null>
  stop: () => Promise<void>
}

/** `npm run dev` with flags, in a process group of its own, so that all of it can be ended together. */
export function runDev(path: string, flags: readonly string[] = []): Run {
  const child = spawn('npm', ['run', 'dev', '--', ...flags], {
    cwd: path,
    detached: true,
    env: plainEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += stripVTControlCharacters(part)
    })
  }
  const exit = new Promise<number | null>((done) => {
    child.once('close', (code) => done(code))
  })
  const ended = exit.then(() => {
    running.delete(child)
    return true
  })

  const waitFor = async (wanted: string) => {
    const deadline = Date.now() + READY_TIMEOUT_MS
    while (!text.includes(wanted)) {
      const isOver = (await Promise.race([ended, sleep(50, false)])) || Date.now() > deadline
      if (isOver && !text.includes(wanted)) throw new Error(`npm run dev did not say "${wanted}":\n${text}`)
    }
  }
  const stop = async () => {
    signal(child, 'SIGTERM')
    // npm may be gone before what it started: the group has ended when nobody is left in it.
    const deadline = Date.now() + STOP_TIMEOUT_MS
    while (signal(child, 0) && Date.now() < deadline) await sleep(50)
    signal(child, 'SIGKILL')
    await exit
  }
  return { process: child, output: () => text, waitFor, exit, stop }
}

/** Ours without what npm and vitest added for themselves. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_OPTIONS|NODE_ENV|NC_)/i.test(name))
  return Object.fromEntries(entries) as NodeJS.ProcessEnv
}

/** Servers that a crash or a Ctrl-C of the tests would leave behind. */
const running = new Set<ChildProcess>()
const endAll = () => {
  for (const child of running) signal(child, 'SIGKILL')
}
process.once('exit', endAll)
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => {
    endAll()
    process.kill(process.pid, name)
  })
}

/** Sends a signal to the child's whole process group. False when nothing of it is left. */
function signal({ pid }: ChildProcess, name: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false
  try {
    return process.kill(-pid, name)
  } catch {
    return false
  }
}

/** Below those that systems give to connections: such a port may be taken by any before we listen on it. */
const PORTS = { first: 20_000, last: 32_000 }

/** A port nobody listens on. Somebody may take it before we do; then the start fails in words. */
export async function freePort(): Promise<number> {
  const port = randomInt(PORTS.first, PORTS.last)
  return (await isFree(port)) ? port : freePort()
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)))
  })
}
