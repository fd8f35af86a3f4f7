import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { type Server as NetServer, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Project, copyProject, freePort, runDev, startServer } from '../support/server'

/** "Ready in seconds", on a machine that does other things too. It takes 1.3 s alone on two cores. */
const SECOND_START_MS = 15_000

let project: Project
beforeAll(() => {
  project = copyProject()
})
afterAll(() => project.remove())

describe('npm run dev', () => {
  test('starts from a fresh clone, writes a random secret for its owner only, and says where things are', async () => {
    const server = await startServer({ project })
    try {
      expect((await fetch(`${server.url}/api/v1/health`)).status).toBe(200)
      expect((await fetch(`${server.url}/docs`)).status).toBe(200)
      expect(server.output()).toContain(`${server.url}/docs`)
      expect(secretOf(project)).toMatch(/^[\w-]{43}$/)
      expect(statSync(join(project.path, '.dev.vars')).mode & 0o777).toBe(0o600)
      expect(server.output()).not.toContain(secretOf(project))
    } finally {
      await server.stop()
    }
  })

  test('starts again within seconds, with the same secret and the same data', async () => {
    const first = await startServer({ project })
    const account = { email: 'first@example.org', password: 'correct horse battery' }
    expect(await post(`${first.url}/api/v1/auth/user/signup`, account)).toBe(200)
    await first.stop()
    const secret = secretOf(project)

    const started = Date.now()
    const second = await startServer({ project })
    const elapsed = Date.now() - started
    try {
      expect(elapsed).toBeLessThan(SECOND_START_MS)
      expect(second.output()).not.toContain('Migrating')
      expect(secretOf(project)).toBe(secret)
      expect(await post(`${second.url}/api/v1/auth/user/signin`, account)).toBe(200)
    } finally {
      await second.stop()
    }
  })

  test('takes every setting of .dev.vars and leaves the file as it is', async () => {
    const other = copyProject()
    const settings = 'NC_AUTH_JWT_SECRET="mQ8vT2xLk5RzW9cYp3HdN7sBf4GjA6eU"\nNC_JWT_EXPIRES_IN=nonsense\n'
    writeFileSync(join(other.path, '.dev.vars'), settings)
    const dev = runDev(other.path, ['--port', String(await freePort())])
    try {
      await dev.waitFor('refuses to serve (/api/v1/health answers 503)')
      await dev.waitFor('NC_JWT_EXPIRES_IN must be')
      expect(dev.output()).not.toContain('Latchkey is ready')
      expect(readFileSync(join(other.path, '.dev.vars'), 'utf8')).toBe(settings)
    } finally {
      await dev.stop()
      other.remove()
    }
  })

  test('says in words that a port is taken, and starts nothing', async () => {
    const port = await freePort()
    const occupant = await listenOn(port)
    const dev = runDev(project.path, ['--port', String(port)])
    try {
      expect(await dev.exit).toBe(1)
      expect(dev.output()).toContain(`Port ${port} is taken`)
      expect(dev.output()).toContain(`npm run dev -- --port ${port + 1}`)
      expect(dev.output()).not.toMatch(/\n\s+at /)
    } finally {
      await dev.stop()
      occupant.close()
    }
  })

  test('refuses a port that is none', async () => {
    const dev = runDev(project.path, ['--port', 'nine'])
    expect(await dev.exit).toBe(1)
    expect(dev.output()).toContain('--port takes a number')
  })

  test('passes on the exit code of a wrangler that refuses its flags', async () => {
    const dev = runDev(project.path, ['--port', String(await freePort()), '--no-such-flag'])
    expect(await dev.exit).toBe(1)
    expect(dev.output()).toContain('no-such-flag')
  })

  test('ends with everything it started when only npm is told to', async () => {
    const port = await freePort()
    const dev = runDev(project.path, ['--port', String(port)])
    await dev.waitFor('Latchkey is ready')
    dev.process.kill('SIGTERM')
    await dev.exit
    await expect.poll(() => isServed(port), { timeout: 10_000 }).toBe(false)
    await dev.stop()
  })
})

function secretOf({ path }: Project): string {
  return /^NC_AUTH_JWT_SECRET="(.*)"$/m.exec(readFileSync(join(path, '.dev.vars'), 'utf8'))?.[1] ?? ''
}

async function post(url: string, body: object): Promise<number> {
  return (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }))
    .status
}

function listenOn(port: number): Promise<NetServer> {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail)
    server.listen(port, '127.0.0.1', () => done(server))
  })
}

async function isServed(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/api/v1/health`).then(
    () => true,
    () => false,
  )
}
