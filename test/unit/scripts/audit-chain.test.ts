/** What `npm run audit:verify` says of a log, whose rows are given here page by page. */
import { expect, test } from 'vitest'
import { verifyAuditLog } from '../../../scripts/audit-chain.mjs'
import { type Link, START, type StoredEvent, seal } from '../../../src/control/audit/chain'

const open = Array.from({ length: 2500 }, (_, index): StoredEvent => ({
  id: index + 1,
  at: index,
  action: 'sign_in',
  actor_id: 'us_a',
  actor_email: 'ada@example.org',
  via: 'session',
  credential: 'se_a',
  address: null,
  request_id: null,
  project_id: null,
  target_id: null,
  target: null,
  details: '{}',
  count: 1,
  counted_as: null,
  hash: null,
}))
const links = seal(START, open)
const LOG = open.map((event, index): StoredEvent => ({ ...event, hash: links[index]?.hash ?? null }))
const HEAD = links.at(-1) ?? START
const FORGED: Link = { id: 7, hash: '0'.repeat(64) }

const verify = (events: readonly StoredEvent[], { anchor = START, head = HEAD, expected = null as Link | null } = {}) =>
  verifyAuditLog((command) => {
    const [, after = '0', to = '0', limit = '0'] = /id > (\d+) AND id <= (\d+) ORDER BY id LIMIT (\d+)/.exec(command) ?? []
    const page = events.filter(({ id }) => id > Number(after) && id <= Number(to)).slice(0, Number(limit))
    return Promise.resolve(command.includes('audit_ends') ? [anchor, head] : page)
  }, expected)

test('a log that is as it was sealed, over several pages', async () => {
  expect(await verify(LOG)).toEqual({ ok: true, message: `2500 events are as they were sealed, up to 2500:${HEAD.hash}.` })
})

test('one whose old events are forgotten', async () => {
  const [anchor = START] = links.slice(99, 100)
  expect(await verify(LOG.slice(100), { anchor })).toMatchObject({ ok: true })
  expect((await verify(LOG.slice(100))).message).toBe('Event 101 is not as it was sealed, or one before it is missing.')
})

test('one in which nothing is sealed yet', async () => {
  expect(await verify([], { head: START })).toEqual({ ok: true, message: 'Nothing is sealed yet: the hourly job does that.' })
})

test('an event that says something else, or is missing', async () => {
  const changed = LOG.with(2200, { ...(LOG[2200] as StoredEvent), actor_email: 'eve@example.org' })
  expect(await verify(changed)).toEqual({
    ok: false,
    message: 'Event 2201 is not as it was sealed, or one before it is missing.',
  })
  expect((await verify(LOG.toSpliced(5, 1))).message).toBe('Event 7 is not as it was sealed, or one before it is missing.')
  expect((await verify(LOG.slice(0, -1))).message).toBe('Events are missing after 2499: the log was sealed up to 2500.')
})

test('an end that is another', async () => {
  const head = { ...HEAD, hash: FORGED.hash }
  expect((await verify(LOG, { head })).message).toBe(
    `The log ends at 2500:${HEAD.hash}, and was sealed up to 2500:${FORGED.hash}.`,
  )
})

test('a link that was written down elsewhere', async () => {
  expect((await verify(LOG, { expected: links[2100] ?? null })).ok).toBe(true)
  expect(await verify(LOG, { expected: FORGED })).toEqual({
    ok: false,
    message: `7:${FORGED.hash} is not in the chain: it was written anew, or that event is too old to be there still.`,
  })
})
