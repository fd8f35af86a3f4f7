/** The hash chain of the audit log: whatever is done to a sealed event, the check finds it. */
import { array, assert as check, constantFrom, integer, nat, option, property, record, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { START, type StoredEvent, eventHash, follow, seal } from '../../../src/control/audit/chain'

const text = option(string({ maxLength: 8, unit: 'binary' }))
const event = record({
  at: integer({ min: 0, max: 4e12 }),
  action: string({ minLength: 1, maxLength: 8 }),
  actor_id: text,
  actor_email: text,
  via: text,
  credential: text,
  address: text,
  request_id: text,
  project_id: text,
  target_id: text,
  target: text,
  details: constantFrom('{}', '{"role":"owner"}', '{"role":"viewer"}'),
  count: integer({ min: 1, max: 9 }),
  counted_as: text,
})

/** Sealed as the job does it. Ids leave gaps, as those of a table do. */
function sealed(events: readonly Omit<StoredEvent, 'id' | 'hash'>[]): StoredEvent[] {
  const open = events.map((each, index) => ({ id: 3 * index + 2, ...each, hash: null }))
  const links = seal(START, open)
  return open.map((each, index) => ({ ...each, hash: links[index]?.hash ?? null }))
}

const logs = (minLength: number) => array(event, { minLength, maxLength: 6 }).map(sealed)

describe('a log that is as it was sealed', () => {
  test('is found so, to its last event', () => {
    check(
      property(logs(0), (events) => {
        const last = events.at(-1)
        const link = last === undefined ? START : { id: last.id, hash: last.hash }
        expect(follow(START, events)).toEqual({ count: events.length, last: link, broken: null })
      }),
    )
  })

  test('is found so in parts, and from an anchor when its first events are gone', () => {
    check(
      property(logs(2), nat(), (events, number) => {
        const cut = 1 + (number % (events.length - 1))
        const { last } = follow(START, events.slice(0, cut))
        expect(follow(last, events.slice(cut))).toMatchObject({ count: events.length - cut, broken: null })
      }),
    )
  })

  test('is sealed alike in one go and in two', () => {
    check(
      property(logs(2), nat(), (events, number) => {
        const cut = 1 + (number % (events.length - 1))
        const first = seal(START, events.slice(0, cut))
        const rest = seal(first.at(-1) ?? START, events.slice(cut))
        expect([...first, ...rest]).toEqual(seal(START, events))
      }),
    )
  })
})

const FIELDS = [
  'id',
  'at',
  'action',
  'actor_id',
  'actor_email',
  'via',
  'credential',
  'address',
  'request_id',
  'project_id',
  'target_id',
  'target',
  'details',
  'count',
  'counted_as',
  'hash',
] as const satisfies (keyof StoredEvent)[]

describe('a log in which', () => {
  test.each(FIELDS)('%s of an event is another one is broken at that event', (field) => {
    check(
      property(logs(1), nat(), (events, number) => {
        const index = number % events.length
        const tampered = events.map((each, position) => (position === index ? { ...each, [field]: other(each[field]) } : each))
        expect(follow(START, tampered)).toMatchObject({ count: index, broken: tampered[index]?.id })
      }),
    )
  })

  test('an event is missing is broken at the one after it', () => {
    check(
      property(logs(2), nat(), (events, number) => {
        const index = number % (events.length - 1)
        const tampered = events.toSpliced(index, 1)
        expect(follow(START, tampered)).toMatchObject({ count: index, broken: tampered[index]?.id })
      }),
    )
  })

  test('two events have changed places is broken at the first of them', () => {
    check(
      property(logs(2), nat(), (events, number) => {
        const index = number % (events.length - 1)
        const [one, two] = [events[index], events[index + 1]]
        if (one === undefined || two === undefined) throw new Error('no two events')
        const swapped = events.toSpliced(index, 2, { ...two, id: one.id }, { ...one, id: two.id })
        expect(follow(START, swapped)).toMatchObject({ count: index, broken: one.id })
        expect(follow(START, events.toSpliced(index, 2, two, one))).toMatchObject({ count: index, broken: two.id })
      }),
    )
  })

  test('an event was put in is broken at that one, or at the one after it', () => {
    check(
      property(logs(1), nat(), (events, number) => {
        const index = number % events.length
        const copied = events[index]
        if (copied === undefined) throw new Error('no event')
        const forged = { ...copied, id: copied.id + 1, hash: eventHash(copied.hash ?? '', { ...copied, id: copied.id + 1 }) }
        const tampered = events.toSpliced(index + 1, 0, forged)
        const next = tampered[index + 2]
        // Behind the last one it is a good link: that it is not the end of the chain is the end's to say.
        expect(follow(START, tampered).broken).toBe(next === undefined ? null : next.id)
      }),
    )
  })
})

/** Something of the same kind that it is not. */
function other(value: string | number | null): string | number {
  if (typeof value === 'number') return value + 1
  return value === null ? '' : `${value}x`
}

test('two events that would be one text side by side have different hashes', () => {
  const [one] = sealed([
    {
      at: 1,
      action: 'sign_in',
      actor_id: 'a',
      actor_email: 'b',
      via: null,
      credential: null,
      address: null,
      request_id: null,
      project_id: null,
      target_id: null,
      target: null,
      details: '{}',
      count: 1,
      counted_as: null,
    },
  ])
  if (one === undefined) throw new Error('no event')
  const moved = [
    { ...one, actor_id: 'ab', actor_email: '' },
    { ...one, actor_id: 'a","b', actor_email: null },
    { ...one, actor_id: null, actor_email: 'ab' },
  ]
  expect(new Set([one, ...moved].map((each) => eventHash('', each))).size).toBe(4)
})
