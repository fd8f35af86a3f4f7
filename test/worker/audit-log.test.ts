/** The audit log as it is kept and read: sealed in order, checked, forgotten when it is old; filtered, in pages. */
import { createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { type MockInstance, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { eventHash, type StoredEvent } from '../../src/control/audit/chain'
import { forgetOldEvents, sealEvents, verifyEvents } from '../../src/control/audit/keep'
import { type EventFilter, type Position, auditCount, auditEvent, listEvents, takeBackCount } from '../../src/control/audit/store'
import worker from '../../src/index'
import { batch, run } from '../../src/lib/d1'
import { withD1Cost } from '../../src/lib/d1-cost'
import { type Sql, sql } from '../../src/lib/sql'
import {
  type Person,
  addMember,
  createProject,
  createToken,
  request,
  signUp,
  signUpCreator,
  succeed,
  superAdmin,
} from '../support/client'
import { tapD1 } from '../support/tap-d1'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Well in the middle of an hour. */
const NOW = Date.UTC(2026, 0, 31, 9, 30)

const source = (at: number) => ({ at, actor: null, address: '10.0.0.1', requestId: 'ray' })
const write = (at: number): Sql => auditEvent(source(at), { action: 'settings.changed', details: { invite_only_signup: 'true' } })

const TRIGGERS = ['audit_events_stay', 'audit_events_sealed', 'audit_events_kept']

/** What somebody does who has the database in their hands. */
async function tamper(...statements: string[]): Promise<void> {
  await env.DB.batch(
    [...TRIGGERS.map((name) => `DROP TRIGGER IF EXISTS ${name}`), ...statements].map((text) => env.DB.prepare(text)),
  )
}

async function forgetAll(): Promise<void> {
  await tamper('DELETE FROM audit_events', `UPDATE audit_ends SET event_id = 0, hash = ''`)
}

async function stored(): Promise<StoredEvent[]> {
  return (await env.DB.prepare('SELECT * FROM audit_events ORDER BY id').all<StoredEvent>()).results
}

/** As many events, an hour apart, the last of them two hours ago. */
async function writeOld(count: number): Promise<number[]> {
  await batch(
    env.DB,
    Array.from({ length: count }, (_, index) => write(NOW - (count - index + 1) * HOUR)),
  )
  return (await stored()).map(({ id }) => id)
}

beforeEach(forgetAll)
let logged: MockInstance
beforeEach(() => {
  logged = vi.spyOn(console, 'log').mockImplementation(() => {})
})
afterEach(() => void vi.restoreAllMocks())

describe('the hourly job', () => {
  test('seals the hours that are over, each event with the hash before it', async () => {
    await batch(env.DB, [write(NOW - 2 * HOUR), write(NOW - 31 * 60_000), write(NOW - 29 * 60_000), write(NOW)])
    expect(await sealEvents(env.DB, NOW)).toBe(2)
    const [one, two, three, four] = await stored()
    expect(one?.hash).toBe(one && eventHash('', one))
    expect(two?.hash).toBe(two && eventHash(one?.hash ?? '', two))
    expect([three?.hash, four?.hash]).toEqual([null, null])
    expect(await sealEvents(env.DB, NOW)).toBe(0)
    expect(await sealEvents(env.DB, NOW + HOUR)).toBe(2)
    expect(await verifyEvents(env.DB, null)).toMatchObject({ checked: 4, broken: null, hasMore: false })
  })

  test('leaves an hour that was over a moment ago: an event of it may be on its way', async () => {
    const full = Date.UTC(2026, 0, 31, 9)
    await run(env.DB, write(full - 1))
    expect(await sealEvents(env.DB, full + 60_000)).toBe(0)
    expect(await sealEvents(env.DB, full + 121_000)).toBe(1)
  })

  test('waits for an event that is younger than those behind it', async () => {
    await batch(env.DB, [write(NOW - 2 * HOUR), write(NOW), write(NOW - 2 * HOUR)])
    expect(await sealEvents(env.DB, NOW)).toBe(1)
    expect(await sealEvents(env.DB, NOW + HOUR)).toBe(2)
    expect(await verifyEvents(env.DB, null)).toMatchObject({ checked: 3, broken: null })
  })

  test('seals more than one batch takes, and goes on where it ended', async () => {
    const values = sql`SELECT ${NOW - 2 * HOUR} AS at, 'sign_out' AS action FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5500) SELECT i FROM n)`
    await run(env.DB, sql`INSERT INTO audit_events (at, action) ${values}`)
    expect(await sealEvents(env.DB, NOW)).toBe(5000)
    expect(await sealEvents(env.DB, NOW)).toBe(500)
    const first = await verifyEvents(env.DB, null)
    expect(first).toMatchObject({ checked: 2000, broken: null, hasMore: true })
    const second = await verifyEvents(env.DB, first.last.id)
    expect(second).toMatchObject({ checked: 2000, broken: null, hasMore: true })
    expect(await verifyEvents(env.DB, second.last.id)).toMatchObject({ checked: 1500, broken: null, hasMore: false })
  })

  test('run twice at once seals each event once', async () => {
    await writeOld(20)
    const counts = await Promise.all([sealEvents(env.DB, NOW), sealEvents(env.DB, NOW), sealEvents(env.DB, NOW)])
    expect(counts.toSorted((one, two) => one - two)).toEqual([0, 0, 20])
    expect(await verifyEvents(env.DB, null)).toMatchObject({ checked: 20, broken: null })
  })

  test('that is overtaken between its reading and its writing seals nothing', async () => {
    await writeOld(5)
    // 1: the triggers; 2: what is read; 3: the seals.
    const slow = tapD1(env.DB, { before: async (call) => void (call === 3 && (await sealEvents(env.DB, NOW))) })
    expect(await sealEvents(slow, NOW)).toBe(0)
    expect(await verifyEvents(env.DB, null)).toMatchObject({ checked: 5, broken: null })
  })

  test.each([1, 2, 3])('that dies at its call %i, before or after it took effect, is made up for by the next', async (doomed) => {
    await writeOld(5)
    const die = (call: number) => {
      if (call === doomed) throw new Error('gone')
    }
    await expect(sealEvents(tapD1(env.DB, { before: die }), NOW)).rejects.toThrow('gone')
    await expect(sealEvents(tapD1(env.DB, { after: die }), NOW)).rejects.toThrow('gone')
    await sealEvents(env.DB, NOW)
    expect(await verifyEvents(env.DB, null)).toMatchObject({ checked: 5, broken: null })
  })

  test('seals what an event counted at last, and not what it had counted when it was read', async () => {
    const at = NOW - 2 * HOUR
    const count = () => auditCount(source(at), 'sign_in.failed', sql`0`)
    await run(env.DB, count())
    const late = tapD1(env.DB, { before: async (call) => void (call === 3 && (await run(env.DB, count()))) })
    expect(await sealEvents(late, NOW)).toBe(0)
    expect(await sealEvents(env.DB, NOW)).toBe(1)
    expect((await stored()).map((event) => event.count)).toEqual([2])
    // What comes later still is an event of its own, and no change of a sealed one.
    await run(env.DB, count())
    expect((await stored()).map((event) => event.count)).toEqual([2, 1])
    expect(await verifyEvents(env.DB, null)).toMatchObject({ checked: 1, broken: null })
  })

  test('writes the end of the chain into the log, where who rewrites the database cannot', async () => {
    const ids = await writeOld(2)
    await sealEvents(env.DB, NOW)
    const last = (await stored()).at(-1)
    expect(logged.mock.calls).toContainEqual([JSON.stringify({ audit: 'sealed', to: ids[1], hash: last?.hash })])
  })

  test('seals and forgets by the settings', async () => {
    const now = Date.now()
    await batch(env.DB, [write(now - 91 * DAY), write(now - 89 * DAY)])
    await worker.scheduled(createScheduledController(), env)
    expect((await stored()).map(({ at, hash }) => [at, hash === null])).toEqual([[now - 89 * DAY, false]])
    expect(await verifyEvents(env.DB, null)).toMatchObject({ checked: 1, broken: null })
  })
})

describe('old events', () => {
  test('go, the oldest first; those that stay hang on an anchor', async () => {
    const ids = await writeOld(6)
    await sealEvents(env.DB, NOW)
    expect(await forgetOldEvents(env.DB, 1, NOW + DAY - 4 * HOUR)).toBe(3)
    expect((await stored()).map(({ id }) => id)).toEqual(ids.slice(3))
    expect(await verifyEvents(env.DB, null)).toMatchObject({ checked: 3, broken: null })
    expect(await forgetOldEvents(env.DB, 1, NOW + DAY - 4 * HOUR)).toBe(0)
  })

  test('may all go, and the chain goes on', async () => {
    await writeOld(3)
    await sealEvents(env.DB, NOW)
    expect(await forgetOldEvents(env.DB, 1, NOW + 2 * DAY)).toBe(3)
    expect(await verifyEvents(env.DB, null)).toMatchObject({ checked: 0, broken: null, hasMore: false })
    await run(env.DB, write(NOW + 2 * DAY))
    await sealEvents(env.DB, NOW + 3 * DAY)
    expect(await verifyEvents(env.DB, null)).toMatchObject({ checked: 1, broken: null })
  })

  test('stay until they are sealed', async () => {
    await writeOld(3)
    expect(await forgetOldEvents(env.DB, 1, NOW + 2 * DAY)).toBe(0)
    expect(await stored()).toHaveLength(3)
  })

  test('go with a first kept one that was taken away unseen: the chain says so', async () => {
    const ids = await writeOld(6)
    await sealEvents(env.DB, NOW)
    await forgetOldEvents(env.DB, 1, NOW + DAY - 4 * HOUR)
    await tamper(`DELETE FROM audit_events WHERE id = ${ids[3]}`)
    expect(await verifyEvents(env.DB, null)).toMatchObject({ checked: 0, broken: ids[4] })
  })
})

describe('a chain that was broken is found so', () => {
  const broken = async (statement: (ids: readonly number[]) => string) => {
    const ids = await writeOld(5)
    await sealEvents(env.DB, NOW)
    await tamper(statement(ids))
    const found = await verifyEvents(env.DB, null)
    return { at: found.broken === null ? null : ids.indexOf(found.broken), checked: found.checked }
  }

  test('at an event that says something else', async () => {
    expect(await broken((ids) => `UPDATE audit_events SET actor_email = 'x' WHERE id = ${ids[2]}`)).toEqual({ at: 2, checked: 2 })
  })

  test('behind one that is gone', async () => {
    expect(await broken((ids) => `DELETE FROM audit_events WHERE id = ${ids[2]}`)).toEqual({ at: 3, checked: 2 })
  })

  test('at its end, when the last is gone', async () => {
    expect(await broken((ids) => `DELETE FROM audit_events WHERE id = ${ids[4]}`)).toEqual({ at: 4, checked: 4 })
  })

  test('at one whose seal was taken off', async () => {
    expect(await broken((ids) => `UPDATE audit_events SET hash = NULL WHERE id = ${ids[1]}`)).toEqual({ at: 1, checked: 1 })
  })

  test('at its end, when the end says something else', async () => {
    expect(await broken(() => `UPDATE audit_ends SET hash = 'x' WHERE name = 'head'`)).toEqual({ at: 4, checked: 5 })
  })

  test('at one that was put behind its end with a seal; the job says so too, and seals nothing', async () => {
    await writeOld(2)
    await sealEvents(env.DB, NOW)
    await tamper(`INSERT INTO audit_events (at, action, hash) VALUES (${NOW - 3 * HOUR}, 'sign_out', 'x')`)
    const forged = (await stored()).at(-1)
    expect(await verifyEvents(env.DB, null)).toMatchObject({ checked: 2, broken: forged?.id })
    await expect(sealEvents(env.DB, NOW)).rejects.toThrow('a seal that no job of ours made')
  })
})

describe('the database itself refuses', () => {
  const refused = 'an audit event is never changed'

  beforeEach(async () => {
    await batch(env.DB, [write(NOW - 2 * HOUR), write(NOW)])
    await sealEvents(env.DB, NOW)
  })

  test.each([
    ['to change an event', `UPDATE audit_events SET actor_email = 'x'`, refused],
    ['to change how often it was', 'UPDATE audit_events SET count = 2 WHERE hash IS NULL', refused],
    ['to seal it anew', `UPDATE audit_events SET hash = 'x' WHERE hash IS NOT NULL`, refused],
    ['to take a seal off', 'UPDATE audit_events SET hash = NULL WHERE hash IS NOT NULL', refused],
    ['to delete it', 'DELETE FROM audit_events', 'an audit event is deleted when it is old'],
  ])('%s', async (_, statement, message) => {
    await expect(env.DB.prepare(statement).run()).rejects.toThrow(message)
    expect(await stored()).toHaveLength(2)
  })

  test('and takes back what was counted and did not happen', async () => {
    const [counted] = await batch(env.DB, [auditCount(source(NOW), 'sign_in.failed', sql`0`)])
    await batch(env.DB, takeBackCount(Number(counted.results[0]?.['id'])))
    expect(await stored()).toHaveLength(2)
  })
})

test('a failure from yet another address reads the events of a full hour once', async () => {
  const count = (address: string) => auditCount({ ...source(NOW), address }, 'sign_in.failed', sql`0`)
  await batch(
    env.DB,
    Array.from({ length: 200 }, (_, index) => count(`address ${index}`)),
  )
  const [counted] = await batch(env.DB, [count('another')])
  expect(await stored()).toHaveLength(201)
  expect(counted.meta.rows_read).toBeLessThan(250)
})

test('of twenty thousand events a page of 25 reads little more than itself, whatever is asked for', async () => {
  const count = 20_000
  /** Project p has all but one; one in the middle is of a rare action. */
  await run(
    env.DB,
    sql`INSERT INTO audit_events (at, action, actor_id, actor_email, project_id)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
      SELECT ${NOW} + i, IIF(i = ${count / 2}, 'project.deleted', 'sign_out'), 'us_a', 'ada@example.org', IIF(i = 1, 'q', 'p') FROM n`,
  )
  const middle = { at: NOW + count / 2, id: Number.MAX_SAFE_INTEGER }
  const pageOf = async (asked: Partial<EventFilter>, after: Position | null) => {
    const filter = { project: null, action: null, actor: null, since: null, before: null, ...asked }
    const { result, cost } = await withD1Cost(() => listEvents(env.DB, filter, { limit: 25, after }))
    return { asked, after, found: result.events.length, rowsRead: cost.rowsRead < 100 ? 'below 100' : cost.rowsRead }
  }
  const cases: [filter: Partial<EventFilter>, found: number][] = [
    [{}, 25],
    [{ action: 'sign_out' }, 25],
    [{ action: 'project.deleted' }, 1],
    [{ action: 'sign_in' }, 0],
    [{ actor: 'us_a' }, 25],
    [{ actor: 'Ada@example.org' }, 25],
    [{ actor: 'nobody@example.org' }, 0],
    [{ actor: 'nobody@example.org', project: 'p', action: 'sign_out' }, 0],
    [{ project: 'p' }, 25],
    [{ project: 'q' }, 1],
    [{ project: 'p', action: 'project.deleted' }, 1],
    [{ project: 'q', action: 'sign_out' }, 1],
    [{ since: NOW + DAY }, 0],
    [{ since: NOW + DAY, project: 'p', action: 'sign_out' }, 0],
    [{ before: NOW }, 0],
    [{ before: NOW + 5, project: 'p' }, 3],
    [{ before: NOW + count, action: 'sign_out' }, 25],
  ]
  for (const [asked, found] of cases) {
    expect(await pageOf(asked, null)).toEqual({ asked, after: null, found, rowsRead: 'below 100' })
    expect(await pageOf(asked, middle)).toEqual({ asked, after: middle, found, rowsRead: 'below 100' })
  }
})

describe('over HTTP', () => {
  let admin: Person
  let ada: Person
  let project: string

  beforeEach(async () => {
    admin = await superAdmin()
    ada = await signUpCreator()
    project = (await createProject(ada.auth)).id
  })

  const list = async (query = '', auth = admin.auth) => (await succeed(request('GET', `/api/v1/audit${query}`, { auth }))).body
  const actions = (body: { list: { action: string }[] }) => body.list.map(({ action }) => action)

  test('an event says all that the document promises', async () => {
    const [event] = (await list('?action=project.created')).list
    expect(event).toEqual({
      id: expect.any(Number),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00$/),
      action: 'project.created',
      count: 1,
      actor_id: ada.id,
      actor_email: ada.email,
      via: 'auth_token',
      credential: expect.stringMatching(/^se_/),
      address: expect.stringMatching(/^[\da-f]{16}$/),
      request_id: expect.any(String),
      project_id: project,
      target_id: project,
      target: expect.any(String),
      details: {},
      hash: null,
    })
  })

  test('the newest come first, in pages, to the last one; none twice when others are written meanwhile', async () => {
    const all = (await list('?limit=1000')).list.map(({ id }: { id: number }) => id)
    const seen: number[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const body = await list(`?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      expect(body.pageInfo).toMatchObject({
        pageSize: 2,
        isFirstPage: cursor === '',
        isLastPage: body.pageInfo.next === undefined,
      })
      seen.push(...body.list.map(({ id }: { id: number }) => id))
      cursor = body.pageInfo.next
      await createToken(ada.auth)
    }
    expect(seen).toEqual(all)
    expect(all).toEqual(all.toSorted((one: number, two: number) => two - one))
  })

  test('they are narrowed by action, actor, project and time', async () => {
    await createToken(ada.auth)
    expect(new Set(actions(await list('?action=api_token.created')))).toEqual(new Set(['api_token.created']))
    expect(new Set((await list(`?actor=${ada.id}`)).list.map((event: { actor_id: string }) => event.actor_id))).toEqual(
      new Set([ada.id]),
    )
    expect(await list(`?actor=${ada.email.toUpperCase()}`)).toEqual(await list(`?actor=${ada.id}`))
    expect(actions(await list(`?project=${project}`))).toEqual(['project.created'])
    await env.DB.prepare(`INSERT INTO audit_events (at, action) VALUES (?, 'sign_out')`)
      .bind(Date.UTC(2020, 5, 1, 12))
      .run()
    expect(actions(await list('?since=2020-06-01&before=2020-06-02'))).toEqual(['sign_out'])
    expect(actions(await list('?since=2020-06-01T14:00:00%2B02:00&before=2020-06-01%2012:00:01%2B00:00'))).toEqual(['sign_out'])
    expect(actions(await list('?before=2020-06-01T12:00:00Z'))).toEqual([])
  })

  test.each([
    ['an action there is none of', 'action=nonsense', 'action'],
    ['a time without a zone', 'since=2026-01-31T09:30:00', 'since'],
    ['a day that no month has', 'since=2026-02-31T00:00:00Z', 'since'],
    ['a word for a time', 'before=yesterday', 'before'],
    ['a limit that is none', 'limit=-1', 'limit'],
    ['a cursor of something else', 'cursor=abc', 'cursor'],
    ['an actor who is nothing', 'actor=', 'actor'],
    ['a project that is nothing', 'project=', 'project'],
    ['a cursor that is half of one', 'cursor=1207', 'cursor'],
  ])('%s is refused', async (_, query, path) => {
    const { status, body } = await request('GET', `/api/v1/audit?${query}`, { auth: admin.auth })
    expect([status, body.error, body.errors[0].path]).toEqual([400, 'INVALID_PARAMETER', path])
  })

  test('what is wrong is said in words of ours', async () => {
    const messageOf = async (query: string) => (await request('GET', `/api/v1/audit?${query}`, { auth: admin.auth })).body.message
    expect(await messageOf('actions=sign_in')).toBe('Invalid request parameter: there is no parameter actions here')
    expect(await messageOf('form=1&actor=')).toContain('actor: must not be empty; there is no parameter form here')
    expect(await messageOf('action=signin')).toMatch(
      /parameter: action: must be one of sign_up, invitation\.accepted, .*table\.exported$/,
    )
  })

  test('owners read what was done in their project, and in no other', async () => {
    const other = (await createProject(ada.auth)).id
    const bob = await signUp()
    await addMember(ada.auth, project, bob.email, 'creator')
    const path = `/api/v1/db/meta/projects/${project}/audit`
    const { body } = await succeed(request('GET', path, { auth: ada.auth }))
    expect(actions(body)).toEqual(['member.added', 'project.created'])
    expect(JSON.stringify(body)).not.toContain(other)
    // `project` is the path's alone.
    expect((await request('GET', `${path}?project=${other}`, { auth: ada.auth })).body.error).toBe('INVALID_PARAMETER')
    expect((await request('GET', path, { auth: bob.auth })).body.error).toBe('FORBIDDEN')
    expect((await request('GET', path, { token: (await createToken(ada.auth)).token })).body.error).toBe('API_TOKEN_NOT_ALLOWED')
    expect((await request('GET', '/api/v1/audit', { auth: ada.auth })).body.error).toBe('FORBIDDEN')
  })
})

describe('on the page', () => {
  const page = async (path: string, { refresh }: Person) => {
    const { status, body } = await request('GET', path, { refresh, headers: { accept: 'text/html' } })
    return {
      status,
      text: String(body)
        .replaceAll(/<[^>]*>/g, '')
        .replaceAll(/\s+/g, ' '),
    }
  }

  test('stands up to where the log is sealed, and a click says whether it is whole', async () => {
    const admin = await superAdmin()
    expect((await page('/admin/audit', admin)).text).toContain('Nothing is sealed yet')
    const ids = await writeOld(3)
    await sealEvents(env.DB, NOW)
    const sealed = await page('/admin/audit', admin)
    expect(sealed.text).toContain(`Sealed up to event ${ids[2]}, of 2026-01-31 07:30 UTC.`)
    expect(sealed.text).toContain('Check the seal')
    expect((await page('/admin/audit?verify=0', admin)).text).toContain(
      '3 events were checked: none was changed, moved or taken out.',
    )
    await tamper(`UPDATE audit_events SET actor_email = 'eve@example.org' WHERE id = ${ids[1]}`)
    expect((await page('/admin/audit?verify=0', admin)).text).toContain(
      `Event ${ids[1]} is not as it was sealed, or one before it is missing. Up to ${ids[0]} all is well.`,
    )
  })

  test('events are narrowed and paged; what cannot be read is said', async () => {
    const admin = await superAdmin()
    await batch(env.DB, [auditCount(source(NOW), 'sign_in.failed', sql`0`), auditCount(source(NOW), 'sign_in.failed', sql`0`)])
    await writeOld(60)
    const failed = await page('/admin/audit?action=sign_in.failed&actor=&since=2026-01-31&before=', admin)
    expect(failed.text).toContain('Sign-in failed 2 times')
    expect(failed.text).not.toContain('Older')
    const { body } = await request('GET', '/admin/audit', { refresh: admin.refresh, headers: { accept: 'text/html' } })
    const older = /href="([^"]+)" rel="next"/.exec(String(body))?.[1]?.replaceAll('&amp;', '&') ?? ''
    const second = await page(older, admin)
    expect(second.text).toContain('Newest')
    expect(second.text).not.toContain('Older')
    expect(await page('/admin/audit?since=yesterday', admin)).toMatchObject({
      status: 400,
      text: expect.stringContaining('since: must be a date'),
    })
  })

  test('a check of many events goes on after 2,000', async () => {
    const admin = await superAdmin()
    await run(
      env.DB,
      sql`INSERT INTO audit_events (at, action) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2100)
        SELECT ${NOW - 2 * HOUR}, 'sign_out' FROM n`,
    )
    await sealEvents(env.DB, NOW)
    const check = async (path: string) => {
      const { body } = await request('GET', path, { refresh: admin.refresh, headers: { accept: 'text/html' } })
      return { text: String(body), next: /href="([^"]+)">Check the next/.exec(String(body))?.[1] }
    }
    const first = await check('/admin/audit?verify=0')
    expect(first.text).toContain('2,000 events were checked')
    const second = await check(first.next ?? '')
    expect(second.text).toContain('100 events were checked')
    expect(second.next).toBeUndefined()
  })

  test('an owner sees up to where the log is sealed, and checks nothing', async () => {
    await writeOld(3)
    await sealEvents(env.DB, NOW)
    const ada = await signUpCreator()
    const { id } = await createProject(ada.auth)
    const { status, text } = await page(`/projects/${id}/settings/audit`, ada)
    expect([status, text]).toEqual([200, expect.stringContaining('Sealed up to event')])
    expect(text).not.toContain('Check')
    expect((await page(`/projects/${id}/settings/audit?verify=0`, ada)).text).not.toContain('checked')
  })

  test('an owner sees what was done in the project, and nothing of others', async () => {
    const ada = await signUpCreator()
    const [one, other] = [await createProject(ada.auth), await createProject(ada.auth)]
    const { text } = await page(`/projects/${one.id}/settings/audit`, ada)
    expect(text).toContain(`Project created: ${one.title}`)
    expect(text).not.toContain(other.title)
  })
})
