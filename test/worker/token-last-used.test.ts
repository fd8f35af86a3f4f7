/** "Last used" of an API Token or a session: known to within ten minutes, at the price of one write in ten minutes. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test, vi } from 'vitest'
import { createApp } from '../../src/app'
import type { Bindings } from '../../src/config'
import { createToken, signUp, superAdmin } from '../support/client'

const app = createApp()
const MINUTE = 60_000

/** Bindings whose control database notes the statements that write, before it runs them. */
function watched(): { bindings: Bindings; writes: string[] } {
  const writes: string[] = []
  const DB = new Proxy(env.DB, {
    get(db, name) {
      if (name === 'prepare') {
        return (statement: string) => {
          if (/last_used_at = /.test(statement) && /^\s*UPDATE/i.test(statement)) writes.push(statement)
          return db.prepare(statement)
        }
      }
      const value: unknown = Reflect.get(db, name)
      return typeof value === 'function' ? value.bind(db) : value
    },
  })
  return { bindings: { ...env, DB }, writes }
}

async function use(headers: Record<string, string>, bindings: Bindings): Promise<number> {
  const context = createExecutionContext()
  const call = new Request('http://localhost/api/v1/auth/user/me', { headers })
  const { status } = await app.fetch(call, bindings, context)
  await waitOnExecutionContext(context)
  return status
}

async function lastUsed(id: number): Promise<number | null> {
  const row = await env.DB.prepare('SELECT last_used_at FROM api_tokens WHERE id = ?')
    .bind(id)
    .first<{ last_used_at: number | null }>()
  return row?.last_used_at ?? null
}

test('twenty requests in ten minutes write once, and the next one after them once more', async () => {
  const { auth } = await superAdmin()
  const { id, token } = await createToken(auth)
  expect(await lastUsed(id)).toBeNull()
  const { bindings, writes } = watched()
  const start = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: start })
  try {
    for (let request = 0; request < 20; request++) {
      vi.setSystemTime(start + request * 29_000)
      expect(await use({ 'xc-token': token }, bindings)).toBe(200)
    }
    expect(writes).toHaveLength(1)
    expect(await lastUsed(id)).toBe(start)
    vi.setSystemTime(start + 10 * MINUTE)
    await use({ 'xc-token': token }, bindings)
    expect(writes).toHaveLength(2)
    expect(await lastUsed(id)).toBe(start + 10 * MINUTE)
  } finally {
    vi.useRealTimers()
  }
})

test('a session is noted in the same way, and says so to within ten minutes', async () => {
  const { id, auth } = await signUp()
  const { bindings, writes } = watched()
  const lastUsed = async () =>
    (await env.DB.prepare('SELECT last_used_at FROM sessions WHERE user_id = ?').bind(id).first<{ last_used_at: number }>())
      ?.last_used_at
  const start = (await lastUsed()) ?? 0
  vi.useFakeTimers({ toFake: ['Date'], now: start })
  try {
    for (let request = 0; request < 20; request++) {
      vi.setSystemTime(start + request * 29_000)
      expect(await use({ 'xc-auth': auth }, bindings)).toBe(200)
    }
    expect(writes).toEqual([])
    vi.setSystemTime(start + 10 * MINUTE)
    for (let request = 0; request < 3; request++) await use({ 'xc-auth': auth }, bindings)
    expect(writes).toHaveLength(1)
    expect(await lastUsed()).toBe(start + 10 * MINUTE)
  } finally {
    vi.useRealTimers()
  }
})

test('a token that does not exist writes nothing', async () => {
  await superAdmin()
  const { bindings, writes } = watched()
  expect(await use({ 'xc-token': 'x'.repeat(40) }, bindings)).toBe(401)
  expect(writes).toEqual([])
})
