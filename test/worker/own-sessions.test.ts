/** The sessions of an account: seen and ended by whose they are, replaced while they are used, and over after 30 days. */
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../src/lib/crypto'
import { type Person, claimsOf, refreshTokenOf, request, signIn, signUp, succeed } from '../support/client'

const DAY = 86_400_000
const ORIGIN = 'http://localhost'
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0'

const me = (auth: string) => request('GET', '/api/v1/auth/user/me', { auth })
const account = (refresh: string) => request('GET', '/account', { refresh, headers: { accept: 'text/html' } })
const sessionOf = ({ auth }: Person) => String(claimsOf(auth)['sid'])

async function csrfOf(refresh: string): Promise<string> {
  return /name="csrf" value="([^"]+)"/.exec(String((await account(refresh)).body))?.[1] ?? ''
}

async function send(path: string, refresh: string) {
  const body = new URLSearchParams({ csrf: await csrfOf(refresh) }).toString()
  return request('POST', path, {
    refresh,
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN },
  })
}

async function pageToken(refresh: string, csrf: string) {
  return request('POST', '/session/auth-token', {
    refresh,
    headers: { accept: 'application/json', 'x-csrf-token': csrf, origin: ORIGIN },
  })
}

/** As if the sign-in had been so long ago. */
async function age(person: Person, ms: number): Promise<void> {
  await env.DB.prepare('UPDATE sessions SET created_at = created_at - ? WHERE id = ?').bind(ms, sessionOf(person)).run()
}

/** As if the browser had had its refresh token for so long. */
async function ageToken(refresh: string, ms: number): Promise<void> {
  await env.DB.prepare('UPDATE refresh_tokens SET created_at = created_at - ? WHERE hash = ?')
    .bind(ms, await sha256(refresh))
    .run()
}

/** As if the token had been spent so long ago. */
async function letPass(refresh: string, ms: number): Promise<void> {
  await env.DB.prepare('UPDATE refresh_tokens SET spent_at = spent_at - ? WHERE hash = ?')
    .bind(ms, await sha256(refresh))
    .run()
}

describe('the account page', () => {
  test('lists the sessions of the account alone, with browser and times, and says which this one is', async () => {
    const ada = await signUp()
    await signUp()
    const { email, password } = ada
    const headers = { 'user-agent': FIREFOX }
    await succeed(request('POST', '/api/v1/auth/user/signin', { body: { email, password }, headers }))
    const html = String((await account(ada.refresh)).body)
    expect(html.match(/aria-label="End the session of [^"]+"/g)?.toSorted()).toEqual([
      'aria-label="End the session of Firefox on Linux"',
      'aria-label="End the session of Unknown browser"',
    ])
    expect(html.match(/\(this one\)/g)).toHaveLength(1)
    expect(html).toMatch(/Unknown browser <span class="muted">\(this one\)/)
    expect(html).not.toContain(ada.refresh)
  })

  test('ends one session: its Auth Tokens and its cookie; the others go on', async () => {
    const ada = await signUp()
    const [lost, kept] = [await signIn(ada), await signIn(ada)]
    const answer = await send(`/account/sessions/${sessionOf(lost)}/end`, ada.refresh)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account?notice=session-ended-there'])
    expect((await me(lost.auth)).body.error).toBe('TOKEN_REVOKED')
    expect((await account(lost.refresh)).status).toBe(303)
    for (const { auth } of [ada, kept]) expect((await me(auth)).status).toBe(200)
  })

  test('ends all others, and leaves this one', async () => {
    const ada = await signUp()
    const others = [await signIn(ada), await signIn(ada)]
    const stranger = await signUp()
    await send('/account/end-other-sessions', ada.refresh)
    for (const { auth } of others) expect((await me(auth)).body.error).toBe('TOKEN_REVOKED')
    for (const { auth } of [ada, stranger]) expect((await me(auth)).status).toBe(200)
    expect(String((await account(ada.refresh)).body)).not.toContain('End all others')
  })

  test('ends no session of somebody else', async () => {
    const [ada, eve] = [await signUp(), await signUp()]
    await send(`/account/sessions/${sessionOf(ada)}/end`, eve.refresh)
    expect((await me(ada.auth)).status).toBe(200)
  })

  test('signs out who ends this very session', async () => {
    const ada = await signUp()
    const answer = await send(`/account/sessions/${sessionOf(ada)}/end`, ada.refresh)
    expect([answer.headers.get('location'), answer.headers.get('clear-site-data')]).toEqual([
      '/?notice=signed-out',
      '"cache", "storage"',
    ])
    expect((await me(ada.auth)).body.error).toBe('TOKEN_REVOKED')
  })
})

describe('after 30 days', () => {
  test('a session is over, however often it was used', async () => {
    const ada = await signUp()
    const csrf = await csrfOf(ada.refresh)
    await age(ada, 30 * DAY + 1000)
    expect((await pageToken(ada.refresh, csrf)).status).toBe(401)
    expect((await request('POST', '/api/v1/auth/token/refresh', { refresh: ada.refresh })).body.error).toBe(
      'INVALID_REFRESH_TOKEN',
    )
  })

  test('no Auth Token and no cookie of it lives on: those made an hour before are good for an hour', async () => {
    const ada = await signUp()
    const csrf = await csrfOf(ada.refresh)
    await age(ada, 30 * DAY - 3_600_000)
    const { body } = await succeed(pageToken(ada.refresh, csrf))
    expect(Math.round((Date.parse(body.expires_at) - Date.now()) / 60_000)).toBe(60)
    const refreshed = await succeed(request('POST', '/api/v1/auth/token/refresh', { refresh: ada.refresh }))
    const { exp, iat } = claimsOf(refreshed.body.token)
    expect(Math.round((Number(exp) - Number(iat)) / 60)).toBe(60)
    const expires = Date.parse(/Expires=([^;]+)/.exec(refreshed.headers.get('set-cookie') ?? '')?.[1] ?? '')
    expect(Math.round((expires - Date.now()) / 60_000)).toBe(60)
  })
})

describe('the refresh token of a browser', () => {
  test('stays for a day, and is then replaced by one page, not by two at once', async () => {
    const ada = await signUp()
    const csrf = await csrfOf(ada.refresh)
    expect((await pageToken(ada.refresh, csrf)).headers.get('set-cookie')).toBeNull()
    await ageToken(ada.refresh, DAY)
    const answers = await Promise.all([pageToken(ada.refresh, csrf), pageToken(ada.refresh, csrf)])
    const brought = answers.map(({ headers }) => refreshTokenOf(headers)).filter((token) => token !== '')
    expect(brought).toEqual([expect.stringMatching(/^[\w-]{40}$/)])
    expect(brought).not.toContain(ada.refresh)
  })

  /** A session whose token was just replaced. */
  async function replaced() {
    const ada = await signUp()
    const csrf = await csrfOf(ada.refresh)
    await ageToken(ada.refresh, DAY)
    const { headers } = await succeed(pageToken(ada.refresh, csrf))
    return { ada, csrf, successor: refreshTokenOf(headers) }
  }

  test('is good until its successor is used: the answer that brought that may be lost', async () => {
    const { ada, csrf } = await replaced()
    await ageToken(ada.refresh, DAY)
    expect((await account(ada.refresh)).status).toBe(200)
    await env.DB.prepare('UPDATE refresh_tokens SET created_at = created_at - 61000').run()
    const again = refreshTokenOf((await succeed(pageToken(ada.refresh, csrf))).headers)
    expect((await account(again)).status).toBe(200)
  })

  test('opens pages for ten seconds more after its successor was used: they were asked for side by side', async () => {
    const { ada, csrf, successor } = await replaced()
    expect((await account(successor)).status).toBe(200)
    await letPass(ada.refresh, 8000)
    const late = await pageToken(ada.refresh, csrf)
    expect([late.status, late.headers.get('set-cookie')]).toEqual([200, null])
    expect((await account(successor)).status).toBe(200)
  })

  test('ends the session when it is shown later: it has been copied', async () => {
    const { ada, successor } = await replaced()
    expect((await account(successor)).status).toBe(200)
    await letPass(ada.refresh, 11_000)
    expect((await account(ada.refresh)).status).toBe(303)
    expect((await account(successor)).status).toBe(303)
    expect((await me(ada.auth)).body.error).toBe('TOKEN_REVOKED')
  })
})
